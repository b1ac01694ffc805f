/* SPDX-License-Identifier: GPL-2.0 */
/* A VM on one of the devices, in which one program after another runs. */
#ifndef DIFF_MACHINE_H
#define DIFF_MACHINE_H

#include <linux/kvm.h>

#include "record.h"

/* What both devices have: the CPUID that guests see, the MSRs that are compared. */
struct common {
	struct kvm_cpuid2 *cpuid;
	unsigned int nr_msrs;
	uint32_t msrs[MAX_MSRS];
	bool xsave;
};

struct machine {
	int device;
	int vm;
	int vcpu;
	unsigned int nr_vcpus;	/* so far: each program has its own */
	struct kvm_run *run;
	size_t run_size;
	uint8_t *ram;
	uint8_t *rom;
	const struct common *common;
};

void __attribute__((noreturn, format(printf, 1, 2))) fail(const char *fmt, ...);

/* As ioctl(), but an error is returned as a negative errno. */
int call(int fd, unsigned long request, void *argument);

void common_find(struct common *common, const char *const *devices,
		 unsigned int nr);

void machine_open(struct machine *m, const char *device,
		  const struct common *common);
void machine_close(struct machine *m);
void machine_new_vcpu(struct machine *m);
void machine_drop_vcpu(struct machine *m);

/* load.c, save.c: the state before a program and after it */
void machine_load(struct machine *m, const struct test_case *c,
		  struct layout *layout, struct record *record);
void machine_save(struct machine *m, const struct test_case *c,
		  struct final *final);

/* run.c: the whole life of a program */
void machine_run(struct machine *m, const struct test_case *c,
		 struct record *record);

#endif
