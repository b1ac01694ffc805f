// SPDX-License-Identifier: GPL-2.0
/*
 * An event whose delivery runs into memory that the hypervisor has not mapped
 * yet: the delivery is repeated, complete, and only once for the guest.
 */
#include "test.h"

#define VECTOR		0x41
#define STACK_PAGE	(GPA_IST_STACK - PAGE_SIZE)

static uint64_t count, frame_rip, frame_error;
extern const char software_int[], breakpoint[];

static void guest_takes(struct guest_frame *frame)
{
	count++;
	frame_rip = frame->rip;
	frame_error = frame->error_code;
}

static void guest_skips_fault(struct guest_frame *frame)
{
	guest_takes(frame);
	frame->rip = guest_resume;
	guest_resume = 0;
}

FIXTURE(delivery) {
	struct machine machine;
	struct vcpu *vcpu;
	struct vm *vm;
};

FIXTURE_SETUP(delivery)
{
	machine_create(&self->machine);
	self->vcpu = &self->machine.vcpu;
	self->vm = &self->machine.vm;
}

FIXTURE_TEARDOWN(delivery)
{
	machine_destroy(&self->machine);
}

/* The handler's stack has never been touched, by guest or host. */
static void use_fresh_stack(struct vm *vm, int vector)
{
	vm_set_gate(vm, vector, (void *)(guest_vectors + 16 * vector), 0, 1);
	if (madvise(vm_host(vm, STACK_PAGE), PAGE_SIZE, MADV_DONTNEED))
		die("madvise");
}

static void guest_int(void)
{
	asm volatile("int $0x41\nsoftware_int:");
	guest_done();
}

TEST_F(delivery, software_interrupt)
{
	use_fresh_stack(self->vm, VECTOR);
	guest_handlers[VECTOR] = guest_takes;
	vcpu_start(self->vcpu, guest_int);
	ASSERT_DONE(self->vcpu);
	EXPECT_EQ(1, count);
	EXPECT_EQ((uint64_t)software_int, frame_rip);
}

static void guest_int3(void)
{
	asm volatile("int3\nbreakpoint:");
	guest_done();
}

TEST_F(delivery, breakpoint)
{
	use_fresh_stack(self->vm, BP_VECTOR);
	guest_handlers[BP_VECTOR] = guest_takes;
	vcpu_start(self->vcpu, guest_int3);
	ASSERT_DONE(self->vcpu);
	EXPECT_EQ(1, count);
	EXPECT_EQ((uint64_t)breakpoint, frame_rip);
}

static void guest_bad_selector(void)
{
	TRAP_OF("movw %w0, %%fs", : : "r"(0xff8) : "memory");
	guest_done();
}

TEST_F(delivery, fault_with_error_code)
{
	use_fresh_stack(self->vm, GP_VECTOR);
	guest_handlers[GP_VECTOR] = guest_skips_fault;
	vcpu_start(self->vcpu, guest_bad_selector);
	ASSERT_DONE(self->vcpu);
	EXPECT_EQ(1, count);
	EXPECT_EQ(0xff8, frame_error);
}

static void guest_waits(void)
{
	asm volatile("sti; nop");
	guest_sync(1);
	asm volatile("nop");
	guest_done();
}

TEST_F(delivery, external_interrupt)
{
	struct kvm_interrupt irq = { .irq = VECTOR };

	use_fresh_stack(self->vm, VECTOR);
	guest_handlers[VECTOR] = guest_takes;
	vcpu_start(self->vcpu, guest_waits);
	ASSERT_SYNC(self->vcpu, 1);
	ASSERT_EQ(0, dev_ioctl(self->vcpu->fd, KVM_INTERRUPT, &irq));
	ASSERT_DONE(self->vcpu);
	EXPECT_EQ(1, count);
	EXPECT_EQ(0, vcpu_sregs(self->vcpu).interrupt_bitmap[VECTOR / 64]);
}

TEST_F(delivery, nmi)
{
	use_fresh_stack(self->vm, NMI_VECTOR);
	guest_handlers[NMI_VECTOR] = guest_takes;
	vcpu_start(self->vcpu, guest_waits);
	ASSERT_SYNC(self->vcpu, 1);
	ASSERT_EQ(0, dev_ioctl(self->vcpu->fd, KVM_NMI, NULL));
	ASSERT_DONE(self->vcpu);
	EXPECT_EQ(1, count);
	/* and NMIs are not blocked for good */
	ASSERT_EQ(0, dev_ioctl(self->vcpu->fd, KVM_NMI, NULL));
	vcpu_start(self->vcpu, guest_waits);
	ASSERT_SYNC(self->vcpu, 1);
	EXPECT_EQ(2, count);
}

/* The tables are missing instead: IDT, then GDT, then TSS. */
static void drop_tables(struct vm *vm, uint64_t gpa)
{
	uint8_t *page = vm_host(vm, gpa), copy[PAGE_SIZE];

	memcpy(copy, page, PAGE_SIZE);
	if (madvise(page, PAGE_SIZE, MADV_DONTNEED))
		die("madvise");
	memcpy(page, copy, PAGE_SIZE);
}

TEST_F(delivery, tables_not_mapped)
{
	static const uint64_t tables[] = { GPA_IDT, GPA_GDT, GPA_TSS };

	vm_set_gate(self->vm, VECTOR, (void *)(guest_vectors + 16 * VECTOR), 0, 1);
	guest_handlers[VECTOR] = guest_takes;
	for (unsigned int i = 0; i < ARRAY_SIZE(tables); i++) {
		drop_tables(self->vm, tables[i]);
		vcpu_start(self->vcpu, guest_int);
		ASSERT_DONE(self->vcpu);
		EXPECT_EQ(i + 1, count);
	}
}

/* A stack in MMIO cannot take the frame: the run ends and says so. */
static void guest_touches_mmio_then_faults(void)
{
	*(volatile uint32_t *)GPA_MMIO = 1;
	asm volatile("movq %0, %%rsp\n\tud2" : : "r"(GPA_MMIO + 0x800ul));
}

TEST_F(delivery, stack_in_mmio)
{
	vcpu_start(self->vcpu, guest_touches_mmio_then_faults);
	ASSERT_MMIO_WRITE(self->vcpu, GPA_MMIO, 4, 1);
	ASSERT_EXIT(self->vcpu, KVM_EXIT_INTERNAL_ERROR);
	EXPECT_EQ(KVM_INTERNAL_ERROR_DELIVERY_EV,
		  self->vcpu->run->internal.suberror);
}

TEST_HARNESS_MAIN
