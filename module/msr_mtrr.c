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

/* Of eight memory types, one in each byte, the bytes that are none. */
static u64 wrong_types(u64 types, bool page_attributes)
{
	u64 wrong = 0;
	unsigned int i;
	u8 type;

	for (i = 0; i < 64; i += 8) {
		type = types >> i;
		/* UC- (7) is a page attribute only. */
		if (!is_mtrr_type(type) && !(page_attributes && type == 7))
			wrong |= 0xffULL << i;
	}
	return wrong;
}

static u64 wrong_type(u64 data)
{
	return is_mtrr_type(data) ? 0 : 0xff;
}

/**
 * msr_mtrr_wrong_bits() - what of a value an MTRR can't have
 * @vcpu: the vCPU
 * @index: one of the MTRRs in the table of MSRs
 * @data: the value
 * @origin: unused: the VMM may no more than the guest
 *
 * SDM: "MTRR Feature Identification" and the sections after it.
 */
u64 msr_mtrr_wrong_bits(const struct vcpu *vcpu, u32 index, u64 data,
			enum msr_origin origin)
{
	u64 reserved = vcpu->cpuid.maxphyaddr < 64 ?
		~0ULL << vcpu->cpuid.maxphyaddr : 0;

	if (index == MSR_MTRRdefType)
		return (data & ~(DEF_TYPE_TYPE | DEF_TYPE_FIXED_ENABLE |
				 DEF_TYPE_ENABLE)) | wrong_type(data);
	if (index >= MSR_MTRRfix64K_00000 && index <= MSR_MTRRfix4K_F8000)
		return wrong_types(data, false);

	/* Bases have even numbers, masks odd ones. */
	if (index & 1)
		return data & (reserved | PHYSMASK_RESERVED);
	return (data & (reserved | PHYSBASE_RESERVED)) | wrong_type(data);
}

/**
 * msr_pat_wrong_bits() - what of a value IA32_PAT can't have
 * @pat: eight memory types, one in each byte
 *
 * SDM: "IA32_PAT MSR".
 */
u64 msr_pat_wrong_bits(u64 pat)
{
	const u64 each = 0x0101010101010101;

	/* All below 8 but 2 and 3: the usual case, in one look. */
	if (likely(!(pat & 0xf8 * each) && !(pat & ~(pat >> 1) & 0x02 * each)))
		return 0;
	return wrong_types(pat, true);
}
