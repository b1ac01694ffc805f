// SPDX-License-Identifier: GPL-2.0
/* Where execution goes on, with which flags and segments. */
#include "generate.h"

enum { AX, CX, DX, BX, SP, BP, SI, DI };

static void interrupt(struct generator *g)
{
	uint8_t vector = ONE_OF(g, 0x20, 0x30, 0x21, 3, 4, 1, 2, 0xd, 0x41, 0x42,
				0x80, 0xff, 8, 0xe);

	switch (below(g, 5)) {
	case 0:
		begin(g, "int3");
		emit(g, 0xcc);
		break;
	case 1:
		begin(g, "icebp");
		emit(g, 0xf1);
		break;
	case 2:
		begin(g, "into");
		if (g->bits == 64) {
			emit(g, 0xce);	/* undefined there */
			break;
		}
		/* sets OF: 0x7f + 1 */
		EMIT(g, 0xb0, 0x7f, 0x04, 0x01, 0xce);
		break;
	default:
		begin(g, "int %x", vector);
		EMIT(g, 0xcd, vector);
		break;
	}
}

static uint32_t flags_value(struct generator *g)
{
	uint32_t value = X86_EFLAGS_FIXED;

	for (unsigned int n = 1 + below(g, 2); n; n--)
		value |= ONE_OF(g, 0, X86_EFLAGS_TF, X86_EFLAGS_IF,
				X86_EFLAGS_IF, X86_EFLAGS_NT, X86_EFLAGS_AC,
				X86_EFLAGS_RF, X86_EFLAGS_IOPL, 1 << 19, 1 << 20,
				1 << 21, X86_EFLAGS_DF, 0x8d5, X86_EFLAGS_VM);
	return value;
}

static void popf(struct generator *g)
{
	uint32_t flags = flags_value(g);
	unsigned int size = g->bits == 64 ? 8 : ONE_OF(g, 2, 4);

	if (flags & X86_EFLAGS_TF)
		g->timeless = false;
	begin(g, "popf %x", flags);
	emit_push(g, flags, size);
	emit_size(g, size == 8 ? 4 : size, 0);
	emit(g, 0x9d);
}

static void simple(struct generator *g)
{
	static const struct { const char *name; uint8_t len, code[3]; } list[] = {
		{ "sti", 1, { 0xfb } },
		{ "sti", 1, { 0xfb } },
		{ "cli", 1, { 0xfa } },
		{ "sti; hlt", 2, { 0xfb, 0xf4 } },
		{ "sti; cli", 2, { 0xfb, 0xfa } },
		{ "pushf", 1, { 0x9c } },
		{ "std; cld", 2, { 0xfd, 0xfc } },
		{ "mov ax,ss; mov ss,ax", 2, { 0x8c, 0xd0 } },
		{ "push/pop es", 2, { 0x06, 0x07 } },
		{ "push/pop fs", 2, { 0x0f, 0xa0 } },
		{ "arpl or movsxd", 2, { 0x63, 0xc8 } },
		{ "salc", 1, { 0xd6 } },
		{ "aam 0", 2, { 0xd4, 0x00 } },
		{ "leave", 1, { 0xc9 } },
	};
	unsigned int n = below(g, sizeof(list) / sizeof(list[0]));

	begin(g, "%s", list[n].name);
	for (unsigned int i = 0; i < list[n].len; i++)
		emit(g, list[n].code[i]);
	/* the shadow of MOV SS, over whatever comes next */
	if (list[n].code[0] == 0x8c)
		EMIT(g, 0x8e, 0xd0);
	if (list[n].code[1] == 0xa0)
		EMIT(g, 0x0f, 0xa1);
}

static uint16_t code_selector(struct generator *g)
{
	static const uint16_t same[NR_MODES][2] = {
		[MODE_REAL] = { 0, 0 }, [MODE_VM86] = { 0, 0 },
		[MODE_PROT16] = { SEL_CODE16, SEL_USER_CODE16 },
		[MODE_PROT32] = { SEL_CODE32, SEL_USER_CODE32 },
		[MODE_PAGING32] = { SEL_CODE32, SEL_USER_CODE32 },
		[MODE_PAE] = { SEL_CODE32, SEL_USER_CODE32 },
		[MODE_COMPAT16] = { SEL_CODE16, SEL_USER_CODE16 },
		[MODE_COMPAT32] = { SEL_CODE32, SEL_USER_CODE32 },
		[MODE_LONG64] = { SEL_CODE64, SEL_USER_CODE64 },
	};

	if (g->c->mode == MODE_REAL || g->c->mode == MODE_VM86 || percent(g, 75))
		return same[g->c->mode][g->c->cpl != 0];
	return ONE_OF(g, 0, SEL_CODE64, SEL_CODE32, SEL_CODE16, SEL_USER_CODE64,
		      SEL_USER_CODE32, SEL_CONFORMING, SEL_DATA, SEL_TSS,
		      SEL_LDT, SEL_CALL_GATE, SEL_NOT_PRESENT, 0xff0);
}

static uint16_t stack_selector(struct generator *g)
{
	unsigned int user = g->c->cpl != 0;

	if (g->c->mode == MODE_REAL || g->c->mode == MODE_VM86)
		return 0;
	if (percent(g, 15))
		return ONE_OF(g, 0, SEL_DATA, SEL_USER_DATA, SEL_READ_ONLY | 3,
			      SEL_NOT_PRESENT | 3, SEL_CODE32, SEL_EXPAND_DOWN | 3);
	if (g->bits == 16)
		return user ? SEL_USER_DATA16 : SEL_DATA16;
	return user ? SEL_USER_DATA : SEL_DATA;
}

