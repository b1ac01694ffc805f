// SPDX-License-Identifier: GPL-2.0
/*
 * VMXOFF when the kernel crashes or is forced to reboot: a CPU in VMX root
 * operation ignores INIT, and can't clear CR4.VMXE as a crash kernel does.
 *
 * The kernel has room for one hypervisor's callback and warns about a second
 * one. kvm_intel registers its own while it is loaded (or, later than 6.12,
 * while it has VMs). So MiniVMX registers only while it has VMs and kvm_intel
 * is not there, and makes room before kvm_intel's code runs. While kvm_intel's
 * callback is in place it serves MiniVMX too: it looks at CR4.VMXE, not at who
 * has set it.
 */
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/namei.h>
#include <linux/notifier.h>
#include <linux/path.h>
#include <linux/string.h>
#include <asm/reboot.h>
#include <asm/tlbflush.h>

#include "../compat.h"
#include "emergency.h"
#include "insn.h"
#include "vmxon.h"

static DEFINE_MUTEX(emergency_lock);
static bool wanted;		/* emergency_lock: VMs exist */
static bool kvm_intel_loaded;	/* emergency_lock */
static bool registered;		/* emergency_lock */

/*
 * Any CPU, from NMI or with interrupts disabled, in the middle of anything. No
 * lock can be taken and nothing is changed but the CPU: the list of active
 * VMCSs can be walked forwards at every moment of a change to it.
 */
static void emergency_vmxoff(void)
{
	struct vmx_cpu *cpu = this_cpu_ptr(&vmx_cpu);
	struct vmx_vcpu *v;

	if (!cpu->root)
		return;
	list_for_each_entry(v, &cpu->active, loaded_link)
		vmclear(v->vmcs_pa);
	vmxoff();
	cr4_clear_bits(X86_CR4_VMXE);
}

static void update_registration(void)
{
	bool should = wanted && !kvm_intel_loaded;

	lockdep_assert_held(&emergency_lock);

	if (should == registered)
		return;
	if (should)
		compat_register_emergency_callback(emergency_vmxoff);
	else
		compat_unregister_emergency_callback(emergency_vmxoff);
	registered = should;
}

static void set_kvm_intel_loaded(bool loaded)
{
	mutex_lock(&emergency_lock);
	kvm_intel_loaded = loaded;
	update_registration();
	mutex_unlock(&emergency_lock);
}

/* COMING is before the module's own init function, GOING after its exit. */
static int module_event(struct notifier_block *nb, unsigned long action,
			void *data)
{
	struct module *module = data;

	if (strcmp(module->name, "kvm_intel"))
		return NOTIFY_OK;
	if (action == MODULE_STATE_COMING)
		set_kvm_intel_loaded(true);
	else if (action == MODULE_STATE_GOING)
		set_kvm_intel_loaded(false);
	return NOTIFY_OK;
}

static struct notifier_block module_notifier = {
	.notifier_call = module_event,
};

/* No exported function answers this for a module that exports nothing. */
static bool is_kvm_intel_loaded(void)
{
	struct path path;

	if (kern_path("/sys/module/kvm_intel", 0, &path))
		return false;
	path_put(&path);
	return true;
}

/**
 * vmx_emergency_init() - start to watch for kvm_intel
 *
 * Context: module load.
 * Return: 0, or what the registration of a notifier returns.
 */
int vmx_emergency_init(void)
{
	int r;

	r = register_module_notifier(&module_notifier);
	if (r)
		return r;
	if (is_kvm_intel_loaded())
		set_kvm_intel_loaded(true);
	return 0;
}

/**
 * vmx_emergency_exit() - undo vmx_emergency_init()
 *
 * Context: module unload, disarmed.
 */
void vmx_emergency_exit(void)
{
	unregister_module_notifier(&module_notifier);
}

/**
 * vmx_emergency_arm() - CPUs are in VMX root operation from now on
 *
 * Context: may sleep.
 */
void vmx_emergency_arm(void)
{
	mutex_lock(&emergency_lock);
	wanted = true;
	update_registration();
	mutex_unlock(&emergency_lock);
}

/**
 * vmx_emergency_disarm() - CPUs are about to leave VMX root operation
 *
 * Context: may sleep.
 */
void vmx_emergency_disarm(void)
{
	mutex_lock(&emergency_lock);
	wanted = false;
	update_registration();
	mutex_unlock(&emergency_lock);
}
