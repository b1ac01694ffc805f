// SPDX-License-Identifier: GPL-2.0
/* Who may read and write the VMCS, and what of it nobody can write. */
#include <fcntl.h>

#include "explain.h"
#include "test.h"

#define TAINT_USER		(1 << 6)
#define NOBODY			65534
#define PARAMETER		"/sys/module/minivmx/parameters/allow_vmcs_write"

#define GUEST_CS_SELECTOR	0x0802
#define GUEST_RSP		0x681c
#define HOST_RIP		0x6c16
#define NO_FIELD		0x6ffe

static void guest_nothing(void)
{
	guest_done();
}

FIXTURE(vmcs) {
	struct machine machine;
	struct vcpu *vcpu;
};

FIXTURE_SETUP(vmcs)
{
	machine_start(&self->machine, guest_nothing);
	self->vcpu = &self->machine.vcpu;
}

FIXTURE_TEARDOWN(vmcs)
{
	machine_destroy(&self->machine);
}

#define NEEDS_WRITE_VMCS(self) do {					\
	if (!can_write_vmcs((self)->vcpu))				\
		SKIP(return, "no MINIVMX_WRITE_VMCS");			\
} while (0)

static bool allow_writing(bool allow)
{
	int fd = open(PARAMETER, O_WRONLY);
	bool done;

	if (fd < 0)
		return false;
	done = write(fd, allow ? "Y" : "N", 1) == 1;
	close(fd);
	return done;
}

static unsigned long taints(void)
{
	FILE *file = fopen("/proc/sys/kernel/tainted", "r");
	unsigned long value;

	if (!file || fscanf(file, "%lu", &value) != 1)
		die("taints");
	fclose(file);
	return value;
}

TEST_F(vmcs, writing_is_off_until_it_is_allowed)
{
	unsigned long before = taints();

	if (!can_explain(self->vcpu) || !allow_writing(false))
		SKIP(return, "no MINIVMX_WRITE_VMCS");
	EXPECT_EQ(-EPERM, vmcs_write_one(self->vcpu, GUEST_RSP, 0));
	EXPECT_EQ(before, taints());
	ASSERT_TRUE(allow_writing(true));
	EXPECT_EQ(before, taints());
	EXPECT_EQ(0, vmcs_write_one(self->vcpu, GUEST_RSP, 0));
	EXPECT_EQ(before | TAINT_USER, taints());
}

/* Explanations are for everybody who has the vCPU, the VMCS is not. */
TEST_F(vmcs, without_privileges)
{
	struct minivmx_entry_inputs inputs = { .size = sizeof(inputs) };
	struct minivmx_vmcs fields = { .size = sizeof(fields) };
	struct explained e;

	NEEDS_WRITE_VMCS(self);
	ASSERT_EQ(0, setuid(NOBODY));
	EXPECT_EQ(0, explain(self->vcpu, MINIVMX_EXPLAIN_ENTRY, &e));
	EXPECT_EQ(0, explain(self->vcpu, MINIVMX_CHECK_ENTRY, &e));
	EXPECT_EQ(-EPERM, vmcs_write_one(self->vcpu, GUEST_RSP, 0));
	EXPECT_EQ(-EPERM, dev_ioctl(self->vcpu->fd, MINIVMX_READ_VMCS, &fields));
	EXPECT_EQ(-EPERM, dev_ioctl(self->vcpu->fd, MINIVMX_READ_ENTRY_INPUTS, &inputs));
	EXPECT_EQ(-EPERM, dev_ioctl(self->vcpu->fd, MINIVMX_READ_VMCS, NULL));
}

/* SDM: "Field Encoding in VMCS"; bits 11:10 are the type. */
static bool is_host_or_exit_field(uint32_t field)
{
	return (field >> 10 & 3) == 3 || (field >> 10 & 3) == 1;
}

