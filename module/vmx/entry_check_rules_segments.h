/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Rows of entry_check_rules.h: "Checks on Guest Segment Registers".
 *
 * Rules about several segment registers have a row for each, in the order of
 * the VMCS encodings, so that RULE_ES_x + n belongs to segment register n.
 * Identifiers name registers as struct kvm_sregs does: LDTR is "ldt".
 */
#define VM86_BASE(REG, reg)						\
	ENTRY_RULE(REG##_VM86_BASE, "guest." reg ".vm86_base", GUEST_SEGMENTS, \
		   "In virtual-8086 mode the base of " #REG " must be its selector times 16", \
		   "Set kvm_sregs." reg ".base to selector << 4, or clear RFLAGS.VM", \
		   GUEST_##REG##_BASE, GUEST_##REG##_SELECTOR, GUEST_RFLAGS)

#define BASE_CANONICAL(REG, reg)					\
	ENTRY_RULE(REG##_BASE_CANONICAL, "guest." reg ".base_canonical", GUEST_SEGMENTS, \
		   "The base of " #REG " must be canonical",		\
		   "Correct kvm_sregs." reg ".base",			\
		   GUEST_##REG##_BASE)

#define BASE_HIGH(REG, reg)						\
	ENTRY_RULE(REG##_BASE_HIGH, "guest." reg ".base_high", GUEST_SEGMENTS, \
		   "Bits 63:32 of the base of " #REG " must be 0 if it is usable", \
		   "Clear them in kvm_sregs." reg ".base: only FS and GS have 64-bit bases", \
		   GUEST_##REG##_BASE, GUEST_##REG##_AR_BYTES)

#define VM86_LIMIT(REG, reg)						\
	ENTRY_RULE(REG##_VM86_LIMIT, "guest." reg ".vm86_limit", GUEST_SEGMENTS, \
		   "In virtual-8086 mode the limit of " #REG " must be 0xffff", \
		   "Set kvm_sregs." reg ".limit to 0xffff, or clear RFLAGS.VM", \
		   GUEST_##REG##_LIMIT, GUEST_RFLAGS)

#define VM86_ACCESS_RIGHTS(REG, reg)					\
	ENTRY_RULE(REG##_VM86_ACCESS_RIGHTS, "guest." reg ".vm86_access_rights", GUEST_SEGMENTS, \
		   "In virtual-8086 mode the access rights of " #REG " must be 0xf3", \
		   "Set type 3, s 1, dpl 3, present 1 and all other flags 0 in kvm_sregs." reg, \
		   GUEST_##REG##_AR_BYTES, GUEST_RFLAGS)

#define TYPE_ACCESSED(REG, reg)						\
	ENTRY_RULE(REG##_ACCESSED, "guest." reg ".accessed", GUEST_SEGMENTS, \
		   "The type of " #REG " must have the accessed bit if it is usable", \
		   "Set bit 0 of kvm_sregs." reg ".type, or set unusable", \
		   GUEST_##REG##_AR_BYTES)

#define TYPE_READABLE(REG, reg)						\
	ENTRY_RULE(REG##_READABLE, "guest." reg ".readable", GUEST_SEGMENTS, \
		   "A code segment in " #REG " must be readable",	\
		   "Set bit 1 of kvm_sregs." reg ".type, or set unusable", \
		   GUEST_##REG##_AR_BYTES)

#define SEGMENT_S(REG, reg)						\
	ENTRY_RULE(REG##_S, "guest." reg ".s", GUEST_SEGMENTS,		\
		   #REG " must be a code or data segment (S is 1) if it is usable", \
		   "Set kvm_sregs." reg ".s to 1",			\
		   GUEST_##REG##_AR_BYTES)

#define SYSTEM_S(REG, reg)						\
	ENTRY_RULE(REG##_S, "guest." reg ".s", GUEST_SEGMENTS,		\
		   #REG " must be a system segment (S is 0) if it is usable", \
		   "Set kvm_sregs." reg ".s to 0",			\
		   GUEST_##REG##_AR_BYTES)

#define DATA_DPL(REG, reg)						\
	ENTRY_RULE(REG##_DPL, "guest." reg ".dpl", GUEST_SEGMENTS,	\
		   "Without unrestricted guest, the DPL of " #REG " must not be less than its RPL", \
		   "Raise kvm_sregs." reg ".dpl or lower the selector's RPL", \
		   GUEST_##REG##_AR_BYTES, GUEST_##REG##_SELECTOR)

#define PRESENT(REG, reg)						\
	ENTRY_RULE(REG##_P, "guest." reg ".p", GUEST_SEGMENTS,		\
		   #REG " must be present if it is usable",		\
		   "Set kvm_sregs." reg ".present to 1, or set unusable", \
		   GUEST_##REG##_AR_BYTES)

#define RESERVED(REG, reg)						\
	ENTRY_RULE(REG##_RESERVED, "guest." reg ".reserved", GUEST_SEGMENTS, \
		   "Bits 11:8 and 31:17 of the access rights of " #REG " must be 0 if it is usable", \
		   MODULE_SETS "clear them",				\
		   GUEST_##REG##_AR_BYTES)

#define GRANULARITY(REG, reg)						\
	ENTRY_RULE(REG##_G, "guest." reg ".granularity", GUEST_SEGMENTS, \
		   "G of " #REG " must be 0 if a bit of limit 11:0 is 0, and 1 if a bit of limit 31:20 is 1", \
		   "kvm_sregs." reg ".limit is in bytes: with g 1 it ends in 0xfff, with g 0 it is at most 0xfffff", \
		   GUEST_##REG##_LIMIT, GUEST_##REG##_AR_BYTES)

ENTRY_RULE(TR_TI, "guest.tr.ti", GUEST_SEGMENTS,
	   "TR's selector must be in the GDT (TI is 0)",
	   "Clear bit 2 of kvm_sregs.tr.selector",
	   GUEST_TR_SELECTOR)
ENTRY_RULE(LDTR_TI, "guest.ldt.ti", GUEST_SEGMENTS,
	   "LDTR's selector must be in the GDT (TI is 0) if LDTR is usable",
	   "Clear bit 2 of kvm_sregs.ldt.selector, or set unusable",
	   GUEST_LDTR_SELECTOR, GUEST_LDTR_AR_BYTES)
ENTRY_RULE(SS_RPL, "guest.ss.rpl", GUEST_SEGMENTS,
	   "Without unrestricted guest, the RPL of SS must equal that of CS",
	   "Make bits 1:0 of kvm_sregs.ss.selector and kvm_sregs.cs.selector equal",
	   GUEST_SS_SELECTOR, GUEST_CS_SELECTOR)

VM86_BASE(ES, "es") VM86_BASE(CS, "cs") VM86_BASE(SS, "ss")
VM86_BASE(DS, "ds") VM86_BASE(FS, "fs") VM86_BASE(GS, "gs")
BASE_CANONICAL(TR, "tr")
BASE_CANONICAL(FS, "fs")
BASE_CANONICAL(GS, "gs")
BASE_CANONICAL(LDTR, "ldt")
BASE_HIGH(ES, "es") BASE_HIGH(CS, "cs") BASE_HIGH(SS, "ss") BASE_HIGH(DS, "ds")
VM86_LIMIT(ES, "es") VM86_LIMIT(CS, "cs") VM86_LIMIT(SS, "ss")
VM86_LIMIT(DS, "ds") VM86_LIMIT(FS, "fs") VM86_LIMIT(GS, "gs")

VM86_ACCESS_RIGHTS(ES, "es") VM86_ACCESS_RIGHTS(CS, "cs")
VM86_ACCESS_RIGHTS(SS, "ss") VM86_ACCESS_RIGHTS(DS, "ds")
VM86_ACCESS_RIGHTS(FS, "fs") VM86_ACCESS_RIGHTS(GS, "gs")
ENTRY_RULE(CS_TYPE, "guest.cs.type", GUEST_SEGMENTS,
	   "CS must be an accessed code segment (type 9, 11, 13 or 15), or type 3 in an unrestricted guest",
	   "kvm_sregs.cs.type is usually 11; real-address mode after reset has 3 or 11",
	   GUEST_CS_AR_BYTES, GUEST_CR0)
ENTRY_RULE(SS_TYPE, "guest.ss.type", GUEST_SEGMENTS,
	   "SS must be an accessed read/write data segment (type 3 or 7) if it is usable",
	   "Set kvm_sregs.ss.type to 3, or set unusable in a 64-bit guest",
	   GUEST_SS_AR_BYTES)
TYPE_ACCESSED(ES, "es") TYPE_ACCESSED(DS, "ds") TYPE_ACCESSED(FS, "fs")
TYPE_ACCESSED(GS, "gs")
TYPE_READABLE(ES, "es") TYPE_READABLE(DS, "ds") TYPE_READABLE(FS, "fs")
TYPE_READABLE(GS, "gs")
SEGMENT_S(ES, "es") SEGMENT_S(CS, "cs") SEGMENT_S(SS, "ss")
SEGMENT_S(DS, "ds") SEGMENT_S(FS, "fs") SEGMENT_S(GS, "gs")
ENTRY_RULE(CS_DPL_DATA, "guest.cs.dpl_data", GUEST_SEGMENTS,
	   "CS of type 3 must have DPL 0",
	   "Real-address mode runs at DPL 0: clear kvm_sregs.cs.dpl, or set RFLAGS.VM",
	   GUEST_CS_AR_BYTES)
ENTRY_RULE(CS_DPL_EQUAL, "guest.cs.dpl_equal", GUEST_SEGMENTS,
	   "The DPL of a non-conforming CS (type 9 or 11) must equal the DPL of SS",
	   "Make kvm_sregs.cs.dpl and kvm_sregs.ss.dpl equal, even where SS is unusable",
	   GUEST_CS_AR_BYTES, GUEST_SS_AR_BYTES)
ENTRY_RULE(CS_DPL_CONFORMING, "guest.cs.dpl_conforming", GUEST_SEGMENTS,
	   "The DPL of a conforming CS (type 13 or 15) must not exceed the DPL of SS",
	   "Lower kvm_sregs.cs.dpl, or raise kvm_sregs.ss.dpl",
	   GUEST_CS_AR_BYTES, GUEST_SS_AR_BYTES)
ENTRY_RULE(SS_DPL_RPL, "guest.ss.dpl_rpl", GUEST_SEGMENTS,
	   "Without unrestricted guest, the DPL of SS must equal its RPL",
	   "Make kvm_sregs.ss.dpl equal bits 1:0 of kvm_sregs.ss.selector",
	   GUEST_SS_AR_BYTES, GUEST_SS_SELECTOR)
ENTRY_RULE(SS_DPL_REAL, "guest.ss.dpl_real", GUEST_SEGMENTS,
	   "The DPL of SS must be 0 with CR0.PE 0 or CS of type 3",
	   "Real-address mode runs at DPL 0: clear kvm_sregs.ss.dpl",
	   GUEST_SS_AR_BYTES, GUEST_CS_AR_BYTES, GUEST_CR0)
DATA_DPL(ES, "es") DATA_DPL(DS, "ds") DATA_DPL(FS, "fs") DATA_DPL(GS, "gs")
PRESENT(ES, "es") PRESENT(CS, "cs") PRESENT(SS, "ss") PRESENT(DS, "ds")
PRESENT(FS, "fs") PRESENT(GS, "gs")
RESERVED(ES, "es") RESERVED(CS, "cs") RESERVED(SS, "ss") RESERVED(DS, "ds")
RESERVED(FS, "fs") RESERVED(GS, "gs")
ENTRY_RULE(CS_DB, "guest.cs.db", GUEST_SEGMENTS,
	   "D of a 64-bit CS (L is 1, IA-32e mode guest) must be 0",
	   "CS is a 64-bit segment and CS.D is 1: clear kvm_sregs.cs.db",
	   GUEST_CS_AR_BYTES, VM_ENTRY_CONTROLS)
GRANULARITY(ES, "es") GRANULARITY(CS, "cs") GRANULARITY(SS, "ss")
GRANULARITY(DS, "ds") GRANULARITY(FS, "fs") GRANULARITY(GS, "gs")
ENTRY_RULE(TR_TYPE, "guest.tr.type", GUEST_SEGMENTS,
	   "TR must be a busy TSS: type 11, or 3 outside IA-32e mode",
	   "Set kvm_sregs.tr.type to 11: an available TSS (9) becomes busy when it is loaded",
	   GUEST_TR_AR_BYTES, VM_ENTRY_CONTROLS)
SYSTEM_S(TR, "tr")
PRESENT(TR, "tr")
RESERVED(TR, "tr")
GRANULARITY(TR, "tr")
ENTRY_RULE(TR_USABLE, "guest.tr.usable", GUEST_SEGMENTS,
	   "TR must always be usable",
	   "Clear kvm_sregs.tr.unusable: the processor always has a TSS",
	   GUEST_TR_AR_BYTES)
ENTRY_RULE(LDTR_TYPE, "guest.ldt.type", GUEST_SEGMENTS,
	   "LDTR must be of type 2 if it is usable",
	   "Set kvm_sregs.ldt.type to 2, or set unusable",
	   GUEST_LDTR_AR_BYTES)
SYSTEM_S(LDTR, "ldt")
PRESENT(LDTR, "ldt")
RESERVED(LDTR, "ldt")
GRANULARITY(LDTR, "ldt")

#undef GRANULARITY
#undef RESERVED
#undef PRESENT
#undef DATA_DPL
#undef SYSTEM_S
#undef SEGMENT_S
#undef TYPE_READABLE
#undef TYPE_ACCESSED
#undef VM86_ACCESS_RIGHTS
#undef VM86_LIMIT
#undef BASE_HIGH
#undef BASE_CANONICAL
#undef VM86_BASE
