/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MINIVMX_IOEVENTFD_H
#define MINIVMX_IOEVENTFD_H

struct kvm_ioeventfd;
struct vm;

int ioeventfd_set(struct vm *vm, const struct kvm_ioeventfd *arg);

#endif /* MINIVMX_IOEVENTFD_H */
