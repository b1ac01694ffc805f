// SPDX-License-Identifier: GPL-2.0
/*
 * Vector state is the owner's: the host keeps its own over KVM_RUN, each vCPU
 * keeps its own, and XCR0 of one does not cut off that of another.
 */
#include "test.h"

#define XCR0_AVX	7ull
#define XCR0_AVX512	0xe7ull

static uint64_t supported_xcr0;
static uint8_t wide_seen[2][64], mask_seen[2][8], legacy_seen[2][16];

static void set_xcr0(uint64_t value)
{
	WRITE_REG(cr4, READ_REG(cr4) | X86_CR4_OSXSAVE);
	asm volatile("xsetbv" : : "c"(0), "a"((uint32_t)value),
		     "d"((uint32_t)(value >> 32)));
}

/* Fills the widest registers that @xcr0 allows with @pattern. */
#define FILL_WIDE(pattern) do {						\
	asm volatile("movq %0, %%xmm0\n\tvpbroadcastq %%xmm0, %%ymm7"	\
		     : : "r"(pattern));					\
	if (supported_xcr0 == XCR0_AVX512)				\
		asm volatile("vpbroadcastq %0, %%zmm7\n\t"		\
			     "vpbroadcastq %0, %%zmm31\n\t"		\
			     "kmovq %0, %%k3" : : "r"(pattern));	\
} while (0)

#define STORE_WIDE(index) do {						\
	asm volatile("vmovups %%ymm7, %0" : "=m"(wide_seen[index]));	\
	if (supported_xcr0 == XCR0_AVX512)				\
		asm volatile("vmovups %%zmm31, %0\n\tkmovq %%k3, %1"	\
			     : "=m"(wide_seen[index]), "=m"(mask_seen[index])); \
} while (0)

#define FIRST	0x1111111111111111ull
#define SECOND	0x2222222222222222ull
#define HOST	0x7777777777777777ull

static void guest_first(void)
{
	set_xcr0(supported_xcr0);
	FILL_WIDE(FIRST);
	guest_sync(1);
	STORE_WIDE(0);
	guest_done();
}

static void guest_second(void)
{
	set_xcr0(supported_xcr0);
	FILL_WIDE(SECOND);
	guest_sync(1);
	STORE_WIDE(1);
	guest_done();
}

static bool all_bytes(const uint8_t *bytes, size_t size, uint8_t value)
{
	for (size_t i = 0; i < size; i++)
		if (bytes[i] != value)
			return false;
	return true;
}

FIXTURE(wide) {
	struct machine machine;
	struct vcpu second;
	size_t size;
};

FIXTURE_SETUP(wide)
{
	struct kvm_cpuid2 *cpuid;

	machine_create(&self->machine);
	cpuid = supported_cpuid(self->machine.vm.kvm);
	if (!(find_cpuid(cpuid, 1, 0)->ecx & 1u << 26) ||
	    (find_cpuid(cpuid, 0xd, 0)->eax & XCR0_AVX) != XCR0_AVX)
		SKIP(return, "no AVX");
	supported_xcr0 = XCR0_AVX;
	self->size = 32;
	if ((find_cpuid(cpuid, 0xd, 0)->eax & XCR0_AVX512) == XCR0_AVX512) {
		supported_xcr0 = XCR0_AVX512;
		self->size = 64;
	}
	vcpu_create(&self->machine.vm, &self->second, 1);
}

FIXTURE_TEARDOWN(wide)
{
	machine_destroy(&self->machine);
}

TEST_F(wide, each_vcpu_has_its_own)
{
	vcpu_start(&self->machine.vcpu, guest_first);
	vcpu_start(&self->second, guest_second);
	ASSERT_SYNC(&self->machine.vcpu, 1);
	ASSERT_SYNC(&self->second, 1);
	ASSERT_DONE(&self->machine.vcpu);
	ASSERT_DONE(&self->second);
	EXPECT_TRUE(all_bytes(wide_seen[0], self->size, 0x11));
	EXPECT_TRUE(all_bytes(wide_seen[1], self->size, 0x22));
	if (supported_xcr0 == XCR0_AVX512) {
		EXPECT_TRUE(all_bytes(mask_seen[0], 8, 0x11));
		EXPECT_TRUE(all_bytes(mask_seen[1], 8, 0x22));
	}
}

TEST_F(wide, host_keeps_its_own)
{
	int ret;

	vcpu_start(&self->machine.vcpu, guest_first);
	FILL_WIDE(HOST);
	asm volatile("syscall" : "=a"(ret)
		     : "0"(16 /* ioctl */), "D"(self->machine.vcpu.fd),
		     "S"(KVM_RUN), "d"(0) : "rcx", "r11", "memory");
	STORE_WIDE(1);
	ASSERT_EQ(0, ret);
	EXPECT_TRUE(all_bytes(wide_seen[1], self->size, 0x77));
	ASSERT_EQ(KVM_EXIT_IO, self->machine.vcpu.run->exit_reason);
	FILL_WIDE(HOST);
	ASSERT_DONE(&self->machine.vcpu);
	EXPECT_TRUE(all_bytes(wide_seen[0], self->size, 0x11));
}

/* A vCPU with x87 alone in XCR0 does not lose the state of one with more. */
static void guest_without_avx(void)
{
	asm volatile("pcmpeqd %xmm7, %xmm7");
	guest_sync(1);
	asm volatile("movups %%xmm7, %0" : "=m"(legacy_seen[1]));
	GUEST_CHECK(TRAP_OF("vmovups %0, %%ymm7", : : "m"(wide_seen)) ==
		    UD_VECTOR);
	guest_done();
}

TEST_F(wide, xcr0_is_per_vcpu)
{
	uint32_t before = 0, after = 0, high;

	asm volatile("xgetbv" : "=a"(before), "=d"(high) : "c"(0));
	vcpu_start(&self->machine.vcpu, guest_first);
	vcpu_start(&self->second, guest_without_avx);
	ASSERT_SYNC(&self->machine.vcpu, 1);
	ASSERT_SYNC(&self->second, 1);
	asm volatile("xgetbv" : "=a"(after), "=d"(high) : "c"(0));
	EXPECT_EQ(before, after);
	ASSERT_DONE(&self->machine.vcpu);
	ASSERT_DONE(&self->second);
	EXPECT_TRUE(all_bytes(wide_seen[0], self->size, 0x11));
	EXPECT_TRUE(all_bytes(legacy_seen[1], 16, 0xff));
}

/* A signal handler between two runs uses the host's registers, not these. */
static void guest_x87(void)
{
	asm volatile("fninit\n\tfldpi\n\tfld1");
	guest_sync(1);
	asm volatile("fstpt %0\n\tfstpt %1"
		     : "=m"(legacy_seen[0]), "=m"(legacy_seen[1]));
	guest_done();
}

TEST_F(wide, x87)
{
	static const uint8_t one[10] = { 0, 0, 0, 0, 0, 0, 0, 0x80, 0xff, 0x3f };
	uint16_t host_control, other = 0x27f;

	vcpu_start(&self->machine.vcpu, guest_x87);
	asm volatile("fldcw %0" : : "m"(other));
	ASSERT_SYNC(&self->machine.vcpu, 1);
	asm volatile("fnstcw %0\n\tfninit" : "=m"(host_control));
	EXPECT_EQ(other, host_control);
	ASSERT_DONE(&self->machine.vcpu);
	EXPECT_EQ(0, memcmp(one, legacy_seen[0], sizeof(one)));
	EXPECT_EQ(0x40, legacy_seen[1][9]);
}

TEST_HARNESS_MAIN