TEST_F(vmcs, no_field_of_the_host_can_be_written)
{
	static struct minivmx_vmcs_field fields[MAX_VMCS_FIELDS];
	unsigned int i, nr, refused = 0;

	NEEDS_WRITE_VMCS(self);
	nr = vmcs_read_all(self->vcpu, fields);
	for (i = 0; i < nr; i++) {
		if (!is_host_or_exit_field(fields[i].encoding))
			continue;
		refused++;
		EXPECT_EQ(-EPERM, vmcs_write_one(self->vcpu, fields[i].encoding,
						 fields[i].value)) {
			TH_LOG("%s", fields[i].name);
		}
	}
	EXPECT_LT(30, refused);
}

/* Addresses of what the CPU reads and writes, and how much there is. */
TEST_F(vmcs, no_address_can_be_written)
{
	static const char * const words[] = {
		"ADDR", "POINTER", "BITMAP_A", "BITMAP_B", "MSR_BITMAP", "PML", "_COUNT",
		"VMREAD_BITMAP", "VMWRITE_BITMAP", "LIST",
	};
	static const char * const others[] = { "VMCS_LINK_POINTER", "CR3_TARGET_COUNT" };
	static struct minivmx_vmcs_field fields[MAX_VMCS_FIELDS];
	unsigned int i, nr, word, refused = 0;

	NEEDS_WRITE_VMCS(self);
	nr = vmcs_read_all(self->vcpu, fields);
	for (i = 0; i < nr; i++) {
		if ((fields[i].encoding >> 10 & 3) || !strcmp(fields[i].name, others[0]) ||
		    !strcmp(fields[i].name, others[1]))
			continue;
		for (word = 0; word < sizeof(words) / sizeof(*words); word++)
			if (strstr(fields[i].name, words[word]))
				break;
		if (word == sizeof(words) / sizeof(*words))
			continue;
		refused++;
		EXPECT_EQ(-EPERM, vmcs_write_one(self->vcpu, fields[i].encoding,
						 fields[i].value)) {
			TH_LOG("%s", fields[i].name);
		}
	}
	EXPECT_LT(10, refused);
}

TEST_F(vmcs, fields_are_written_all_or_none)
{
	uint64_t rsp = vcpu_regs(self->vcpu).rsp;
	struct minivmx_vmcs_field fields[2] = {
		{ .encoding = GUEST_RSP, .value = rsp - 8 },
		{ .encoding = HOST_RIP },
	};

	NEEDS_WRITE_VMCS(self);
	EXPECT_EQ(-EPERM, vmcs_write(self->vcpu, fields, 2));
	EXPECT_EQ(rsp, vcpu_regs(self->vcpu).rsp);
	fields[1].encoding = NO_FIELD;
	EXPECT_EQ(-EINVAL, vmcs_write(self->vcpu, fields, 2));
	fields[1] = (struct minivmx_vmcs_field) {
		.encoding = GUEST_CS_SELECTOR, .value = 0x10000,
	};
	EXPECT_EQ(-EINVAL, vmcs_write(self->vcpu, fields, 2));
	EXPECT_EQ(rsp, vcpu_regs(self->vcpu).rsp);
	EXPECT_EQ(0, vmcs_write(self->vcpu, fields, 1));
	EXPECT_EQ(rsp - 8, vcpu_regs(self->vcpu).rsp);
}

/* A field that is not there spoils nothing for the others. */
TEST_F(vmcs, fields_are_read_one_by_one)
{
	struct minivmx_vmcs_field fields[2] = {
		{ .encoding = NO_FIELD, .value = 7 },
		{ .encoding = GUEST_RSP, .error = 1 },
	};
	struct minivmx_vmcs arg = {
		.size = sizeof(arg),
		.field_size = sizeof(*fields),
		.nr_fields = 2,
		.fields = (uintptr_t)fields,
	};

	NEEDS_WRITE_VMCS(self);
	ASSERT_EQ(0, dev_ioctl(self->vcpu->fd, MINIVMX_READ_VMCS, &arg));
	EXPECT_EQ(-ENOENT, fields[0].error);
	EXPECT_EQ(0, fields[0].value);
	EXPECT_STREQ("", fields[0].name);
	EXPECT_EQ(0, fields[1].error);
	EXPECT_STREQ("GUEST_RSP", fields[1].name);
	EXPECT_EQ(vcpu_regs(self->vcpu).rsp, fields[1].value);
}

TEST_HARNESS_MAIN
