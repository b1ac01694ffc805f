// SPDX-License-Identifier: GPL-2.0
/*
 * INS and OUTS.  How many elements one exit carries is the kernel's choice; the
 * stream of bytes and the registers afterwards are not.
 */
#include "test.h"

#define PORT	0x1f0
#define ELEMENTS 600
#define BYTES	(ELEMENTS * 4)

static uint8_t guest_buffer[2 * 4096] __attribute__((aligned(4096)));
static uint64_t after_index, after_count;

struct stream {
	uint8_t bytes[BYTES];
	size_t used;
	unsigned int size;
	unsigned int direction;
};

/* Serves one string instruction; false if an exit makes no sense. */
static bool serve(struct vcpu *vcpu, struct stream *stream)
{
	struct kvm_run *run = vcpu->run;

	while (vcpu_run(vcpu) == KVM_EXIT_IO && run->io.port == PORT) {
		size_t bytes = (size_t)run->io.count * run->io.size;

		if (!bytes || run->io.size != stream->size ||
		    run->io.direction != stream->direction ||
		    bytes > sizeof(stream->bytes) - stream->used ||
		    run->io.data_offset + bytes > vcpu->run_size)
			return false;
		if (run->io.direction == KVM_EXIT_IO_OUT)
			memcpy(stream->bytes + stream->used, io_data(vcpu), bytes);
		else
			memcpy(io_data(vcpu), stream->bytes + stream->used, bytes);
		stream->used += bytes;
	}
	return run->exit_reason == KVM_EXIT_IO && run->io.port == PORT_DONE;
}

static void fill(uint8_t *bytes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		bytes[i] = i * 7 + (i >> 8);
}

#define STRING_OUT(insn, start, elements)				\
	asm volatile(insn : "=S"(after_index), "=c"(after_count)	\
		     : "0"(start), "1"(elements), "d"(PORT) : "memory")
#define STRING_IN(insn, start, elements)				\
	asm volatile(insn : "=D"(after_index), "=c"(after_count)	\
		     : "0"(start), "1"(elements), "d"(PORT) : "memory")

#define GUEST_STRING(name, operation, insn, start, elements)		\
static void name(void)							\
{									\
	operation(insn, start, (uint64_t)(elements));			\
	guest_done();							\
}

/* The buffer of each starts one odd element before a page boundary. */
#define ACROSS	(guest_buffer + 4095)

GUEST_STRING(guest_outsb, STRING_OUT, "outsb", ACROSS, 5)
GUEST_STRING(guest_rep_outsb, STRING_OUT, "rep outsb", guest_buffer, ELEMENTS)
GUEST_STRING(guest_rep_outsw, STRING_OUT, "rep outsw", ACROSS, ELEMENTS)
GUEST_STRING(guest_rep_outsl, STRING_OUT, "rep outsl", ACROSS, ELEMENTS)
GUEST_STRING(guest_rep_outsl_none, STRING_OUT, "rep outsl", ACROSS, 0)
GUEST_STRING(guest_rep_outsb_down, STRING_OUT, "std; rep outsb; cld",
	     ACROSS, ELEMENTS)
GUEST_STRING(guest_insb, STRING_IN, "insb", ACROSS, 5)
GUEST_STRING(guest_rep_insb, STRING_IN, "rep insb", guest_buffer, ELEMENTS)
GUEST_STRING(guest_rep_insw, STRING_IN, "rep insw", ACROSS, ELEMENTS)
GUEST_STRING(guest_rep_insl, STRING_IN, "rep insl", ACROSS, ELEMENTS)
GUEST_STRING(guest_rep_insl_none, STRING_IN, "rep insl", ACROSS, 0)
GUEST_STRING(guest_rep_insw_down, STRING_IN, "std; rep insw; cld",
	     ACROSS, ELEMENTS)

FIXTURE(out) {
	struct machine machine;
	struct stream stream;
};

FIXTURE_VARIANT(out) {
	void (*guest)(void);
	uint8_t *start;
	unsigned int size;
	unsigned int elements;
	int step;
	uint64_t left;
};

FIXTURE_VARIANT_ADD(out, one_byte) {
	guest_outsb, ACROSS, 1, 1, 1, 5
};
FIXTURE_VARIANT_ADD(out, rep_bytes) {
	guest_rep_outsb, guest_buffer, 1, ELEMENTS, 1, 0
};
FIXTURE_VARIANT_ADD(out, rep_words_across_pages) {
	guest_rep_outsw, ACROSS, 2, ELEMENTS, 2, 0
};
FIXTURE_VARIANT_ADD(out, rep_longs_across_pages) {
	guest_rep_outsl, ACROSS, 4, ELEMENTS, 4, 0
};
FIXTURE_VARIANT_ADD(out, rep_of_no_elements) {
	guest_rep_outsl_none, ACROSS, 4, 0, 4, 0
};
FIXTURE_VARIANT_ADD(out, rep_downwards) {
	guest_rep_outsb_down, ACROSS, 1, ELEMENTS, -1, 0
};

