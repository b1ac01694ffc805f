// SPDX-License-Identifier: GPL-2.0
/*
 * The tracing emulator's part of the benchmark: what is executed between two
 * time stamps of a row.
 *
 * The benchmark marks the begin of a row with XCHG BX, BX and the row's number
 * (from 1) in EAX, its end with the number 0. In between, RDTSCs of the guest
 * and of user mode begin and end samples in turn. Of each row the shortest
 * sample is kept: its counts, and its instructions by address. BENCH_TRACE in
 * the environment names the file that gets both:
 *
 *   row N
 *   count NAME HOW-OFTEN
 *   at ADDRESS HOW-OFTEN
 */
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "bochs.h"
#include "cpu/cpu.h"

bool trace_recording;

/* Creating a VM executes millions; the counts of so long a row say nothing. */
static const size_t longest_sample = 500000;

struct sample {
	std::vector<bx_address> addresses;
	std::map<std::string, unsigned int> counts;
};

static FILE *output;
static unsigned int row;
static bool in_sample;
static sample current, best;

/* Opcodes by their mnemonic, whatever the operands. */
static const struct {
	const char *opcode, *counted_as;
} counted[] = {
	{ "vmread", "vmread" }, { "vmwrite", "vmwrite" },
	{ "vmresume", "entry" }, { "vmlaunch", "entry" },
	{ "vmptrld", "vmptrld" }, { "vmclear", "vmclear" },
	{ "invept", "invept" }, { "invvpid", "invvpid" },
	{ "rdmsr", "rdmsr" }, { "wrmsr", "wrmsr" },
	{ "xsetbv", "xsetbv" }, { "lgdt", "lgdt" }, { "ltr", "ltr" },
	{ "sgdt", "sgdt" }, { "sldt", "sldt" }, { "lldt", "lldt" },
	{ "swapgs", "swapgs" },
	{ "rdfsbase", "segment base" }, { "wrfsbase", "segment base" },
	{ "rdgsbase", "segment base" }, { "wrgsbase", "segment base" },
	{ "xsave", "xsave" }, { "xsavec", "xsave" }, { "xsaves", "xsave" },
	{ "xsaveopt", "xsave" }, { "fxsave", "xsave" },
	{ "xrstor", "xrstor" }, { "xrstors", "xrstor" },
	{ "fxrstor", "xrstor" },
	{ "rdpkru", "pkru" }, { "wrpkru", "pkru" },
	{ "syscall", "syscall" }, { "sysret", "sysret" }, { "iret", "iret" },
	{ "verw", "verw" }, { "lfence", "lfence" }, { "mfence", "mfence" },
	{ "sti", "sti" }, { "cli", "cli" }, { "popf", "popf" },
	{ "invpcid", "invpcid" }, { "invlpg", "invlpg" },
	{ "stac", "stac" }, { "clac", "stac" }, { "cpuid", "cpuid" },
};

static const char *const mnemonic[] = {
#define bx_define_opcode(id, name, ...) name,
#include "cpu/decoder/ia_opcodes.def"
#undef bx_define_opcode
};

static const char *count_control_register(unsigned int opcode)
{
	switch (opcode) {
	case BX_IA_MOV_CR0Rq:
	case BX_IA_MOV_CR2Rq:
	case BX_IA_MOV_CR3Rq:
	case BX_IA_MOV_CR4Rq:
	case BX_IA_CLTS:
		return "cr write";
	case BX_IA_MOV_RqCR0:
	case BX_IA_MOV_RqCR2:
	case BX_IA_MOV_RqCR3:
	case BX_IA_MOV_RqCR4:
		return "cr read";
	default:
		return NULL;
	}
}

static bool is_exchange(unsigned int opcode)
{
	return opcode == BX_IA_XCHG_EbGb || opcode == BX_IA_XCHG_EwGw ||
	       opcode == BX_IA_XCHG_EdGd || opcode == BX_IA_XCHG_EqGq;
}

/* What this instruction is counted as, or NULL. */
static const char *class_of(bxInstruction_c *i)
{
	unsigned int opcode = i->getIaOpcode();
	const char *name = count_control_register(opcode);

	if (name)
		return name;
	/* XCHG with memory locks the bus without the prefix. */
	if (i->getLock() || (is_exchange(opcode) && !i->modC0()))
		return "atomic";
	name = mnemonic[opcode];
	for (const auto &entry : counted)
		if (!strcmp(entry.opcode, name))
			return entry.counted_as;
	return NULL;
}

static void begin_or_end_sample(void)
{
	size_t length = current.addresses.size();

	in_sample = !in_sample;
	if (in_sample)
		return;
	if (length < longest_sample &&
	    (best.addresses.empty() || length < best.addresses.size()))
		std::swap(best, current);
	current.addresses.clear();
	current.counts.clear();
}

static void write_row(void)
{
	std::map<bx_address, unsigned int> histogram;

	if (!output)
		return;
	fprintf(output, "row %u\n", row);
	fprintf(output, "count instructions %zu\n", best.addresses.size());
	for (const auto &count : best.counts)
		fprintf(output, "count %s %u\n", count.first.c_str(),
			count.second);
	for (bx_address address : best.addresses)
		histogram[address]++;
	for (const auto &entry : histogram)
		fprintf(output, "at %llx %u\n", (unsigned long long)entry.first,
			entry.second);
	fflush(output);
}

static void open_output(void)
{
	const char *name = getenv("BENCH_TRACE");

	if (output || !name)
		return;
	output = fopen(name, "w");
	if (!output)
		perror(name);
}

static void marker(unsigned int cpu)
{
	unsigned int number = BX_CPU(cpu)->get_reg32(BX_32BIT_REG_EAX);

	open_output();
	if (trace_recording)
		write_row();
	row = number;
	in_sample = false;
	best = sample();
	current = sample();
	trace_recording = number != 0;
}

/* The guest's and the VMM's time stamps, not the kernel's. */
static bool is_time_stamp(unsigned int cpu, bxInstruction_c *i)
{
	return i->getIaOpcode() == BX_IA_RDTSC &&
	       (BX_CPU(cpu)->in_vmx_guest || BX_CPU(cpu)->get_cpl() == 3);
}

void trace_instruction(unsigned int cpu, bxInstruction_c *i)
{
	const char *name;

	if (TRACE_IS_MARKER(i)) {
		if (i->modC0() && i->dst() == BX_16BIT_REG_BX &&
		    i->src() == BX_16BIT_REG_BX)
			marker(cpu);
		return;
	}
	if (is_time_stamp(cpu, i)) {
		begin_or_end_sample();
		return;
	}
	if (!in_sample || current.addresses.size() == longest_sample)
		return;
	current.addresses.push_back(BX_CPU(cpu)->get_instruction_pointer());
	name = class_of(i);
	if (name)
		current.counts[name]++;
}

void trace_exit(void)
{
	if (output)
		fclose(output);
	output = NULL;
}
