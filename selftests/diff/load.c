// SPDX-License-Identifier: GPL-2.0
/* The state with which a program begins, and that in which it ends. */
#include <string.h>

#include "machine.h"

#define MSR_ARCH_CAPABILITIES	0x10a
#define MSR_SYSENTER_CS		0x174
#define MSR_SYSENTER_ESP	0x175
#define MSR_SYSENTER_EIP	0x176
#define MSR_STAR		0xc0000081
#define MSR_LSTAR		0xc0000082
#define MSR_CSTAR		0xc0000083
#define MSR_SYSCALL_MASK	0xc0000084

#define HANDLER(n) (GPA_HANDLERS + (n) * HANDLER_SIZE)

struct msrs {
	struct kvm_msrs header;
	struct kvm_msr_entry entries[MAX_MSRS];
};

static void add_msr(struct msrs *msrs, uint32_t index, uint64_t value)
{
	msrs->entries[msrs->header.nmsrs++] = (struct kvm_msr_entry){
		.index = index, .data = value,
	};
}

static int load_msrs(struct machine *m, const struct test_case *c)
{
	struct msrs msrs = { 0 };

	/* each hypervisor has its own idea of what to promise at first */
	add_msr(&msrs, MSR_ARCH_CAPABILITIES, 0);
	add_msr(&msrs, MSR_SYSENTER_CS,
		mode_is_long(c->mode) ? SEL_CODE64 : SEL_CODE32);
	add_msr(&msrs, MSR_SYSENTER_ESP, STACK_TOP - 0x200);
	add_msr(&msrs, MSR_SYSENTER_EIP, HANDLER(HANDLER_SYSENTER));
	add_msr(&msrs, MSR_STAR, (uint64_t)SEL_CODE64 << 32 |
		(uint64_t)(SEL_USER_CODE64 - 16) << 48);
	add_msr(&msrs, MSR_LSTAR, HANDLER(HANDLER_SYSCALL));
	add_msr(&msrs, MSR_CSTAR, HANDLER(HANDLER_SYSCALL));
	add_msr(&msrs, MSR_SYSCALL_MASK, X86_EFLAGS_IF);
	for (unsigned int i = 0; i < c->nr; i++)
		if (c->items[i].kind == ITEM_MSR)
			add_msr(&msrs, c->items[i].arg[0], c->items[i].arg[1]);
	return call(m->vcpu, KVM_SET_MSRS, &msrs);
}

static int load_debugregs(struct machine *m, const struct test_case *c)
{
	struct kvm_debugregs d;

	if (call(m->vcpu, KVM_GET_DEBUGREGS, &d))
		return -1;
	for (unsigned int i = 0; i < c->nr; i++) {
		const struct item *item = &c->items[i];

		if (item->kind != ITEM_DR)
			continue;
		if (item->arg[0] < 4)
			d.db[item->arg[0]] = item->arg[1];
		else if (item->arg[0] == 6)
			d.dr6 = item->arg[1];
		else
			d.dr7 = item->arg[1];
	}
	return call(m->vcpu, KVM_SET_DEBUGREGS, &d);
}

#define XSAVE_FCW	0	/* words of the legacy area */
#define XSAVE_MXCSR	6
#define XSAVE_XMM	40
#define XSAVE_XSTATE_BV	128

static int load_fpu(struct machine *m)
{
	struct kvm_xsave xsave = { 0 };

	xsave.region[XSAVE_FCW] = 0x37f;
	xsave.region[XSAVE_MXCSR] = 0x1f80;
	for (unsigned int i = 0; i < 16; i++)
		xsave.region[XSAVE_XMM + i] = 0x01010101 * (i + 1);
	xsave.region[XSAVE_XSTATE_BV] = 3;
	return call(m->vcpu, KVM_SET_XSAVE, &xsave);
}

static int load_xcr0(struct machine *m, const struct test_case *c)
{
	struct kvm_xcrs xcrs = { .nr_xcrs = 1, .xcrs = { { .value = 3 } } };

	for (unsigned int i = 0; i < c->nr; i++)
		if (c->items[i].kind == ITEM_CR &&
		    c->items[i].arg[0] == CONTROL_XCR0)
			xcrs.xcrs[0].value ^= c->items[i].arg[1];
	return call(m->vcpu, KVM_SET_XCRS, &xcrs);
}

