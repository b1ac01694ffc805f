// SPDX-License-Identifier: GPL-2.0
/* What the VM-entry checks need to know of this CPU and of its current VMCS. */
#include <linux/bitfield.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/uaccess.h>
#include <asm/msr.h>
#include <asm/processor.h>

#include "entry_check_cpu.h"
#include "insn.h"

#define BASIC_TRUE_CONTROLS		BIT_ULL(55)
#define MSR_VMX_PROCBASED_CTLS3		0x492
#define MSR_VMX_EXIT_CTLS2		0x493
#define PERF_CAP_METRICS		BIT_ULL(15)

#define CPUID_7_EBX_SGX			BIT(2)
#define CPUID_7_EBX_RTM			BIT(11)
#define CPUID_7_ECX_LA57		BIT(16)
#define CPUID_7_ECX_BUS_LOCK_DETECT	BIT(24)
#define CPUID_7_1_EAX_LAM		BIT(26)
#define CPUID_80000001_EDX_NX		BIT(20)
#define CPUID_80000008_EAX_PHYS_BITS	GENMASK(7, 0)
#define CPUID_A_EAX_COUNTERS		GENMASK(15, 8)
#define CPUID_A_EDX_FIXED_COUNTERS	GENMASK(4, 0)

/* SDM: IA32_PERF_GLOBAL_CTRL MSR */
#define GLOBAL_CTRL_FIXED_SHIFT		32
#define GLOBAL_CTRL_METRICS		BIT_ULL(48)

/* IA32_DEBUGCTL: LBR, BTF, and TR up to RTM_DEBUG */
#define DEBUGCTL_BITS			(BIT(0) | BIT(1) | GENMASK(15, 6))
#define DEBUGCTL_BUS_LOCK		BIT(2)

/* An MSR that older processors lack; reads as zero there. */
static u64 read_optional(u32 msr)
{
	u64 value;

	return rdmsrl_safe(msr, &value) ? 0 : value;
}

static u64 read_allowed(u64 basic, u32 msr, u32 true_msr)
{
	return read_optional(basic & BASIC_TRUE_CONTROLS ? true_msr : msr);
}

static u64 perf_global_ctrl_bits(void)
{
	u64 general, fixed, metrics = 0;

	if (cpuid_eax(0) < 0xa)
		return 0;
	general = BIT_ULL(FIELD_GET(CPUID_A_EAX_COUNTERS, cpuid_eax(0xa))) - 1;
	fixed = BIT_ULL(FIELD_GET(CPUID_A_EDX_FIXED_COUNTERS, cpuid_edx(0xa))) - 1;
	if (read_optional(MSR_IA32_PERF_CAPABILITIES) & PERF_CAP_METRICS)
		metrics = GLOBAL_CTRL_METRICS;
	return general | fixed << GLOBAL_CTRL_FIXED_SHIFT | metrics;
}

static void read_cpuid(struct vmx_entry_caps *caps)
{
	u32 eax = 0, ebx = 0, ecx = 0, edx = 0, lam = 0;

	if (cpuid_eax(0) >= 7)
		cpuid_count(7, 0, &eax, &ebx, &ecx, &edx);
	if (eax >= 1) {
		u32 unused;

		cpuid_count(7, 1, &lam, &unused, &unused, &unused);
	}
	caps->linear_bits = ecx & CPUID_7_ECX_LA57 ? 57 : 48;
	caps->phys_bits = FIELD_GET(CPUID_80000008_EAX_PHYS_BITS, cpuid_eax(0x80000008));
	caps->lam = lam & CPUID_7_1_EAX_LAM;
	caps->sgx = ebx & CPUID_7_EBX_SGX;
	caps->rtm = ebx & CPUID_7_EBX_RTM;
	caps->bus_lock_debug = ecx & CPUID_7_ECX_BUS_LOCK_DETECT;

	caps->efer_bits = EFER_SCE | EFER_LME | EFER_LMA;
	if (cpuid_edx(0x80000001) & CPUID_80000001_EDX_NX)
		caps->efer_bits |= EFER_NX;
	caps->debugctl_bits = DEBUGCTL_BITS;
	if (caps->bus_lock_debug)
		caps->debugctl_bits |= DEBUGCTL_BUS_LOCK;
	caps->perf_global_ctrl_bits = perf_global_ctrl_bits();
}