FIXTURE_SETUP(out)
{
	machine_start(&self->machine, variant->guest);
	self->stream.size = variant->size;
	self->stream.direction = KVM_EXIT_IO_OUT;
	fill(guest_buffer, sizeof(guest_buffer));
}

FIXTURE_TEARDOWN(out)
{
	machine_destroy(&self->machine);
}

TEST_F(out, stream_and_registers)
{
	ASSERT_TRUE(serve(&self->machine.vcpu, &self->stream)) {
		vcpu_describe(&self->machine.vcpu);
	}
	ASSERT_EQ(variant->elements * variant->size, self->stream.used);
	for (int i = 0; i < (int)variant->elements; i++)
		ASSERT_EQ(0, memcmp(self->stream.bytes + i * variant->size,
				    variant->start + i * variant->step,
				    variant->size));
	EXPECT_EQ((uint64_t)variant->start +
		  (int64_t)variant->elements * variant->step, after_index);
	EXPECT_EQ(variant->left, after_count);
}

FIXTURE(in) {
	struct machine machine;
	struct stream stream;
};

FIXTURE_VARIANT(in) {
	void (*guest)(void);
	uint8_t *start;
	unsigned int size;
	unsigned int elements;
	int step;
	uint64_t left;
};

FIXTURE_VARIANT_ADD(in, one_byte) {
	guest_insb, ACROSS, 1, 1, 1, 5
};
FIXTURE_VARIANT_ADD(in, rep_bytes) {
	guest_rep_insb, guest_buffer, 1, ELEMENTS, 1, 0
};
FIXTURE_VARIANT_ADD(in, rep_words_across_pages) {
	guest_rep_insw, ACROSS, 2, ELEMENTS, 2, 0
};
FIXTURE_VARIANT_ADD(in, rep_longs_across_pages) {
	guest_rep_insl, ACROSS, 4, ELEMENTS, 4, 0
};
FIXTURE_VARIANT_ADD(in, rep_of_no_elements) {
	guest_rep_insl_none, ACROSS, 4, 0, 4, 0
};
FIXTURE_VARIANT_ADD(in, rep_downwards) {
	guest_rep_insw_down, ACROSS, 2, ELEMENTS, -2, 0
};

FIXTURE_SETUP(in)
{
	machine_start(&self->machine, variant->guest);
	self->stream.size = variant->size;
	self->stream.direction = KVM_EXIT_IO_IN;
	fill(self->stream.bytes, sizeof(self->stream.bytes));
}

FIXTURE_TEARDOWN(in)
{
	machine_destroy(&self->machine);
}

TEST_F(in, stream_and_registers)
{
	ASSERT_TRUE(serve(&self->machine.vcpu, &self->stream)) {
		vcpu_describe(&self->machine.vcpu);
	}
	ASSERT_EQ(variant->elements * variant->size, self->stream.used);
	for (int i = 0; i < (int)variant->elements; i++)
		ASSERT_EQ(0, memcmp(self->stream.bytes + i * variant->size,
				    variant->start + i * variant->step,
				    variant->size));
	EXPECT_EQ((uint64_t)variant->start +
		  (int64_t)variant->elements * variant->step, after_index);
	EXPECT_EQ(variant->left, after_count);
}

GUEST_STRING(guest_rep_insb_shortened, STRING_IN, "rep insb", guest_buffer, 3)

/* The VMM may lower the count while it answers: the elements beyond are lost. */
TEST(count_lowered_by_the_vmm)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	struct kvm_regs regs;

	machine_start(&machine, guest_rep_insb_shortened);
	memset(guest_buffer, 0, sizeof(guest_buffer));
	ASSERT_EXIT(vcpu, KVM_EXIT_IO);
	ASSERT_EQ(KVM_EXIT_IO_IN, vcpu->run->io.direction);
	ASSERT_EQ(3, vcpu->run->io.count);
	memcpy(io_data(vcpu), "abc", 3);
	regs = vcpu_regs(vcpu);
	EXPECT_EQ(3, regs.rcx);
	regs.rcx = 1;
	vcpu_set_regs(vcpu, &regs);

	ASSERT_DONE(vcpu);
	EXPECT_EQ(0, memcmp(guest_buffer, "a\0\0", 3));
	EXPECT_EQ((uint64_t)guest_buffer + 1, after_index);
	EXPECT_EQ(0, after_count);
	machine_destroy(&machine);
}

#define STRING16	0x4000	/* a buffer below 64 KiB */

