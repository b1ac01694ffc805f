// SPDX-License-Identifier: GPL-2.0
/*
 * KVM_IOEVENTFD at ports: a write that an eventfd waits for signals it and is
 * not seen by the VMM; every other one is an exit as ever.
 */
#include <pthread.h>
#include <sys/eventfd.h>

#include "ioevent.h"
#include "test.h"

#define PORT	0x90

/* All widths, at the port and around it. */
static void guest_out(void)
{
	asm volatile("outb %%al, %%dx\n\toutw %%ax, %%dx\n\toutl %%eax, %%dx"
		     : : "a"(0x11223344), "d"(PORT) : "memory");
	guest_sync(1);
	asm volatile("outl %%eax, %%dx" : : "a"(0x55667788), "d"(PORT));
	asm volatile("outl %%eax, %%dx" : : "a"(0x11223344), "d"(PORT + 1));
	guest_done();
}

#define ASSERT_OUT(vcpu, at, bytes) do {				\
	ASSERT_EXIT(vcpu, KVM_EXIT_IO);					\
	ASSERT_EQ(KVM_EXIT_IO_OUT, (vcpu)->run->io.direction);		\
	ASSERT_EQ((at), (vcpu)->run->io.port);				\
	ASSERT_EQ((bytes), (vcpu)->run->io.size);			\
	ASSERT_EQ(1, (vcpu)->run->io.count);				\
} while (0)

TEST(capabilities)
{
	int kvm = device_open();

	EXPECT_EQ(1, dev_ioctl_value(kvm, KVM_CHECK_EXTENSION,
				     KVM_CAP_IOEVENTFD));
	EXPECT_EQ(1, dev_ioctl_value(kvm, KVM_CHECK_EXTENSION,
				     KVM_CAP_IOEVENTFD_NO_LENGTH));
	EXPECT_EQ(1, dev_ioctl_value(kvm, KVM_CHECK_EXTENSION,
				     KVM_CAP_IOEVENTFD_ANY_LENGTH));
}

TEST(address_and_width_must_be_its_own)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	int fd = ioevent_new();

	machine_start(&machine, guest_out);
	ASSERT_EQ(0, ioevent_assign(&machine.vm, fd, PIO, PORT, 4, 0));
	ASSERT_OUT(vcpu, PORT, 1);
	ASSERT_OUT(vcpu, PORT, 2);
	ASSERT_EQ(0, ioevent_take(fd));
	ASSERT_SYNC(vcpu, 1);
	ASSERT_EQ(1, ioevent_take(fd));
	ASSERT_OUT(vcpu, PORT + 1, 4);
	ASSERT_EQ(1, ioevent_take(fd));
	ASSERT_DONE(vcpu);
	EXPECT_EQ(0, ioevent_take(fd));
}

TEST(each_width_has_one_of_its_own)
{
	int byte = ioevent_new(), word = ioevent_new(), dword = ioevent_new();
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, guest_out);
	ASSERT_EQ(0, ioevent_assign(&machine.vm, dword, PIO, PORT, 4, 0));
	ASSERT_EQ(0, ioevent_assign(&machine.vm, byte, PIO, PORT, 1, 0));
	ASSERT_EQ(0, ioevent_assign(&machine.vm, word, PIO, PORT, 2, 0));
	ASSERT_SYNC(vcpu, 1);
	EXPECT_EQ(1, ioevent_take(byte));
	EXPECT_EQ(1, ioevent_take(word));
	EXPECT_EQ(1, ioevent_take(dword));
	ASSERT_OUT(vcpu, PORT + 1, 4);
	EXPECT_EQ(0, ioevent_take(byte));
	EXPECT_EQ(0, ioevent_take(word));
	EXPECT_EQ(1, ioevent_take(dword));
}

TEST(any_width)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	int fd = ioevent_new();

	machine_start(&machine, guest_out);
	ASSERT_EQ(0, ioevent_assign(&machine.vm, fd, PIO, PORT, 0, 0));
	ASSERT_SYNC(vcpu, 1);
	EXPECT_EQ(3, ioevent_take(fd));
	ASSERT_OUT(vcpu, PORT + 1, 4);
	EXPECT_EQ(1, ioevent_take(fd));
	ASSERT_DONE(vcpu);
}

