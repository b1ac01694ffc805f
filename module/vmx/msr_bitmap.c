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

/**
 * vmx_msr_allow() - let the guest access an MSR without a VM exit
 * @vm: the VM
 * @msr: its number, 0..0x1fff or 0xc0000000..0xc0001fff
 * @read: RDMSR does not exit
 * @write: WRMSR does not exit
 *
 * SDM: "MSR-Bitmap Address". Only for MSRs that the CPU or switch.c keeps apart
 * from the host's.
 */
void vmx_msr_allow(struct vmx_vm *vm, u32 msr, bool read, bool write)
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

/* What the guest may access without an exit: SDM "MSR-Bitmap Address". */
static const struct { u32 msr; bool write; } passed_through[] = {
	{ MSR_FS_BASE, true },
	{ MSR_GS_BASE, true },
	{ MSR_KERNEL_GS_BASE, true },
	{ MSR_IA32_SYSENTER_CS, true },
	{ MSR_IA32_SYSENTER_ESP, true },
	{ MSR_IA32_SYSENTER_EIP, true },
	{ MSR_IA32_TSC, false },
};

/**
 * vmx_filter_msrs() - make accesses exit that would not otherwise
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
	u32 msr;
	int i;

	memset(vm->msr_bitmap, 0xff, PAGE_SIZE);
	for (i = 0; i < ARRAY_SIZE(passed_through); i++) {
		msr = passed_through[i].msr;
		vmx_msr_allow(vm, msr, allows(filter, msr, false),
			      passed_through[i].write &&
			      allows(filter, msr, true));
	}
	vmx_kick_all(vm);
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
	int i;

	spin_lock_init(&vm->vcpus_lock);
	INIT_LIST_HEAD(&vm->vcpus);
	vm->msr_bitmap = (unsigned long *)__get_free_page(GFP_KERNEL_ACCOUNT);
	if (!vm->msr_bitmap)
		return -ENOMEM;

	memset(vm->msr_bitmap, 0xff, PAGE_SIZE);
	for (i = 0; i < ARRAY_SIZE(passed_through); i++)
		vmx_msr_allow(vm, passed_through[i].msr, true,
			      passed_through[i].write);
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
