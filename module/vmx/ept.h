/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The EPT paging structures: guest-physical pages to host-physical pages.
 * Knows nothing of memory slots or of where host pages come from.
 *
 * Whoever changes them holds ept.lock and, if told that translations went
 * away, calls ept_flush() before dropping it. So whoever has the lock knows
 * that what is not mapped is not cached by any CPU either.
 */
#ifndef MINIVMX_VMX_EPT_H
#define MINIVMX_VMX_EPT_H

#include "vmx.h"

/* Access rights of a mapping and of an access, as in the EPT violation qualification. */
#define EPT_READ	BIT(0)
#define EPT_WRITE	BIT(1)
#define EPT_EXEC	BIT(2)
/* Of a mapping that may be written: the CPU is to log the first write. */
#define EPT_LOG_WRITE	BIT(3)

/* Memory types, with the SDM's encoding. */
#define EPT_MEMTYPE_UC	0
#define EPT_MEMTYPE_WB	6

/* Size of a mapping: the level of the paging structure that holds the entry. */
enum ept_level { EPT_4K = 1, EPT_2M = 2, EPT_1G = 3 };

static inline u64 ept_level_size(enum ept_level level)
{
	return 1ULL << (12 + 9 * (level - 1));
}

int ept_create(struct ept *ept);
void ept_destroy(struct ept *ept);
enum ept_level ept_max_level(u32 access);
u64 ept_gpa_limit(const struct ept *ept);

int ept_fill_stock(struct ept *ept);
int ept_map(struct ept *ept, u64 gpa, u64 hpa, enum ept_level level,
	    u32 access, u8 memtype);
bool ept_unmap_range(struct ept *ept, u64 start, u64 end);
bool ept_write_protect(struct ept *ept, u64 start, u64 end);
bool ept_clear_dirty(struct ept *ept, u64 start, u64 end);
void ept_flush(struct vmx_vm *vm);

#endif /* MINIVMX_VMX_EPT_H */
