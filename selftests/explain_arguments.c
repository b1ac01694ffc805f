// SPDX-License-Identifier: GPL-2.0
/*
 * Each of MiniVMX's own ioctls with each argument wrong: sizes of older and newer
 * programs, reserved members, pointers and counts.
 */
#include "explain.h"
#include "test.h"
#include "trial.h"

#define ROOM		0x4000
#define KERNEL_ADDRESS	0xffff888000000000
#define MAX_FIELDS	512
#define MAX_INPUTS	16384
#define MORE		16	/* bytes that a newer program knows */
#define UNTOUCHED	0xa5

#define GUEST_CS_SELECTOR	0x0802
#define GUEST_RSP		0x681c

/* An argument as it should be. Its array is in array, its text in text. */
union argument {
	uint32_t size;
	struct minivmx_explanation explanation;
	struct minivmx_vmcs vmcs;
	struct minivmx_entry_inputs inputs;
	uint8_t bytes[ROOM];
};

static union argument argument;
static uint8_t array[ROOM], text[ROOM];
/* One page at @end is missing; the ones before it are there. */
static uint8_t *end, *unwritable, *unreadable;

/* Where an ioctl has which member. */
static const struct request {
	const char *name;
	unsigned long number;
	size_t size, element;
	size_t array, element_size, count;	/* offsets */
	size_t reserved;			/* offset of the last ones */
	bool returns;
} requests[] = {
#define EXPLANATION(number) {						\
	#number, number, sizeof(struct minivmx_explanation),		\
	sizeof(struct minivmx_violation),				\
	offsetof(struct minivmx_explanation, violations),		\
	offsetof(struct minivmx_explanation, violation_size),		\
	offsetof(struct minivmx_explanation, nr_violations),		\
	offsetof(struct minivmx_explanation, reserved2), true }
#define VMCS(number, returns) {						\
	#number, number, sizeof(struct minivmx_vmcs),			\
	sizeof(struct minivmx_vmcs_field),				\
	offsetof(struct minivmx_vmcs, fields),				\
	offsetof(struct minivmx_vmcs, field_size),			\
	offsetof(struct minivmx_vmcs, nr_fields),			\
	offsetof(struct minivmx_vmcs, reserved), returns }
	EXPLANATION(MINIVMX_EXPLAIN_ENTRY),
	EXPLANATION(MINIVMX_CHECK_ENTRY),
	VMCS(MINIVMX_READ_VMCS, true),
	VMCS(MINIVMX_WRITE_VMCS, false),
	{
		"MINIVMX_READ_ENTRY_INPUTS", MINIVMX_READ_ENTRY_INPUTS,
		sizeof(struct minivmx_entry_inputs),
		sizeof(struct minivmx_entry_input),
		offsetof(struct minivmx_entry_inputs, inputs),
		offsetof(struct minivmx_entry_inputs, input_size),
		offsetof(struct minivmx_entry_inputs, nr_inputs),
		offsetof(struct minivmx_entry_inputs, reserved), true,
	},
};

#define FOR_EACH_REQUEST(r) \
	for (r = requests; r < requests + sizeof(requests) / sizeof(*requests); r++)

static void guest_nothing(void)
{
	guest_done();
}

FIXTURE(arguments) {
	struct machine machine;
	struct vcpu *vcpu;
	const struct request *r;
};

/* The fixture, for functions: checkpatch takes FIXTURE_DATA(x) *y for a product. */
#define arguments_data _test_data_arguments

static void make_pages(void)
{
	end = anonymous_memory(ROOM + PAGE_SIZE) + ROOM;
	unwritable = anonymous_memory(ROOM);
	unreadable = anonymous_memory(ROOM);
	if (munmap(end, PAGE_SIZE) || mprotect(unreadable, ROOM, PROT_NONE))
		die("pages");
}

