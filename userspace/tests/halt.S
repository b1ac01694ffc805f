/* SPDX-License-Identifier: GPL-2.0 */
/* Nothing can wake this CPU again. */
#include "guest.inc"
_start:
	cli
	hlt
	debug_exit 1
