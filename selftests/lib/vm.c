// SPDX-License-Identifier: GPL-2.0
/* The device, VMs and their memory. */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/time.h>

#include "vm.h"

/*
 * A guest that runs astray must not hold up the suite.  In an emulated PC a
 * second takes a minute; a kernel with every debug option on needs most of this.
 */
#define WATCHDOG_MS 500

extern const char __executable_start[], _end[];

void die(const char *fmt, ...)
{
	int error = errno;
	va_list args;

	va_start(args, fmt);
	fprintf(stderr, "# ");
	vfprintf(stderr, fmt, args);
	fprintf(stderr, ": %s\n", strerror(error));
	va_end(args);
	_exit(1);
}

const char *device_path(void)
{
	return getenv("MINIVMX_DEVICE") ?: "/dev/minivmx";
}

/* A test that takes longer by nature starts it again on its way. */
void watchdog_start(void)
{
	const char *limit = getenv("MINIVMX_WATCHDOG_MS");
	int ms = limit ? atoi(limit) : WATCHDOG_MS;
	struct itimerval watchdog = {
		.it_value = { ms / 1000, ms % 1000 * 1000 },
	};

	if (setitimer(ITIMER_REAL, &watchdog, NULL))
		die("setitimer for %d ms", ms);
}

int device_open(void)
{
	int fd = open(device_path(), O_RDWR | O_CLOEXEC);

	if (fd < 0)
		die("open %s", device_path());
	watchdog_start();
	return fd;
}

bool device_has(int kvm, int extension)
{
	return dev_ioctl_value(kvm, KVM_CHECK_EXTENSION, extension) > 0;
}

/* As ioctl(), but an error is returned as a negative errno. */
int dev_ioctl(int fd, unsigned long request, void *argument)
{
	int ret = ioctl(fd, request, argument);

	return ret < 0 ? -errno : ret;
}

int dev_ioctl_value(int fd, unsigned long request, unsigned long argument)
{
	return dev_ioctl(fd, request, (void *)argument);
}

void *anonymous_memory(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (memory == MAP_FAILED)
		die("mmap of %zu bytes", size);
	return memory;
}

int vm_set_slot(struct vm *vm, uint32_t slot, uint32_t flags, uint64_t gpa,
		uint64_t size, void *host)
{
	struct kvm_userspace_memory_region region = {
		.slot = slot,
		.flags = flags,
		.guest_phys_addr = gpa,
		.memory_size = size,
		.userspace_addr = (uint64_t)host,
	};

	return dev_ioctl(vm->fd, KVM_SET_USER_MEMORY_REGION, &region);
}

static void build_page_tables(struct vm *vm)
{
	const uint64_t table = PTE_PRESENT | PTE_WRITE | PTE_USER;
	uint64_t *pd = vm_host(vm, GPA_PD);

	*(uint64_t *)vm_host(vm, GPA_PML4) = GPA_PDPT | table;
	*(uint64_t *)vm_host(vm, GPA_PDPT) = GPA_PD | table;
	for (uint64_t i = 0; i < 512; i++)
		pd[i] = i << 21 | table | PTE_LARGE;
	vm->next_table = GPA_TABLES;
}

/* Maps one page of the first GiB of guest-virtual addresses elsewhere. */
void vm_map(struct vm *vm, uint64_t address, uint64_t gpa, uint64_t flags)
{
	uint64_t *pd = vm_host(vm, GPA_PD), *entry = &pd[address >> 21];
	uint64_t *pt;

	if (*entry & PTE_LARGE) {
		uint64_t first = *entry & ~(PTE_LARGE);

		if (vm->next_table == GPA_TABLES_END)
			die("too many page tables");
		pt = vm_host(vm, vm->next_table);
		for (uint64_t i = 0; i < 512; i++)
			pt[i] = first + i * PAGE_SIZE;
		*entry = vm->next_table | PTE_PRESENT | PTE_WRITE | PTE_USER;
		vm->next_table += PAGE_SIZE;
	}
	pt = vm_host(vm, *entry & ~(PAGE_SIZE - 1));
	pt[address >> 12 & 511] = gpa | flags;
}

