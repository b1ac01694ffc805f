/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A VMCS, a processor and a little memory to check, all plain data, and how to
 * change them step by step.
 */
#ifndef UNIT_MODEL_H
#define UNIT_MODEL_H

#ifdef __KERNEL__
#include <linux/stddef.h>
#else
#include <stdbool.h>
#include <stddef.h>
#endif
#include <entry_check.h>

#define MODEL_MAX_FIELD		0x7000
#define MODEL_MAX_STEPS		6

/* Physical addresses of what the model's VMCSs refer to */
#define MODEL_MEMORY		0x5000
#define MODEL_MEMORY_SIZE	0x4000
#define MODEL_VIRTUAL_APIC	0x5000
#define MODEL_LINKED_VMCS	0x6000
#define MODEL_PDPT		0x7000
#define MODEL_MSR_AREA		0x8000
#define MODEL_REVISION		0x2b
#define MODEL_PHYS_BITS		40

struct model {
	struct vmcs_view view;
	struct vmx_entry_caps caps;
	u64 fields[MODEL_MAX_FIELD];
	u8 memory[MODEL_MEMORY_SIZE];
	u32 bad_read;	/* a field that was read and should not have been, or 0 */
};

/* Valid states to start from. */
enum model_mode {
	LONG64,		/* 64-bit guest, unrestricted, usual controls */
	FULL64,		/* 64-bit guest, every control that allows another */
	TPR64,		/* LONG64 with a TPR shadow and a threshold */
	COMPAT,		/* LONG64 in compatibility mode */
	PAE32,		/* 32-bit guest with PAE paging, unrestricted */
	PAGING32,	/* 32-bit guest with 32-bit paging, unrestricted */
	FLAT32,		/* 32-bit guest without paging, unrestricted */
	REAL,		/* real-address mode, unrestricted */
	VM86,		/* virtual-8086 mode, unrestricted */
	RESTRICTED64,	/* 64-bit guest without unrestricted guest */
	RESTRICTED32,	/* 32-bit guest with PAE paging, without EPT */
	HOST32,		/* 32-bit guest on a 32-bit host */
	FIRST_PROCESSOR,	/* a processor without secondary controls */
	MODEL_MODES
};

enum step_op { NO_STEP, SET, OR, CLEAR };

/* Where a step applies if not to a VMCS field. */
#define MEMORY(address)	(0x10000000u | (address))
#define CAP64(member)	(0x20000000u | offsetof(struct vmx_entry_caps, member))
#define CAP8(member)	(0x30000000u | offsetof(struct vmx_entry_caps, member))
#define VIEW64(member)	(0x40000000u | offsetof(struct vmcs_view, member))
#define VIEW8(member)	(0x50000000u | offsetof(struct vmcs_view, member))

struct step {
	u32 where;
	enum step_op op;
	u64 value;
};

void model_init(struct model *m, enum model_mode mode);
void model_apply(struct model *m, const struct step *steps);
bool model_field_exists(const struct vmx_entry_caps *caps, u32 field);

#endif
