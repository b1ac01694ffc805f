// SPDX-License-Identifier: GPL-2.0
/* The device, and the VM made of it. */
#include "vm.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/kvm.h>
#include <sys/ioctl.h>

#include "power.h"
#include "ram.h"

/*
 * Where Intel CPUs without unrestricted guest keep a TSS and page table for
 * real mode: in the hole, where this PC has nothing.
 */
#define IDENTITY_MAP_GPA	0xfffbc000ULL
#define TSS_GPA			0xfffbd000UL

static void open_device(struct vm *vm)
{
	const char *device = vm->device;

	vm->system = open(device, O_RDWR | O_CLOEXEC);
	if (vm->system >= 0)
		return;
	switch (errno) {
	case ENOENT:
		errx(STATUS_SETUP, "%s does not exist: is its kernel module loaded?",
		     device);
	case EACCES:
	case EPERM:
		errx(STATUS_SETUP, "%s: permission denied; run as root, or as a member of the device's group",
		     device);
	case ENXIO:
	case ENODEV:
		errx(STATUS_SETUP, "%s has no driver behind it: is its kernel module loaded, and does the CPU have VT-x?",
		     device);
	default:
		err(STATUS_SETUP, "%s", device);
	}
}

static void check_device(const struct vm *vm)
{
	static const struct {
		int number;
		const char *name;
	} needed[] = {
		{ KVM_CAP_USER_MEMORY, "KVM_CAP_USER_MEMORY" },
		{ KVM_CAP_EXT_CPUID, "KVM_CAP_EXT_CPUID" },
		{ KVM_CAP_IMMEDIATE_EXIT, "KVM_CAP_IMMEDIATE_EXIT" },
	};
	int version = ioctl(vm->system, KVM_GET_API_VERSION, 0);
	unsigned int i;

	if (version < 0)
		errx(STATUS_SETUP, "%s is not a device that speaks KVM's API",
		     vm->device);
	if (version != KVM_API_VERSION)
		errx(STATUS_SETUP, "%s speaks version %d of KVM's API; minivmm speaks version %d",
		     vm->device, version, KVM_API_VERSION);
	for (i = 0; i < sizeof(needed) / sizeof(*needed); i++)
		if (ioctl(vm->system, KVM_CHECK_EXTENSION, needed[i].number) <= 0)
			errx(STATUS_SETUP, "%s lacks %s, which minivmm needs",
			     vm->device, needed[i].name);
}

void vm_create(struct vm *vm, const char *device)
{
	uint64_t identity_map = IDENTITY_MAP_GPA;

	vm->device = device;
	open_device(vm);
	check_device(vm);
	vm->fd = ioctl(vm->system, KVM_CREATE_VM, 0);
	if (vm->fd < 0 && errno == EBUSY)
		errx(STATUS_SETUP, "%s: another hypervisor has the CPU's VMX; the kernel's log says which",
		     device);
	if (vm->fd < 0)
		err(STATUS_SETUP, "%s: KVM_CREATE_VM", device);
	if (ioctl(vm->fd, KVM_SET_IDENTITY_MAP_ADDR, &identity_map))
		err(STATUS_SETUP, "%s: KVM_SET_IDENTITY_MAP_ADDR", device);
	if (ioctl(vm->fd, KVM_SET_TSS_ADDR, TSS_GPA))
		err(STATUS_SETUP, "%s: KVM_SET_TSS_ADDR", device);
}

void vm_add_ram(const struct vm *vm, const struct ram *ram)
{
	struct ram_range ranges[RAM_MAX_RANGES];
	unsigned int i, count = ram_ranges(ram, ranges);

	for (i = 0; i < count; i++) {
		struct kvm_userspace_memory_region region = {
			.slot = i,
			.guest_phys_addr = ranges[i].gpa,
			.memory_size = ranges[i].size,
			.userspace_addr = (uintptr_t)ranges[i].host,
		};

		if (ioctl(vm->fd, KVM_SET_USER_MEMORY_REGION, &region))
			err(STATUS_SETUP, "%s refuses %" PRIu64 " MiB of guest memory at %#" PRIx64,
			    vm->device, ranges[i].size >> 20, ranges[i].gpa);
	}
}
