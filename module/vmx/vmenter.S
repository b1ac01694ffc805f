/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The switch of the general-purpose registers around VM entry and VM exit, and
 * the speculation barriers that must not be further away from it.
 */
#include <linux/linkage.h>
#include <asm/asm.h>
#include <asm/msr-index.h>
#include <asm/nospec-branch.h>
#include <asm/percpu.h>

#include "vmenter.h"

/* Numbers of the registers in instructions index vmx_vcpu.gpr. */
#define GPR(n)		(VMX_VCPU_GPR + 8 * (n))
#define GPR_RAX		GPR(0)
#define GPR_RCX		GPR(1)
#define GPR_RDX		GPR(2)
#define GPR_RBX		GPR(3)
#define GPR_RBP		GPR(5)
#define GPR_RSI		GPR(6)
#define GPR_RDI		GPR(7)

.section .noinstr.text, "ax"

/*
 * unsigned int vmx_switch_to_guest(struct vmx_vcpu *v)
 *
 * VMLAUNCH or VMRESUME, until the VM exit or the failure. Guest registers are
 * taken from v->gpr and put back there if there was a VM exit; RSP, RIP and
 * RFLAGS are in the VMCS. Interrupts are disabled. Returns VMX_SWITCH_*.
 *
 * VM exit loads RSP with the address of struct vmx_vcpu, whatever the stack is:
 * so HOST_RSP never changes, and the way to the structure needs no register of
 * the guest. Nobody may push anything there, and nobody does: between VM exit
 * and the load of the real RSP three instructions follow, which can't fault;
 * interrupts are disabled, DR7 and TF are clear; and NMIs, machine checks and
 * double faults have stacks of their own (IST, or FRED's stack levels). If an
 * NMI's handler looks at the RSP that it has interrupted, such as to unwind, it
 * finds that this is no stack and stops there.
 */
SYM_FUNC_START(vmx_switch_to_guest)
	push	%rbp
	push	%r15
	push	%r14
	push	%r13
	push	%r12
	push	%rbx
	mov	%rsp, VMX_VCPU_HOST_RSP(%rdi)
	UNWIND_HINT_SAVE
	/* For a failure, which leaves all registers as they are. */
	push	%rdi

	/*
	 * The guest's IA32_SPEC_CTRL. From here to VM entry nothing may return
	 * or branch indirectly.
	 */
	ALTERNATIVE "jmp .Lguest_spec_ctrl_done", "", X86_FEATURE_MSR_SPEC_CTRL
	movl	VMX_VCPU_SPEC_CTRL(%rdi), %eax
	cmpl	PER_CPU_VAR(x86_spec_ctrl_current), %eax
	je	.Lguest_spec_ctrl_done
	mov	$MSR_IA32_SPEC_CTRL, %ecx
	xor	%edx, %edx
	wrmsr
.Lguest_spec_ctrl_done:

	/* CF, set if not launched, chooses: neither MOV nor VERW change it. */
	cmpb	$1, VMX_VCPU_LAUNCHED(%rdi)

	mov	GPR_RAX(%rdi), %rax
	mov	GPR_RCX(%rdi), %rcx
	mov	GPR_RDX(%rdi), %rdx
	mov	GPR_RBX(%rdi), %rbx
	mov	GPR_RBP(%rdi), %rbp
	mov	GPR_RSI(%rdi), %rsi
	mov	GPR(8)(%rdi), %r8
	mov	GPR(9)(%rdi), %r9
	mov	GPR(10)(%rdi), %r10
	mov	GPR(11)(%rdi), %r11
	mov	GPR(12)(%rdi), %r12
	mov	GPR(13)(%rdi), %r13
	mov	GPR(14)(%rdi), %r14
	mov	GPR(15)(%rdi), %r15
	mov	GPR_RDI(%rdi), %rdi

	/* Last: what is loaded after VERW could be sampled by the guest. */
	CLEAR_CPU_BUFFERS

	jc	.Lvmlaunch

