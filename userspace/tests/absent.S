/* SPDX-License-Identifier: GPL-2.0 */
/* Where nobody answers, reads give all-ones. With 1 MiB, ffff:10 is no RAM. */
#include "guest.inc"
_start:
	movw	$0x1234, %dx
	inb	%dx, %al
	cmpb	$0xff, %al
	jne	wrong
	inw	%dx, %ax
	cmpw	$0xffff, %ax
	jne	wrong
	inl	%dx, %eax
	cmpl	$0xffffffff, %eax
	jne	wrong
	outl	%eax, %dx

	movw	$0xffff, %ax
	movw	%ax, %ds
	movl	$0x12345678, 0x10
	movl	0x10, %eax
	cmpl	$0xffffffff, %eax
	jne	wrong
	debug_exit 2
wrong:	debug_exit 1
