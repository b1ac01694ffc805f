// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's performance counters around the guest: those of events that
 * exclude guests stop at VM entry, and so do those that make the CPU write
 * records (PEBS), for it would write them to the guest's linear addresses.
 *
 * SDM: "VM-Entry Controls for MSRs", "VM-Exit Controls for MSRs", "Precise
 * Event Based Sampling (PEBS)".
 */
#include <asm/perf_event.h>

#include "enter.h"
#include "vmcs_access.h"

static void set_entry(struct vmx_msr_entry *entry, u32 msr, u64 value)
{
	entry->index = msr;
	entry->value = value;
}

static void set_count(struct vmx_vcpu *v, u32 nr)
{
	if (nr == v->nr_perf_msrs)
		return;
	vmcs_write32(v, VM_ENTRY_MSR_LOAD_COUNT, nr);
	vmcs_write32(v, VM_EXIT_MSR_LOAD_COUNT, nr);
	v->nr_perf_msrs = nr;
}

/**
 * vmx_switch_perf_msrs() - choose the MSRs that VM entry and exit switch
 * @v: the vCPU
 *
 * To be called whenever performance events can have changed: after interrupts
 * and context switches.
 *
 * Context: interrupts disabled, VMCS current.
 */
void vmx_switch_perf_msrs(struct vmx_vcpu *v)
{
	struct perf_guest_switch_msr *msrs;
	u32 used = 0;
	int i, nr = 0;

	msrs = perf_guest_get_msrs(&nr, NULL);
	if (!msrs)
		nr = 0;
	for (i = 0; i < nr; i++) {
		if (msrs[i].host == msrs[i].guest)
			continue;
		if (WARN_ON_ONCE(used == VMX_MAX_PERF_MSRS))
			break;
		set_entry(&v->perf_guest[used], msrs[i].msr, msrs[i].guest);
		set_entry(&v->perf_host[used], msrs[i].msr, msrs[i].host);
		used++;
	}
	set_count(v, used);
}
