// SPDX-License-Identifier: GPL-2.0
/*
 * Carries out one instruction whose operands lie in MMIO, or one of string
 * I/O. Repeated ones go iteration by iteration, with the guest entered in
 * between, so that interrupts and signals are taken as on a CPU and RAM is left
 * to the CPU.
 *
 * Registers can only be reached with the VMCS current, and guest memory that
 * the host has to fetch first only without: hence the pairs of a step and its
 * part that reaches memory(). Mostly everything is there, so that is tried
 * first without giving up the VMCS.
 */
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <asm/trapnr.h>

#include "alu.h"
#include "emulate.h"
#include "exit_handlers/handlers.h"
#include "guest_debug.h"
#include "iobus.h"
#include "regs.h"
#include "vcpu.h"
#include "vmx/event.h"
#include "vmx/guest.h"

#define SEG_AR_DB	BIT(14)	/* 32-bit code ("Guest Register State") */
#define INSN_NOP	0x90	/* fills up the bytes of a failed instruction */

static bool is_string_io(const struct insn_decoded *insn)
{
	return insn->op == INSN_INS || insn->op == INSN_OUTS;
}

/* ---- the steps ---- */

static enum insn_mode code_mode(struct vcpu *vcpu)
{
	if (regs_long_mode(vcpu))
		return INSN_MODE_64;
	return vmx_cs_ar(&vcpu->vmx) & SEG_AR_DB ? INSN_MODE_32 : INSN_MODE_16;
}

static int with_memory(struct vcpu *vcpu, int (*step)(struct vcpu *vcpu))
{
	int r = guest_mem_begin(vcpu->vm);

	if (r)
		return r;
	r = step(vcpu);
	guest_mem_end(vcpu->vm);
	return r;
}

/* Carry out a step that reaches guest memory. */
static int memory(struct vcpu *vcpu, int (*step)(struct vcpu *vcpu))
{
	int r;

	pagefault_disable();
	r = with_memory(vcpu, step);
	pagefault_enable();
	if (likely(r != -EBUSY))
		return r;

	vmx_vcpu_put(&vcpu->vmx);
	r = with_memory(vcpu, step);
	vmx_vcpu_load(&vcpu->vmx);
	return r;
}

static void read_gprs(struct vcpu *vcpu)
{
	struct emulation *e = &vcpu->emul;

	vmx_rsp(&vcpu->vmx);	/* which is not among the others else */
	memcpy(e->gpr, vcpu->vmx.gpr, sizeof(e->gpr));
	e->gpr_dirty = 0;
}

static void read_registers(struct vcpu *vcpu)
{
	struct vmx_vcpu *v = &vcpu->vmx;
	struct emulation *e = &vcpu->emul;
	struct vmx_segment cs;

	walk_mode_get(vcpu, &e->walk);
	e->rip = vmx_rip(v);
	e->rflags = vmx_rflags(v);
	read_gprs(vcpu);

	e->mode = code_mode(vcpu);
	e->linear_rip = e->rip;
	if (e->mode != INSN_MODE_64) {
		vmx_get_segment(v, VMX_CS, &cs);
		e->linear_rip = (u32)(cs.base + e->rip);
	}
}

/* EMUL_FAILED: unknown, or in MMIO; negative: the process is being killed. */
static int fetch(struct vcpu *vcpu)
{
	vcpu->stats.insn_emulation++;
	read_registers(vcpu);
	return memory(vcpu, emul_fetch);
}

/* What a device may take comes one by one: see split_elements(). */
static bool taken_by_device(struct vcpu *vcpu)
{
	const struct emulation *e = &vcpu->emul;
	u32 data;

	if (e->insn.op != INSN_OUTS || e->elements != 1)
		return false;
	memcpy(&data, vcpu->pio_data, e->insn.size);
	return iobus_write(&vcpu->vm->iobus[IOBUS_PIO], e->port, e->insn.size,
			   &data);
}

static int exit_string_io(struct vcpu *vcpu)
{
	const struct emulation *e = &vcpu->emul;
	bool in = e->insn.op == INSN_INS;

	if (taken_by_device(vcpu))
		return 0;
	emulate_exit_io(vcpu, in ? KVM_EXIT_IO_IN : KVM_EXIT_IO_OUT,
			e->insn.size, e->port, e->elements);
	return in ? EMUL_PORT_IN : EMUL_PORT_OUT;
}

/* From wherever the instruction stands to its end or to the next exit. */
static int transfer_operands(struct vcpu *vcpu)
{
	struct emulation *e = &vcpu->emul;
	int r;

	if (!e->translated) {
		r = emul_translate(vcpu);
		if (r)
			return r;
		e->translated = true;
	}
	if (!e->writing) {
		r = emul_read_operands(vcpu);
		if (r)
			return r;
		e->writing = true;
		if (e->insn.op == INSN_INS)
			return exit_string_io(vcpu);
		emul_execute(e);
		if (e->insn.op == INSN_OUTS)
			return exit_string_io(vcpu);
	}
	return emul_write_operand(vcpu);
}

