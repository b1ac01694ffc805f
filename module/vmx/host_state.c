// SPDX-License-Identifier: GPL-2.0
/*
 * Host state around the guest. VM exit loads most of it from the VMCS, which is
 * written where it has changed.
 *
 * What VM exit can't or doesn't give back, and the kernel itself doesn't need,
 * are the task's segment selectors, the LDT, the limits of GDT and TSS. Saved at
 * the first entry after vmx_vcpu_load(), restored by vmx_vcpu_put(), so that
 * exits handled in between don't pay for it.
 *
 * SDM: "Loading Host State", "Loading Host Segment and Descriptor-Table
 * Registers". VM exit loads FS.base and GS.base from the host-state area, DS,
 * ES and LDTR become unusable, the GDT's limit becomes 0xffff and the TSS's
 * 0x67. The IDT's limit becomes 0xffff as well, which no vector can reach.
 */
#include <linux/hardirq.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/smp.h>
#include <asm/cpufeature.h>
#include <asm/debugreg.h>
#include <asm/desc.h>
#include <asm/fsgsbase.h>
#include <asm/msr.h>
#include <asm/pkru.h>
#include <asm/segment.h>
#include <asm/special_insns.h>
#include <asm/tlbflush.h>

#include "../compat.h"
#include "enter.h"
#include "vmcs_access.h"

/* Remember what the coming VM exits lose. */
static void save_host(struct vmx_vcpu *v)
{
	unsigned long fs_base = x86_fsbase_read_cpu();

	if (fs_base != v->host_fs_base) {
		vmcs_write_natural(v, HOST_FS_BASE, fs_base);
		v->host_fs_base = fs_base;
	}
	savesegment(ds, v->host_ds_sel);
	savesegment(es, v->host_es_sel);
	savesegment(fs, v->host_fs_sel);
	savesegment(gs, v->host_gs_sel);
	store_ldt(v->host_ldt_sel);
	if (cpu_feature_enabled(X86_FEATURE_OSPKE))
		v->host_pkru = read_pkru();
	v->host_saved = true;
}

/*
 * Counts the interrupts by which the kernel makes a CPU change what host state
 * depends on: performance events (DEBUGCTL) and RCU's wishes arrive by function
 * calls, timers, irq_work and NMIs, and by nothing else while a task stays on
 * its CPU.
 */
static unsigned int host_interrupts(void)
{
	return __this_cpu_read(irq_stat.irq_call_count) +
	       __this_cpu_read(irq_stat.apic_timer_irqs) +
	       __this_cpu_read(irq_stat.apic_irq_work_irqs) +
	       __this_cpu_read(irq_stat.apic_perf_irqs) +
	       __this_cpu_read(irq_stat.__nmi_count);
}

/* Also at the first entry after a load, for another task may have run. */
static void refresh_after_interrupt(struct vmx_vcpu *v, unsigned int interrupts)
{
	/* The guest is as good as user mode: no RCU reader is here. */
	if (interrupts != v->host_interrupts)
		rcu_note_context_switch(false);
	v->host_interrupts = interrupts;
	v->host_debugctl = get_debugctlmsr();
	vmx_switch_perf_msrs(v);
}

/**
 * vmx_refresh_host() - see what has changed of the host since the last entry
 * @v: the vCPU
 *
 * What only an interrupt can change is looked at after one. The first time
 * after vmx_vcpu_load() also saves what the coming VM exits lose.
 *
 * SDM: "Host-State Area".
 *
 * Context: interrupts disabled, and until VM entry; vCPU loaded.
 */
void vmx_refresh_host(struct vmx_vcpu *v)
{
	unsigned long cr3 = __native_read_cr3();
	unsigned long cr4 = cr4_read_shadow();
	unsigned int interrupts = host_interrupts();

	if (unlikely(cr3 != v->host_cr3)) {
		vmcs_write_natural(v, HOST_CR3, cr3);
		v->host_cr3 = cr3;
	}
	if (unlikely(cr4 != v->host_cr4)) {
		vmcs_write_natural(v, HOST_CR4, cr4);
		v->host_cr4 = cr4;
	}
	if (unlikely(interrupts != v->host_interrupts || !v->host_saved))
		refresh_after_interrupt(v, interrupts);
	if (unlikely(!v->host_saved))
		save_host(v);
}

/* The selector's load also loads a base, which may not be the task's. */
static void restore_fs(struct vmx_vcpu *v)
{
	loadsegment(fs, v->host_fs_sel);
	x86_fsbase_write_cpu(v->host_fs_base);
}

static void restore_gs(struct vmx_vcpu *v)
{
	u64 task_gs_base;

	rdmsrl(MSR_KERNEL_GS_BASE, task_gs_base);
	load_gs_index(v->host_gs_sel);
	wrmsrl(MSR_KERNEL_GS_BASE, task_gs_base);
}

/* 64-bit tasks have zero in all of them. */
static void restore_segments(struct vmx_vcpu *v)
{
	if (v->host_ldt_sel)
		asm volatile("lldt %0" : : "m" (v->host_ldt_sel));
	if (v->host_ds_sel)
		loadsegment(ds, v->host_ds_sel);
	if (v->host_es_sel)
		loadsegment(es, v->host_es_sel);
	if (v->host_fs_sel)
		restore_fs(v);
	if (v->host_gs_sel)
		restore_gs(v);
}

/**
 * vmx_restore_host() - put back what VM exits have lost
 * @v: the vCPU
 *
 * Context: preemption disabled since vmx_refresh_host(), on the same CPU; the
 * task's KERNEL_GS_BASE is loaded.
 */
void vmx_restore_host(struct vmx_vcpu *v)
{
	load_fixmap_gdt(raw_smp_processor_id());
	restore_segments(v);
	/* The I/O bitmap lies behind the limit; who needs it reloads TR. */
	invalidate_tss_limit();
	compat_ibpb_at_exit_to_user();
	v->host_saved = false;
}
