// SPDX-License-Identifier: GPL-2.0
/* A vCPU's state as VMMs move it to another machine. */
#include <stddef.h>
#include <stdio.h>

#include "state.h"

#define MAX_LIST	1024

/* Clocks that KVM has for guests that know Hyper-V. */
#define HV_X64_MSR_VP_RUNTIME		0x40000010
#define HV_X64_MSR_TIME_REF_COUNT	0x40000020

#define MSR_IA32_SMBASE			0x9e

struct msr_list {
	uint32_t nmsrs;
	uint32_t indices[MAX_LIST];
};

static const struct msr_list *listed_msrs(int kvm)
{
	static struct msr_list list;

	list.nmsrs = MAX_LIST;
	if (dev_ioctl(kvm, KVM_GET_MSR_INDEX_LIST, &list))
		die("KVM_GET_MSR_INDEX_LIST");
	return &list;
}

/*
 * The list has all MSRs that the device knows; the vCPU need not have them, so
 * one that ends the reading is left out of the next attempt.
 */
static void read_msrs(struct vcpu *vcpu, struct vcpu_state *state)
{
	const struct msr_list *list = listed_msrs(vcpu->vm->kvm);
	struct kvm_msr_entry *entries = state->msrs.entries;
	uint32_t count = list->nmsrs;
	int ret;

	if (count > STATE_MAX_MSRS)
		die("more than %d MSRs", STATE_MAX_MSRS);
	for (uint32_t i = 0; i < count; i++)
		entries[i].index = list->indices[i];
	for (;;) {
		state->msrs.header.nmsrs = count;
		ret = dev_ioctl(vcpu->fd, KVM_GET_MSRS, &state->msrs);
		if (ret < 0)
			die("KVM_GET_MSRS");
		if ((uint32_t)ret == count)
			return;
		count--;
		memmove(&entries[ret], &entries[ret + 1],
			(count - ret) * sizeof(*entries));
	}
}

/* KVM_GET_CPUID2 does not say how many there are: behind the last one is 0. */
static uint32_t count_cpuid(const struct vcpu_state *state)
{
	static const struct kvm_cpuid_entry2 none;
	uint32_t count = STATE_MAX_CPUID;

	while (count && !memcmp(&state->cpuid.entries[count - 1], &none,
				sizeof(none)))
		count--;
	return count;
}

static void must(struct vcpu *vcpu, const char *name, unsigned long request,
		 const void *argument)
{
	if (dev_ioctl(vcpu->fd, request, (void *)argument) < 0)
		die("%s", name);
}

#define MUST(vcpu, request, argument) must(vcpu, #request, request, argument)

/* KVM leaves the numbers of the last ones where no exception, no interrupt waits. */
static void forget_last_events(struct kvm_vcpu_events *events)
{
	if (!events->interrupt.injected)
		events->interrupt.nr = 0;
	if (events->exception.injected || events->exception.pending)
		return;
	memset(&events->exception, 0, sizeof(events->exception));
	events->exception_has_payload = 0;
	events->exception_payload = 0;
}

/* Of a segment register that is not usable the rest means nothing. */
static void forget_unusable(struct kvm_segment *segment)
{
	if (segment->unusable)
		*segment = (struct kvm_segment) {
			.base = segment->base,
			.selector = segment->selector,
			.unusable = 1,
		};
}

static void forget_unusable_segments(struct kvm_sregs2 *sregs)
{
	forget_unusable(&sregs->cs);
	forget_unusable(&sregs->ds);
	forget_unusable(&sregs->es);
	forget_unusable(&sregs->fs);
	forget_unusable(&sregs->gs);
	forget_unusable(&sregs->ss);
	forget_unusable(&sregs->tr);
	forget_unusable(&sregs->ldt);
}

void vcpu_state_read(struct vcpu *vcpu, struct vcpu_state *state)
{
	int khz = dev_ioctl(vcpu->fd, KVM_GET_TSC_KHZ, NULL);

	if (khz < 0)
		die("KVM_GET_TSC_KHZ");
	memset(state, 0, sizeof(*state));
	state->tsc_khz = khz;
	state->cpuid.header.nent = STATE_MAX_CPUID;
	MUST(vcpu, KVM_GET_CPUID2, &state->cpuid);
	state->cpuid.header.nent = count_cpuid(state);
	/* Events first, for they may show more than is read afterwards. */
	MUST(vcpu, KVM_GET_VCPU_EVENTS, &state->events);
	forget_last_events(&state->events);
	MUST(vcpu, KVM_GET_REGS, &state->regs);
	MUST(vcpu, KVM_GET_SREGS2, &state->sregs);
	forget_unusable_segments(&state->sregs);
	MUST(vcpu, KVM_GET_DEBUGREGS, &state->debugregs);
	MUST(vcpu, KVM_GET_XCRS, &state->xcrs);
	MUST(vcpu, KVM_GET_XSAVE, &state->xsave);
	MUST(vcpu, KVM_GET_MP_STATE, &state->mp_state);
	read_msrs(vcpu, state);
}

