// SPDX-License-Identifier: GPL-2.0
/* The PC: its devices, wired. */
#include "machine.h"

#include "clock.h"
#include "debugexit.h"
#include "term.h"
#include "wakeup.h"

void machine_init(struct machine *pc)
{
	pc->alarm = CLOCK_NEVER;
	/* The bus looks in this order: a console is what guests use most. */
	serial_init(&pc->serial, &pc->ports, &pc->pic);
	pic_init(&pc->pic, &pc->ports);
	pit_init(&pc->pit, &pc->ports, &pc->pic);
	rtc_init(&pc->rtc, &pc->ports);
	i8042_init(&pc->i8042, &pc->ports, &pc->power);
	debugexit_init(&pc->ports, &pc->power);
}

void machine_update(struct machine *pc)
{
	uint8_t typed[SERIAL_FIFO];
	bool leave = false;
	size_t len;

	term_flush();
	pit_update(&pc->pit, clock_now());
	/* If the timer was early, it has to come again for the same time. */
	pc->alarm = 0;
	len = term_read(typed, serial_room(&pc->serial), &leave);
	serial_receive(&pc->serial, typed, len);
	if (leave)
		power_off(&pc->power, STATUS_OK, "left by Ctrl-A x");
	if (wakeup_signal())
		power_off(&pc->power, STATUS_OK, "ended by a signal");
}

void machine_arm(struct machine *pc)
{
	if (pc->pit.deadline == pc->alarm)
		return;
	pc->alarm = pc->pit.deadline;
	wakeup_at(pc->alarm);
}

void machine_wait(struct machine *pc)
{
	term_flush();
	machine_arm(pc);
	wakeup_wait();
	machine_update(pc);
}
