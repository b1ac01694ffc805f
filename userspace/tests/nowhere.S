/* SPDX-License-Identifier: GPL-2.0 */
/* Runs on where there is no RAM (with 1 MiB): no device can emulate that. */
#include "guest.inc"
_start:
	ljmp	$0xffff, $0x10