/* ---- the end of a stay in this file ---- */

/* Registers are written; RIP is left to the loop. */
static int commit(struct vcpu *vcpu, int action)
{
	struct vmx_vcpu *v = &vcpu->vmx;
	struct emulation *e = &vcpu->emul;
	unsigned long rflags = vmx_rflags(v);
	unsigned int dirty, reg;

	if (e->committed)
		return action;
	e->committed = true;

	for (dirty = e->gpr_dirty; dirty; dirty &= dirty - 1) {
		reg = __ffs(dirty);
		vmx_set_gpr(v, reg, e->gpr[reg]);
	}
	if (e->ends) {
		rflags &= ~(ALU_STATUS_FLAGS | X86_EFLAGS_RF);
		rflags |= e->rflags & ALU_STATUS_FLAGS;
	} else {
		/*
		 * Between iterations no breakpoint hits, and a fault finds the
		 * flags of before the first.
		 */
		rflags |= X86_EFLAGS_RF;
	}
	/* As on KVM a debugger's step is taken, even if IRET has lost its TF. */
	if (guest_debug_single_steps(vcpu))
		rflags |= X86_EFLAGS_TF;
	if (rflags != vmx_rflags(v))
		vmx_set_rflags(v, rflags);

	/* After an iteration RIP stays, but what else ends with it does. */
	vmx_set_insn_len(v, e->ends ? e->insn.len : 0);
	return action == EXIT_TO_USER ? EXIT_TO_USER_NEXT_INSN : EXIT_NEXT_INSN;
}

static int inject_fault(struct vcpu *vcpu)
{
	const struct emul_fault *fault = &vcpu->emul.fault;

	if (fault->vector == X86_TRAP_PF) {
		vcpu->stats.pf_guest++;
		vmx_queue_page_fault(&vcpu->vmx, fault->address,
				     fault->error_code);
	} else {
		vmx_queue_exception(&vcpu->vmx, fault->vector, true,
				    fault->error_code);
	}
	return EXIT_RESUME;
}

/*
 * As on KVM the guest gets #UD; that is all for a user program of it, while the
 * guest's kernel stops and the VMM gets to see the instruction. A VMM that
 * wants to see all of them decides itself what the guest gets.
 */
static int report_failure(struct vcpu *vcpu)
{
	const struct emulation *e = &vcpu->emul;
	struct vmx_vcpu *v = &vcpu->vmx;
	struct kvm_run *run = vcpu->run;
	u64 *data = run->internal.data;
	unsigned int n = 1;

	vcpu->stats.insn_emulation_fail++;
	if (!READ_ONCE(vcpu->vm->exit_on_emulation_failure)) {
		vmx_queue_exception(v, X86_TRAP_UD, false, 0);
		if (e->walk.cpl)
			return EXIT_RESUME;
	}

	run->emulation_failure.suberror = KVM_INTERNAL_ERROR_EMULATION;
	run->emulation_failure.flags = 0;
	if (e->nr_bytes) {
		run->emulation_failure.flags =
			KVM_INTERNAL_ERROR_EMULATION_FLAG_INSTRUCTION_BYTES;
		run->emulation_failure.insn_size = e->nr_bytes;
		memset(run->emulation_failure.insn_bytes, INSN_NOP,
		       sizeof(run->emulation_failure.insn_bytes));
		memcpy(run->emulation_failure.insn_bytes, e->bytes,
		       e->nr_bytes);
		n += 2;
	}
	data[n++] = v->exit.reason;
	data[n++] = vmx_qualification(v);
	data[n++] = vmx_idt_vectoring(v);
	data[n++] = vmx_intr_info(v);
	data[n++] = 0;	/* the error code of an exception that has exited */
	run->emulation_failure.ndata = n;
	return vcpu_exit_to_user(vcpu, KVM_EXIT_INTERNAL_ERROR);
}

/* ---- between two KVM_RUNs ---- */

static int finish(struct vcpu *vcpu, int stop);

static int proceed(struct vcpu *vcpu)
{
	/* Has the VMM, instead of answering, sent the vCPU elsewhere? */
	if (!vcpu->emul.committed && vmx_rip(&vcpu->vmx) != vcpu->emul.rip)
		return EXIT_RESUME;

	return finish(vcpu, memory(vcpu, transfer_operands));
}

/*
 * INS is executed when the VMM has answered, with the registers as they are
 * then: as on KVM, fewer elements are stored if the VMM has lowered the count.
 */
static int complete_ins(struct vcpu *vcpu)
{
	struct emulation *e = &vcpu->emul;

	if (vmx_rip(&vcpu->vmx) != e->rip)
		return EXIT_RESUME;

	read_gprs(vcpu);
	e->rflags = vmx_rflags(&vcpu->vmx);
	emul_limit_elements(e);
	emul_execute(e);
	return proceed(vcpu);
}

