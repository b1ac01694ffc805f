// SPDX-License-Identifier: GPL-2.0
/*
 * Which memory an instruction uses: effective addresses, segments, linear
 * addresses. SDM: "Specifying an Offset", "Limit Checking", "Type Checking",
 * "Canonical Addressing".
 */
#include <linux/bitfield.h>
#include <linux/mm.h>
#include <asm/trapnr.h>

#include "alu.h"
#include "emulate.h"
#include "vcpu.h"
#include "vmx/guest.h"

/* Access rights of a segment register ("Guest Register State"). */
#define SEG_AR_WRITABLE	BIT(1)	/* data; for code: readable */
#define SEG_AR_EXPAND_DOWN	BIT(2)	/* data */
#define SEG_AR_CODE		BIT(3)
#define SEG_AR_DB		BIT(14)
#define SEG_AR_UNUSABLE	BIT(16)

/* A linear address has this many bits that differ from their neighbour. */
#define LINEAR_BITS		48
#define LINEAR_BITS_LA57	57

#define USES_READ	BIT(0)
#define USES_WRITE	BIT(1)

static u64 effective_address(const struct emulation *e)
{
	const struct insn_mem *mem = &e->insn.mem;
	u64 address = mem->disp;

	if (mem->base == INSN_REG_IP)
		address += e->rip + e->insn.len;
	else if (mem->base != INSN_NO_REG)
		address += e->gpr[mem->base];
	if (mem->index != INSN_NO_REG)
		address += e->gpr[mem->index] * mem->scale;
	return alu_truncate(address, e->insn.addr_size);
}

/* A bit offset in a register reaches beyond the operand, in both directions. */
static u64 bit_string_address(const struct emulation *e, u64 address)
{
	const struct insn_decoded *insn = &e->insn;
	unsigned int unused = 64 - 8 * insn->size;
	s64 bit = (s64)(e->gpr[insn->reg] << unused) >> unused;

	address += (bit >> 3) & ~(s64)(insn->size - 1);
	return alu_truncate(address, insn->addr_size);
}

static bool is_canonical(const struct emulation *e, u64 address)
{
	unsigned int unused = 64 - (e->walk.cr4 & X86_CR4_LA57 ?
				    LINEAR_BITS_LA57 : LINEAR_BITS);

	return (u64)((s64)(address << unused) >> unused) == address;
}

static bool type_allows(const struct emulation *e, u32 ar, bool write)
{
	/* Real-address and virtual-8086 mode know no types. */
	if (!(e->walk.cr0 & X86_CR0_PE) || (e->rflags & X86_EFLAGS_VM))
		return true;
	if (ar & SEG_AR_CODE)
		return !write && (ar & SEG_AR_WRITABLE);
	return !write || (ar & SEG_AR_WRITABLE);
}

static bool limit_allows(const struct vmx_segment *seg, u64 offset,
			 unsigned int size)
{
	u32 ar = seg->access_rights;
	u64 last = offset + size - 1;
	u32 limit = seg->limit;

	if ((ar & (SEG_AR_CODE | SEG_AR_EXPAND_DOWN)) == SEG_AR_EXPAND_DOWN) {
		if (offset <= limit)
			return false;
		limit = ar & SEG_AR_DB ? U32_MAX : U16_MAX;
	}
	/* Addresses wrap around in a segment of 4 GiB. */
	return limit == U32_MAX || last <= limit;
}

static bool linear_of_64bit_mode(struct vcpu *vcpu, enum insn_segment reg,
				 u64 offset, unsigned int size,
				 unsigned long *linear)
{
	struct vmx_segment seg;

	*linear = offset;
	if (reg >= SEG_FS) {
		vmx_get_segment(&vcpu->vmx, (enum vmx_sreg)reg, &seg);
		*linear += seg.base;
	}
	return is_canonical(&vcpu->emul, *linear) &&
	       is_canonical(&vcpu->emul, *linear + size - 1);
}

