// SPDX-License-Identifier: GPL-2.0
/* KVM_GET_SREGS and KVM_SET_SREGS: round trip of every field, and refusals. */
#include "test.h"

#define ALL_SEGMENT_BITS(base_, selector_, type_) {			\
	.base = (base_), .limit = 0xfffff, .selector = (selector_),	\
	.type = (type_), .present = 1, .dpl = 3, .db = 1, .s = 1,	\
	.avl = 1, .g = 0, .l = 0,					\
}

TEST(round_trip)
{
	struct machine machine;
	struct kvm_sregs sregs, got;

	machine_create(&machine);
	vcpu_set_mode(&machine.vcpu, MODE_LONG, 0);
	sregs = vcpu_sregs(&machine.vcpu);
	sregs.ds = (struct kvm_segment)ALL_SEGMENT_BITS(0x1234000, 0x10 | 3, 3);
	sregs.es = (struct kvm_segment)ALL_SEGMENT_BITS(0x2345000, 0x18 | 3, 1);
	sregs.fs = (struct kvm_segment)ALL_SEGMENT_BITS(0x3456000, 0x20 | 3, 7);
	sregs.gs = (struct kvm_segment)ALL_SEGMENT_BITS(0xffff800012345000,
						       0x28 | 3, 5);
	sregs.ldt = (struct kvm_segment) {
		.base = 0x5678000, .limit = 0xfff, .selector = 0x60, .type = 2,
		.present = 1,
	};
	sregs.gdt = (struct kvm_dtable){ .base = 0xffff800000001000, .limit = 0x7f };
	sregs.idt = (struct kvm_dtable){ .base = 0xffff800000002000, .limit = 0xfe };
	sregs.cr2 = 0xffffdeadbeef0000;
	sregs.cr3 = 0x123000;
	sregs.cr8 = 5;
	sregs.apic_base = 0xfee01900;
	vcpu_set_sregs(&machine.vcpu, &sregs);
	got = vcpu_sregs(&machine.vcpu);
	EXPECT_EQ(0, memcmp(&sregs.cs, &got.cs, sizeof(got.cs)));
	EXPECT_EQ(0, memcmp(&sregs.ds, &got.ds, sizeof(got.ds)));
	EXPECT_EQ(0, memcmp(&sregs.es, &got.es, sizeof(got.es)));
	EXPECT_EQ(0, memcmp(&sregs.fs, &got.fs, sizeof(got.fs)));
	EXPECT_EQ(0, memcmp(&sregs.gs, &got.gs, sizeof(got.gs)));
	EXPECT_EQ(0, memcmp(&sregs.ss, &got.ss, sizeof(got.ss)));
	EXPECT_EQ(0, memcmp(&sregs.tr, &got.tr, sizeof(got.tr)));
	EXPECT_EQ(0, memcmp(&sregs.ldt, &got.ldt, sizeof(got.ldt)));
	EXPECT_EQ(sregs.gdt.base, got.gdt.base);
	EXPECT_EQ(sregs.gdt.limit, got.gdt.limit);
	EXPECT_EQ(sregs.idt.base, got.idt.base);
	EXPECT_EQ(sregs.idt.limit, got.idt.limit);
	EXPECT_EQ(sregs.cr0, got.cr0);
	EXPECT_EQ(sregs.cr2, got.cr2);
	EXPECT_EQ(sregs.cr3, got.cr3);
	EXPECT_EQ(sregs.cr4, got.cr4);
	EXPECT_EQ(sregs.cr8, got.cr8);
	EXPECT_EQ(sregs.efer, got.efer);
	EXPECT_EQ(sregs.apic_base, got.apic_base);
}

/* An unusable segment stays unusable, and a usable one is present. */
TEST(unusable_segment)
{
	struct machine machine;
	struct kvm_sregs sregs, got;

	machine_create(&machine);
	vcpu_set_mode(&machine.vcpu, MODE_LONG, 0);
	sregs = vcpu_sregs(&machine.vcpu);
	sregs.fs = (struct kvm_segment){ .unusable = 1 };
	vcpu_set_sregs(&machine.vcpu, &sregs);
	got = vcpu_sregs(&machine.vcpu);
	EXPECT_EQ(1, got.fs.unusable);
	EXPECT_EQ(0, got.fs.present);
	EXPECT_EQ(0, got.ds.unusable);
}

TEST(pending_interrupt_is_kept)
{
	struct machine machine;
	struct kvm_sregs sregs, got;

	machine_create(&machine);
	sregs = vcpu_sregs(&machine.vcpu);
	sregs.interrupt_bitmap[0x81 / 64] = 1ull << (0x81 % 64);
	vcpu_set_sregs(&machine.vcpu, &sregs);
	got = vcpu_sregs(&machine.vcpu);
	EXPECT_EQ(0, memcmp(sregs.interrupt_bitmap, got.interrupt_bitmap,
			    sizeof(got.interrupt_bitmap)));
}

FIXTURE(refused) {
	struct machine machine;
	struct kvm_sregs sregs;
};

FIXTURE_SETUP(refused)
{
	machine_create(&self->machine);
	vcpu_set_mode(&self->machine.vcpu, MODE_LONG, 0x1000);
	self->sregs = vcpu_sregs(&self->machine.vcpu);
}

FIXTURE_TEARDOWN(refused)
{
	machine_destroy(&self->machine);
}

/* The change is refused, and nothing of it happened. */
#define EXPECT_REFUSED(change) do {					\
	struct kvm_sregs bad__ = self->sregs, after__;			\
									\
	change;								\
	bad__.cr2 = 0x12345000;						\
	EXPECT_EQ(-EINVAL, dev_ioctl(self->machine.vcpu.fd,		\
				     KVM_SET_SREGS, &bad__)) {		\
		TH_LOG("%s", #change);					\
	}								\
	after__ = vcpu_sregs(&self->machine.vcpu);			\
	EXPECT_EQ(0, memcmp(&self->sregs, &after__, sizeof(after__))) {	\
		TH_LOG("%s", #change);					\
	}								\
} while (0)

TEST_F(refused, cr0)
{
	EXPECT_REFUSED(bad__.cr0 |= 1ull << 32);
	EXPECT_REFUSED(bad__.cr0 |= X86_CR0_NW);
	EXPECT_REFUSED(bad__.cr0 &= ~X86_CR0_PE);
}

TEST_F(refused, cr4)
{
	EXPECT_REFUSED(bad__.cr4 &= ~X86_CR4_PAE);
	EXPECT_REFUSED(bad__.cr4 |= 1ull << 63);
	EXPECT_REFUSED(bad__.cr4 |= 1ull << 15);
	EXPECT_REFUSED(bad__.cr4 |= X86_CR4_VMXE);
}

TEST_F(refused, mode_that_contradicts_itself)
{
	EXPECT_REFUSED(bad__.efer &= ~EFER_LMA);
	EXPECT_REFUSED(bad__.efer &= ~EFER_LME);
	EXPECT_REFUSED(bad__.cr0 &= ~X86_CR0_PG);
}

TEST_F(refused, cr3_beyond_the_physical_address_width)
{
	EXPECT_REFUSED(bad__.cr3 |= 1ull << 62);
	EXPECT_REFUSED(bad__.cr3 |= 1ull << 52);
}

TEST_F(refused, apic_base)
{
	EXPECT_REFUSED(bad__.apic_base |= 1);
	EXPECT_REFUSED(bad__.apic_base |= 1ull << 62);
	/* x2APIC without xAPIC */
	EXPECT_REFUSED(bad__.apic_base = 0xfee00500);
}

TEST_HARNESS_MAIN
