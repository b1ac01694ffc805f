// SPDX-License-Identifier: GPL-2.0
/*
 * Machine checks that the VMM reports to a guest: KVM_X86_SETUP_MCE and
 * KVM_X86_SET_MCE. The MSRs themselves are in msr_mce.c.
 */
#include <linux/kvm.h>
#include <linux/nospec.h>
#include <asm/mce.h>
#include <asm/trapnr.h>

#include "mce.h"
#include "vmx/event.h"

/* IA32_MCG_CAP: how many extended state registers there are; any number goes. */
#define MCG_CAP_EXT_COUNT	0xff0000

/* The four registers of an error-reporting bank. */
struct bank {
	u64 ctl, status, addr, misc;
};

static_assert(sizeof(struct bank) * MSR_NR_MCE_BANKS ==
	      sizeof(((struct msr_state *)0)->mce_banks));

/**
 * mce_supported_caps() - KVM_X86_GET_MCE_CAP_SUPPORTED
 *
 * Not among them: local machine checks, for which there is no IA32_MCG_EXT_CTL.
 *
 * SDM: "IA32_MCG_CAP MSR".
 */
u64 mce_supported_caps(void)
{
	return MCG_CTL_P | MCG_SER_P | MCG_CMCI_P;
}

/**
 * mce_vcpu_setup() - KVM_X86_SETUP_MCE
 * @vcpu: the vCPU
 * @mcg_cap: its IA32_MCG_CAP
 *
 * Context: vcpu->mutex held.
 * Return: 0; -EINVAL with nothing changed for no bank, too many, and
 * capabilities that are not supported.
 */
int mce_vcpu_setup(struct vcpu *vcpu, u64 mcg_cap)
{
	struct msr_state *msrs = &vcpu->msrs;
	unsigned int nr = mcg_cap & MCG_BANKCNT_MASK, i;

	if (!nr || nr > MSR_NR_MCE_BANKS)
		return -EINVAL;
	if (mcg_cap & ~(mce_supported_caps() | MCG_BANKCNT_MASK |
			MCG_CAP_EXT_COUNT))
		return -EINVAL;

	msrs->mcg_cap = mcg_cap;
	if (mcg_cap & MCG_CTL_P)
		msrs->mcg_ctl = ~0ULL;
	for (i = 0; i < nr; i++) {
		((struct bank *)msrs->mce_banks)[i].ctl = ~0ULL;
		if (mcg_cap & MCG_CMCI_P)
			msrs->mce_ctl2[i] = 0;
	}
	return 0;
}

/*
 * An uncorrected error that needs no action is logged as it is. The interrupt
 * that may announce it comes from the local APIC, which is the VMM's.
 */
static bool needs_no_action(const struct kvm_x86_mce *mce)
{
	return !mce->mcg_status && (mce->status & MCI_STATUS_UC) &&
	       !(mce->status & (MCI_STATUS_PCC | MCI_STATUS_S | MCI_STATUS_AR));
}

static void log_error(struct bank *bank, const struct kvm_x86_mce *mce)
{
	u64 overflow = bank->status & MCI_STATUS_VAL ? MCI_STATUS_OVER : 0;

	bank->status = mce->status | overflow;
	bank->addr = mce->addr;
	bank->misc = mce->misc;
}

/* SDM: "IA32_MCG_CTL MSR", "IA32_MCi_CTL MSRs": reporting can be disabled. */
static void inject_uncorrected(struct vcpu *vcpu, struct bank *bank,
			       const struct kvm_x86_mce *mce)
{
	struct msr_state *msrs = &vcpu->msrs;
	struct vmx_vcpu *v = &vcpu->vmx;

	if ((msrs->mcg_cap & MCG_CTL_P) && msrs->mcg_ctl != ~0ULL)
		return;
	if (bank->ctl != ~0ULL)
		return;

	if ((msrs->mcg_status & MCG_STATUS_MCIP) ||
	    !(v->cr4_shadow & X86_CR4_MCE)) {
		v->events.triple_fault = true;
		return;
	}
	log_error(bank, mce);
	msrs->mcg_status = mce->mcg_status;
	vmx_queue_exception(v, X86_TRAP_MC, false, 0);
}

/**
 * mce_vcpu_inject() - KVM_X86_SET_MCE
 * @vcpu: the vCPU
 * @mce: what the bank is to report
 *
 * An uncorrected error raises #MC, or shuts down a guest that can't take it.
 *
 * SDM: "Machine-Check Architecture".
 *
 * Context: vcpu->mutex held.
 * Return: 0; -EINVAL for a bank that does not exist or an error that is not
 * valid.
 */
int mce_vcpu_inject(struct vcpu *vcpu, const struct kvm_x86_mce *mce)
{
	struct msr_state *msrs = &vcpu->msrs;
	unsigned int nr = msrs->mcg_cap & MCG_BANKCNT_MASK;
	struct bank *bank;

	if (mce->bank >= nr || !(mce->status & MCI_STATUS_VAL))
		return -EINVAL;
	bank = (struct bank *)msrs->mce_banks + array_index_nospec(mce->bank, nr);

	if (needs_no_action(mce)) {
		bank->status = mce->status;
		bank->addr = mce->addr;
		bank->misc = mce->misc;
		msrs->mcg_status = mce->mcg_status;
	} else if (mce->status & MCI_STATUS_UC) {
		inject_uncorrected(vcpu, bank, mce);
	} else if ((bank->status & (MCI_STATUS_VAL | MCI_STATUS_UC)) ==
		   (MCI_STATUS_VAL | MCI_STATUS_UC)) {
		/* A corrected error does not replace an uncorrected one. */
		bank->status |= MCI_STATUS_OVER;
	} else {
		log_error(bank, mce);
	}
	return 0;
}
