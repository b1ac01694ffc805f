// SPDX-License-Identifier: GPL-2.0
/* Rows of system calls, and of VMs as a whole. */
#include <stdio.h>

#include "bench.h"

#define CREATED		3
#define FIRST_VMS	8
#define IDLE_VMS	32
#define IDLE_RAM	(256ull << 20)
#define LOGGED_RAM	(1ull << 30)
#define LOG_PASSES	8

GUEST_ASM(halt, 16,
	"	hlt\n"
	"	jmp	halt\n");

static struct machine halting_machine(void)
{
	struct machine machine;

	LOAD_ASM(&machine, MODE_REAL, halt);
	expect_exit(&machine.vcpu, KVM_EXIT_HLT);
	return machine;
}

/* A vCPU that has run, so that nothing is done for the first time. */
static int measure_call(unsigned long request, void *argument)
{
	struct machine machine = halting_machine();
	int fd = machine.vcpu.fd;

	SAMPLE_ON_HOST(MAX_SAMPLES, {
		if (ioctl(fd, request, argument))
			die("ioctl %#lx", request);
	});
	machine_destroy(&machine);
	return MAX_SAMPLES;
}

static int measure_get_regs(const struct row *row)
{
	static struct kvm_regs regs;

	(void)row;
	return measure_call(KVM_GET_REGS, &regs);
}

static int measure_set_regs(const struct row *row)
{
	static struct kvm_regs regs = { .rflags = X86_EFLAGS_FIXED };

	(void)row;
	return measure_call(KVM_SET_REGS, &regs);
}

static int measure_get_sregs(const struct row *row)
{
	static struct kvm_sregs sregs;

	(void)row;
	return measure_call(KVM_GET_SREGS, &sregs);
}

static int measure_set_sregs(const struct row *row)
{
	struct machine machine = halting_machine();
	struct kvm_sregs sregs = vcpu_sregs(&machine.vcpu);

	(void)row;
	machine_destroy(&machine);
	return measure_call(KVM_SET_SREGS, &sregs);
}

/* What any system call on such a file costs. */
static int measure_nothing(const struct row *row)
{
	int kvm = device_open();

	(void)row;
	SAMPLE_ON_HOST(MAX_SAMPLES, {
		if (ioctl(kvm, KVM_GET_API_VERSION, 0) < 0)
			die("KVM_GET_API_VERSION");
	});
	close(kvm);
	return MAX_SAMPLES;
}

static int measure_immediate_exit(const struct row *row)
{
	struct machine machine = halting_machine();

	(void)row;
	machine.vcpu.run->immediate_exit = 1;
	SAMPLE_ON_HOST(MAX_SAMPLES, {
		if (ioctl(machine.vcpu.fd, KVM_RUN, 0) != -1 || errno != EINTR)
			die("immediate_exit");
	});
	machine_destroy(&machine);
	return MAX_SAMPLES;
}

static void create_and_destroy(void)
{
	int kvm = device_open();
	int vm = dev_ioctl_value(kvm, KVM_CREATE_VM, 0);
	int vcpu;

	if (vm < 0)
		die("KVM_CREATE_VM");
	vcpu = dev_ioctl_value(vm, KVM_CREATE_VCPU, 0);
	if (vcpu < 0)
		die("KVM_CREATE_VCPU");
	close(vcpu);
	close(vm);
	close(kvm);
}

static int measure_creation(const struct row *row)
{
	(void)row;
	SAMPLE_ON_HOST(CREATED, create_and_destroy());
	return CREATED;
}

static int measure_first_entry(const struct row *row)
{
	(void)row;
	for (int i = 0; i < CREATED; i++) {
		struct machine machine;
		uint64_t start;

		LOAD_ASM(&machine, MODE_REAL, halt);
		start = rdtsc();
		expect_exit(&machine.vcpu, KVM_EXIT_HLT);
		samples[i] = rdtsc() - start;
		machine_destroy(&machine);
	}
	return CREATED;
}

