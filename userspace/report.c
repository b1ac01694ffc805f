// SPDX-License-Identifier: GPL-2.0
/* What the user sees of an exit that ends the run. */
#include "report.h"

#include <asm/vmx.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "../module/vmx/error.h"
#include "../uapi/minivmx.h"
#include "vcpu.h"

static void print_segment(const char *name, const struct kvm_segment *s)
{
	fprintf(stderr, "%-4s %04x base %016llx limit %08x type %x%s dpl %u%s%s%s%s%s\n",
		name, s->selector, (unsigned long long)s->base, s->limit,
		s->type, s->s ? "" : " system", s->dpl,
		s->present ? " present" : "", s->l ? " long" : "",
		s->db ? " db" : "", s->g ? " granular" : "",
		s->unusable ? " unusable" : "");
}

static void print_sregs(const struct kvm_sregs *s)
{
	print_segment("cs", &s->cs);
	print_segment("ds", &s->ds);
	print_segment("es", &s->es);
	print_segment("fs", &s->fs);
	print_segment("gs", &s->gs);
	print_segment("ss", &s->ss);
	print_segment("tr", &s->tr);
	print_segment("ldtr", &s->ldt);
	fprintf(stderr, "gdtr base %016llx limit %04x\nidtr base %016llx limit %04x\n",
		s->gdt.base, s->gdt.limit, s->idt.base, s->idt.limit);
	fprintf(stderr, "cr0 %016llx cr2 %016llx cr3 %016llx cr4 %016llx cr8 %llx\n",
		s->cr0, s->cr2, s->cr3, s->cr4, s->cr8);
	fprintf(stderr, "efer %016llx apic_base %016llx\n", s->efer,
		s->apic_base);
}

void report_registers(const struct vcpu *vcpu)
{
	struct kvm_sregs sregs;
	struct kvm_regs r;

	if (ioctl(vcpu->fd, KVM_GET_REGS, &r) ||
	    ioctl(vcpu->fd, KVM_GET_SREGS, &sregs)) {
		perror("minivmm: the registers can't be read");
		return;
	}
	fprintf(stderr, "rax %016llx rbx %016llx rcx %016llx rdx %016llx\n"
		"rsi %016llx rdi %016llx rsp %016llx rbp %016llx\n"
		"r8  %016llx r9  %016llx r10 %016llx r11 %016llx\n"
		"r12 %016llx r13 %016llx r14 %016llx r15 %016llx\n"
		"rip %016llx rflags %016llx\n",
		r.rax, r.rbx, r.rcx, r.rdx, r.rsi, r.rdi, r.rsp, r.rbp,
		r.r8, r.r9, r.r10, r.r11, r.r12, r.r13, r.r14, r.r15,
		r.rip, r.rflags);
	print_sregs(&sregs);
}

static void print_meaning(const char *what, uint64_t number,
			  const struct vmx_meaning *meaning)
{
	if (meaning)
		fprintf(stderr, "minivmm: %s %" PRIu64 ", %s: %s\n", what, number,
			meaning->name, meaning->meaning);
	else
		fprintf(stderr, "minivmm: %s %" PRIu64 ", which the SDM does not define\n",
			what, number);
}

static void print_exit_reason(uint64_t reason)
{
	print_meaning("exit reason", reason & 0xffff, vmx_exit_reason_meaning(reason));
}

/* MiniVMX says which check was violated; KVM does not know the ioctl. */
void report_explanation(const struct vcpu *vcpu)
{
	static char text[16384];
	struct minivmx_explanation e = {
		.size = sizeof(e),
		.text = (uintptr_t)text,
		.text_size = sizeof(text),
	};

	if (!ioctl(vcpu->fd, MINIVMX_EXPLAIN_ENTRY, &e))
		fprintf(stderr, "%s", text);
}

/*
 * KVM gives the VM-instruction error when VMLAUNCH or VMRESUME failed, and the
 * exit reason, whose bit 31 is set, when the entry failed after it.
 */
static void report_fail_entry(const struct vcpu *vcpu)
{
	const struct kvm_run *run = vcpu->run;
	uint64_t reason = run->fail_entry.hardware_entry_failure_reason;

	fprintf(stderr, "minivmm: the CPU refused to enter the guest: hardware_entry_failure_reason %#" PRIx64 ", cpu %u\n",
		reason, run->fail_entry.cpu);
	if (reason & VMX_EXIT_REASONS_FAILED_VMENTRY)
		print_exit_reason(reason);
	else
		print_meaning("VM-instruction error", reason,
			      vmx_instruction_error_meaning(reason));
	report_explanation(vcpu);
}

static void report_instruction(const struct kvm_run *run)
{
	unsigned int i, size = run->emulation_failure.insn_size;

	if (run->emulation_failure.ndata < 3 ||
	    !(run->emulation_failure.flags &
	      KVM_INTERNAL_ERROR_EMULATION_FLAG_INSTRUCTION_BYTES))
		return;
	if (size > sizeof(run->emulation_failure.insn_bytes))
		size = sizeof(run->emulation_failure.insn_bytes);
	fprintf(stderr, "minivmm: the instruction that could not be emulated:");
	for (i = 0; i < size; i++)
		fprintf(stderr, " %02x", run->emulation_failure.insn_bytes[i]);
	fprintf(stderr, "\n");
}

static void report_internal_error(const struct kvm_run *run)
{
	unsigned int i, count = run->internal.ndata;

	fprintf(stderr, "minivmm: suberror %u: %s\n", run->internal.suberror,
		kvm_suberror_name(run->internal.suberror));
	if (run->internal.suberror == KVM_INTERNAL_ERROR_EMULATION)
		report_instruction(run);
	if (count > sizeof(run->internal.data) / sizeof(*run->internal.data))
		count = sizeof(run->internal.data) / sizeof(*run->internal.data);
	for (i = 0; i < count; i++)
		fprintf(stderr, "minivmm: data[%u] %#llx\n", i,
			run->internal.data[i]);
}

static void report_system_event(const struct kvm_run *run)
{
	unsigned int i;

	fprintf(stderr, "minivmm: system event %u\n", run->system_event.type);
	for (i = 0; i < run->system_event.ndata && i < 16; i++)
		fprintf(stderr, "minivmm: data[%u] %#llx\n", i,
			run->system_event.data[i]);
}

void report_exit(const struct vcpu *vcpu)
{
	const struct kvm_run *run = vcpu->run;

	fprintf(stderr, "minivmm: %s (%u) ends the run\n",
		kvm_exit_name(run->exit_reason), run->exit_reason);
	switch (run->exit_reason) {
	case KVM_EXIT_UNKNOWN:
		fprintf(stderr, "minivmm: hardware_exit_reason %#llx\n",
			run->hw.hardware_exit_reason);
		print_exit_reason(run->hw.hardware_exit_reason);
		break;
	case KVM_EXIT_FAIL_ENTRY:
		report_fail_entry(vcpu);
		break;
	case KVM_EXIT_INTERNAL_ERROR:
		report_internal_error(run);
		break;
	case KVM_EXIT_EXCEPTION:
		fprintf(stderr, "minivmm: vector %u, error code %#x\n",
			run->ex.exception, run->ex.error_code);
		break;
	case KVM_EXIT_SYSTEM_EVENT:
		report_system_event(run);
		break;
	case KVM_EXIT_SHUTDOWN:
		fprintf(stderr, "minivmm: the guest's CPU shut down: a triple fault\n");
		break;
	}
	report_registers(vcpu);
}
