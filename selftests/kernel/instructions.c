// SPDX-License-Identifier: GPL-2.0
/*
 * Provokes each VM-instruction error that software in VMX root operation can,
 * and compares number and name.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/io.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <asm/msr.h>
#include <asm/processor.h>

#include "error.h"
#include "root_test.h"
#include "vmx_state.h"

#define MISC_WRITE_READ_ONLY	BIT_ULL(29)
#define NO_FIELD		0x6ffe	/* a natural-width host-state field */
#define BAD_TYPE		7	/* of INVEPT and INVVPID */
#define TOO_HIGH		BIT_ULL(51)

static struct root_test *t;

static void report(bool passed, const char *what, enum vmx_outcome outcome,
		   unsigned long error)
{
	const struct vmx_meaning *meaning = vmx_instruction_error_meaning(error);

	passed ? t->passed++ : t->failed++;
	pr_info("%s %s: outcome %d, error %lu %s\n", passed ? "ok" : "not ok",
		what, outcome, error, meaning ? meaning->name : "");
}

static void expect_outcome(const char *what, enum vmx_outcome expected,
			   enum vmx_outcome outcome)
{
	report(outcome == expected, what, outcome, 0);
}

/* @outcome is that of the instruction just executed. */
static void expect_error(const char *what, unsigned long number, const char *name,
			 enum vmx_outcome outcome)
{
	const struct vmx_meaning *meaning;
	unsigned long error = 0;

	if (outcome == VMX_FAIL_VALID)
		read_field(VM_INSTRUCTION_ERROR, &error);
	meaning = vmx_instruction_error_meaning(error);
	report(outcome == VMX_FAIL_VALID && error == number && meaning &&
	       !strcmp(meaning->name, name), what, outcome, error);
}

static enum vmx_outcome vmcall(void)
{
	return VMX_EXECUTE("VMCALL");
}

/* There is no number where there is no VMCS. */
static void test_without_vmcs(void)
{
	unsigned long value = 0;

	expect_outcome("VMREAD without a VMCS", VMX_FAIL_INVALID,
		       read_field(GUEST_RIP, &value));
	expect_outcome("VMWRITE without a VMCS", VMX_FAIL_INVALID,
		       write_field(GUEST_RIP, 0));
	expect_outcome("VMLAUNCH without a VMCS", VMX_FAIL_INVALID,
		       VMX_EXECUTE("VMLAUNCH"));
	expect_outcome("VMPTRLD of a bad address without a VMCS", VMX_FAIL_INVALID,
		       vmptrld(1));
	expect_outcome("VMXON without a VMCS", VMX_FAIL_INVALID,
		       vmxon(__pa(t->vmxon_region)));
	expect_outcome("VMCALL without a VMCS", VMX_FAIL_INVALID, vmcall());
}

static void test_pointers(void)
{
	expect_error("VMCLEAR, unaligned", 2, "VMCLEAR_INVALID_ADDRESS", vmclear(1));
	expect_error("VMCLEAR, beyond the width", 2, "VMCLEAR_INVALID_ADDRESS",
		     vmclear(TOO_HIGH));
	expect_error("VMCLEAR of the VMXON region", 3, "VMCLEAR_VMXON_POINTER",
		     vmclear(__pa(t->vmxon_region)));
	expect_error("VMPTRLD, unaligned", 9, "VMPTRLD_INVALID_ADDRESS", vmptrld(1));
	expect_error("VMPTRLD, beyond the width", 9, "VMPTRLD_INVALID_ADDRESS",
		     vmptrld(TOO_HIGH));
	expect_error("VMPTRLD of the VMXON region", 10, "VMPTRLD_VMXON_POINTER",
		     vmptrld(__pa(t->vmxon_region)));
	expect_error("VMPTRLD of another revision", 11,
		     "VMPTRLD_INCORRECT_VMCS_REVISION_ID", vmptrld(__pa(t->alien)));
	expect_error("VMXON in VMX root operation", 15,
		     "VMXON_IN_VMX_ROOT_OPERATION", vmxon(__pa(t->vmxon_region)));
	expect_error("VMCALL in VMX root operation", 1,
		     "VMCALL_IN_VMX_ROOT_OPERATION", vmcall());
	expect_error("INVEPT of a bad type", 28, "INVALID_OPERAND_TO_INVEPT_INVVPID",
		     invept(BAD_TYPE, 0));
	expect_error("INVVPID of a bad type", 28, "INVALID_OPERAND_TO_INVEPT_INVVPID",
		     invvpid(BAD_TYPE, 1, 0));
	expect_error("INVVPID of VPID 0", 28, "INVALID_OPERAND_TO_INVEPT_INVVPID",
		     invvpid(VMX_VPID_EXTENT_SINGLE_CONTEXT, 0, 0));
}

