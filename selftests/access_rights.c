// SPDX-License-Identifier: GPL-2.0
/*
 * What a mapping lets whom do: SMEP, SMAP, protection keys, UMIP. Where the CPU
 * makes the access it checks, too; instructions on MMIO check by themselves.
 */
#include "test.h"

#define X86_EFLAGS_IOPL	(3ul << 12)
#define X86_CR4_UMIP	(1ul << 11)
#define X86_CR4_SMEP	(1ul << 20)
#define X86_CR4_SMAP	(1ul << 21)
#define X86_CR4_PKE	(1ul << 22)

/* Page-fault error codes. */
#define PF_PRESENT	0x01
#define PF_WRITE	0x02
#define PF_USER		0x04
#define PF_FETCH	0x10
#define PF_KEY		0x20

/* The only large page that is user mode's, once guest_owns_memory() ran. */
#define USER_PAGE	0x200000ul
#define KEY		5u
#define KEY_NO_ACCESS	(1u << (2 * KEY))
#define KEY_NO_WRITE	(2u << (2 * KEY))

#define user_bytes	((volatile uint8_t *)USER_PAGE)
#define page_directory	((volatile uint64_t *)GPA_PD)

#define STAC()	asm volatile("stac" : : : "memory")
#define CLAC()	asm volatile("clac" : : : "memory")

#define TRAP_OF_LOAD(address) \
	TRAP_OF("movb (%0), %%al", : : "r"(address) : "rax", "memory")
#define TRAP_OF_STORE(address) \
	TRAP_OF("movb $1, (%0)", : : "r"(address) : "memory")
/* At @address is a jump to RCX. */
#define TRAP_OF_JUMP(address) \
	TRAP_OF("leaq 1f(%%rip), %%rcx\n\tjmp *%0", \
		: : "r"(address) : "rcx", "memory")
#define TRAP_OF_COPY(to, from) ({					\
	uint64_t to__ = (to), from__ = (from);				\
									\
	TRAP_OF("movsb", : "+D"(to__), "+S"(from__) : : "memory"); })

FIXTURE(access) {
	struct machine machine;
};

FIXTURE_SETUP(access)
{
	uint8_t *user;

	machine_create(&self->machine);
	vcpu_set_supported_cpuid(&self->machine.vcpu);
	user = vm_host(&self->machine.vm, USER_PAGE);
	/* jmp *%rcx */
	user[0] = 0xff;
	user[1] = 0xe1;
}

FIXTURE_TEARDOWN(access)
{
	machine_destroy(&self->machine);
}

/* Bits of leaf 7 that the device offers. */
static bool has(struct machine *machine, int reg, int bit)
{
	struct kvm_cpuid2 *cpuid = supported_cpuid(machine->vm.kvm);
	bool there = (&find_cpuid(cpuid, 7, 0)->eax)[reg] & 1u << bit;

	free(cpuid);
	return there;
}

enum { EBX = 1, ECX = 2 };

static void set_user_page(uint64_t flags)
{
	page_directory[USER_PAGE >> 21] =
		USER_PAGE | PTE_PRESENT | PTE_WRITE | PTE_LARGE | flags;
	asm volatile("invlpg (%0)" : : "r"(USER_PAGE) : "memory");
}

/* Takes all of memory but one page from user mode. */
static void guest_owns_memory(void)
{
	for (int i = 0; i < 512; i++)
		page_directory[i] &= ~PTE_USER;
	set_user_page(PTE_USER);
	WRITE_REG(cr3, READ_REG(cr3));
}

static void guest_with_smep(void)
{
	guest_owns_memory();
	GUEST_CHECK(TRAP_OF_JUMP(USER_PAGE) == NO_TRAP);
	WRITE_REG(cr4, READ_REG(cr4) | X86_CR4_SMEP);
	GUEST_CHECK(TRAP_OF_JUMP(USER_PAGE) == PF_VECTOR);
	GUEST_CHECK(guest_trap.error_code == (PF_PRESENT | PF_FETCH));
	GUEST_CHECK(guest_trap.cr2 == USER_PAGE);
	GUEST_CHECK(TRAP_OF_LOAD(USER_PAGE) == NO_TRAP);
	set_user_page(0);
	GUEST_CHECK(TRAP_OF_JUMP(USER_PAGE) == NO_TRAP);
	guest_done();
}

TEST_F(access, smep)
{
	struct vcpu *vcpu = &self->machine.vcpu;

	if (!has(&self->machine, EBX, 7))
		SKIP(return, "no SMEP");
	vcpu_start(vcpu, guest_with_smep);
	ASSERT_DONE(vcpu);
}