/* The vCPU has a violation to speak of. */
FIXTURE_SETUP(arguments)
{
	struct kvm_sregs sregs;

	machine_start(&self->machine, guest_nothing);
	self->vcpu = &self->machine.vcpu;
	sregs = vcpu_sregs(self->vcpu);
	sregs.cs.db = 1;
	vcpu_set_sregs(self->vcpu, &sregs);
	make_pages();
}

FIXTURE_TEARDOWN(arguments)
{
	machine_destroy(&self->machine);
}

#define NEEDS_WRITE_VMCS(self) do {					\
	if (!can_write_vmcs((self)->vcpu))				\
		SKIP(return, "no MINIVMX_WRITE_VMCS");			\
} while (0)

static uint32_t *number_at(size_t offset)
{
	return (uint32_t *)&argument.bytes[offset];
}

static uint64_t *address_at(size_t offset)
{
	return (uint64_t *)&argument.bytes[offset];
}

/* An array of one; the field is one that may be written, with what it has. */
static void fill(struct arguments_data *self, const struct request *r)
{
	struct minivmx_vmcs_field *field = (void *)array;

	memset(&argument, 0, sizeof(argument));
	memset(array, 0, sizeof(array));
	memset(text, UNTOUCHED, sizeof(text));
	argument.size = r->size;
	*address_at(r->array) = (uintptr_t)array;
	*number_at(r->element_size) = r->element;
	*number_at(r->count) = 1;
	if (r->size == sizeof(argument.explanation)) {
		argument.explanation.text = (uintptr_t)text;
		argument.explanation.text_size = sizeof(text);
	}
	if (r->element == sizeof(*field)) {
		field->encoding = GUEST_RSP;
		field->value = vcpu_regs(self->vcpu).rsp;
	}
}

static int call_at(struct arguments_data *self, const struct request *r, void *at)
{
	return dev_ioctl(self->vcpu->fd, r->number, at);
}

static int call(struct arguments_data *self, const struct request *r)
{
	return call_at(self, r, &argument);
}

#define EXPECT_RESULT(expected, self, r, what) do {			\
	int result__ = call(self, r);					\
									\
	EXPECT_EQ(expected, result__) {					\
		TH_LOG("%s, %s", (r)->name, what);			\
	}								\
} while (0)

TEST_F(arguments, as_they_should_be)
{
	NEEDS_WRITE_VMCS(self);
	FOR_EACH_REQUEST(self->r) {
		fill(self, self->r);
		EXPECT_RESULT(0, self, self->r, "nothing wrong");
		EXPECT_EQ(self->r->size, argument.size);
	}
}

TEST_F(arguments, size_of_the_structure)
{
	const struct request *r;

	NEEDS_WRITE_VMCS(self);
	FOR_EACH_REQUEST(r) {
		static const struct { uint32_t size; int expected; } wrong[] = {
			{ 0, -EINVAL }, { 4, -EINVAL }, { -1, -E2BIG },
			{ PAGE_SIZE + 1, -E2BIG },
		};

		for (unsigned int i = 0; i < 4; i++) {
			fill(self, r);
			argument.size = wrong[i].size;
			EXPECT_RESULT(wrong[i].expected, self, r, "size");
		}
		fill(self, r);
		argument.size--;
		EXPECT_RESULT(-EINVAL, self, r, "size less one");

		fill(self, r);
		argument.size += MORE;
		EXPECT_RESULT(0, self, r, "size of a newer program");
		EXPECT_EQ(r->size + (r->returns ? 0 : MORE), argument.size);

		fill(self, r);
		argument.size = PAGE_SIZE;
		EXPECT_RESULT(0, self, r, "size of a page");

		fill(self, r);
		argument.size += MORE;
		argument.bytes[r->size + MORE - 1] = 1;
		EXPECT_RESULT(-E2BIG, self, r, "what only a newer program knows");
		EXPECT_EQ(1, argument.bytes[r->size + MORE - 1]);
	}
}

