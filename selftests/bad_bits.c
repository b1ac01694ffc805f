// SPDX-License-Identifier: GPL-2.0
/*
 * Each block of a vCPU's state with one bit wrong after the other. What is
 * refused has changed nothing; what is accepted makes of the state what it
 * makes of it on the first device.
 */
#include <stddef.h>

#include "answers.h"
#include "test.h"

static void nothing(void)
{
	guest_done();
}

FIXTURE(block) {
	struct machine machine;
	struct answers answers;
};

/* The bytes from @first to @end are swept, in a vCPU in @mode. */
FIXTURE_VARIANT(block) {
	const char *name;
	unsigned long get, set;
	size_t first, end;
	enum guest_mode mode;
};

#define SWEEP_PART(name, ioctl, first, end, mode)			\
	FIXTURE_VARIANT_ADD(block, name) {				\
		"bad_bits." #name, KVM_GET_##ioctl, KVM_SET_##ioctl,	\
		first, end, mode,					\
	}

#define SWEEP(name, ioctl, type, mode) \
	SWEEP_PART(name, ioctl, 0, sizeof(struct type), mode)

#define SMI	offsetof(struct kvm_vcpu_events, smi)

SWEEP(regs, REGS, kvm_regs, MODE_LONG);
SWEEP(sregs_real, SREGS, kvm_sregs, MODE_REAL);
SWEEP(sregs_protected, SREGS, kvm_sregs, MODE_PROT32);
SWEEP(sregs_long, SREGS, kvm_sregs, MODE_LONG);
SWEEP(sregs2, SREGS2, kvm_sregs2, MODE_LONG);
SWEEP(debugregs, DEBUGREGS, kvm_debugregs, MODE_LONG);
SWEEP(xcrs, XCRS, kvm_xcrs, MODE_LONG);
SWEEP(fpu, FPU, kvm_fpu, MODE_LONG);
SWEEP(mp_state, MP_STATE, kvm_mp_state, MODE_LONG);
SWEEP_PART(mxcsr, XSAVE, 24, 32, MODE_LONG);
SWEEP_PART(xsave_header, XSAVE, 512, 576, MODE_LONG);
SWEEP_PART(events, VCPU_EVENTS, 0, SMI, MODE_LONG);
SWEEP_PART(events_smi, VCPU_EVENTS, SMI, SMI + 4, MODE_LONG);
SWEEP_PART(more_events, VCPU_EVENTS, SMI + 4, sizeof(struct kvm_vcpu_events),
	   MODE_LONG);

#define MAX_BLOCK	sizeof(struct kvm_xsave)

FIXTURE_SETUP(block)
{
	machine_create(&self->machine);
	vcpu_set_common_cpuid(&self->machine.vcpu);
	vcpu_set_mode(&self->machine.vcpu, variant->mode, GPA_CODE);
	answers_begin(&self->answers, variant->name);
}

FIXTURE_TEARDOWN(block)
{
	machine_destroy(&self->machine);
}

/* What events say of an exception that does not wait means nothing. */
static bool means_something(unsigned long set)
{
	return set != KVM_SET_VCPU_EVENTS;
}

/* The bytes in which @now is not @good any more, and their bits. */
static const char *changes(const uint8_t *good, const uint8_t *now, size_t size)
{
	static char text[128];
	int used = 0;

	text[0] = 0;
	if (!memcmp(good, now, size))
		return text;
	for (size_t i = 0; i < size && used < 100; i++)
		if (good[i] != now[i])
			used += sprintf(text + used, " %#zx:%02x", i,
					good[i] ^ now[i]);
	return text;
}

TEST_F(block, with_one_bit_wrong)
{
	static uint8_t good[MAX_BLOCK], bad[MAX_BLOCK], now[MAX_BLOCK];
	struct vcpu *vcpu = &self->machine.vcpu;
	struct kvm_vcpu_events events;
	size_t size = variant->end;
	int ret;

	ASSERT_EQ(0, dev_ioctl(vcpu->fd, KVM_GET_VCPU_EVENTS, &events));
	ASSERT_EQ(0, dev_ioctl(vcpu->fd, variant->get, good));
	memcpy(bad, good, sizeof(bad));
	for (size_t bit = 8 * variant->first; bit < 8 * size; bit++) {
		if (!(bit % 64))
			watchdog_start();
		bad[bit / 8] = good[bit / 8] ^ 1u << bit % 8;
		ret = dev_ioctl(vcpu->fd, variant->set, bad);
		bad[bit / 8] = good[bit / 8];
		ASSERT_EQ(0, dev_ioctl(vcpu->fd, variant->get, now));
		answer(&self->answers, "byte %#zx bit %zu: %d%s", bit / 8, bit % 8,
		       ret, means_something(variant->set) ?
		       changes(good, now, size) : "");
		if (ret) {
			EXPECT_EQ(0, memcmp(good, now, size)) {
				TH_LOG("byte %#zx bit %zu", bit / 8, bit % 8);
			}
			continue;
		}
		/* KVM_SET_SREGS cannot take back an interrupt that it queued */
		ASSERT_EQ(0, dev_ioctl(vcpu->fd, variant->set, good));
		ASSERT_EQ(0, dev_ioctl(vcpu->fd, KVM_SET_VCPU_EVENTS, &events));
	}

	vcpu_start(vcpu, nothing);
	ASSERT_DONE(vcpu);
	EXPECT_FIRST_DEVICES(&self->answers);
}

TEST_HARNESS_MAIN
