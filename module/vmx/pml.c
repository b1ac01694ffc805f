// SPDX-License-Identifier: GPL-2.0
/*
 * The page-modification log: the CPU notes each page whose EPT entry it marks
 * dirty. SDM "Page-Modification Logging".
 *
 * A note that has been collected is overwritten with NOTHING, which is no
 * page's address. So whoever collects needs no PML index, which only the vCPU's
 * own CPU can read: exits cost the same with the log as without.
 */
#include <linux/compiler.h>
#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/string.h>

#include "caps.h"
#include "enter.h"
#include "ept.h"
#include "pml.h"
#include "vmcs.h"
#include "vmcs_access.h"

#define PML_ENTRIES	(PAGE_SIZE / sizeof(u64))
#define NOTHING		(~0ULL)

static bool pml = true;
module_param(pml, bool, 0444);
MODULE_PARM_DESC(pml, "log written pages by page-modification logging where the CPU has it");

/**
 * vmx_has_pml() - can the CPU log written pages?
 *
 * The log follows the dirty flags of EPT entries, so it needs these too.
 */
bool vmx_has_pml(void)
{
	return pml && (vmx_caps.proc2_allowed & SECONDARY_EXEC_ENABLE_PML) &&
	       (vmx_caps.ept_vpid & VMX_EPT_AD_BIT);
}

/**
 * vmx_pml_create() - an empty log for a vCPU, not used yet
 * @v: the vCPU
 *
 * Return: 0 or -ENOMEM.
 */
int vmx_pml_create(struct vmx_vcpu *v)
{
	if (!vmx_has_pml())
		return 0;
	v->pml_log = (u64 *)__get_free_page(GFP_KERNEL_ACCOUNT);
	if (!v->pml_log)
		return -ENOMEM;
	memset(v->pml_log, 0xff, PAGE_SIZE);
	return 0;
}

/**
 * vmx_pml_destroy() - undo vmx_pml_create()
 * @v: the vCPU, whose VMCS is not active any more
 */
void vmx_pml_destroy(struct vmx_vcpu *v)
{
	free_page((unsigned long)v->pml_log);
}

/**
 * vmx_pml_restart() - let the CPU fill the log from its end again
 * @v: the vCPU, with a log
 *
 * Context: vCPU loaded.
 */
void vmx_pml_restart(struct vmx_vcpu *v)
{
	vmcs_write16(v, GUEST_PML_INDEX, PML_ENTRIES - 1);
}

/**
 * vmx_pml_set() - begin or end to log what the vCPUs of a VM write
 * @vm: the VM
 * @on: whether to log
 *
 * What is mapped writable and not dirty may be written without a note until
 * this returns.
 *
 * Context: ept.lock not held, interrupts enabled.
 */
void vmx_pml_set(struct vmx_vm *vm, bool on)
{
	if (!vmx_has_pml())
		return;
	spin_lock(&vm->ept.lock);
	WRITE_ONCE(vm->pml, on);
	/* vCPUs look at it where they flush. */
	ept_flush(vm);
	spin_unlock(&vm->ept.lock);
}

/**
 * vmx_pml_follow() - log or not, as the VM does
 * @v: the vCPU
 *
 * Context: vCPU loaded, interrupts disabled.
 */
void vmx_pml_follow(struct vmx_vcpu *v)
{
	if (READ_ONCE(v->vm->pml))
		vmx_set_proc2_controls(v, SECONDARY_EXEC_ENABLE_PML, 0);
	else
		vmx_set_proc2_controls(v, 0, SECONDARY_EXEC_ENABLE_PML);
}

/**
 * vmx_pml_collect() - take what a vCPU's log has
 * @v: the vCPU
 * @mark: called with each page's guest-physical address; must not sleep
 * @data: its first argument
 *
 * Context: the caller sees to it that only one collects from @v at a time.
 * The vCPU may be in the guest: what its CPU writes meanwhile stays, or is taken.
 */
void vmx_pml_collect(struct vmx_vcpu *v, void (*mark)(void *data, u64 gpa),
		     void *data)
{
	unsigned int i;

	for (i = 0; v->pml_log && i < PML_ENTRIES; i++) {
		u64 gpa = READ_ONCE(v->pml_log[i]);

		if (gpa == NOTHING)
			continue;
		WRITE_ONCE(v->pml_log[i], NOTHING);
		mark(data, gpa);
	}
}

/**
 * vmx_pml_collect_all() - take what the logs of all vCPUs of a VM have
 * @vm: the VM
 * @mark: see vmx_pml_collect()
 * @data: its first argument
 *
 * What any vCPU has written before the call is among it.
 *
 * Context: as for vmx_pml_collect(); interrupts enabled.
 */
void vmx_pml_collect_all(struct vmx_vm *vm, void (*mark)(void *data, u64 gpa),
			 void *data)
{
	struct vmx_vcpu *v;

	if (!READ_ONCE(vm->pml))
		return;
	/* A CPU in the guest may have notes that are not in memory yet. */
	vmx_kick_all(vm);
	spin_lock(&vm->vcpus_lock);
	list_for_each_entry(v, &vm->vcpus, vm_link)
		vmx_pml_collect(v, mark, data);
	spin_unlock(&vm->vcpus_lock);
}