.Lvmresume:
	vmresume
	jmp	.Lfailed
.Lvmlaunch:
	vmlaunch
	jmp	.Lfailed
	_ASM_EXTABLE(.Lvmresume, .Lfault)
	_ASM_EXTABLE(.Lvmlaunch, .Lfault)

SYM_INNER_LABEL(vmx_exit_point, SYM_L_GLOBAL)
	UNWIND_HINT_RESTORE
	ENDBR

	mov	%rdi, GPR_RDI(%rsp)
	mov	%rsp, %rdi
	mov	VMX_VCPU_HOST_RSP(%rdi), %rsp

	mov	%rax, GPR_RAX(%rdi)
	mov	%rcx, GPR_RCX(%rdi)
	mov	%rdx, GPR_RDX(%rdi)
	mov	%rbx, GPR_RBX(%rdi)
	mov	%rbp, GPR_RBP(%rdi)
	mov	%rsi, GPR_RSI(%rdi)
	mov	%r8, GPR(8)(%rdi)
	mov	%r9, GPR(9)(%rdi)
	mov	%r10, GPR(10)(%rdi)
	mov	%r11, GPR(11)(%rdi)
	mov	%r12, GPR(12)(%rdi)
	mov	%r13, GPR(13)(%rdi)
	mov	%r14, GPR(14)(%rdi)
	mov	%r15, GPR(15)(%rdi)

	mov	$VMX_SWITCH_EXITED, %ebx

.Lleave:
	/*
	 * No value of the guest may be left for speculation, not even in the
	 * registers that are restored below: that load may be speculated past.
	 */
	xor	%eax, %eax
	xor	%ecx, %ecx
	xor	%edx, %edx
	xor	%ebp, %ebp
	xor	%esi, %esi
	xor	%r8d, %r8d
	xor	%r9d, %r9d
	xor	%r10d, %r10d
	xor	%r11d, %r11d
	xor	%r12d, %r12d
	xor	%r13d, %r13d
	xor	%r14d, %r14d
	xor	%r15d, %r15d

	/* The return stack buffer is the guest's until here: no RET before. */
	FILL_RETURN_BUFFER %rcx, RSB_CLEAR_LOOPS, X86_FEATURE_RSB_VMEXIT, \
			   X86_FEATURE_RSB_VMEXIT_LITE

	/*
	 * The host's IA32_SPEC_CTRL. With IBRS as the kernel's mitigation the
	 * MSR must be written after every exit, whatever it holds.
	 */
	ALTERNATIVE "jmp .Lhost_spec_ctrl_done", "", X86_FEATURE_MSR_SPEC_CTRL
	movl	PER_CPU_VAR(x86_spec_ctrl_current), %eax
	ALTERNATIVE "", "jmp .Lwrite_host_spec_ctrl", X86_FEATURE_KERNEL_IBRS
	cmpl	VMX_VCPU_SPEC_CTRL(%rdi), %eax
	je	.Lhost_spec_ctrl_written
.Lwrite_host_spec_ctrl:
	mov	$MSR_IA32_SPEC_CTRL, %ecx
	xor	%edx, %edx
	wrmsr
.Lhost_spec_ctrl_written:
	lfence
.Lhost_spec_ctrl_done:

	CLEAR_BRANCH_HISTORY_VMEXIT

	mov	%ebx, %eax
	pop	%rbx
	pop	%r12
	pop	%r13
	pop	%r14
	pop	%r15
	pop	%rbp
	RET

	/* VMfailInvalid sets CF, VMfailValid sets ZF. */
.Lfailed:
	pop	%rdi
	mov	$VMX_SWITCH_FAIL_INVALID, %ebx
	jc	.Lleave
	mov	$VMX_SWITCH_FAIL_VALID, %ebx
	jmp	.Lleave

.Lfault:
	pop	%rdi
	mov	$VMX_SWITCH_FAULT, %ebx
	jmp	.Lleave
SYM_FUNC_END(vmx_switch_to_guest)
