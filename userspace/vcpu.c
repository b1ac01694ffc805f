// SPDX-License-Identifier: GPL-2.0
/* The vCPU and how it starts. */
#include "vcpu.h"

#include <err.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "power.h"
#include "vm.h"

#define CR0_PE		0x00000001ULL
#define CR0_PG		0x80000000ULL
#define CR4_PAE		0x00000020ULL
#define EFER_LME	0x00000100ULL
#define EFER_LMA	0x00000400ULL
#define RFLAGS_FIXED	0x00000002ULL
#define APIC_ENABLE	0x00000800ULL

#define MSR_MISC_ENABLE		0x1a0
#define MISC_FAST_STRING	0x1

/* Segment types: accessed; the TSS is busy. */
#define TYPE_CODE	0xb
#define TYPE_DATA	0x3
#define TYPE_TSS	0xb

/* Flat 4-GiB segments: code for BOOT_CS, data for BOOT_DS. */
const uint64_t boot_gdt64[BOOT_GDT_SIZE] = {
	0, 0, 0x00af9b000000ffff, 0x00cf93000000ffff,
};

const uint64_t boot_gdt32[BOOT_GDT_SIZE] = {
	0, 0, 0x00cf9b000000ffff, 0x00cf93000000ffff,
};

void vcpu_create(struct vcpu *vcpu, const struct vm *vm, unsigned int id)
{
	int size;

	vcpu->fd = ioctl(vm->fd, KVM_CREATE_VCPU, (unsigned long)id);
	if (vcpu->fd < 0)
		err(STATUS_SETUP, "%s: KVM_CREATE_VCPU", vm->device);
	size = ioctl(vm->system, KVM_GET_VCPU_MMAP_SIZE, 0);
	if (size < (int)sizeof(*vcpu->run))
		errx(STATUS_SETUP, "%s: KVM_GET_VCPU_MMAP_SIZE gives %d, too few for struct kvm_run",
		     vm->device, size);
	vcpu->run = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED,
			 vcpu->fd, 0);
	if (vcpu->run == MAP_FAILED)
		err(STATUS_SETUP, "%s: mmap of the vCPU", vm->device);
}

static void set_segments(struct kvm_sregs *sregs, bool long_mode)
{
	const struct kvm_segment data = {
		.limit = 0xffffffff, .selector = BOOT_DS, .type = TYPE_DATA,
		.present = 1, .db = 1, .s = 1, .g = 1,
	};

	sregs->cs = data;
	sregs->cs.selector = BOOT_CS;
	sregs->cs.type = TYPE_CODE;
	sregs->cs.l = long_mode;
	sregs->cs.db = !long_mode;
	sregs->ds = data;
	sregs->es = data;
	sregs->fs = data;
	sregs->gs = data;
	sregs->ss = data;
	sregs->tr = (struct kvm_segment){ .limit = 0x67, .type = TYPE_TSS,
					  .present = 1 };
}

static void set_mode(struct kvm_sregs *sregs, const struct cpu_start *start)
{
	/* No local APIC: CPUID says the same. */
	sregs->apic_base &= ~APIC_ENABLE;

	if (start->mode == CPU_REAL) {
		sregs->cs.selector = 0;
		sregs->cs.base = 0;
		return;
	}
	set_segments(sregs, start->mode == CPU_LONG);
	sregs->gdt.base = start->gdt;
	sregs->gdt.limit = sizeof(boot_gdt64) - 1;
	sregs->idt.base = 0;
	sregs->idt.limit = 0;
	sregs->cr0 |= CR0_PE;
	if (start->mode == CPU_LONG) {
		sregs->cr0 |= CR0_PG;
		sregs->cr3 = start->cr3;
		sregs->cr4 |= CR4_PAE;
		sregs->efer |= EFER_LME | EFER_LMA;
	}
}

/*
 * Linux copies memory faster when firmware has allowed fast string operations.
 * A device without that MSR still runs the guest, so this may fail.
 */
static void allow_fast_strings(const struct vcpu *vcpu)
{
	union {
		struct kvm_msrs msrs;
		uint8_t room[sizeof(struct kvm_msrs) +
			     sizeof(struct kvm_msr_entry)];
	} one = { .msrs.nmsrs = 1 };

	one.msrs.entries[0].index = MSR_MISC_ENABLE;
	if (ioctl(vcpu->fd, KVM_GET_MSRS, &one) != 1)
		return;
	one.msrs.entries[0].data |= MISC_FAST_STRING;
	ioctl(vcpu->fd, KVM_SET_MSRS, &one);
}

void vcpu_start(const struct vcpu *vcpu, const struct cpu_start *start)
{
	struct kvm_regs regs = {
		.rip = start->rip,
		.rsp = start->rsp,
		.rsi = start->rsi,
		.rbx = start->rbx,
		.rflags = RFLAGS_FIXED,
	};
	struct kvm_sregs sregs;

	if (ioctl(vcpu->fd, KVM_GET_SREGS, &sregs))
		err(STATUS_SETUP, "KVM_GET_SREGS");
	set_mode(&sregs, start);
	if (ioctl(vcpu->fd, KVM_SET_SREGS, &sregs))
		err(STATUS_SETUP, "KVM_SET_SREGS");
	if (ioctl(vcpu->fd, KVM_SET_REGS, &regs))
		err(STATUS_SETUP, "KVM_SET_REGS");
	allow_fast_strings(vcpu);
}
