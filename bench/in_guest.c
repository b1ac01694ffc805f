// SPDX-License-Identifier: GPL-2.0
/* Rows of exits that one instruction of the guest causes. */
#include <sys/eventfd.h>

#include "bench.h"

#define PORT_PLAIN	0x80
#define PORT_EVENT	0x90
#define GPA_COALESCED	(GPA_MMIO + 0x10000)
#define GPA_EVENT	(GPA_MMIO + 0x20000)

#define XCR0_X87_SSE	3
#define STRING_BYTES	4096
#define FEW_SAMPLES	3

static uint8_t string[STRING_BYTES] __attribute__((aligned(STRING_BYTES)));

static void guest_cpuid_exits(void)
{
	uint32_t out[4];

	SAMPLE_IN_GUEST(guest_cpuid(0, 0, out));
	guest_done();
}

/* The hypercall that does nothing, so that guests can measure it. */
static void guest_vmcall(void)
{
	SAMPLE_IN_GUEST(({
		uint64_t rax = 1;

		asm volatile("vmcall" : "+a"(rax) : : "memory");
	}));
	guest_done();
}

static void guest_rdmsr(void)
{
	SAMPLE_IN_GUEST(rdmsr(MSR_IA32_APICBASE));
	guest_done();
}

static void guest_wrmsr(void)
{
	uint64_t pat = rdmsr(MSR_IA32_CR_PAT);

	SAMPLE_IN_GUEST(wrmsr(MSR_IA32_CR_PAT, pat));
	guest_done();
}

static void guest_wbinvd(void)
{
	SAMPLE_IN_GUEST(asm volatile("wbinvd" : : : "memory"));
	guest_done();
}

static void guest_xsetbv(void)
{
	WRITE_REG(cr4, READ_REG(cr4) | X86_CR4_OSXSAVE);
	SAMPLE_IN_GUEST(asm volatile("xsetbv" : : "a"(XCR0_X87_SSE), "c"(0),
				     "d"(0) : "memory"));
	guest_done();
}

static void guest_cr0(void)
{
	uint64_t cr0 = READ_REG(cr0);

	SAMPLE_IN_GUEST(({
		cr0 ^= X86_CR0_AM;
		WRITE_REG(cr0, cr0);
	}));
	guest_done();
}

/* Virtual-8086 extensions: nothing else depends on them here. */
static void guest_cr4(void)
{
	const uint64_t vme = 1;
	uint64_t cr4 = READ_REG(cr4);

	SAMPLE_IN_GUEST(({
		cr4 ^= vme;
		WRITE_REG(cr4, cr4);
	}));
	guest_done();
}

static void guest_out(void)
{
	SAMPLE_IN_GUEST(outl(PORT_PLAIN, 1));
	guest_done();
}

static void guest_in(void)
{
	SAMPLE_IN_GUEST(inb(PORT_PLAIN));
	guest_done();
}

/* Fewer samples: where each byte is an exit this takes a while. */
static void guest_outs(void)
{
	for (int i = 0; i < FEW_SAMPLES; i++) {
		uint64_t count = STRING_BYTES, start = rdtsc();
		void *source = string;

		asm volatile("cld\n\trep outsb" : "+c"(count), "+S"(source)
			     : "d"(PORT_PLAIN) : "memory");
		samples[i] = rdtsc() - start;
	}
	guest_done();
}

static int measure_outs(const struct row *row)
{
	measure_in_guest(row);
	return FEW_SAMPLES;
}

static void guest_mmio_write(void)
{
	SAMPLE_IN_GUEST(*(volatile uint32_t *)GPA_MMIO = 1);
	guest_done();
}

static void guest_mmio_read(void)
{
	SAMPLE_IN_GUEST((void)*(volatile uint32_t *)GPA_MMIO);
	guest_done();
}

static void guest_coalesced(void)
{
	SAMPLE_IN_GUEST(*(volatile uint32_t *)GPA_COALESCED = 1);
	guest_done();
}