TEST_F(arguments, reserved_members)
{
	const struct request *r;
	size_t i;

	NEEDS_WRITE_VMCS(self);
	FOR_EACH_REQUEST(r) {
		for (i = r->reserved; i < r->size; i++) {
			fill(self, r);
			argument.bytes[i] = 0x80;
			EXPECT_RESULT(-EINVAL, self, r, "reserved");
		}
	}
	FOR_EACH_REQUEST(r) {
		fill(self, r);
		if (r->element == sizeof(struct minivmx_entry_input))
			argument.inputs.reserved2 = 1;
		else if (r->element == sizeof(struct minivmx_vmcs_field))
			argument.vmcs.flags = 2;
		else
			continue;
		EXPECT_RESULT(-EINVAL, self, r, "flags");
	}
	/* Writing has no flags at all. */
	r = &requests[3];
	ASSERT_EQ(MINIVMX_WRITE_VMCS, r->number);
	fill(self, r);
	argument.vmcs.flags = MINIVMX_VMCS_ALL;
	EXPECT_RESULT(-EINVAL, self, r, "flags");
}

TEST_F(arguments, where_the_structure_is)
{
	const struct request *r;

	NEEDS_WRITE_VMCS(self);
	FOR_EACH_REQUEST(r) {
		EXPECT_EQ(-EFAULT, call_at(self, r, NULL));
		EXPECT_EQ(-EFAULT, call_at(self, r, (void *)KERNEL_ADDRESS));
		EXPECT_EQ(-EFAULT, call_at(self, r, (void *)-8));
		EXPECT_EQ(-EFAULT, call_at(self, r, end));
		EXPECT_EQ(-EFAULT, call_at(self, r, unreadable));
		fill(self, r);
		memcpy(end - r->size + 8, &argument, r->size - 8);
		EXPECT_EQ(-EFAULT, call_at(self, r, end - r->size + 8));
		memcpy(end - r->size, &argument, r->size);
		EXPECT_EQ(0, call_at(self, r, end - r->size));

		memcpy(unwritable, &argument, r->size);
		ASSERT_EQ(0, mprotect(unwritable, ROOM, PROT_READ));
		EXPECT_EQ(r->returns ? -EFAULT : 0, call_at(self, r, unwritable));
		ASSERT_EQ(0, mprotect(unwritable, ROOM, PROT_READ | PROT_WRITE));
	}
}

TEST_F(arguments, where_the_array_is)
{
	const uint64_t bad[] = {
		KERNEL_ADDRESS, -8, (uintptr_t)end, (uintptr_t)end - 8,
		(uintptr_t)unreadable,
	};
	const struct request *r;

	NEEDS_WRITE_VMCS(self);
	FOR_EACH_REQUEST(r) {
		for (unsigned int i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
			fill(self, r);
			*address_at(r->array) = bad[i];
			EXPECT_RESULT(-EFAULT, self, r, "array");
		}
		fill(self, r);
		*address_at(r->array) = 0;
		if (r->size == sizeof(argument.explanation)) {
			EXPECT_RESULT(0, self, r, "no array of violations");
			EXPECT_EQ(1, argument.explanation.nr_violations);

			fill(self, r);
			argument.explanation.text = KERNEL_ADDRESS;
			EXPECT_RESULT(-EFAULT, self, r, "text");
			argument.explanation.text = (uintptr_t)end - 8;
			EXPECT_RESULT(-EFAULT, self, r, "text");
		} else {
			EXPECT_RESULT(-EFAULT, self, r, "array");
		}
	}
}

