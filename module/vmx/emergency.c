// SPDX-License-Identifier: GPL-2.0
/*
 * VMXOFF when the kernel crashes or is forced to reboot: a CPU in VMX root
 * operation ignores INIT, and can't clear CR4.VMXE as a crash kernel does.
 *
 * The kernel has room for one hypervisor's callback and warns about a second
 * one. kvm_intel registers its own when it is loaded (from Linux 6.12 on, when
 * it takes VMX). So MiniVMX has its callback registered only while kvm_intel is
 * not there, and makes room before kvm_intel's code runs. While kvm_intel's
 * callback is in place it serves MiniVMX too: it looks at CR4.VMXE, not at who
 * has set it. What is left is a crash from Linux 6.12 on, with guests of MiniVMX
 * and with kvm_intel loaded but idle: then nobody executes VMXOFF.
 */
#include <linux/kobject.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/string.h>
#include <asm/reboot.h>
#include <asm/tlbflush.h>

#include "../compat.h"
#include "emergency.h"
#include "insn.h"
#include "vmxon.h"

#define OTHER_OWNER	"kvm_intel"

static DEFINE_MUTEX(emergency_lock);
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

static void set_registered(bool want)
{
	mutex_lock(&emergency_lock);
	if (want && !registered)
		compat_register_emergency_callback(emergency_vmxoff);
	else if (!want && registered)
		compat_unregister_emergency_callback(emergency_vmxoff);
	registered = want;
	mutex_unlock(&emergency_lock);
}

/* COMING is before the module's own init function, GOING after its exit. */
static int module_event(struct notifier_block *nb, unsigned long action,
			void *data)
{
	struct module *module = data;

	if (strcmp(module->name, OTHER_OWNER))
		return NOTIFY_OK;
	if (action == MODULE_STATE_COMING)
		set_registered(false);
	else if (action == MODULE_STATE_GOING)
		set_registered(true);
	return NOTIFY_OK;
}

static struct notifier_block module_notifier = {
	.notifier_call = module_event,
};

/*
 * There is no exported function that finds a module which exports nothing; but
 * it has a directory beside our own in /sys/module.
 */
static bool is_other_owner_loaded(void)
{
	struct kobject *kobj;

	kobj = kset_find_obj(THIS_MODULE->mkobj.kobj.kset, OTHER_OWNER);
	kobject_put(kobj);
	return kobj;
}

/**
 * vmx_emergency_init() - be prepared for crashes
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
	if (!is_other_owner_loaded())
		set_registered(true);
	return 0;
}

/**
 * vmx_emergency_exit() - undo vmx_emergency_init()
 *
 * Context: module unload; may sleep.
 */
void vmx_emergency_exit(void)
{
	unregister_module_notifier(&module_notifier);
	set_registered(false);
}
