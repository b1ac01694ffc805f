// SPDX-License-Identifier: GPL-2.0
/*
 * The MSRs that a VM's guests access without a VM exit, and with them the VMX
 * half of a VM, which else is its EPT.
 */
#include <linux/gfp.h>
#include <linux/string.h>
#include <asm/msr-index.h>

#include "enter.h"
#include "vmcs.h"

/* The MSR bitmap is four bitmaps: reads, then writes, of two ranges each. */
#define MSR_BITMAP_RANGE_BITS	0x2000
#define MSR_HIGH_START		0xc0000000
#define MSR_BITMAP_WRITE	(2 * MSR_BITMAP_RANGE_BITS)

/* SDM: "MSR-Bitmap Address". */
static void allow(struct vmx_vm *vm, u32 msr, bool read, bool write)
{
	bool high = msr >= MSR_HIGH_START;
	u32 bit = high ? msr - MSR_HIGH_START : msr;

	if (WARN_ON_ONCE(bit >= MSR_BITMAP_RANGE_BITS))
		return;
	if (high)
		bit += MSR_BITMAP_RANGE_BITS;
	if (read)
		__clear_bit(bit, vm->msr_bitmap);
	if (write)
		__clear_bit(bit + MSR_BITMAP_WRITE, vm->msr_bitmap);
}

/*
 * What the guest may access without an exit: what the CPU or switch.c keeps
 * apart from the host's, and what can only be read.
 */
static const struct {
	u32 msr;
	bool write;
	bool residency;		/* only for vmx_pass_residency_msrs() */
} passed_through[] = {
	{ MSR_FS_BASE, .write = true },
	{ MSR_GS_BASE, .write = true },
	{ MSR_KERNEL_GS_BASE, .write = true },
	{ MSR_IA32_SYSENTER_CS, .write = true },
	{ MSR_IA32_SYSENTER_ESP, .write = true },
	{ MSR_IA32_SYSENTER_EIP, .write = true },
	{ MSR_IA32_TSC },
	{ MSR_CORE_C1_RES, .residency = true },
	{ MSR_CORE_C3_RESIDENCY, .residency = true },
	{ MSR_CORE_C6_RESIDENCY, .residency = true },
	{ MSR_CORE_C7_RESIDENCY, .residency = true },
};

static void fill_bitmap(struct vmx_vm *vm,
			bool (*allows)(const void *filter, u32 msr, bool write),
			const void *filter)
{
	u32 msr;
	int i;

	memset(vm->msr_bitmap, 0xff, PAGE_SIZE);
	for (i = 0; i < ARRAY_SIZE(passed_through); i++) {
		if (passed_through[i].residency &&
		    !READ_ONCE(vm->residency_msrs_passed))
			continue;
		msr = passed_through[i].msr;
		allow(vm, msr, allows(filter, msr, false),
		      passed_through[i].write && allows(filter, msr, true));
	}
}

/**
 * vmx_filter_msrs() - choose the accesses that do not exit
 * @vm: the VM
 * @allows: says whether an MSR may be accessed without an exit
 * @filter: its first argument
 *
 * Context: may sleep. When it returns every vCPU obeys.
 */
void vmx_filter_msrs(struct vmx_vm *vm,
		     bool (*allows)(const void *filter, u32 msr, bool write),
		     const void *filter)
{
	fill_bitmap(vm, allows, filter);
	vmx_kick_all(vm);
}

/**
 * vmx_pass_residency_msrs() - let the guest read how long its core has slept
 * @vm: the VM; vmx_filter_msrs() makes it so
 */
void vmx_pass_residency_msrs(struct vmx_vm *vm)
{
	WRITE_ONCE(vm->residency_msrs_passed, true);
}

/**
 * vmx_forgo_exiting() - let instructions of the guest execute without an exit
 * @vm: the VM
 * @controls: primary processor-based controls that its vCPUs do without from
 * now on, but for those there are already; HLT, MWAIT and MONITOR exiting only
 *
 * SDM: "Primary Processor-Based VM-Execution Controls".
 *
 * Context: one at a time.
 */
void vmx_forgo_exiting(struct vmx_vm *vm, u32 controls)
{
	WRITE_ONCE(vm->proc_controls_forgone,
		   vm->proc_controls_forgone | controls);
}

static bool allows_all(const void *filter, u32 msr, bool write)
{
	return true;
}

/**
 * vmx_vm_create() - the VMX half of a VM, but for its EPT
 * @vm: zeroed
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int vmx_vm_create(struct vmx_vm *vm)
{
	spin_lock_init(&vm->vcpus_lock);
	INIT_LIST_HEAD(&vm->vcpus);
	vm->msr_bitmap = (unsigned long *)__get_free_page(GFP_KERNEL_ACCOUNT);
	if (!vm->msr_bitmap)
		return -ENOMEM;

	fill_bitmap(vm, allows_all, NULL);
	return 0;
}

/**
 * vmx_vm_destroy() - undo vmx_vm_create()
 * @vm: the VM, without vCPUs
 *
 * Context: may sleep.
 */
void vmx_vm_destroy(struct vmx_vm *vm)
{
	free_page((unsigned long)vm->msr_bitmap);
	vm->msr_bitmap = NULL;
}