TEST(data_must_match)
{
	int first = ioevent_new(), second = ioevent_new();
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, guest_out);
	ASSERT_EQ(0, ioevent_assign(&machine.vm, first, PIO_MATCH, PORT, 4,
				    0x11223344));
	ASSERT_EQ(0, ioevent_assign(&machine.vm, second, PIO_MATCH, PORT, 4,
				    0x55667789));
	/* More than a word can hold never matches one. */
	ASSERT_EQ(0, ioevent_assign(&machine.vm, second, PIO_MATCH, PORT, 2,
				    0x11223344));
	ASSERT_OUT(vcpu, PORT, 1);
	ASSERT_OUT(vcpu, PORT, 2);
	ASSERT_SYNC(vcpu, 1);
	EXPECT_EQ(1, ioevent_take(first));
	ASSERT_OUT(vcpu, PORT, 4);
	ASSERT_OUT(vcpu, PORT + 1, 4);
	ASSERT_DONE(vcpu);
	EXPECT_EQ(0, ioevent_take(first));
	EXPECT_EQ(0, ioevent_take(second));
}

static void guest_in(void)
{
	GUEST_CHECK(inb(PORT) == 0x5a);
	guest_done();
}

TEST(in_is_for_the_vmm)
{
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	int fd = ioevent_new();

	machine_start(&machine, guest_in);
	ASSERT_EQ(0, ioevent_assign(&machine.vm, fd, PIO, PORT, 0, 0));
	ASSERT_EXIT(vcpu, KVM_EXIT_IO);
	ASSERT_EQ(KVM_EXIT_IO_IN, vcpu->run->io.direction);
	*(uint8_t *)io_data(vcpu) = 0x5a;
	ASSERT_DONE(vcpu);
	EXPECT_EQ(0, ioevent_take(fd));
}

static uint16_t words[] = { 1, 2, 3, 2, 1 };

static void guest_outs(void)
{
	uint64_t count = ARRAY_SIZE(words);
	uint16_t *source = words;

	asm volatile("cld\n\trep outsw" : "+c"(count), "+S"(source)
		     : "d"(PORT) : "memory");
	GUEST_CHECK(!count && source == words + ARRAY_SIZE(words));
	guest_done();
}

/* Each element of OUTS is a write of its own. */
TEST(elements_of_outs)
{
	int two = ioevent_new(), three = ioevent_new();
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;

	machine_start(&machine, guest_outs);
	ASSERT_EQ(0, ioevent_assign(&machine.vm, two, PIO_MATCH, PORT, 2, 2));
	ASSERT_EQ(0, ioevent_assign(&machine.vm, three, PIO_MATCH, PORT, 2, 3));
	ASSERT_OUT(vcpu, PORT, 2);
	EXPECT_EQ(1, *(uint16_t *)io_data(vcpu));
	EXPECT_EQ(0, ioevent_take(two));
	ASSERT_OUT(vcpu, PORT, 2);
	EXPECT_EQ(1, *(uint16_t *)io_data(vcpu));
	EXPECT_EQ(2, ioevent_take(two));
	EXPECT_EQ(1, ioevent_take(three));
	ASSERT_DONE(vcpu);
}

static void *waits(void *fd)
{
	return (void *)ioevent_take((long)fd);
}

TEST(wakes_who_waits)
{
	struct machine machine;
	pthread_t thread;
	/* One in whose read() one waits. */
	int fd = eventfd(0, EFD_CLOEXEC);
	void *count;

	ASSERT_LE(0, fd);
	machine_start(&machine, guest_out);
	ASSERT_EQ(0, ioevent_assign(&machine.vm, fd, PIO, PORT, 1, 0));
	ASSERT_EQ(0, pthread_create(&thread, NULL, waits, (void *)(long)fd));
	ASSERT_OUT(&machine.vcpu, PORT, 2);
	ASSERT_EQ(0, pthread_join(thread, &count));
	EXPECT_EQ(1, (long)count);
}

extern const char after_out[];

static void guest_out_and_nop(void)
{
	asm volatile("outb %%al, $0x90\n"
		     "after_out:	nop" : : "a"(0));
	guest_done();
}

TEST(single_step_over_it)
{
	struct kvm_guest_debug dbg = {
		.control = KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_SINGLESTEP,
	};
	struct machine machine;
	struct vcpu *vcpu = &machine.vcpu;
	int fd = ioevent_new();

	machine_start(&machine, guest_out_and_nop);
	ASSERT_EQ(0, ioevent_assign(&machine.vm, fd, PIO, PORT, 1, 0));
	ASSERT_EQ(0, dev_ioctl(vcpu->fd, KVM_SET_GUEST_DEBUG, &dbg));
	do {
		ASSERT_EXIT(vcpu, KVM_EXIT_DEBUG);
	} while (!ioevent_take(fd));
	EXPECT_EQ((uint64_t)after_out, vcpu->run->debug.arch.pc);
	EXPECT_EQ((uint64_t)after_out, vcpu_regs(vcpu).rip);
}

TEST_HARNESS_MAIN
