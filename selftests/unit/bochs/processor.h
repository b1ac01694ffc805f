/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Just enough of Bochs's processor for its VM-entry checks, which the build
 * takes out of cpu/vmx.cc, to compile and run on their own. The names are
 * Bochs's, since its code uses them.
 */
#ifndef UNIT_BOCHS_PROCESSOR_H
#define UNIT_BOCHS_PROCESSOR_H

#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include "oracle.h"

typedef uint8_t Bit8u;
typedef uint16_t Bit16u;
typedef uint32_t Bit32u;
typedef uint64_t Bit64u;
typedef int64_t Bit64s;
typedef Bit64u bx_address;
typedef Bit64u bx_phy_address;

#define BX_CONST64(x)			(x##ull)
#define BX_CPP_INLINE			static inline
#define BX_CPP_AttrRegparmN(n)
#define BX_CPU_LEVEL			6
#define BX_SUPPORT_X86_64		1
#define BX_SUPPORT_VMX			2
#define BX_SUPPORT_CET			1
#define BX_SUPPORT_PKEYS		1
#define BX_SUPPORT_UINTR		1
#define BX_CPU_THIS_PTR			this->
#define FMT_ADDRX			"%lx"
#define FMT_LL				"%l"
#define GET32H(x)			((Bit32u)((Bit64u)(x) >> 32))
#define GET64_FROM_HI32_LO32(high, low)	((Bit64u)(high) << 32 | (Bit32u)(low))

void bochs_log_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

#define BX_ERROR(arguments)		bochs_log_line arguments
#define BX_DEBUG(arguments)		((void)0)

#define BX_PHY_ADDRESS_RESERVED_BITS	(~0ull << ORACLE_PHYS_BITS)
#define PAGING_PAE_PDPTE_RESERVED_BITS	(BX_PHY_ADDRESS_RESERVED_BITS | 0x1e6)
#define BX_CPU_HANDLED_EXCEPTIONS	32
#define EFlagsIFMask			(1 << 9)
#define EFlagsVMMask			(1 << 17)
#define BX_CR0_PE_MASK			(1 << 0)
#define BX_CR0_WP_MASK			(1 << 16)
#define BX_CR0_PG_MASK			(1u << 31)
#define BX_CR4_PAE_MASK			(1 << 5)
#define BX_CR4_PCIDE_MASK		(1 << 17)
#define BX_CR4_CET_MASK			(1 << 23)

enum { BX_MEMTYPE_UC = 0, BX_MEMTYPE_WB = 6 };
enum { BX_EXTERNAL_INTERRUPT = 0, BX_NMI = 2, BX_HARDWARE_EXCEPTION, BX_SOFTWARE_INTERRUPT,
       BX_PRIVILEGED_SOFTWARE_INTERRUPT, BX_SOFTWARE_EXCEPTION };
enum { BX_SEG_REG_ES, BX_SEG_REG_CS, BX_SEG_REG_SS, BX_SEG_REG_DS, BX_SEG_REG_FS };
enum { BX_ACTIVITY_STATE_ACTIVE, BX_ACTIVITY_STATE_HLT, BX_ACTIVITY_STATE_SHUTDOWN,
       BX_ACTIVITY_STATE_WAIT_FOR_SIPI };
enum { BX_VMX_LAST_ACTIVITY_STATE = BX_ACTIVITY_STATE_WAIT_FOR_SIPI };
enum { BX_MC_EXCEPTION = 18, BX_CP_EXCEPTION = 21 };
enum { BX_LAPIC_TPR = 0x80 };
enum { BX_ISA_CET };
enum { BX_VMX_MONITOR_TRAP_FLAG, BX_VMX_SW_INTERRUPT_INJECTION_ILEN_0,
       BX_VMX_EPT_ACCESS_DIRTY };

/* Every VMX extension that the checks ask for is there, CET as the test says */
#define BX_SUPPORT_VMX_EXTENSION(extension)	true
#define BX_CPUID_SUPPORT_ISA_EXTENSION(isa)	(oracle->cet)

static inline bool IsValidPhyAddr(bx_phy_address address)
{
	return !(address & BX_PHY_ADDRESS_RESERVED_BITS);
}

static inline bool IsValidPageAlignedPhyAddr(bx_phy_address address)
{
	return IsValidPhyAddr(address) && !(address & 0xfff);
}

#include "descriptor.h"
#include "vmx.h"

static const char *const segname[] = { "ES", "CS", "SS", "DS", "FS", "GS" };

static inline bool isValidMSR_PAT(Bit64u pat)
{
	for (int i = 0; i < 8; i++, pat >>= 8) {
		unsigned int type = pat & 0xff;

		if (type > 7 || type == 2 || type == 3)
			return false;
	}
	return true;
}

static inline bool isValidMSR_IA32_SPEC_CTRL(Bit64u)
{
	return true;
}

static inline bool is_invalid_cet_control(bx_address control)
{
	return (control & 0xc00) == 0xc00 || control & 0x3c0;
}

static inline Bit32u vmx_unpack_ar_field(Bit32u ar, VMCS_Access_Rights_Format)
{
	return ar;
}

struct BX_CPU_C {
	VMCS_CACHE vmcs;
	VMX_CAP vmx_cap;
	VMCS_Mapping *vmcs_map;
	bool in_smm;
	Bit64u vmcsptr, vmxonptr;
	Bit32u efer_suppmask, cr4_suppmask;
	const struct oracle *oracle;

	Bit64u VMread64(unsigned int field) { return oracle->fields[field]; }
	Bit64u VMread_natural(unsigned int field) { return oracle->fields[field]; }
	Bit16u VMread16(unsigned int field) { return oracle->fields[field]; }
	Bit32u VMread32(unsigned int field)
	{
		return oracle->fields[field & ~1u] >> (field & 1 ? 32 : 0);
	}

	Bit32u read_physical(Bit64u address)
	{
		Bit32u value = 0;

		oracle->read_memory(oracle->context, address, &value, sizeof(value));
		return value;
	}

	Bit32u VMX_Read_Virtual_APIC(unsigned int offset)
	{
		return read_physical(vmcs.virtual_apic_page_addr + offset);
	}

	Bit32u VMXReadRevisionID(bx_phy_address address) { return read_physical(address); }
	bool long_mode() { return oracle->host_ia32e; }

	bool IsCanonical(bx_address address)
	{
		Bit64s top = (Bit64s)address >> 47;

		return top == 0 || top == -1;
	}

	bool exception_push_error(unsigned int vector)
	{
		return vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 ||
		       (vector == BX_CP_EXCEPTION && oracle->cet);
	}

	bool CheckPDPTR(const Bit64u *pdptr)
	{
		for (int i = 0; i < 4; i++)
			if (pdptr[i] & 1 && pdptr[i] & PAGING_PAE_PDPTE_RESERVED_BITS)
				return false;
		return true;
	}

	bool CheckPDPTR(bx_phy_address cr3)
	{
		Bit64u pdptr[4] = { 0 };

		oracle->read_memory(oracle->context, cr3 & 0xffffffe0, pdptr, sizeof(pdptr));
		return CheckPDPTR(pdptr);
	}

	bool set_segment_ar_data(bx_segment_reg_t *segment, bool valid, Bit16u selector,
				 bx_address base, Bit32u limit, Bit16u ar);
	bool is_eptptr_valid(Bit64u eptp);
	VMX_error_code VMenterLoadCheckVmControls(void);
	VMX_error_code VMenterLoadCheckHostState(void);
	Bit32u VMenterLoadCheckGuestState(Bit64u *qualification);
};

#endif