static bool linear_of_other_modes(struct vcpu *vcpu, enum insn_segment reg,
				  u64 offset, unsigned int size, bool write,
				  unsigned long *linear)
{
	struct vmx_segment seg;

	vmx_get_segment(&vcpu->vmx, (enum vmx_sreg)reg, &seg);
	*linear = (u32)(seg.base + offset);
	return !(seg.access_rights & SEG_AR_UNUSABLE) &&
	       type_allows(&vcpu->emul, seg.access_rights, write) &&
	       limit_allows(&seg, offset, size);
}

static int add_operand(struct vcpu *vcpu, enum insn_segment seg, u64 offset,
		       unsigned int size, u32 uses)
{
	struct emulation *e = &vcpu->emul;
	struct emul_operand *o = &e->mem[e->nr_mem];
	bool allowed;

	*o = (struct emul_operand){
		.size = size,
		.read = uses & USES_READ,
		.write = uses & USES_WRITE,
		.data = &o->value,
	};

	if (e->insn.mode == INSN_MODE_64)
		allowed = linear_of_64bit_mode(vcpu, seg, offset, size,
					       &o->linear);
	else
		allowed = linear_of_other_modes(vcpu, seg, offset, size,
						o->write, &o->linear);
	if (!allowed) {
		e->fault.vector = seg == SEG_SS ? X86_TRAP_SS : X86_TRAP_GP;
		e->fault.error_code = 0;
		return EMUL_FAULT;
	}

	e->nr_mem++;
	return 0;
}

/* Bytes of the stack pointer: "Stack Behavior in 64-Bit Mode", SS.B */
static unsigned int stack_size(struct vcpu *vcpu)
{
	struct vmx_segment ss;

	if (vcpu->emul.insn.mode == INSN_MODE_64)
		return 8;
	vmx_get_segment(&vcpu->vmx, VMX_SS, &ss);
	return ss.access_rights & SEG_AR_DB ? 4 : 2;
}

/* The address of PUSH's operand is that before RSP moves. */
static int find_push(struct vcpu *vcpu)
{
	struct emulation *e = &vcpu->emul;
	unsigned int size = e->insn.size;
	unsigned int width = stack_size(vcpu);
	int r;

	r = add_operand(vcpu, e->insn.mem.seg, effective_address(e), size,
			USES_READ);
	if (r)
		return r;
	emul_set_reg(e, VMX_RSP, width, e->gpr[VMX_RSP] - size);
	return add_operand(vcpu, SEG_SS, emul_get_reg(e, VMX_RSP, width), size,
			   USES_WRITE);
}

/* The address of POP's operand is that after RSP has moved. */
static int find_pop(struct vcpu *vcpu)
{
	struct emulation *e = &vcpu->emul;
	unsigned int size = e->insn.size;
	unsigned int width = stack_size(vcpu);
	int r;

	r = add_operand(vcpu, SEG_SS, emul_get_reg(e, VMX_RSP, width), size,
			USES_READ);
	if (r)
		return r;
	emul_set_reg(e, VMX_RSP, width, e->gpr[VMX_RSP] + size);
	return add_operand(vcpu, e->insn.mem.seg, effective_address(e), size,
			   USES_WRITE);
}

static int find_source(struct vcpu *vcpu, unsigned int size)
{
	struct emulation *e = &vcpu->emul;

	return add_operand(vcpu, e->insn.mem.seg,
			   emul_get_reg(e, VMX_RSI, e->insn.addr_size), size,
			   USES_READ);
}

static int find_destination(struct vcpu *vcpu, unsigned int size, u32 uses)
{
	struct emulation *e = &vcpu->emul;

	return add_operand(vcpu, SEG_ES,
			   emul_get_reg(e, VMX_RDI, e->insn.addr_size), size,
			   uses);
}

static int find_io_buffer(struct vcpu *vcpu, unsigned int size)
{
	struct emulation *e = &vcpu->emul;
	int r;

	r = e->insn.op == INSN_INS ? find_destination(vcpu, size, USES_WRITE) :
				     find_source(vcpu, size);
	e->mem[0].data = vcpu->pio_data;
	return r;
}

