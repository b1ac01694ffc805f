// SPDX-License-Identifier: GPL-2.0
/*
 * The VMX capability MSRs: what this CPU's VMX can do, and the controls that
 * every VMCS starts with.
 */
#define pr_fmt(fmt) "minivmx: " fmt

#include <linux/bitfield.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <asm/cpufeature.h>
#include <asm/msr.h>
#include <asm/processor.h>
#include <asm/tlbflush.h>

#include "../compat.h"
#include "caps.h"

#define CPUID_1_ECX_VMX		BIT(5)

/* IA32_VMX_BASIC */
#define BASIC_PHYS_32BIT	BIT_ULL(48)
#define BASIC_MEM_TYPE		GENMASK_ULL(53, 50)
#define BASIC_MEM_TYPE_WB	6
#define BASIC_TRUE_CONTROLS	BIT_ULL(55)

struct vmx_caps vmx_caps;

/* One control (or several that only make sense together), and its name. */
struct control {
	u32 bits;
	const char *name;	/* NULL: optional */
};

/* One control field: its MSRs, and the controls that are wanted in it. */
struct control_field {
	u32 msr, true_msr;
	const struct control *controls;
};

static const struct control pin_controls[] = {
	{ PIN_BASED_EXT_INTR_MASK, "external-interrupt exiting" },
	{ PIN_BASED_NMI_EXITING, "NMI exiting" },
	{ PIN_BASED_VIRTUAL_NMIS, "virtual NMIs" },
	{ }
};

static const struct control proc_controls[] = {
	{ CPU_BASED_ACTIVATE_SECONDARY_CONTROLS, "secondary controls" },
	{ CPU_BASED_USE_MSR_BITMAPS, "MSR bitmaps" },
	{ CPU_BASED_USE_TSC_OFFSETTING, "TSC offsetting" },
	{ CPU_BASED_UNCOND_IO_EXITING, "unconditional I/O exiting" },
	{ CPU_BASED_HLT_EXITING, "HLT exiting" },
	{ CPU_BASED_MWAIT_EXITING, "MWAIT exiting" },
	{ CPU_BASED_MONITOR_EXITING, "MONITOR exiting" },
	{ CPU_BASED_RDPMC_EXITING, "RDPMC exiting" },
	{ CPU_BASED_MOV_DR_EXITING, "MOV-DR exiting" },
	{ CPU_BASED_CR8_LOAD_EXITING, "CR8-load exiting" },
	{ CPU_BASED_CR8_STORE_EXITING, "CR8-store exiting" },
	{ }
};

static const struct control proc2_controls[] = {
	{ SECONDARY_EXEC_ENABLE_EPT, "EPT" },
	{ SECONDARY_EXEC_UNRESTRICTED_GUEST, "unrestricted guest" },
	{ SECONDARY_EXEC_ENABLE_VPID },
	{ SECONDARY_EXEC_WBINVD_EXITING },
	{ SECONDARY_EXEC_ENABLE_RDTSCP },
	{ SECONDARY_EXEC_ENABLE_INVPCID },
	{ SECONDARY_EXEC_XSAVES },
	{ SECONDARY_EXEC_ENCLS_EXITING },
	{ }
};

static const struct control exit_controls[] = {
	{ VM_EXIT_HOST_ADDR_SPACE_SIZE, "64-bit host" },
	{ VM_EXIT_SAVE_DEBUG_CONTROLS, "saving of debug controls" },
	{ VM_EXIT_LOAD_IA32_PAT, "loading of IA32_PAT at VM exit" },
	{ VM_EXIT_LOAD_IA32_EFER, "loading of IA32_EFER at VM exit" },
	{ }
};

static const struct control entry_controls[] = {
	{ VM_ENTRY_LOAD_DEBUG_CONTROLS, "loading of debug controls" },
	{ VM_ENTRY_LOAD_IA32_PAT, "loading of IA32_PAT at VM entry" },
	{ VM_ENTRY_LOAD_IA32_EFER, "loading of IA32_EFER at VM entry" },
	{ }
};

