// SPDX-License-Identifier: GPL-2.0
/*
 * What the checks of VM entry read besides fields and memory, by name, so that
 * it can be saved and the checks be performed elsewhere.
 */
#ifdef __KERNEL__
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/stddef.h>
#include <linux/string.h>
#else
#include <errno.h>
#include <stddef.h>
#include <string.h>
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#endif

#include "entry_check.h"

/*
 * Allowed settings have the name of the capability MSR; where the processor has
 * the TRUE one they are that one's.
 */
static const struct {
	const char *name;
	bool in_view;	/* of struct vmcs_view, else of struct vmx_entry_caps */
	unsigned short offset, size;
	u64 min, max;
} inputs[] = {
#define INPUT(name, in_view, type, member, min, max) \
	{ name, in_view, offsetof(struct type, member), \
	  sizeof(((struct type *)0)->member), min, max }
#define CAP(name, member) INPUT(name, false, vmx_entry_caps, member, 0, ~0ull)
#define BITS(name, member, min, max) INPUT(name, false, vmx_entry_caps, member, min, max)
#define HAS(name, member) INPUT(name, false, vmx_entry_caps, member, 0, 1)
	CAP("IA32_VMX_BASIC", basic),
	CAP("IA32_VMX_MISC", misc),
	CAP("IA32_VMX_PINBASED_CTLS", pin_based),
	CAP("IA32_VMX_PROCBASED_CTLS", proc_based),
	CAP("IA32_VMX_PROCBASED_CTLS2", proc_based2),
	CAP("IA32_VMX_PROCBASED_CTLS3", proc_based3),
	CAP("IA32_VMX_EXIT_CTLS", exit),
	CAP("IA32_VMX_EXIT_CTLS2", exit2),
	CAP("IA32_VMX_ENTRY_CTLS", entry),
	CAP("IA32_VMX_CR0_FIXED0", cr0_fixed0),
	CAP("IA32_VMX_CR0_FIXED1", cr0_fixed1),
	CAP("IA32_VMX_CR4_FIXED0", cr4_fixed0),
	CAP("IA32_VMX_CR4_FIXED1", cr4_fixed1),
	CAP("IA32_VMX_EPT_VPID_CAP", ept_vpid),
	CAP("IA32_VMX_VMFUNC", vmfunc),
	CAP("bits_of_IA32_EFER", efer_bits),
	CAP("bits_of_IA32_DEBUGCTL", debugctl_bits),
	CAP("bits_of_IA32_PERF_GLOBAL_CTRL", perf_global_ctrl_bits),
	CAP("bits_of_IA32_RTIT_CTL", rtit_ctl_bits),
	CAP("bits_of_IA32_LBR_CTL", lbr_ctl_bits),
	BITS("physical_address_bits", phys_bits, 32, 52),
	BITS("linear_address_bits", linear_bits, 48, 57),
	HAS("has_LAM", lam),
	HAS("has_SGX", sgx),
	HAS("has_RTM", rtm),
	HAS("has_bus_lock_debug", bus_lock_debug),
	HAS("STI_blocks_NMI", sti_blocks_nmi),
	INPUT("VMCS_address", true, vmcs_view, vmcs_address, 0, ~0ull),
	INPUT("host_is_in_IA32e_mode", true, vmcs_view, host_ia32e, 0, 1),
	INPUT("host_traces_by_PT", true, vmcs_view, host_pt_tracing, 0, 1),
#undef HAS
#undef BITS
#undef CAP
#undef INPUT
};

/**
 * vmx_entry_input_at() - walk over what a view has besides fields and memory
 * @view: the view
 * @index: 0 for the first
 * @value: set to its value
 *
 * Return: its name, or NULL behind the last one.
 * Context: any.
 */
const char *vmx_entry_input_at(const struct vmcs_view *view, unsigned int index,
			       u64 *value)
{
	const char *base;

	if (index >= ARRAY_SIZE(inputs))
		return NULL;
	base = inputs[index].in_view ? (const char *)view : (const char *)view->caps;
	*value = 0;
	/* Members are 1 or 8 bytes long, and x86 is little-endian. */
	memcpy(value, base + inputs[index].offset, inputs[index].size);
	return inputs[index].name;
}

/**
 * vmx_entry_input_set() - set what vmx_entry_input_at() gave
 * @view: the view
 * @caps: what view->caps is to be
 * @name: of the input
 * @value: its value
 *
 * Return: its index; -ENOENT if there is no such input; -ERANGE if it cannot
 * have the value.
 * Context: any.
 */
int vmx_entry_input_set(struct vmcs_view *view, struct vmx_entry_caps *caps,
			const char *name, u64 value)
{
	unsigned int i;
	char *base;

	for (i = 0; i < ARRAY_SIZE(inputs); i++) {
		if (strcmp(inputs[i].name, name))
			continue;
		if (value < inputs[i].min || value > inputs[i].max)
			return -ERANGE;
		base = inputs[i].in_view ? (char *)view : (char *)caps;
		memcpy(base + inputs[i].offset, &value, inputs[i].size);
		return i;
	}
	return -ENOENT;
}
