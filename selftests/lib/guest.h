/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What guest code may use.
 *
 * The image of the test program is a memory slot of every VM, at the same
 * addresses: guest functions are ordinary functions of the test, and guest and
 * host share its global variables.  Guest code must not call the C library,
 * which expects a kernel below it.
 */
#ifndef SELFTESTS_GUEST_H
#define SELFTESTS_GUEST_H

#include <stdbool.h>
#include <stdint.h>

/* Ports through which a guest talks to its test. */
#define PORT_DONE	0xd0
#define PORT_SYNC	0xd1
#define PORT_FAIL	0xd2

#define NO_TRAP		(-1)

#define DE_VECTOR	0
#define DB_VECTOR	1
#define NMI_VECTOR	2
#define BP_VECTOR	3
#define OF_VECTOR	4
#define BR_VECTOR	5
#define UD_VECTOR	6
#define NM_VECTOR	7
#define DF_VECTOR	8
#define TS_VECTOR	10
#define NP_VECTOR	11
#define SS_VECTOR	12
#define GP_VECTOR	13
#define PF_VECTOR	14
#define MF_VECTOR	16
#define AC_VECTOR	17

#define X86_EFLAGS_CF	(1ul << 0)
#define X86_EFLAGS_FIXED (1ul << 1)
#define X86_EFLAGS_ZF	(1ul << 6)
#define X86_EFLAGS_TF	(1ul << 8)
#define X86_EFLAGS_IF	(1ul << 9)
#define X86_EFLAGS_DF	(1ul << 10)
#define X86_EFLAGS_AC	(1ul << 18)

#define X86_CR0_PE	(1ul << 0)
#define X86_CR0_MP	(1ul << 1)
#define X86_CR0_EM	(1ul << 2)
#define X86_CR0_TS	(1ul << 3)
#define X86_CR0_ET	(1ul << 4)
#define X86_CR0_NE	(1ul << 5)
#define X86_CR0_WP	(1ul << 16)
#define X86_CR0_AM	(1ul << 18)
#define X86_CR0_NW	(1ul << 29)
#define X86_CR0_CD	(1ul << 30)
#define X86_CR0_PG	(1ul << 31)

#define X86_CR4_TSD	(1ul << 2)
#define X86_CR4_DE	(1ul << 3)
#define X86_CR4_PSE	(1ul << 4)
#define X86_CR4_PAE	(1ul << 5)
#define X86_CR4_PGE	(1ul << 7)
#define X86_CR4_PCE	(1ul << 8)
#define X86_CR4_OSFXSR	(1ul << 9)
#define X86_CR4_VMXE	(1ul << 13)
#define X86_CR4_FSGSBASE (1ul << 16)
#define X86_CR4_OSXSAVE	(1ul << 18)

#define EFER_SCE	(1ul << 0)
#define EFER_LME	(1ul << 8)
#define EFER_LMA	(1ul << 10)
#define EFER_NX		(1ul << 11)

#define MSR_IA32_TSC		0x10
#define MSR_IA32_APICBASE	0x1b
#define MSR_IA32_SYSENTER_CS	0x174
#define MSR_IA32_SYSENTER_ESP	0x175
#define MSR_IA32_SYSENTER_EIP	0x176
#define MSR_IA32_MISC_ENABLE	0x1a0
#define MSR_IA32_PERF_CAPABILITIES	0x345
#define MSR_IA32_CR_PAT		0x277
#define MSR_EFER		0xc0000080
#define MSR_STAR		0xc0000081
#define MSR_LSTAR		0xc0000082
#define MSR_CSTAR		0xc0000083
#define MSR_SYSCALL_MASK	0xc0000084
#define MSR_FS_BASE		0xc0000100
#define MSR_GS_BASE		0xc0000101
#define MSR_KERNEL_GS_BASE	0xc0000102
#define MSR_TSC_AUX		0xc0000103

/* What the entry stubs leave on the stack, then what the CPU pushed. */
struct guest_frame {
	uint64_t r15, r14, r13, r12, r11, r10, r9, r8;
	uint64_t rdi, rsi, rbp, rbx, rdx, rcx, rax;
	uint64_t vector, error_code;
	uint64_t rip, cs, rflags, rsp, ss;
};

