// SPDX-License-Identifier: GPL-2.0
/* What the guest's CPU says of itself. */
#include "cpuid.h"

#include <err.h>
#include <errno.h>
#include <linux/kvm.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "power.h"
#include "ram.h"
#include "vm.h"

#define BIT(n)			(1U << (n))
#define MAX_ENTRIES		1024

#define LEAF_HYPERVISOR		0x40000000
#define LEAF_HYPERVISOR_LAST	0x4fffffff

#define ECX_X2APIC		BIT(21)
#define ECX_TSC_DEADLINE	BIT(24)
#define ECX_HYPERVISOR		BIT(31)
#define EDX_APIC		BIT(9)
#define EDX_HTT			BIT(28)

#define GENUINE_INTEL_EBX	0x756e6547	/* "Genu" */
#define CRYSTAL_HZ		1000000

static struct kvm_cpuid2 *supported(const struct vm *vm)
{
	struct kvm_cpuid2 *cpuid = NULL;
	unsigned int count;

	for (count = 64; count <= MAX_ENTRIES; count *= 2) {
		/* Room for those that minivmm adds itself. */
		cpuid = realloc(cpuid, sizeof(*cpuid) +
				(count + 3) * sizeof(cpuid->entries[0]));
		if (!cpuid)
			err(STATUS_SETUP, "CPUID table");
		memset(cpuid, 0, sizeof(*cpuid));
		cpuid->nent = count;
		if (!ioctl(vm->system, KVM_GET_SUPPORTED_CPUID, cpuid))
			return cpuid;
		if (errno != E2BIG)
			break;
	}
	err(STATUS_SETUP, "%s: KVM_GET_SUPPORTED_CPUID", vm->device);
}

static struct kvm_cpuid_entry2 *find(struct kvm_cpuid2 *cpuid, uint32_t leaf)
{
	unsigned int i;

	for (i = 0; i < cpuid->nent; i++)
		if (cpuid->entries[i].function == leaf)
			return &cpuid->entries[i];
	return NULL;
}

/* Makes a leaf say what is given, whether it was there or not. */
static void set_leaf(struct kvm_cpuid2 *cpuid, uint32_t leaf, uint32_t eax,
		     uint32_t ebx, uint32_t ecx, uint32_t edx)
{
	struct kvm_cpuid_entry2 *entry = find(cpuid, leaf);

	if (!entry)
		entry = &cpuid->entries[cpuid->nent++];
	*entry = (struct kvm_cpuid_entry2){ .function = leaf, .eax = eax,
					    .ebx = ebx, .ecx = ecx, .edx = edx };
}

/* One thread on one core, without a local APIC. */
static void adapt_leaf(struct kvm_cpuid_entry2 *entry)
{
	switch (entry->function) {
	case 1:
		entry->ebx &= 0x0000ffff;	/* APIC ID, number of threads */
		entry->ebx |= 1 << 16;
		entry->ecx &= ~(ECX_X2APIC | ECX_TSC_DEADLINE);
		entry->ecx |= ECX_HYPERVISOR;
		entry->edx &= ~(EDX_APIC | EDX_HTT);
		break;
	case 4:			/* who shares the caches */
		entry->eax &= 0x00003fff;
		break;
	case 6:			/* the APIC timer, and power management */
	case 0xa:		/* the PMU interrupts through the local APIC */
	case 0xb:		/* the topology, by APIC ID */
	case 0x1f:
		entry->eax = 0;
		entry->ebx = 0;
		entry->ecx = 0;
		entry->edx = 0;
		break;
	case 0x80000001:
		entry->edx &= ~EDX_APIC;	/* AMD's copy of leaf 1 */
		break;
	case 0x80000008:
		entry->ecx = 0;			/* AMD: number of threads */
		break;
	}
}

/*
 * The frequency of the time-stamp counter: without it a guest has to measure
 * it against the 8254, which takes long. Intel's guests look for it here.
 */
static void add_frequency(struct kvm_cpuid2 *cpuid, const struct vm *vm,
			  int vcpu_fd)
{
	struct kvm_cpuid_entry2 *base = find(cpuid, 0);
	int khz;

	if (!base || base->ebx != GENUINE_INTEL_EBX ||
	    ioctl(vm->system, KVM_CHECK_EXTENSION, KVM_CAP_GET_TSC_KHZ) <= 0)
		return;
	khz = ioctl(vcpu_fd, KVM_GET_TSC_KHZ, 0);
	if (khz <= 0)
		return;
	if (base->eax < 0x16)
		base->eax = 0x16;
	/* ticks per crystal tick: khz / 1000 */
	set_leaf(cpuid, 0x15, CRYSTAL_HZ / 1000, khz, CRYSTAL_HZ, 0);
	set_leaf(cpuid, 0x16, khz / 1000, khz / 1000, CRYSTAL_HZ / 10000, 0);
}

static void check_ram(struct kvm_cpuid2 *cpuid, const struct vm *vm,
		      const struct ram *ram)
{
	struct kvm_cpuid_entry2 *sizes = find(cpuid, 0x80000008);
	unsigned int bits = sizes ? sizes->eax & 0xff : 36;
	struct ram_range ranges[RAM_MAX_RANGES], *last;

	last = &ranges[ram_ranges(ram, ranges) - 1];
	if (bits < 64 && (last->gpa + last->size - 1) >> bits)
		errx(STATUS_SETUP, "-m: a CPU of %s has %u-bit physical addresses, too few for that much memory",
		     vm->device, bits);
}

void cpuid_set(const struct vm *vm, int vcpu_fd, const struct ram *ram)
{
	struct kvm_cpuid2 *cpuid = supported(vm);
	unsigned int i, kept = 0;

	check_ram(cpuid, vm, ram);
	for (i = 0; i < cpuid->nent; i++) {
		struct kvm_cpuid_entry2 *entry = &cpuid->entries[i];

		if (entry->function >= LEAF_HYPERVISOR &&
		    entry->function <= LEAF_HYPERVISOR_LAST)
			continue;
		adapt_leaf(entry);
		cpuid->entries[kept++] = *entry;
	}
	cpuid->nent = kept;
	add_frequency(cpuid, vm, vcpu_fd);
	/* No hypervisor's interface, but an honest name: "minivmm". */
	set_leaf(cpuid, LEAF_HYPERVISOR, LEAF_HYPERVISOR, 0x696e696d,
		 0x006d6d76, 0);
	if (ioctl(vcpu_fd, KVM_SET_CPUID2, cpuid))
		err(STATUS_SETUP, "%s: KVM_SET_CPUID2", vm->device);
	free(cpuid);
}
