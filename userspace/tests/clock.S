/* SPDX-License-Identifier: GPL-2.0 */
/* Prints the clock's century and year, four digits. */
#include "guest.inc"
_start:
	movb	$0x32, %al
	call	digits
	movb	$0x09, %al
	call	digits
	print	newline, 1
	debug_exit 2

/* Prints the two BCD digits of the clock's byte AL. */
digits:	outb	%al, $0x70
	inb	$0x71, %al
	movb	%al, %bl
	shrb	$4, %al
	call	digit
	movb	%bl, %al
	andb	$0x0f, %al
digit:	addb	$'0', %al
	movw	$SERIAL, %dx
	outb	%al, %dx
	ret
newline: .byte	'\n'
