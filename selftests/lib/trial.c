// SPDX-License-Identifier: GPL-2.0
/* Making calls that are wrong, and looking at what has changed. */
#include <stdio.h>

#include "trial.h"

#define LOGGED_MARK	0x1066ed
#define READONLY_MARK	0x4ead

static volatile uint32_t works, logged, readonly;

/* Uses both slots, and says what it finds. */
static void guest_works(void)
{
	for (;;) {
		*(volatile uint32_t *)(GPA_LOGGED + 5 * PAGE_SIZE) = ++works;
		logged = *(volatile uint32_t *)GPA_LOGGED;
		readonly = *(volatile uint32_t *)GPA_READONLY;
		guest_sync(works);
	}
}

static void map_host_memory(void)
{
	if (mmap((void *)HOST, HOST_SIZE, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) !=
	    (void *)HOST)
		die("mmap at a fixed address");
	*(uint32_t *)HOST = LOGGED_MARK;
	*(uint32_t *)HOST_READONLY = READONLY_MARK;
}

static bool guest_still_works(struct trials *trials)
{
	struct vcpu *vcpu = &trials->machine.vcpu;
	uint32_t before = works;

	logged = readonly = 0;
	if (vcpu_run(vcpu) == KVM_EXIT_IO &&
	    vcpu->run->io.port == PORT_SYNC && works == before + 1 &&
	    logged == LOGGED_MARK && readonly == READONLY_MARK)
		return true;
	vcpu_describe(vcpu);
	return false;
}

/* @name is that of the answers. */
void trials_start(struct trials *trials, const char *name)
{
	struct vm *vm = &trials->machine.vm;

	map_host_memory();
	machine_create(&trials->machine);
	vcpu_set_common_cpuid(&trials->machine.vcpu);
	vcpu_start(&trials->machine.vcpu, guest_works);
	if (vm_set_slot(vm, LOGGED, KVM_MEM_LOG_DIRTY_PAGES, GPA_LOGGED,
			LOGGED_SIZE, (void *)HOST) ||
	    vm_set_slot(vm, READONLY, KVM_MEM_READONLY, GPA_READONLY,
			READONLY_SIZE, (void *)HOST_READONLY))
		die("memory slots");
	answers_begin(&trials->answers, name);
	if (!guest_still_works(trials))
		die("the guest does not start");
	vcpu_state_read(&trials->machine.vcpu, &trials->before);
}

void trials_end(struct trials *trials)
{
	machine_destroy(&trials->machine);
	munmap((void *)HOST, HOST_SIZE);
}

/* The argument is a copy, with nothing but zeros behind it. */
static int try(struct machine *machine, const struct trial *trial)
{
	static uint8_t argument[0x10000];
	const int files[] = {
		[DEVICE] = machine->vm.kvm,
		[VM] = machine->vm.fd,
		[VCPU] = machine->vcpu.fd,
	};

	if (!trial->argument)
		return dev_ioctl_value(files[trial->file], trial->request,
				       trial->number);
	memset(argument, 0, sizeof(argument));
	memcpy(argument, trial->argument, trial->size);
	return dev_ioctl(files[trial->file], trial->request, argument);
}

/*
 * One call, in the state that was read before. Gives false if an error has
 * changed it; what succeeds is taken back.
 */
static bool leaves_no_trace(struct trials *trials, const struct trial *trial)
{
	struct vcpu *vcpu = &trials->machine.vcpu;
	const char *changed;
	int ret;

	ret = try(&trials->machine, trial);
	answer(&trials->answers, "%s: %d", trial->what, ret);
	if (ret >= 0) {
		if (trial->file == VCPU)
			vcpu_state_write(vcpu, &trials->before);
		return true;
	}
	vcpu_state_read(vcpu, &trials->after);
	changed = vcpu_state_difference(&trials->before, &trials->after);
	if (changed)
		printf("# %s: %d, and has changed %s\n", trial->what, ret, changed);
	return !changed;
}

static bool guest_works_after(struct trials *trials, const struct trial *trial)
{
	bool works = guest_still_works(trials);

	if (!works)
		printf("# the guest is broken after %s\n", trial->what);
	vcpu_state_read(&trials->machine.vcpu, &trials->before);
	return works;
}

/* The guest runs after each. Gives the number of those that left a trace. */
int trials_run(struct trials *trials, const struct trial *trial, size_t count)
{
	int traces = 0;

	for (size_t i = 0; i < count; i++) {
		watchdog_start();
		if (!leaves_no_trace(trials, &trial[i]) ||
		    !guest_works_after(trials, &trial[i]))
			traces++;
	}
	return traces;
}

/* The same; the guest runs after all of them. */
int trials_run_fast(struct trials *trials, const struct trial *trial, size_t count)
{
	int traces = 0;

	watchdog_start();
	for (size_t i = 0; i < count; i++)
		traces += !leaves_no_trace(trials, &trial[i]);
	return traces + !guest_works_after(trials, &trial[count - 1]);
}
