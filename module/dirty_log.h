/* SPDX-License-Identifier: GPL-2.0 */
/* The log of written pages: KVM_GET_DIRTY_LOG, KVM_CLEAR_DIRTY_LOG. */
#ifndef MINIVMX_DIRTY_LOG_H
#define MINIVMX_DIRTY_LOG_H

#include "memslot.h"

struct vcpu;

/* What KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2 can enable. */
#define DIRTY_LOG_MANUAL_CAPS	(KVM_DIRTY_LOG_MANUAL_PROTECT_ENABLE | \
				 KVM_DIRTY_LOG_INITIALLY_SET)

int dirty_log_start(struct memslot *slot);
void dirty_log_free(struct memslot *slot);
void dirty_log_mark(struct memslot *slot, u64 gpa, u64 len);
bool dirty_log_may_write(const struct memslot *slot, u64 gpa);
int dirty_log_collect_vcpu(struct vcpu *vcpu);
void dirty_log_collect(struct vm *vm);
int dirty_log_get(struct vm *vm, const struct kvm_dirty_log *log);
int dirty_log_clear(struct vm *vm, const struct kvm_clear_dirty_log *log);

#endif /* MINIVMX_DIRTY_LOG_H */
