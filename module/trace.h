/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints: what passes between the VMM, this module and the guest.
 * See them with trace-cmd, perf or /sys/kernel/tracing/events/minivmx.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM minivmx

#if !defined(MINIVMX_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define MINIVMX_TRACE_H

#include <linux/kvm.h>
#include <linux/tracepoint.h>
#include <asm/vmx.h>

#include "minivmx.h"
#include "vcpu.h"

#define trace_symbol_kvm_exit					\
	{ KVM_EXIT_UNKNOWN,		"UNKNOWN" },		\
	{ KVM_EXIT_EXCEPTION,		"EXCEPTION" },		\
	{ KVM_EXIT_IO,			"IO" },			\
	{ KVM_EXIT_HLT,			"HLT" },		\
	{ KVM_EXIT_MMIO,		"MMIO" },		\
	{ KVM_EXIT_IRQ_WINDOW_OPEN,	"IRQ_WINDOW_OPEN" },	\
	{ KVM_EXIT_SHUTDOWN,		"SHUTDOWN" },		\
	{ KVM_EXIT_FAIL_ENTRY,		"FAIL_ENTRY" },		\
	{ KVM_EXIT_INTR,		"INTR" },		\
	{ KVM_EXIT_SET_TPR,		"SET_TPR" },		\
	{ KVM_EXIT_INTERNAL_ERROR,	"INTERNAL_ERROR" }

TRACE_EVENT(minivmx_entry,
	TP_PROTO(struct vcpu *vcpu),
	TP_ARGS(vcpu),

	TP_STRUCT__entry(
		__field(u32, id)
		__field(unsigned long, rip)
	),
	TP_fast_assign(
		__entry->id = vcpu->id;
		__entry->rip = vmx_rip(&vcpu->vmx);
	),
	TP_printk("vcpu %u rip 0x%lx", __entry->id, __entry->rip)
);

TRACE_EVENT(minivmx_exit,
	TP_PROTO(struct vcpu *vcpu),
	TP_ARGS(vcpu),

	TP_STRUCT__entry(
		__field(u32, id)
		__field(u32, outcome)
		__field(u32, reason)
		__field(unsigned long, rip)
		__field(unsigned long, qualification)
	),
	TP_fast_assign(
		__entry->id = vcpu->id;
		__entry->outcome = vmx_entry_outcome(&vcpu->vmx);
		__entry->reason = vcpu->vmx.exit.reason;
		__entry->rip = vmx_rip(&vcpu->vmx);
		__entry->qualification = vmx_qualification(&vcpu->vmx);
	),
	TP_printk("vcpu %u outcome %u reason %s%s rip 0x%lx qualification 0x%lx",
		  __entry->id, __entry->outcome,
		  __print_symbolic(__entry->reason & 0xffff, VMX_EXIT_REASONS),
		  __entry->reason & VMX_EXIT_REASONS_FAILED_VMENTRY ?
			  " (entry failed)" : "",
		  __entry->rip, __entry->qualification)
);

/* As KVM_EXIT_FAIL_ENTRY gives the number, with the name that it has everywhere. */
TRACE_EVENT(minivmx_entry_failed,
	TP_PROTO(struct vcpu *vcpu, const char *name),
	TP_ARGS(vcpu, name),

	TP_STRUCT__entry(
		__field(u32, id)
		__field(u64, number)
		__field(unsigned long, qualification)
		__array(char, name, MINIVMX_NAME_SIZE)
	),
	TP_fast_assign(
		__entry->id = vcpu->id;
		__entry->number = vcpu->run->fail_entry.hardware_entry_failure_reason;
		__entry->qualification =
			vmx_entry_outcome(&vcpu->vmx) == VMX_ENTRY_REFUSED ?
			vmx_qualification(&vcpu->vmx) : 0;
		strscpy(__entry->name, name, MINIVMX_NAME_SIZE);
	),
	TP_printk("vcpu %u number 0x%llx %s qualification 0x%lx", __entry->id,
		  __entry->number, __entry->name, __entry->qualification)
);

TRACE_EVENT(minivmx_userspace_exit,
	TP_PROTO(struct vcpu *vcpu, int error),
	TP_ARGS(vcpu, error),

	TP_STRUCT__entry(
		__field(u32, id)
		__field(u32, reason)
		__field(int, error)
	),
	TP_fast_assign(
		__entry->id = vcpu->id;
		__entry->reason = vcpu->run->exit_reason;
		__entry->error = error;
	),
	TP_printk("vcpu %u reason %s error %d", __entry->id,
		  __print_symbolic(__entry->reason, trace_symbol_kvm_exit),
		  __entry->error)
);

#endif /* MINIVMX_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace

#include <trace/define_trace.h>
