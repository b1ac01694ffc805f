/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MINIVMM_POWER_H
#define MINIVMM_POWER_H

#include <stdbool.h>

/*
 * minivmm's exit status. Its own are even, because the debug-exit port gives
 * the odd ones to the guest: (value << 1) | 1.
 */
enum status {
	STATUS_OK = 0,			/* the guest ended, or the user left */
	STATUS_SETUP = 2,		/* an option, a file or the device */
	STATUS_FAIL_ENTRY = 4,		/* the CPU refused to enter the guest */
	STATUS_INTERNAL_ERROR = 6,	/* the device could not go on */
	STATUS_TRIPLE_FAULT = 8,
	STATUS_UNHANDLED_EXIT = 10,	/* an exit that minivmm did not ask for */
	STATUS_RUN_ERROR = 12,		/* KVM_RUN itself failed */
};

/* The PC's power button: whoever ends the run says how and why. */
struct power {
	bool off;
	int status;		/* enum status, or the debug-exit port's */
	const char *reason;	/* a sentence for the user */
};

/**
 * power_off() - end the run; the first caller's words stand
 * @power:	the PC's power
 * @status:	minivmm's exit status, 0..255
 * @reason:	why, for the user
 */
static inline void power_off(struct power *power, int status,
			     const char *reason)
{
	if (power->off)
		return;
	power->off = true;
	power->status = status;
	power->reason = reason;
}

#endif
