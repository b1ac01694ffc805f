// SPDX-License-Identifier: GPL-2.0
#include <linux/kernel.h>
#include <linux/percpu.h>
#include <asm/desc.h>
#include <asm/msr.h>
#include <asm/processor.h>
#include <asm/special_insns.h>

#include "vmx_state.h"

#define BASIC_TRUE_CONTROLS	BIT_ULL(55)
#define CODE64			0xa09b
#define DATA			0xc093
#define BUSY_TSS		0x8b
#define UNUSABLE		0x10000
#define NO_VMCS			(~0ul)

/* The controls that must be 1, and @wanted. */
static u32 controls(u32 msr, u32 true_msr, u32 wanted)
{
	u64 basic;
	u32 must, may;

	rdmsrl(MSR_IA32_VMX_BASIC, basic);
	rdmsr(basic & BASIC_TRUE_CONTROLS ? true_msr : msr, must, may);
	return (must | wanted) & may;
}

struct value {
	u32 field;
	unsigned long value;
};

static bool write_fields(const struct value *values, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		if (write_field(values[i].field, values[i].value) != VMX_SUCCEED) {
			pr_err("VMWRITE of %#x failed\n", values[i].field);
			return false;
		}
	}
	return true;
}

static bool write_controls(void)
{
	const struct value values[] = {
		{ PIN_BASED_VM_EXEC_CONTROL,
		  controls(MSR_IA32_VMX_PINBASED_CTLS, MSR_IA32_VMX_TRUE_PINBASED_CTLS,
			   PIN_BASED_VMX_PREEMPTION_TIMER) },
		{ CPU_BASED_VM_EXEC_CONTROL,
		  controls(MSR_IA32_VMX_PROCBASED_CTLS,
			   MSR_IA32_VMX_TRUE_PROCBASED_CTLS, 0) },
		{ VM_EXIT_CONTROLS,
		  controls(MSR_IA32_VMX_EXIT_CTLS, MSR_IA32_VMX_TRUE_EXIT_CTLS,
			   VM_EXIT_HOST_ADDR_SPACE_SIZE) },
		{ VM_ENTRY_CONTROLS,
		  controls(MSR_IA32_VMX_ENTRY_CTLS, MSR_IA32_VMX_TRUE_ENTRY_CTLS,
			   VM_ENTRY_IA32E_MODE) },
		{ EXCEPTION_BITMAP, 0 }, { CR3_TARGET_COUNT, 0 },
		{ VM_EXIT_MSR_STORE_COUNT, 0 }, { VM_EXIT_MSR_LOAD_COUNT, 0 },
		{ VM_ENTRY_MSR_LOAD_COUNT, 0 }, { VM_ENTRY_INTR_INFO_FIELD, 0 },
		{ VMX_PREEMPTION_TIMER_VALUE, 0 },
	};

	return write_fields(values, ARRAY_SIZE(values));
}

static unsigned long tss_base(void)
{
	return (unsigned long)&get_cpu_entry_area(smp_processor_id())->tss.x86_tss;
}

/* MSRs that some CPUs have, and some of them fields for. */
static void write_host_msrs(void)
{
	static const struct { u32 field, msr; } msrs[] = {
		{ HOST_IA32_PAT, MSR_IA32_CR_PAT }, { HOST_IA32_EFER, MSR_EFER },
		{ HOST_IA32_PERF_GLOBAL_CTRL, MSR_CORE_PERF_GLOBAL_CTRL },
		{ 0x2c06, 0x6e1 },	/* IA32_PKRS */
		{ 0x6c18, 0x6a2 },	/* IA32_S_CET */
		{ 0x6c1c, 0x6a8 },	/* IA32_INTERRUPT_SSP_TABLE_ADDR */
	};
	unsigned int i;
	u64 value;

	for (i = 0; i < ARRAY_SIZE(msrs); i++)
		write_field(msrs[i].field, rdmsrl_safe(msrs[i].msr, &value) ? 0 : value);
}

