/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The user API of MiniVMX.
 *
 * /dev/minivmx speaks KVM's ioctl ABI: the numbers, structures and semantics of
 * <linux/kvm.h> and of the kernel's Documentation/virt/kvm/api.rst, for the
 * subset listed in docs/api.md. KVM_CHECK_EXTENSION says what is there; an
 * ioctl outside of the subset fails with the error that KVM gives for an
 * unknown one.
 */
#ifndef _UAPI_MINIVMX_H
#define _UAPI_MINIVMX_H

#include <linux/kvm.h>

#define MINIVMX_DEVICE	"/dev/minivmx"

#endif /* _UAPI_MINIVMX_H */
