// SPDX-License-Identifier: GPL-2.0
/* The names of everything that a vCPU can come back for, and their table. */
#include "exits.h"

#include <inttypes.h>
#include <linux/kvm.h>
#include <stddef.h>

#define COUNT(array)	(sizeof(array) / sizeof(*(array)))
#define KVM(name)	{ KVM_EXIT_##name, "KVM_EXIT_" #name }
#define SUBERROR(name)	{ KVM_INTERNAL_ERROR_##name, "KVM_INTERNAL_ERROR_" #name }

struct name {
	uint32_t number;
	const char *name;
};

static const struct name kvm_exits[] = {
	KVM(UNKNOWN), KVM(EXCEPTION), KVM(IO), KVM(HYPERCALL), KVM(DEBUG),
	KVM(HLT), KVM(MMIO), KVM(IRQ_WINDOW_OPEN), KVM(SHUTDOWN),
	KVM(FAIL_ENTRY), KVM(INTR), KVM(SET_TPR), KVM(TPR_ACCESS),
	KVM(S390_SIEIC), KVM(S390_RESET), KVM(DCR), KVM(NMI),
	KVM(INTERNAL_ERROR), KVM(OSI), KVM(PAPR_HCALL), KVM(S390_UCONTROL),
	KVM(WATCHDOG), KVM(S390_TSCH), KVM(EPR), KVM(SYSTEM_EVENT),
	KVM(S390_STSI), KVM(IOAPIC_EOI), KVM(HYPERV), KVM(ARM_NISV),
	KVM(X86_RDMSR), KVM(X86_WRMSR), KVM(DIRTY_RING_FULL),
	KVM(AP_RESET_HOLD), KVM(X86_BUS_LOCK), KVM(XEN), KVM(RISCV_SBI),
	KVM(RISCV_CSR), KVM(NOTIFY),
};

static const struct name suberrors[] = {
	SUBERROR(EMULATION), SUBERROR(SIMUL_EX), SUBERROR(DELIVERY_EV),
	SUBERROR(UNEXPECTED_EXIT_REASON),
};

static const char *find_name(const struct name *names, size_t count,
			     uint32_t number, const char *otherwise)
{
	for (; count; count--, names++)
		if (names->number == number)
			return names->name;
	return otherwise;
}

const char *kvm_exit_name(uint32_t reason)
{
	return find_name(kvm_exits, COUNT(kvm_exits), reason,
			 "an exit reason that is newer than minivmm");
}

const char *kvm_suberror_name(uint32_t suberror)
{
	return find_name(suberrors, COUNT(suberrors), suberror,
			 "a suberror that is newer than minivmm");
}

static void print_row(FILE *out, const char *name, uint64_t count,
		      uint64_t ticks)
{
	fprintf(out, "%-24s %12" PRIu64 " %16" PRIu64 " %12" PRIu64 "\n",
		name, count, ticks, count ? ticks / count : 0);
}

void exits_print(const struct exit_stats *stats, FILE *out)
{
	uint64_t count = 0, ticks = 0;
	uint32_t i;

	fprintf(out, "%-24s %12s %16s %12s\n", "exit", "count", "ticks",
		"ticks/exit");
	for (i = 0; i < EXITS_MAX; i++) {
		if (!stats->reasons[i].count)
			continue;
		count += stats->reasons[i].count;
		ticks += stats->reasons[i].ticks;
		print_row(out, kvm_exit_name(i), stats->reasons[i].count,
			  stats->reasons[i].ticks);
	}
	print_row(out, "all", count, ticks);
}
