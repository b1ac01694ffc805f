/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MINIVMX_HOST_PAGE_H
#define MINIVMX_HOST_PAGE_H

#include <linux/mm_types.h>

#include "vmx/ept.h"

/* The host page behind an address of the VMM. */
struct host_page {
	unsigned long pfn;
	struct page *page;	/* NULL: it has none that is counted */
	enum ept_level level;	/* of the host's own mapping */
	bool writable;
};

bool host_page_look(unsigned long hva, bool write, struct host_page *host);
int host_page_find(unsigned long hva, bool write, bool may_write,
		   struct host_page *host);
void host_page_release(struct host_page *host);
void host_page_touch(const struct host_page *host, bool write);
enum ept_level host_mapping_level(struct mm_struct *mm, unsigned long hva,
				  unsigned long pfn);
u8 host_page_memtype(unsigned long pfn);

#endif /* MINIVMX_HOST_PAGE_H */
