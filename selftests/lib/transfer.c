// SPDX-License-Identifier: GPL-2.0
/* Sending and receiving a VM. */
#include <fcntl.h>
#include <stdio.h>

#include "transfer.h"

#define MINIVMX	"/dev/minivmx"
#define KVM	"/dev/kvm"

/* Page by page, each with its guest-physical address; this one is the last. */
#define NO_MORE_PAGES	(-1ull)

/* What a VMM must ask for to see all of what can wait in a vCPU. */
static void enable_caps(struct vm *vm)
{
	struct kvm_enable_cap payloads = {
		.cap = KVM_CAP_EXCEPTION_PAYLOAD, .args = { 1 },
	};
	struct kvm_enable_cap triple_faults = {
		.cap = KVM_CAP_X86_TRIPLE_FAULT_EVENT, .args = { 1 },
	};

	if (dev_ioctl(vm->fd, KVM_ENABLE_CAP, &payloads) ||
	    dev_ioctl(vm->fd, KVM_ENABLE_CAP, &triple_faults))
		die("KVM_ENABLE_CAP");
}

static void send_bytes(int file, const void *bytes, size_t size)
{
	while (size) {
		ssize_t sent = write(file, bytes, size);

		if (sent <= 0)
			die("send a VM");
		bytes += sent;
		size -= sent;
	}
}

static void receive_bytes(int file, void *bytes, size_t size)
{
	while (size) {
		ssize_t received = read(file, bytes, size);

		if (received <= 0)
			die("receive a VM");
		bytes += received;
		size -= received;
	}
}

static bool is_mapped(const uint8_t *page)
{
	unsigned char in_core;

	return !mincore((void *)page, PAGE_SIZE, &in_core);
}

/* A page of zeros need not be sent: the receiver's memory begins with them. */
static void send_pages(int file, uint64_t gpa, const uint8_t *host, size_t size)
{
	static const uint8_t zeros[PAGE_SIZE];

	for (; size; size -= PAGE_SIZE, gpa += PAGE_SIZE, host += PAGE_SIZE) {
		if (!is_mapped(host) || !memcmp(host, zeros, PAGE_SIZE))
			continue;
		send_bytes(file, &gpa, sizeof(gpa));
		send_bytes(file, host, PAGE_SIZE);
	}
}

static void transfer_send(struct machine *machine, int file)
{
	const uint64_t end = NO_MORE_PAGES;
	struct vcpu_state state;

	vcpu_state_read(&machine->vcpu, &state);
	send_bytes(file, &state, sizeof(state));
	send_pages(file, 0, machine->vm.ram, RAM_SIZE);
	send_pages(file, vm_image_start(), (void *)vm_image_start(),
		   vm_image_size());
	send_bytes(file, &end, sizeof(end));
}

/*
 * The sender's variables come with the guest's image. They must not take the
 * place of this process's own, so the image gets other memory.
 */
static void replace_image(struct vm *vm)
{
	uint64_t start = vm_image_start(), size = vm_image_size();

	vm->image = anonymous_memory(size);
	if (vm_set_slot(vm, SLOT_IMAGE, 0, start, 0, NULL) ||
	    vm_set_slot(vm, SLOT_IMAGE, 0, start, size, vm->image))
		die("another image");
}

static void receive_page(struct vm *vm, uint64_t gpa, int file)
{
	if (gpa < RAM_SIZE)
		receive_bytes(file, vm_host(vm, gpa), PAGE_SIZE);
	else if (gpa - vm_image_start() < vm_image_size())
		receive_bytes(file, vm->image + (gpa - vm_image_start()), PAGE_SIZE);
	else
		die("a page at %#lx", gpa);
}

/*
 * Makes the VM on the device of MINIVMX_DEVICE. Gives NULL, or the name of what
 * is not there as it was sent.
 */
static const char *transfer_receive(struct machine *machine, int file)
{
	static struct vcpu_state state, now;
	uint64_t gpa;

	receive_bytes(file, &state, sizeof(state));
	machine_create(machine);
	enable_caps(&machine->vm);
	memset(machine->vm.ram, 0, RAM_SIZE);
	replace_image(&machine->vm);
	for (;;) {
		receive_bytes(file, &gpa, sizeof(gpa));
		if (gpa == NO_MORE_PAGES)
			break;
		receive_page(&machine->vm, gpa, file);
	}
	if (vcpu_state_write(&machine->vcpu, &state))
		return "an MSR";
	vcpu_state_read(&machine->vcpu, &now);
	return vcpu_state_difference(&state, &now);
}

