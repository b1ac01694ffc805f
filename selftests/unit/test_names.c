// SPDX-License-Identifier: GPL-2.0
/* Names of errors, exit reasons and fields, compared with the kernel's. */
#include <string.h>
#include <linux/kernel.h>
#include <kselftest_harness.h>
#include <asm/vmx.h>
#include <error.h>
#include <field_names.h>

struct kernel_name {
	unsigned long number;
	const char *name;
};

#include "kernel_names.h"

static const struct kernel_name kernel_reasons[] = { VMX_EXIT_REASONS };

TEST(instruction_errors_are_the_kernels)
{
	const struct vmx_meaning *error;
	unsigned int i;

	ASSERT_GE(ARRAY_SIZE(kernel_errors), 25);
	for (i = 0; i < ARRAY_SIZE(kernel_errors); i++) {
		error = vmx_instruction_error_meaning(kernel_errors[i].number);
		ASSERT_NE(NULL, error);
		EXPECT_STREQ(kernel_errors[i].name, error->name);
		EXPECT_GT(strlen(error->meaning), 15);
	}
}

TEST(unused_instruction_errors_have_no_name)
{
	static const unsigned int unused[] = { 0, 14, 21, 27, 29, 1000, ~0u };
	unsigned int i, named = 0;

	for (i = 0; i < ARRAY_SIZE(unused); i++)
		EXPECT_EQ(NULL, vmx_instruction_error_meaning(unused[i]));
	for (i = 0; i <= VMX_LAST_INSTRUCTION_ERROR; i++)
		named += vmx_instruction_error_meaning(i) != NULL;
	EXPECT_EQ(ARRAY_SIZE(kernel_errors), named);
}

TEST(exit_reasons_are_the_kernels)
{
	const struct vmx_meaning *reason;
	unsigned int i;

	ASSERT_GE(ARRAY_SIZE(kernel_reasons), 60);
	for (i = 0; i < ARRAY_SIZE(kernel_reasons); i++) {
		reason = vmx_exit_reason_meaning(kernel_reasons[i].number);
		ASSERT_NE(NULL, reason) {
			TH_LOG("%s", kernel_reasons[i].name);
		}
		EXPECT_STREQ(kernel_reasons[i].name, reason->name);
		EXPECT_GT(strlen(reason->meaning), 10);
	}
}

TEST(exit_reasons_ignore_the_flags)
{
	EXPECT_EQ(vmx_exit_reason_meaning(33), vmx_exit_reason_meaning(0x80000021));
	EXPECT_EQ(NULL, vmx_exit_reason_meaning(35));
	EXPECT_EQ(NULL, vmx_exit_reason_meaning(VMX_LAST_EXIT_REASON + 1));
	EXPECT_EQ(NULL, vmx_exit_reason_meaning(0xffff));
	EXPECT_NE(NULL, vmx_exit_reason_meaning(VMX_LAST_EXIT_REASON));
}

/* Every field of the kernel's enumeration but the high halves. */
TEST(fields_are_the_kernels)
{
	const struct vmcs_field_name *field;
	unsigned int i, compared = 0;

	for (i = 0; i < ARRAY_SIZE(kernel_fields); i++) {
		if (kernel_fields[i].number & 1)
			continue;
		field = vmcs_field_by_encoding(kernel_fields[i].number);
		ASSERT_NE(NULL, field) {
			TH_LOG("%s", kernel_fields[i].name);
		}
		EXPECT_STREQ(kernel_fields[i].name, field->name);
		EXPECT_EQ(field, vmcs_field_by_name(kernel_fields[i].name));
		compared++;
	}
	EXPECT_GT(compared, 140);
}

TEST(fields_are_sorted_and_found)
{
	const struct vmcs_field_name *field, *last = NULL;
	unsigned int i;

	for (i = 0; (field = vmcs_field_at(i)); i++) {
		if (last)
			EXPECT_LT(last->encoding, field->encoding);
		EXPECT_EQ(0, field->encoding & 1);
		EXPECT_EQ(field, vmcs_field_by_encoding(field->encoding));
		EXPECT_EQ(NULL, vmcs_field_by_encoding(field->encoding | 1));
		EXPECT_EQ(field, vmcs_field_by_name(field->name));
		EXPECT_EQ(field, vmcs_field_by_name(field->title));
		last = field;
	}
	EXPECT_EQ(NULL, vmcs_field_by_encoding(0xffffffff));
	EXPECT_EQ(NULL, vmcs_field_by_name("GUEST_XYZ"));
	EXPECT_EQ(NULL, vmcs_field_by_name(""));
}

TEST(width_and_type_are_in_the_encoding)
{
	EXPECT_EQ(VMCS_FIELD_16, vmcs_field_width(GUEST_CS_SELECTOR));
	EXPECT_EQ(VMCS_FIELD_64, vmcs_field_width(GUEST_IA32_EFER));
	EXPECT_EQ(VMCS_FIELD_32, vmcs_field_width(GUEST_CS_AR_BYTES));
	EXPECT_EQ(VMCS_FIELD_NATURAL, vmcs_field_width(HOST_RIP));
	EXPECT_EQ(VMCS_FIELD_CONTROL, vmcs_field_type(TSC_OFFSET));
	EXPECT_EQ(VMCS_FIELD_READ_ONLY, vmcs_field_type(VM_EXIT_REASON));
	EXPECT_EQ(VMCS_FIELD_GUEST, vmcs_field_type(GUEST_RIP));
	EXPECT_EQ(VMCS_FIELD_HOST, vmcs_field_type(HOST_CR3));
}

TEST_HARNESS_MAIN