static int complete_mmio(struct vcpu *vcpu)
{
	emul_take_mmio(vcpu);
	return proceed(vcpu);
}

/*
 * As on KVM, registers show the instruction done while the VMM handles a write
 * to MMIO or the output of OUTS, and not begun while it handles the others.
 */
static int finish(struct vcpu *vcpu, int stop)
{
	switch (stop) {
	case 0:
		return commit(vcpu, EXIT_RESUME);
	case EMUL_FAULT:
		return inject_fault(vcpu);
	case EMUL_FAILED:
		return report_failure(vcpu);
	case EMUL_MMIO_READ:
		vcpu->complete = complete_mmio;
		return EXIT_TO_USER;
	case EMUL_MMIO_WRITE:
		if (!emul_write_ends(&vcpu->emul))
			vcpu->complete = complete_mmio;
		return commit(vcpu, EXIT_TO_USER);
	case EMUL_PORT_IN:
		vcpu->complete = complete_ins;
		return EXIT_TO_USER;
	case EMUL_PORT_OUT:
		return commit(vcpu, EXIT_TO_USER);
	default:
		return stop;
	}
}

/**
 * emulate_exit_io() - fill kvm_run for KVM_EXIT_IO
 * @vcpu: the vCPU; for output pio_data holds the data
 * @direction: KVM_EXIT_IO_IN or KVM_EXIT_IO_OUT
 * @size: of one element: 1, 2 or 4 bytes
 * @port: the port
 * @count: elements, 1 to PAGE_SIZE / @size
 *
 * KVM API: "The kvm_run structure", KVM_EXIT_IO. Context: vcpu->mutex held.
 *
 * Return: EXIT_TO_USER.
 */
int emulate_exit_io(struct vcpu *vcpu, u8 direction, unsigned int size,
		    u16 port, unsigned int count)
{
	struct kvm_run *run = vcpu->run;

	if (direction == KVM_EXIT_IO_IN)
		memset(vcpu->pio_data, 0, size * count);
	run->io.direction = direction;
	run->io.size = size;
	run->io.port = port;
	run->io.count = count;
	run->io.data_offset = VCPU_PAGE_PIO * PAGE_SIZE;
	return vcpu_exit_to_user(vcpu, KVM_EXIT_IO);
}

/* ---- entrances ---- */

static int begin(struct vcpu *vcpu)
{
	struct emulation *e = &vcpu->emul;
	int r;

	e->translated = false;
	e->writing = false;
	e->committed = false;
	e->cur_mem = 0;
	e->cur_piece = 0;
	e->done = 0;

	r = emul_find_operands(vcpu);
	if (r)
		return finish(vcpu, r);
	if (!e->elements) {	/* REP with a count of 0 */
		e->ends = true;
		return finish(vcpu, 0);
	}

	return finish(vcpu, memory(vcpu, transfer_operands));
}

/**
 * emulate_mmio() - carry out the instruction at RIP after an EPT violation
 * @vcpu: the vCPU
 * @access: the access that caused it
 *
 * KVM API: KVM_EXIT_MMIO; KVM_EXIT_INTERNAL_ERROR with
 * KVM_INTERNAL_ERROR_EMULATION for instructions that decode.c does not know.
 *
 * Context: vcpu->mutex held, the VMCS current; may put and load it.
 * Return: an enum exit_action, or the errno of an access to guest memory.
 */
int emulate_mmio(struct vcpu *vcpu, const struct emul_access *access)
{
	int r = fetch(vcpu);

	vcpu->emul.access = *access;
	vcpu->emul.access_is_mmio = true;
	if (r)
		return finish(vcpu, r);
	/* Another vCPU has changed the code: INS and OUTS have their own exit. */
	if (is_string_io(&vcpu->emul.insn))
		return EXIT_RESUME;
	return begin(vcpu);
}

/**
 * emulate_string_io() - carry out the INS or OUTS at RIP
 * @vcpu: the vCPU
 * @op: INSN_INS or INSN_OUTS
 * @size: of one element: 1, 2 or 4 bytes
 * @port: the port
 *
 * The CPU has checked the permission to use @size bytes at @port, and no other:
 * if the code has changed since, it is for the CPU to look again.
 *
 * KVM API: KVM_EXIT_IO. Context: vcpu->mutex held, the VMCS current; may put
 * and load it.
 * Return: an enum exit_action, or the errno of an access to guest memory.
 */
int emulate_string_io(struct vcpu *vcpu, enum insn_op op, unsigned int size,
		      u16 port)
{
	struct emulation *e = &vcpu->emul;
	int r = fetch(vcpu);

	if (r)
		return finish(vcpu, r);
	if (e->insn.op != op || e->insn.size != size)
		return EXIT_RESUME;
	e->port = port;
	e->access.translated = false;
	e->access_is_mmio = false;
	return begin(vcpu);
}