/* ---- the two processes ---- */

static const char *other_device(void)
{
	return strcmp(device_path(), KVM) ? KVM : MINIVMX;
}

/* MiniVMX offers less than KVM, which takes all that it offers. */
static void set_least_cpuid(struct vcpu *vcpu)
{
	int device = open(MINIVMX, O_RDWR | O_CLOEXEC);
	struct kvm_cpuid2 *cpuid;

	if (device < 0)
		return;
	cpuid = supported_cpuid(device);
	if (dev_ioctl(vcpu->fd, KVM_SET_CPUID2, cpuid))
		die("KVM_SET_CPUID2");
	free(cpuid);
	close(device);
}

static void __attribute__((noreturn)) send(prepare_t prepare, int file)
{
	struct machine machine;

	machine_create(&machine);
	enable_caps(&machine.vm);
	set_least_cpuid(&machine.vcpu);
	prepare(&machine);
	transfer_send(&machine, file);
	_exit(0);
}

static void wait_for(pid_t child)
{
	int status;

	if (waitpid(child, &status, 0) != child || status)
		die("the sender: status %#x", status);
}

/* Both VMs are there at the same time. */
static const char *through_pipe(prepare_t prepare, struct machine *machine)
{
	const char *difference;
	pid_t child;
	int ends[2];

	if (pipe(ends))
		die("pipe");
	child = fork();
	if (child < 0)
		die("fork");
	if (!child)
		send(prepare, ends[1]);
	close(ends[1]);
	difference = transfer_receive(machine, ends[0]);
	wait_for(child);
	return difference;
}

/* Only one device can have VMs, so the first VM is gone before there is a second. */
static const char *through_file(prepare_t prepare, struct machine *machine)
{
	FILE *file = tmpfile();
	pid_t child;

	if (!file)
		die("a file");
	child = fork();
	if (child < 0)
		die("fork");
	if (!child)
		send(prepare, fileno(file));
	wait_for(child);
	if (lseek(fileno(file), 0, SEEK_SET) ||
	    setenv("MINIVMX_DEVICE", other_device(), 1))
		die("the other device");
	return transfer_receive(machine, fileno(file));
}

bool transfer_is_possible(bool to_other_device)
{
	return !to_other_device || !access(other_device(), R_OK | W_OK);
}

/*
 * Lets another process bring a VM with one vCPU to where it is to be taken away
 * from, and takes it over into @machine. Gives NULL, or the name of what is not
 * as it was there.
 */
const char *transfer(struct machine *machine, prepare_t prepare,
		     bool to_other_device)
{
	const char *difference = to_other_device ?
		through_file(prepare, machine) : through_pipe(prepare, machine);

	watchdog_start();
	return difference;
}

/* ---- for those who prepare ---- */

/*
 * Ends what the last exit has begun: it is done when the VMM comes again, and
 * belongs to no state before that.
 */
void finish_exit(struct vcpu *vcpu)
{
	int ret;

	vcpu->run->immediate_exit = 1;
	do {
		ret = dev_ioctl(vcpu->fd, KVM_RUN, NULL);
	} while (!ret);
	if (ret != -EINTR)
		die("KVM_RUN that does not enter");
	vcpu->run->immediate_exit = 0;
}

void must_sync(struct vcpu *vcpu, uint32_t stage)
{
	if (vcpu_run(vcpu) != KVM_EXIT_IO || vcpu->run->io.port != PORT_SYNC ||
	    *(uint32_t *)io_data(vcpu) != stage) {
		vcpu_describe(vcpu);
		die("the sender's guest is not at %u", stage);
	}
}

void must_exit(struct vcpu *vcpu, int reason)
{
	if (vcpu_run(vcpu) != reason) {
		vcpu_describe(vcpu);
		die("the sender's guest has not exited with %d", reason);
	}
}

struct kvm_vcpu_events vcpu_events(struct vcpu *vcpu)
{
	struct kvm_vcpu_events events;

	if (dev_ioctl(vcpu->fd, KVM_GET_VCPU_EVENTS, &events))
		die("KVM_GET_VCPU_EVENTS");
	return events;
}
