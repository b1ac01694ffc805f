/* SPDX-License-Identifier: GPL-2.0 */
/* What every test includes: the kernel's harness, VMs, and how vCPUs exit. */
#ifndef SELFTESTS_TEST_H
#define SELFTESTS_TEST_H

#include <kselftest_harness.h>
#include "vm.h"

#define ASSERT_EXIT(vcpu, reason) \
	ASSERT_EQ((reason), vcpu_run(vcpu)) { vcpu_describe(vcpu); }

#define ASSERT_DONE(vcpu) do {						\
	ASSERT_EXIT(vcpu, KVM_EXIT_IO);					\
	ASSERT_EQ(PORT_DONE, (vcpu)->run->io.port) {			\
		vcpu_describe(vcpu);					\
	}								\
} while (0)

#define ASSERT_SYNC(vcpu, stage) do {					\
	ASSERT_EXIT(vcpu, KVM_EXIT_IO);					\
	ASSERT_EQ(PORT_SYNC, (vcpu)->run->io.port) {			\
		vcpu_describe(vcpu);					\
	}								\
	ASSERT_EQ((stage), *(uint32_t *)io_data(vcpu));			\
} while (0)

#define ASSERT_MMIO(vcpu, write, address, size) do {			\
	ASSERT_EXIT(vcpu, KVM_EXIT_MMIO);				\
	ASSERT_EQ((address), (vcpu)->run->mmio.phys_addr);		\
	ASSERT_EQ((size), (vcpu)->run->mmio.len);			\
	ASSERT_EQ((write), (vcpu)->run->mmio.is_write);			\
} while (0)

/* The next exit writes the low @size bytes of @value. */
#define ASSERT_MMIO_WRITE(vcpu, address, size, value) do {		\
	uint64_t written__ = 0;						\
									\
	ASSERT_MMIO(vcpu, 1, address, size);				\
	memcpy(&written__, (vcpu)->run->mmio.data, size);		\
	ASSERT_EQ((uint64_t)(value), written__);			\
} while (0)

/* The next exit reads, and is given the low @size bytes of @value. */
#define ASSERT_MMIO_READ(vcpu, address, size, value) do {		\
	uint64_t answer__ = (value);					\
									\
	ASSERT_MMIO(vcpu, 0, address, size);				\
	memcpy((vcpu)->run->mmio.data, &answer__, size);		\
} while (0)

#endif
