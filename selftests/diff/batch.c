// SPDX-License-Identifier: GPL-2.0
/* One VM on each of the devices. */
#include <stdlib.h>

#include "batch.h"

static void run_on(struct batch *batch, int device)
{
	struct machine machine;

	machine_open(&machine, batch->device[device], batch->common);
	for (unsigned int i = 0; i < batch->nr; i++)
		machine_run(&machine, &batch->cases[i],
			    &batch->records[device][i]);
	machine_close(&machine);
}

void batch_run(struct batch *batch)
{
	for (int device = 0; device < 2; device++) {
		batch->records[device] = calloc(batch->nr, sizeof(struct record));
		if (!batch->records[device])
			fail("memory");
		run_on(batch, device);
	}
}

void batch_free(struct batch *batch)
{
	for (int device = 0; device < 2; device++) {
		for (unsigned int i = 0; i < batch->nr; i++)
			free(batch->records[device][i].steps);
		free(batch->records[device]);
	}
}
