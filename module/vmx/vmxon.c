// SPDX-License-Identifier: GPL-2.0
/*
 * VMX root operation: taken on all CPUs with the first VM, given back with the
 * last, and given up early by a CPU that goes offline, suspends or reboots.
 *
 * CR4.VMXE is the mark by which hypervisors keep out of each other's way: who
 * finds it set stays away.
 */
#define pr_fmt(fmt) "minivmx: " fmt

#include <linux/cpuhotplug.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/printk.h>
#include <linux/reboot.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <asm/perf_event.h>
#include <asm/tlbflush.h>

#include "../compat.h"
#include "caps.h"
#include "emergency.h"
#include "enter.h"
#include "insn.h"
#include "vmcs.h"
#include "vmxon.h"

DEFINE_PER_CPU(struct vmx_cpu, vmx_cpu);
bool vmx_rebooting;

static DEFINE_MUTEX(root_lock);
static unsigned int root_users;		/* root_lock */
static int root_hotplug_state;		/* root_lock; valid while root_users */

static void report_owner(void)
{
	pr_err("VMX on CPU %d belongs to another hypervisor (CR4.VMXE is set), probably kvm_intel: stop its virtual machines, or unload it (rmmod kvm_intel), or from Linux 6.12 on boot with kvm.enable_virt_at_load=0\n",
	       raw_smp_processor_id());
}

static bool vmx_is_owned(void)
{
	/* The shadow can be stale if the owner has bypassed the kernel. */
	return (cr4_read_shadow() | __read_cr4()) & X86_CR4_VMXE;
}

/* What another hypervisor may have left in this CPU's translation caches. */
static void flush_all_translations(void)
{
	if (vmx_caps.ept_vpid & VMX_EPT_EXTENT_GLOBAL_BIT)
		invept(VMX_EPT_EXTENT_GLOBAL, 0);
	if (vmx_caps.ept_vpid & VMX_CAP_INVVPID_ALL)
		invvpid(VMX_VPID_EXTENT_ALL_CONTEXT, 0, 0);
}

/*
 * SDM: "Enabling and Entering VMX Operation". This CPU, not preemptible.
 * Return: 0, -EBUSY or -EIO.
 */
static int enter_root(struct vmx_cpu *cpu)
{
	unsigned long flags;
	enum vmx_outcome outcome;

	if (vmx_is_owned()) {
		report_owner();
		return -EBUSY;
	}

	local_irq_save(flags);
	intel_pt_handle_vmx(1);
	cr4_set_bits(X86_CR4_VMXE);
	/* Before VMXON: an emergency in between finds out that it is not on. */
	WRITE_ONCE(cpu->root, true);
	outcome = vmxon(__pa(cpu->vmxon_region));
	if (outcome == VMX_SUCCEED) {
		flush_all_translations();
	} else {
		WRITE_ONCE(cpu->root, false);
		cr4_clear_bits(X86_CR4_VMXE);
		intel_pt_handle_vmx(0);
	}
	local_irq_restore(flags);

	if (outcome != VMX_SUCCEED) {
		pr_err("VMXON %s on CPU %d\n",
		       outcome == VMX_FAULT ? "faulted" : "failed",
		       raw_smp_processor_id());
		return -EIO;
	}
	return 0;
}

/*
 * SDM: "Leaving VMX Operation". Every VMCS that is active here is cleared
 * first: only then is all of its data in memory.
 */
static void leave_root(struct vmx_cpu *cpu)
{
	unsigned long flags;

	local_irq_save(flags);
	if (cpu->root) {
		vmx_clear_active_vmcss();
		if (vmxoff() != VMX_SUCCEED)
			pr_warn("VMXOFF failed on CPU %d: another hypervisor or an emergency has executed it\n",
				raw_smp_processor_id());
		cr4_clear_bits(X86_CR4_VMXE);
		WRITE_ONCE(cpu->root, false);
		intel_pt_handle_vmx(0);
	}
	local_irq_restore(flags);
}

/* SDM: "VMXON Region" */
static void *alloc_vmxon_region(unsigned int cpu)
{
	struct page *page = alloc_pages_node(cpu_to_node(cpu),
					     GFP_KERNEL | __GFP_ZERO, 0);
	u32 *region;

	if (!page)
		return NULL;
	region = page_address(page);
	region[0] = vmx_basic_vmcs_revision_id(vmx_caps.basic);
	return region;
}

static void free_vmxon_region(struct vmx_cpu *cpu)
{
	free_page((unsigned long)cpu->vmxon_region);
	cpu->vmxon_region = NULL;
}