/* A pass that finds nothing dirty: what the size alone costs. */
static int measure_dirty_log(const struct row *row)
{
	static uint8_t bitmap[LOGGED_RAM / PAGE_SIZE / 8];
	struct kvm_dirty_log log = {
		.slot = SLOT_FREE, .dirty_bitmap = bitmap,
	};
	struct machine machine = halting_machine();
	void *memory = anonymous_memory(LOGGED_RAM);
	int count = LOG_PASSES;

	(void)row;
	if (vm_set_slot(&machine.vm, SLOT_FREE, KVM_MEM_LOG_DIRTY_PAGES,
			1ull << 32, LOGGED_RAM, memory))
		count = ABSENT;
	SAMPLE_ON_HOST(count, {
		if (dev_ioctl(machine.vm.fd, KVM_GET_DIRTY_LOG, &log))
			die("KVM_GET_DIRTY_LOG");
	});
	machine_destroy(&machine);
	munmap(memory, LOGGED_RAM);
	return count;
}

static FILE *open_proc(const char *path)
{
	FILE *file = fopen(path, "r");

	if (!file)
		die("%s", path);
	return file;
}

/* With the pages that each CPU keeps for itself, which MemFree leaves out. */
static uint64_t free_memory(void)
{
	unsigned long pages, sum = 0;
	char line[128];
	FILE *file;

	/* Reading it adds up the CPUs' counts. */
	file = open_proc("/proc/sys/vm/stat_refresh");
	while (fgets(line, sizeof(line), file))
		;
	fclose(file);

	file = open_proc("/proc/zoneinfo");
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, " pages free %lu", &pages) == 1 ||
		    sscanf(line, " count: %lu", &pages) == 1)
			sum += pages;
	fclose(file);
	return sum * PAGE_SIZE;
}

struct idle_vm {
	struct vm vm;
	struct vcpu vcpu;
};

/* All of them share one memory: it is the host's part that is measured. */
static void create_idle(struct idle_vm *idle, uint8_t *ram)
{
	idle->vm.kvm = device_open();
	idle->vm.fd = dev_ioctl_value(idle->vm.kvm, KVM_CREATE_VM, 0);
	idle->vm.ram = ram;
	if (idle->vm.fd < 0 ||
	    vm_set_slot(&idle->vm, SLOT_RAM, 0, 0, IDLE_RAM, ram))
		die("idle VM");
	vcpu_create(&idle->vm, &idle->vcpu, 0);
	vcpu_set_mode(&idle->vcpu, MODE_REAL, GPA_CODE);
	expect_exit(&idle->vcpu, KVM_EXIT_HLT);
}

static int measure_memory(const struct row *row)
{
	static struct idle_vm idle[FIRST_VMS + IDLE_VMS];
	uint8_t *ram = anonymous_memory(IDLE_RAM);
	uint64_t before;

	(void)row;
	memcpy(ram + GPA_CODE, halt, halt_end - halt);
	/* The first ones fill the allocators' caches. */
	for (int i = 0; i < FIRST_VMS; i++)
		create_idle(&idle[i], ram);
	before = free_memory();
	for (int i = 0; i < IDLE_VMS; i++)
		create_idle(&idle[FIRST_VMS + i], ram);
	samples[0] = (before - free_memory()) / IDLE_VMS;
	for (int i = 0; i < FIRST_VMS + IDLE_VMS; i++) {
		vcpu_destroy(&idle[i].vcpu);
		close(idle[i].vm.fd);
		close(idle[i].vm.kvm);
	}
	munmap(ram, IDLE_RAM);
	return 1;
}

#define CALL_ROW(text, function) \
	{ .name = text, .unit = "ticks", .measure = function }

const struct row call_rows[] = {
	CALL_ROW("ioctl that does nothing", measure_nothing),
	CALL_ROW("immediate_exit", measure_immediate_exit),
	CALL_ROW("KVM_GET_REGS", measure_get_regs),
	CALL_ROW("KVM_SET_REGS", measure_set_regs),
	CALL_ROW("KVM_GET_SREGS", measure_get_sregs),
	CALL_ROW("KVM_SET_SREGS", measure_set_sregs),
	CALL_ROW("dirty log of 1 GiB", measure_dirty_log),
	CALL_ROW("first entry of a VM", measure_first_entry),
	CALL_ROW("create and destroy a VM", measure_creation),
	{ .name = "memory of an idle VM", .unit = "bytes",
	  .measure = measure_memory },
	{ .name = NULL },
};
