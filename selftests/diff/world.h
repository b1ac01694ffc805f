/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The memory that every guest program finds, and the registers with which it
 * begins in its mode.  All of it lies below 64 KiB, so that 16-bit code reaches
 * it too, and linear addresses are guest-physical ones.
 */
#ifndef DIFF_WORLD_H
#define DIFF_WORLD_H

#include <linux/kvm.h>

#include "case.h"

#define PAGE_SIZE	0x1000

#define GPA_IVT		0x0000	/* of real mode */
#define GPA_GDT		0x1000
#define GPA_IDT		0x2000
#define GPA_TSS		0x3000
#define GPA_TABLES	0x4000	/* paging structures */
#define GPA_HANDLERS	0x8000	/* one every HANDLER_SIZE bytes */
#define GPA_CODE	0x9000	/* two pages */
#define GPA_STACKS	0xb000
#define GPA_DATA	0xc000
#define GPA_SPECIAL	0xd000	/* whose page-table entry cases change */
#define RAM_SIZE	0xe000
#define GPA_MMIO	0xe000	/* no slot here */
#define GPA_ROM		0xf000	/* a read-only slot */
#define WORLD_END	0x10000
/* Linear addresses above the world. */
#define LINEAR_APIC	0x10000	/* 0xfee00000 */
#define LINEAR_HIGH	0x11000	/* guest-physical 4 GiB, where entries reach that */
#define LINEAR_NONE	0x12000	/* and above: not mapped */

#define STACK_TOP	0xbc00	/* of the program, at CPL 0 */
#define STACK_ENTRY	0xbe00	/* in the TSS for CPL 0 */
#define STACK_IST	0xbf80
#define STACK_USER	0xcf80	/* of the program, at CPL 3 */

#define HANDLER_SIZE	8
/* From here on handlers end in HLT; those below, for faults, do so too. */
#define HANDLER_SYSCALL	0x80
#define HANDLER_SYSENTER 0x81
#define HANDLER_HALTS	0x80
#define HANDLER_RETURNS	0x90

#define PORT_END	0xfe	/* of a program, written by its last instruction */

#define SEL_CODE64	0x08
#define SEL_DATA	0x10
#define SEL_CODE32	0x18
#define SEL_CODE16	0x20
#define SEL_DATA16	0x28
#define SEL_TSS		0x30
#define SEL_USER_CODE64	0x43
#define SEL_USER_DATA	0x4b
#define SEL_USER_CODE32	0x53
#define SEL_USER_CODE16	0x5b
#define SEL_USER_DATA16	0x63
#define SEL_CONFORMING	0x68
#define SEL_NOT_PRESENT	0x70
#define SEL_READ_ONLY	0x78
#define SEL_EXPAND_DOWN	0x80
#define SEL_LDT		0x88
#define SEL_CALL_GATE	0x98
#define SEL_TSS_OTHER	0xa8	/* an available TSS, for LTR */
#define GDT_LIMIT	0xff

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

#define X86_CR4_VME	(1ul << 0)
#define X86_CR4_PVI	(1ul << 1)
#define X86_CR4_TSD	(1ul << 2)
#define X86_CR4_DE	(1ul << 3)
#define X86_CR4_PSE	(1ul << 4)
#define X86_CR4_PAE	(1ul << 5)
#define X86_CR4_MCE	(1ul << 6)
#define X86_CR4_PGE	(1ul << 7)
#define X86_CR4_PCE	(1ul << 8)
#define X86_CR4_OSFXSR	(1ul << 9)
#define X86_CR4_OSXMMEXCPT (1ul << 10)
#define X86_CR4_UMIP	(1ul << 11)
#define X86_CR4_LA57	(1ul << 12)
#define X86_CR4_VMXE	(1ul << 13)
#define X86_CR4_FSGSBASE (1ul << 16)
#define X86_CR4_PCIDE	(1ul << 17)
#define X86_CR4_OSXSAVE	(1ul << 18)
#define X86_CR4_SMEP	(1ul << 20)
#define X86_CR4_SMAP	(1ul << 21)
#define X86_CR4_PKE	(1ul << 22)

#define EFER_SCE	(1ul << 0)
#define EFER_LME	(1ul << 8)
#define EFER_LMA	(1ul << 10)
#define EFER_NX		(1ul << 11)

#define X86_EFLAGS_FIXED (1ul << 1)
#define X86_EFLAGS_TF	(1ul << 8)
#define X86_EFLAGS_IF	(1ul << 9)
#define X86_EFLAGS_DF	(1ul << 10)
#define X86_EFLAGS_IOPL	(3ul << 12)
#define X86_EFLAGS_NT	(1ul << 14)
#define X86_EFLAGS_RF	(1ul << 16)
#define X86_EFLAGS_VM	(1ul << 17)
#define X86_EFLAGS_AC	(1ul << 18)

#define PTE_PRESENT	0x1ull
#define PTE_WRITE	0x2ull
#define PTE_USER	0x4ull
#define PTE_PWT		0x8ull
#define PTE_PCD		0x10ull
#define PTE_ACCESSED	0x20ull
#define PTE_DIRTY	0x40ull
#define PTE_LARGE	0x80ull
#define PTE_RESERVED	(1ull << 51)
#define PTE_NX		(1ull << 63)

/* Where each item of code begins, and where the last one ends. */
struct layout {
	uint16_t start[MAX_ITEMS];
	uint16_t end;
};

const uint8_t *world_image(enum mode mode, unsigned int cpl);
const uint8_t *world_rom(void);
void world_build(const struct test_case *c, uint8_t *ram, struct layout *layout);
void world_regs(const struct test_case *c, const struct layout *layout,
		struct kvm_regs *regs);
void world_sregs(const struct test_case *c, struct kvm_sregs *sregs);

/* Can the program of a case that begins at its org be this long? */
bool world_fits(const struct test_case *c);

#endif
