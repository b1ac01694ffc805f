// SPDX-License-Identifier: GPL-2.0
/* Accesses to guest-physical memory that EPT does not allow. */
#define pr_fmt(fmt) "minivmx: " fmt

#include <linux/printk.h>
#include <linux/smp.h>

#include "../dirty_log.h"
#include "../emulate.h"
#include "../iobus.h"
#include "../memslot.h"
#include "../vmx/ept.h"
#include "../vmx/event.h"
#include "../vmx/guest.h"
#include "../vmx/pml.h"
#include "handlers.h"

/* "Exit Qualification for EPT Violations" */
#define EPT_QUAL_READ		BIT(0)
#define EPT_QUAL_WRITE		BIT(1)
#define EPT_QUAL_FETCH		BIT(2)
#define EPT_QUAL_LINEAR_VALID	BIT(7)
#define EPT_QUAL_TRANSLATED	BIT(8)	/* not an access to a paging structure */

static u32 access_of(unsigned long qual)
{
	u32 access = 0;

	if (qual & EPT_QUAL_READ)
		access |= EPT_READ;
	if (qual & EPT_QUAL_WRITE)
		access |= EPT_WRITE;
	if (qual & EPT_QUAL_FETCH)
		access |= EPT_EXEC;
	return access;
}

/* An IDT, a stack or a TSS in MMIO: there is no instruction to carry out. */
static int report_delivery(struct vcpu *vcpu, u32 vectoring,
			   unsigned long qual, u64 gpa)
{
	struct kvm_run *run = vcpu->run;

	run->internal.suberror = KVM_INTERNAL_ERROR_DELIVERY_EV;
	run->internal.data[0] = vectoring;
	run->internal.data[1] = vcpu->vmx.exit.reason;
	run->internal.data[2] = qual;
	run->internal.data[3] = gpa;
	run->internal.data[4] = smp_processor_id();
	run->internal.ndata = 5;
	return vcpu_exit_to_user(vcpu, KVM_EXIT_INTERNAL_ERROR);
}

/* Memory of a slot is mapped; mostly without waiting for anything. */
static int map_or_mmio(struct vcpu *vcpu, u64 gpa, u32 access)
{
	int r;

	r = memslot_fault_nowait(vcpu->vm, gpa, access);
	if (likely(r != -EBUSY))
		return r;

	vmx_vcpu_put(&vcpu->vmx);
	r = memslot_fault(vcpu->vm, gpa, access);
	vmx_vcpu_reload(&vcpu->vmx);
	return r;
}

/*
 * A write to an eventfd that wants to know nothing of it. As on KVM, the
 * instruction is taken for a plain store.
 */
static bool signals_unseen(struct vcpu *vcpu, const struct emul_access *access,
			   unsigned long qual)
{
	return access->translated && access->write && !(qual & EPT_QUAL_READ) &&
	       vmx_ept_violation_has_insn_len() &&
	       iobus_write_unseen(&vcpu->vm->iobus[IOBUS_MMIO], access->gpa);
}

static int mmio(struct vcpu *vcpu, unsigned long qual, u64 gpa)
{
	const unsigned long known = EPT_QUAL_LINEAR_VALID | EPT_QUAL_TRANSLATED;
	struct emul_access access = {
		.translated = (qual & known) == known,
		.write = qual & EPT_QUAL_WRITE,
		.gpa = gpa,
	};

	if (signals_unseen(vcpu, &access, qual))
		return EXIT_NEXT_INSN;
	if (access.translated)
		access.linear = vmcs_read_natural(&vcpu->vmx,
						  GUEST_LINEAR_ADDRESS);
	return emulate_mmio(vcpu, &access);
}

/**
 * handle_ept_violation() - EXIT_REASON_EPT_VIOLATION
 * @vcpu: the vCPU
 *
 * Memory of a slot is mapped; the rest is MMIO, for which the instruction is
 * carried out with the VMM's help.
 *
 * Return: an enum exit_action, or the errno with which the host's memory could
 * not be had.
 */
int handle_ept_violation(struct vcpu *vcpu)
{
	struct vmx_vcpu *v = &vcpu->vmx;
	unsigned long qual = vmx_qualification(v);
	u32 vectoring = vmx_idt_vectoring(v);
	u64 gpa = vmcs_read64(v, GUEST_PHYSICAL_ADDRESS);
	int r;

	vcpu->stats.pf_taken++;
	r = map_or_mmio(vcpu, gpa, access_of(qual));
	if (r == MEMSLOT_MAPPED) {
		vcpu->stats.pf_fixed++;
		return EXIT_RESUME;
	}
	if (r != MEMSLOT_MMIO)
		return r;
	vcpu->stats.pf_emulate++;

	if (vectoring & VECTORING_INFO_VALID_MASK)
		return report_delivery(vcpu, vectoring, qual, gpa);
	return mmio(vcpu, qual, gpa);
}

/**
 * handle_ept_misconfig() - EXIT_REASON_EPT_MISCONFIG
 * @vcpu: the vCPU
 *
 * This module writes no such paging-structure entry, so the message and the
 * VMM's report are about a defect of it or about broken memory.
 *
 * Return: EXIT_TO_USER.
 */
int handle_ept_misconfig(struct vcpu *vcpu)
{
	pr_err_ratelimited("EPT misconfiguration at guest-physical 0x%llx\n",
			   vmcs_read64(&vcpu->vmx, GUEST_PHYSICAL_ADDRESS));
	return handle_unknown(vcpu);
}

/**
 * handle_pml_full() - EXIT_REASON_PML_FULL
 * @vcpu: the vCPU
 *
 * The write that found no room in the CPU's log is repeated.
 *
 * Return: EXIT_RESUME, or -EINTR.
 */
int handle_pml_full(struct vcpu *vcpu)
{
	int r;

	vmx_vcpu_put(&vcpu->vmx);
	r = dirty_log_collect_vcpu(vcpu);
	vmx_vcpu_reload(&vcpu->vmx);
	if (r)
		return r;
	vmx_pml_restart(&vcpu->vmx);
	return EXIT_RESUME;
}
