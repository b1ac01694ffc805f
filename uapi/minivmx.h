/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The user API of MiniVMX.
 *
 * /dev/minivmx speaks KVM's ioctl ABI: the numbers, structures and semantics of
 * <linux/kvm.h> and of the kernel's Documentation/virt/kvm/api.rst, for the
 * subset listed in docs/api.md. KVM_CHECK_EXTENSION says what is there; an
 * ioctl outside of the subset fails with the error that KVM gives for an
 * unknown one.
 *
 * MiniVMX's own ioctls, all of a vCPU, follow. See docs/explain.md.
 */
#ifndef _UAPI_MINIVMX_H
#define _UAPI_MINIVMX_H

#include <linux/ioctl.h>
#include <linux/kvm.h>
#include <linux/types.h>

#define MINIVMX_DEVICE	"/dev/minivmx"

/*
 * The numbers do not contain the sizes of the structures, so that these can
 * grow at their ends: the first member of each is its size as the caller knows
 * it. A caller that knows more than the module may use it only with what it
 * does not need 0 (else E2BIG). Reserved members must be 0 (else EINVAL). The
 * elements of arrays have their size beside their number, of up to a page.
 */
#define MINIVMX_IO		0xBD
#define MINIVMX_EXPLAIN_ENTRY	_IO(MINIVMX_IO, 0x00)	/* struct minivmx_explanation */
#define MINIVMX_CHECK_ENTRY	_IO(MINIVMX_IO, 0x01)	/* struct minivmx_explanation */
#define MINIVMX_READ_VMCS	_IO(MINIVMX_IO, 0x02)	/* struct minivmx_vmcs */
#define MINIVMX_WRITE_VMCS	_IO(MINIVMX_IO, 0x03)	/* struct minivmx_vmcs */
#define MINIVMX_READ_ENTRY_INPUTS _IO(MINIVMX_IO, 0x04)	/* struct minivmx_entry_inputs */

/* How the last attempt to enter the guest ended: minivmx_explanation.outcome */
#define MINIVMX_ENTRY_NONE		0	/* there was none */
#define MINIVMX_ENTRY_SUCCEEDED		1	/* see exit_reason */
#define MINIVMX_ENTRY_FAIL_INVALID	2	/* VMfailInvalid: there is no number */
#define MINIVMX_ENTRY_FAIL_VALID	3	/* VMfailValid: see instruction_error */
#define MINIVMX_ENTRY_REFUSED		4	/* VM-entry failure: see exit_reason */
#define MINIVMX_ENTRY_FAULT		5	/* VMLAUNCH or VMRESUME faulted: VMX is off */

#define MINIVMX_RULE_FIELDS	4
#define MINIVMX_NAME_SIZE	64
#define MINIVMX_TEXT_SIZE	256

/* A field of the VMCS. */
struct minivmx_vmcs_field {
	__u32 encoding;		/* as VMREAD takes it */
	__s32 error;		/* out: 0, or a negative error number */
	__u64 value;
	char name[MINIVMX_NAME_SIZE];	/* out: as in the kernel's enum vmcs_field */
};

/* A check of VM entry that the vCPU violates. Texts end with 0. */
struct minivmx_violation {
	char id[MINIVMX_NAME_SIZE];		/* "guest.cs.db": see docs/entry-checks.md */
	char section[MINIVMX_TEXT_SIZE];	/* of the SDM */
	char rule[MINIVMX_TEXT_SIZE];		/* what must hold */
	char remedy[MINIVMX_TEXT_SIZE];		/* the usual cause and its cure */
	__u32 nr_fields;
	__u32 item_number;	/* which one, from 1; 0 if there is only one */
	struct minivmx_vmcs_field fields[MINIVMX_RULE_FIELDS];
	char item[MINIVMX_NAME_SIZE];	/* what else is involved, or "" */
	__u64 item_value;
};

/* Why an ioctl that sets state has failed with EINVAL, or KVM_SET_MSRS stopped. */
struct minivmx_refusal {
	__u32 request;		/* its number, KVM_SET_SREGS and so on; 0: none has */
	__u32 index;		/* with KVM_SET_MSRS: the MSR */
	__u64 value;		/* of what was refused */
	__u64 bits;		/* those of value that are wrong; 0: not a matter of bits */
	char what[MINIVMX_NAME_SIZE];		/* "kvm_sregs.cr4", "IA32_EFER" */
	char reason[MINIVMX_TEXT_SIZE];
};

