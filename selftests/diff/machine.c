// SPDX-License-Identifier: GPL-2.0
/* Devices, VMs and vCPUs. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "machine.h"

#define MAX_CPUID	256
#define MAX_INDEXES	1024

#define SYNC_ALL	(KVM_SYNC_X86_REGS | KVM_SYNC_X86_SREGS | KVM_SYNC_X86_EVENTS)

/* MSRs that count time. */
static const uint32_t clocks[] = {
	0x10, 0x3b, 0x6e0, 0xe7, 0xe8, 0x11, 0x12, 0x4b564d00, 0x4b564d01,
};

void fail(const char *fmt, ...)
{
	int error = errno;
	va_list args;

	va_start(args, fmt);
	fputs("diff: ", stderr);
	vfprintf(stderr, fmt, args);
	fprintf(stderr, ": %s\n", strerror(error));
	va_end(args);
	exit(2);
}

int call(int fd, unsigned long request, void *argument)
{
	int r = ioctl(fd, request, argument);

	return r < 0 ? -errno : r;
}

static int must_call(int fd, unsigned long request, unsigned long argument,
		     const char *what)
{
	int r = ioctl(fd, request, argument);

	if (r < 0)
		fail("%s", what);
	return r;
}

static int open_device(const char *device)
{
	int fd = open(device, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		fail("%s", device);
	return fd;
}

/* ---- what the devices have in common ---- */

static struct kvm_cpuid2 *get_cpuid(int fd)
{
	struct kvm_cpuid2 *cpuid;

	cpuid = calloc(1, sizeof(*cpuid) + MAX_CPUID * sizeof(cpuid->entries[0]));
	if (!cpuid)
		fail("memory");
	cpuid->nent = MAX_CPUID;
	must_call(fd, KVM_GET_SUPPORTED_CPUID, (unsigned long)cpuid,
		  "KVM_GET_SUPPORTED_CPUID");
	return cpuid;
}

static const struct kvm_cpuid_entry2 *find(const struct kvm_cpuid2 *cpuid,
					   const struct kvm_cpuid_entry2 *like)
{
	for (unsigned int i = 0; i < cpuid->nent; i++)
		if (cpuid->entries[i].function == like->function &&
		    cpuid->entries[i].index == like->index)
			return &cpuid->entries[i];
	return NULL;
}

/* Leaves of features, in which a bit is one feature; not the PMU's. */
static bool is_feature_leaf(uint32_t leaf)
{
	return leaf == 1 || leaf == 7 || leaf == 0x80000001 ||
	       leaf == 0x80000007 || leaf == 0x80000008;
}

/* Drops what the other device does not offer. */
static void restrict_cpuid(struct kvm_cpuid2 *cpuid,
			   const struct kvm_cpuid2 *other)
{
	unsigned int kept = 0;

	for (unsigned int i = 0; i < cpuid->nent; i++) {
		struct kvm_cpuid_entry2 entry = cpuid->entries[i];
		const struct kvm_cpuid_entry2 *theirs = find(other, &entry);

		if (!theirs || entry.function >> 16 == 0x4000)
			continue;
		if (entry.function == 0xa)
			entry.eax = entry.ebx = entry.ecx = entry.edx = 0;
		if (is_feature_leaf(entry.function)) {
			if (entry.function == 7)
				entry.ebx &= theirs->ebx;
			entry.ecx &= theirs->ecx;
			entry.edx &= theirs->edx;
		}
		cpuid->entries[kept++] = entry;
	}
	cpuid->nent = kept;
}

static struct kvm_msr_list *get_msr_list(int fd)
{
	struct kvm_msr_list *list;

	list = calloc(1, sizeof(*list) + MAX_INDEXES * sizeof(list->indices[0]));
	if (!list)
		fail("memory");
	list->nmsrs = MAX_INDEXES;
	must_call(fd, KVM_GET_MSR_INDEX_LIST, (unsigned long)list,
		  "KVM_GET_MSR_INDEX_LIST");
	return list;
}

static bool is_in(const uint32_t *list, unsigned int nr, uint32_t index)
{
	for (unsigned int i = 0; i < nr; i++)
		if (list[i] == index)
			return true;
	return false;
}

static void restrict_msrs(struct common *common, const struct kvm_msr_list *list)
{
	unsigned int kept = 0;

	for (unsigned int i = 0; i < common->nr_msrs; i++)
		if (is_in(list->indices, list->nmsrs, common->msrs[i]))
			common->msrs[kept++] = common->msrs[i];
	common->nr_msrs = kept;
}

static void first_msrs(struct common *common, const struct kvm_msr_list *list)
{
	const unsigned int nr_clocks = sizeof(clocks) / sizeof(clocks[0]);

	for (unsigned int i = 0; i < list->nmsrs; i++) {
		if (is_in(clocks, nr_clocks, list->indices[i]))
			continue;
		if (common->nr_msrs == MAX_MSRS)
			break;
		common->msrs[common->nr_msrs++] = list->indices[i];
	}
}

/* Needs no VM, so all the devices can be asked at once. */
void common_find(struct common *common, const char *const *devices,
		 unsigned int nr)
{
	memset(common, 0, sizeof(*common));
	for (unsigned int i = 0; i < nr; i++) {
		int fd = open_device(devices[i]);
		struct kvm_msr_list *msrs = get_msr_list(fd);
		struct kvm_cpuid2 *cpuid = get_cpuid(fd);

		if (i == 0) {
			common->cpuid = cpuid;
			common->xsave = ioctl(fd, KVM_CHECK_EXTENSION,
					      KVM_CAP_XSAVE) > 0;
			first_msrs(common, msrs);
		} else {
			restrict_cpuid(common->cpuid, cpuid);
			restrict_msrs(common, msrs);
			free(cpuid);
		}
		free(msrs);
		close(fd);
	}
}

/* ---- VMs ---- */

static void add_slot(struct machine *m, uint32_t slot, uint32_t flags,
		     uint64_t gpa, uint64_t size, void *host)
{
	struct kvm_userspace_memory_region region = {
		.slot = slot, .flags = flags, .guest_phys_addr = gpa,
		.memory_size = size, .userspace_addr = (unsigned long)host,
	};

	must_call(m->vm, KVM_SET_USER_MEMORY_REGION, (unsigned long)&region,
		  "KVM_SET_USER_MEMORY_REGION");
}

void machine_open(struct machine *m, const char *device,
		  const struct common *common)
{
	*m = (struct machine){ .common = common };
	m->device = open_device(device);
	m->run_size = must_call(m->device, KVM_GET_VCPU_MMAP_SIZE, 0,
				"KVM_GET_VCPU_MMAP_SIZE");
	m->ram = mmap(NULL, WORLD_END, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (m->ram == MAP_FAILED)
		fail("mmap of guest memory");
	m->rom = m->ram + GPA_ROM;
	memcpy(m->rom, world_rom(), PAGE_SIZE);

	m->vm = must_call(m->device, KVM_CREATE_VM, 0, "KVM_CREATE_VM");
	must_call(m->vm, KVM_SET_TSS_ADDR, 0xfffbd000, "KVM_SET_TSS_ADDR");
	add_slot(m, 0, 0, 0, RAM_SIZE, m->ram);
	add_slot(m, 1, KVM_MEM_READONLY, GPA_ROM, PAGE_SIZE, m->rom);
}

void machine_close(struct machine *m)
{
	close(m->vm);
	close(m->device);
	munmap(m->ram, WORLD_END);
}

/* ---- vCPUs ---- */

/* A fresh one, so that nothing of the last program reaches the next. */
void machine_new_vcpu(struct machine *m)
{
	struct kvm_enable_cap pv_by_cpuid = {
		.cap = KVM_CAP_ENFORCE_PV_FEATURE_CPUID, .args = { 1 },
	};

	m->vcpu = must_call(m->vm, KVM_CREATE_VCPU, m->nr_vcpus++,
			    "KVM_CREATE_VCPU");
	m->run = mmap(NULL, m->run_size, PROT_READ | PROT_WRITE, MAP_SHARED,
		      m->vcpu, 0);
	if (m->run == MAP_FAILED)
		fail("mmap of kvm_run");
	must_call(m->vcpu, KVM_SET_CPUID2, (unsigned long)m->common->cpuid,
		  "KVM_SET_CPUID2");
	/* Only KVM has such features, and by default always. */
	call(m->vcpu, KVM_ENABLE_CAP, &pv_by_cpuid);
	m->run->kvm_valid_regs = SYNC_ALL;
}

void machine_drop_vcpu(struct machine *m)
{
	munmap(m->run, m->run_size);
	close(m->vcpu);
}