/* Capabilities that can be changed at any time, 0 where the case has none. */
static int load_caps(struct machine *m, const struct test_case *c)
{
	struct kvm_enable_cap caps[] = {
		{ .cap = KVM_CAP_EXCEPTION_PAYLOAD },
		{ .cap = KVM_CAP_X86_TRIPLE_FAULT_EVENT },
		{ .cap = KVM_CAP_X86_USER_SPACE_MSR },
	};
	int r = 0;

	for (unsigned int n = 0; n < sizeof(caps) / sizeof(caps[0]); n++) {
		for (unsigned int i = 0; i < c->nr; i++)
			if (c->items[i].kind == ITEM_CAP &&
			    c->items[i].arg[0] == caps[n].cap)
				caps[n].args[0] = c->items[i].arg[1];
		r |= call(m->vm, KVM_ENABLE_CAP, &caps[n]);
	}
	return r;
}

void machine_load(struct machine *m, const struct test_case *c,
		  struct layout *layout, struct record *record)
{
	struct kvm_sregs sregs;
	struct kvm_regs regs;

	world_build(c, m->ram, layout);
	world_sregs(c, &sregs);
	world_regs(c, layout, &regs);
	record->load[0] = load_caps(m, c);
	record->load[1] = call(m->vcpu, KVM_SET_SREGS, &sregs);
	record->load[2] = call(m->vcpu, KVM_SET_REGS, &regs);
	record->load[3] = m->common->xsave ? load_xcr0(m, c) : 0;
	record->load[4] = m->common->xsave ? load_fpu(m) : 0;
	record->load[5] = load_msrs(m, c);
	record->load[6] = load_debugregs(m, c);
}

/* ---- the end ---- */

static void save_msrs(struct machine *m, struct final *final)
{
	struct msrs msrs = { 0 };
	int got;

	for (unsigned int i = 0; i < m->common->nr_msrs; i++)
		add_msr(&msrs, m->common->msrs[i], 0);
	got = call(m->vcpu, KVM_GET_MSRS, &msrs);
	for (int i = 0; i < (int)m->common->nr_msrs; i++)
		final->msrs[i] = i < got ? msrs.entries[i].data : 0x4e4f4e45;
}

/* What differs from the image that all programs of this mode begin with. */
static void save_memory(struct machine *m, const struct test_case *c,
			struct final *final)
{
	const uint8_t *image = world_image(c->mode, c->cpl);
	uint64_t word, first;

	for (uint32_t gpa = 0; gpa < RAM_SIZE; gpa += sizeof(word)) {
		memcpy(&word, m->ram + gpa, sizeof(word));
		memcpy(&first, image + gpa, sizeof(first));
		if (word == first)
			continue;
		if (final->nr_changes < MAX_CHANGES)
			final->changes[final->nr_changes] =
				(struct change){ gpa, word };
		final->nr_changes++;
		final->memory_hash = (final->memory_hash ^ gpa ^ word) *
				     0x100000001b3;
	}
}

void machine_save(struct machine *m, const struct test_case *c,
		  struct final *final)
{
	struct kvm_mp_state mp_state = { .mp_state = -1 };

	call(m->vcpu, KVM_GET_REGS, &final->regs);
	call(m->vcpu, KVM_GET_SREGS, &final->sregs);
	call(m->vcpu, KVM_GET_VCPU_EVENTS, &final->events);
	call(m->vcpu, KVM_GET_DEBUGREGS, &final->debugregs);
	call(m->vcpu, KVM_GET_FPU, &final->fpu);
	if (m->common->xsave) {
		call(m->vcpu, KVM_GET_XCRS, &final->xcrs);
		call(m->vcpu, KVM_GET_XSAVE, &final->xsave);
	}
	call(m->vcpu, KVM_GET_MP_STATE, &mp_state);
	final->mp_state = mp_state.mp_state;
	save_msrs(m, final);
	save_memory(m, c, final);
}
