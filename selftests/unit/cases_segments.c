// SPDX-License-Identifier: GPL-2.0
#include <entry_check_internal.h>
#include "cases.h"

#define S	BIT(4)
#define DPL1	BIT(5)
#define DPL3	(BIT(5) | BIT(6))
#define P	BIT(7)
#define AVL	BIT(12)
#define L	BIT(13)
#define DB	BIT(14)
#define G	BIT(15)

/* What holds for ES, CS, SS, DS, FS and GS. */
#define EACH(REG, reg)									\
	{ "guest." reg ".vm86_base", VM86, { { GUEST_##REG##_BASE, OR, 1 } } },		\
	{ "guest." reg ".vm86_limit", VM86, { { GUEST_##REG##_LIMIT, SET, 0xfffff } } },	\
	{ "guest." reg ".vm86_access_rights", VM86,					\
	  { { GUEST_##REG##_AR_BYTES, CLEAR, DPL3 } } },					\
	{ "guest." reg ".vm86_access_rights", VM86,					\
	  { { GUEST_##REG##_AR_BYTES, OR, AVL } } },					\
	{ "guest." reg ".s", LONG64, { { GUEST_##REG##_AR_BYTES, CLEAR, S } } },		\
	{ "guest." reg ".p", LONG64, { { GUEST_##REG##_AR_BYTES, CLEAR, P } } },		\
	RESERVED_AND_GRANULARITY(REG, reg),						\
	{ NULL, LONG64,									\
	  { { GUEST_##REG##_LIMIT, SET, 0xfffff }, { GUEST_##REG##_AR_BYTES, CLEAR, G } } }

#define RESERVED_AND_GRANULARITY(REG, reg)						\
	{ "guest." reg ".reserved", LONG64, { { GUEST_##REG##_AR_BYTES, OR, BIT(8) } } },	\
	{ "guest." reg ".reserved", LONG64, { { GUEST_##REG##_AR_BYTES, OR, BIT(17) } } },	\
	{ "guest." reg ".granularity", LONG64,						\
	  { { GUEST_##REG##_LIMIT, SET, 0x1000 }, { GUEST_##REG##_AR_BYTES, OR, G } } },	\
	{ "guest." reg ".granularity", LONG64,						\
	  { { GUEST_##REG##_LIMIT, SET, 0x1fffff }, { GUEST_##REG##_AR_BYTES, CLEAR, G } } }

/* What holds for ES, DS, FS and GS. */
#define EACH_DATA(REG, reg)								\
	{ "guest." reg ".accessed", LONG64, { { GUEST_##REG##_AR_BYTES, CLEAR, 1 } } },	\
	{ "guest." reg ".readable", LONG64, { { GUEST_##REG##_AR_BYTES, SET, 0xc099 } } },	\
	{ "guest." reg ".dpl", RESTRICTED64, { { GUEST_##REG##_SELECTOR, OR, 3 } } },	\
	{ "guest." reg ".dpl", RESTRICTED64,						\
	  { { GUEST_##REG##_SELECTOR, OR, 3 }, { GUEST_##REG##_AR_BYTES, SET, 0xc09b } } },	\
	{ NULL, LONG64, { { GUEST_##REG##_AR_BYTES, SET, 0xc091 } } },			\
	{ NULL, LONG64, { { GUEST_##REG##_SELECTOR, OR, 3 } } },				\
	{ NULL, RESTRICTED64,								\
	  { { GUEST_##REG##_SELECTOR, OR, 3 }, { GUEST_##REG##_AR_BYTES, SET, 0xc09f } } },	\
	{ NULL, RESTRICTED64,								\
	  { { GUEST_##REG##_SELECTOR, OR, 3 },						\
	    { GUEST_##REG##_LIMIT, SET, 0x12345678 },					\
	    { GUEST_##REG##_AR_BYTES, SET, 0xffff << 16 | BIT(8) } } }

#define HIGH_BASE(REG, reg)								\
	{ "guest." reg ".base_high", LONG64, { { GUEST_##REG##_BASE, SET, BIT64(32) } } }
#define USABLE_HIGH_BASE(REG, reg)							\
	HIGH_BASE(REG, reg),								\
	{ NULL, LONG64,									\
	  { { GUEST_##REG##_BASE, SET, BIT64(32) }, { GUEST_##REG##_AR_BYTES, OR, BIT(16) } } }

#define CANONICAL_BASE(REG, reg)							\
	{ "guest." reg ".base_canonical", LONG64,					\
	  { { GUEST_##REG##_BASE, SET, NOT_CANONICAL } } },				\
	{ NULL, LONG64, { { GUEST_##REG##_BASE, SET, BIT64(40) } } }

const struct entry_case segment_cases[] = {
	{ "guest.tr.ti", LONG64, { { GUEST_TR_SELECTOR, OR, 4 } } },
	{ "guest.ldt.ti", LONG64, { { GUEST_LDTR_SELECTOR, OR, 4 } } },
	{ NULL, LONG64,
	  { { GUEST_LDTR_SELECTOR, OR, 4 }, { GUEST_LDTR_AR_BYTES, SET, BIT(16) },
	    { GUEST_LDTR_BASE, SET, NOT_CANONICAL } } },
	{ "guest.ss.rpl", RESTRICTED64, { { GUEST_CS_SELECTOR, OR, 3 } } },
	{ NULL, LONG64, { { GUEST_CS_SELECTOR, OR, 3 } } },

	EACH(ES, "es"), EACH(CS, "cs"), EACH(SS, "ss"),
	EACH(DS, "ds"), EACH(FS, "fs"), EACH(GS, "gs"),
	EACH_DATA(ES, "es"), EACH_DATA(DS, "ds"), EACH_DATA(FS, "fs"), EACH_DATA(GS, "gs"),
	CANONICAL_BASE(TR, "tr"), CANONICAL_BASE(FS, "fs"), CANONICAL_BASE(GS, "gs"),
	CANONICAL_BASE(LDTR, "ldt"),
	HIGH_BASE(CS, "cs"), USABLE_HIGH_BASE(ES, "es"), USABLE_HIGH_BASE(SS, "ss"),
	USABLE_HIGH_BASE(DS, "ds"),

	{ "guest.cs.type", LONG64, { { GUEST_CS_AR_BYTES, CLEAR, 1 } } },
	{ "guest.cs.type", LONG64, { { GUEST_CS_AR_BYTES, SET, 0xa091 } } },
	{ "guest.cs.type", RESTRICTED64, { { GUEST_CS_AR_BYTES, SET, 0xa093 } } },
	{ NULL, LONG64, { { GUEST_CS_AR_BYTES, SET, 0xa093 } } },
	{ "guest.ss.type", LONG64, { { GUEST_SS_AR_BYTES, SET, 0xc091 } } },
	{ "guest.ss.type", LONG64, { { GUEST_SS_AR_BYTES, SET, 0xc09b } } },
	{ NULL, LONG64, { { GUEST_SS_AR_BYTES, SET, 0xc097 } } },
	{ NULL, LONG64, { { GUEST_SS_AR_BYTES, SET, BIT(16) } } },
	{ "guest.cs.dpl_data", REAL, { { GUEST_CS_AR_BYTES, OR, DPL1 } } },
	{ "guest.cs.dpl_equal", LONG64, { { GUEST_CS_AR_BYTES, OR, DPL3 } } },
	{ "guest.cs.dpl_equal", LONG64, { { GUEST_SS_AR_BYTES, SET, BIT(16) | DPL3 } } },
	{ "guest.cs.dpl_conforming", LONG64,
	  { { GUEST_CS_AR_BYTES, OR, DPL1 | 4 } } },
	{ NULL, LONG64, { { GUEST_CS_AR_BYTES, OR, 4 }, { GUEST_SS_AR_BYTES, OR, DPL3 } } },
	{ NULL, LONG64, { { GUEST_CS_AR_BYTES, OR, 4 } } },
	{ "guest.ss.dpl_rpl", RESTRICTED64,
	  { { GUEST_CS_AR_BYTES, OR, DPL1 }, { GUEST_SS_AR_BYTES, OR, DPL1 } } },
	{ NULL, LONG64,
	  { { GUEST_CS_AR_BYTES, OR, DPL1 }, { GUEST_SS_AR_BYTES, OR, DPL1 } } },
	{ "guest.ss.dpl_real", REAL, { { GUEST_SS_AR_BYTES, OR, DPL1 } } },
	{ "guest.ss.dpl_real", FLAT32,
	  { { GUEST_CS_AR_BYTES, SET, 0xc093 }, { GUEST_SS_AR_BYTES, OR, DPL1 } } },
	{ "guest.cs.db", LONG64, { { GUEST_CS_AR_BYTES, OR, DB } } },
	{ NULL, PAE32, { { GUEST_CS_AR_BYTES, OR, L } } },

	{ "guest.tr.type", LONG64, { { GUEST_TR_AR_BYTES, SET, 0x83 } } },
	{ "guest.tr.type", LONG64, { { GUEST_TR_AR_BYTES, SET, 0x89 } } },
	{ "guest.tr.type", PAE32, { { GUEST_TR_AR_BYTES, SET, 0x89 } } },
	{ NULL, PAE32, { { GUEST_TR_AR_BYTES, SET, 0x83 } } },
	{ "guest.tr.s", LONG64, { { GUEST_TR_AR_BYTES, OR, S } } },
	{ "guest.tr.p", LONG64, { { GUEST_TR_AR_BYTES, CLEAR, P } } },
	RESERVED_AND_GRANULARITY(TR, "tr"),
	{ "guest.tr.usable", LONG64, { { GUEST_TR_AR_BYTES, OR, BIT(16) } } },
	{ "guest.tr.type", VM86, { { GUEST_TR_AR_BYTES, SET, 0x89 } } },
	{ "guest.ldt.type", LONG64, { { GUEST_LDTR_AR_BYTES, OR, 1 } } },
	{ "guest.ldt.s", LONG64, { { GUEST_LDTR_AR_BYTES, OR, S } } },
	{ "guest.ldt.p", LONG64, { { GUEST_LDTR_AR_BYTES, CLEAR, P } } },
	RESERVED_AND_GRANULARITY(LDTR, "ldt"),
	{ 0 }
};
