// SPDX-License-Identifier: GPL-2.0
/*
 * Takes VMX root operation and runs a test in it. insmod succeeds if nothing
 * has failed; the kernel's log has a line for each check.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/minmax.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <asm/msr.h>
#include <asm/processor.h>
#include <asm/tlbflush.h>

#include "entry_vmcs.h"
#include "insn.h"
#include "root_test.h"

#define REVISION	GENMASK(30, 0)

static bool rules;
module_param(rules, bool, 0);
MODULE_PARM_DESC(rules, "test the rules of VM entry instead of the instructions");

static unsigned int fuzz;
module_param(fuzz, uint, 0);
MODULE_PARM_DESC(fuzz, "test that many random states of VM entry instead");

static u64 seed = 1;
module_param(seed, ullong, 0);
MODULE_PARM_DESC(seed, "of the random states");

#define AT_A_TIME	500	/* random states, with preemption disabled */

static struct root_test test;

static int alloc_regions(void)
{
	u64 basic;

	rdmsrl(MSR_IA32_VMX_BASIC, basic);
	rdmsrl(MSR_IA32_VMX_MISC, test.misc);
	test.vmxon_region = (u32 *)get_zeroed_page(GFP_KERNEL);
	test.vmcs = (u32 *)get_zeroed_page(GFP_KERNEL);
	test.alien = (u32 *)get_zeroed_page(GFP_KERNEL);
	if (!test.vmxon_region || !test.vmcs || !test.alien)
		return -ENOMEM;
	test.vmxon_region[0] = basic & REVISION;
	test.vmcs[0] = basic & REVISION;
	test.alien[0] = (basic & REVISION) + 1;
	if (rules || fuzz)
		test.entry = entry_vmcs_create(__pa(test.vmcs));
	return (rules || fuzz) && !test.entry ? -ENOMEM : 0;
}

static void free_regions(void)
{
	entry_vmcs_destroy(test.entry);
	free_page((unsigned long)test.alien);
	free_page((unsigned long)test.vmcs);
	free_page((unsigned long)test.vmxon_region);
}

/* Whatever interrupts this CPU runs in VMX root operation, too, as with KVM. */
static void run_in_root(void)
{
	preempt_disable();
	cr4_set_bits(X86_CR4_VMXE);
	if (vmxon(__pa(test.vmxon_region)) == VMX_SUCCEED) {
		if (fuzz)
			test_entry_fuzz(&test, min_t(unsigned int, fuzz, AT_A_TIME), &seed);
		else if (rules)
			test_entry_rules(&test);
		else
			test_instructions(&test);
		vmxoff();
	} else {
		pr_err("not ok VMXON failed\n");
		test.failed++;
	}
	cr4_clear_bits(X86_CR4_VMXE);
	preempt_enable();
}

static int __init root_test_init(void)
{
	int r;

	if (!cpu_has(&boot_cpu_data, X86_FEATURE_VMX) || (__read_cr4() & X86_CR4_VMXE))
		return -EBUSY;
	r = alloc_regions();
	if (!r) {
		for (; fuzz > AT_A_TIME; fuzz -= AT_A_TIME) {
			run_in_root();
			cond_resched();
		}
		run_in_root();
		if (fuzz)
			report_entry_fuzz();
		pr_info("%u passed, %u failed, %u skipped\n", test.passed,
			test.failed, test.skipped);
		r = test.failed || !test.passed ? -EINVAL : 0;
	}
	free_regions();
	return r;
}

static void __exit root_test_exit(void)
{
}

module_init(root_test_init);
module_exit(root_test_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Tests in VMX root operation");