static void guest_with_smap(void)
{
	guest_owns_memory();
	WRITE_REG(cr4, READ_REG(cr4) | X86_CR4_SMAP);
	CLAC();
	GUEST_CHECK(TRAP_OF_LOAD(USER_PAGE + 8) == PF_VECTOR);
	GUEST_CHECK(guest_trap.error_code == PF_PRESENT);
	GUEST_CHECK(TRAP_OF_STORE(USER_PAGE + 8) == PF_VECTOR);
	GUEST_CHECK(guest_trap.error_code == (PF_PRESENT | PF_WRITE));
	STAC();
	GUEST_CHECK(TRAP_OF_STORE(USER_PAGE + 8) == NO_TRAP);
	CLAC();
	/* executing is SMEP's matter */
	GUEST_CHECK(TRAP_OF_JUMP(USER_PAGE) == NO_TRAP);

	/* the device is read, and there is nowhere to put it */
	GUEST_CHECK(TRAP_OF_COPY(USER_PAGE + 9, GPA_MMIO) == PF_VECTOR);
	GUEST_CHECK(guest_trap.error_code == (PF_PRESENT | PF_WRITE));
	GUEST_CHECK(guest_trap.cr2 == USER_PAGE + 9);
	STAC();
	GUEST_CHECK(user_bytes[9] == 0);
	GUEST_CHECK(TRAP_OF_COPY(USER_PAGE + 9, GPA_MMIO) == NO_TRAP);
	GUEST_CHECK(user_bytes[9] == 0x5a);
	guest_done();
}

/* Answers loads of a byte from a device until the guest does something else. */
static int run_with_device(struct vcpu *vcpu)
{
	int reason;

	for (;;) {
		reason = vcpu_run(vcpu);
		if (reason != KVM_EXIT_MMIO || vcpu->run->mmio.is_write)
			return reason;
		vcpu->run->mmio.data[0] = 0x5a;
	}
}

#define ASSERT_DONE_WITH_DEVICE(vcpu) do {				\
	ASSERT_EQ(KVM_EXIT_IO, run_with_device(vcpu)) {			\
		vcpu_describe(vcpu);					\
	}								\
	ASSERT_EQ(PORT_DONE, (vcpu)->run->io.port) {			\
		vcpu_describe(vcpu);					\
	}								\
} while (0)

TEST_F(access, smap)
{
	struct vcpu *vcpu = &self->machine.vcpu;

	if (!has(&self->machine, EBX, 20))
		SKIP(return, "no SMAP");
	vcpu_start(vcpu, guest_with_smap);
	ASSERT_DONE_WITH_DEVICE(vcpu);
}

static void write_pkru(uint32_t value)
{
	asm volatile("wrpkru" : : "a"(value), "c"(0), "d"(0) : "memory");
}

static uint32_t read_pkru(void)
{
	uint32_t value;

	asm volatile("rdpkru" : "=a"(value) : "c"(0) : "rdx");
	return value;
}

/* In ring 3, with the right to use ports. */
static void guest_user_with_keys(void)
{
	write_pkru(KEY_NO_ACCESS);
	GUEST_CHECK(TRAP_OF_LOAD(USER_PAGE + 8) == PF_VECTOR);
	GUEST_CHECK(guest_trap.error_code == (PF_PRESENT | PF_USER | PF_KEY));
	GUEST_CHECK(TRAP_OF_STORE(USER_PAGE + 8) == PF_VECTOR);
	GUEST_CHECK(guest_trap.error_code ==
		    (PF_PRESENT | PF_WRITE | PF_USER | PF_KEY));
	/* keys are about data */
	GUEST_CHECK(TRAP_OF_JUMP(USER_PAGE) == NO_TRAP);
	/* the device is read, and there is nowhere to put it */
	GUEST_CHECK(TRAP_OF_COPY(USER_PAGE + 9, GPA_MMIO) == PF_VECTOR);
	GUEST_CHECK(guest_trap.error_code ==
		    (PF_PRESENT | PF_WRITE | PF_USER | PF_KEY));
	GUEST_CHECK(guest_trap.cr2 == USER_PAGE + 9);

	write_pkru(KEY_NO_WRITE);
	GUEST_CHECK(TRAP_OF_LOAD(USER_PAGE + 8) == NO_TRAP);
	GUEST_CHECK(TRAP_OF_STORE(USER_PAGE + 8) == PF_VECTOR);
	GUEST_CHECK(TRAP_OF_COPY(USER_PAGE + 9, GPA_MMIO) == PF_VECTOR);
	/* the register is the guest's own, whatever the VMM does meanwhile */
	guest_sync(1);
	GUEST_CHECK(read_pkru() == KEY_NO_WRITE);

	/* every other key */
	write_pkru(~(KEY_NO_ACCESS | KEY_NO_WRITE | 3));
	GUEST_CHECK(TRAP_OF_STORE(USER_PAGE + 8) == NO_TRAP);
	GUEST_CHECK(TRAP_OF_COPY(USER_PAGE + 9, GPA_MMIO) == NO_TRAP);
	GUEST_CHECK(user_bytes[9] == 0x5a);
	guest_done();
}