static void coalesce(struct machine *machine)
{
	struct kvm_coalesced_mmio_zone zone = {
		.addr = GPA_COALESCED, .size = PAGE_SIZE,
	};

	if (dev_ioctl(machine->vm.fd, KVM_REGISTER_COALESCED_MMIO, &zone))
		die("KVM_REGISTER_COALESCED_MMIO");
}

static void assign_eventfd(struct machine *machine, uint64_t address,
			   uint32_t length, uint32_t flags)
{
	struct kvm_ioeventfd event = {
		.addr = address, .len = length, .flags = flags,
		.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
	};

	if (event.fd < 0 || dev_ioctl(machine->vm.fd, KVM_IOEVENTFD, &event))
		die("KVM_IOEVENTFD");
}

static void event_at_port(struct machine *machine)
{
	assign_eventfd(machine, PORT_EVENT, 4, KVM_IOEVENTFD_FLAG_PIO);
}

static void event_at_address(struct machine *machine)
{
	assign_eventfd(machine, GPA_EVENT, 4, 0);
}

/* KVM need not know the instruction then. */
static void event_of_any_length(struct machine *machine)
{
	assign_eventfd(machine, GPA_EVENT, 0, 0);
}

static void guest_event_out(void)
{
	SAMPLE_IN_GUEST(outl(PORT_EVENT, 1));
	guest_done();
}

static void guest_event_mmio(void)
{
	SAMPLE_IN_GUEST(*(volatile uint32_t *)GPA_EVENT = 1);
	guest_done();
}

static void guest_hlt(void)
{
	SAMPLE_IN_GUEST(asm volatile("hlt" : : : "memory"));
	guest_done();
}

static void synchronize_registers(struct machine *machine)
{
	machine->vcpu.run->kvm_valid_regs = KVM_SYNC_X86_REGS |
					    KVM_SYNC_X86_SREGS;
}

#define GUEST_ROW(text, function, exit, more...)			\
	{ .name = text, .unit = "ticks", .measure = measure_in_guest,	\
	  .guest = function, .exits = exit, more }

const struct row guest_rows[] = {
	GUEST_ROW("CPUID", guest_cpuid_exits, 0),
	GUEST_ROW("VMCALL", guest_vmcall, 0),
	GUEST_ROW("RDMSR", guest_rdmsr, 0),
	GUEST_ROW("WRMSR", guest_wrmsr, 0),
	GUEST_ROW("WBINVD", guest_wbinvd, 0),
	GUEST_ROW("XSETBV", guest_xsetbv, 0),
	GUEST_ROW("write to CR0", guest_cr0, 0),
	GUEST_ROW("write to CR4", guest_cr4, 0),
	GUEST_ROW("OUT to userspace", guest_out, KVM_EXIT_IO),
	GUEST_ROW("IN from userspace", guest_in, KVM_EXIT_IO),
	{ .name = "REP OUTS of 4 KiB", .unit = "ticks", .measure = measure_outs,
	  .guest = guest_outs, .exits = KVM_EXIT_IO },
	GUEST_ROW("MMIO write to userspace", guest_mmio_write, KVM_EXIT_MMIO),
	GUEST_ROW("MMIO read from userspace", guest_mmio_read, KVM_EXIT_MMIO),
	GUEST_ROW("HLT to userspace", guest_hlt, KVM_EXIT_HLT),
	GUEST_ROW("OUT with sync_regs", guest_out, KVM_EXIT_IO,
		  .capability = KVM_CAP_SYNC_REGS,
		  .prepare = synchronize_registers),
	GUEST_ROW("coalesced MMIO", guest_coalesced, 0,
		  .capability = KVM_CAP_COALESCED_MMIO, .prepare = coalesce),
	GUEST_ROW("ioeventfd by OUT", guest_event_out, 0,
		  .capability = KVM_CAP_IOEVENTFD, .prepare = event_at_port),
	GUEST_ROW("ioeventfd by MMIO", guest_event_mmio, 0,
		  .capability = KVM_CAP_IOEVENTFD,
		  .prepare = event_at_address),
	GUEST_ROW("ioeventfd by MMIO of any length", guest_event_mmio, 0,
		  .capability = KVM_CAP_IOEVENTFD_ANY_LENGTH,
		  .prepare = event_of_any_length),
	{ .name = NULL },
};
