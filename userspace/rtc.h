/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MINIVMM_RTC_H
#define MINIVMM_RTC_H

#include <stdint.h>
#include <time.h>

struct bus;

/* The PC's clock with its battery-backed memory, an MC146818. */
struct rtc {
	uint8_t index;		/* of the byte selected by port 70h */
	uint8_t cmos[128];
	time_t offset;		/* s, the guest's time less the host's */
};

/**
 * rtc_init() - set the clock to the host's UTC and attach it
 * @rtc:	the clock
 * @ports:	the I/O ports
 */
void rtc_init(struct rtc *rtc, struct bus *ports);

#endif
