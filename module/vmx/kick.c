// SPDX-License-Identifier: GPL-2.0
/*
 * Making vCPUs leave the guest, so that they see what has changed.
 */
#include <linux/cpumask.h>
#include <linux/smp.h>

#include "enter.h"

static void acknowledge_kick(void *unused)
{
}

static void kick_cpus_of(struct vmx_vm *vm, struct cpumask *cpus)
{
	struct vmx_vcpu *v;

	spin_lock(&vm->vcpus_lock);
	list_for_each_entry(v, &vm->vcpus, vm_link) {
		int cpu = READ_ONCE(v->loaded_cpu);

		if (READ_ONCE(v->mode) == VMX_IN_GUEST && cpu >= 0)
			cpumask_set_cpu(cpu, cpus);
	}
	spin_unlock(&vm->vcpus_lock);

	preempt_disable();
	smp_call_function_many(cpus, acknowledge_kick, NULL, 1);
	preempt_enable();
}

/**
 * vmx_kick_all() - make all vCPUs of a VM leave the guest, and wait until they have
 * @vm: the VM
 *
 * A vCPU enters again at once if nothing keeps it, but not before it has seen
 * what the caller has written.
 *
 * Context: interrupts enabled, may be atomic otherwise.
 */
void vmx_kick_all(struct vmx_vm *vm)
{
	cpumask_var_t cpus;

	/* Pairs with announce_entry(). */
	smp_mb();
	if (zalloc_cpumask_var(&cpus, GFP_ATOMIC)) {
		kick_cpus_of(vm, cpus);
		free_cpumask_var(cpus);
	} else {
		smp_call_function(acknowledge_kick, NULL, 1);
	}
}