static void test_fields(void)
{
	unsigned long value = 0;

	expect_error("VMREAD of no field", 12, "UNSUPPORTED_VMCS_COMPONENT",
		     read_field(NO_FIELD, &value));
	expect_error("VMWRITE of no field", 12, "UNSUPPORTED_VMCS_COMPONENT",
		     write_field(NO_FIELD, 0));
	if (t->misc & MISC_WRITE_READ_ONLY)
		expect_outcome("VMWRITE of exit information, which this CPU allows",
			       VMX_SUCCEED, write_field(VM_EXIT_REASON, 0));
	else
		expect_error("VMWRITE of exit information", 13,
			     "VMWRITE_READ_ONLY_VMCS_COMPONENT",
			     write_field(VM_EXIT_REASON, 0));
}

static void test_entries(void)
{
	unsigned long reason = 0;

	expect_error("VMRESUME of a VMCS not launched", 5, "VMRESUME_NONLAUNCHED_VMCS",
		     enter_guest(ENTER_RESUME));
	expect_error("VMLAUNCH after MOV SS", 26, "ENTRY_EVENTS_BLOCKED_BY_MOV_SS",
		     enter_guest(ENTER_AFTER_MOV_SS));
	expect_error("VMLAUNCH with controls that are 0", 7,
		     "ENTRY_INVALID_CONTROL_FIELD", enter_guest(ENTER_LAUNCH));
	if (!write_valid_vmcs()) {
		t->failed++;
		return;
	}
	write_field(HOST_CR0, 0);
	expect_error("VMLAUNCH with host CR0 0", 8, "ENTRY_INVALID_HOST_STATE_FIELD",
		     enter_guest(ENTER_LAUNCH));

	write_field(HOST_CR0, read_cr0());
	expect_outcome("VMLAUNCH", VMX_SUCCEED, enter_guest(ENTER_LAUNCH));
	read_field(VM_EXIT_REASON, &reason);
	report(reason == EXIT_REASON_PREEMPTION_TIMER, "exit by the preemption timer",
	       VMX_SUCCEED, 0);
	expect_error("VMLAUNCH of a VMCS not clear", 4, "VMLAUNCH_NONCLEAR_VMCS",
		     enter_guest(ENTER_LAUNCH));
	expect_error("VMCALL with a launched VMCS", 1, "VMCALL_IN_VMX_ROOT_OPERATION",
		     vmcall());
	expect_outcome("VMRESUME", VMX_SUCCEED, enter_guest(ENTER_RESUME));
}

/* The SDM has a number for it; its VMRESUME does not say when. */
static void test_resume_after_vmxoff(void)
{
	enum vmx_outcome outcome;
	unsigned long error = 0;

	if (vmxoff() != VMX_SUCCEED || vmxon(__pa(t->vmxon_region)) != VMX_SUCCEED ||
	    vmptrld(__pa(t->vmcs)) != VMX_SUCCEED) {
		report(false, "VMXOFF and VMXON", VMX_FAULT, 0);
		return;
	}
	outcome = enter_guest(ENTER_RESUME);
	if (outcome == VMX_SUCCEED)
		report(true, "VMRESUME after VMXOFF, which this CPU allows", outcome, 0);
	else if (outcome == VMX_FAIL_VALID &&
		 read_field(VM_INSTRUCTION_ERROR, &error) == VMX_SUCCEED && error == 5)
		report(true, "VMRESUME after VMXOFF, which made the VMCS clear",
		       outcome, error);
	else
		expect_error("VMRESUME after VMXOFF", 6, "VMRESUME_AFTER_VMXOFF",
			     outcome);
}

/**
 * test_instructions() - every error that an instruction here can have
 * @test: where to count
 *
 * Context: VMX root operation, without a current VMCS.
 */
void test_instructions(struct root_test *test)
{
	unsigned long flags;

	t = test;
	local_irq_save(flags);
	test_without_vmcs();
	if (vmclear(__pa(t->vmcs)) == VMX_SUCCEED &&
	    vmptrld(__pa(t->vmcs)) == VMX_SUCCEED) {
		test_pointers();
		test_fields();
		test_entries();
		test_resume_after_vmxoff();
	} else {
		pr_err("not ok the VMCS does not become current\n");
		t->failed++;
	}
	if (vmclear(__pa(t->vmcs)) != VMX_SUCCEED)
		t->failed++;
	local_irq_restore(flags);
}
