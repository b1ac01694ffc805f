/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names of VMCS fields, for READ_VMCS, dumps and explanations. Builds in the
 * kernel and in userspace.
 */
#ifndef MINIVMX_VMX_FIELD_NAMES_H
#define MINIVMX_VMX_FIELD_NAMES_H

#include <linux/types.h>

/* Bits 14:13 of an encoding. SDM: Field Encoding in VMCS. */
enum vmcs_field_width {
	VMCS_FIELD_16,
	VMCS_FIELD_64,
	VMCS_FIELD_32,
	VMCS_FIELD_NATURAL,
};

/* Bits 11:10 of an encoding. SDM: Field Encoding in VMCS. */
enum vmcs_field_type {
	VMCS_FIELD_CONTROL,
	VMCS_FIELD_READ_ONLY,
	VMCS_FIELD_GUEST,
	VMCS_FIELD_HOST,
};

/*
 * One field. A 64-bit field has one entry, under its full encoding; the
 * encodings of high halves have none.
 */
struct vmcs_field_name {
	__u32 encoding;
	const char *name;	/* as in enum vmcs_field of <asm/vmx.h> */
	const char *title;	/* as the SDM calls it */
};

static inline enum vmcs_field_width vmcs_field_width(__u32 encoding)
{
	return (enum vmcs_field_width)(encoding >> 13 & 3);
}

static inline enum vmcs_field_type vmcs_field_type(__u32 encoding)
{
	return (enum vmcs_field_type)(encoding >> 10 & 3);
}

const struct vmcs_field_name *vmcs_field_by_encoding(__u32 encoding);
const struct vmcs_field_name *vmcs_field_by_name(const char *name);
const struct vmcs_field_name *vmcs_field_at(unsigned int index);

#endif /* MINIVMX_VMX_FIELD_NAMES_H */
