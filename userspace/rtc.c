// SPDX-License-Identifier: GPL-2.0
/*
 * The MC146818 clock, as Motorola's data sheet describes it, without its
 * interrupts: it tells the time, and never rings.
 */
#include "rtc.h"

#include <stdbool.h>

#include "bus.h"

#define RTC_PORT	0x70

enum {
	RTC_SECONDS = 0, RTC_MINUTES = 2, RTC_HOURS = 4, RTC_WEEKDAY = 6,
	RTC_DAY, RTC_MONTH, RTC_YEAR, RTC_A, RTC_B, RTC_C, RTC_D,
	RTC_CENTURY = 0x32,
};

#define RTC_A_32768_HZ	0x26
#define RTC_B_24_HOURS	0x02
#define RTC_B_BINARY	0x04
#define RTC_D_VALID	0x80
#define RTC_HOUR_PM	0x80

static bool is_binary(const struct rtc *rtc)
{
	return rtc->cmos[RTC_B] & RTC_B_BINARY;
}

static uint8_t encode(const struct rtc *rtc, int value)
{
	return is_binary(rtc) ? value : value / 10 << 4 | value % 10;
}

static int decode(const struct rtc *rtc, uint8_t value)
{
	return is_binary(rtc) ? value : (value >> 4) * 10 + (value & 0x0f);
}

static uint8_t encode_hour(const struct rtc *rtc, int hour)
{
	if (rtc->cmos[RTC_B] & RTC_B_24_HOURS)
		return encode(rtc, hour);
	return encode(rtc, (hour + 11) % 12 + 1) | (hour < 12 ? 0 : RTC_HOUR_PM);
}

static int decode_hour(const struct rtc *rtc, uint8_t value)
{
	if (rtc->cmos[RTC_B] & RTC_B_24_HOURS)
		return decode(rtc, value);
	return decode(rtc, value & ~RTC_HOUR_PM) % 12 +
		(value & RTC_HOUR_PM ? 12 : 0);
}

static struct tm guest_time(const struct rtc *rtc)
{
	time_t now = time(NULL) + rtc->offset;
	struct tm tm;

	gmtime_r(&now, &tm);
	return tm;
}

static uint8_t rtc_read(void *device, unsigned int offset)
{
	const struct rtc *rtc = device;
	struct tm tm = guest_time(rtc);

	if (!offset)
		return 0xff;	/* the index can't be read */
	switch (rtc->index) {
	case RTC_SECONDS:
		return encode(rtc, tm.tm_sec);
	case RTC_MINUTES:
		return encode(rtc, tm.tm_min);
	case RTC_HOURS:
		return encode_hour(rtc, tm.tm_hour);
	case RTC_WEEKDAY:
		return encode(rtc, tm.tm_wday + 1);
	case RTC_DAY:
		return encode(rtc, tm.tm_mday);
	case RTC_MONTH:
		return encode(rtc, tm.tm_mon + 1);
	case RTC_YEAR:
		return encode(rtc, tm.tm_year % 100);
	case RTC_CENTURY:
		return encode(rtc, 19 + tm.tm_year / 100);
	default:
		return rtc->cmos[rtc->index];
	}
}

/* Setting any part of the time moves the guest's time against the host's. */
static void set_time(struct rtc *rtc, uint8_t value)
{
	struct tm tm = guest_time(rtc);
	time_t before = timegm(&tm);

	switch (rtc->index) {
	case RTC_SECONDS:
		tm.tm_sec = decode(rtc, value);
		break;
	case RTC_MINUTES:
		tm.tm_min = decode(rtc, value);
		break;
	case RTC_HOURS:
		tm.tm_hour = decode_hour(rtc, value);
		break;
	case RTC_DAY:
		tm.tm_mday = decode(rtc, value);
		break;
	case RTC_MONTH:
		tm.tm_mon = decode(rtc, value) - 1;
		break;
	case RTC_YEAR:
		tm.tm_year += decode(rtc, value) - tm.tm_year % 100;
		break;
	case RTC_CENTURY:
		tm.tm_year = (decode(rtc, value) - 19) * 100 + tm.tm_year % 100;
		break;
	}
	rtc->offset += timegm(&tm) - before;
}

static void rtc_write(void *device, unsigned int offset, uint8_t value)
{
	struct rtc *rtc = device;

	if (!offset) {
		/* The top bit masks NMIs, of which this PC has none. */
		rtc->index = value & 0x7f;
		return;
	}
	switch (rtc->index) {
	case RTC_SECONDS:
	case RTC_MINUTES:
	case RTC_HOURS:
	case RTC_DAY:
	case RTC_MONTH:
	case RTC_YEAR:
	case RTC_CENTURY:
		set_time(rtc, value);
		break;
	case RTC_WEEKDAY:	/* follows from the date */
	case RTC_C:
	case RTC_D:		/* read-only */
		break;
	default:
		rtc->cmos[rtc->index] = value;
	}
}

void rtc_init(struct rtc *rtc, struct bus *ports)
{
	*rtc = (struct rtc){ .cmos = {
		[RTC_A] = RTC_A_32768_HZ,
		[RTC_B] = RTC_B_24_HOURS,
		[RTC_D] = RTC_D_VALID,
	} };
	bus_attach(ports, &(struct bus_region){
		.base = RTC_PORT, .len = 2, .device = rtc,
		.read = rtc_read, .write = rtc_write });
}
