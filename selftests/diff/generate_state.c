// SPDX-License-Identifier: GPL-2.0
/* The initial state, and what the VMM does while the program runs. */
#include "generate.h"

#define LAST_RUN	8	/* before which the VMM does something */

static struct item *add_host(struct generator *g, enum item_kind kind)
{
	struct item *item = add_item(g, kind);
	static struct item nowhere;

	if (!item)
		item = &nowhere;
	item->run = below(g, LAST_RUN);
	return item;
}

/* ---- initial state ---- */

static void some_register(struct generator *g)
{
	unsigned int reg = ONE_OF(g, REG_AX, REG_CX, REG_DX, REG_BP, REG_8,
				  REG_15, REG_SP, REG_SP);
	uint64_t value = number(g);

	/*
	 * A stack that lies where it faults, or can't be reached. With one in a
	 * read-only slot KVM delivers an exception for ever.
	 */
	if (reg == REG_SP)
		value = g->bits == 16 ?
			ONE_OF(g, GPA_SPECIAL + 0x10, GPA_MMIO + 0x100,
			       GPA_DATA + 3, GPA_MMIO + 2) :
			ONE_OF(g, GPA_SPECIAL + 0x10, GPA_MMIO + 0x100,
			       GPA_DATA + 3, 0, 2, LINEAR_NONE + 0x800,
			       0x800000000000, GPA_MMIO + 4);
	add_state(g, ITEM_REG, reg, value, 0);
}

static void flags(struct generator *g)
{
	uint64_t value = X86_EFLAGS_FIXED;

	for (unsigned int n = 1 + below(g, 2); n; n--)
		value |= ONE_OF(g, X86_EFLAGS_IF, X86_EFLAGS_IF, X86_EFLAGS_IF,
				X86_EFLAGS_TF, X86_EFLAGS_IOPL, X86_EFLAGS_IOPL,
				X86_EFLAGS_AC, X86_EFLAGS_NT, X86_EFLAGS_RF,
				X86_EFLAGS_DF, 0x8d5);
	if (value & X86_EFLAGS_TF)
		g->timeless = false;
	add_state(g, ITEM_REG, REG_FLAGS, value, 0);
}

static void controls(struct generator *g)
{
	if (percent(g, 50)) {
		add_state(g, ITEM_CR, CONTROL_CR0,
			  ONE_OF(g, X86_CR0_TS, X86_CR0_MP, X86_CR0_EM,
				 X86_CR0_NE, X86_CR0_AM, X86_CR0_WP, X86_CR0_CD,
				 X86_CR0_CD | X86_CR0_NW), 0);
		return;
	}
	add_state(g, ITEM_CR, CONTROL_CR4,
		  ONE_OF(g, X86_CR4_TSD, X86_CR4_DE, X86_CR4_OSXSAVE,
			 X86_CR4_OSXSAVE, X86_CR4_SMEP, X86_CR4_SMAP,
			 X86_CR4_UMIP, X86_CR4_PKE, X86_CR4_FSGSBASE,
			 X86_CR4_PGE, X86_CR4_PCE, X86_CR4_OSFXSR, X86_CR4_VME,
			 X86_CR4_PVI, X86_CR4_PSE, X86_CR4_MCE), 0);
}

static void other_controls(struct generator *g)
{
	switch (below(g, 3)) {
	case 0:
		add_state(g, ITEM_CR, CONTROL_CR8, below(g, 16), 0);
		break;
	case 1:
		if (mode_is_long(g->c->mode) || g->c->mode == MODE_PAE)
			add_state(g, ITEM_CR, CONTROL_EFER,
				  ONE_OF(g, EFER_NX, EFER_SCE), 0);
		break;
	default:
		add_state(g, ITEM_CR, CONTROL_XCR0, ONE_OF(g, 2, 4, 0xe4), 0);
		break;
	}
}

static void segments(struct generator *g)
{
	unsigned int segment = ONE_OF(g, SEG_DS, SEG_ES, SEG_FS, SEG_GS);

	/* vm86 needs its own kind of segments */
	if (g->c->mode == MODE_VM86)
		return;
	switch (below(g, 3)) {
	case 0:
		add_state(g, ITEM_SEG, segment, SEG_BASE,
			  ONE_OF(g, 0x10, 0x1000, 0x7000, 0xf0000000));
		break;
	case 1:
		if (g->c->mode == MODE_REAL)
			break;
		add_state(g, ITEM_SEG, segment, SEG_UNUSABLE, 1);
		break;
	default:
		if (g->bits != 16)
			break;
		add_state(g, ITEM_SEG, segment, SEG_LIMIT,
			  ONE_OF(g, 0xffff, 0xcfff, 0x7, 0xe003));
		break;
	}
}

static void pages(struct generator *g)
{
	uint64_t page = ONE_OF(g, GPA_SPECIAL, GPA_SPECIAL, GPA_SPECIAL, GPA_DATA,
			       GPA_MMIO, GPA_ROM, GPA_CODE + PAGE_SIZE, GPA_STACKS);

	if (!mode_has_paging(g->c->mode))
		return;
	add_state(g, ITEM_PAGE, page,
		  ONE_OF(g, PTE_PRESENT, PTE_WRITE, PTE_USER, PTE_ACCESSED,
			 PTE_ACCESSED | PTE_DIRTY, PTE_NX, PTE_RESERVED,
			 PTE_PWT | PTE_PCD, 5ull << 59), 0);
}

