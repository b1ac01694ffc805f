// SPDX-License-Identifier: GPL-2.0
/*
 * The life of a VMCS: allocated, active on one CPU at a time, current there
 * while its vCPU is loaded, cleared before it moves or goes.
 */
#define pr_fmt(fmt) "minivmx: " fmt

#include <linux/cpumask.h>
#include <linux/gfp.h>
#include <linux/idr.h>
#include <linux/lockdep.h>
#include <linux/preempt.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <asm/cpu_entry_area.h>
#include <asm/desc.h>
#include <asm/msr.h>
#include <asm/nospec-branch.h>

#include "caps.h"
#include "enter.h"
#include "error.h"
#include "guest.h"
#include "insn.h"
#include "oracle.h"
#include "pml.h"
#include "vmcs.h"
#include "vmcs_access.h"
#include "vmxon.h"

DEFINE_PER_CPU(struct vmx_vcpu *, vmx_current_vcpu);

/* Virtual-processor identifiers: 0 is the host's. */
static DEFINE_IDA(vpids);
#define VPID_MIN	1
#define VPID_MAX	(VMX_NR_VPIDS - 1)

/* ---- failing VMX instructions ---- */

/**
 * vmx_insn_failed() - a VMX instruction failed that must not fail
 * @v: the vCPU whose VM can't go on
 * @insn: the instruction's name
 * @operand: its operand
 * @outcome: how it failed
 *
 * The host goes on; KVM_RUN of this VM's vCPUs returns -EIO from now on.
 *
 * Context: any but NMI.
 */
void vmx_insn_failed(struct vmx_vcpu *v, const char *insn, u64 operand,
		     enum vmx_outcome outcome)
{
	const struct vmx_meaning *meaning;
	unsigned long error = 0;

	if (outcome == VMX_FAIL_VALID)
		vmread(VM_INSTRUCTION_ERROR, &error);
	meaning = vmx_instruction_error_meaning(error);
	WRITE_ONCE(v->vm->dead, true);
	v->dirty |= VMX_DIRTY_VM;

	/* VMX is off by then: nothing to tell. */
	if (READ_ONCE(vmx_rebooting))
		return;
	if (outcome == VMX_FAIL_VALID)
		pr_err_ratelimited("%s of %#llx failed: VM-instruction error %lu, %s: %s\n",
				   insn, operand, error,
				   meaning ? meaning->name : "unknown",
				   meaning ? meaning->meaning : "the SDM may know it");
	else
		pr_err_ratelimited("%s of %#llx %s\n", insn, operand,
				   outcome == VMX_FAULT ? "faulted" :
							  "failed: VMfailInvalid");
}

/**
 * vmx_access_failed() - a VMREAD or a VMWRITE has failed: see vmcs_access.h
 * @v: the vCPU; its failed_access says which, and is forgotten
 *
 * Context: any but NMI; the VMCS is current.
 */
void vmx_access_failed(struct vmx_vcpu *v)
{
	u32 access = v->failed_access;
	u32 field = access & ~(VMX_FAILED_READ | VMX_FAILED_WRITE);

	v->failed_access = 0;
	if (access & VMX_FAILED_READ)
		vmx_insn_failed(v, "VMREAD", field, vmread_outcome(field));
	else
		vmx_insn_failed(v, "VMWRITE", field,
				vmwrite_outcome(field, v->failed_value));
}

/**
 * vmread_outcome() - repeat a VMREAD that failed, to learn how
 * @field: encoding of the VMCS field
 *
 * Return: the outcome; never VMX_SUCCEED, for the value is lost.
 */
noinstr enum vmx_outcome vmread_outcome(unsigned long field)
{
	unsigned long value = 0;
	enum vmx_outcome outcome;

	outcome = VMX_EXECUTE("VMREAD %[field], %[value]",
			      [field] "r" (field), [value] "m" (value));
	return outcome == VMX_SUCCEED ? VMX_FAIL_INVALID : outcome;
}

/**
 * vmwrite_outcome() - repeat a VMWRITE that failed, to learn how
 * @field: encoding of the VMCS field
 * @value: what was to be written
 *
 * Return: the outcome; not VMX_SUCCEED: it is too late then.
 */
noinstr enum vmx_outcome vmwrite_outcome(unsigned long field,
					 unsigned long value)
{
	enum vmx_outcome outcome;

	outcome = VMX_EXECUTE("VMWRITE %[value], %[field]",
			      [field] "r" (field), [value] "r" (value));
	return outcome == VMX_SUCCEED ? VMX_FAIL_INVALID : outcome;
}

/* ---- active and current ---- */