/**
 * struct minivmx_explanation - why the CPU did not enter the guest
 * @size: in: size of this structure; out: that of the module's
 * @violation_size: in: size of one element of @violations
 * @nr_violations: in: elements of @violations; out: the number of violations,
 *                 which may be greater
 * @text_size: in: size of @text; out: the size that the whole text needs
 * @violations: in: address of an array of struct minivmx_violation, or 0
 * @text: in: address for the same as text that ends with 0, or 0
 * @outcome: out: MINIVMX_ENTRY_*
 * @instruction_error: out: VM-instruction error, or 0 if there is none
 * @exit_reason: out: all bits of the exit reason, or 0 if there is none
 * @msr_load_entry: out: which entry of the VM-entry MSR-load area could not be
 *                  loaded, from 1; 0 if that is not why
 * @exit_qualification: out: with MINIVMX_ENTRY_REFUSED
 * @number_name: out: what the kernel calls the error or the basic exit reason
 * @number_meaning: out: what it means
 * @refusal: out: the last ioctl that was refused
 * @msr_load_value: out: the value that entry @msr_load_entry has
 * @msr_load_msr: out: the MSR that it names
 * @reserved2: 0
 * @reserved: 0
 *
 * MINIVMX_EXPLAIN_ENTRY gives the last attempt to enter and the checks that
 * the vCPU violates as it is now; MINIVMX_CHECK_ENTRY only the latter.
 */
struct minivmx_explanation {
	__u32 size;
	__u32 violation_size;
	__u32 nr_violations;
	__u32 text_size;
	__u64 violations;
	__u64 text;
	__u32 outcome;
	__u32 instruction_error;
	__u32 exit_reason;
	__u32 msr_load_entry;
	__u64 exit_qualification;
	char number_name[MINIVMX_NAME_SIZE];
	char number_meaning[MINIVMX_TEXT_SIZE];
	struct minivmx_refusal refusal;
	__u64 msr_load_value;
	__u32 msr_load_msr;
	__u32 reserved2;
	__u64 reserved[4];
};

/* minivmx_vmcs.flags of MINIVMX_READ_VMCS */
#define MINIVMX_VMCS_ALL	1	/* every field that this CPU has */

/**
 * struct minivmx_vmcs - fields of the VMCS to read or to write
 * @size: in: size of this structure; out: with MINIVMX_READ_VMCS the module's
 * @field_size: in: size of one element of @fields
 * @flags: in: MINIVMX_VMCS_ALL or 0
 * @nr_fields: in: elements of @fields, at most 512; out: with MINIVMX_VMCS_ALL
 *             the number of fields, which may be greater
 * @fields: in: address of an array of struct minivmx_vmcs_field
 * @reserved: 0
 *
 * MINIVMX_READ_VMCS reads the fields whose encodings the array holds, or fills
 * it. MINIVMX_WRITE_VMCS writes all of them or none (EPERM: a field, or a
 * control, that cannot be written; the module parameter allow_vmcs_write is
 * off; no CAP_SYS_ADMIN. EINVAL: no such field or a value too wide. ENOENT: a
 * field that this CPU does not have.)
 */
struct minivmx_vmcs {
	__u32 size;
	__u32 field_size;
	__u32 flags;
	__u32 nr_fields;
	__u64 fields;
	__u64 reserved[4];
};

/* minivmx_entry_input.type */
#define MINIVMX_INPUT_CPU	1	/* what the CPU supports or is set to, by name */
#define MINIVMX_INPUT_MEMORY	2	/* 8 bytes of memory, by physical address */

/* What the checks of VM entry read besides fields of the VMCS. */
struct minivmx_entry_input {
	__u32 type;
	__u32 reserved;
	__u64 address;		/* MINIVMX_INPUT_MEMORY: a multiple of 8, or 0 */
	__u64 value;
	char name[MINIVMX_NAME_SIZE];	/* MINIVMX_INPUT_CPU: "IA32_VMX_BASIC", or "" */
};

/**
 * struct minivmx_entry_inputs - what else decides whether an entry succeeds
 * @size: in: size of this structure; out: that of the module's
 * @input_size: in: size of one element of @inputs
 * @nr_inputs: in: elements of @inputs, at most 16384; out: how many there are,
 *             which may be more
 * @reserved2: 0
 * @inputs: in: address of an array of struct minivmx_entry_input
 * @reserved: 0
 *
 * With MINIVMX_READ_VMCS of all fields, MINIVMX_READ_ENTRY_INPUTS gives all
 * that somebody needs to perform the checks elsewhere: what the CPU supports,
 * and memory as far as the checks looked at it. EPERM without CAP_SYS_ADMIN.
 */
struct minivmx_entry_inputs {
	__u32 size;
	__u32 input_size;
	__u32 nr_inputs;
	__u32 reserved2;
	__u64 inputs;
	__u64 reserved[4];
};

#endif /* _UAPI_MINIVMX_H */
