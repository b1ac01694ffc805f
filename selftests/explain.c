// SPDX-License-Identifier: GPL-2.0
/*
 * What MiniVMX's own ioctls say after a failure, before one, and of refused ioctls;
 * and its tracepoint of failures.
 */
#include <fcntl.h>
#include <stdio.h>

#include "explain.h"
#include "test.h"

#define GUEST_RIP		0x681e
#define HOST_RIP		0x6c16
#define EPT_POINTER		0x201a
#define NO_FIELD		0x6ffe
#define CR3_TARGET_COUNT	0x400a

#define TRACING			"/sys/kernel/tracing/"
#define EVENT			TRACING "events/minivmx/minivmx_entry_failed/enable"

static void guest_nothing(void)
{
	guest_done();
}

FIXTURE(explain) {
	struct machine machine;
	struct vcpu *vcpu;
	struct kvm_sregs sregs;
	struct explained e;
};

FIXTURE_SETUP(explain)
{
	machine_start(&self->machine, guest_nothing);
	self->vcpu = &self->machine.vcpu;
	self->sregs = vcpu_sregs(self->vcpu);
}

FIXTURE_TEARDOWN(explain)
{
	machine_destroy(&self->machine);
}

#define NEEDS_EXPLAIN(self) do {					\
	if (!can_explain((self)->vcpu))					\
		SKIP(return, "no MINIVMX_EXPLAIN_ENTRY");		\
} while (0)

TEST_F(explain, before_and_after_an_entry)
{
	NEEDS_EXPLAIN(self);
	ASSERT_EQ(0, explain(self->vcpu, MINIVMX_EXPLAIN_ENTRY, &self->e));
	EXPECT_EQ(MINIVMX_ENTRY_NONE, self->e.arg.outcome);
	EXPECT_EQ(0, self->e.arg.nr_violations);
	ASSERT_DONE(self->vcpu);
	ASSERT_EQ(0, explain(self->vcpu, MINIVMX_EXPLAIN_ENTRY, &self->e));
	EXPECT_EQ(MINIVMX_ENTRY_SUCCEEDED, self->e.arg.outcome);
	EXPECT_EQ(0, self->e.arg.nr_violations);
}

/* What a VMM forgets most often. */
TEST_F(explain, segment_of_a_wrong_mode)
{
	struct kvm_sregs bad = self->sregs;

	NEEDS_EXPLAIN(self);
	bad.cs.db = 1;
	vcpu_set_sregs(self->vcpu, &bad);
	ASSERT_EQ(0, explain(self->vcpu, MINIVMX_CHECK_ENTRY, &self->e));
	ASSERT_EQ(1, self->e.arg.nr_violations);
	ASSERT_EXIT(self->vcpu, KVM_EXIT_FAIL_ENTRY);
	ASSERT_EQ(0, explain(self->vcpu, MINIVMX_EXPLAIN_ENTRY, &self->e));
	EXPECT_EQ(MINIVMX_ENTRY_REFUSED, self->e.arg.outcome);
	ASSERT_EQ(1, self->e.arg.nr_violations);
	EXPECT_STREQ("guest.cs.db", self->e.violations[0].id);
	EXPECT_STREQ("Checks on Guest Segment Registers", self->e.violations[0].section);
	EXPECT_LT(0, self->e.violations[0].nr_fields);
	TH_LOG("%s", self->e.text);

	vcpu_set_sregs(self->vcpu, &self->sregs);
	ASSERT_DONE(self->vcpu);
}

TEST_F(explain, text_is_cut_to_fit)
{
	struct kvm_sregs bad = self->sregs;
	struct minivmx_explanation arg = { .size = sizeof(arg), .text_size = 10 };
	char text[16];

	NEEDS_EXPLAIN(self);
	bad.cs.db = 1;
	vcpu_set_sregs(self->vcpu, &bad);
	memset(text, 'x', sizeof(text));
	arg.text = (uintptr_t)text;
	ASSERT_EQ(0, dev_ioctl(self->vcpu->fd, MINIVMX_CHECK_ENTRY, &arg));
	EXPECT_EQ(9, strlen(text));
	EXPECT_EQ('x', text[10]);
	EXPECT_LT(100, arg.text_size);
	EXPECT_EQ(1, arg.nr_violations);
}

