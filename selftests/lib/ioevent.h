/* SPDX-License-Identifier: GPL-2.0 */
/* Eventfds that a guest's writes signal. */
#ifndef SELFTESTS_IOEVENT_H
#define SELFTESTS_IOEVENT_H

#include "vm.h"

/* Whatever is written. */
#define PIO	KVM_IOEVENTFD_FLAG_PIO
#define MMIO	0
/* Only one value. */
#define PIO_MATCH	(PIO | KVM_IOEVENTFD_FLAG_DATAMATCH)
#define MMIO_MATCH	(MMIO | KVM_IOEVENTFD_FLAG_DATAMATCH)

int ioevent_new(void);
uint64_t ioevent_take(int fd);
int ioevent_assign(struct vm *vm, int fd, uint32_t flags, uint64_t address,
		   uint32_t length, uint64_t match);
int ioevent_deassign(struct vm *vm, int fd, uint32_t flags, uint64_t address,
		     uint32_t length, uint64_t match);

#endif