static void build_gdt(struct vm *vm)
{
	uint64_t *gdt = vm_host(vm, GPA_GDT);

	gdt[SEL_CODE64 / 8] = 0x00af9b000000ffff;
	gdt[SEL_DATA / 8] = 0x00cf93000000ffff;
	gdt[SEL_CODE32 / 8] = 0x00cf9b000000ffff;
	gdt[SEL_CODE16 / 8] = 0x00009b000000ffff;
	gdt[SEL_DATA16 / 8] = 0x000093000000ffff;
	gdt[SEL_TSS / 8] = 0x0000890000000067 | (uint64_t)GPA_TSS << 16;
	gdt[SEL_USER_CODE64 / 8] = 0x00affb000000ffff;
	gdt[SEL_USER_DATA / 8] = 0x00cff3000000ffff;
}

static void build_tss(struct vm *vm)
{
	uint8_t *tss = vm_host(vm, GPA_TSS);
	uint64_t rsp0 = GPA_STACK, ist1 = GPA_IST_STACK;
	uint16_t no_io_map = 0x68;

	memcpy(tss + 4, &rsp0, sizeof(rsp0));
	memcpy(tss + 36, &ist1, sizeof(ist1));
	memcpy(tss + 102, &no_io_map, sizeof(no_io_map));
}

/* A 64-bit interrupt gate to @handler; @ist 0 stays on the current stack. */
void vm_set_gate(struct vm *vm, int vector, void *handler, int dpl, int ist)
{
	uint64_t *gate = (uint64_t *)vm_host(vm, GPA_IDT) + 2 * vector;
	uint64_t offset = (uint64_t)handler;

	gate[0] = (offset & 0xffff) | SEL_CODE64 << 16 |
		  (uint64_t)ist << 32 | 0x8eull << 40 | (uint64_t)dpl << 45 |
		  (offset >> 16 & 0xffff) << 48;
	gate[1] = offset >> 32;
}

/* A 32-bit interrupt gate; all of them together take the place of vm_set_gate()'s. */
void vm_set_gate32(struct vm *vm, int vector, uint32_t handler,
		   uint16_t selector, int dpl)
{
	uint64_t *gate = (uint64_t *)vm_host(vm, GPA_IDT) + vector;

	*gate = (handler & 0xffff) | (uint64_t)selector << 16 | 0x8eull << 40 |
		(uint64_t)dpl << 45 | (uint64_t)(handler >> 16) << 48;
}

void vm_load(struct vm *vm, uint64_t gpa, const char *start, const char *end)
{
	memcpy(vm_host(vm, gpa), start, end - start);
}

/* The test's image, in whole pages; guest-physical addresses are the same. */
uint64_t vm_image_start(void)
{
	return (uint64_t)__executable_start & ~(PAGE_SIZE - 1);
}

uint64_t vm_image_size(void)
{
	uint64_t end = ((uint64_t)_end + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);

	return end - vm_image_start();
}

void *vm_image_at(struct vm *vm, uint64_t address)
{
	return vm->image ? vm->image + (address - vm_image_start()) :
			   (void *)address;
}

static void add_image_slot(struct vm *vm)
{
	uint64_t start = vm_image_start(), size = vm_image_size();

	if (start < RAM_SIZE || start + size > GPA_MMIO)
		die("the test is linked to an unexpected address");
	vm->image = NULL;
	if (vm_set_slot(vm, SLOT_IMAGE, 0, start, size, (void *)start))
		die("memory slot for the test's image");
}

void vm_create(struct vm *vm)
{
	vm->kvm = device_open();
	vm->fd = dev_ioctl(vm->kvm, KVM_CREATE_VM, NULL);
	if (vm->fd < 0)
		die("KVM_CREATE_VM");
	vm->ram = anonymous_memory(RAM_SIZE);
	if (vm_set_slot(vm, SLOT_RAM, 0, 0, RAM_SIZE, vm->ram))
		die("memory slot for RAM");
	add_image_slot(vm);
	build_page_tables(vm);
	build_gdt(vm);
	build_tss(vm);
	for (int vector = 0; vector < 256; vector++)
		vm_set_gate(vm, vector, (void *)(guest_vectors + 16 * vector), 0, 0);
}

void vm_destroy(struct vm *vm)
{
	close(vm->fd);
	close(vm->kvm);
	munmap(vm->ram, RAM_SIZE);
}
