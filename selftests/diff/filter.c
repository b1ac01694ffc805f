// SPDX-License-Identifier: GPL-2.0
/*
 * The divergences from KVM that are intended.  Each has an id, under which
 * docs/differences.md says why.
 */
#include <errno.h>
#include <string.h>

#include "filter.h"

#define EXIT_REASON_EPT_MISCONFIG	0x31
#define DR6_BS				(1ul << 14)
#define UD_VECTOR			6

static bool has_prefix(const struct difference *d, const char *prefix)
{
	return !strncmp(d->name, prefix, strlen(prefix));
}

static const struct kvm_vcpu_events *events(const struct difference *d, int i)
{
	return d->step[i] ? &d->step[i]->events : &d->record[i]->final.events;
}

static enum verdict stale_event(const struct difference *d)
{
	for (int i = 0; i < 2; i++) {
		const struct kvm_vcpu_events *e = events(d, i);

		if (has_prefix(d, "events.exception") &&
		    !e->exception.injected && !e->exception.pending)
			continue;
		if (difference_is(d, "events.interrupt.nr") && !e->interrupt.injected)
			continue;
		return UNINTENDED;
	}
	return INTENDED;
}

static enum verdict get_fpu_mxcsr(const struct difference *d)
{
	return difference_is(d, "fpu.mxcsr") && !d->value[0] ? INTENDED : UNINTENDED;
}

/* In kvm_run KVM never takes an interrupt out of the bitmap. */
static enum verdict sync_bitmap(const struct difference *d)
{
	return d->step[0] && difference_is(d, "sregs.interrupt_bitmap") &&
	       !d->step[0]->events.interrupt.injected &&
	       !d->value[1] ? INTENDED : UNINTENDED;
}

/* MMIO is an EPT misconfiguration on KVM, of which the CPU says less. */
static enum verdict mmio_exit_reason(const struct difference *d)
{
	if (!both_exit_with(d, KVM_EXIT_INTERNAL_ERROR) ||
	    !difference_is(d, "detail") || d->index < 2)
		return UNINTENDED;
	if (d->value[0] == EXIT_REASON_EPT_MISCONFIG ||
	    d->step[0]->detail[d->index - 1] == EXIT_REASON_EPT_MISCONFIG)
		return INTENDED;
	return UNINTENDED;
}

/*
 * The VMM has to do something for an instruction that looks done: a store to
 * MMIO, OUTS.  After HLT and a write to CR8 KVM remembers the guest's own step,
 * but not a debugger's.
 */
static bool loses_step(const struct difference *d, unsigned int run)
{
	const struct step *step = &d->record[0]->steps[run];

	if (step->ret)
		return false;
	switch (step->exit_reason) {
	case KVM_EXIT_HLT:
	case KVM_EXIT_SET_TPR:
		return !(step->regs.rflags & X86_EFLAGS_TF) &&
		       debugger_steps(d, run);
	case KVM_EXIT_IO:
		return filter_is_outs(d, step) && steps_through(d, run);
	case KVM_EXIT_MMIO:
		return step->detail[2] && steps_through(d, run);
	default:
		return false;
	}
}

/*
 * Every trap of the guest's own looks the same: that one is missing shows where
 * KVM's program goes on.
 */
static bool is_steps_ahead(const struct difference *d)
{
	const struct record *kvm = d->record[0], *other = d->record[1];
	unsigned int lost = 0;

	if (!d->step[0] || (other->nr_steps <= kvm->nr_steps &&
			    other->nr_steps < MAX_STEPS))
		return false;
	for (unsigned int i = 0; i < d->nr; i++)
		lost += loses_step(d, i);
	for (unsigned int i = d->nr + 1; i <= d->nr + lost && i < other->nr_steps; i++)
		if (filter_same_exit(d->step[0], &other->steps[i]))
			return true;
	return false;
}

/* KVM has no single-step trap after what it hands over to the VMM. */
static enum verdict handed_over_step(const struct difference *d)
{
	unsigned int before = d->nr;

	/* it would be seen at the next KVM_RUN that is not interrupted */
	while (before && d->record[0]->steps[before - 1].ret == -EINTR)
		before--;
	if (before && loses_step(d, before - 1))
		return INTENDED_END;
	if (is_steps_ahead(d))
		return INTENDED_END;
	if (d->step[0] && loses_step(d, d->nr) &&
	    (has_prefix(d, "events.exception") || difference_is(d, "ready")))
		return INTENDED;
	return UNINTENDED;
}

/* Has an interrupt or NMI pushed the debugger's TF? */
static bool shows_tf(const struct difference *d)
{
	uint64_t bit = d->value[0] ^ d->value[1];

	return difference_is(d, "memory") && d->value[1] & bit &&
	       !(bit & (bit - 1)) && __builtin_ctzll(bit) % 16 == 8;
}

