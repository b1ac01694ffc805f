// SPDX-License-Identifier: GPL-2.0
/* Intended divergences of string instructions that reach ports or MMIO. */
#include "filter.h"

#define DETAIL_DIRECTION	0	/* KVM_EXIT_IO */
#define DETAIL_COUNT		3
#define DETAIL_IS_WRITE		2	/* KVM_EXIT_MMIO */

struct string_insn {
	bool repeated;
	bool io;
	unsigned int address_bits;
};

static bool decode_string(const uint8_t *code, unsigned int len,
			  unsigned int bits, struct string_insn *insn)
{
	*insn = (struct string_insn){ .address_bits = bits };
	for (unsigned int i = 0; i < len; i++) {
		switch (code[i]) {
		case 0x6c ... 0x6f:
			insn->io = true;
			return true;
		case 0xa4 ... 0xa7:
		case 0xaa ... 0xaf:
			return true;
		case 0xf2:
		case 0xf3:
			insn->repeated = true;
			break;
		case 0x67:
			insn->address_bits = bits == 32 ? 16 : 32;
			break;
		case 0x26:
		case 0x2e:
		case 0x36:
		case 0x3e:
		case 0x64 ... 0x66:
			break;
		default:
			if (bits != 64 || (code[i] & 0xf0) != 0x40)
				return false;
		}
	}
	return false;
}

/* What the program has from @rip to its end: @len bytes. */
const uint8_t *filter_code(const struct difference *d, uint64_t rip,
			   unsigned int *len)
{
	static uint8_t ram[RAM_SIZE];
	struct layout layout;

	world_build(d->c, ram, &layout);
	*len = rip < GPA_CODE || rip >= layout.end ? 0 : layout.end - rip;
	return ram + (*len ? rip : 0);
}

/* The string instruction of the program at @rip, where there is one. */
static bool string_at(const struct difference *d, uint64_t rip,
		      struct string_insn *insn)
{
	unsigned int len;
	const uint8_t *code = filter_code(d, rip, &len);

	return decode_string(code, len, mode_code_size(d->c->mode), insn);
}

/* Is the program's last byte before @rip the opcode of INS or OUTS? */
bool filter_behind_string_io(const struct difference *d, uint64_t rip)
{
	unsigned int len;
	const uint8_t *code = filter_code(d, rip - 1, &len);

	return len && code[0] >= 0x6c && code[0] <= 0x6f;
}

/* Is this exit of an OUTS?  RIP is behind it, unless it is repeated; OUT's is not. */
bool filter_is_outs(const struct difference *d, const struct step *step)
{
	struct string_insn insn;

	if (step->detail[DETAIL_DIRECTION] != KVM_EXIT_IO_OUT)
		return false;
	return filter_behind_string_io(d, step->regs.rip) ||
	       (string_at(d, step->regs.rip, &insn) && insn.io);
}

static uint64_t count_left(const struct kvm_regs *regs,
			   const struct string_insn *insn)
{
	return insn->address_bits == 64 ? regs->rcx :
	       regs->rcx & ((1ull << insn->address_bits) - 1);
}

/* INS and OUTS: as many elements in one exit as each device likes. */
enum verdict filter_io_count(const struct difference *d)
{
	struct string_insn insn;

	if (both_exit_with(d, KVM_EXIT_IO) && difference_is(d, "detail") &&
	    d->index == DETAIL_COUNT &&
	    string_at(d, d->step[0]->regs.rip, &insn) && insn.io)
		return INTENDED_END;
	return UNINTENDED;
}

static bool reads_device(const struct step *step)
{
	if (step->ret)
		return false;
	if (step->exit_reason == KVM_EXIT_IO)
		return step->detail[DETAIL_DIRECTION] == KVM_EXIT_IO_IN;
	return step->exit_reason == KVM_EXIT_MMIO &&
	       !step->detail[DETAIL_IS_WRITE];
}

bool filter_same_exit(const struct step *a, const struct step *b)
{
	return !a->ret && !b->ret && a->exit_reason == b->exit_reason &&
	       a->detail[0] == b->detail[0] && a->detail[2] == b->detail[2] &&
	       a->regs.rip == b->regs.rip;
}

/* One that is going to fault has not asked the device yet. */
enum verdict filter_fault_first(const struct difference *d)
{
	const struct record *kvm = d->record[0];

	if (!d->step[0] || !reads_device(d->step[0]))
		return UNINTENDED;
	/* KVM gets there, too. */
	for (unsigned int i = d->nr + 1; i < kvm->nr_steps && i < d->nr + 4; i++)
		if (filter_same_exit(&kvm->steps[i], d->step[1]))
			return INTENDED_END;
	return UNINTENDED;
}

/* KVM lets the CPU find out that no iteration is left. */
enum verdict filter_last_iteration(const struct difference *d)
{
	const struct kvm_regs *regs = regs_of(d, 0);
	struct string_insn insn;

	if ((d->step[0] && d->step[0]->exit_reason != d->step[1]->exit_reason) ||
	    !string_at(d, regs->rip, &insn) || !insn.repeated ||
	    count_left(regs, &insn))
		return UNINTENDED;
	if (difference_is(d, "regs.rip") && d->value[1] > d->value[0] &&
	    d->value[1] - d->value[0] <= 15)
		return INTENDED;
	if (difference_is(d, "regs.rflags") &&
	    (d->value[0] ^ d->value[1]) == X86_EFLAGS_RF)
		return INTENDED;
	return UNINTENDED;
}

static bool has_events(const struct test_case *c)
{
	for (unsigned int i = 0; i < c->nr; i++)
		if (item_is_hosts(&c->items[i]))
			return true;
	return false;
}

/*
 * What comes between two iterations, or after the last, finds another RIP: the
 * step that KVM takes with no iteration left, the frame of an interrupt.
 */
enum verdict filter_interrupted_repetition(const struct difference *d)
{
	struct string_insn insn;

	for (unsigned int i = 0; i < d->nr; i++) {
		const struct step *step = &d->record[0]->steps[i];

		if (step->ret || !string_at(d, step->regs.rip, &insn) ||
		    !insn.repeated)
			continue;
		if (steps_through(d, i) || has_events(d->c))
			return INTENDED_END;
	}
	return UNINTENDED;
}