static const struct control_field pin_field = {
	MSR_IA32_VMX_PINBASED_CTLS, MSR_IA32_VMX_TRUE_PINBASED_CTLS,
	pin_controls
};

static const struct control_field proc_field = {
	MSR_IA32_VMX_PROCBASED_CTLS, MSR_IA32_VMX_TRUE_PROCBASED_CTLS,
	proc_controls
};

static const struct control_field proc2_field = {
	MSR_IA32_VMX_PROCBASED_CTLS2, MSR_IA32_VMX_PROCBASED_CTLS2,
	proc2_controls
};

static const struct control_field exit_field = {
	MSR_IA32_VMX_EXIT_CTLS, MSR_IA32_VMX_TRUE_EXIT_CTLS, exit_controls
};

static const struct control_field entry_field = {
	MSR_IA32_VMX_ENTRY_CTLS, MSR_IA32_VMX_TRUE_ENTRY_CTLS, entry_controls
};

/*
 * SDM: "Algorithms for Determining VMX Capabilities". The low half of the MSR
 * has the controls that must be 1, the high half those that may be 1.
 * Return: 0, or -EOPNOTSUPP with a line in the log for the first one missing.
 */
static int read_controls(const struct vmx_caps *caps,
			 const struct control_field *field, u32 *controls,
			 u32 *allowed)
{
	bool has_true = caps->basic & BASIC_TRUE_CONTROLS;
	const struct control *c;
	u32 must, may;

	rdmsr(has_true ? field->true_msr : field->msr, must, may);
	*controls = must;
	*allowed = may;
	for (c = field->controls; c->bits; c++) {
		if (c->bits & may) {
			*controls |= c->bits;
		} else if (c->name) {
			pr_err("this CPU's VMX has no %s\n", c->name);
			return -EOPNOTSUPP;
		}
	}
	return 0;
}

static int check_basic(const struct vmx_caps *caps)
{
	if (vmx_basic_vmcs_size(caps->basic) > PAGE_SIZE ||
	    (caps->basic & BASIC_PHYS_32BIT) ||
	    FIELD_GET(BASIC_MEM_TYPE, caps->basic) != BASIC_MEM_TYPE_WB) {
		pr_err("this CPU's VMCS is not one write-back page anywhere in memory (IA32_VMX_BASIC %#llx)\n",
		       caps->basic);
		return -EOPNOTSUPP;
	}
	return 0;
}

/* Both are asked for by name before this, so their absence is known. */
static int check_ept(const struct vmx_caps *caps)
{
	const u64 needed = VMX_EPT_PAGE_WALK_4_BIT | VMX_EPTP_WB_BIT |
			   VMX_EPT_INVEPT_BIT;
	const u64 extents = VMX_EPT_EXTENT_CONTEXT_BIT |
			    VMX_EPT_EXTENT_GLOBAL_BIT;

	if ((caps->ept_vpid & needed) != needed || !(caps->ept_vpid & extents)) {
		pr_err("this CPU's EPT lacks the 4-level walk, write-back paging structures or INVEPT (IA32_VMX_EPT_VPID_CAP %#llx)\n",
		       caps->ept_vpid);
		return -EOPNOTSUPP;
	}
	return 0;
}

/* VPIDs are of use only if their translations can be invalidated. */
static void drop_vpid_without_invvpid(struct vmx_caps *caps)
{
	const u64 extents = VMX_CAP_INVVPID_SINGLE | VMX_CAP_INVVPID_ALL;

	if (!(caps->ept_vpid & VMX_CAP_INVVPID) || !(caps->ept_vpid & extents))
		caps->proc2_controls &= ~SECONDARY_EXEC_ENABLE_VPID;
}

/*
 * The secondary ones come as soon as may be: EPT and unrestricted guest are
 * what older CPUs lack, whatever else they lack too.
 */
static int read_all_controls(struct vmx_caps *caps)
{
	u32 unused;
	int r;

	r = read_controls(caps, &proc_field, &caps->proc_controls,
			  &caps->proc_allowed);
	if (r)
		return r;
	r = read_controls(caps, &proc2_field, &caps->proc2_controls,
			  &caps->proc2_allowed);
	if (r)
		return r;
	r = read_controls(caps, &pin_field, &caps->pin_controls, &unused);
	if (r)
		return r;
	r = read_controls(caps, &exit_field, &caps->exit_controls, &unused);
	if (r)
		return r;
	return read_controls(caps, &entry_field, &caps->entry_controls,
			     &unused);
}

