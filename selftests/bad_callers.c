// SPDX-License-Identifier: GPL-2.0
/*
 * The right ioctl on the wrong file, with the wrong number, by another process,
 * or no ioctl at all.
 */
#include <fcntl.h>
#include <poll.h>
#include <sys/uio.h>

#include "answers.h"
#include "test.h"

struct request {
	const char *name;
	unsigned long request;
};

#define REQUEST(name) { #name, name }

/* Those of each kind of file; all fail where they do not belong. */
static const struct request device_requests[] = {
	REQUEST(KVM_GET_API_VERSION), REQUEST(KVM_CREATE_VM),
	REQUEST(KVM_GET_VCPU_MMAP_SIZE), REQUEST(KVM_GET_SUPPORTED_CPUID),
	REQUEST(KVM_GET_EMULATED_CPUID),
	REQUEST(KVM_GET_MSR_INDEX_LIST), REQUEST(KVM_GET_MSR_FEATURE_INDEX_LIST),
	REQUEST(KVM_X86_GET_MCE_CAP_SUPPORTED),
};

static const struct request vm_requests[] = {
	REQUEST(KVM_CREATE_VCPU), REQUEST(KVM_SET_USER_MEMORY_REGION),
	REQUEST(KVM_GET_DIRTY_LOG), REQUEST(KVM_CLEAR_DIRTY_LOG),
	REQUEST(KVM_SET_TSS_ADDR), REQUEST(KVM_SET_IDENTITY_MAP_ADDR),
	REQUEST(KVM_SIGNAL_MSI), REQUEST(KVM_GET_CLOCK), REQUEST(KVM_SET_CLOCK),
	REQUEST(KVM_SET_GSI_ROUTING), REQUEST(KVM_X86_SET_MSR_FILTER),
};

static const struct request vcpu_requests[] = {
	REQUEST(KVM_RUN), REQUEST(KVM_SET_SIGNAL_MASK),
	REQUEST(KVM_GET_REGS), REQUEST(KVM_SET_REGS),
	REQUEST(KVM_GET_SREGS), REQUEST(KVM_SET_SREGS),
	REQUEST(KVM_GET_SREGS2), REQUEST(KVM_SET_SREGS2),
	REQUEST(KVM_GET_DEBUGREGS), REQUEST(KVM_SET_DEBUGREGS),
	REQUEST(KVM_GET_XCRS), REQUEST(KVM_SET_XCRS),
	REQUEST(KVM_GET_FPU), REQUEST(KVM_SET_FPU),
	REQUEST(KVM_GET_XSAVE), REQUEST(KVM_GET_XSAVE2), REQUEST(KVM_SET_XSAVE),
	REQUEST(KVM_GET_MSRS), REQUEST(KVM_SET_MSRS),
	REQUEST(KVM_GET_CPUID2), REQUEST(KVM_SET_CPUID2),
	REQUEST(KVM_GET_VCPU_EVENTS), REQUEST(KVM_SET_VCPU_EVENTS),
	REQUEST(KVM_INTERRUPT), REQUEST(KVM_NMI),
	REQUEST(KVM_GET_MP_STATE), REQUEST(KVM_SET_MP_STATE),
	REQUEST(KVM_SET_GUEST_DEBUG),
	REQUEST(KVM_X86_SETUP_MCE), REQUEST(KVM_X86_SET_MCE),
};

static void nothing(void)
{
	guest_done();
}

FIXTURE(caller) {
	struct machine machine;
	struct answers answers;
};

FIXTURE_SETUP(caller)
{
	machine_start(&self->machine, nothing);
}

/* Whatever was tried, the guest runs. */
FIXTURE_TEARDOWN(caller)
{
	ASSERT_DONE(&self->machine.vcpu);
	machine_destroy(&self->machine);
}

static uint8_t argument[0x4000];

static void ask(struct answers *answers, const char *where, int fd,
		const struct request *requests, size_t count)
{
	for (size_t i = 0; i < count; i++)
		answer(answers, "%s on %s: %d", requests[i].name, where,
		       dev_ioctl(fd, requests[i].request, argument));
}

#define ASK(where, fd, requests) \
	ask(&self->answers, where, fd, requests, ARRAY_SIZE(requests))

TEST_F(caller, wrong_file)
{
	int device = self->machine.vm.kvm, vm = self->machine.vm.fd;
	int vcpu = self->machine.vcpu.fd;

	answers_begin(&self->answers, "bad_callers.wrong_file");
	ASK("the device", device, vm_requests);
	ASK("the device", device, vcpu_requests);
	ASK("a VM", vm, device_requests);
	ASK("a VM", vm, vcpu_requests);
	ASK("a vCPU", vcpu, device_requests);
	ASK("a vCPU", vcpu, vm_requests);
	EXPECT_FIRST_DEVICES(&self->answers);
}

/* A number contains the structure's size and direction; a bit of them is wrong. */
static void ask_wrong(struct answers *answers, const char *where, int fd,
		      const struct request *requests, size_t count)
{
	static const unsigned long wrong[] = {
		1ul << _IOC_SIZESHIFT, 8ul << _IOC_SIZESHIFT,
		(unsigned long)_IOC_READ << _IOC_DIRSHIFT,
		(unsigned long)_IOC_WRITE << _IOC_DIRSHIFT,
		1ul << _IOC_TYPESHIFT,
	};

	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < ARRAY_SIZE(wrong); j++)
			answer(answers, "%s on %s, less %#lx: %d",
			       requests[i].name, where, wrong[j],
			       dev_ioctl(fd, requests[i].request ^ wrong[j],
					 argument));
}

