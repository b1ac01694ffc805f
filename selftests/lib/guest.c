// SPDX-License-Identifier: GPL-2.0
/* Exception entry of the 64-bit guest, and how a guest reports failure. */
#include <stddef.h>

#include "guest.h"

volatile struct guest_trap guest_trap = { .vector = NO_TRAP };
volatile uint64_t guest_resume;
struct guest_failure guest_failure;
void (*volatile guest_handlers[256])(struct guest_frame *frame);

/*
 * One stub of 16 bytes for each vector.  The vectors named push an error code
 * themselves, for the others a zero keeps the frame the same.
 */
asm(".pushsection .text\n"
".balign 16\n"
".globl guest_vectors\n"
"guest_vectors:\n"
".set vector, 0\n"
".rept 256\n"
".balign 16\n"
".if vector != 8 && vector != 17 && vector != 21 && (vector < 10 || vector > 14)\n"
"	pushq	$0\n"
".endif\n"
"	pushq	$vector\n"
"	jmp	guest_vector_common\n"
".set vector, vector + 1\n"
".endr\n"
"guest_vector_common:\n"
"	pushq	%rax\n"
"	pushq	%rcx\n"
"	pushq	%rdx\n"
"	pushq	%rbx\n"
"	pushq	%rbp\n"
"	pushq	%rsi\n"
"	pushq	%rdi\n"
"	pushq	%r8\n"
"	pushq	%r9\n"
"	pushq	%r10\n"
"	pushq	%r11\n"
"	pushq	%r12\n"
"	pushq	%r13\n"
"	pushq	%r14\n"
"	pushq	%r15\n"
"	movq	%rsp, %rdi\n"
"	cld\n"
"	call	guest_vector_entry\n"
"	popq	%r15\n"
"	popq	%r14\n"
"	popq	%r13\n"
"	popq	%r12\n"
"	popq	%r11\n"
"	popq	%r10\n"
"	popq	%r9\n"
"	popq	%r8\n"
"	popq	%rdi\n"
"	popq	%rsi\n"
"	popq	%rbp\n"
"	popq	%rbx\n"
"	popq	%rdx\n"
"	popq	%rcx\n"
"	popq	%rax\n"
"	addq	$16, %rsp\n"
"	iretq\n"
".popsection\n");

void guest_vector_entry(struct guest_frame *frame);

void guest_vector_entry(struct guest_frame *frame)
{
	if (guest_handlers[frame->vector]) {
		guest_handlers[frame->vector](frame);
		return;
	}
	guest_trap.vector = frame->vector;
	guest_trap.error_code = frame->error_code;
	guest_trap.rip = frame->rip;
	guest_trap.cr2 = READ_REG(cr2);
	if (!guest_resume)
		guest_fail(__FILE__, __LINE__, "no unexpected exception");
	frame->rip = guest_resume;
	guest_resume = 0;
}

void guest_fail(const char *file, int line, const char *text)
{
	guest_failure = (struct guest_failure) { file, line, text };
	for (;;)
		outb(PORT_FAIL, 0);
}
