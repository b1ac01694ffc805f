// SPDX-License-Identifier: GPL-2.0
/*
 * Gives hypervisors MSRs to switch that VM entry cannot load: what perf wants
 * switched is all that they take from elsewhere. With bad=1, the first entry of
 * the area can be loaded, the second one cannot; VM exit can load both.
 */
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <asm/msr.h>
#include <asm/perf_event.h>
#include <asm/segment.h>

#define NO_MEMORY_TYPE	2	/* in the lowest byte of IA32_PAT */

static bool bad;
module_param(bad, bool, 0644);
MODULE_PARM_DESC(bad, "let VM entries fail");

/* One whose guest's value is the host's is not to be switched. */
static struct perf_guest_switch_msr msrs[2] = {
	{ .msr = MSR_IA32_SYSENTER_CS, .host = __KERNEL_CS },
	{ .msr = MSR_IA32_CR_PAT },
};

/* The pointer to where the number goes. */
static int remember_argument(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	*(int **)instance->data = (int *)regs->di;
	return 0;
}

static int replace_result(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	u64 pat = msrs[1].host;

	msrs[0].guest = READ_ONCE(bad) ? 0 : msrs[0].host;
	msrs[1].guest = READ_ONCE(bad) ? (pat & ~0xffull) | NO_MEMORY_TYPE : pat;
	**(int **)instance->data = ARRAY_SIZE(msrs);
	regs->ax = (unsigned long)msrs;
	return 0;
}

static struct kretprobe probe = {
	.kp.symbol_name	= "perf_guest_get_msrs",
	.entry_handler	= remember_argument,
	.handler	= replace_result,
	.data_size	= sizeof(int *),
};

static int __init bad_msrs_init(void)
{
	rdmsrl(MSR_IA32_CR_PAT, msrs[1].host);
	return register_kretprobe(&probe);
}

static void __exit bad_msrs_exit(void)
{
	unregister_kretprobe(&probe);
}

module_init(bad_msrs_init);
module_exit(bad_msrs_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Lets VM entries fail to load an MSR");