/* The last exception that no handler took. */
struct guest_trap {
	int vector;
	uint64_t error_code, rip, cr2;
};

struct guest_failure {
	const char *file;
	int line;
	const char *text;
};

extern volatile struct guest_trap guest_trap;
extern volatile uint64_t guest_resume;
extern struct guest_failure guest_failure;
extern void (*volatile guest_handlers[256])(struct guest_frame *frame);
extern const char guest_vectors[];

static inline void outb(uint16_t port, uint8_t value)
{
	asm volatile("outb %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

static inline void outl(uint16_t port, uint32_t value)
{
	asm volatile("outl %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

static inline uint8_t inb(uint16_t port)
{
	uint8_t value;

	asm volatile("inb %1, %0" : "=a"(value) : "Nd"(port) : "memory");
	return value;
}

static inline uint64_t rdmsr(uint32_t index)
{
	uint32_t low, high;

	asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(index) : "memory");
	return low | (uint64_t)high << 32;
}

static inline void wrmsr(uint32_t index, uint64_t value)
{
	asm volatile("wrmsr" : : "c"(index), "a"((uint32_t)value),
		     "d"((uint32_t)(value >> 32)) : "memory");
}

static inline void guest_cpuid(uint32_t leaf, uint32_t subleaf, uint32_t out[4])
{
	asm volatile("cpuid" : "=a"(out[0]), "=b"(out[1]), "=c"(out[2]),
		     "=d"(out[3]) : "0"(leaf), "2"(subleaf) : "memory");
}

#define READ_REG(reg) ({						\
	uint64_t value__;						\
									\
	asm volatile("mov %%" #reg ", %0" : "=r"(value__) : : "memory");	\
	value__; })

#define WRITE_REG(reg, value) \
	asm volatile("mov %0, %%" #reg : : "r"((uint64_t)(value)) : "memory")

/*
 * Goes on in ring 3 at @user, which must not return: it ends in an exception
 * or an interrupt.
 */
static inline void guest_enter_user(void (*user)(void), uint64_t stack,
				    uint16_t cs, uint16_t ss, uint64_t flags)
{
	asm volatile("pushq %q0\n\tpushq %q1\n\tpushq %q2\n\tpushq %q3\n\t"
		     "pushq %q4\n\tiretq"
		     : : "r"((uint64_t)ss), "r"(stack), "r"(flags),
		     "r"((uint64_t)cs), "r"(user) : "memory");
	__builtin_unreachable();
}

static inline uint64_t read_flags(void)
{
	uint64_t flags;

	asm volatile("pushfq\n\tpopq %0" : "=r"(flags) : : "memory");
	return flags;
}

/* Ends the guest program: the test sees ASSERT_DONE() succeed. */
static inline void guest_done(void)
{
	outb(PORT_DONE, 0);
}

/* Hands a number to the test, which sees it with ASSERT_SYNC(). */
static inline void guest_sync(uint32_t stage)
{
	outl(PORT_SYNC, stage);
}

void guest_fail(const char *file, int line, const char *text);

#define GUEST_CHECK(condition) do {					\
	if (!(condition))						\
		guest_fail(__FILE__, __LINE__, #condition);		\
} while (0)

/*
 * Runs one instruction and gives the vector of the exception it raised, or
 * NO_TRAP.  The operands are those of an asm statement.  Details are left in
 * guest_trap.
 */
#define TRAP_OF(insn, operands...) ({					\
	guest_trap.vector = NO_TRAP;					\
	asm volatile("movq $1f, guest_resume\n\t" insn			\
		     "\n1:\n\tmovq $0, guest_resume" operands);		\
	guest_trap.vector; })

#define TRAP_OF_RDMSR(index) \
	TRAP_OF("rdmsr", : : "c"(index) : "rax", "rdx", "memory")

#define TRAP_OF_WRMSR(index, value) ({					\
	uint64_t new__ = (value);					\
									\
	TRAP_OF("wrmsr", : : "c"(index), "a"((uint32_t)new__),		\
		"d"((uint32_t)(new__ >> 32)) : "memory"); })

#define TRAP_OF_WRITE_REG(reg, value) \
	TRAP_OF("mov %0, %%" #reg, : : "r"((uint64_t)(value)) : "memory")

#endif