/* The host's state for the host, and mostly for the guest, too. */
bool write_host(void)
{
	struct desc_ptr gdt, idt;
	unsigned long gs_base, fs_base, sysenter_esp, sysenter_eip;

	native_store_gdt(&gdt);
	store_idt(&idt);
	rdmsrl(MSR_GS_BASE, gs_base);
	rdmsrl(MSR_FS_BASE, fs_base);
	rdmsrl(MSR_IA32_SYSENTER_ESP, sysenter_esp);
	rdmsrl(MSR_IA32_SYSENTER_EIP, sysenter_eip);

	const struct value values[] = {
		{ HOST_CR0, read_cr0() }, { HOST_CR3, __read_cr3() },
		{ HOST_CR4, __read_cr4() },
		{ HOST_CS_SELECTOR, __KERNEL_CS }, { HOST_SS_SELECTOR, __KERNEL_DS },
		{ HOST_DS_SELECTOR, 0 }, { HOST_ES_SELECTOR, 0 },
		{ HOST_FS_SELECTOR, 0 }, { HOST_GS_SELECTOR, 0 },
		{ HOST_TR_SELECTOR, GDT_ENTRY_TSS * 8 },
		{ HOST_FS_BASE, fs_base }, { HOST_GS_BASE, gs_base },
		{ HOST_TR_BASE, tss_base() }, { HOST_GDTR_BASE, gdt.address },
		{ HOST_IDTR_BASE, idt.address }, { HOST_IA32_SYSENTER_CS, __KERNEL_CS },
		{ HOST_IA32_SYSENTER_ESP, sysenter_esp },
		{ HOST_IA32_SYSENTER_EIP, sysenter_eip },
		{ GUEST_CR0, read_cr0() }, { GUEST_CR3, __read_cr3() },
		{ GUEST_CR4, __read_cr4() }, { GUEST_GS_BASE, gs_base },
		{ GUEST_GDTR_BASE, gdt.address }, { GUEST_GDTR_LIMIT, gdt.size },
		{ GUEST_IDTR_BASE, idt.address }, { GUEST_IDTR_LIMIT, idt.size },
		{ GUEST_TR_BASE, tss_base() },
	};

	write_host_msrs();
	return write_fields(values, ARRAY_SIZE(values));
}

static bool write_guest(void)
{
	const struct value values[] = {
		{ GUEST_CS_SELECTOR, __KERNEL_CS }, { GUEST_CS_AR_BYTES, CODE64 },
		{ GUEST_CS_LIMIT, 0xffffffff }, { GUEST_CS_BASE, 0 },
		{ GUEST_SS_SELECTOR, __KERNEL_DS }, { GUEST_SS_AR_BYTES, DATA },
		{ GUEST_SS_LIMIT, 0xffffffff }, { GUEST_SS_BASE, 0 },
		{ GUEST_DS_AR_BYTES, UNUSABLE }, { GUEST_ES_AR_BYTES, UNUSABLE },
		{ GUEST_FS_AR_BYTES, UNUSABLE }, { GUEST_GS_AR_BYTES, UNUSABLE },
		{ GUEST_LDTR_AR_BYTES, UNUSABLE },
		{ GUEST_TR_SELECTOR, GDT_ENTRY_TSS * 8 },
		{ GUEST_TR_AR_BYTES, BUSY_TSS }, { GUEST_TR_LIMIT, __KERNEL_TSS_LIMIT },
		{ GUEST_RFLAGS, X86_EFLAGS_FIXED }, { GUEST_RSP, 0 },
		{ GUEST_RIP, (unsigned long)write_guest }, { GUEST_DR7, 0x400 },
		{ GUEST_IA32_DEBUGCTL, 0 }, { GUEST_ACTIVITY_STATE, 0 },
		{ GUEST_INTERRUPTIBILITY_INFO, 0 },
		{ GUEST_PENDING_DBG_EXCEPTIONS, 0 }, { VMCS_LINK_POINTER, NO_VMCS },
	};

	return write_fields(values, ARRAY_SIZE(values));
}

bool write_valid_vmcs(void)
{
	return write_controls() && write_host() && write_guest();
}

/*
 * The guest executes nothing, so it changes no register. A VM exit arrives at
 * the label with the flags that were written before: neither failed.
 */
#define ENTER(prefix, insn)						\
({									\
	asm volatile(prefix						\
		     insn "\n"						\
		     "setc %[cf]\n"					\
		     "setz %[zf]\n"					\
		     "1:\n"						\
		     : [cf] "+b" (cf), [zf] "+c" (zf)			\
		     : [host_rip] "r" ((unsigned long)HOST_RIP),	\
		       [host_rsp] "r" ((unsigned long)HOST_RSP)		\
		     : "rax", "cc", "memory");				\
})

#define COME_BACK	"lea 1f(%%rip), %%rax\n\t"			\
			"vmwrite %%rax, %[host_rip]\n\t"		\
			"vmwrite %%rsp, %[host_rsp]\n\t"
#define MOV_SS		"mov %%ss, %%eax\n\tmov %%eax, %%ss\n\t"

enum vmx_outcome enter_guest(enum entry how)
{
	unsigned char cf = 0, zf = 0;
	struct desc_ptr gdt, idt;

	native_store_gdt(&gdt);
	store_idt(&idt);
	switch (how) {
	case ENTER_LAUNCH:
		ENTER(COME_BACK, "vmlaunch");
		break;
	case ENTER_RESUME:
		ENTER(COME_BACK, "vmresume");
		break;
	case ENTER_AFTER_MOV_SS:
		ENTER(COME_BACK MOV_SS, "vmlaunch");
		break;
	case ENTER_AS_IS:
		ENTER("", "vmlaunch");
		break;
	}
	/* VM exit makes their limits the greatest, and the TSS's the least. */
	load_gdt(&gdt);
	load_idt(&idt);
	invalidate_tss_limit();
	return cf ? VMX_FAIL_INVALID : zf ? VMX_FAIL_VALID : VMX_SUCCEED;
}
