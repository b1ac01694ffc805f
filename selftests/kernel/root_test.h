/* SPDX-License-Identifier: GPL-2.0 */
/* Tests that run in VMX root operation, with no hypervisor beside them. */
#ifndef KERNEL_ROOT_TEST_H
#define KERNEL_ROOT_TEST_H

#include <linux/types.h>

struct entry_vmcs;

struct root_test {
	u32 *vmxon_region, *vmcs;	/* pages with the CPU's revision */
	u32 *alien;			/* a page with another revision */
	u64 misc;			/* IA32_VMX_MISC */
	struct entry_vmcs *entry;	/* for the rules of VM entry */
	unsigned int passed, failed, skipped;
};

void test_instructions(struct root_test *test);	/* instructions.c */
void test_entry_rules(struct root_test *test);	/* entry_rules.c */

/* entry_fuzz.c */
void test_entry_fuzz(struct root_test *test, unsigned int rounds, u64 *random);
void report_entry_fuzz(void);

#endif
