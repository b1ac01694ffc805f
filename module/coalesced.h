/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MINIVMX_COALESCED_H
#define MINIVMX_COALESCED_H

struct kvm_coalesced_mmio_ring;
struct kvm_coalesced_mmio_zone;
struct vm;

struct kvm_coalesced_mmio_ring *coalesced_ring(struct vm *vm);
void coalesced_destroy(struct vm *vm);
int coalesced_register(struct vm *vm, const struct kvm_coalesced_mmio_zone *arg);
int coalesced_unregister(struct vm *vm,
			 const struct kvm_coalesced_mmio_zone *arg);

#endif /* MINIVMX_COALESCED_H */
