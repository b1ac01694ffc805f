// SPDX-License-Identifier: GPL-2.0
/* vCPUs: their registers, their modes and their exits. */
#include <stdio.h>

#include "vm.h"

#define MAX_CPUID_ENTRIES 256

static const char * const exit_names[] = {
	[KVM_EXIT_UNKNOWN] = "UNKNOWN",
	[KVM_EXIT_EXCEPTION] = "EXCEPTION",
	[KVM_EXIT_IO] = "IO",
	[KVM_EXIT_HYPERCALL] = "HYPERCALL",
	[KVM_EXIT_DEBUG] = "DEBUG",
	[KVM_EXIT_HLT] = "HLT",
	[KVM_EXIT_MMIO] = "MMIO",
	[KVM_EXIT_IRQ_WINDOW_OPEN] = "IRQ_WINDOW_OPEN",
	[KVM_EXIT_SHUTDOWN] = "SHUTDOWN",
	[KVM_EXIT_FAIL_ENTRY] = "FAIL_ENTRY",
	[KVM_EXIT_INTR] = "INTR",
	[KVM_EXIT_SET_TPR] = "SET_TPR",
	[KVM_EXIT_TPR_ACCESS] = "TPR_ACCESS",
	[KVM_EXIT_NMI] = "NMI",
	[KVM_EXIT_INTERNAL_ERROR] = "INTERNAL_ERROR",
};

static const char *exit_name(unsigned int reason)
{
	const char *name = NULL;

	if (reason < sizeof(exit_names) / sizeof(exit_names[0]))
		name = exit_names[reason];
	return name ?: "another reason";
}

void vcpu_map_run(struct vcpu *vcpu)
{
	int size = dev_ioctl(vcpu->vm->kvm, KVM_GET_VCPU_MMAP_SIZE, NULL);

	if (size <= 0)
		die("KVM_GET_VCPU_MMAP_SIZE");
	vcpu->run_size = size;
	vcpu->run = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED,
			 vcpu->fd, 0);
	if (vcpu->run == MAP_FAILED)
		die("mmap of kvm_run");
}

void vcpu_create(struct vm *vm, struct vcpu *vcpu, unsigned int id)
{
	vcpu->vm = vm;
	vcpu->fd = dev_ioctl_value(vm->fd, KVM_CREATE_VCPU, id);
	if (vcpu->fd < 0)
		die("KVM_CREATE_VCPU %u", id);
	vcpu_map_run(vcpu);
	vcpu_set_supported_cpuid(vcpu);
}

void vcpu_destroy(struct vcpu *vcpu)
{
	munmap(vcpu->run, vcpu->run_size);
	close(vcpu->fd);
}

struct kvm_cpuid2 *supported_cpuid(int kvm)
{
	size_t size = sizeof(struct kvm_cpuid2) +
		      MAX_CPUID_ENTRIES * sizeof(struct kvm_cpuid_entry2);
	struct kvm_cpuid2 *cpuid = calloc(1, size);

	if (!cpuid)
		die("memory");
	cpuid->nent = MAX_CPUID_ENTRIES;
	if (dev_ioctl(kvm, KVM_GET_SUPPORTED_CPUID, cpuid))
		die("KVM_GET_SUPPORTED_CPUID");
	return cpuid;
}

struct kvm_cpuid_entry2 *find_cpuid(struct kvm_cpuid2 *cpuid, uint32_t leaf,
				    uint32_t subleaf)
{
	for (uint32_t i = 0; i < cpuid->nent; i++) {
		struct kvm_cpuid_entry2 *entry = &cpuid->entries[i];

		if (entry->function != leaf)
			continue;
		if (!(entry->flags & KVM_CPUID_FLAG_SIGNIFCANT_INDEX) ||
		    entry->index == subleaf)
			return entry;
	}
	return NULL;
}

static void hide_from_ecx(struct kvm_cpuid2 *cpuid, uint32_t leaf,
			  uint32_t features)
{
	struct kvm_cpuid_entry2 *entry = find_cpuid(cpuid, leaf, 0);

	if (!entry)
		die("CPUID leaf %u", leaf);
	entry->ecx &= ~features;
}

/* Without VMX, so that KVM's nesting takes no part in any test. */
void vcpu_set_supported_cpuid(struct vcpu *vcpu)
{
	struct kvm_cpuid2 *cpuid = supported_cpuid(vcpu->vm->kvm);

	hide_from_ecx(cpuid, 1, CPUID_1_ECX_VMX);
	if (dev_ioctl(vcpu->fd, KVM_SET_CPUID2, cpuid))
		die("KVM_SET_CPUID2");
	free(cpuid);
}

