/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One inline function per VMX instruction, and what each can answer.
 *
 * A VMX instruction that faults (#UD because an emergency has executed VMXOFF,
 * #GP) lands in the exception table: VMX_FAULT.
 */
#ifndef MINIVMX_VMX_INSN_H
#define MINIVMX_VMX_INSN_H

#include <linux/compiler.h>
#include <linux/types.h>
#include <asm/asm.h>

/* SDM: "Conventions" of the VMX instruction reference. */
enum vmx_outcome {
	VMX_SUCCEED,		/* VMsucceed */
	VMX_FAIL_INVALID,	/* VMfailInvalid: no current VMCS, so no error number */
	VMX_FAIL_VALID,		/* VMfailValid: VM_INSTRUCTION_ERROR says why */
	VMX_FAULT,
};

/* Evaluates to the enum vmx_outcome of a VMX instruction without output. */
#define VMX_EXECUTE(insn, operands...)					\
({									\
	bool __cf, __zf;						\
	int __fault = 0;						\
									\
	asm volatile("1: " insn "\n"					\
		     "2:\n"						\
		     _ASM_EXTABLE_TYPE_REG(1b, 2b, EX_TYPE_ONE_REG,	\
					   %[fault])			\
		     : "=@ccc" (__cf), "=@ccz" (__zf),			\
		       [fault] "+r" (__fault)				\
		     : operands						\
		     : "memory");					\
	__fault ? VMX_FAULT :						\
	__cf ? VMX_FAIL_INVALID :					\
	__zf ? VMX_FAIL_VALID : VMX_SUCCEED;				\
})

static __always_inline enum vmx_outcome vmxon(u64 region_pa)
{
	return VMX_EXECUTE("VMXON %[pa]", [pa] "m" (region_pa));
}

static __always_inline enum vmx_outcome vmxoff(void)
{
	return VMX_EXECUTE("VMXOFF");
}

static __always_inline enum vmx_outcome vmclear(u64 vmcs_pa)
{
	return VMX_EXECUTE("VMCLEAR %[pa]", [pa] "m" (vmcs_pa));
}

static __always_inline enum vmx_outcome vmptrld(u64 vmcs_pa)
{
	return VMX_EXECUTE("VMPTRLD %[pa]", [pa] "m" (vmcs_pa));
}

/* INVEPT descriptor */
struct invept_desc {
	u64 eptp;
	u64 reserved;
};

/* @type: VMX_EPT_EXTENT_CONTEXT or VMX_EPT_EXTENT_GLOBAL */
static __always_inline enum vmx_outcome invept(unsigned long type, u64 eptp)
{
	struct invept_desc desc = { .eptp = eptp };

	return VMX_EXECUTE("INVEPT %[desc], %[type]",
			   [desc] "m" (desc), [type] "r" (type));
}

/* INVVPID descriptor */
struct invvpid_desc {
	u16 vpid;
	u16 reserved[3];
	u64 linear_address;
};

/* @type: VMX_VPID_EXTENT_* */
static __always_inline enum vmx_outcome invvpid(unsigned long type, u16 vpid,
						u64 linear_address)
{
	struct invvpid_desc desc = {
		.vpid = vpid,
		.linear_address = linear_address,
	};

	return VMX_EXECUTE("INVVPID %[desc], %[type]",
			   [desc] "m" (desc), [type] "r" (type));
}

/* vmcs.c: repeat a VMREAD or VMWRITE that failed, to learn how. */
enum vmx_outcome vmread_outcome(unsigned long field);
enum vmx_outcome vmwrite_outcome(unsigned long field, unsigned long value);

/*
 * VMREAD and VMWRITE cost one branch not taken; what failed is found out later.
 * Before VMREAD the XOR sets ZF, as a failure does: it is what a fault leaves.
 * A value that can't be read is zero.
 */
static __always_inline bool vmread_succeeds(unsigned long field,
					    unsigned long *value)
{
	unsigned long result;
	bool succeeded;

	asm volatile("xor %k[result], %k[result]\n"
		     "1: VMREAD %[field], %[result]\n"
		     "2:\n"
		     _ASM_EXTABLE(1b, 2b)
		     : [result] "=&r" (result), "=@cca" (succeeded)
		     : [field] "r" (field));
	*value = result;
	return succeeded;
}

static __always_inline bool vmwrite_succeeds(unsigned long field,
					     unsigned long value)
{
	asm goto("1: VMWRITE %[value], %[field]\n\t"
		 "jbe %l[failed]\n\t"
		 _ASM_EXTABLE(1b, %l[failed])
		 :
		 : [value] "rm" (value), [field] "r" (field)
		 : "cc"
		 : failed);
	return true;

failed:
	return false;
}

static __always_inline enum vmx_outcome vmread(unsigned long field,
					       unsigned long *value)
{
	return likely(vmread_succeeds(field, value)) ? VMX_SUCCEED :
						       vmread_outcome(field);
}

static __always_inline enum vmx_outcome vmwrite(unsigned long field,
						unsigned long value)
{
	return likely(vmwrite_succeeds(field, value)) ?
		VMX_SUCCEED : vmwrite_outcome(field, value);
}

#endif /* MINIVMX_VMX_INSN_H */