/* Interrupt and NMI windows come and go, so they are no part of the start. */
static int check_windows(const struct vmx_caps *caps)
{
	const u32 needed = CPU_BASED_INTR_WINDOW_EXITING |
			   CPU_BASED_NMI_WINDOW_EXITING;

	if ((caps->proc_allowed & needed) != needed) {
		pr_err("this CPU's VMX has no interrupt-window or no NMI-window exiting\n");
		return -EOPNOTSUPP;
	}
	return 0;
}

static int read_caps(struct vmx_caps *caps)
{
	int r;

	memset(caps, 0, sizeof(*caps));
	rdmsrl(MSR_IA32_VMX_BASIC, caps->basic);
	rdmsrl(MSR_IA32_VMX_MISC, caps->misc);
	rdmsrl(MSR_IA32_VMX_CR0_FIXED0, caps->cr0_fixed0);
	rdmsrl(MSR_IA32_VMX_CR0_FIXED1, caps->cr0_fixed1);
	rdmsrl(MSR_IA32_VMX_CR4_FIXED0, caps->cr4_fixed0);
	rdmsrl(MSR_IA32_VMX_CR4_FIXED1, caps->cr4_fixed1);
	/*
	 * Without CR4.MCE a machine check in the guest shuts the machine down
	 * instead of exiting. The host decides on it when it boots.
	 */
	caps->cr4_always = caps->cr4_fixed0 | (cr4_read_shadow() & X86_CR4_MCE);

	r = check_basic(caps);
	if (r)
		return r;
	r = read_all_controls(caps);
	if (r)
		return r;
	r = check_windows(caps);
	if (r)
		return r;

	rdmsrl(MSR_IA32_VMX_EPT_VPID_CAP, caps->ept_vpid);
	drop_vpid_without_invvpid(caps);
	return check_ept(caps);
}

/* The kernel clears the feature when the firmware has locked VMX off. */
static int check_vmx(void)
{
	u64 feat_ctl = 0;

	if (!(cpuid_ecx(1) & CPUID_1_ECX_VMX)) {
		pr_err("this CPU has no VT-x (VMX)\n");
		return -ENODEV;
	}
	if (this_cpu_has(X86_FEATURE_VMX))
		return 0;

	rdmsrl_safe(MSR_IA32_FEAT_CTL, &feat_ctl);
	pr_err("VT-x is disabled by the firmware (IA32_FEATURE_CONTROL %#llx): enable virtualization in the firmware setup\n",
	       feat_ctl);
	return -EOPNOTSUPP;
}

/**
 * vmx_caps_init() - read what VMX can do, refuse what MiniVMX can't use
 *
 * SDM: "VMX Capability Reporting Facility".
 *
 * Context: module load, on any CPU.
 * Return: 0; -ENODEV without VT-x, -EOPNOTSUPP if the firmware has disabled it
 * or something required is missing; each reason has its line in the log.
 */
int vmx_caps_init(void)
{
	int r;

	r = check_vmx();
	return r ? r : read_caps(&vmx_caps);
}

/**
 * vmx_caps_check_cpu() - is this CPU's VMX the one that was read at load?
 *
 * IA32_FEATURE_CONTROL and the capability MSRs exist once per CPU, and a VMCS
 * moves between all of them.
 *
 * Context: the CPU in question; the caller can't migrate.
 * Return: 0; -EOPNOTSUPP or -EIO, with a line in the log.
 */
int vmx_caps_check_cpu(void)
{
	struct vmx_caps caps;
	int r;

	r = check_vmx();
	if (r)
		return r;
	r = read_caps(&caps);
	if (r)
		return r;
	if (memcmp(&caps, &vmx_caps, sizeof(caps))) {
		pr_err("VMX on CPU %d can do other things than on the first CPU\n",
		       raw_smp_processor_id());
		return -EIO;
	}
	return 0;
}
