/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A VM with one vCPU on its way to another process and its own VM: all that is
 * in its memory, and all of the vCPU's state.
 */
#ifndef SELFTESTS_TRANSFER_H
#define SELFTESTS_TRANSFER_H

#include "state.h"

typedef void (*prepare_t)(struct machine *machine);

bool transfer_is_possible(bool to_other_device);
const char *transfer(struct machine *machine, prepare_t prepare,
		     bool to_other_device);

/* For those who prepare: what fails ends the process. */
void finish_exit(struct vcpu *vcpu);
void must_sync(struct vcpu *vcpu, uint32_t stage);
void must_exit(struct vcpu *vcpu, int reason);
struct kvm_vcpu_events vcpu_events(struct vcpu *vcpu);

/*
 * Each test twice: on the same device, where both VMs are there at once, and to
 * the other one, where the first is gone before.
 */
#define TRANSFER_FIXTURE						\
	FIXTURE(to) { struct machine machine; };			\
	FIXTURE_VARIANT(to) { bool other_device; };			\
	FIXTURE_VARIANT_ADD(to, the_same_device) { false };		\
	FIXTURE_VARIANT_ADD(to, the_other_device) { true };		\
	FIXTURE_SETUP(to)						\
	{								\
		if (!transfer_is_possible(variant->other_device))	\
			SKIP(return, "there is no other device");	\
	}								\
	FIXTURE_TEARDOWN(to)						\
	{								\
		machine_destroy(&self->machine);			\
	}

#define MOVE(prepare) do {						\
	const char *difference__ = transfer(&self->machine, prepare,	\
					    variant->other_device);	\
									\
	EXPECT_EQ(NULL, difference__) {					\
		TH_LOG("%s has changed on the way", difference__);	\
	}								\
} while (0)

#endif
