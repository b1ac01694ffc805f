// SPDX-License-Identifier: GPL-2.0
/* LGDT, LIDT, LLDT, LTR and their opposites do not exit: the guest's are real. */
#include "test.h"

#define SEL_LDT		SEL_FREE
#define SEL_SECOND_TSS	(SEL_FREE + 0x10)

struct __attribute__((packed)) table_register {
	uint16_t limit;
	uint64_t base;
};

static void guest_round_trip(void)
{
	struct table_register gdt, idt, seen;
	uint16_t selector;

	asm volatile("sgdt %0" : "=m"(gdt));
	GUEST_CHECK(gdt.base == GPA_GDT && gdt.limit == GDT_LIMIT);
	gdt.limit -= 8;
	asm volatile("lgdt %0" : : "m"(gdt));
	asm volatile("sgdt %0" : "=m"(seen));
	GUEST_CHECK(seen.base == GPA_GDT && seen.limit == GDT_LIMIT - 8);

	asm volatile("sidt %0" : "=m"(idt));
	GUEST_CHECK(idt.base == GPA_IDT);
	idt.limit = 0x7ff;
	asm volatile("lidt %0" : : "m"(idt));
	asm volatile("sidt %0" : "=m"(seen));
	GUEST_CHECK(seen.base == GPA_IDT && seen.limit == 0x7ff);

	asm volatile("str %0" : "=r"(selector));
	GUEST_CHECK(selector == SEL_TSS);
	asm volatile("lldt %w0" : : "r"(SEL_LDT));
	asm volatile("sldt %0" : "=r"(selector));
	GUEST_CHECK(selector == SEL_LDT);
	asm volatile("ltr %w0" : : "r"(SEL_SECOND_TSS));
	asm volatile("str %0" : "=r"(selector));
	GUEST_CHECK(selector == SEL_SECOND_TSS);
	/* its descriptor is busy now */
	GUEST_CHECK(TRAP_OF("ltr %w0", : : "r"(SEL_SECOND_TSS)) == GP_VECTOR);
	guest_done();
}

/* The VMM sees them afterwards. */
TEST(round_trip)
{
	struct machine machine;
	struct kvm_sregs sregs;
	uint64_t *gdt;

	machine_start(&machine, guest_round_trip);
	gdt = vm_host(&machine.vm, GPA_GDT);
	/* present LDT at 0x40000, limit 0xff */
	gdt[SEL_LDT / 8] = 0x0000820400000000ull | 0xff;
	gdt[SEL_LDT / 8 + 1] = 0;
	/* available 64-bit TSS at 0x40000, limit 0x67 */
	gdt[SEL_SECOND_TSS / 8] = 0x0000890400000000ull | 0x67;
	gdt[SEL_SECOND_TSS / 8 + 1] = 0;
	ASSERT_DONE(&machine.vcpu);
	sregs = vcpu_sregs(&machine.vcpu);
	EXPECT_EQ(GDT_LIMIT - 8, sregs.gdt.limit);
	EXPECT_EQ(0x7ff, sregs.idt.limit);
	EXPECT_EQ(SEL_LDT, sregs.ldt.selector);
	EXPECT_EQ(0x40000, sregs.ldt.base);
	EXPECT_EQ(0xff, sregs.ldt.limit);
	EXPECT_EQ(SEL_SECOND_TSS, sregs.tr.selector);
	EXPECT_EQ(0x40000, sregs.tr.base);
	EXPECT_EQ(11, sregs.tr.type);
}

TEST_HARNESS_MAIN