#define ASK_WRONG(where, fd, requests) \
	ask_wrong(&self->answers, where, fd, requests, ARRAY_SIZE(requests))

TEST_F(caller, wrong_number)
{
	answers_begin(&self->answers, "bad_callers.wrong_number");
	ASK_WRONG("the device", self->machine.vm.kvm, device_requests);
	ASK_WRONG("a VM", self->machine.vm.fd, vm_requests);
	ASK_WRONG("a vCPU", self->machine.vcpu.fd, vcpu_requests);
	EXPECT_FIRST_DEVICES(&self->answers);
}

/* ---- another process, whose memory is not the guest's ---- */

struct from_child { int answers[3][64]; };

static struct from_child ask_in_child(int kvm, int vm, int vcpu)
{
	struct from_child *child = mmap(NULL, sizeof(*child),
					PROT_READ | PROT_WRITE,
					MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct from_child result;
	int status;

	if (child == MAP_FAILED)
		die("shared memory");
	switch (fork()) {
	case -1:
		die("fork");
	case 0:
		for (size_t i = 0; i < ARRAY_SIZE(device_requests); i++)
			child->answers[0][i] =
				dev_ioctl(kvm, device_requests[i].request, NULL);
		for (size_t i = 0; i < ARRAY_SIZE(vm_requests); i++)
			child->answers[1][i] =
				dev_ioctl(vm, vm_requests[i].request, argument);
		for (size_t i = 0; i < ARRAY_SIZE(vcpu_requests); i++)
			child->answers[2][i] =
				dev_ioctl(vcpu, vcpu_requests[i].request, argument);
		_exit(0);
	}
	if (wait(&status) < 0 || status)
		die("the child: status %#x", status);
	result = *child;
	munmap(child, sizeof(*child));
	return result;
}

TEST_F(caller, another_process)
{
	struct from_child child = ask_in_child(self->machine.vm.kvm,
					       self->machine.vm.fd,
					       self->machine.vcpu.fd);

	answers_begin(&self->answers, "bad_callers.another_process");
	for (size_t i = 0; i < ARRAY_SIZE(device_requests); i++)
		answer(&self->answers, "%s: %s", device_requests[i].name,
		       child.answers[0][i] < 0 ? "fails" : "works");
	for (size_t i = 0; i < ARRAY_SIZE(vm_requests); i++) {
		EXPECT_EQ(-EIO, child.answers[1][i]) {
			TH_LOG("%s", vm_requests[i].name);
		}
	}
	for (size_t i = 0; i < ARRAY_SIZE(vcpu_requests); i++) {
		EXPECT_EQ(-EIO, child.answers[2][i]) {
			TH_LOG("%s", vcpu_requests[i].name);
		}
	}
	EXPECT_FIRST_DEVICES(&self->answers);
}

/* ---- what files are asked besides ioctls ---- */

static int errno_of(long ret)
{
	return ret < 0 ? -errno : 0;
}

static int map(int fd, off_t page, size_t pages, int protection, int flags)
{
	void *memory = mmap(NULL, pages * PAGE_SIZE, protection, flags, fd,
			    page * PAGE_SIZE);

	if (memory == MAP_FAILED)
		return -errno;
	munmap(memory, pages * PAGE_SIZE);
	return 0;
}

static void use_file(struct answers *answers, const char *name, int fd)
{
	const int both = PROT_READ | PROT_WRITE;
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN | POLLOUT };
	char bytes[8];

	answer(answers, "read %s: %d", name, errno_of(read(fd, bytes, 8)));
	answer(answers, "write %s: %d", name, errno_of(write(fd, bytes, 8)));
	answer(answers, "seek %s: %d", name, errno_of(lseek(fd, 1, SEEK_SET)));
	answer(answers, "truncate %s: %d", name, errno_of(ftruncate(fd, 0)));
	answer(answers, "sync %s: %d", name, errno_of(fsync(fd)));
	answer(answers, "poll %s: %d %#x", name, errno_of(poll(&poll_fd, 1, 0)),
	       poll_fd.revents);
	answer(answers, "map %s: %d", name, map(fd, 0, 1, both, MAP_SHARED));
	answer(answers, "map %s to execute: %d", name,
	       map(fd, 0, 1, PROT_READ | PROT_EXEC, MAP_SHARED));
	answer(answers, "map %s privately: %d", name,
	       map(fd, 0, 1, both, MAP_PRIVATE));
	answer(answers, "map %s beyond the end: %d", name,
	       map(fd, 0, 1000, both, MAP_SHARED));
	answer(answers, "map %s behind the end: %d", name,
	       map(fd, 1000, 1, both, MAP_SHARED));
}

TEST_F(caller, no_ioctl)
{
	answers_begin(&self->answers, "bad_callers.no_ioctl");
	use_file(&self->answers, "the device", self->machine.vm.kvm);
	use_file(&self->answers, "a VM", self->machine.vm.fd);
	use_file(&self->answers, "a vCPU", self->machine.vcpu.fd);
	EXPECT_FIRST_DEVICES(&self->answers);
}

TEST_HARNESS_MAIN
