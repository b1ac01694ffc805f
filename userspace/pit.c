// SPDX-License-Identifier: GPL-2.0
/*
 * The 8254, as Intel's data sheet describes it, with two simplifications: it
 * counts in binary even when asked for BCD, and a new count takes effect at
 * once, not after the current period.
 */
#include "pit.h"

#include "bus.h"
#include "clock.h"
#include "pic.h"

#define PIT_PORT	0x40
#define PIT_CONTROL	3	/* offset */
#define SPEAKER_PORT	0x61
#define SPEAKER_GATE	0x01	/* counter 2's gate */
#define SPEAKER_DATA	0x02
#define SPEAKER_REFRESH	0x10	/* toggles with each refresh */
#define SPEAKER_OUT	0x20	/* counter 2's output */
#define REFRESH_NS	15085

#define CONTROL_SELECT(value)	((value) >> 6)
#define CONTROL_READ_BACK	3	/* in place of a counter's number */
#define CONTROL_ACCESS(value)	(((value) >> 4) & 3)
#define CONTROL_MODE(value)	(((value) >> 1) & 7)
#define READ_BACK_NO_COUNT	0x20
#define READ_BACK_NO_STATUS	0x10
#define STATUS_OUT		0x80
#define STATUS_NULL_COUNT	0x40

enum {
	MODE_TERMINAL, MODE_ONE_SHOT, MODE_RATE, MODE_SQUARE, MODE_STROBE,
	MODE_HW_STROBE,
};

static uint64_t clocks_to_ns(uint64_t clocks)
{
	/* Rounded up, so that at that time the clock has really come. */
	return ((__uint128_t)clocks * NSEC_PER_SEC + PIT_HZ - 1) / PIT_HZ;
}

static uint64_t clocks_since(const struct pit_counter *counter, uint64_t now)
{
	return (__uint128_t)(now - counter->start) * PIT_HZ / NSEC_PER_SEC;
}

static bool is_periodic(const struct pit_counter *counter)
{
	return counter->mode == MODE_RATE || counter->mode == MODE_SQUARE;
}

/* In modes 1 and 5 a rising gate starts the count; elsewhere low stops it. */
static bool is_triggered(const struct pit_counter *counter)
{
	return counter->mode == MODE_ONE_SHOT || counter->mode == MODE_HW_STROBE;
}

static bool is_counting(const struct pit_counter *counter)
{
	return counter->loaded && (counter->gate || is_triggered(counter));
}

static uint16_t count_now(const struct pit_counter *counter, uint64_t now)
{
	uint64_t clocks;

	if (!is_counting(counter))
		return counter->held;
	clocks = clocks_since(counter, now);
	switch (counter->mode) {
	case MODE_RATE:
		return counter->reload - clocks % counter->reload;
	case MODE_SQUARE:	/* counts by two, twice per period */
		return counter->reload - clocks * 2 % counter->reload;
	default:		/* goes on below zero */
		return counter->reload - clocks;
	}
}

static bool output_now(const struct pit_counter *counter, uint64_t now)
{
	uint64_t clocks;

	if (!is_counting(counter))
		return counter->mode != MODE_TERMINAL;
	clocks = clocks_since(counter, now);
	switch (counter->mode) {
	case MODE_TERMINAL:
	case MODE_ONE_SHOT:
		return clocks >= counter->reload;
	case MODE_RATE:
		return clocks % counter->reload != counter->reload - 1;
	case MODE_SQUARE:
		return clocks % counter->reload < (counter->reload + 1) / 2;
	default:
		return clocks != counter->reload;
	}
}

/* When the counter's output rises for the edge-th time since its start. */
static uint64_t edge_time(const struct pit_counter *counter, uint64_t edge)
{
	if (!is_counting(counter) || (!is_periodic(counter) && edge > 1))
		return CLOCK_NEVER;
	return counter->start + clocks_to_ns(edge * counter->reload);
}

void pit_update(struct pit *pit, uint64_t now)
{
	const struct pit_counter *counter = &pit->counters[0];
	uint64_t edges;

	if (now < pit->deadline)
		return;
	edges = clocks_since(counter, now) / counter->reload;
	pit->deadline = edge_time(counter, edges + 1);
	pic_set_irq(pit->pic, 0, false);
	pic_set_irq(pit->pic, 0, true);
}

/* A counter starts (anew), stops or changes its mode. */
static void restarted(struct pit *pit, const struct pit_counter *counter)
{
	if (counter != &pit->counters[0])
		return;
	pit->deadline = edge_time(counter, 1);
}

static void load_count(struct pit *pit, struct pit_counter *counter,
		       uint16_t count)
{
	counter->reload = count ? count : 0x10000;
	/* A triggered counter waits for its gate. */
	counter->loaded = !is_triggered(counter);
	counter->held = counter->reload;
	counter->start = clock_now();
	restarted(pit, counter);
}

