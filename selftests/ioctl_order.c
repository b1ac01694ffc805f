// SPDX-License-Identifier: GPL-2.0
/*
 * Ioctls in an order that no program uses, with arguments that none would pass,
 * from a fixed seed.  The first device's answers are stored where
 * MINIVMX_REFERENCE says, and every other device must give the same.
 */
#include "answers.h"
#include "test.h"

#define STEPS		700
#define HOST_SIZE	0x400000ull

static uint64_t random_state = 0x4d696e69564d58;

static uint64_t next_random(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static uint64_t pick(const uint64_t *values, size_t count)
{
	return values[next_random() % count];
}

#define PICK(values) pick(values, ARRAY_SIZE(values))

struct subject {
	struct machine machine;
	uint8_t *host;
};

/* Each step makes one call and returns its answer; some say what they tried. */

static uint64_t tried, tried_value;

static int bad_pointer(struct subject *subject)
{
	static const uint64_t vcpu_requests[] = {
		KVM_GET_REGS, KVM_SET_REGS, KVM_GET_SREGS, KVM_SET_SREGS,
		KVM_GET_FPU, KVM_SET_FPU, KVM_GET_MSRS, KVM_SET_MSRS,
		KVM_SET_CPUID2, KVM_GET_CPUID2, KVM_INTERRUPT,
		KVM_GET_MP_STATE, KVM_SET_MP_STATE, KVM_RUN,
	};
	static const uint64_t pointers[] = {
		0, 1, 0x7ffffffffffff000, 0xffff800000000000, -1ull,
	};
	uint64_t request = PICK(vcpu_requests), pointer = PICK(pointers);

	if (request == KVM_RUN && !pointer)
		return 0;
	return dev_ioctl_value(subject->machine.vcpu.fd, request, pointer);
}

static int slot(struct subject *subject)
{
	static const uint64_t numbers[] = { 2, 3, 4, 5, 0x7fff, 0xffff, 2 << 16 };
	static const uint64_t flags[] = { 0, 0, 0, KVM_MEM_READONLY, 8, 1u << 31 };
	static const uint64_t places[] = {
		0, 0x20000000, 0x20001000, 0x20100000, 0x30000000, 0x20000001,
		-PAGE_SIZE,
	};
	static const uint64_t sizes[] = {
		0, PAGE_SIZE, PAGE_SIZE, 0x10000, 0x200000, 1, 1ull << 45, -1ull,
	};
	static const uint64_t offsets[] = { 0, 0, PAGE_SIZE, 0x200000, 3 };
	uint32_t number = PICK(numbers), flag = PICK(flags);
	uint64_t place = PICK(places), size = PICK(sizes);

	return vm_set_slot(&subject->machine.vm, number, flag, place, size,
			   subject->host + PICK(offsets));
}

static int vcpu(struct subject *subject)
{
	static const uint64_t ids[] = { 0, 1, 2, 3, 4, 0xffff, -1ull };
	int ret = dev_ioctl_value(subject->machine.vm.fd, KVM_CREATE_VCPU,
				  PICK(ids));

	if (ret < 0)
		return ret;
	close(ret);
	return 0;
}

static int regs(struct subject *subject)
{
	struct kvm_regs values = vcpu_regs(&subject->machine.vcpu);
	uint64_t bit = next_random() % (sizeof(values) * 8);

	((uint8_t *)&values)[bit / 8] ^= 1u << bit % 8;
	return dev_ioctl(subject->machine.vcpu.fd, KVM_SET_REGS, &values);
}

/* One field of a good state goes wrong; what passes is put back. */
static int sregs(struct subject *subject)
{
	int fd = subject->machine.vcpu.fd, ret;
	struct kvm_sregs good = vcpu_sregs(&subject->machine.vcpu), bad = good;
	unsigned int field = next_random() % 5, bit = next_random() % 64;
	__u64 *fields[] = { &bad.cr0, &bad.cr3, &bad.cr4, &bad.efer,
			    &bad.apic_base };

	tried = field;
	tried_value = *fields[field] ^= 1ull << bit;
	ret = dev_ioctl(fd, KVM_SET_SREGS, &bad);
	/* the CPUID may have become one that does not allow the old state */
	return ret ?: dev_ioctl(fd, KVM_SET_SREGS, &good);
}

static int msr(struct subject *subject)
{
	static const uint64_t indices[] = {
		MSR_STAR, MSR_LSTAR, MSR_CSTAR, MSR_FS_BASE,
		MSR_GS_BASE, MSR_KERNEL_GS_BASE, MSR_IA32_SYSENTER_CS,
		MSR_IA32_SYSENTER_ESP, MSR_IA32_CR_PAT, 0x12345678, 0xc0005678,
	};
	static const uint64_t values[] = {
		0, 1, 0x12345678, 0x0007040600070406, 0xffff800000000000,
		0x00007fffffffffff, 0x0000800000000000, 1ull << 63, -1ull,
	};

	tried = PICK(indices);
	tried_value = PICK(values);
	return vcpu_set_msr(&subject->machine.vcpu, tried, tried_value);
}

static int mode(struct subject *subject)
{
	vcpu_set_supported_cpuid(&subject->machine.vcpu);
	vcpu_set_mode(&subject->machine.vcpu, next_random() % 3, GPA_CODE);
	return 0;
}

static int cpuid(struct subject *subject)
{
	static const uint64_t counts[] = { 0, 1, 2, 257, 0x10000, -1ull };
	static const uint64_t leaves[] = { 0, 1, 7, 0xd, 0x80000000, 0x80000001 };
	/* room for whatever a vCPU can have been given before */
	static struct {
		struct kvm_cpuid2 header;
		struct kvm_cpuid_entry2 entries[256];
	} list;

	list.header.nent = PICK(counts);
	for (int i = 0; i < 2; i++)
		list.entries[i].function = PICK(leaves);
	return dev_ioctl(subject->machine.vcpu.fd, next_random() % 2 ?
			 KVM_SET_CPUID2 : KVM_GET_CPUID2, &list);
}

static int supported(struct subject *subject)
{
	vcpu_set_supported_cpuid(&subject->machine.vcpu);
	return 0;
}

static int mp_state(struct subject *subject)
{
	struct kvm_mp_state state = { .mp_state = next_random() % 8 };

	return dev_ioctl(subject->machine.vcpu.fd, KVM_SET_MP_STATE, &state);
}

static int addresses(struct subject *subject)
{
	static const uint64_t values[] = {
		0, 0xfffbd000, 0xffffd000, 0xfffff000, 0x100000000, -1ull,
	};
	uint64_t value = PICK(values);

	if (next_random() % 2)
		return dev_ioctl_value(subject->machine.vm.fd, KVM_SET_TSS_ADDR,
				       value);
	return dev_ioctl(subject->machine.vm.fd, KVM_SET_IDENTITY_MAP_ADDR,
			 &value);
}

/* KVM_RUN that does not enter the guest. */
static int run(struct subject *subject)
{
	struct kvm_run *run = subject->machine.vcpu.run;

	run->immediate_exit = 1;
	run->cr8 = next_random() % 20;
	return dev_ioctl_value(subject->machine.vcpu.fd, KVM_RUN,
			       next_random() % 8 == 0);
}

static int unknown(struct subject *subject)
{
	int files[] = { subject->machine.vm.kvm, subject->machine.vm.fd,
			subject->machine.vcpu.fd };

	return dev_ioctl_value(files[next_random() % 3],
			       _IO(KVMIO, 0xf8 + next_random() % 8),
			       next_random() % 2);
}

#define STEP(name) { #name, name }

static const struct {
	const char *name;
	int (*call)(struct subject *subject);
} steps[] = {
	STEP(bad_pointer), STEP(slot), STEP(vcpu), STEP(regs), STEP(sregs),
	STEP(sregs), STEP(msr), STEP(mode), STEP(cpuid), STEP(supported),
	STEP(mp_state), STEP(addresses), STEP(run), STEP(unknown),
};

static void nothing(void)
{
	guest_done();
}

static void ask_everything(struct subject *subject, struct answers *answers)
{
	for (int i = 0; i < STEPS; i++) {
		int which = next_random() % ARRAY_SIZE(steps), ret;

		tried = tried_value = 0;
		ret = steps[which].call(subject);
		answer(answers, "%d %s %#lx=%#lx: %d", i, steps[which].name,
		       tried, tried_value, ret);
	}
}

TEST(same_answers_as_the_first_device)
{
	struct subject subject;
	struct answers answers;

	machine_create(&subject.machine);
	subject.host = anonymous_memory(HOST_SIZE);
	answers_begin(&answers, "ioctl_order");
	ask_everything(&subject, &answers);

	/* and after all of it the vCPU is as good as new */
	memset(subject.machine.vcpu.run, 0, sizeof(struct kvm_run));
	vcpu_set_supported_cpuid(&subject.machine.vcpu);
	vcpu_start(&subject.machine.vcpu, nothing);
	ASSERT_DONE(&subject.machine.vcpu);

	EXPECT_FIRST_DEVICES(&answers);
}

TEST_HARNESS_MAIN