GUEST_ASM(real_mode_strings, 16,
	"	cld\n"
	"	movw	$0x1f0, %dx\n"
	"	movw	$0x4000, %si\n"
	"	movw	$3, %cx\n"
	"	rep outsw\n"
	"	movw	$0x4010, %di\n"
	"	movw	$3, %cx\n"
	"	rep insb\n"
	"	hlt\n");

/* With 16-bit addresses only the low halves of the registers take part. */
TEST(real_mode)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	uint8_t *buffer;
	struct kvm_regs regs;

	LOAD_ASM(&machine, MODE_REAL, real_mode_strings);
	buffer = vm_host(&machine.vm, STRING16);
	memcpy(buffer, "abcdef", 6);
	regs = vcpu_regs(vcpu);
	regs.rcx = 0xffff0000;
	regs.rsi = 0xffff0000;
	vcpu_set_regs(vcpu, &regs);

	for (int sent = 0; sent < 3;) {
		ASSERT_EXIT(vcpu, KVM_EXIT_IO);
		ASSERT_EQ(2, vcpu->run->io.size);
		ASSERT_EQ(0, memcmp(io_data(vcpu), buffer + 2 * sent,
				    2 * vcpu->run->io.count));
		sent += vcpu->run->io.count;
	}
	for (int got = 0; got < 3;) {
		ASSERT_EXIT(vcpu, KVM_EXIT_IO);
		ASSERT_EQ(KVM_EXIT_IO_IN, vcpu->run->io.direction);
		memset(io_data(vcpu), 'x', vcpu->run->io.count);
		got += vcpu->run->io.count;
	}
	ASSERT_EXIT(vcpu, KVM_EXIT_HLT);
	EXPECT_EQ(0, memcmp(buffer + 0x10, "xxx", 4));
	regs = vcpu_regs(vcpu);
	EXPECT_EQ(0xffff4006, regs.rsi);
	EXPECT_EQ(0x4013, regs.rdi);
	EXPECT_EQ(0xffff0000, regs.rcx);
}

GUEST_ASM(segment_override_strings, 32,
	"	cld\n"
	"	movl	$0x1f0, %edx\n"
	"	xorl	%esi, %esi\n"
	"	fs outsb\n"
	"	movl	$0x100, %edi\n"
	"	insb\n"
	"	hlt\n");

/* OUTS obeys a segment override, INS always stores to ES. */
TEST(segments_in_32_bit_mode)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	struct kvm_sregs sregs;

	LOAD_ASM(&machine, MODE_PROT32, segment_override_strings);
	*(uint8_t *)vm_host(&machine.vm, GPA_DATA) = 0x5a;
	sregs = vcpu_sregs(vcpu);
	sregs.fs.base = GPA_DATA;
	sregs.es.base = GPA_DATA;
	vcpu_set_sregs(vcpu, &sregs);

	ASSERT_EXIT(vcpu, KVM_EXIT_IO);
	ASSERT_EQ(KVM_EXIT_IO_OUT, vcpu->run->io.direction);
	ASSERT_EQ(0x5a, *(uint8_t *)io_data(vcpu));
	ASSERT_EXIT(vcpu, KVM_EXIT_IO);
	ASSERT_EQ(KVM_EXIT_IO_IN, vcpu->run->io.direction);
	*(uint8_t *)io_data(vcpu) = 0xa5;
	ASSERT_EXIT(vcpu, KVM_EXIT_HLT);
	EXPECT_EQ(0xa5, *(uint8_t *)vm_host(&machine.vm, GPA_DATA + 0x100));
}

/* A page fault of the buffer is the guest's, and the instruction restarts. */
#define UNMAPPED	0x3f000000ull

static void guest_outs_from_nowhere(void)
{
	GUEST_CHECK(TRAP_OF("outsb", : : "S"(UNMAPPED), "d"(PORT) : "memory") ==
		    PF_VECTOR);
	GUEST_CHECK(guest_trap.cr2 == UNMAPPED);
	GUEST_CHECK(guest_trap.error_code == 0);
	GUEST_CHECK(TRAP_OF("insb", : : "D"(UNMAPPED), "d"(PORT) : "memory") ==
		    PF_VECTOR);
	GUEST_CHECK(guest_trap.error_code == 2);
	guest_done();
}

TEST(page_fault_of_the_buffer)
{
	struct machine machine;
	struct stream stream = { .size = 1, .direction = KVM_EXIT_IO_IN };

	machine_start(&machine, guest_outs_from_nowhere);
	vm_map(&machine.vm, UNMAPPED, 0, 0);
	ASSERT_TRUE(serve(&machine.vcpu, &stream)) {
		vcpu_describe(&machine.vcpu);
	}
}

TEST_HARNESS_MAIN
