// SPDX-License-Identifier: GPL-2.0
/*
 * How the time stamp counters of a VM's vCPUs are kept in step although their
 * VMM sets one after the other.
 */
#include "test.h"
#include "tsc.h"

#define START	(1ull << 50)

struct pair {
	struct machine machine;
	struct vcpu *first, second;
	uint64_t second_of_time;	/* in ticks */
};

static void pair_create(struct pair *pair)
{
	machine_create(&pair->machine);
	pair->first = &pair->machine.vcpu;
	vcpu_create(&pair->machine.vm, &pair->second, 1);
	pair->second_of_time = 1000ull * tsc_khz(pair->first);
}

static void set_tsc(struct vcpu *vcpu, uint64_t value)
{
	if (vcpu_set_msr(vcpu, MSR_IA32_TSC, value) != 1)
		die("set the TSC");
}

TEST(first_vcpu_starts_at_zero)
{
	uint64_t before = read_tsc(), value;
	struct pair pair;

	pair_create(&pair);
	ASSERT_EQ(1, vcpu_get_msr(pair.first, MSR_IA32_TSC, &value));
	EXPECT_GT(read_tsc() - before, value);
	EXPECT_EQ(tsc_offset(pair.first), tsc_offset(&pair.second));
}

TEST(about_the_same_value_is_the_same)
{
	struct pair pair;

	pair_create(&pair);
	set_tsc(pair.first, START);
	EXPECT_NE(tsc_offset(pair.first), tsc_offset(&pair.second));
	set_tsc(&pair.second, START);
	EXPECT_EQ(tsc_offset(pair.first), tsc_offset(&pair.second));
	set_tsc(pair.first, START + pair.second_of_time / 2);
	EXPECT_EQ(tsc_offset(pair.first), tsc_offset(&pair.second));
	set_tsc(pair.first, START + 2 * pair.second_of_time);
	EXPECT_NE(tsc_offset(pair.first), tsc_offset(&pair.second));
}

TEST(zero_is_the_same)
{
	struct pair pair;
	uint64_t offset;

	pair_create(&pair);
	set_tsc(pair.first, START);
	offset = tsc_offset(pair.first);
	set_tsc(&pair.second, 0);
	EXPECT_EQ(offset, tsc_offset(&pair.second));
	set_tsc(pair.first, 0);
	EXPECT_EQ(offset, tsc_offset(pair.first));
}

/* What was asked for last counts, not what it became. */
TEST(each_value_is_held_against_the_one_before)
{
	uint64_t most_of_a_second, offset;
	struct pair pair;

	pair_create(&pair);
	most_of_a_second = pair.second_of_time * 7 / 8;
	set_tsc(pair.first, START);
	offset = tsc_offset(pair.first);
	set_tsc(&pair.second, START + most_of_a_second);
	EXPECT_EQ(offset, tsc_offset(&pair.second));
	set_tsc(pair.first, START + 2 * most_of_a_second);
	EXPECT_EQ(offset, tsc_offset(pair.first));
	set_tsc(pair.first, START);
	EXPECT_NE(offset, tsc_offset(pair.first));
}

/* A new vCPU is in step, and counts as one whose TSC was set to 0. */
TEST(creation_is_a_write_of_zero)
{
	struct vcpu third;
	struct pair pair;
	uint64_t offset;

	pair_create(&pair);
	set_tsc(pair.first, START);
	offset = tsc_offset(pair.first);
	vcpu_create(&pair.machine.vm, &third, 2);
	EXPECT_EQ(offset, tsc_offset(&third));
	set_tsc(&third, START);
	EXPECT_NE(offset, tsc_offset(&third));
}

TEST(other_frequencies_are_not_in_step)
{
	struct pair pair;
	uint32_t khz;

	pair_create(&pair);
	khz = tsc_khz(pair.first);
	if (!device_has(pair.machine.vm.kvm, KVM_CAP_TSC_CONTROL))
		SKIP(return, "no TSC scaling");
	ASSERT_EQ(0, dev_ioctl_value(pair.second.fd, KVM_SET_TSC_KHZ, 2 * khz));
	set_tsc(pair.first, START);
	set_tsc(&pair.second, START);
	EXPECT_NE(tsc_offset(pair.first), tsc_offset(&pair.second));

	/* the other one has the same now */
	ASSERT_EQ(0, dev_ioctl_value(pair.first->fd, KVM_SET_TSC_KHZ, 2 * khz));
	set_tsc(pair.first, START);
	EXPECT_EQ(tsc_offset(pair.first), tsc_offset(&pair.second));
}

static void guest_moves_its_tsc(void)
{
	wrmsr(MSR_IA32_TSC, START);
	guest_sync(1);
	wrmsr(MSR_IA32_TSC_ADJUST, rdmsr(MSR_IA32_TSC_ADJUST) + 1000);
	guest_done();
}

/* A guest's writes are its own affair. */
TEST(guest_is_not_kept_in_step)
{
	uint64_t offset, moved, adjust;
	struct pair pair;

	pair_create(&pair);
	offset = tsc_offset(pair.first);
	vcpu_set_supported_cpuid(pair.first);
	vcpu_start(pair.first, guest_moves_its_tsc);
	ASSERT_SYNC(pair.first, 1);
	moved = tsc_offset(pair.first);
	EXPECT_NE(offset, moved);
	ASSERT_EQ(1, vcpu_get_msr(pair.first, MSR_IA32_TSC_ADJUST, &adjust));
	EXPECT_EQ(moved - offset, adjust);
	ASSERT_DONE(pair.first);
	EXPECT_EQ(moved + 1000, tsc_offset(pair.first));

	EXPECT_EQ(offset, tsc_offset(&pair.second));
	set_tsc(pair.first, 0);
	EXPECT_EQ(offset, tsc_offset(pair.first));
	ASSERT_EQ(1, vcpu_get_msr(pair.first, MSR_IA32_TSC_ADJUST, &adjust));
	EXPECT_EQ(moved + 1000 - offset, adjust);
}

TEST_HARNESS_MAIN