/* Not the guest's: CPUID offers it nothing of Hyper-V, KVM and SMM. */
static bool is_of_no_use(uint32_t index)
{
	return (index >= 0x40000000 && index < 0x40000200) ||
	       (index >= 0x4b564d00 && index < 0x4b564d08) ||
	       index == MSR_IA32_SMBASE;
}

/* Gives the number of MSRs that are not 0 and that this device does not take. */
static int write_msrs(struct vcpu *vcpu, const struct vcpu_state *state)
{
	const struct kvm_msr_entry *entry = state->msrs.entries;
	int left = 0;

	for (uint32_t i = 0; i < state->msrs.header.nmsrs; i++, entry++) {
		if (vcpu_set_msr(vcpu, entry->index, entry->data) == 1 ||
		    !entry->data || is_of_no_use(entry->index))
			continue;
		printf("# MSR %#x stays behind with %#llx\n", entry->index,
		       entry->data);
		left++;
	}
	return left;
}

/*
 * In the order that the values depend on: CPUID says what there may be. Gives
 * the number of MSRs that could not be written.
 */
int vcpu_state_write(struct vcpu *vcpu, const struct vcpu_state *state)
{
	int left;

	MUST(vcpu, KVM_SET_CPUID2, &state->cpuid);
	if (dev_ioctl_value(vcpu->fd, KVM_SET_TSC_KHZ, state->tsc_khz))
		die("KVM_SET_TSC_KHZ");
	MUST(vcpu, KVM_SET_SREGS2, &state->sregs);
	MUST(vcpu, KVM_SET_REGS, &state->regs);
	MUST(vcpu, KVM_SET_XCRS, &state->xcrs);
	MUST(vcpu, KVM_SET_XSAVE, &state->xsave);
	left = write_msrs(vcpu, state);
	MUST(vcpu, KVM_SET_DEBUGREGS, &state->debugregs);
	MUST(vcpu, KVM_SET_MP_STATE, &state->mp_state);
	/* Last, for registers that are set drop an exception that waits. */
	MUST(vcpu, KVM_SET_VCPU_EVENTS, &state->events);
	return left;
}

#define BLOCK(member) \
	{ #member, offsetof(struct vcpu_state, member), \
	  sizeof(((struct vcpu_state *)0)->member) }

static const struct {
	const char *name;
	size_t offset, size;
} blocks[] = {
	BLOCK(regs), BLOCK(sregs), BLOCK(debugregs), BLOCK(xcrs), BLOCK(xsave),
	BLOCK(events), BLOCK(mp_state), BLOCK(tsc_khz), BLOCK(cpuid),
};

/* Clocks go on by themselves. */
static uint64_t still(const struct kvm_msr_entry *entry)
{
	switch (entry->index) {
	case MSR_IA32_TSC:
	case HV_X64_MSR_VP_RUNTIME:
	case HV_X64_MSR_TIME_REF_COUNT:
		return 0;
	default:
		return entry->data;
	}
}

/* It is most likely at @guess. */
static const struct kvm_msr_entry *find_msr(const struct vcpu_state *state,
					    uint32_t index, uint32_t guess)
{
	if (state->msrs.entries[guess].index == index)
		return &state->msrs.entries[guess];
	for (uint32_t i = 0; i < state->msrs.header.nmsrs; i++)
		if (state->msrs.entries[i].index == index)
			return &state->msrs.entries[i];
	return NULL;
}

/* Those that both have: the lists of two devices need not be the same. */
static bool same_msrs(const struct vcpu_state *a, const struct vcpu_state *b)
{
	for (uint32_t i = 0; i < a->msrs.header.nmsrs; i++) {
		const struct kvm_msr_entry *ours = &a->msrs.entries[i];
		const struct kvm_msr_entry *theirs = find_msr(b, ours->index, i);

		if (theirs && still(ours) != still(theirs)) {
			printf("# MSR %#x: %#llx, %#llx\n", ours->index,
			       ours->data, theirs->data);
			return false;
		}
	}
	return true;
}

/* The first block in which they differ, not counting time; NULL if in none. */
const char *vcpu_state_difference(const struct vcpu_state *a,
				  const struct vcpu_state *b)
{
	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++)
		if (memcmp((const char *)a + blocks[i].offset,
			   (const char *)b + blocks[i].offset, blocks[i].size))
			return blocks[i].name;
	return same_msrs(a, b) ? NULL : "msrs";
}
