/* SPDX-License-Identifier: GPL-2.0 */
/* The members of struct step and struct final that are compared. */
#ifndef DIFF_FIELDS_H
#define DIFF_FIELDS_H

#include <stddef.h>

#include "record.h"

struct field {
	const char *name;
	uint16_t offset;
	uint8_t size;		/* of an element, 1 to 8 bytes */
	uint16_t count;		/* elements */
};

#define SIZE_OF(of, member) sizeof(((of *)0)->member)

#define FIELD(of, member)						\
	{ #member, offsetof(of, member), SIZE_OF(of, member), 1 }

#define FIELDS(of, member)						\
	{ #member, offsetof(of, member), SIZE_OF(of, member[0]),	\
	  SIZE_OF(of, member) / SIZE_OF(of, member[0]) }

#define REGISTERS(of)							\
	FIELD(of, regs.rip), FIELD(of, regs.rflags),		\
	FIELD(of, regs.rax), FIELD(of, regs.rbx),			\
	FIELD(of, regs.rcx), FIELD(of, regs.rdx),			\
	FIELD(of, regs.rsi), FIELD(of, regs.rdi),			\
	FIELD(of, regs.rsp), FIELD(of, regs.rbp),			\
	FIELD(of, regs.r8), FIELD(of, regs.r9),			\
	FIELD(of, regs.r10), FIELD(of, regs.r11),			\
	FIELD(of, regs.r12), FIELD(of, regs.r13),			\
	FIELD(of, regs.r14), FIELD(of, regs.r15)

#define SEGMENT(of, member)						\
	FIELD(of, member.selector), FIELD(of, member.base),		\
	FIELD(of, member.limit), FIELD(of, member.type),		\
	FIELD(of, member.present), FIELD(of, member.dpl),		\
	FIELD(of, member.db), FIELD(of, member.s),			\
	FIELD(of, member.l), FIELD(of, member.g),			\
	FIELD(of, member.avl), FIELD(of, member.unusable)

#define SPECIAL_REGISTERS(of)						\
	FIELD(of, sregs.cr0), FIELD(of, sregs.cr2),			\
	FIELD(of, sregs.cr3), FIELD(of, sregs.cr4),			\
	FIELD(of, sregs.cr8), FIELD(of, sregs.efer),		\
	FIELD(of, sregs.apic_base),					\
	FIELDS(of, sregs.interrupt_bitmap),				\
	FIELD(of, sregs.gdt.base), FIELD(of, sregs.gdt.limit),	\
	FIELD(of, sregs.idt.base), FIELD(of, sregs.idt.limit),	\
	SEGMENT(of, sregs.cs), SEGMENT(of, sregs.ds),		\
	SEGMENT(of, sregs.es), SEGMENT(of, sregs.fs),		\
	SEGMENT(of, sregs.gs), SEGMENT(of, sregs.ss),		\
	SEGMENT(of, sregs.tr), SEGMENT(of, sregs.ldt)

#define EVENTS(of)							\
	FIELD(of, events.exception.injected),				\
	FIELD(of, events.exception.nr),				\
	FIELD(of, events.exception.has_error_code),			\
	FIELD(of, events.exception.pending),				\
	FIELD(of, events.exception.error_code),			\
	FIELD(of, events.interrupt.injected),				\
	FIELD(of, events.interrupt.nr),				\
	FIELD(of, events.interrupt.soft),				\
	FIELD(of, events.interrupt.shadow),				\
	FIELD(of, events.nmi.injected),				\
	FIELD(of, events.nmi.pending),				\
	FIELD(of, events.nmi.masked),					\
	FIELD(of, events.sipi_vector), FIELD(of, events.flags),	\
	FIELD(of, events.smi.smm), FIELD(of, events.smi.pending),	\
	FIELD(of, events.triple_fault.pending),			\
	FIELD(of, events.exception_has_payload),			\
	FIELD(of, events.exception_payload)

static const struct field step_fields[] = {
	FIELDS(struct step, action), FIELD(struct step, ret),
	FIELD(struct step, exit_reason), FIELDS(struct step, detail),
	FIELD(struct step, data_len), FIELDS(struct step, data),
	REGISTERS(struct step), SPECIAL_REGISTERS(struct step),
	EVENTS(struct step), FIELD(struct step, flags),
	FIELD(struct step, if_flag), FIELD(struct step, ready),
	FIELD(struct step, cr8), FIELD(struct step, apic_base),
};

static const struct field final_fields[] = {
	FIELD(struct final, completion), FIELD(struct final, mp_state),
	REGISTERS(struct final), SPECIAL_REGISTERS(struct final),
	EVENTS(struct final), FIELDS(struct final, debugregs.db),
	FIELD(struct final, debugregs.dr6), FIELD(struct final, debugregs.dr7),
	FIELD(struct final, debugregs.flags),
	FIELD(struct final, xcrs.nr_xcrs), FIELD(struct final, xcrs.flags),
	FIELD(struct final, xcrs.xcrs[0].xcr),
	FIELD(struct final, xcrs.xcrs[0].value),
	FIELDS(struct final, xsave.region), FIELDS(struct final, fpu.fpr[0]),
	FIELD(struct final, fpu.fcw), FIELD(struct final, fpu.fsw),
	FIELD(struct final, fpu.ftwx), FIELD(struct final, fpu.last_opcode),
	FIELD(struct final, fpu.last_ip), FIELD(struct final, fpu.last_dp),
	FIELDS(struct final, fpu.xmm[0]), FIELDS(struct final, fpu.xmm[1]),
	FIELD(struct final, fpu.mxcsr), FIELD(struct final, nr_changes),
	FIELD(struct final, memory_hash),
};

#endif
