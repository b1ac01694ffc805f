// SPDX-License-Identifier: GPL-2.0
/*
 * An ioctl that refuses a value says which one and why, and which bits of it
 * are wrong: with these turned, the value is taken.
 */
#include <sys/time.h>

#include "explain.h"
#include "test.h"

#define MSR_NONE	0x12345
#define MSR_PAT		0x277
#define MSR_EFER	0xc0000080
#define MSR_LSTAR	0xc0000082
#define MSR_MCG_CAP	0x179
#define MSR_MC0_CTL2	0x280

static void guest_nothing(void)
{
	guest_done();
}

FIXTURE(refusal) {
	struct machine machine;
	struct vcpu *vcpu;
	struct explained e;
	const struct minivmx_refusal *r;
};

/* The fixture, for functions: checkpatch takes FIXTURE_DATA(x) *y for a product. */
#define refusal_data _test_data_refusal

FIXTURE_SETUP(refusal)
{
	machine_start(&self->machine, guest_nothing);
	self->vcpu = &self->machine.vcpu;
	self->r = &self->e.arg.refusal;
	vcpu_set_supported_cpuid(self->vcpu);
}

FIXTURE_TEARDOWN(refusal)
{
	machine_destroy(&self->machine);
}

#define NEEDS_EXPLAIN(self) do {						\
	if (!can_explain((self)->vcpu))						\
		SKIP(return, "no MINIVMX_EXPLAIN_ENTRY");			\
} while (0)

#define EXPECT_REFUSED(self, ioctl_, argument, what_, value_, bits_) do {	\
	EXPECT_EQ(-EINVAL, dev_ioctl((self)->vcpu->fd, ioctl_, argument));	\
	ASSERT_EQ(0, explain((self)->vcpu, MINIVMX_EXPLAIN_ENTRY, &(self)->e));	\
	EXPECT_EQ(ioctl_, (self)->r->request);					\
	EXPECT_STREQ(what_, (self)->r->what);					\
	EXPECT_EQ(value_, (self)->r->value);					\
	EXPECT_EQ(bits_, (self)->r->bits);					\
	EXPECT_LT(10, strlen((self)->r->reason));				\
	EXPECT_NE(NULL, strstr((self)->e.text, #ioctl_));			\
} while (0)

#define EXPECT_MSR_REFUSED(self, msr, what_, data, bits_) do {			\
	EXPECT_EQ(0, vcpu_set_msr((self)->vcpu, msr, data));			\
	ASSERT_EQ(0, explain((self)->vcpu, MINIVMX_EXPLAIN_ENTRY, &(self)->e));	\
	EXPECT_EQ(KVM_SET_MSRS, (self)->r->request);				\
	EXPECT_EQ(msr, (self)->r->index);					\
	EXPECT_EQ(data, (self)->r->value);					\
	EXPECT_STREQ(what_, (self)->r->what);					\
	EXPECT_EQ(bits_, (self)->r->bits);					\
} while (0)

TEST_F(refusal, msrs)
{
	NEEDS_EXPLAIN(self);
	EXPECT_MSR_REFUSED(self, MSR_NONE, "kvm_msr_entry.index", 7, 0);
	EXPECT_NE(NULL, strstr(self->r->reason, "KVM_GET_MSR_INDEX_LIST"));
	EXPECT_MSR_REFUSED(self, MSR_EFER, "IA32_EFER", 0x503, 2);
	EXPECT_MSR_REFUSED(self, MSR_LSTAR, "IA32_LSTAR", 1ull << 63, 1ull << 63);
	EXPECT_MSR_REFUSED(self, MSR_PAT, "IA32_PAT", 0x0007040600070306, 0xff00);
	EXPECT_MSR_REFUSED(self, MSR_MCG_CAP, "IA32_MCG_CAP", 0x20, 0);
	EXPECT_NE(NULL, strstr(self->r->reason, "KVM_X86_SETUP_MCE"));
	EXPECT_MSR_REFUSED(self, MSR_MC0_CTL2, "IA32_MCi_CTL2", 1, 1);
}

/* The one that was refused, among several. */
TEST_F(refusal, second_of_two_msrs)
{
	struct {
		struct kvm_msrs header;
		struct kvm_msr_entry entries[2];
	} msrs = {
		.header.nmsrs = 2,
		.entries = { { .index = MSR_LSTAR }, { .index = MSR_EFER, .data = 4 } },
	};

	NEEDS_EXPLAIN(self);
	EXPECT_EQ(1, dev_ioctl(self->vcpu->fd, KVM_SET_MSRS, &msrs));
	ASSERT_EQ(0, explain(self->vcpu, MINIVMX_EXPLAIN_ENTRY, &self->e));
	EXPECT_EQ(MSR_EFER, self->r->index);
	EXPECT_EQ(4, self->r->bits);
}

