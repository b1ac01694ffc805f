// SPDX-License-Identifier: GPL-2.0
/*
 * Reading and writing model-specific registers, by the table in msr.c.
 */
#include <linux/init.h>
#include <linux/lockdep.h>
#include <linux/nospec.h>
#include <asm/msr-index.h>

#include "cpuid_features.h"
#include "msr_table.h"
#include "vcpu.h"

/**
 * msr_find_row() - the row of an MSR
 * @index: the MSR
 *
 * Context: any.
 * Return: the row, or NULL if there is none.
 */
const struct msr_row *msr_find_row(u32 index)
{
	unsigned int low = 0, high = msr_nr_rows;

	while (low < high) {
		unsigned int middle = (low + high) / 2;

		if (index < msr_rows[middle].first)
			high = middle;
		else
			low = middle + 1;
	}
	/* Now low is the first row behind the MSR. */
	if (!low || index - msr_rows[low - 1].first >= msr_rows[low - 1].nr)
		return NULL;
	return &msr_rows[low - 1];
}

/*
 * 1 + the row of each MSR, 0 for none, where nearly all of them lie: to search
 * takes longer than all the rest of an RDMSR.
 */
#define LOW_MSRS	(MSR_IA32_MC0_CTL + 4 * MSR_NR_MCE_BANKS)
#define HIGH_MSR	MSR_EFER
#define HIGH_MSRS	(MSR_TSC_AUX + 1 - HIGH_MSR)

static u8 low_rows[LOW_MSRS] __ro_after_init;
static u8 high_rows[HIGH_MSRS] __ro_after_init;

static u8 __init row_number(u32 index)
{
	const struct msr_row *row = msr_find_row(index);

	return row ? 1 + (row - msr_rows) : 0;
}

/**
 * msr_init() - make the table quick to search
 *
 * Context: module load.
 */
void __init msr_init(void)
{
	unsigned int i;

	for (i = 0; i < LOW_MSRS; i++)
		low_rows[i] = row_number(i);
	for (i = 0; i < HIGH_MSRS; i++)
		high_rows[i] = row_number(HIGH_MSR + i);
}

/* NULL also for those that must be searched. */
static __always_inline const struct msr_row *quick_row(u32 index)
{
	u8 row = 0;

	if (index < LOW_MSRS)
		row = low_rows[array_index_nospec(index, LOW_MSRS)];
	else if (index - HIGH_MSR < HIGH_MSRS)
		row = high_rows[array_index_nospec(index - HIGH_MSR, HIGH_MSRS)];
	return row ? &msr_rows[row - 1] : NULL;
}

static __always_inline bool is_unconditional(const struct msr_row *row)
{
	return !row->feature && !row->exists;
}

/**
 * msr_row_exists() - whether an MSR is there
 * @vcpu: the vCPU
 * @row: the MSR's row
 * @index: the MSR
 * @origin: who asks
 *
 * Context: vcpu->mutex held.
 */
bool msr_row_exists(const struct vcpu *vcpu, const struct msr_row *row,
		    u32 index, enum msr_origin origin)
{
	if (is_unconditional(row))
		return true;
	if (row->feature && !cpuid_supports(row->feature))
		return false;
	if (row->exists)
		return row->exists(vcpu, index, origin);
	return origin == MSR_FROM_VMM || cpuid_has(vcpu, row->feature);
}

static u64 *row_value(struct vcpu *vcpu, const struct msr_row *row, u32 index)
{
	u64 *first = (void *)&vcpu->msrs + row->state;

	return first + array_index_nospec(index - row->first, row->nr);
}

static noinline int get_any(struct vcpu *vcpu, u32 index, u64 *data,
			    enum msr_origin origin)
{
	const struct msr_row *row = msr_find_row(index);

	*data = 0;
	if (!row)
		return msr_unknown(index);
	if (!msr_row_exists(vcpu, row, index, origin))
		return 1;
	if (row->get)
		return row->get(vcpu, index, data, origin);
	*data = row->flags & MSR_CONSTANT ? row->constant :
					    *row_value(vcpu, row, index);
	return 0;
}

static noinline int set_any(struct vcpu *vcpu, u32 index, u64 data,
			    enum msr_origin origin)
{
	const struct msr_row *row = msr_find_row(index);

	if (!row)
		return msr_unknown(index);
	if (!msr_row_exists(vcpu, row, index, origin))
		return 1;
	if (row->set)
		return row->set(vcpu, index, data, origin);
	if (row->flags & MSR_CONSTANT)
		return row->flags & MSR_WRITES_IGNORED ? 0 : MSR_UNKNOWN;
	if (row->wrong_bits && row->wrong_bits(vcpu, index, data, origin))
		return 1;
	*row_value(vcpu, row, index) = data;
	return 0;
}

/**
 * msr_get() - RDMSR, or one MSR of KVM_GET_MSRS
 * @vcpu: the vCPU
 * @index: the MSR
 * @data: set to its value, 0 if there is none
 * @origin: who asks
 *
 * Context: vcpu->mutex held, the VMCS current.
 * Return: 0; 1 or MSR_UNKNOWN if the instruction must raise #GP(0).
 */
int msr_get(struct vcpu *vcpu, u32 index, u64 *data, enum msr_origin origin)
{
	const struct msr_row *row = quick_row(index);

	lockdep_assert_held(&vcpu->mutex);

	if (!row || !row->get || !is_unconditional(row))
		return get_any(vcpu, index, data, origin);
	*data = 0;
	return row->get(vcpu, index, data, origin);
}

/**
 * msr_set() - WRMSR, or one MSR of KVM_SET_MSRS
 * @vcpu: the vCPU
 * @index: the MSR
 * @data: its new value
 * @origin: who asks
 *
 * Context: vcpu->mutex held, the VMCS current.
 * Return: 0; 1 or MSR_UNKNOWN if the instruction must raise #GP(0).
 */
int msr_set(struct vcpu *vcpu, u32 index, u64 data, enum msr_origin origin)
{
	const struct msr_row *row = quick_row(index);

	lockdep_assert_held(&vcpu->mutex);

	if (!row || !row->set || !is_unconditional(row))
		return set_any(vcpu, index, data, origin);
	return row->set(vcpu, index, data, origin);
}
