// SPDX-License-Identifier: GPL-2.0
#include "processor.h"

static char log_line[256];

void bochs_log_line(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(log_line, sizeof(log_line), format, arguments);
	va_end(arguments);
}

VMCS_Mapping::VMCS_Mapping(Bit32u revision) : revision_id(revision), ar_format(VMCS_AR_ROTATE)
{
}

bool BX_CPU_C::set_segment_ar_data(bx_segment_reg_t *segment, bool valid, Bit16u selector,
				   bx_address base, Bit32u limit, Bit16u ar)
{
	bx_descriptor_t *d = &segment->cache;

	segment->selector.value = selector;
	segment->selector.index = selector >> 3;
	segment->selector.ti = selector >> 2 & 1;
	segment->selector.rpl = selector & 3;
	*d = {};
	d->p = ar >> 7 & 1;
	d->dpl = ar >> 5 & 3;
	d->segment = ar >> 4 & 1;
	d->type = ar & 0xf;
	d->valid = valid;
	if (d->segment || !valid) {
		d->u.segment.g = ar >> 15 & 1;
		d->u.segment.d_b = ar >> 14 & 1;
		d->u.segment.l = ar >> 13 & 1;
		d->u.segment.base = base;
		d->u.segment.limit_scaled = limit;
	}
	return valid;
}

/* The build cuts these functions out of Bochs's cpu/vmx.cc */
#include "vmx_checks.inc"

int oracle_enter(const struct oracle *oracle, const char **log)
{
	static VMCS_Mapping mapping(BX_VMX_VMCS_REVISION_ID);
	static BX_CPU_C cpu;
	Bit64u qualification;
	int error;

	cpu = {};
	cpu.oracle = oracle;
	cpu.vmcs_map = &mapping;
	cpu.vmcsptr = oracle->vmcs_address;
	cpu.vmxonptr = BX_INVALID_VMCSPTR;
	cpu.efer_suppmask = oracle->efer_bits;
	cpu.cr4_suppmask = oracle->cr4_bits;
	cpu.vmx_cap.vmx_pin_vmexec_ctrl_supported_bits = oracle->pin_based;
	cpu.vmx_cap.vmx_proc_vmexec_ctrl_supported_bits = oracle->proc_based;
	cpu.vmx_cap.vmx_vmexec_ctrl2_supported_bits = oracle->proc_based2;
	cpu.vmx_cap.vmx_vmexit_ctrl1_supported_bits = oracle->exit;
	cpu.vmx_cap.vmx_vmentry_ctrl_supported_bits = oracle->entry;
	cpu.vmx_cap.vmx_vmfunc_supported_bits = oracle->vmfunc;

	log_line[0] = 0;
	*log = log_line;
	error = cpu.VMenterLoadCheckVmControls();
	if (!error)
		error = cpu.VMenterLoadCheckHostState();
	if (!error && cpu.VMenterLoadCheckGuestState(&qualification))
		error = VMX_VMEXIT_VMENTRY_FAILURE_GUEST_STATE;
	return error;
}