TEST_F(explain, refused_ioctls)
{
	struct kvm_sregs bad = self->sregs;

	NEEDS_EXPLAIN(self);
	bad.cr0 = X86_CR0_PG;
	bad.efer = 0;
	bad.cs.l = 0;
	EXPECT_EQ(-EINVAL, dev_ioctl(self->vcpu->fd, KVM_SET_SREGS, &bad));
	ASSERT_EQ(0, explain(self->vcpu, MINIVMX_EXPLAIN_ENTRY, &self->e));
	EXPECT_EQ(KVM_SET_SREGS, self->e.arg.refusal.request);
	EXPECT_STREQ("kvm_sregs.cr0", self->e.arg.refusal.what);
	EXPECT_EQ(X86_CR0_PG, self->e.arg.refusal.value);

	ASSERT_DONE(self->vcpu);
}

TEST_F(explain, refused_arguments)
{
	struct minivmx_explanation small = { .size = 8 };
	struct minivmx_explanation reserved = {
		.size = sizeof(reserved),
		.reserved[1] = 1,
	};
	struct {
		struct minivmx_explanation known;
		uint64_t more;
	} newer = { .known.size = sizeof(newer), .more = 1 };

	NEEDS_EXPLAIN(self);
	EXPECT_EQ(-EINVAL, dev_ioctl(self->vcpu->fd, MINIVMX_EXPLAIN_ENTRY, &small));
	EXPECT_EQ(-EINVAL, dev_ioctl(self->vcpu->fd, MINIVMX_EXPLAIN_ENTRY, &reserved));
	EXPECT_EQ(-E2BIG, dev_ioctl(self->vcpu->fd, MINIVMX_EXPLAIN_ENTRY, &newer));
	newer.more = 0;
	EXPECT_EQ(0, dev_ioctl(self->vcpu->fd, MINIVMX_EXPLAIN_ENTRY, &newer));
	EXPECT_EQ(-EFAULT, dev_ioctl(self->vcpu->fd, MINIVMX_EXPLAIN_ENTRY, NULL));
}

TEST_F(explain, vmcs_fields)
{
	static struct minivmx_vmcs_field fields[MAX_VMCS_FIELDS];
	unsigned int i, nr;
	bool found = false;

	NEEDS_EXPLAIN(self);
	nr = vmcs_read_all(self->vcpu, fields);
	for (i = 0; i < nr; i++) {
		if (strcmp(fields[i].name, "GUEST_RIP"))
			continue;
		found = true;
		EXPECT_EQ(GUEST_RIP, fields[i].encoding);
		EXPECT_EQ(vcpu_regs(self->vcpu).rip, fields[i].value);
	}
	EXPECT_TRUE(found);
}

static const struct minivmx_entry_input *
find_input(const struct minivmx_entry_input *inputs, unsigned int nr, const char *name)
{
	for (unsigned int i = 0; i < nr; i++) {
		if (inputs[i].type == MINIVMX_INPUT_CPU && !strcmp(inputs[i].name, name))
			return &inputs[i];
	}
	return NULL;
}

/* What the checks know of the CPU is what CPUID says. */
TEST_F(explain, entry_inputs)
{
	static struct minivmx_entry_input inputs[MAX_ENTRY_INPUTS];
	const struct minivmx_entry_input *bits, *mode;
	uint32_t leaf[4];
	unsigned int nr;

	NEEDS_EXPLAIN(self);
	nr = entry_inputs_read(self->vcpu, inputs);
	bits = find_input(inputs, nr, "physical_address_bits");
	mode = find_input(inputs, nr, "host_is_in_IA32e_mode");
	ASSERT_NE(NULL, bits);
	ASSERT_NE(NULL, mode);
	guest_cpuid(0x80000008, 0, leaf);
	EXPECT_EQ(leaf[0] & 0xff, bits->value);
	EXPECT_EQ(1, mode->value);
	EXPECT_NE(NULL, find_input(inputs, nr, "IA32_VMX_BASIC"));
	ASSERT_DONE(self->vcpu);
}