/*
 * The same on both devices, as far as it says what registers can hold: KVM
 * emulates an x2APIC, and UMIP where the CPU has none.
 */
void vcpu_set_common_cpuid(struct vcpu *vcpu)
{
	struct kvm_cpuid2 *cpuid = supported_cpuid(vcpu->vm->kvm);

	hide_from_ecx(cpuid, 1, CPUID_1_ECX_VMX | CPUID_1_ECX_X2APIC);
	hide_from_ecx(cpuid, 7, CPUID_7_ECX_UMIP);
	if (dev_ioctl(vcpu->fd, KVM_SET_CPUID2, cpuid))
		die("KVM_SET_CPUID2");
	free(cpuid);
}

struct kvm_regs vcpu_regs(struct vcpu *vcpu)
{
	struct kvm_regs regs;

	if (dev_ioctl(vcpu->fd, KVM_GET_REGS, &regs))
		die("KVM_GET_REGS");
	return regs;
}

void vcpu_set_regs(struct vcpu *vcpu, const struct kvm_regs *regs)
{
	if (dev_ioctl(vcpu->fd, KVM_SET_REGS, (void *)regs))
		die("KVM_SET_REGS");
}

struct kvm_sregs vcpu_sregs(struct vcpu *vcpu)
{
	struct kvm_sregs sregs;

	if (dev_ioctl(vcpu->fd, KVM_GET_SREGS, &sregs))
		die("KVM_GET_SREGS");
	return sregs;
}

void vcpu_set_sregs(struct vcpu *vcpu, const struct kvm_sregs *sregs)
{
	if (dev_ioctl(vcpu->fd, KVM_SET_SREGS, (void *)sregs))
		die("KVM_SET_SREGS");
}

/* One MSR, or a count of several that stopped early: 1 is success. */
int vcpu_get_msr(struct vcpu *vcpu, uint32_t index, uint64_t *value)
{
	struct {
		struct kvm_msrs header;
		struct kvm_msr_entry entry;
	} msrs = { .header.nmsrs = 1, .entry.index = index };
	int ret = dev_ioctl(vcpu->fd, KVM_GET_MSRS, &msrs);

	*value = msrs.entry.data;
	return ret;
}

int vcpu_set_msr(struct vcpu *vcpu, uint32_t index, uint64_t value)
{
	struct {
		struct kvm_msrs header;
		struct kvm_msr_entry entry;
	} msrs = {
		.header.nmsrs = 1,
		.entry = { .index = index, .data = value },
	};

	return dev_ioctl(vcpu->fd, KVM_SET_MSRS, &msrs);
}

/* A present, flat segment; the types are those of the SDM's descriptors. */
static struct kvm_segment flat_segment(uint16_t selector, uint8_t type)
{
	return (struct kvm_segment) {
		.limit = 0xffffffff,
		.selector = selector,
		.type = type,
		.present = 1,
		.db = 1,
		.s = 1,
		.g = 1,
	};
}

static struct kvm_segment real_segment(uint8_t type)
{
	return (struct kvm_segment) {
		.limit = 0xffff,
		.type = type,
		.present = 1,
		.s = 1,
	};
}

static void set_real_mode(struct kvm_sregs *sregs)
{
	sregs->cs = real_segment(11);
	sregs->ds = real_segment(3);
	sregs->es = sregs->ds;
	sregs->fs = sregs->ds;
	sregs->gs = sregs->ds;
	sregs->ss = sregs->ds;
	sregs->cr0 = X86_CR0_ET | X86_CR0_NE;
}

static void set_protected_tables(struct kvm_sregs *sregs)
{
	sregs->gdt.base = GPA_GDT;
	sregs->gdt.limit = GDT_LIMIT;
	sregs->idt.base = GPA_IDT;
	sregs->idt.limit = 0xfff;
	sregs->tr = (struct kvm_segment) {
		.base = GPA_TSS, .limit = 0x67, .selector = SEL_TSS,
		.type = 11, .present = 1,
	};
	sregs->ds = flat_segment(SEL_DATA, 3);
	sregs->es = sregs->ds;
	sregs->fs = sregs->ds;
	sregs->gs = sregs->ds;
	sregs->ss = sregs->ds;
	sregs->cs = flat_segment(SEL_CODE32, 11);
	sregs->cr0 = X86_CR0_PE | X86_CR0_ET | X86_CR0_NE;
}