static bool is_taken(struct vcpu *vcpu, uint32_t msr, uint64_t data)
{
	return vcpu_set_msr(vcpu, msr, data) == 1;
}

/* Returns whether the value was refused. */
static bool check_msr(struct __test_metadata *_metadata, struct refusal_data *self,
		      uint32_t msr, uint64_t data)
{
	const struct minivmx_refusal *r = self->r;
	uint64_t bits;

	if (is_taken(self->vcpu, msr, data))
		return false;
	if (explain(self->vcpu, MINIVMX_EXPLAIN_ENTRY, &self->e))
		die("MINIVMX_EXPLAIN_ENTRY");
	bits = r->bits;
	EXPECT_EQ(msr, r->index);
	EXPECT_EQ(data, r->value);
	EXPECT_LT(10, strlen(r->reason));
	EXPECT_STRNE("kvm_msr_entry.data", r->what) {
		TH_LOG("MSR %#x has no name", msr);
	}
	/* Read-only is what has no value that can be written. */
	if (bits)
		EXPECT_TRUE(is_taken(self->vcpu, msr, data ^ bits) ||
			    is_taken(self->vcpu, msr, data & ~bits)) {
			TH_LOG("MSR %#x = %#llx: %s, bits %#llx", msr,
			       (unsigned long long)data, r->reason,
			       (unsigned long long)bits);
		}
	return true;
}

/* Every MSR that can be refused has a name and a reason, and the bits are right. */
TEST_F(refusal, every_msr)
{
	static const struct { uint32_t first, last; } ranges[] = {
		{ 0, 0x480 }, { 0x600, 0x640 }, { 0xda0, 0xda0 }, { 0xc0000080, 0xc0000104 },
	};
	static const uint64_t values[] = { ~0ull, 1ull << 63, 0x8002, 0x0203 };
	/* Hundreds of explanations take longer than the usual test. */
	const struct itimerval watchdog = { .it_value.tv_sec = 60 };
	unsigned int i, value, refused = 0;
	uint32_t msr;

	NEEDS_EXPLAIN(self);
	ASSERT_EQ(0, setitimer(ITIMER_REAL, &watchdog, NULL));
	for (i = 0; i < sizeof(ranges) / sizeof(*ranges); i++) {
		for (msr = ranges[i].first; msr <= ranges[i].last; msr++) {
			for (value = 0; value < 4; value++) {
				if (!check_msr(_metadata, self, msr, values[value]))
					continue;
				refused++;
				if (!strcmp(self->r->what, "kvm_msr_entry.index"))
					break;
			}
		}
	}
	TH_LOG("%u refusals", refused);
	EXPECT_LT(200, refused);
}

TEST_F(refusal, vcpu_events)
{
	struct kvm_vcpu_events good = { 0 }, bad;

	NEEDS_EXPLAIN(self);
	bad = good;
	bad.flags = 1u << 31;
	EXPECT_REFUSED(self, KVM_SET_VCPU_EVENTS, &bad, "kvm_vcpu_events.flags",
		       1u << 31, 1u << 31);
	bad = good;
	bad.flags = KVM_VCPUEVENT_VALID_SHADOW | KVM_VCPUEVENT_VALID_PAYLOAD;
	EXPECT_REFUSED(self, KVM_SET_VCPU_EVENTS, &bad, "kvm_vcpu_events.flags",
		       bad.flags, KVM_VCPUEVENT_VALID_PAYLOAD);
	EXPECT_NE(NULL, strstr(self->r->reason, "KVM_CAP_EXCEPTION_PAYLOAD"));
	bad.flags = KVM_VCPUEVENT_VALID_TRIPLE_FAULT;
	EXPECT_REFUSED(self, KVM_SET_VCPU_EVENTS, &bad, "kvm_vcpu_events.flags",
		       bad.flags, KVM_VCPUEVENT_VALID_TRIPLE_FAULT);
	bad = good;
	bad.flags = KVM_VCPUEVENT_VALID_SMM;
	bad.smi.pending = 1;
	EXPECT_REFUSED(self, KVM_SET_VCPU_EVENTS, &bad, "kvm_vcpu_events.smi.pending", 1, 0);
	bad.smi.pending = 0;
	bad.smi.smm = 1;
	EXPECT_REFUSED(self, KVM_SET_VCPU_EVENTS, &bad, "kvm_vcpu_events.smi.smm", 1, 0);
	bad = good;
	bad.exception.injected = 1;
	bad.exception.nr = 32;
	EXPECT_REFUSED(self, KVM_SET_VCPU_EVENTS, &bad, "kvm_vcpu_events.exception.nr", 32, 0);
	bad.exception.nr = 2;
	EXPECT_REFUSED(self, KVM_SET_VCPU_EVENTS, &bad, "kvm_vcpu_events.exception.nr", 2, 0);
	EXPECT_NE(NULL, strstr(self->r->reason, "NMI"));
	EXPECT_EQ(0, dev_ioctl(self->vcpu->fd, KVM_SET_VCPU_EVENTS, &good));
	ASSERT_DONE(self->vcpu);
}