/* Is a debugger's step all that there is of this KVM_RUN? */
static bool steps_only_there(const struct difference *d)
{
	const struct step *other = d->step[1];

	if (!other)	/* or of the last one, which is not noted */
		return debugger_steps(d, d->nr) &&
		       (shows_tf(d) || (difference_is(d, "completion") &&
					d->value[0] == (uint32_t)-EINTR &&
					!d->value[1]));
	if (other->ret || other->exit_reason != KVM_EXIT_DEBUG ||
	    !(other->detail[2] & DR6_BS))
		return false;
	/* or is there one elsewhere, or here for another reason? */
	return d->step[0]->exit_reason != KVM_EXIT_DEBUG ||
	       d->step[0]->detail[1] != other->detail[1] ||
	       (difference_is(d, "detail") && d->index == 2 &&
		(d->value[0] ^ d->value[1]) == DR6_BS);
}

/* After it has emulated an instruction KVM forgets that a debugger steps. */
static enum verdict steps_on(const struct difference *d)
{
	const struct step *steps = d->record[0]->steps;

	if (!steps_only_there(d))
		return UNINTENDED;
	for (unsigned int i = 0; i < d->nr; i++)
		if (step_is_emulated(&steps[i]) ||
		    (steps[i].exit_reason == KVM_EXIT_DEBUG &&
		     filter_behind_string_io(d, steps[i].regs.rip)))
			return INTENDED_END;
	return UNINTENDED;
}

/* PUSH, CALL and their like are not carried out for a stack in MMIO. */
static enum verdict stack_in_mmio(const struct difference *d)
{
	const struct step *kvm = d->step[0];

	if (!kvm || kvm->ret || kvm->exit_reason != KVM_EXIT_MMIO ||
	    d->step[1]->ret ||
	    ((kvm->detail[0] - kvm->regs.rsp + 16) & (PAGE_SIZE - 1)) > 32)
		return UNINTENDED;
	if (d->step[1]->exit_reason == KVM_EXIT_INTERNAL_ERROR ||
	    d->step[1]->regs.rip == GPA_HANDLERS + UD_VECTOR * HANDLER_SIZE)
		return INTENDED_END;
	return UNINTENDED;
}

/* Opcodes that are carried out for MMIO: those of module/decode_tables.h. */
static bool is_known_opcode(const uint8_t *code, unsigned int len)
{
	for (unsigned int i = 0; i + 1 < len; i++) {
		uint8_t byte = code[i];

		if (byte == 0x26 || byte == 0x2e || byte == 0x36 ||
		    byte == 0x3e || (byte >= 0x64 && byte <= 0x67) ||
		    byte == 0xf0 || byte == 0xf2 || byte == 0xf3 ||
		    (byte & 0xf0) == 0x40)
			continue;
		if (byte == 0x0f) {
			byte = code[i + 1];
			return byte == 0xa3 || byte == 0xab ||
			       (byte & 0xfe) == 0xb0 || byte == 0xb3 ||
			       (byte & 0xf6) == 0xb6 || byte == 0xba ||
			       byte == 0xbb || (byte & 0xfe) == 0xc0 ||
			       byte == 0xc3;
		}
		if (byte == 0xf6 || byte == 0xf7)
			return (code[i + 1] >> 3 & 7) < 4;
		if (byte == 0xff)
			return (code[i + 1] >> 3 & 7) < 2;
		return (byte < 0x40 && (byte & 7) < 4) || byte == 0x63 ||
		       (byte >= 0x80 && byte <= 0x8b) || byte == 0x8f ||
		       (byte >= 0xa0 && byte <= 0xa7) ||
		       (byte >= 0xaa && byte <= 0xaf) ||
		       (byte & 0xfe) == 0xc6 || byte == 0xfe;
	}
	return false;
}

/* KVM emulates far more instructions than anybody uses for MMIO. */
static enum verdict rare_in_mmio(const struct difference *d)
{
	const uint8_t *code;
	unsigned int len;

	if (!d->step[0] || d->step[0]->ret ||
	    d->step[0]->exit_reason != KVM_EXIT_MMIO || d->step[1]->ret)
		return UNINTENDED;
	if (d->step[1]->exit_reason == KVM_EXIT_INTERNAL_ERROR) {
		code = d->step[1]->data;
		len = d->step[1]->data_len;
	} else if (d->step[1]->regs.rip == GPA_HANDLERS + UD_VECTOR * HANDLER_SIZE) {
		code = filter_code(d, d->step[0]->regs.rip, &len);
	} else {
		return UNINTENDED;
	}
	return is_known_opcode(code, len) ? UNINTENDED : INTENDED_END;
}

