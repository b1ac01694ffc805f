// SPDX-License-Identifier: GPL-2.0
/* SDM: "Checks on Guest Segment Registers". */
#include "entry_check_internal.h"

/* Segment registers in the order of their VMCS encodings. */
enum { ES, CS, SS, DS, FS, GS, LDTR, TR, NR_SEGMENTS };

/* In the order of the rules about each of them. */
static const u8 data_segments[] = { ES, DS, FS, GS };

#define SELECTOR_RPL		3
#define SELECTOR_TI		BIT(2)
#define VM86_AR			0xf3
#define DATA_WRITABLE_ACCESSED	3	/* type: read/write, accessed, expand-up */
#define AR_RESERVED_BITS	(GENMASK(31, 17) | GENMASK(11, 8))

static u16 selector(const struct entry_check *c, unsigned int segment)
{
	return entry_field(c, GUEST_ES_SELECTOR + 2 * segment);
}

static u64 base(const struct entry_check *c, unsigned int segment)
{
	return entry_field(c, GUEST_ES_BASE + 2 * segment);
}

static u32 limit(const struct entry_check *c, unsigned int segment)
{
	return entry_field(c, GUEST_ES_LIMIT + 2 * segment);
}

static u32 access_rights(const struct entry_check *c, unsigned int segment)
{
	return entry_field(c, GUEST_ES_AR_BYTES + 2 * segment);
}

static bool usable(u32 ar)
{
	return !(ar & VMX_AR_UNUSABLE_MASK);
}

/* The processor always uses CS, whatever its unusable bit says. */
static bool counts(const struct entry_check *c, unsigned int segment)
{
	return segment == CS || usable(access_rights(c, segment));
}

static void check_selectors(struct entry_check *c)
{
	entry_require(c, !(selector(c, TR) & SELECTOR_TI), RULE_TR_TI);
	entry_require(c, !usable(access_rights(c, LDTR)) ||
		      !(selector(c, LDTR) & SELECTOR_TI), RULE_LDTR_TI);
	entry_require(c, c->vm86 || c->unrestricted ||
		      !((selector(c, SS) ^ selector(c, CS)) & SELECTOR_RPL), RULE_SS_RPL);
}

static void require_canonical(struct entry_check *c, unsigned int segment,
			      enum entry_rule_id rule)
{
	entry_require(c, entry_canonical(base(c, segment), c->caps->linear_bits), rule);
}

static void check_bases(struct entry_check *c)
{
	unsigned int i;

	if (c->vm86)
		for (i = ES; i <= GS; i++)
			entry_require(c, base(c, i) == (u64)selector(c, i) << 4,
				      RULE_ES_VM86_BASE + i);
	require_canonical(c, TR, RULE_TR_BASE_CANONICAL);
	require_canonical(c, FS, RULE_FS_BASE_CANONICAL);
	require_canonical(c, GS, RULE_GS_BASE_CANONICAL);
	if (usable(access_rights(c, LDTR)))
		require_canonical(c, LDTR, RULE_LDTR_BASE_CANONICAL);
	for (i = ES; i <= DS; i++)
		if (counts(c, i))
			entry_require(c, !(base(c, i) >> 32), RULE_ES_BASE_HIGH + i);
}

static void check_vm86(struct entry_check *c)
{
	unsigned int i;

	for (i = ES; i <= GS; i++)
		entry_require(c, limit(c, i) == 0xffff, RULE_ES_VM86_LIMIT + i);
	for (i = ES; i <= GS; i++)
		entry_require(c, access_rights(c, i) == VM86_AR,
			      RULE_ES_VM86_ACCESS_RIGHTS + i);
}

static void check_types(struct entry_check *c)
{
	u32 cs = access_rights(c, CS) & VMX_AR_TYPE_MASK;
	u32 ss = access_rights(c, SS);
	unsigned int i;
	u32 ar;

	entry_require(c, (cs & VMX_AR_TYPE_CODE_MASK && cs & VMX_AR_TYPE_ACCESSES_MASK) ||
		      (cs == DATA_WRITABLE_ACCESSED && c->unrestricted), RULE_CS_TYPE);
	/* 3 or 7: the expand-down bit is free */
	entry_require(c, !usable(ss) || (ss & 0xb) == DATA_WRITABLE_ACCESSED, RULE_SS_TYPE);

	for (i = 0; i < sizeof(data_segments); i++) {
		ar = access_rights(c, data_segments[i]);
		entry_require(c, !usable(ar) || ar & VMX_AR_TYPE_ACCESSES_MASK,
			      RULE_ES_ACCESSED + i);
	}
	for (i = 0; i < sizeof(data_segments); i++) {
		ar = access_rights(c, data_segments[i]);
		entry_require(c, !usable(ar) || !(ar & VMX_AR_TYPE_CODE_MASK) ||
			      ar & VMX_AR_TYPE_READABLE_MASK, RULE_ES_READABLE + i);
	}
	for (i = ES; i <= GS; i++)
		entry_require(c, !counts(c, i) || access_rights(c, i) & VMX_AR_S_MASK,
			      RULE_ES_S + i);
}