static void debug_registers(struct generator *g)
{
	unsigned int n = below(g, 4);

	add_state(g, ITEM_DR, n, percent(g, 50) ? GPA_DATA + 8 * below(g, 64) :
		  GPA_CODE + below(g, 40), 0);
	add_state(g, ITEM_DR, 7,
		  0x400 | ONE_OF(g, 3, 2, 1, 0x30003, 0x10001, 0xd0002, 0x20001,
				 0x2000, 0x2001) << (percent(g, 70) ? 0 : 2 * n), 0);
	if (percent(g, 20))
		add_state(g, ITEM_DR, 6, ONE_OF(g, 0xffff0ff0, 0xffff0ff1,
						0xffff4ff0, 0), 0);
	g->timeless = false;
}

static void capabilities(struct generator *g)
{
	switch (below(g, 3)) {
	case 0:
		add_state(g, ITEM_CAP, KVM_CAP_EXCEPTION_PAYLOAD, 1, 0);
		break;
	case 1:
		add_state(g, ITEM_CAP, KVM_CAP_X86_TRIPLE_FAULT_EVENT, 1, 0);
		break;
	default:
		add_state(g, ITEM_CAP, KVM_CAP_X86_USER_SPACE_MSR, 1 + below(g, 3), 0);
		break;
	}
}

void generate_state(struct generator *g)
{
	static const struct {
		void (*add)(struct generator *g);
		unsigned int percent;
	} list[] = {
		{ some_register, 25 }, { flags, 50 }, { controls, 30 },
		{ other_controls, 10 }, { segments, 15 }, { pages, 35 },
		{ pages, 15 }, { debug_registers, 12 }, { capabilities, 15 },
	};

	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++)
		if (percent(g, list[i].percent))
			list[i].add(g);
	if (percent(g, 8))
		add_state(g, ITEM_ORG, PAGE_SIZE - 1 - below(g, 40), 0, 0);
}

/* ---- events ---- */

static void interrupts(struct generator *g)
{
	struct item *item = add_host(g, percent(g, 60) ? ITEM_INTERRUPT :
							 ITEM_WINDOW);

	item->arg[0] = item->kind == ITEM_WINDOW ? 1 :
		       ONE_OF(g, 0x20, 0x30, 0xff, 0x41, 0x42, 0x10);
}

static void nmis(struct generator *g)
{
	struct item *item = add_host(g, percent(g, 70) ? ITEM_NMI :
							 ITEM_NMI_STATE);

	if (item->kind == ITEM_NMI)
		return;
	item->arg[0] = below(g, 2);
	item->arg[1] = below(g, 2);
	/* what is injected is not blocked: see docs/differences.md */
	item->arg[2] = below(g, 2) && !item->arg[0];
}

static void exceptions(struct generator *g)
{
	struct item *item = add_host(g, ITEM_EXCEPTION);

	/* not #BP and #OF: KVM has no idea how long their instruction was */
	item->arg[0] = ONE_OF(g, 0, 1, 1, 6, 7, 10, 12, 13, 14, 14, 17, 8);
	item->arg[1] = ONE_OF(g, DELIVER_INJECTED, DELIVER_PENDING,
			      DELIVER_PAYLOAD);
	/* Entry wants an error code where the CPU has one. */
	if (item->arg[0] == 8 || (item->arg[0] >= 10 && item->arg[0] != 16))
		item->arg[1] |= DELIVER_ERROR_CODE;
	if (g->c->mode == MODE_REAL)
		item->arg[1] &= ~DELIVER_ERROR_CODE;
	item->arg[2] = ONE_OF(g, 0, 2, 8, 0x10, 0xffff);
	item->arg[3] = item->arg[0] == 1 ? ONE_OF(g, 0x4000, 1, 0x2000, 0) :
					   GPA_SPECIAL;
}

static void shadows(struct generator *g)
{
	add_host(g, ITEM_SHADOW)->arg[0] = 1 + below(g, 2);
}

static void injected(struct generator *g)
{
	struct item *item = add_host(g, ITEM_INJECTED);

	item->arg[0] = ONE_OF(g, 0x20, 0x21, 0x80);
	item->arg[1] = 1;
}

static void task_priority(struct generator *g)
{
	add_host(g, ITEM_TPR)->arg[0] = below(g, 16);
}

static void shutdown(struct generator *g)
{
	add_state(g, ITEM_CAP, KVM_CAP_X86_TRIPLE_FAULT_EVENT, 1, 0);
	add_host(g, ITEM_SHUTDOWN)->arg[0] = 1;
}

static void debugger(struct generator *g)
{
	struct item *item = add_host(g, ITEM_DEBUG);

	/* not KVM_GUESTDBG_INJECT_BP: see exceptions() */
	item->arg[0] = ONE_OF(g, 0, 0x3, 0x3, 0x10001, 0x20001, 0x100003,
			      0x30003, 0x40000, 0x10003, 0x20003);
	item->arg[1] = GPA_CODE + below(g, 30);
	item->arg[2] = ONE_OF(g, 0x401, 0x402, 0xf0401, 0x600);
	g->timeless = false;
}

static void immediate(struct generator *g)
{
	add_host(g, ITEM_IMMEDIATE)->arg[0] = 1;
}

static void sync_register(struct generator *g)
{
	struct item *item = add_host(g, ITEM_SYNC_REG);

	/* before the first KVM_RUN there is nothing in kvm_run to change */
	item->run += !item->run;
	item->arg[0] = ONE_OF(g, REG_AX, REG_CX, REG_DX, REG_SI, REG_15);
	item->arg[1] = number(g);
}

void generate_events(struct generator *g)
{
	static void (*const list[])(struct generator *g) = {
		interrupts, interrupts, interrupts, nmis, nmis, exceptions,
		exceptions, shadows, injected, task_priority, shutdown,
		debugger, debugger, immediate, sync_register,
	};

	if (percent(g, 45))
		return;
	for (unsigned int n = 1 + below(g, 3); n; n--)
		list[below(g, sizeof(list) / sizeof(list[0]))](g);
	g->timeless = false;
}