/* As much as there is room for, and how much there is. */
TEST_F(explain, entry_inputs_without_room)
{
	struct minivmx_entry_input inputs[2] = { [1].type = 0x77 };
	struct minivmx_entry_inputs arg = {
		.size = sizeof(arg),
		.input_size = sizeof(inputs[0]),
		.nr_inputs = 1,
		.inputs = (uintptr_t)inputs,
	};
	struct minivmx_entry_inputs bad = arg;

	NEEDS_EXPLAIN(self);
	ASSERT_EQ(0, dev_ioctl(self->vcpu->fd, MINIVMX_READ_ENTRY_INPUTS, &arg));
	EXPECT_LT(20, arg.nr_inputs);
	EXPECT_EQ(MINIVMX_INPUT_CPU, inputs[0].type);
	EXPECT_EQ(0x77, inputs[1].type);
	bad.nr_inputs = 1 << 20;
	EXPECT_EQ(-EINVAL, dev_ioctl(self->vcpu->fd, MINIVMX_READ_ENTRY_INPUTS, &bad));
	bad.nr_inputs = 1;
	bad.input_size = 8;
	EXPECT_EQ(-EINVAL, dev_ioctl(self->vcpu->fd, MINIVMX_READ_ENTRY_INPUTS, &bad));
}

TEST_F(explain, what_is_the_hosts_cannot_be_written)
{
	uint64_t host_rip;

	if (!can_write_vmcs(self->vcpu))
		SKIP(return, "no MINIVMX_WRITE_VMCS");
	host_rip = vmcs_read(self->vcpu, HOST_RIP);
	EXPECT_EQ(-EPERM, vmcs_write_one(self->vcpu, HOST_RIP, host_rip));
	EXPECT_EQ(-EPERM, vmcs_write_one(self->vcpu, EPT_POINTER,
					 vmcs_read(self->vcpu, EPT_POINTER)));
	EXPECT_EQ(-EINVAL, vmcs_write_one(self->vcpu, NO_FIELD, 0));
	ASSERT_DONE(self->vcpu);
}

static bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_TRUNC);
	bool done;

	if (fd < 0)
		return false;
	done = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	close(fd);
	return done;
}

static bool trace_has(const char *text)
{
	static char trace[0x10000];
	FILE *file = fopen(TRACING "trace", "r");

	if (!file)
		return false;
	trace[fread(trace, 1, sizeof(trace) - 1, file)] = 0;
	fclose(file);
	return strstr(trace, text);
}

/* The names there are those of the explanation. */
TEST_F(explain, names_in_the_trace)
{
	struct kvm_sregs bad = self->sregs;

	if (!can_write_vmcs(self->vcpu))
		SKIP(return, "no MINIVMX_WRITE_VMCS");
	ASSERT_TRUE(write_file(TRACING "trace", ""));
	ASSERT_TRUE(write_file(EVENT, "1"));

	bad.cs.db = 1;
	vcpu_set_sregs(self->vcpu, &bad);
	ASSERT_EXIT(self->vcpu, KVM_EXIT_FAIL_ENTRY);
	EXPECT_TRUE(trace_has("minivmx_entry_failed: vcpu 0 number 0x80000021 INVALID_STATE qualification 0x0"));

	vcpu_set_sregs(self->vcpu, &self->sregs);
	ASSERT_EQ(0, vmcs_write_one(self->vcpu, CR3_TARGET_COUNT, 300));
	ASSERT_EXIT(self->vcpu, KVM_EXIT_FAIL_ENTRY);
	EXPECT_TRUE(trace_has("number 0x7 ENTRY_INVALID_CONTROL_FIELD"));

	ASSERT_TRUE(write_file(EVENT, "0"));
	ASSERT_EQ(0, vmcs_write_one(self->vcpu, CR3_TARGET_COUNT, 0));
	ASSERT_DONE(self->vcpu);
}

TEST_HARNESS_MAIN
