/* SPDX-License-Identifier: GPL-2.0 */
/* String output, and an end by the debug-exit port: status (15h << 1) | 1. */
#include "guest.inc"
_start:
	print	text, 11
	debug_exit 0x15
text:	.ascii	"real mode\r\n"