static void set_gate(struct pit *pit, struct pit_counter *counter, bool gate)
{
	uint64_t now = clock_now();

	if (gate == counter->gate)
		return;
	if (!gate)
		counter->held = count_now(counter, now);
	counter->gate = gate;
	if (!gate)
		return;
	if (is_triggered(counter)) {
		counter->loaded = true;
		counter->start = now;
	} else if (is_periodic(counter)) {
		counter->start = now;
	} else {	/* goes on where the gate stopped it */
		counter->start = now -
			clocks_to_ns(counter->reload - counter->held);
	}
	restarted(pit, counter);
}

static void latch_count(struct pit_counter *counter)
{
	if (counter->count_latched)
		return;
	counter->latched_count = count_now(counter, clock_now());
	counter->count_latched = true;
}

static void latch_status(struct pit_counter *counter)
{
	if (counter->status_latched)
		return;
	counter->latched_status = counter->access << 4 | counter->mode << 1;
	if (output_now(counter, clock_now()))
		counter->latched_status |= STATUS_OUT;
	if (!counter->loaded)
		counter->latched_status |= STATUS_NULL_COUNT;
	counter->status_latched = true;
}

static void read_back(struct pit *pit, uint8_t value)
{
	unsigned int i;

	for (i = 0; i < 3; i++) {
		if (!(value & (2 << i)))
			continue;
		if (!(value & READ_BACK_NO_COUNT))
			latch_count(&pit->counters[i]);
		if (!(value & READ_BACK_NO_STATUS))
			latch_status(&pit->counters[i]);
	}
}

static void write_control(struct pit *pit, uint8_t value)
{
	struct pit_counter *counter;

	if (CONTROL_SELECT(value) == CONTROL_READ_BACK) {
		read_back(pit, value);
		return;
	}
	counter = &pit->counters[CONTROL_SELECT(value)];
	if (CONTROL_ACCESS(value) == PIT_LATCH) {
		latch_count(counter);
		return;
	}
	*counter = (struct pit_counter){
		.access = CONTROL_ACCESS(value),
		/* Modes 6 and 7 are 2 and 3. */
		.mode = CONTROL_MODE(value) > MODE_HW_STROBE ?
			CONTROL_MODE(value) - 4 : CONTROL_MODE(value),
		.gate = counter->gate,
		.reload = 0x10000,
	};
	restarted(pit, counter);
}

static void write_count(struct pit *pit, struct pit_counter *counter,
			uint8_t value)
{
	switch (counter->access) {
	case PIT_LOW:
		load_count(pit, counter, value);
		break;
	case PIT_HIGH:
		load_count(pit, counter, value << 8);
		break;
	default:
		if (counter->write_high)
			load_count(pit, counter, value << 8 | counter->write_low);
		else
			counter->write_low = value;
		counter->write_high = !counter->write_high;
	}
}

static uint8_t read_count(struct pit_counter *counter)
{
	uint16_t count;
	bool high;

	if (counter->status_latched) {
		counter->status_latched = false;
		return counter->latched_status;
	}
	count = counter->count_latched ? counter->latched_count :
		count_now(counter, clock_now());
	high = counter->access == PIT_HIGH || counter->read_high;
	if (counter->access == PIT_LOW_HIGH)
		counter->read_high = !counter->read_high;
	/* The latch is free again once all of it has been read. */
	if (!counter->read_high)
		counter->count_latched = false;
	return high ? count >> 8 : count;
}

static uint8_t pit_read(void *device, unsigned int offset)
{
	struct pit *pit = device;

	/* The control word can't be read. */
	return offset == PIT_CONTROL ? 0xff : read_count(&pit->counters[offset]);
}

static void pit_write(void *device, unsigned int offset, uint8_t value)
{
	struct pit *pit = device;

	if (offset == PIT_CONTROL)
		write_control(pit, value);
	else
		write_count(pit, &pit->counters[offset], value);
}

static uint8_t speaker_read(void *device, unsigned int offset)
{
	struct pit *pit = device;
	const struct pit_counter *counter = &pit->counters[2];
	uint64_t now = clock_now();

	(void)offset;
	return (counter->gate ? SPEAKER_GATE : 0) |
	       (pit->speaker ? SPEAKER_DATA : 0) |
	       (now / REFRESH_NS & 1 ? SPEAKER_REFRESH : 0) |
	       (output_now(counter, now) ? SPEAKER_OUT : 0);
}

static void speaker_write(void *device, unsigned int offset, uint8_t value)
{
	struct pit *pit = device;

	(void)offset;
	pit->speaker = value & SPEAKER_DATA;
	set_gate(pit, &pit->counters[2], value & SPEAKER_GATE);
}

void pit_init(struct pit *pit, struct bus *ports, struct pic *pic)
{
	unsigned int i;

	*pit = (struct pit){ .pic = pic, .deadline = CLOCK_NEVER };
	for (i = 0; i < 3; i++)
		pit->counters[i] = (struct pit_counter){
			.access = PIT_LOW_HIGH, .gate = i != 2,
			.reload = 0x10000 };
	bus_attach(ports, &(struct bus_region){
		.base = PIT_PORT, .len = 4, .device = pit,
		.read = pit_read, .write = pit_write });
	bus_attach(ports, &(struct bus_region){
		.base = SPEAKER_PORT, .len = 1, .device = pit,
		.read = speaker_read, .write = speaker_write });
}