static bool is_delivery_error(const struct step *step)
{
	return !step->ret && step->exit_reason == KVM_EXIT_INTERNAL_ERROR &&
	       step->detail[0] == KVM_INTERNAL_ERROR_DELIVERY_EV;
}

/* An event that goes to MMIO: KVM first emulates the instruction at RIP. */
static enum verdict delivery_to_mmio(const struct difference *d)
{
	const struct record *kvm = d->record[0];

	if (!d->step[1] || !is_delivery_error(d->step[1]))
		return UNINTENDED;
	for (unsigned int i = d->nr; i < kvm->nr_steps && i < d->nr + 4; i++)
		if (is_delivery_error(&kvm->steps[i]))
			return INTENDED_END;
	/* or that instruction was the program's last */
	if (d->nr + 1 == kvm->nr_steps && step_is_emulated(d->step[0]))
		return INTENDED_END;
	return UNINTENDED;
}

static bool vmm_does(const struct test_case *c, enum item_kind kind,
		     unsigned int run)
{
	for (unsigned int i = 0; i < c->nr; i++)
		if (c->items[i].kind == kind && c->items[i].run == run)
			return true;
	return false;
}

/* An exception or an NMI, to be delivered before the interrupt. */
static bool vmm_injects(const struct test_case *c, unsigned int run)
{
	const uint64_t injects = KVM_GUESTDBG_INJECT_DB | KVM_GUESTDBG_INJECT_BP;

	for (unsigned int i = 0; i < c->nr; i++) {
		const struct item *item = &c->items[i];

		if (item->run != run)
			continue;
		if (item->kind == ITEM_EXCEPTION ||
		    (item->kind == ITEM_NMI_STATE && item->arg[0]) ||
		    (item->kind == ITEM_DEBUG && item->arg[0] & injects))
			return true;
	}
	return false;
}

/* Is a trap of the guest's own raised by what this KVM_RUN completes? */
static bool completion_traps(const struct step *before)
{
	return step_is_emulated(before) && before->regs.rflags & X86_EFLAGS_TF;
}

/* An interrupt that the guest can't take: on KVM the entry fails. */
static enum verdict interrupt_waits(const struct difference *d)
{
	const struct step *kvm = d->step[0];

	/* or it is lost, for an exception or an NMI comes first */
	if (kvm && d->nr && (vmm_injects(d->c, d->nr) || completion_traps(kvm - 1)) &&
	    (vmm_does(d->c, ITEM_INTERRUPT, d->nr) ||
	     kvm[-1].exit_reason == KVM_EXIT_IRQ_WINDOW_OPEN))
		return INTENDED_END;
	if (kvm && !kvm->ret && kvm->exit_reason == KVM_EXIT_FAIL_ENTRY &&
	    d->step[1]->exit_reason != KVM_EXIT_FAIL_ENTRY &&
	    kvm->events.interrupt.injected &&
	    (!kvm->if_flag || kvm->events.interrupt.shadow))
		return INTENDED_END;
	return UNINTENDED;
}

static struct {
	const char *id;
	enum verdict (*covers)(const struct difference *d);
	unsigned int nr;
} filters[] = {
	{ "stale-event", stale_event, 0 },
	{ "get-fpu-mxcsr", get_fpu_mxcsr, 0 },
	{ "mmio-exit-reason", mmio_exit_reason, 0 },
	{ "handed-over-step", handed_over_step, 0 },
	{ "steps-on", steps_on, 0 },
	{ "stack-in-mmio", stack_in_mmio, 0 },
	{ "rare-in-mmio", rare_in_mmio, 0 },
	{ "sync-bitmap", sync_bitmap, 0 },
	{ "io-count", filter_io_count, 0 },
	{ "fault-first", filter_fault_first, 0 },
	{ "last-iteration", filter_last_iteration, 0 },
	{ "delivery-to-mmio", delivery_to_mmio, 0 },
	{ "interrupt-waits", interrupt_waits, 0 },
	{ "interrupted-repetition", filter_interrupted_repetition, 0 },
};

#define NR_FILTERS (sizeof(filters) / sizeof(filters[0]))

enum verdict filter(const struct difference *d)
{
	for (size_t i = 0; i < NR_FILTERS; i++) {
		enum verdict verdict = filters[i].covers(d);

		if (verdict == UNINTENDED)
			continue;
		filters[i].nr++;
		return verdict;
	}
	return UNINTENDED;
}

void filter_report(FILE *to)
{
	for (size_t i = 0; i < NR_FILTERS; i++)
		if (filters[i].nr)
			fprintf(to, "intended: %s, %u values\n", filters[i].id,
				filters[i].nr);
}