TEST_F(refusal, sregs)
{
	struct kvm_sregs good = vcpu_sregs(self->vcpu), bad;
	struct kvm_sregs2 sregs2;

	NEEDS_EXPLAIN(self);
	bad = good;
	bad.cr4 |= 1ull << 63;
	EXPECT_REFUSED(self, KVM_SET_SREGS, &bad, "kvm_sregs.cr4", bad.cr4, 1ull << 63);
	bad = good;
	bad.apic_base |= 2;
	EXPECT_REFUSED(self, KVM_SET_SREGS, &bad, "kvm_sregs.apic_base", bad.apic_base, 2);
	bad = good;
	bad.efer &= ~(uint64_t)EFER_LMA;
	EXPECT_REFUSED(self, KVM_SET_SREGS, &bad, "kvm_sregs.efer", bad.efer, 0);
	bad = good;
	bad.cr0 |= X86_CR0_NW;
	EXPECT_REFUSED(self, KVM_SET_SREGS, &bad, "kvm_sregs.cr0", bad.cr0, 0);

	ASSERT_EQ(0, dev_ioctl(self->vcpu->fd, KVM_GET_SREGS2, &sregs2));
	sregs2.cr4 |= 1ull << 63;
	EXPECT_REFUSED(self, KVM_SET_SREGS2, &sregs2, "kvm_sregs.cr4", sregs2.cr4,
		       1ull << 63);
	sregs2.flags = 2;
	EXPECT_REFUSED(self, KVM_SET_SREGS2, &sregs2, "kvm_sregs2.flags", 2, 0);
	ASSERT_DONE(self->vcpu);
}

TEST_F(refusal, xcrs)
{
	struct kvm_xcrs good = { 0 }, bad;

	NEEDS_EXPLAIN(self);
	ASSERT_EQ(0, dev_ioctl(self->vcpu->fd, KVM_GET_XCRS, &good));
	if (!good.nr_xcrs)
		SKIP(return, "no XSAVE");
	bad = good;
	bad.xcrs[0].value = 1 | 1ull << 62;
	EXPECT_REFUSED(self, KVM_SET_XCRS, &bad, "XCR0", bad.xcrs[0].value, 1ull << 62);
	bad = good;
	bad.flags = 4;
	EXPECT_REFUSED(self, KVM_SET_XCRS, &bad, "kvm_xcrs.flags", 4, 0);
	bad = good;
	bad.nr_xcrs = 17;
	EXPECT_REFUSED(self, KVM_SET_XCRS, &bad, "kvm_xcrs.nr_xcrs", 17, 0);
}

TEST_F(refusal, debug_registers)
{
	struct kvm_debugregs good, bad;

	NEEDS_EXPLAIN(self);
	ASSERT_EQ(0, dev_ioctl(self->vcpu->fd, KVM_GET_DEBUGREGS, &good));
	bad = good;
	bad.dr6 |= 1ull << 32;
	EXPECT_REFUSED(self, KVM_SET_DEBUGREGS, &bad, "kvm_debugregs.dr6", bad.dr6,
		       1ull << 32);
	bad = good;
	bad.dr7 |= 1ull << 40;
	EXPECT_REFUSED(self, KVM_SET_DEBUGREGS, &bad, "kvm_debugregs.dr7", bad.dr7,
		       1ull << 40);
	bad = good;
	bad.flags = 1;
	EXPECT_REFUSED(self, KVM_SET_DEBUGREGS, &bad, "kvm_debugregs.flags", 1, 0);
}

TEST_HARNESS_MAIN