/* This CPU, on which the VMCS is active; interrupts disabled. */
static void clear_local(struct vmx_vcpu *v)
{
	enum vmx_outcome outcome;

	lockdep_assert_irqs_disabled();

	if (__this_cpu_read(vmx_current_vcpu) == v)
		__this_cpu_write(vmx_current_vcpu, NULL);
	outcome = vmclear(v->vmcs_pa);
	if (outcome != VMX_SUCCEED)
		vmx_insn_failed(v, "VMCLEAR", v->vmcs_pa, outcome);
	list_del(&v->loaded_link);
	v->launched = false;
	/* Whoever sees this may add the VMCS to another CPU's list. */
	smp_store_release(&v->loaded_cpu, -1);
}

static void clear_on_its_cpu(void *data)
{
	struct vmx_vcpu *v = data;

	/* The CPU may have gone offline and cleared it before we asked. */
	if (v->loaded_cpu == raw_smp_processor_id())
		clear_local(v);
}

/* Wherever the VMCS is active, it is not when this returns. */
static void clear_vmcs(struct vmx_vcpu *v)
{
	int cpu;

	for (;;) {
		/* Pairs with clear_local(). */
		cpu = smp_load_acquire(&v->loaded_cpu);
		if (cpu == -1)
			break;
		smp_call_function_single(cpu, clear_on_its_cpu, v, 1);
	}
}

/**
 * vmx_clear_active_vmcss() - VMCLEAR every VMCS that is active on this CPU
 *
 * Context: interrupts disabled; the CPU is about to leave VMX root operation.
 */
void vmx_clear_active_vmcss(void)
{
	struct vmx_vcpu *v, *next;

	list_for_each_entry_safe(v, next, &this_cpu_ptr(&vmx_cpu)->active,
				 loaded_link)
		clear_local(v);
}

/* SDM: "Organization of VMCS Data", "Software Use of Virtual-Machine Control Structures" */
static void make_active(struct vmx_vcpu *v)
{
	clear_vmcs(v);

	local_irq_disable();
	list_add(&v->loaded_link, &this_cpu_ptr(&vmx_cpu)->active);
	v->loaded_cpu = smp_processor_id();
	local_irq_enable();

	/* The new CPU may have translations from an earlier stay. */
	v->ept_flush_gen = atomic_read(&v->vm->ept.flush_gen) - 1;
}

static void make_current(struct vmx_vcpu *v)
{
	enum vmx_outcome outcome = vmptrld(v->vmcs_pa);

	if (outcome != VMX_SUCCEED)
		vmx_insn_failed(v, "VMPTRLD", v->vmcs_pa, outcome);
	this_cpu_write(vmx_current_vcpu, v);
	/* Another guest has trained the branch predictors. */
	indirect_branch_prediction_barrier();
}

/* Host-state fields that differ from CPU to CPU but not in time. */
static void write_cpu_host_state(struct vmx_vcpu *v, int cpu)
{
	unsigned long gs_base, sysenter_esp;

	rdmsrl(MSR_GS_BASE, gs_base);
	vmcs_write_natural(v, HOST_GS_BASE, gs_base);
	rdmsrl(MSR_IA32_SYSENTER_ESP, sysenter_esp);
	vmcs_write_natural(v, HOST_IA32_SYSENTER_ESP, sysenter_esp);
	vmcs_write_natural(v, HOST_TR_BASE,
			   (unsigned long)&get_cpu_entry_area(cpu)->tss.x86_tss);
	vmcs_write_natural(v, HOST_GDTR_BASE,
			   (unsigned long)get_current_gdt_ro());
	v->host_cpu = cpu;
}

/*
 * Disable preemption on a CPU in VMX root operation. A CPU that goes offline
 * has left it a little before the scheduler has moved the last task away.
 */
static int get_cpu_in_root(void)
{
	for (;;) {
		int cpu = get_cpu();

		if (likely(this_cpu_read(vmx_cpu.root)) || cpu_active(cpu) ||
		    READ_ONCE(vmx_rebooting))
			return cpu;
		put_cpu();
		schedule_timeout_uninterruptible(1);
	}
}

/**
 * vmx_vcpu_load() - make the vCPU's VMCS current on this CPU
 * @v: the vCPU
 *
 * Disables preemption. A VMCS that is active elsewhere is cleared there first;
 * nothing is written that is in place already. If VMX is not on (the machine
 * reboots) the VM is marked dead.
 *
 * SDM: "Software Access to Related Structures", "Using VMCLEAR to Initialize a
 * VMCS Region" and neighbours.
 *
 * Context: vCPU mutex held, preemption and interrupts enabled.
 */
