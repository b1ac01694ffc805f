/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The host side of a test: a VM with a little memory, and vCPUs in a mode of
 * the test's choice.
 *
 * What a test does not study must work: a library call that fails ends the
 * test.  Calls that a test does study go through dev_ioctl().
 */
#ifndef SELFTESTS_VM_H
#define SELFTESTS_VM_H

#include <errno.h>
#include <linux/kvm.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"

/*
 * Guest-physical layout.  Slot 0 is RAM from 0, slot 1 the image of the test
 * program; the first GiB is mapped one to one in 64-bit mode, with 2 MiB pages.
 */
#define RAM_SIZE	0x400000
#define GPA_GDT		0x1000
#define GPA_IDT		0x2000
#define GPA_TSS		0x3000
#define GPA_PML4	0x4000
#define GPA_PDPT	0x5000
#define GPA_PD		0x6000
#define GPA_STACK16	0x7ff0	/* top of the stack below 64 KiB */
#define GPA_CODE	0x8000	/* copied guest code, see vm_load() */
#define GPA_TABLES	0x10000	/* page tables made by vm_map() */
#define GPA_TABLES_END	0x20000
#define GPA_STACK	0x30000	/* top of the stack of vCPU 0 */
#define GPA_IST_STACK	0x38000	/* top of the stack that gates with IST 1 use */
#define GPA_USER_STACK	0x40000	/* top of the stack of ring 3 */
#define GPA_DATA	0x40000	/* a test's own */
#define GPA_MMIO	0x10000000	/* no slot here */

#define SLOT_RAM	0
#define SLOT_IMAGE	1
#define SLOT_FREE	2	/* the first one a test may use */

#define SEL_CODE64	0x08
#define SEL_DATA	0x10
#define SEL_CODE32	0x18
#define SEL_CODE16	0x20
#define SEL_DATA16	0x28
#define SEL_TSS		0x30
#define SEL_USER_CODE64	0x43
#define SEL_USER_DATA	0x4b
#define SEL_FREE	0x50	/* the first one a test may use */
#define GDT_LIMIT	0xfff

#define CPUID_1_ECX_VMX		(1u << 5)
#define CPUID_1_ECX_X2APIC	(1u << 21)
#define CPUID_7_ECX_UMIP	(1u << 2)

#define PTE_PRESENT	0x1ull
#define PTE_WRITE	0x2ull
#define PTE_USER	0x4ull
#define PTE_LARGE	0x80ull
#define PTE_NX		(1ull << 63)
#define PAGE_SIZE	4096ull

struct vm {
	int kvm;	/* the device */
	int fd;
	uint8_t *ram;
	uint8_t *image;	/* host memory of SLOT_IMAGE, NULL: the test itself */
	uint64_t next_table;
};

struct vcpu {
	struct vm *vm;
	int fd;
	struct kvm_run *run;
	size_t run_size;
};

enum guest_mode { MODE_REAL, MODE_PROT32, MODE_LONG };

void __attribute__((noreturn, format(printf, 1, 2))) die(const char *fmt, ...);

const char *device_path(void);
int device_open(void);
void watchdog_start(void);
bool device_has(int kvm, int extension);

int dev_ioctl(int fd, unsigned long request, void *argument);
int dev_ioctl_value(int fd, unsigned long request, unsigned long argument);

void vm_create(struct vm *vm);
void vm_destroy(struct vm *vm);
int vm_set_slot(struct vm *vm, uint32_t slot, uint32_t flags, uint64_t gpa,
		uint64_t size, void *host);
void vm_map(struct vm *vm, uint64_t address, uint64_t gpa, uint64_t flags);
void vm_load(struct vm *vm, uint64_t gpa, const char *start, const char *end);
void vm_set_gate(struct vm *vm, int vector, void *handler, int dpl, int ist);
void vm_set_gate32(struct vm *vm, int vector, uint32_t handler,
		   uint16_t selector, int dpl);
uint64_t vm_image_start(void);
uint64_t vm_image_size(void);
void *vm_image_at(struct vm *vm, uint64_t address);
void *anonymous_memory(size_t size);

static inline void *vm_host(struct vm *vm, uint64_t gpa)
{
	return vm->ram + gpa;
}

/* Where the guest has a variable of the test: it need not be the test's own. */
#define GUESTS(vm, variable) \
	((__typeof__(&(variable)))vm_image_at(vm, (uint64_t)&(variable)))

void vcpu_create(struct vm *vm, struct vcpu *vcpu, unsigned int id);
void vcpu_map_run(struct vcpu *vcpu);
void vcpu_destroy(struct vcpu *vcpu);
void vcpu_set_supported_cpuid(struct vcpu *vcpu);
void vcpu_set_common_cpuid(struct vcpu *vcpu);
void vcpu_set_mode(struct vcpu *vcpu, enum guest_mode mode, uint64_t rip);
void vcpu_start(struct vcpu *vcpu, void (*guest)(void));
int vcpu_run(struct vcpu *vcpu);
void vcpu_describe(struct vcpu *vcpu);
struct kvm_regs vcpu_regs(struct vcpu *vcpu);
void vcpu_set_regs(struct vcpu *vcpu, const struct kvm_regs *regs);
struct kvm_sregs vcpu_sregs(struct vcpu *vcpu);
void vcpu_set_sregs(struct vcpu *vcpu, const struct kvm_sregs *sregs);
int vcpu_get_msr(struct vcpu *vcpu, uint32_t index, uint64_t *value);
int vcpu_set_msr(struct vcpu *vcpu, uint32_t index, uint64_t value);
struct kvm_cpuid2 *supported_cpuid(int kvm);
struct kvm_cpuid_entry2 *find_cpuid(struct kvm_cpuid2 *cpuid, uint32_t leaf,
				    uint32_t subleaf);

static inline void *io_data(struct vcpu *vcpu)
{
	return (uint8_t *)vcpu->run + vcpu->run->io.data_offset;
}

/* A VM with one vCPU, which nearly every test starts from. */
struct machine {
	struct vm vm;
	struct vcpu vcpu;
};

void machine_create(struct machine *machine);
void machine_start(struct machine *machine, void (*guest)(void));
void machine_load(struct machine *machine, enum guest_mode mode,
		  const char *start, const char *end);
void machine_destroy(struct machine *machine);

static inline void enter_user(void (*user)(void))
{
	guest_enter_user(user, GPA_USER_STACK - 8, SEL_USER_CODE64,
			 SEL_USER_DATA, X86_EFLAGS_FIXED);
}

/*
 * Guest code for 16 or 32-bit mode, written in assembly, which vm_load() puts
 * into guest memory: it must not depend on where it was linked.
 */
#define GUEST_ASM(name, bits, text)					\
	extern const char name[], name##_end[];				\
	asm(".pushsection .rodata\n\t.balign 32\n\t.code" #bits "\n" #name ":\n" text	\
	    "\n" #name "_end:\n\t.code64\n\t.popsection")

#define LOAD_ASM(machine, mode, name) \
	machine_load(machine, mode, name, name##_end)

#endif
