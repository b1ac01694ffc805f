/* SPDX-License-Identifier: GPL-2.0 */
/* Sends back a line that it receives by polling, then one by interrupts. */
#include "guest.inc"
_start:
1:	movw	$SERIAL_LSR, %dx
	inb	%dx, %al
	testb	$LSR_DR, %al
	jz	1b
	call	echo
	cmpb	$'\n', %al
	jne	1b

	set_vector 0x24, receive
	init_pic 0x10
	movw	$SERIAL_MCR, %dx
	movb	$0x0b, %al		/* OUT2: interrupts reach the PIC */
	outb	%al, %dx
	movw	$SERIAL_IER, %dx
	movb	$0x01, %al
	outb	%al, %dx
2:	sti
	hlt
	cli
	cmpb	$'\n', last
	jne	2b
	debug_exit 2

/* One byte from the line and back; leaves it in AL. */
echo:	movw	$SERIAL, %dx
	inb	%dx, %al
	outb	%al, %dx
	ret

receive: pushw	%ax
	pushw	%dx
	call	echo
	movb	%al, last
	out_byte PIC_EOI, PIC_COMMAND
	popw	%dx
	popw	%ax
	iretw
last:	.byte	0