static void guest_with_keys(void)
{
	set_user_page(PTE_USER | (uint64_t)KEY << 59);
	GUEST_CHECK(TRAP_OF("rdpkru", : : "c"(0) : "rax", "rdx") == UD_VECTOR);
	WRITE_REG(cr4, READ_REG(cr4) | X86_CR4_PKE);

	/* the supervisor is held to it while CR0.WP is set */
	write_pkru(KEY_NO_WRITE);
	GUEST_CHECK(TRAP_OF_STORE(USER_PAGE + 8) == PF_VECTOR);
	GUEST_CHECK(guest_trap.error_code == (PF_PRESENT | PF_WRITE | PF_KEY));
	GUEST_CHECK(TRAP_OF_COPY(USER_PAGE + 9, GPA_MMIO) == PF_VECTOR);
	GUEST_CHECK(guest_trap.error_code == (PF_PRESENT | PF_WRITE | PF_KEY));
	WRITE_REG(cr0, READ_REG(cr0) & ~X86_CR0_WP);
	GUEST_CHECK(TRAP_OF_STORE(USER_PAGE + 8) == NO_TRAP);
	GUEST_CHECK(TRAP_OF_COPY(USER_PAGE + 9, GPA_MMIO) == NO_TRAP);
	WRITE_REG(cr0, READ_REG(cr0) | X86_CR0_WP);
	write_pkru(0);
	user_bytes[9] = 0;

	guest_enter_user(guest_user_with_keys, GPA_USER_STACK - 8,
			 SEL_USER_CODE64, SEL_USER_DATA,
			 X86_EFLAGS_FIXED | X86_EFLAGS_IOPL);
}

TEST_F(access, protection_keys)
{
	struct vcpu *vcpu = &self->machine.vcpu;

	if (!has(&self->machine, ECX, 3))
		SKIP(return, "no protection keys");
	vcpu_start(vcpu, guest_with_keys);
	ASSERT_EQ(KVM_EXIT_IO, run_with_device(vcpu)) {
		vcpu_describe(vcpu);
	}
	ASSERT_EQ(PORT_SYNC, vcpu->run->io.port) {
		vcpu_describe(vcpu);
	}
	ASSERT_DONE_WITH_DEVICE(vcpu);
}

static struct {
	uint16_t limit;
	uint64_t base;
} __attribute__((packed)) table;

#define CHECK_DESCRIPTOR_TABLES(vector) do {				\
	GUEST_CHECK(TRAP_OF("sgdt %0", : "=m"(table)) == (vector));	\
	GUEST_CHECK(TRAP_OF("sidt %0", : "=m"(table)) == (vector));	\
	GUEST_CHECK(TRAP_OF("sldt %%ax", : : : "rax") == (vector));	\
	GUEST_CHECK(TRAP_OF("str %%ax", : : : "rax") == (vector));	\
	GUEST_CHECK(TRAP_OF("smsw %%ax", : : : "rax") == (vector));	\
} while (0)

static void guest_user_prevented(void)
{
	CHECK_DESCRIPTOR_TABLES(GP_VECTOR);
	asm volatile("ud2");
}

static void guest_user_allowed(void)
{
	CHECK_DESCRIPTOR_TABLES(NO_TRAP);
	asm volatile("ud2");
}

static void guest_prevents_user(struct guest_frame *frame)
{
	GUEST_CHECK(frame->cs == SEL_USER_CODE64);
	if (READ_REG(cr4) & X86_CR4_UMIP)
		guest_done();
	WRITE_REG(cr4, READ_REG(cr4) | X86_CR4_UMIP);
	CHECK_DESCRIPTOR_TABLES(NO_TRAP);
	enter_user(guest_user_prevented);
}

static void guest_with_umip(void)
{
	enter_user(guest_user_allowed);
}

static bool cpu_has_umip(void)
{
	uint32_t regs[4];

	guest_cpuid(7, 0, regs);
	return regs[ECX] & CPUID_7_ECX_UMIP;
}

TEST_F(access, user_mode_instruction_prevention)
{
	struct vcpu *vcpu = &self->machine.vcpu;

	/* KVM offers it where the CPU lacks it, and leaves SMSW out */
	if (!has(&self->machine, ECX, 2) || !cpu_has_umip())
		SKIP(return, "no UMIP");
	guest_handlers[UD_VECTOR] = guest_prevents_user;
	vcpu_start(vcpu, guest_with_umip);
	ASSERT_DONE(vcpu);
}

TEST_HARNESS_MAIN
