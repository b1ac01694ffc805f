/* SPDX-License-Identifier: GPL-2.0 */
/* Counter 2 of the timer, by its gate, output, latch and status. */
#include "guest.inc"
#define PIT_COUNTER2	0x42
#define SPEAKER		0x61

_start:
	out_byte 0x00, SPEAKER		/* gate off */
	out_byte 0xb0, PIT_CONTROL	/* counter 2, both bytes, mode 0 */
	out_byte 0x00, PIT_COUNTER2
	out_byte 0x20, PIT_COUNTER2
	call	count
	cmpw	$0x2000, %ax		/* does not count */
	jne	wrong
	inb	$SPEAKER, %al
	testb	$0x20, %al		/* its output is low */
	jnz	wrong

	out_byte 0x01, SPEAKER		/* gate on */
1:	call	count
	cmpw	$0x2000, %ax		/* counts down */
	je	1b
	ja	wrong
2:	inb	$SPEAKER, %al		/* until its output rises */
	testb	$0x20, %al
	jz	2b

	out_byte 0xe8, PIT_CONTROL	/* read back counter 2's status */
	inb	$PIT_COUNTER2, %al
	cmpb	$0xb0, %al		/* output, both bytes, mode 0 */
	jne	wrong
	out_byte 0x00, SPEAKER		/* gate off: the count stays */
	call	count
	movw	%ax, %bx
	call	count
	cmpw	%ax, %bx
	jne	wrong
	debug_exit 2
wrong:	debug_exit 1

/* AX = counter 2, latched. */
count:	out_byte 0x80, PIT_CONTROL
	inb	$PIT_COUNTER2, %al
	movb	%al, %ah
	inb	$PIT_COUNTER2, %al
	xchgb	%al, %ah
	ret
