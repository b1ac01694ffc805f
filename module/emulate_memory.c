// SPDX-License-Identifier: GPL-2.0
/*
 * Operands in memory: linear addresses to pages, pages to RAM or MMIO.
 *
 * Everything here reaches guest memory, between guest_mem_begin() and
 * guest_mem_end(): without the VMCS, or with page faults disabled, and then
 * gives -EBUSY if it would have to wait. Called again it goes on where it has
 * stopped.
 */
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <asm/msr-index.h>
#include <asm/processor-flags.h>
#include <asm/trap_pf.h>
#include <asm/trapnr.h>

#include "emulate.h"
#include "exit_handlers/handlers.h"
#include "iobus.h"
#include "memslot.h"
#include "vcpu.h"

/* What fits into KVM_EXIT_MMIO, and devices get no more either. */
#define MMIO_LEN	8u
static_assert(sizeof_field(struct kvm_run, mmio.data) == MMIO_LEN);

/**
 * emul_page_fault() - the guest gets a page fault
 * @e: the emulation
 * @address: linear address for CR2
 * @error_code: X86_PF_*
 *
 * Context: any.
 * Return: EMUL_FAULT.
 */
int emul_page_fault(struct emulation *e, unsigned long address, u32 error_code)
{
	e->fault.vector = X86_TRAP_PF;
	e->fault.error_code = error_code;
	e->fault.address = address;
	return EMUL_FAULT;
}

/* The page fault of an access for which there is no translation. */
static int not_present(struct emulation *e, unsigned long linear, u32 access)
{
	const struct walk_mode *walk = &e->walk;
	u32 error_code = 0;

	if (access & WALK_WRITE)
		error_code |= X86_PF_WRITE;
	if (walk->cpl == 3)
		error_code |= X86_PF_USER;
	if ((access & WALK_FETCH) &&
	    ((walk->cr4 & X86_CR4_SMEP) ||
	     ((walk->cr4 & X86_CR4_PAE) && (walk->efer & EFER_NX))))
		error_code |= X86_PF_INSTR;
	return emul_page_fault(e, linear, error_code);
}

/**
 * emul_walk() - translate a linear address
 * @vcpu: the vCPU; its emul.walk is filled
 * @linear: the address
 * @access: WALK_*
 * @gpa: set to the guest-physical address
 *
 * As on KVM, a paging structure in MMIO is one that is not present.
 *
 * Context: vcpu->mutex held; may sleep, or page faults disabled.
 * Return: 0; EMUL_FAULT for a page fault; a negative errno.
 */
int emul_walk(struct vcpu *vcpu, unsigned long linear, u32 access, u64 *gpa)
{
	struct emulation *e = &vcpu->emul;
	struct walk_fault fault;
	int r;

	r = walk_gva(vcpu->vm, &e->walk, linear, access, gpa, &fault);
	switch (r) {
	case WALK_FAULT:
		return emul_page_fault(e, fault.address, fault.error_code);
	case -ENXIO:
	case -EFAULT:
		return not_present(e, linear, access);
	default:
		return r;
	}
}

/* The CPU itself has found this translation, and the access allowed. */
static bool is_exits_page(const struct emul_access *access, bool write,
			  unsigned long linear)
{
	return access->translated && (access->write || !write) &&
	       !((access->linear ^ linear) & PAGE_MASK);
}

static int add_piece(struct vcpu *vcpu, struct emul_operand *o,
		     unsigned int offset, unsigned int len)
{
	struct emul_piece *piece = &o->piece[o->nr_pieces++];
	unsigned long linear = o->linear + offset;

	if (vcpu->emul.insn.mode != INSN_MODE_64)
		linear = (u32)linear;
	piece->offset = offset;
	piece->len = len;
	piece->in_exits_page = is_exits_page(&vcpu->emul.access, o->write,
					     linear);
	if (piece->in_exits_page) {
		piece->gpa = (vcpu->emul.access.gpa & PAGE_MASK) |
			     offset_in_page(linear);
		return 0;
	}
	return emul_walk(vcpu, linear, o->write ? WALK_WRITE : 0, &piece->gpa);
}

/* RAM first: its errors can still be reported with nothing lost. */
static void order_pieces(struct vcpu *vcpu, struct emul_operand *o)
{
	if (memslot_is_mmio(vcpu->vm, o->piece[0].gpa, true) &&
	    !memslot_is_mmio(vcpu->vm, o->piece[1].gpa, true))
		swap(o->piece[0], o->piece[1]);
}

static int translate(struct vcpu *vcpu, struct emul_operand *o)
{
	unsigned int in_page = PAGE_SIZE - offset_in_page(o->linear);
	int r;

	o->nr_pieces = 0;
	r = add_piece(vcpu, o, 0, min(o->size, in_page));
	if (!r && o->size > in_page)
		r = add_piece(vcpu, o, in_page, o->size - in_page);
	if (r)
		return r;

	if (o->write && o->nr_pieces == 2)
		order_pieces(vcpu, o);
	return 0;
}

/* Devices see each element of INS and OUTS by itself. */
static void split_elements(struct vcpu *vcpu)
{
	struct emulation *e = &vcpu->emul;
	struct emul_operand *o = &e->mem[0];
	bool to_device = e->insn.op == INSN_OUTS &&
			 iobus_takes(&vcpu->vm->iobus[IOBUS_PIO], e->port,
				     e->insn.size);

	if (!to_device &&
	    !memslot_is_mmio(vcpu->vm, o->piece[0].gpa, o->write))
		return;
	e->elements = 1;
	o->size = e->insn.size;
	o->piece[0].len = e->insn.size;
}