/* Hotplug callbacks: on the CPU in question, in its hotplug thread. */
static int root_online(unsigned int n)
{
	struct vmx_cpu *cpu = per_cpu_ptr(&vmx_cpu, n);
	int r;

	r = vmx_caps_check_cpu();
	if (r)
		return r;
	cpu->vmxon_region = alloc_vmxon_region(n);
	if (!cpu->vmxon_region)
		return -ENOMEM;
	r = enter_root(cpu);
	if (r) {
		free_vmxon_region(cpu);
		return r;
	}
	vmx_read_host_msrs();
	return 0;
}

static int root_offline(unsigned int n)
{
	struct vmx_cpu *cpu = per_cpu_ptr(&vmx_cpu, n);

	leave_root(cpu);
	free_vmxon_region(cpu);
	return 0;
}

/* The last CPU that runs before suspend, and the first after it. */
static int root_suspend(void)
{
	leave_root(this_cpu_ptr(&vmx_cpu));
	return 0;
}

static void root_resume(void)
{
	struct vmx_cpu *cpu = this_cpu_ptr(&vmx_cpu);

	/* A failure is in the log; vCPUs on this CPU then fail their VM. */
	if (cpu->vmxon_region)
		enter_root(cpu);
}

COMPAT_DEFINE_SYSCORE(root_syscore, root_suspend, root_resume);

static void reboot_one_cpu(void *unused)
{
	leave_root(this_cpu_ptr(&vmx_cpu));
}

/*
 * VMX root operation blocks INIT, by which firmware and the next kernel start
 * CPUs. Guests that still run find VMX gone and their VM is marked dead.
 */
static int root_reboot(struct notifier_block *nb, unsigned long action,
		       void *data)
{
	WRITE_ONCE(vmx_rebooting, true);
	on_each_cpu(reboot_one_cpu, NULL, 1);
	return NOTIFY_OK;
}

static struct notifier_block root_reboot_notifier = {
	.notifier_call = root_reboot,
};

/**
 * vmx_root_get() - enter VMX root operation on all CPUs, if not done yet
 *
 * CPUs that come online later follow, or don't come online.
 *
 * Context: may sleep.
 * Return: 0; -EBUSY if another hypervisor owns VMX on a CPU, -EOPNOTSUPP if the
 * firmware has disabled VMX on one, -EIO if VMXON fails, -ENOMEM. After an
 * error no CPU is in VMX root operation because of this call.
 */
int vmx_root_get(void)
{
	int r = 0;

	mutex_lock(&root_lock);
	if (!root_users) {
		r = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "minivmx:root",
				      root_online, root_offline);
		if (r >= 0) {
			root_hotplug_state = r;
			r = 0;
		}
	}
	if (!r)
		root_users++;
	mutex_unlock(&root_lock);
	return r;
}

/**
 * vmx_root_put() - leave VMX root operation on all CPUs with the last user
 *
 * Context: may sleep. No VMCS of the caller is active any more.
 */
void vmx_root_put(void)
{
	mutex_lock(&root_lock);
	if (!--root_users)
		cpuhp_remove_state(root_hotplug_state);
	mutex_unlock(&root_lock);
}

/**
 * vmx_init() - find out what VMX can do and prepare to use it
 *
 * Context: module load.
 * Return: 0; -ENODEV or -EOPNOTSUPP if this machine can't run MiniVMX, with
 * the reason in the log; -ENOMEM.
 */
int vmx_init(void)
{
	int cpu, r;

	r = vmx_caps_init();
	if (r)
		return r;
	r = vmx_enter_init();
	if (r)
		return r;

	for_each_possible_cpu(cpu)
		INIT_LIST_HEAD(&per_cpu(vmx_cpu, cpu).active);

	r = vmx_emergency_init();
	if (r)
		goto out_enter;
	r = register_reboot_notifier(&root_reboot_notifier);
	if (r)
		goto out_emergency;
	compat_register_syscore(&root_syscore);
	return 0;

out_emergency:
	vmx_emergency_exit();
out_enter:
	vmx_enter_exit();
	return r;
}

/**
 * vmx_exit() - undo vmx_init()
 *
 * Context: module unload; all VMs are gone, so no CPU is in VMX root operation.
 */
void vmx_exit(void)
{
	compat_unregister_syscore(&root_syscore);
	unregister_reboot_notifier(&root_reboot_notifier);
	vmx_emergency_exit();
	vmx_enter_exit();
}