TEST_F(arguments, size_of_an_element)
{
	const struct request *r;
	unsigned int i;

	NEEDS_WRITE_VMCS(self);
	FOR_EACH_REQUEST(r) {
		const uint32_t wrong[] = { 0, r->element - 1, PAGE_SIZE + 1, -1 };

		for (i = 0; i < 4; i++) {
			fill(self, r);
			*number_at(r->element_size) = wrong[i];
			EXPECT_RESULT(-EINVAL, self, r, "size of an element");
		}

		/* What a newer program has more stays as it is. */
		fill(self, r);
		*number_at(r->element_size) = r->element + MORE;
		if (r->returns)
			memset(array + r->element, UNTOUCHED, sizeof(array) - r->element);
		EXPECT_RESULT(0, self, r, "larger element");
		for (i = 0; r->returns && i < MORE; i++)
			EXPECT_EQ(UNTOUCHED, array[r->element + i]);
		if (r->returns)
			continue;
		array[r->element + MORE - 1] = 1;
		EXPECT_RESULT(-E2BIG, self, r, "larger element with something in it");
	}
}

/* The second element is where the size says that it is. */
TEST_F(arguments, elements_of_a_newer_program)
{
	const struct request *r = &requests[2];
	struct minivmx_vmcs_field *first = (void *)array, *second;

	NEEDS_WRITE_VMCS(self);
	ASSERT_EQ(MINIVMX_READ_VMCS, r->number);
	fill(self, r);
	argument.vmcs.nr_fields = 2;
	argument.vmcs.field_size += MORE;
	second = (void *)&array[argument.vmcs.field_size];
	second->encoding = GUEST_CS_SELECTOR;
	EXPECT_RESULT(0, self, r, "two larger elements");
	EXPECT_STREQ("GUEST_RSP", first->name);
	EXPECT_STREQ("GUEST_CS_SELECTOR", second->name);
	EXPECT_EQ(SEL_CODE64, second->value);
}

TEST_F(arguments, counts)
{
	const struct request *r;

	NEEDS_WRITE_VMCS(self);
	FOR_EACH_REQUEST(r) {
		const uint32_t most = r->element == sizeof(struct minivmx_entry_input) ?
				      MAX_INPUTS : MAX_FIELDS;

		fill(self, r);
		if (r->size == sizeof(argument.explanation)) {
			argument.explanation.nr_violations = -1;
			argument.explanation.text_size = -1;
			EXPECT_RESULT(0, self, r, "room for more than there is");
			EXPECT_EQ(1, argument.explanation.nr_violations);
			EXPECT_EQ(strlen((char *)text) + 1, argument.explanation.text_size);
			EXPECT_EQ(UNTOUCHED, text[argument.explanation.text_size]);
			continue;
		}
		*number_at(r->count) = most + 1;
		EXPECT_RESULT(-EINVAL, self, r, "count");
		*number_at(r->count) = -1;
		EXPECT_RESULT(-EINVAL, self, r, "count");
		/* The last ones are where there is no memory. */
		*number_at(r->count) = most;
		*address_at(r->array) = (uintptr_t)end - r->element;
		if (r->number != MINIVMX_READ_ENTRY_INPUTS)
			memcpy(end - r->element, array, r->element);
		EXPECT_RESULT(-EFAULT, self, r, "more than there is memory");
		*number_at(r->count) = 0;
		EXPECT_RESULT(0, self, r, "none");
	}
}

TEST_F(arguments, numbers_that_are_no_ioctl)
{
	const unsigned long numbers[] = {
		_IO(MINIVMX_IO, 5), _IO(MINIVMX_IO, 0xff),
		_IOWR(MINIVMX_IO, 0, struct minivmx_explanation),
	};
	int device = device_open();

	NEEDS_WRITE_VMCS(self);
	for (unsigned int i = 0; i < 3; i++)
		EXPECT_EQ(-ENOTTY, dev_ioctl(self->vcpu->fd, numbers[i], &argument));
	FOR_EACH_REQUEST(self->r) {
		fill(self, self->r);
		EXPECT_EQ(dev_ioctl(self->machine.vm.fd, _IO(KVMIO, 0xff), NULL),
			  dev_ioctl(self->machine.vm.fd, self->r->number, &argument));
		EXPECT_EQ(dev_ioctl(device, _IO(KVMIO, 0xff), NULL),
			  dev_ioctl(device, self->r->number, &argument));
	}
	close(device);
}

TEST_HARNESS_MAIN