/**
 * vmx_entry_caps_read() - what this CPU supports, for vmx_entry_check()
 * @caps: where to put it
 *
 * Reads about 20 MSRs and CPUID, whose values are the same on all CPUs and do
 * not change: once is enough. MSRs that no VMCS of MiniVMX loads
 * (IA32_RTIT_CTL, IA32_LBR_CTL) count as without reserved bits. NMIs count as
 * blocked by STI: the SDM leaves that to the processor, and the lab's does it.
 *
 * SDM: VMX Capability Reporting Facility.
 *
 * Context: a CPU with VMX; any but NMI.
 */
void vmx_entry_caps_read(struct vmx_entry_caps *caps)
{
	u64 basic = read_optional(MSR_IA32_VMX_BASIC);

	*caps = (struct vmx_entry_caps) {
		.basic = basic,
		.misc = read_optional(MSR_IA32_VMX_MISC),
		.pin_based = read_allowed(basic, MSR_IA32_VMX_PINBASED_CTLS,
					  MSR_IA32_VMX_TRUE_PINBASED_CTLS),
		.proc_based = read_allowed(basic, MSR_IA32_VMX_PROCBASED_CTLS,
					   MSR_IA32_VMX_TRUE_PROCBASED_CTLS),
		.proc_based2 = read_optional(MSR_IA32_VMX_PROCBASED_CTLS2),
		.proc_based3 = read_optional(MSR_VMX_PROCBASED_CTLS3),
		.exit = read_allowed(basic, MSR_IA32_VMX_EXIT_CTLS,
				     MSR_IA32_VMX_TRUE_EXIT_CTLS),
		.exit2 = read_optional(MSR_VMX_EXIT_CTLS2),
		.entry = read_allowed(basic, MSR_IA32_VMX_ENTRY_CTLS,
				      MSR_IA32_VMX_TRUE_ENTRY_CTLS),
		.cr0_fixed0 = read_optional(MSR_IA32_VMX_CR0_FIXED0),
		.cr0_fixed1 = read_optional(MSR_IA32_VMX_CR0_FIXED1),
		.cr4_fixed0 = read_optional(MSR_IA32_VMX_CR4_FIXED0),
		.cr4_fixed1 = read_optional(MSR_IA32_VMX_CR4_FIXED1),
		.ept_vpid = read_optional(MSR_IA32_VMX_EPT_VPID_CAP),
		.vmfunc = read_optional(MSR_IA32_VMX_VMFUNC),
		.rtit_ctl_bits = ~0ull,
		.lbr_ctl_bits = ~0ull,
		.sti_blocks_nmi = true,
	};
	read_cpuid(caps);
}

/* A field that the CPU does not have is not the VM's fault: it reads as zero. */
static u64 read_field(const struct vmcs_view *view, u32 field)
{
	unsigned long value;

	return vmread(field, &value) == VMX_SUCCEED ? value : 0;
}

/* The address comes from the VMCS, which may hold anything. */
static int read_memory(const struct vmcs_view *view, u64 address, void *data,
		       unsigned int size)
{
	if (!pfn_valid(PHYS_PFN(address)) || offset_in_page(address) + size > PAGE_SIZE)
		return -EFAULT;
	return copy_from_kernel_nofault(data, phys_to_virt(address), size);
}

/**
 * vmcs_view_current() - a view of this CPU's current VMCS
 * @view: the view to initialise
 * @v: vCPU whose VMCS is current; what it caches has been written back
 * @caps: what the CPU supports, from vmx_entry_caps_read()
 *
 * Context: vCPU loaded, preemption disabled, as long as @view is used.
 */
void vmcs_view_current(struct vmcs_view *view, const struct vmx_vcpu *v,
		       const struct vmx_entry_caps *caps)
{
	*view = (struct vmcs_view) {
		.caps = caps,
		.read = read_field,
		.read_memory = read_memory,
		.vmcs_address = v->vmcs_pa,
		.host_ia32e = IS_ENABLED(CONFIG_X86_64),
	};
}