static void check_code_dpl(struct entry_check *c)
{
	u32 cs = access_rights(c, CS), ss = access_rights(c, SS);
	u32 cs_dpl = VMX_AR_DPL(cs), ss_dpl = VMX_AR_DPL(ss);
	bool real = (cs & VMX_AR_TYPE_MASK) == DATA_WRITABLE_ACCESSED ||
		    !(entry_field(c, GUEST_CR0) & X86_CR0_PE);

	switch (cs & VMX_AR_TYPE_MASK) {
	case 3:
		entry_require(c, !cs_dpl, RULE_CS_DPL_DATA);
		break;
	case 9:
	case 11:
		entry_require(c, cs_dpl == ss_dpl, RULE_CS_DPL_EQUAL);
		break;
	case 13:
	case 15:
		entry_require(c, cs_dpl <= ss_dpl, RULE_CS_DPL_CONFORMING);
		break;
	}
	entry_require(c, c->unrestricted || ss_dpl == (selector(c, SS) & SELECTOR_RPL),
		      RULE_SS_DPL_RPL);
	entry_require(c, !real || !ss_dpl, RULE_SS_DPL_REAL);
}

static void check_data_dpl(struct entry_check *c)
{
	unsigned int i;

	if (c->unrestricted)
		return;
	for (i = 0; i < sizeof(data_segments); i++) {
		u32 ar = access_rights(c, data_segments[i]);
		u32 rpl = selector(c, data_segments[i]) & SELECTOR_RPL;

		entry_require(c, !usable(ar) || (ar & VMX_AR_TYPE_MASK) > 11 ||
			      VMX_AR_DPL(ar) >= rpl, RULE_ES_DPL + i);
	}
}

static bool granularity_valid(const struct entry_check *c, unsigned int segment)
{
	bool granular = access_rights(c, segment) & VMX_AR_G_MASK;
	bool low = ~limit(c, segment) & 0xfff;
	bool high = limit(c, segment) >> 20;

	return !(low && granular) && !(high && !granular);
}

static void check_attributes(struct entry_check *c)
{
	u32 cs = access_rights(c, CS);
	unsigned int i;

	for (i = ES; i <= GS; i++)
		entry_require(c, !counts(c, i) || access_rights(c, i) & VMX_AR_P_MASK,
			      RULE_ES_P + i);
	for (i = ES; i <= GS; i++)
		entry_require(c, !counts(c, i) || !(access_rights(c, i) & AR_RESERVED_BITS),
			      RULE_ES_RESERVED + i);
	entry_require(c, !c->ia32e || !(cs & VMX_AR_L_MASK) || !(cs & VMX_AR_DB_MASK),
		      RULE_CS_DB);
	for (i = ES; i <= GS; i++)
		entry_require(c, !counts(c, i) || granularity_valid(c, i), RULE_ES_G + i);
}

static void check_tr(struct entry_check *c)
{
	u32 ar = access_rights(c, TR);
	u32 type = ar & VMX_AR_TYPE_MASK;

	entry_require(c, type == VMX_AR_TYPE_BUSY_32_TSS ||
		      (type == VMX_AR_TYPE_BUSY_16_TSS && !c->ia32e), RULE_TR_TYPE);
	entry_require(c, !(ar & VMX_AR_S_MASK), RULE_TR_S);
	entry_require(c, ar & VMX_AR_P_MASK, RULE_TR_P);
	entry_require(c, !(ar & AR_RESERVED_BITS), RULE_TR_RESERVED);
	entry_require(c, granularity_valid(c, TR), RULE_TR_G);
	entry_require(c, usable(ar), RULE_TR_USABLE);
}

static void check_ldtr(struct entry_check *c)
{
	u32 ar = access_rights(c, LDTR);

	if (!usable(ar))
		return;
	entry_require(c, (ar & VMX_AR_TYPE_MASK) == VMX_AR_TYPE_LDT, RULE_LDTR_TYPE);
	entry_require(c, !(ar & VMX_AR_S_MASK), RULE_LDTR_S);
	entry_require(c, ar & VMX_AR_P_MASK, RULE_LDTR_P);
	entry_require(c, !(ar & AR_RESERVED_BITS), RULE_LDTR_RESERVED);
	entry_require(c, granularity_valid(c, LDTR), RULE_LDTR_G);
}

void entry_check_guest_segments(struct entry_check *c)
{
	check_selectors(c);
	check_bases(c);
	if (c->vm86) {
		check_vm86(c);
	} else {
		check_types(c);
		check_code_dpl(c);
		check_data_dpl(c);
		check_attributes(c);
	}
	check_tr(c);
	check_ldtr(c);
}