/*
 * As many elements of INS or OUTS as lie in one page go to the VMM together;
 * what is odd about one of them is left to an iteration of its own.
 */
static int find_io_elements(struct vcpu *vcpu, u64 count)
{
	struct emulation *e = &vcpu->emul;
	unsigned int size = e->insn.size;
	u64 fit;
	int r;

	e->elements = 1;
	r = find_io_buffer(vcpu, size);
	if (r || (e->rflags & X86_EFLAGS_DF))
		return r;

	fit = min(count, (PAGE_SIZE - offset_in_page(e->mem[0].linear)) / size);
	if (fit <= 1)
		return 0;
	e->elements = fit;
	e->nr_mem = 0;
	r = find_io_buffer(vcpu, size * fit);
	if (!r)
		return 0;
	e->elements = 1;
	e->nr_mem = 0;
	return find_io_buffer(vcpu, size);
}

/**
 * emul_limit_elements() - take back what is beyond the count in RCX
 * @e: an INS whose operand is known, with the registers as they are now
 *
 * Context: any.
 */
void emul_limit_elements(struct emulation *e)
{
	struct emul_operand *buffer = &e->mem[0];
	u64 count;

	if (e->insn.repeat == REPEAT_NONE)
		return;
	count = emul_get_reg(e, VMX_RCX, e->insn.addr_size);
	if (count >= e->elements)
		return;

	e->elements = count;
	if (count)	/* of several, which lie in one page */
		buffer->piece[0].len = count * e->insn.size;
	else
		buffer->nr_pieces = 0;
}

static int find_string(struct vcpu *vcpu)
{
	struct emulation *e = &vcpu->emul;
	unsigned int size = e->insn.size;
	u64 count = 1;
	int r;

	if (e->insn.repeat != REPEAT_NONE)
		count = emul_get_reg(e, VMX_RCX, e->insn.addr_size);
	e->elements = !!count;
	if (!count)
		return 0;

	switch (e->insn.op) {
	case INSN_INS:
	case INSN_OUTS:
		return find_io_elements(vcpu, count);
	case INSN_STOS:
		return find_destination(vcpu, size, USES_WRITE);
	case INSN_SCAS:
		return find_destination(vcpu, size, USES_READ);
	case INSN_LODS:
		return find_source(vcpu, size);
	default:
		r = find_source(vcpu, size);
		if (r)
			return r;
		return find_destination(vcpu, size, e->insn.op == INSN_MOVS ?
					USES_WRITE : USES_READ);
	}
}

static u32 uses_of(const struct insn_decoded *insn)
{
	if (insn->dst != OPERAND_MEM)
		return USES_READ;

	switch (insn->op) {
	case INSN_MOV:
		return USES_WRITE;
	case INSN_CMP:
	case INSN_TEST:
	case INSN_BT:
		return USES_READ;
	default:
		return USES_READ | USES_WRITE;
	}
}

/**
 * emul_find_operands() - linear addresses of an instruction's memory operands
 * @vcpu: the vCPU; its emul has the instruction decoded and the registers read
 *
 * Fills emul.mem[], nr_mem and elements; moves RSP for PUSH and POP.
 *
 * Context: the VMCS is current.
 * Return: 0, or EMUL_FAULT for #GP(0) or #SS(0) in emul.fault.
 */
int emul_find_operands(struct vcpu *vcpu)
{
	struct emulation *e = &vcpu->emul;
	const struct insn_decoded *insn = &e->insn;
	u64 address;

	e->nr_mem = 0;
	e->elements = 1;
	if (insn_is_string(insn))
		return find_string(vcpu);
	if (insn->op == INSN_PUSH)
		return find_push(vcpu);
	if (insn->op == INSN_POP)
		return find_pop(vcpu);

	address = effective_address(e);
	if (insn->op >= INSN_BT && insn->op <= INSN_BTC &&
	    insn->src == OPERAND_REG)
		address = bit_string_address(e, address);
	return add_operand(vcpu, insn->mem.seg, address, insn->size,
			   uses_of(insn));
}