void vmx_vcpu_load(struct vmx_vcpu *v)
{
	int cpu;

	might_sleep();
	cpu = get_cpu_in_root();
	if (v->loaded_cpu != cpu)
		make_active(v);
	if (__this_cpu_read(vmx_current_vcpu) != v)
		make_current(v);
	if (v->host_cpu != cpu)
		write_cpu_host_state(v, cpu);
	v->flush_l1d = true;
	vmx_oracle_loaded();
}

static unsigned long context_switches(void)
{
	return current->nvcsw + current->nivcsw;
}

/**
 * vmx_vcpu_reload() - vmx_vcpu_load() after work for this guest
 * @v: the vCPU
 *
 * Unless another task has run meanwhile, there was nothing to leave secrets in
 * the L1 data cache: interrupts make a note of their own, see l1d.c.
 *
 * Context: as for vmx_vcpu_load(); the task has not been in user mode since
 * vmx_vcpu_put().
 */
void vmx_vcpu_reload(struct vmx_vcpu *v)
{
	bool flush_l1d = v->flush_l1d;

	vmx_vcpu_load(v);
	if (v->put_switches == context_switches())
		v->flush_l1d = flush_l1d;
}

/**
 * vmx_vcpu_put() - the opposite of vmx_vcpu_load()
 * @v: the vCPU
 *
 * What guest entries since then have left in the CPU is the host's again. The
 * VMCS stays active and current, in the hope to come back.
 *
 * Context: preemption disabled by vmx_vcpu_load(), and enabled here.
 */
void vmx_vcpu_put(struct vmx_vcpu *v)
{
	vmcs_assert_current(v);

	if (v->guest_msrs_loaded)
		vmx_load_host_msrs(v);
	if (v->host_saved)
		vmx_restore_host(v);
	vmx_oracle_put();
	if (unlikely(v->failed_access))
		vmx_access_failed(v);
	v->put_switches = context_switches();
	preempt_enable();
}

/* ---- creation and destruction ---- */

static int alloc_vmcs_region(struct vmx_vcpu *v)
{
	u32 *region = (u32 *)get_zeroed_page(GFP_KERNEL_ACCOUNT);

	if (!region)
		return -ENOMEM;
	region[0] = vmx_basic_vmcs_revision_id(vmx_caps.basic);
	v->vmcs = (struct vmcs *)region;
	v->vmcs_pa = __pa(region);
	return 0;
}

static void alloc_vpid(struct vmx_vcpu *v)
{
	int vpid;

	if (!(vmx_caps.proc2_controls & SECONDARY_EXEC_ENABLE_VPID))
		return;
	vpid = ida_alloc_range(&vpids, VPID_MIN, VPID_MAX, GFP_KERNEL);
	/* Without one the CPU flushes at each entry: slower, not wrong. */
	if (vpid > 0)
		v->vpid = vpid;
}

/**
 * vmx_vcpu_create() - a vCPU with the state after RESET
 * @v: zeroed
 * @vm: its VM, with the EPT created
 *
 * Context: may sleep; VMX root operation is held by vmx_root_get().
 * Return: 0; -ENOMEM; -EIO if a VMX instruction fails.
 */
int vmx_vcpu_create(struct vmx_vcpu *v, struct vmx_vm *vm)
{
	int r;

	v->vm = vm;
	v->loaded_cpu = -1;
	v->host_cpu = -1;
	vmx_enter_init_vcpu(v);
	r = alloc_vmcs_region(v);
	if (r)
		return r;
	r = vmx_pml_create(v);
	if (r) {
		free_page((unsigned long)v->vmcs);
		return r;
	}
	alloc_vpid(v);

	spin_lock(&vm->vcpus_lock);
	list_add_tail(&v->vm_link, &vm->vcpus);
	spin_unlock(&vm->vcpus_lock);

	vmx_vcpu_load(v);
	vmcs_init(v);
	v->exit.reason = VMX_NO_EXIT_REASON;
	v->exit.without = VMX_ENTRY_NONE;
	vmx_vcpu_put(v);
	if (READ_ONCE(vm->dead)) {
		vmx_vcpu_destroy(v);
		return -EIO;
	}
	return 0;
}

/**
 * vmx_vcpu_destroy() - undo vmx_vcpu_create()
 * @v: the vCPU, not loaded
 *
 * Context: may sleep.
 */
void vmx_vcpu_destroy(struct vmx_vcpu *v)
{
	struct vmx_vm *vm = v->vm;

	clear_vmcs(v);
	spin_lock(&vm->vcpus_lock);
	list_del(&v->vm_link);
	spin_unlock(&vm->vcpus_lock);
	if (v->vpid)
		ida_free(&vpids, v->vpid);
	vmx_pml_destroy(v);
	free_page((unsigned long)v->vmcs);
}
