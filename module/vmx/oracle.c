// SPDX-License-Identifier: GPL-2.0
/*
 * The host-state oracle of debug builds: a snapshot of what belongs to the host
 * before it is lent to a guest, compared with what has come back.
 *
 * State is given back in two steps, and compared there: what the kernel itself
 * runs on right after each VM exit, the rest when the vCPU is put, before the
 * task can be scheduled or return to user mode. The limits of IDT and TSS are
 * left out: no vector reaches beyond the IDT, and the kernel has a note of its
 * own that TR must be loaded again.
 */
#include <linux/bug.h>
#include <linux/percpu.h>
#include <asm/cpufeature.h>
#include <asm/debugreg.h>
#include <asm/desc.h>
#include <asm/fpu/xcr.h>
#include <asm/fsgsbase.h>
#include <asm/msr.h>
#include <asm/pkru.h>
#include <asm/segment.h>
#include <asm/special_insns.h>
#include <asm/tlbflush.h>

#include "oracle.h"

/* When a piece of state must be the host's again. */
enum oracle_time { AFTER_EXIT, AT_PUT };

struct oracle_item {
	const char *name;
	enum oracle_time time;
	u64 (*read)(u32 arg);
	u32 arg;
	int feature;	/* X86_FEATURE_* without which it does not exist */
};

#define ALWAYS	X86_FEATURE_ALWAYS

static u64 read_cr(u32 cr)
{
	switch (cr) {
	case 0:
		return native_read_cr0();
	case 3:
		return __native_read_cr3();
	default:
		return native_read_cr4();
	}
}

/* While no breakpoint of the host is enabled, DR0-DR3 are nobody's. */
static u64 read_dr(u32 dr)
{
	if (dr != 7 && !hw_breakpoint_active())
		return 0;
	return native_get_debugreg(dr) & ~DR_CONTROL_RESERVED;
}

static u64 read_one_msr(u32 msr)
{
	return native_read_msr(msr);
}

static u64 read_selector(u32 reg)
{
	u16 selector = 0;

	switch (reg) {
	case 'c':
		savesegment(cs, selector);
		break;
	case 'd':
		savesegment(ds, selector);
		break;
	case 'e':
		savesegment(es, selector);
		break;
	case 'f':
		savesegment(fs, selector);
		break;
	case 'g':
		savesegment(gs, selector);
		break;
	case 's':
		savesegment(ss, selector);
		/*
		 * In 64-bit mode at CPL 0 the null selector is as good: an
		 * interrupt in user mode leaves it, and so do the switches
		 * between the tasks that follow.
		 */
		if (!selector)
			selector = __KERNEL_DS;
		break;
	case 'l':
		store_ldt(selector);
		break;
	case 't':
		store_tr(selector);
		break;
	}
	return selector;
}

static u64 read_gdt_base(u32 unused)
{
	struct desc_ptr gdt;

	native_store_gdt(&gdt);
	return gdt.address;
}

static u64 read_gdt_limit(u32 unused)
{
	struct desc_ptr gdt;

	native_store_gdt(&gdt);
	return gdt.size;
}

static u64 read_idt_base(u32 unused)
{
	struct desc_ptr idt;

	store_idt(&idt);
	return idt.address;
}

/* The type in TR's descriptor: available or busy. */
static u64 read_tss_type(u32 unused)
{
	return get_cpu_gdt_ro(raw_smp_processor_id())[GDT_ENTRY_TSS].type;
}

static u64 read_xcr0(u32 unused)
{
	return xgetbv(XCR_XFEATURE_ENABLED_MASK);
}

static u64 read_host_pkru(u32 unused)
{
	return rdpkru();
}