static void set_long_mode(struct kvm_sregs *sregs)
{
	sregs->cs.selector = SEL_CODE64;
	sregs->cs.db = 0;
	sregs->cs.l = 1;
	sregs->cr0 |= X86_CR0_PG | X86_CR0_WP | X86_CR0_MP;
	sregs->cr3 = GPA_PML4;
	sregs->cr4 = X86_CR4_PAE | X86_CR4_OSFXSR;
	sregs->efer = EFER_LME | EFER_LMA | EFER_NX;
}

void vcpu_set_mode(struct vcpu *vcpu, enum guest_mode mode, uint64_t rip)
{
	struct kvm_sregs sregs = vcpu_sregs(vcpu);
	struct kvm_regs regs = {
		.rip = rip,
		.rsp = mode == MODE_REAL ? GPA_STACK16 : GPA_STACK,
		.rflags = X86_EFLAGS_FIXED,
	};

	sregs.cr4 = 0;
	sregs.efer = 0;
	if (mode == MODE_REAL)
		set_real_mode(&sregs);
	else
		set_protected_tables(&sregs);
	if (mode == MODE_LONG) {
		set_long_mode(&sregs);
		regs.rsp -= 8;	/* as a call to a C function leaves it */
	}
	vcpu_set_sregs(vcpu, &sregs);
	vcpu_set_regs(vcpu, &regs);
}

void vcpu_start(struct vcpu *vcpu, void (*guest)(void))
{
	vcpu_set_mode(vcpu, MODE_LONG, (uint64_t)guest);
}

/* Gives the exit reason, or a negative errno. */
int vcpu_run(struct vcpu *vcpu)
{
	int ret = dev_ioctl(vcpu->fd, KVM_RUN, NULL);

	return ret < 0 ? ret : (int)vcpu->run->exit_reason;
}

static void describe_exit(const struct kvm_run *run)
{
	switch (run->exit_reason) {
	case KVM_EXIT_IO:
		printf("# %s port %#x, %u * %u bytes\n",
		       run->io.direction == KVM_EXIT_IO_IN ? "IN" : "OUT",
		       run->io.port, run->io.count, run->io.size);
		break;
	case KVM_EXIT_MMIO:
		printf("# MMIO %s %#llx, %u bytes\n",
		       run->mmio.is_write ? "write to" : "read of",
		       run->mmio.phys_addr, run->mmio.len);
		break;
	case KVM_EXIT_FAIL_ENTRY:
		printf("# hardware entry failure %#llx\n",
		       run->fail_entry.hardware_entry_failure_reason);
		break;
	case KVM_EXIT_UNKNOWN:
		printf("# hardware exit reason %#llx\n",
		       run->hw.hardware_exit_reason);
		break;
	case KVM_EXIT_INTERNAL_ERROR:
		printf("# suberror %u\n", run->internal.suberror);
		break;
	}
}

/* Says where a vCPU stands, for a failed assertion. */
void vcpu_describe(struct vcpu *vcpu)
{
	const struct guest_failure *failure = GUESTS(vcpu->vm, guest_failure);
	volatile struct guest_trap *trap = GUESTS(vcpu->vm, guest_trap);
	struct kvm_regs regs = vcpu_regs(vcpu);

	printf("# exit: %s, rip %#llx rsp %#llx rflags %#llx\n",
	       exit_name(vcpu->run->exit_reason), regs.rip, regs.rsp,
	       regs.rflags);
	describe_exit(vcpu->run);
	if (failure->text)
		printf("# guest: %s:%d: failed: %s\n", failure->file,
		       failure->line, failure->text);
	if (trap->vector != NO_TRAP)
		printf("# guest: last exception %d(%#lx) at %#lx, cr2 %#lx\n",
		       trap->vector, trap->error_code, trap->rip, trap->cr2);
	fflush(stdout);
}

void machine_create(struct machine *machine)
{
	vm_create(&machine->vm);
	vcpu_create(&machine->vm, &machine->vcpu, 0);
}

void machine_start(struct machine *machine, void (*guest)(void))
{
	machine_create(machine);
	vcpu_start(&machine->vcpu, guest);
}

void machine_load(struct machine *machine, enum guest_mode mode,
		  const char *start, const char *end)
{
	machine_create(machine);
	vm_load(&machine->vm, GPA_CODE, start, end);
	vcpu_set_mode(&machine->vcpu, mode, GPA_CODE);
}

void machine_destroy(struct machine *machine)
{
	vcpu_destroy(&machine->vcpu);
	vm_destroy(&machine->vm);
}
