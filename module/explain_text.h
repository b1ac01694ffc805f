/* SPDX-License-Identifier: GPL-2.0 */
/* An explanation as text. Builds in the kernel and in userspace. */
#ifndef MINIVMX_EXPLAIN_TEXT_H
#define MINIVMX_EXPLAIN_TEXT_H

#include <linux/types.h>

/* As many violations as one explanation names. */
#define EXPLAIN_MAX_VIOLATIONS	64

struct minivmx_explanation;
struct vmx_entry_violation;

void explain_name_number(struct minivmx_explanation *e);
size_t explain_print(const struct minivmx_explanation *e,
		     const struct vmx_entry_violation *found,
		     char *text, size_t size);

#endif /* MINIVMX_EXPLAIN_TEXT_H */