/**
 * emul_translate() - guest-physical pages of all operands
 * @vcpu: the vCPU; emul_find_operands() has succeeded
 *
 * For all of them before the first is used, so that a page fault finds nothing
 * of the instruction done. SDM: "Paging".
 *
 * Context: vcpu->mutex held; may sleep, or page faults disabled.
 * Return: 0; EMUL_FAULT for a page fault; a negative errno.
 */
int emul_translate(struct vcpu *vcpu)
{
	struct emulation *e = &vcpu->emul;
	unsigned int i;
	int r;

	for (i = 0; i < e->nr_mem; i++) {
		r = translate(vcpu, &e->mem[i]);
		if (r)
			return r;
	}

	if (e->elements > 1)
		split_elements(vcpu);
	return 0;
}

static int exit_mmio(struct vcpu *vcpu, u64 gpa, const void *data,
		     unsigned int len, bool write)
{
	struct kvm_run *run = vcpu->run;

	vcpu->stats.mmio_exits++;
	vcpu->emul.mmio_len = len;

	run->mmio.phys_addr = gpa;
	run->mmio.len = len;
	run->mmio.is_write = write;
	memset(run->mmio.data, 0, sizeof(run->mmio.data));
	if (write)
		memcpy(run->mmio.data, data, len);
	vcpu_exit_to_user(vcpu, KVM_EXIT_MMIO);
	return write ? EMUL_MMIO_WRITE : EMUL_MMIO_READ;
}

/* Return: 0, or why it can't be done; -ENXIO and -EROFS: it is for the VMM. */
static int access_memory(struct vcpu *vcpu, const struct emul_piece *piece,
			 u64 gpa, void *data, unsigned int len, bool write)
{
	const struct emulation *e = &vcpu->emul;

	/* The exit has shown it; slots may have changed, but it came first. */
	if (piece->in_exits_page && e->access_is_mmio &&
	    e->access.write == write)
		return -ENXIO;
	return write ? guest_write(vcpu->vm, gpa, data, len) :
		       guest_read(vcpu->vm, gpa, data, len);
}

static int transfer_piece(struct vcpu *vcpu, struct emul_operand *o, bool write)
{
	struct emulation *e = &vcpu->emul;
	const struct emul_piece *piece = &o->piece[e->cur_piece];
	const struct iobus *mmio_bus = &vcpu->vm->iobus[IOBUS_MMIO];
	unsigned int len;
	void *data;
	u64 gpa;
	int r;

	while (e->done < piece->len) {
		gpa = piece->gpa + e->done;
		data = o->data + piece->offset + e->done;
		len = piece->len - e->done;

		r = access_memory(vcpu, piece, gpa, data, len, write);
		if (r == -ENXIO || r == -EROFS) {
			len = min(len, MMIO_LEN);
			if (!write || !iobus_write(mmio_bus, gpa, len, data))
				return exit_mmio(vcpu, gpa, data, len, write);
		} else if (r) {
			return r;
		}
		e->done += len;
	}
	e->done = 0;
	return 0;
}

static int transfer(struct vcpu *vcpu, struct emul_operand *o, bool write)
{
	struct emulation *e = &vcpu->emul;
	int r;

	for (; e->cur_piece < o->nr_pieces; e->cur_piece++) {
		r = transfer_piece(vcpu, o, write);
		if (r)
			return r;
	}
	e->cur_piece = 0;
	return 0;
}

/**
 * emul_read_operands() - read the operands, from where the last call stopped
 * @vcpu: the vCPU
 *
 * Context: vcpu->mutex held; may sleep, or page faults disabled.
 * Return: 0; EMUL_MMIO_READ with kvm_run filled; a negative errno.
 */
int emul_read_operands(struct vcpu *vcpu)
{
	struct emulation *e = &vcpu->emul;
	struct emul_operand *o;
	int r;

	for (; e->cur_mem < e->nr_mem; e->cur_mem++) {
		o = &e->mem[e->cur_mem];
		r = o->read ? transfer(vcpu, o, false) : 0;
		if (r)
			return r;
	}
	return 0;
}

/**
 * emul_write_operand() - write the result, from where the last call stopped
 * @vcpu: the vCPU
 *
 * Context: vcpu->mutex held; may sleep, or page faults disabled.
 * Return: 0; EMUL_MMIO_WRITE with kvm_run filled; a negative errno.
 */
int emul_write_operand(struct vcpu *vcpu)
{
	struct emulation *e = &vcpu->emul;
	unsigned int i;

	for (i = 0; i < e->nr_mem; i++)
		if (e->mem[i].write)
			return transfer(vcpu, &e->mem[i], true);
	return 0;
}

/**
 * emul_take_mmio() - the VMM has answered KVM_EXIT_MMIO
 * @vcpu: the vCPU
 *
 * Context: vcpu->mutex held.
 */
void emul_take_mmio(struct vcpu *vcpu)
{
	struct emulation *e = &vcpu->emul;
	struct emul_operand *o;

	if (!e->writing) {
		o = &e->mem[e->cur_mem];
		memcpy(o->data + o->piece[e->cur_piece].offset + e->done,
		       vcpu->run->mmio.data, e->mmio_len);
	}
	e->done += e->mmio_len;
	e->access_is_mmio = false;
}

/**
 * emul_write_ends() - is nothing left to be written after this KVM_EXIT_MMIO?
 * @e: the emulation, stopped by EMUL_MMIO_WRITE
 *
 * Context: vcpu->mutex held.
 */
bool emul_write_ends(const struct emulation *e)
{
	const struct emul_operand *o;
	unsigned int i;

	for (i = 0; !e->mem[i].write; i++)
		;
	o = &e->mem[i];
	return e->cur_piece + 1 == o->nr_pieces &&
	       e->done + e->mmio_len == o->piece[e->cur_piece].len;
}
