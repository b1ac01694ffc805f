/* SPDX-License-Identifier: GPL-2.0 */
/* An exception without an interrupt vector table. */
#include "guest.inc"
_start:
	lidt	nothing
	int3
	debug_exit 1
nothing: .word	0
	.long	0
