/* SPDX-License-Identifier: GPL-2.0 */
/*
 * void hold_sse(struct registers *regs, long times)
 * void hold_avx512(struct registers *regs, long times)
 *
 * Load all registers from *regs, keep them for a while, store them there. The
 * loop counts in memory, for no register is free.
 */

/* struct registers; guest.c asserts the same */
#define GPR(n)		(8 * (n))
#define X87(n)		(112 + 16 * (n))
#define MXCSR		240
#define CONTROL_WORD	244
#define VECTOR(n)	(256 + 64 * (n))
#define MASK(n)		(2304 + 8 * (n))

	.text

/* RSP stays; regs is at 8(%rsp) and the count at (%rsp) while they are held. */
	.macro hold_begin
	pushq	%rbx
	pushq	%rbp
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	subq	$8, %rsp
	fnstcw	(%rsp)
	stmxcsr	4(%rsp)
	pushq	%rdi
	pushq	%rsi
	fninit
	fldcw	CONTROL_WORD(%rdi)
	ldmxcsr	MXCSR(%rdi)
	.irp	n, 7, 6, 5, 4, 3, 2, 1, 0
	fldt	X87(\n)(%rdi)
	.endr
	.endm

	.macro hold_gprs
	movq	GPR(0)(%rdi), %rax
	movq	GPR(1)(%rdi), %rbx
	movq	GPR(2)(%rdi), %rcx
	movq	GPR(3)(%rdi), %rdx
	movq	GPR(4)(%rdi), %rsi
	movq	GPR(5)(%rdi), %rbp
	.irp	n, 8, 9, 10, 11, 12, 13, 14, 15
	movq	GPR(\n - 2)(%rdi), %r\n
	.endr
1:	decq	(%rsp)
	jnz	1b
	movq	8(%rsp), %rdi
	movq	%rax, GPR(0)(%rdi)
	movq	%rbx, GPR(1)(%rdi)
	movq	%rcx, GPR(2)(%rdi)
	movq	%rdx, GPR(3)(%rdi)
	movq	%rsi, GPR(4)(%rdi)
	movq	%rbp, GPR(5)(%rdi)
	.irp	n, 8, 9, 10, 11, 12, 13, 14, 15
	movq	%r\n, GPR(\n - 2)(%rdi)
	.endr
	.endm

	.macro hold_end
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7
	fstpt	X87(\n)(%rdi)
	.endr
	stmxcsr	MXCSR(%rdi)
	fnstcw	CONTROL_WORD(%rdi)
	addq	$16, %rsp
	fldcw	(%rsp)
	ldmxcsr	4(%rsp)
	addq	$8, %rsp
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbp
	popq	%rbx
	ret
	.endm

	.macro sse_numbers instruction
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	\instruction \n
	.endr
	.endm

	.macro load_xmm n
	movups	VECTOR(\n)(%rdi), %xmm\n
	.endm

	.macro store_xmm n
	movups	%xmm\n, VECTOR(\n)(%rdi)
	.endm

	.globl	hold_sse
	.type	hold_sse, @function
hold_sse:
	hold_begin
	sse_numbers load_xmm
	hold_gprs
	sse_numbers store_xmm
	hold_end

	.macro avx512_numbers instruction
	sse_numbers \instruction
	.irp	n, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	\instruction \n
	.endr
	.endm

	.macro load_zmm n
	vmovups	VECTOR(\n)(%rdi), %zmm\n
	.endm

	.macro store_zmm n
	vmovups	%zmm\n, VECTOR(\n)(%rdi)
	.endm

	.globl	hold_avx512
	.type	hold_avx512, @function
hold_avx512:
	hold_begin
	avx512_numbers load_zmm
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7
	kmovq	MASK(\n)(%rdi), %k\n
	.endr
	hold_gprs
	avx512_numbers store_zmm
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7
	kmovq	%k\n, MASK(\n)(%rdi)
	.endr
	hold_end

	.section .note.GNU-stack, "", @progbits