static const struct oracle_item items[] = {
	{ "CR0", AFTER_EXIT, read_cr, 0, ALWAYS },
	{ "CR3", AFTER_EXIT, read_cr, 3, ALWAYS },
	{ "CR4", AFTER_EXIT, read_cr, 4, ALWAYS },
	{ "DR0", AFTER_EXIT, read_dr, 0, ALWAYS },
	{ "DR1", AFTER_EXIT, read_dr, 1, ALWAYS },
	{ "DR2", AFTER_EXIT, read_dr, 2, ALWAYS },
	{ "DR3", AFTER_EXIT, read_dr, 3, ALWAYS },
	{ "DR7", AFTER_EXIT, read_dr, 7, ALWAYS },
	{ "CS", AFTER_EXIT, read_selector, 'c', ALWAYS },
	{ "SS", AFTER_EXIT, read_selector, 's', ALWAYS },
	{ "TR", AFTER_EXIT, read_selector, 't', ALWAYS },
	{ "TSS type", AFTER_EXIT, read_tss_type, 0, ALWAYS },
	{ "GDT base", AFTER_EXIT, read_gdt_base, 0, ALWAYS },
	{ "IDT base", AFTER_EXIT, read_idt_base, 0, ALWAYS },
	{ "FS base", AFTER_EXIT, read_one_msr, MSR_FS_BASE, ALWAYS },
	{ "GS base", AFTER_EXIT, read_one_msr, MSR_GS_BASE, ALWAYS },
	{ "IA32_DEBUGCTL", AFTER_EXIT, read_one_msr, MSR_IA32_DEBUGCTLMSR,
	  ALWAYS },
	{ "IA32_PAT", AFTER_EXIT, read_one_msr, MSR_IA32_CR_PAT, ALWAYS },
	{ "IA32_EFER", AFTER_EXIT, read_one_msr, MSR_EFER, ALWAYS },
	{ "IA32_SYSENTER_CS", AFTER_EXIT, read_one_msr, MSR_IA32_SYSENTER_CS,
	  ALWAYS },
	{ "IA32_SYSENTER_ESP", AFTER_EXIT, read_one_msr, MSR_IA32_SYSENTER_ESP,
	  ALWAYS },
	{ "IA32_SYSENTER_EIP", AFTER_EXIT, read_one_msr, MSR_IA32_SYSENTER_EIP,
	  ALWAYS },
	{ "IA32_SPEC_CTRL", AFTER_EXIT, read_one_msr, MSR_IA32_SPEC_CTRL,
	  X86_FEATURE_MSR_SPEC_CTRL },
	{ "IA32_XSS", AFTER_EXIT, read_one_msr, MSR_IA32_XSS,
	  X86_FEATURE_XSAVES },
	{ "XCR0", AFTER_EXIT, read_xcr0, 0, X86_FEATURE_OSXSAVE },
	{ "PKRU", AFTER_EXIT, read_host_pkru, 0, X86_FEATURE_OSPKE },

	{ "DS", AT_PUT, read_selector, 'd', ALWAYS },
	{ "ES", AT_PUT, read_selector, 'e', ALWAYS },
	{ "FS", AT_PUT, read_selector, 'f', ALWAYS },
	{ "GS", AT_PUT, read_selector, 'g', ALWAYS },
	{ "LDTR", AT_PUT, read_selector, 'l', ALWAYS },
	{ "GDT limit", AT_PUT, read_gdt_limit, 0, ALWAYS },
	{ "IA32_STAR", AT_PUT, read_one_msr, MSR_STAR, ALWAYS },
	{ "IA32_LSTAR", AT_PUT, read_one_msr, MSR_LSTAR, ALWAYS },
	{ "IA32_CSTAR", AT_PUT, read_one_msr, MSR_CSTAR, ALWAYS },
	{ "IA32_FMASK", AT_PUT, read_one_msr, MSR_SYSCALL_MASK, ALWAYS },
	{ "IA32_TSC_AUX", AT_PUT, read_one_msr, MSR_TSC_AUX,
	  X86_FEATURE_RDTSCP },
	{ "IA32_KERNEL_GS_BASE", AT_PUT, read_one_msr, MSR_KERNEL_GS_BASE,
	  ALWAYS },
};

/* Per CPU, used with preemption disabled; each moment has its own. */
struct oracle_snapshot {
	u64 value[ARRAY_SIZE(items)];
};

/* One report of each: the first difference makes the next ones. */
static bool reported[ARRAY_SIZE(items)];

static DEFINE_PER_CPU(struct oracle_snapshot, at_load);
static DEFINE_PER_CPU(struct oracle_snapshot, at_entry);

static bool exists(const struct oracle_item *item)
{
	return boot_cpu_has(item->feature);
}

static void take(struct oracle_snapshot *snapshot)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(items); i++)
		if (exists(&items[i]))
			snapshot->value[i] = items[i].read(items[i].arg);
}

static void compare(const struct oracle_snapshot *snapshot,
		    enum oracle_time time)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(items); i++) {
		const struct oracle_item *item = &items[i];
		u64 value;

		if (item->time != time || !exists(item))
			continue;
		value = item->read(item->arg);
		if (value == snapshot->value[i] || xchg(&reported[i], true))
			continue;
		WARN(true, "minivmx: host %s was %#llx and is %#llx %s\n",
		     item->name, snapshot->value[i], value,
		     time == AT_PUT ? "when the vCPU is put" :
				      "after a VM exit");
	}
}

/**
 * vmx_oracle_loaded() - the vCPU is loaded, and nothing has changed yet
 *
 * Context: preemption disabled.
 */
void vmx_oracle_loaded(void)
{
	take(this_cpu_ptr(&at_load));
}

/**
 * vmx_oracle_before_entry() - the guest's state will be loaded from here on
 *
 * Context: interrupts disabled.
 */
void vmx_oracle_before_entry(void)
{
	take(this_cpu_ptr(&at_entry));
}

/**
 * vmx_oracle_after_exit() - the host's state has been loaded
 *
 * Context: interrupts disabled since vmx_oracle_before_entry().
 */
void vmx_oracle_after_exit(void)
{
	compare(this_cpu_ptr(&at_entry), AFTER_EXIT);
}

/**
 * vmx_oracle_put() - the CPU is the task's again
 *
 * Context: preemption disabled since vmx_oracle_loaded().
 */
void vmx_oracle_put(void)
{
	compare(this_cpu_ptr(&at_load), AT_PUT);
}
