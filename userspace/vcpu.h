/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MINIVMM_VCPU_H
#define MINIVMM_VCPU_H

#include <linux/kvm.h>
#include <stdint.h>

#include "exits.h"

struct vm;

/* The mode in which a guest is started. */
enum cpu_mode {
	CPU_REAL,	/* 16-bit, as after a BIOS; CS:IP = 0:rip */
	CPU_PROTECTED,	/* flat 32-bit, without paging: PVH */
	CPU_LONG,	/* flat 64-bit, identity-mapped: Linux's boot protocol */
};

/* How a guest is started. */
struct cpu_start {
	enum cpu_mode mode;
	uint64_t rip, rsp;
	uint64_t rsi, rbx;	/* where the boot protocols pass their pointer */
	uint64_t cr3;		/* CPU_LONG: the page tables */
	uint64_t gdt;		/* the GDT of boot_gdt[] */
};

/* Selectors of the boot protocol, as in the table that boot_gdt[] is. */
#define BOOT_CS		0x10
#define BOOT_DS		0x18
#define BOOT_GDT_SIZE	4

extern const uint64_t boot_gdt64[BOOT_GDT_SIZE];
extern const uint64_t boot_gdt32[BOOT_GDT_SIZE];

/* A virtual CPU. */
struct vcpu {
	int fd;
	struct kvm_run *run;	/* the page shared with the kernel */
	struct exit_stats stats;
};

/**
 * vcpu_create() - make a VM's vCPU
 * @vcpu:	filled in
 * @vm:		the VM
 * @id:		its number
 *
 * Does not return when the device refuses it.
 */
void vcpu_create(struct vcpu *vcpu, const struct vm *vm, unsigned int id);

/**
 * vcpu_start() - put the vCPU at a guest's start
 * @vcpu:	the vCPU, still as it was created
 * @start:	where and how
 *
 * Does not return when the device refuses it.
 */
void vcpu_start(const struct vcpu *vcpu, const struct cpu_start *start);

#endif
