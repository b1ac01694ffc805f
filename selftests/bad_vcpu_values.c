// SPDX-License-Identifier: GPL-2.0
/* The ioctls of a vCPU, with each argument wrong in turn. */
#include "test.h"
#include "trial.h"

#define ENABLE(file, what, number, members...)				\
	GIVEN(file, KVM_ENABLE_CAP, what, struct kvm_enable_cap,	\
	      .cap = number, members)

struct msrs { struct kvm_msrs header; struct kvm_msr_entry entries[2]; };

/* ---- vCPUs ---- */

struct mask { uint32_t len; uint8_t sigset[12]; };

#define MASK(what, bytes) \
	GIVEN(VCPU, KVM_SET_SIGNAL_MASK, what, struct mask, .len = bytes)
#define IRQ(vector) \
	GIVEN(VCPU, KVM_INTERRUPT, #vector, struct kvm_interrupt, .irq = vector)
#define MP_STATE(state) \
	GIVEN(VCPU, KVM_SET_MP_STATE, #state, struct kvm_mp_state, .mp_state = state)
#define EVENTS(what, members...) \
	GIVEN(VCPU, KVM_SET_VCPU_EVENTS, what, struct kvm_vcpu_events, members)
#define XCRS(what, members...) \
	GIVEN(VCPU, KVM_SET_XCRS, what, struct kvm_xcrs, members)

static const struct trial bad_vcpu[] = {
	NUMBER(VCPU, KVM_RUN, 1),
	NUMBER(VCPU, KVM_RUN, -1),
	MASK("no bytes", 0), MASK("4 bytes", 4), MASK("7 bytes", 7),
	MASK("9 bytes", 9), MASK("16 bytes", 16), MASK("2^32 - 1 bytes", -1),
	IRQ(256), IRQ(0x80000000), IRQ(-1),
	MP_STATE(KVM_MP_STATE_UNINITIALIZED), MP_STATE(KVM_MP_STATE_INIT_RECEIVED),
	MP_STATE(KVM_MP_STATE_HALTED), MP_STATE(KVM_MP_STATE_SIPI_RECEIVED),
	MP_STATE(KVM_MP_STATE_STOPPED), MP_STATE(KVM_MP_STATE_CHECK_STOP),
	MP_STATE(KVM_MP_STATE_OPERATING), MP_STATE(KVM_MP_STATE_LOAD),
	MP_STATE(KVM_MP_STATE_AP_RESET_HOLD), MP_STATE(-1),
	EVENTS("NMI as an exception", .exception = { .injected = 1, .nr = 2 }),
	EVENTS("exception 32", .exception = { .injected = 1, .nr = 32 }),
	EVENTS("exception 255", .exception = { .injected = 1, .nr = 255 }),
	EVENTS("a payload, not enabled", .flags = KVM_VCPUEVENT_VALID_PAYLOAD,
	       .exception = { .nr = 14, .pending = 1 }, .exception_has_payload = 1),
	EVENTS("a triple fault, not enabled", .flags = KVM_VCPUEVENT_VALID_TRIPLE_FAULT,
	       .triple_fault = { 1 }),
	EVENTS("an unknown flag", .flags = 1u << 6),
	EVENTS("all flags", .flags = -1),
	XCRS("none", .nr_xcrs = 0),
	XCRS("17", .nr_xcrs = 17),
	XCRS("2^32 - 1", .nr_xcrs = -1),
	XCRS("a flag", .flags = 1, .nr_xcrs = 1, .xcrs = { { .value = 1 } }),
	XCRS("without x87", .nr_xcrs = 1, .xcrs = { { .value = 2 } }),
	XCRS("AVX without SSE", .nr_xcrs = 1, .xcrs = { { .value = 5 } }),
	XCRS("a third of AVX-512", .nr_xcrs = 1, .xcrs = { { .value = 0x27 } }),
	XCRS("AVX-512 without AVX", .nr_xcrs = 1, .xcrs = { { .value = 0xe3 } }),
	XCRS("supervisor state", .nr_xcrs = 1, .xcrs = { { .value = 0x101 } }),
	XCRS("bad twice", .nr_xcrs = 2, .xcrs = { { .value = 1 }, { .value = 2 } }),
	NUMBER(VCPU, KVM_SET_TSC_KHZ, 0),
	GIVEN(VCPU, KVM_SET_GUEST_DEBUG, "unknown controls", struct kvm_guest_debug,
	      .control = KVM_GUESTDBG_ENABLE | 0xff80),
	GIVEN(VCPU, KVM_SET_GUEST_DEBUG, "off again", struct kvm_guest_debug, .control = 0),
	ENABLE(VCPU, "an unknown one", 100000, .args = { 1 }),
	ENABLE(VCPU, "a VM's", KVM_CAP_EXCEPTION_PAYLOAD, .args = { 1 }),
	ENABLE(VCPU, "a flag", KVM_CAP_EXCEPTION_PAYLOAD, .flags = 1),
};

TEST(vcpu)
{
	TRY_ALL(bad_vcpu);
}

struct cpuid { struct kvm_cpuid2 header; struct kvm_cpuid_entry2 entries[2]; };

static const struct trial bad_lists[] = {
	GIVEN(VCPU, KVM_GET_MSRS, "none", struct msrs, .header = {}),
	GIVEN(VCPU, KVM_GET_MSRS, "256", struct msrs, .header = { .nmsrs = 256 }),
	GIVEN(VCPU, KVM_GET_MSRS, "2^32 - 1", struct msrs, .header = { .nmsrs = -1 }),
	GIVEN(VCPU, KVM_GET_MSRS, "an unknown one", struct msrs, .header = { .nmsrs = 2 },
	      .entries = { { .index = 0x12345678 }, { .index = MSR_STAR } }),
	GIVEN(VCPU, KVM_GET_MSRS, "a second unknown one", struct msrs, .header = { .nmsrs = 2 },
	      .entries = { { .index = MSR_STAR }, { .index = 0x12345678 } }),
	GIVEN(VCPU, KVM_SET_MSRS, "none", struct msrs, .header = {}),
	GIVEN(VCPU, KVM_SET_MSRS, "256", struct msrs, .header = { .nmsrs = 256 }),
	GIVEN(VCPU, KVM_SET_MSRS, "2^32 - 1", struct msrs, .header = { .nmsrs = -1 }),
	GIVEN(VCPU, KVM_SET_MSRS, "an unknown one", struct msrs, .header = { .nmsrs = 2 },
	      .entries = { { .index = 0x12345678 }, { .index = MSR_STAR, .data = 1 } }),
	GIVEN(VCPU, KVM_SET_MSRS, "a second unknown one", struct msrs, .header = { .nmsrs = 2 },
	      .entries = { { .index = MSR_STAR, .data = 1 }, { .index = 0x12345678 } }),
	GIVEN(VCPU, KVM_SET_MSRS, "not canonical", struct msrs, .header = { .nmsrs = 1 },
	      .entries = { { .index = MSR_LSTAR, .data = NOT_CANONICAL } }),
	GIVEN(VCPU, KVM_GET_CPUID2, "no room", struct cpuid, .header = {}),
	GIVEN(VCPU, KVM_GET_CPUID2, "little room", struct cpuid, .header = { .nent = 2 }),
	GIVEN(VCPU, KVM_SET_CPUID2, "none", struct cpuid, .header = {}),
	GIVEN(VCPU, KVM_SET_CPUID2, "another one, too late", struct cpuid, .header = { .nent = 2 }),
	GIVEN(VCPU, KVM_SET_CPUID2, "257", struct cpuid, .header = { .nent = 257 }),
	GIVEN(VCPU, KVM_SET_CPUID2, "2^32 - 1", struct cpuid, .header = { .nent = -1 }),
};

TEST(lists)
{
	TRY_ALL(bad_lists);
}

/* ---- control registers that do not go together ---- */

#define ET	X86_CR0_ET
#define PE	X86_CR0_PE
#define PG	X86_CR0_PG

#define SREGS(what, members...) \
	GIVEN(VCPU, KVM_SET_SREGS, what, struct kvm_sregs, members)

static const struct trial bad_control_registers[] = {
	SREGS("paging without protection", .cr0 = PG | ET),
	SREGS("not write-through, with caches", .cr0 = ET | X86_CR0_NW),
	SREGS("LMA without paging", .cr0 = ET | PE, .efer = EFER_LMA),
	SREGS("LMA without LME", .cr0 = ET | PE | PG, .cr4 = X86_CR4_PAE, .efer = EFER_LMA),
	SREGS("LME without LMA", .cr0 = ET | PE | PG, .cr4 = X86_CR4_PAE, .efer = EFER_LME),
	SREGS("64-bit paging without PAE", .cr0 = ET | PE | PG, .efer = EFER_LME | EFER_LMA),
	SREGS("64-bit code without LME", .cr0 = ET | PE, .cs = { .l = 1 }),
	SREGS("CR3 of 2^52", .cr0 = ET | PE | PG, .cr3 = 1ull << 52, .cr4 = X86_CR4_PAE,
	      .efer = EFER_LME | EFER_LMA),
	SREGS("an unknown bit of CR4", .cr0 = ET, .cr4 = 1u << 31),
	SREGS("VMXE without VMX", .cr0 = ET, .cr4 = X86_CR4_VMXE),
	SREGS("APIC base of 2^52", .cr0 = ET, .apic_base = 1ull << 52),
	SREGS("x2APIC without APIC", .cr0 = ET, .apic_base = 1u << 10),
};

TEST(control_registers)
{
	TRY_ALL(bad_control_registers);
}

/* ---- machine checks ---- */

#define VALID	(1ull << 63)
#define UC	(1ull << 61)

#define SETUP(what, cap) \
	GIVEN(VCPU, KVM_X86_SETUP_MCE, what, uint64_t, cap)
#define MCE(what, members...) \
	GIVEN(VCPU, KVM_X86_SET_MCE, what, struct kvm_x86_mce, members)

static const struct trial bad_machine_checks[] = {
	MCE("before there are banks", .status = VALID),
	SETUP("no bank", 0),
	SETUP("33 banks", 33),
	SETUP("255 banks", 255),
	SETUP("an unknown bit", 1 | 1ull << 40),
	SETUP("bit 63", 1 | 1ull << 63),
	SETUP("10 banks", 10),
	MCE("bank 10", .bank = 10, .status = VALID),
	MCE("bank 255", .bank = 255, .status = VALID),
	MCE("not valid", .bank = 1, .status = 0),
	MCE("uncorrected, not valid", .bank = 1, .status = UC),
};

TEST(machine_checks)
{
	TRY_ALL(bad_machine_checks);
}

TEST_HARNESS_MAIN
