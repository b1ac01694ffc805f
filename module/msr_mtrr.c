// SPDX-License-Identifier: GPL-2.0
/*
 * Memory type range registers, and the page attribute table's values.
 *
 * The MTRRs are kept for the guest to find what it wrote, and have no effect:
 * EPT maps guest memory write-back, as the host does.
 */
#include <linux/bits.h>
#include <asm/mtrr.h>
#include <asm/msr-index.h>

#include "msr_table.h"
#include "vcpu.h"

/* IA32_MTRR_DEF_TYPE */
#define DEF_TYPE_TYPE		GENMASK_ULL(7, 0)
#define DEF_TYPE_FIXED_ENABLE	BIT_ULL(10)
#define DEF_TYPE_ENABLE		BIT_ULL(11)

/* IA32_MTRR_PHYSBASEn and IA32_MTRR_PHYSMASKn */
#define PHYSBASE_TYPE		GENMASK_ULL(7, 0)
#define PHYSBASE_RESERVED	GENMASK_ULL(11, 8)
#define PHYSMASK_RESERVED	GENMASK_ULL(10, 0)

static bool is_mtrr_type(u8 type)
{
	switch (type) {
	case MTRR_TYPE_UNCACHABLE:
	case MTRR_TYPE_WRCOMB:
	case MTRR_TYPE_WRTHROUGH:
	case MTRR_TYPE_WRPROT:
	case MTRR_TYPE_WRBACK:
		return true;
	default:
		return false;
	}
}

/* Eight memory types, one in each byte. */
static bool are_mtrr_types(u64 types)
{
	unsigned int i;

	for (i = 0; i < 8; i++)
		if (!is_mtrr_type(types >> (8 * i)))
			return false;
	return true;
}

/**
 * msr_mtrr_accepts() - whether an MTRR may have a value
 * @vcpu: the vCPU
 * @index: one of the MTRRs in the table of MSRs
 * @data: the value
 * @origin: unused: the VMM may no more than the guest
 *
 * SDM: "MTRR Feature Identification" and the sections after it.
 */
bool msr_mtrr_accepts(const struct vcpu *vcpu, u32 index, u64 data,
		      enum msr_origin origin)
{
	u64 reserved = vcpu->cpuid.maxphyaddr < 64 ?
		~0ULL << vcpu->cpuid.maxphyaddr : 0;

	if (index == MSR_MTRRdefType)
		return !(data & ~(DEF_TYPE_TYPE | DEF_TYPE_FIXED_ENABLE |
				  DEF_TYPE_ENABLE)) && is_mtrr_type(data);
	if (index >= MSR_MTRRfix64K_00000 && index <= MSR_MTRRfix4K_F8000)
		return are_mtrr_types(data);

	/* Bases have even numbers, masks odd ones. */
	if (index & 1)
		return !(data & (reserved | PHYSMASK_RESERVED));
	return !(data & (reserved | PHYSBASE_RESERVED)) &&
	       is_mtrr_type(data & PHYSBASE_TYPE);
}

/**
 * msr_pat_is_valid() - whether IA32_PAT may have a value
 * @pat: eight memory types, one in each byte
 *
 * SDM: "IA32_PAT MSR".
 */
bool msr_pat_is_valid(u64 pat)
{
	unsigned int i;

	for (i = 0; i < 8; i++) {
		u8 type = pat >> (8 * i);

		/* UC- (7) is a page attribute only. */
		if (!is_mtrr_type(type) && type != 7)
			return false;
	}
	return true;
}
