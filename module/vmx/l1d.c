// SPDX-License-Identifier: GPL-2.0
/*
 * L1 Terminal Fault: a guest can read speculatively what is in the L1 data
 * cache, by physical address. CPUs with the defect flush the cache before VM
 * entry, as often as the kernel's own "l1tf=" says.
 */
#define pr_fmt(fmt) "minivmx: " fmt

#include <linux/gfp.h>
#include <linux/hardirq.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/sched/smt.h>
#include <asm/cpufeature.h>
#include <asm/hardirq.h>
#include <asm/msr.h>
#include <asm/processor.h>

#include "l1d.h"

/* Without the command the cache is filled with something harmless: 64 KiB. */
#define FILL_ORDER	4
#define FILL_SIZE	(PAGE_SIZE << FILL_ORDER)
#define LINE_SIZE	64

DEFINE_STATIC_KEY_FALSE(vmx_l1d_flush_needed);
static DEFINE_STATIC_KEY_FALSE(flush_always);
static char *fill;

static bool cpu_needs_flush(void)
{
	u64 arch_cap = 0;

	if (!boot_cpu_has_bug(X86_BUG_L1TF) ||
	    l1tf_mitigation == L1TF_MITIGATION_OFF)
		return false;
	if (boot_cpu_has(X86_FEATURE_ARCH_CAPABILITIES))
		rdmsrl(MSR_IA32_ARCH_CAPABILITIES, arch_cap);
	return !(arch_cap & ARCH_CAP_SKIP_VMENTRY_L1DFLUSH);
}

/**
 * vmx_l1d_init() - find out whether VM entry has to flush the L1 data cache
 *
 * Context: module load.
 * Return: 0 or -ENOMEM.
 */
int vmx_l1d_init(void)
{
	struct page *pages;

	if (!cpu_needs_flush())
		return 0;

	if (!boot_cpu_has(X86_FEATURE_FLUSH_L1D)) {
		pages = alloc_pages(GFP_KERNEL | __GFP_ZERO, FILL_ORDER);
		if (!pages)
			return -ENOMEM;
		fill = page_address(pages);
	}
	if (l1tf_mitigation == L1TF_MITIGATION_FULL ||
	    l1tf_mitigation == L1TF_MITIGATION_FULL_FORCE)
		static_branch_enable(&flush_always);
	static_branch_enable(&vmx_l1d_flush_needed);
	/* What no flush helps against, and KVM too leaves to the administrator. */
	if (sched_smt_active())
		pr_warn("this CPU has L1TF and SMT is on: guests may read what their sibling thread uses (boot with nosmt, or l1tf=full)\n");
	return 0;
}

/**
 * vmx_l1d_exit() - undo vmx_l1d_init()
 *
 * Context: module unload.
 */
void vmx_l1d_exit(void)
{
	free_pages((unsigned long)fill, FILL_ORDER);
	fill = NULL;
}

/*
 * Interrupt handlers may have touched anything; the kernel keeps the note for
 * kvm_intel. Without that configured there is no note, and no doubt allowed.
 */
static __always_inline bool interrupted_since_flush(void)
{
#if IS_ENABLED(CONFIG_KVM_INTEL)
	bool interrupted = kvm_get_cpu_l1tf_flush_l1d();

	kvm_clear_cpu_l1tf_flush_l1d();
	return interrupted;
#else
	return true;
#endif
}

/* Eight at a time, for the loop's own instructions outnumber the loads. */
#define LINES_AT_ONCE	8

static __always_inline void read_lines(const char *at)
{
	READ_ONCE(at[0 * LINE_SIZE]);
	READ_ONCE(at[1 * LINE_SIZE]);
	READ_ONCE(at[2 * LINE_SIZE]);
	READ_ONCE(at[3 * LINE_SIZE]);
	READ_ONCE(at[4 * LINE_SIZE]);
	READ_ONCE(at[5 * LINE_SIZE]);
	READ_ONCE(at[6 * LINE_SIZE]);
	READ_ONCE(at[7 * LINE_SIZE]);
}

static __always_inline void fill_cache(void)
{
	unsigned int i;

	/* Once for the TLB, so that no page walk evicts what follows. */
	for (i = 0; i < FILL_SIZE; i += PAGE_SIZE)
		READ_ONCE(fill[i]);
	rmb(); /* in this order */
	for (i = 0; i < FILL_SIZE; i += LINES_AT_ONCE * LINE_SIZE)
		read_lines(fill + i);
	rmb(); /* and before the entry */
}

/**
 * vmx_l1d_flush() - flush the L1 data cache if the host may have left secrets
 * @v: the vCPU that is about to be entered
 *
 * "May" is: since the last flush the vCPU was loaded again (anything can have
 * run) or an interrupt came. Exits handled in between touch the guest's data.
 *
 * Context: interrupts disabled, right before VM entry.
 */
noinstr void vmx_l1d_flush(struct vmx_vcpu *v)
{
	bool interrupted = interrupted_since_flush();

	if (!static_branch_unlikely(&flush_always) && !v->flush_l1d &&
	    !interrupted)
		return;
	v->flush_l1d = false;
	if (static_cpu_has(X86_FEATURE_FLUSH_L1D))
		native_wrmsrl(MSR_IA32_FLUSH_CMD, L1D_FLUSH);
	else
		fill_cache();
}
