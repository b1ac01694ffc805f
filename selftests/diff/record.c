// SPDX-License-Identifier: GPL-2.0
/* Records in a file, for devices that are not looked at by one program. */
#include <stdlib.h>

#include "machine.h"

void record_write(const struct record *record, FILE *to)
{
	if (fwrite(record, sizeof(*record), 1, to) != 1 ||
	    fwrite(record->steps, sizeof(*record->steps), record->nr_steps,
		   to) != record->nr_steps)
		fail("writing a record");
}

void record_read(struct record *record, FILE *from)
{
	if (fread(record, sizeof(*record), 1, from) != 1)
		fail("reading a record");
	record->steps = calloc(record->nr_steps + 1, sizeof(*record->steps));
	if (!record->steps ||
	    fread(record->steps, sizeof(*record->steps), record->nr_steps,
		  from) != record->nr_steps)
		fail("reading a record's steps");
}
