/* SPDX-License-Identifier: GPL-2.0 */
/*
 * VMREAD and VMWRITE of the current VMCS, with the width of the access checked
 * against the field's encoding when compiling.
 *
 * All of these need the vCPU's VMCS to be current: preemption disabled between
 * vmx_vcpu_load() and vmx_vcpu_put(). Kernels that check preemption assert it.
 * What fails reads as zero; the next entry or vmx_vcpu_put() says so in the log
 * and marks the VM dead. Only a note is made here, so that no caller keeps
 * registers for the call of a function that is never called.
 */
#ifndef MINIVMX_VMX_VMCS_ACCESS_H
#define MINIVMX_VMX_VMCS_ACCESS_H

#include <linux/bitfield.h>
#include <linux/build_bug.h>
#include <linux/percpu.h>

#include "insn.h"
#include "vmx.h"
#include "vmxon.h"

/* SDM: "Field Encoding in the VMCS" */
#define VMCS_FIELD_HIGH		BIT(0)	/* upper half of a 64-bit field */
#define VMCS_FIELD_WIDTH	GENMASK(14, 13)

enum vmcs_width {
	VMCS_16BIT,
	VMCS_64BIT,
	VMCS_32BIT,
	VMCS_NATURAL,
};

#define VMCS_CHECK_WIDTH(field, width)					\
	BUILD_BUG_ON_MSG(FIELD_GET(VMCS_FIELD_WIDTH, (field)) != (width) || \
			 ((field) & VMCS_FIELD_HIGH),			\
			 "this accessor has not the width of the VMCS field")

/* The vCPU whose VMCS is current on this CPU. */
DECLARE_PER_CPU(struct vmx_vcpu *, vmx_current_vcpu);

static __always_inline void vmcs_assert_current(struct vmx_vcpu *v)
{
	if (IS_ENABLED(CONFIG_DEBUG_PREEMPT))
		WARN_ON_ONCE(__this_cpu_read(vmx_current_vcpu) != v &&
			     !READ_ONCE(vmx_rebooting));
}

/* For fields that are computed; constants go through the checked ones below. */
static __always_inline unsigned long vmcs_read_any(struct vmx_vcpu *v,
						   unsigned long field)
{
	unsigned long value;

	vmcs_assert_current(v);
	if (unlikely(!vmread_succeeds(field, &value))) {
		v->failed_access = field | VMX_FAILED_READ;
		v->dirty |= VMX_DIRTY_VM;
	}
	return value;
}

static __always_inline void vmcs_write_any(struct vmx_vcpu *v,
					   unsigned long field,
					   unsigned long value)
{
	vmcs_assert_current(v);
	if (unlikely(!vmwrite_succeeds(field, value))) {
		v->failed_access = field | VMX_FAILED_WRITE;
		v->failed_value = value;
		v->dirty |= VMX_DIRTY_VM;
	}
}

static __always_inline u16 vmcs_read16(struct vmx_vcpu *v, unsigned long field)
{
	VMCS_CHECK_WIDTH(field, VMCS_16BIT);
	return vmcs_read_any(v, field);
}

static __always_inline u32 vmcs_read32(struct vmx_vcpu *v, unsigned long field)
{
	VMCS_CHECK_WIDTH(field, VMCS_32BIT);
	return vmcs_read_any(v, field);
}

static __always_inline u64 vmcs_read64(struct vmx_vcpu *v, unsigned long field)
{
	VMCS_CHECK_WIDTH(field, VMCS_64BIT);
	return vmcs_read_any(v, field);
}

static __always_inline unsigned long vmcs_read_natural(struct vmx_vcpu *v,
						       unsigned long field)
{
	VMCS_CHECK_WIDTH(field, VMCS_NATURAL);
	return vmcs_read_any(v, field);
}

static __always_inline void vmcs_write16(struct vmx_vcpu *v,
					 unsigned long field, u16 value)
{
	VMCS_CHECK_WIDTH(field, VMCS_16BIT);
	vmcs_write_any(v, field, value);
}

static __always_inline void vmcs_write32(struct vmx_vcpu *v,
					 unsigned long field, u32 value)
{
	VMCS_CHECK_WIDTH(field, VMCS_32BIT);
	vmcs_write_any(v, field, value);
}

static __always_inline void vmcs_write64(struct vmx_vcpu *v,
					 unsigned long field, u64 value)
{
	VMCS_CHECK_WIDTH(field, VMCS_64BIT);
	vmcs_write_any(v, field, value);
}

static __always_inline void vmcs_write_natural(struct vmx_vcpu *v,
					       unsigned long field,
					       unsigned long value)
{
	VMCS_CHECK_WIDTH(field, VMCS_NATURAL);
	vmcs_write_any(v, field, value);
}

#endif /* MINIVMX_VMX_VMCS_ACCESS_H */
