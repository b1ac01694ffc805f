// SPDX-License-Identifier: GPL-2.0
/* The registers with which a program begins. */
#include <string.h>

#include "world.h"

static const uint64_t first_gprs[NR_REGS] = {
	[REG_AX] = 0x11111111, [REG_BX] = GPA_DATA, [REG_CX] = 2,
	[REG_DX] = 0x300, [REG_SI] = GPA_DATA + 0x100,
	[REG_DI] = GPA_DATA + 0x200, [REG_BP] = GPA_DATA + 0x300,
	[REG_8] = 0x8888888888888888, [REG_9] = GPA_MMIO,
	[REG_10] = GPA_SPECIAL, [REG_11] = 0x202, [REG_12] = GPA_ROM,
	[REG_13] = GPA_DATA + 0x400, [REG_14] = 0xffff800000000000,
	[REG_15] = 0x8000000000000000,
};

void world_regs(const struct test_case *c, const struct layout *layout,
		struct kvm_regs *regs)
{
	uint64_t *values = (uint64_t *)regs;

	memcpy(values, first_gprs, sizeof(first_gprs));
	regs->rsp = c->cpl ? STACK_USER : STACK_TOP;
	regs->rip = c->nr ? layout->start[0] : layout->end;
	regs->rflags = X86_EFLAGS_FIXED;
	for (unsigned int i = 0; i < c->nr; i++)
		if (c->items[i].kind == ITEM_REG)
			values[c->items[i].arg[0]] = c->items[i].arg[1];
	if (c->mode == MODE_VM86)
		regs->rflags |= X86_EFLAGS_VM;
}

static struct kvm_segment segment(uint16_t selector, uint8_t type,
				  unsigned int dpl)
{
	return (struct kvm_segment){
		.selector = selector, .type = type, .dpl = dpl, .s = 1,
		.present = 1, .limit = 0xffff,
	};
}

/* CS and the rest, as if loaded from the GDT. */
static void set_segments(const struct test_case *c, struct kvm_sregs *sregs)
{
	unsigned int size = mode_code_size(c->mode), dpl = c->cpl;
	struct kvm_segment cs, data;

	if (c->mode == MODE_REAL || c->mode == MODE_VM86) {
		/* segments begin at 0 and are writable, CS too */
		data = segment(0, 3, c->mode == MODE_REAL ? 0 : 3);
		cs = data;
	} else if (size == 16) {
		cs = segment(dpl ? SEL_USER_CODE16 : SEL_CODE16, 11, dpl);
		data = segment(dpl ? SEL_USER_DATA16 : SEL_DATA16, 3, dpl);
	} else {
		cs = segment(dpl ? SEL_USER_CODE32 : SEL_CODE32, 11, dpl);
		data = segment(dpl ? SEL_USER_DATA : SEL_DATA, 3, dpl);
		if (size == 64) {
			cs.selector = dpl ? SEL_USER_CODE64 : SEL_CODE64;
			cs.l = 1;
		}
		cs.g = data.g = data.db = 1;
		cs.db = !cs.l;
		cs.limit = data.limit = 0xffffffff;
	}
	sregs->cs = cs;
	sregs->ds = sregs->es = sregs->fs = sregs->gs = sregs->ss = data;
}

static void set_tables(const struct test_case *c, struct kvm_sregs *sregs)
{
	bool real = c->mode == MODE_REAL;

	sregs->gdt.base = GPA_GDT;
	sregs->gdt.limit = GDT_LIMIT;
	sregs->idt.base = real ? GPA_IVT : GPA_IDT;
	sregs->idt.limit = real ? 0x3ff : mode_is_long(c->mode) ? 0xfff : 0x7ff;
	sregs->tr = (struct kvm_segment){
		.selector = real ? 0 : SEL_TSS, .base = GPA_TSS, .limit = 0xfff,
		.type = 11, .present = 1,
	};
	sregs->ldt = (struct kvm_segment){ .unusable = 1 };
}

static void set_controls(const struct test_case *c, struct kvm_sregs *sregs)
{
	sregs->cr0 = X86_CR0_ET | X86_CR0_NE;
	sregs->cr4 = X86_CR4_OSFXSR | X86_CR4_OSXMMEXCPT;
	if (c->mode != MODE_REAL)
		sregs->cr0 |= X86_CR0_PE | X86_CR0_MP;
	if (mode_has_paging(c->mode)) {
		sregs->cr0 |= X86_CR0_PG | X86_CR0_WP;
		sregs->cr3 = GPA_TABLES;
	}
	if (c->mode == MODE_PAE) {
		sregs->cr3 = GPA_TABLES + PAGE_SIZE;
		sregs->cr4 |= X86_CR4_PAE;
		sregs->efer = EFER_NX;
	}
	if (mode_is_long(c->mode)) {
		sregs->cr4 |= X86_CR4_PAE;
		sregs->efer = EFER_LME | EFER_LMA | EFER_SCE | EFER_NX;
	}
	sregs->apic_base = 0xfee00900;
}

static void change_control(struct kvm_sregs *sregs, const struct item *item)
{
	uint64_t bits = item->arg[1];

	switch (item->arg[0]) {
	case CONTROL_CR0:
		sregs->cr0 ^= bits;
		break;
	case CONTROL_CR4:
		sregs->cr4 ^= bits;
		break;
	case CONTROL_EFER:
		sregs->efer ^= bits;
		break;
	case CONTROL_CR8:
		sregs->cr8 ^= bits;
		break;
	}
}

static void change_segment(struct kvm_sregs *sregs, const struct item *item)
{
	struct kvm_segment *const segments[] = {
		&sregs->cs, &sregs->ds, &sregs->es, &sregs->fs, &sregs->gs,
		&sregs->ss,
	};
	struct kvm_segment *s = segments[item->arg[0]];

	switch (item->arg[1]) {
	case SEG_SELECTOR:
		s->selector = item->arg[2];
		break;
	case SEG_BASE:
		s->base = item->arg[2];
		break;
	case SEG_LIMIT:
		s->limit = item->arg[2];
		break;
	case SEG_UNUSABLE:
		s->unusable = item->arg[2];
		break;
	}
}

void world_sregs(const struct test_case *c, struct kvm_sregs *sregs)
{
	memset(sregs, 0, sizeof(*sregs));
	set_segments(c, sregs);
	set_tables(c, sregs);
	set_controls(c, sregs);
	for (unsigned int i = 0; i < c->nr; i++) {
		if (c->items[i].kind == ITEM_CR)
			change_control(sregs, &c->items[i]);
		else if (c->items[i].kind == ITEM_SEG)
			change_segment(sregs, &c->items[i]);
	}
}