/* To the next item, through whatever the selector is of. */
static void far_jump(struct generator *g)
{
	uint16_t selector = code_selector(g);
	uint8_t opcode = percent(g, 70) ? 0xea : 0x9a;

	begin(g, "%s %x", opcode == 0xea ? "ljmp" : "lcall", selector);
	if (g->bits == 64) {
		/* push the selector, push the address, RETF */
		emit_push(g, selector, 8);
		emit(g, 0x68);
		emit_end_address(g, 4);
		EMIT(g, 0x48, 0xcb);
		return;
	}
	emit(g, opcode);
	emit_end_address(g, g->bits / 8);
	emit_number(g, selector, 2);
}

static void iret(struct generator *g)
{
	unsigned int size = g->bits / 8;
	uint32_t flags = flags_value(g);

	if (flags & X86_EFLAGS_TF)
		g->timeless = false;
	begin(g, "iret %x", flags);
	if (size == 8) {
		emit_push(g, stack_selector(g), size);
		emit_push(g, g->c->cpl ? STACK_USER : STACK_TOP, size);
	}
	emit_push(g, flags, size);
	emit_push(g, code_selector(g), size);
	emit(g, 0x68);
	emit_end_address(g, size == 8 ? 4 : size);
	if (size == 8)
		emit(g, 0x48);
	emit(g, 0xcf);
}

/* From CPL 0 to the next item at CPL 3. */
static void drop_privilege(struct generator *g)
{
	unsigned int size = g->bits / 8;

	if (g->c->cpl || g->c->mode == MODE_REAL) {
		iret(g);
		return;
	}
	begin(g, "iret to CPL 3");
	emit_push(g, size == 2 ? SEL_USER_DATA16 : SEL_USER_DATA, size);
	emit_push(g, STACK_USER, size);
	emit_push(g, X86_EFLAGS_FIXED | (percent(g, 50) ? X86_EFLAGS_IF : 0) |
		     (percent(g, 30) ? X86_EFLAGS_IOPL : 0), size);
	emit_push(g, size == 2 ? SEL_USER_CODE16 : size == 4 ? SEL_USER_CODE32 :
							       SEL_USER_CODE64, size);
	emit(g, 0x68);
	emit_end_address(g, size == 8 ? 4 : size);
	if (size == 8)
		emit(g, 0x48);
	emit(g, 0xcf);
}

static void system_call(struct generator *g)
{
	bool sysenter = percent(g, 50);

	switch (below(g, 4)) {
	case 0:
		begin(g, "sysret");
		emit_set(g, CX, GPA_HANDLERS + 0x85 * HANDLER_SIZE);
		EMIT(g, 0x0f, 0x07);
		break;
	case 1:
		begin(g, "sysexit");
		emit_set(g, CX, STACK_USER);
		emit_set(g, DX, GPA_HANDLERS + 0x85 * HANDLER_SIZE);
		EMIT(g, 0x0f, 0x35);
		break;
	default:
		begin(g, sysenter ? "sysenter" : "syscall");
		EMIT(g, 0x0f, sysenter ? 0x34 : 0x05);
		break;
	}
}

static void load_segment(struct generator *g)
{
	unsigned int reg = ONE_OF(g, 0, 2, 3, 4, 5, 2, 1, 6);
	uint16_t selector = ONE_OF(g, 0, SEL_DATA, SEL_USER_DATA, SEL_READ_ONLY,
		SEL_EXPAND_DOWN, SEL_NOT_PRESENT, SEL_CODE32, SEL_LDT, 0xff0,
		SEL_DATA16, SEL_USER_DATA16, 4);

	begin(g, "mov %%seg%u = %x", reg, selector);
	emit_set(g, AX, reg == 2 && percent(g, 70) ? stack_selector(g) : selector);
	EMIT(g, 0x8e, 0xc0 | reg << 3);
}

/* MOV SS or STI, and at once what an event might get between. */
static void shadowed(struct generator *g)
{
	static const struct { const char *name; uint8_t len, code[3]; } list[] = {
		{ "hlt", 1, { 0xf4 } }, { "int3", 1, { 0xcc } },
		{ "icebp", 1, { 0xf1 } }, { "cpuid", 2, { 0x0f, 0xa2 } },
		{ "out", 2, { 0xe6, 0x80 } }, { "in", 2, { 0xe4, 0x80 } },
		{ "int 20", 2, { 0xcd, 0x20 } }, { "vmcall", 3, { 0x0f, 0x01, 0xc1 } },
		{ "nop", 1, { 0x90 } }, { "ud2", 2, { 0x0f, 0x0b } },
		{ "sti", 1, { 0xfb } }, { "wbinvd", 2, { 0x0f, 0x09 } },
	};
	unsigned int n = below(g, sizeof(list) / sizeof(list[0]));
	bool sti = percent(g, 50);

	begin(g, "%s; %s", sti ? "sti" : "mov ss", list[n].name);
	if (sti)
		emit(g, 0xfb);
	else
		EMIT(g, 0x8c, 0xd0, 0x8e, 0xd0);
	for (unsigned int i = 0; i < list[n].len; i++)
		emit(g, list[n].code[i]);
}

void generate_control(struct generator *g)
{
	static void (*const list[])(struct generator *g) = {
		interrupt, interrupt, popf, popf, simple, simple, far_jump, iret,
		drop_privilege, system_call, load_segment, shadowed, shadowed,
	};

	list[below(g, sizeof(list) / sizeof(list[0]))](g);
}
