/* SPDX-License-Identifier: GPL-2.0 */
/* The keyboard controller's reset. */
#include "guest.inc"
_start:
	out_byte 0xfe, 0x64
	debug_exit 1
