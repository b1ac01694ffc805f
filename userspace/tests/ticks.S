/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The timer's interrupts reach a halted CPU, a busy one, and one that has to
 * be asked for an interrupt window.
 */
#include "guest.inc"
#define DIVISOR		11932	/* 100 Hz */

_start:
	set_vector 0x20, tick
	init_pic 0x01
	out_byte 0x34, PIT_CONTROL
	out_byte (DIVISOR & 0xff), PIT_COUNTER0
	out_byte (DIVISOR >> 8), PIT_COUNTER0

	sti
1:	hlt
	cmpb	$3, ticks
	jb	1b
2:	cmpb	$6, ticks		/* busy */
	jb	2b

	cli
	movb	ticks, %bl
	out_byte 0x0a, PIC_COMMAND	/* read the requests */
3:	inb	$PIC_COMMAND, %al
	testb	$0x01, %al
	jz	3b
	cmpb	%bl, ticks		/* it has to wait for STI */
	jne	wrong
	sti
	nop
	nop
	cli
	incb	%bl
	cmpb	%bl, ticks
	jne	wrong
	debug_exit 2
wrong:	debug_exit 1

tick:	pushw	%ax
	incb	ticks
	out_byte PIC_EOI, PIC_COMMAND
	popw	%ax
	iretw
ticks:	.byte	0
