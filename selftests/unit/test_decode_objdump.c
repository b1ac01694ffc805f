// SPDX-License-Identifier: GPL-2.0
/*
 * The decoder against objdump, which knows nothing of it: random instructions,
 * made of all opcodes that the decoder knows, must read the same to both.
 */
#include <unistd.h>

#include <linux/kernel.h>
#include <kselftest_harness.h>

#include "../../module/decode.c"

enum { AX, CX, DX, BX, SP, BP, SI, DI };

static const char *print_bytes(const u8 *bytes, unsigned int nr)
{
	static char text[3 * INSN_MAX_LEN + 1];

	for (unsigned int i = 0; i < nr; i++)
		sprintf(text + 3 * i, "%02x ", bytes[i]);
	return text;
}

#define SLOT	32	/* bytes; NOPs after an instruction bring objdump back */
#define ROUNDS	60	/* of all opcodes, in each mode */

static const char *const mnemonics[] = {
	[INSN_ADD] = "add", [INSN_OR] = "or", [INSN_ADC] = "adc",
	[INSN_SBB] = "sbb", [INSN_AND] = "and", [INSN_SUB] = "sub",
	[INSN_XOR] = "xor", [INSN_CMP] = "cmp", [INSN_TEST] = "test",
	[INSN_NOT] = "not", [INSN_NEG] = "neg", [INSN_INC] = "inc",
	[INSN_DEC] = "dec", [INSN_BT] = "bt", [INSN_BTS] = "bts",
	[INSN_BTR] = "btr", [INSN_BTC] = "btc", [INSN_XCHG] = "xchg",
	[INSN_XADD] = "xadd", [INSN_CMPXCHG] = "cmpxchg", [INSN_MOV] = "mov",
	[INSN_MOVZX] = "movz", [INSN_MOVSX] = "movs", [INSN_PUSH] = "push",
	[INSN_POP] = "pop", [INSN_MOVS] = "movs", [INSN_CMPS] = "cmps",
	[INSN_STOS] = "stos", [INSN_LODS] = "lods", [INSN_SCAS] = "scas",
	[INSN_INS] = "ins", [INSN_OUTS] = "outs",
};

static const char *const segments[] = { "es", "cs", "ss", "ds", "fs", "gs" };

static const char *reg_name(int reg, unsigned int size, bool high)
{
	static const char *const legacy[] = {
		"ax", "cx", "dx", "bx", "sp", "bp", "si", "di"
	};
	static char names[4][8];
	static int next;
	char *name = names[next++ % 4];

	if (reg == INSN_REG_IP)
		return size == 8 ? "rip" : "eip";
	if (reg >= 8)
		sprintf(name, "r%d%s", reg, size == 8 ? "" : size == 4 ? "d" :
			size == 2 ? "w" : "b");
	else if (size == 1 && (high || reg < 4))
		sprintf(name, "%c%c", legacy[reg][0], high ? 'h' : 'l');
	else if (size == 1)
		sprintf(name, "%sl", legacy[reg]);
	else
		sprintf(name, "%s%s", size == 8 ? "r" : size == 4 ? "e" : "",
			legacy[reg]);
	return name;
}

static char suffix(unsigned int size)
{
	return "?bw?l???q"[size];
}

static u64 cut(u64 value, unsigned int size)
{
	return size == 8 ? value : value & ((1ull << (8 * size)) - 1);
}

static void print_mem(char *out, const struct insn_decoded *insn)
{
	const struct insn_mem *mem = &insn->mem;
	bool on_stack = mem->base == SP || mem->base == BP;

	if (mem->seg != (on_stack ? SEG_SS : SEG_DS))
		out += sprintf(out, "%%%s:", segments[mem->seg]);
	if (mem->base == INSN_NO_REG && mem->index == INSN_NO_REG)
		out += sprintf(out, "0x%llx",
			       (unsigned long long)cut(mem->disp,
						       insn->addr_size));
	else if (mem->disp < 0)
		out += sprintf(out, "-0x%llx", -(unsigned long long)mem->disp);
	else if (mem->disp || mem->base == INSN_NO_REG)
		out += sprintf(out, "0x%llx", (unsigned long long)mem->disp);
	if (mem->base == INSN_NO_REG && mem->index == INSN_NO_REG)
		return;

	out += sprintf(out, "(");
	if (mem->base != INSN_NO_REG)
		out += sprintf(out, "%%%s",
			       reg_name(mem->base, insn->addr_size, false));
	if (mem->index != INSN_NO_REG)
		out += sprintf(out, ",%%%s",
			       reg_name(mem->index, insn->addr_size, false));
	if (mem->index != INSN_NO_REG && insn->addr_size > 2)
		out += sprintf(out, ",%d", mem->scale);
	sprintf(out, ")");
}

static void print_operand(char *out, const struct insn_decoded *insn,
			  enum insn_operand operand)
{
	bool bit = insn->op >= INSN_BT && insn->op <= INSN_BTC;

	*out = 0;
	if (operand == OPERAND_MEM)
		print_mem(out, insn);
	else if (operand == OPERAND_REG)
		sprintf(out, "%%%s", reg_name(insn->reg, insn->reg_size,
					      insn->reg_high));
	else if (operand == OPERAND_IMM)
		sprintf(out, "$0x%llx", (unsigned long long)
			cut(insn->imm, bit ? 1 : insn->size));
}

static void print_string(char *out, const struct insn_decoded *insn)
{
	const char *si = reg_name(SI, insn->addr_size, false);
	const char *di = reg_name(DI, insn->addr_size, false);
	const char *acc = reg_name(AX, insn->size, false);
	const char *seg = segments[insn->mem.seg];

	switch (insn->op) {
	case INSN_MOVS:
		sprintf(out, "%%%s:(%%%s),%%es:(%%%s)", seg, si, di);
		break;
	case INSN_CMPS:
		sprintf(out, "%%es:(%%%s),%%%s:(%%%s)", di, seg, si);
		break;
	case INSN_STOS:
		sprintf(out, "%%%s,%%es:(%%%s)", acc, di);
		break;
	case INSN_LODS:
		sprintf(out, "%%%s:(%%%s),%%%s", seg, si, acc);
		break;
	case INSN_SCAS:
		sprintf(out, "%%es:(%%%s),%%%s", di, acc);
		break;
	case INSN_INS:
		sprintf(out, "(%%dx),%%es:(%%%s)", di);
		break;
	default:
		sprintf(out, "%%%s:(%%%s),(%%dx)", seg, si);
	}
}

/* As objdump prints it, without spaces and prefixes. */
static void print_insn(char *out, const struct insn_decoded *insn)
{
	char dst[64], src[64];

	out += sprintf(out, "%s%c", mnemonics[insn->op], suffix(insn->size));
	if (insn->op == INSN_MOVZX || insn->op == INSN_MOVSX)
		out += sprintf(out, "%c", suffix(insn->reg_size));
	*out++ = ' ';
	if (insn_is_string(insn)) {
		print_string(out, insn);
		return;
	}
	print_operand(dst, insn, insn->dst);
	print_operand(src, insn, insn->src);
	sprintf(out, "%s%s%s", src, *src ? "," : "", dst);
}

static void drop(char *text, const char *what)
{
	char *at;

	while ((at = strstr(text, what)))
		memmove(at, at + strlen(what), strlen(at + strlen(what)) + 1);
}

static bool is_prefix(const char *word, size_t len)
{
	static const char *const prefixes[] = {
		"data16", "data32", "addr32", "addr16", "lock", "rep", "repz",
		"repnz", "cs", "ds", "es", "ss", "fs", "gs", "xacquire",
		"xrelease",
	};

	if (!strncmp(word, "rex", 3))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (strlen(prefixes[i]) == len &&
		    !strncmp(word, prefixes[i], len))
			return true;
	return false;
}

static void replace(char *at, const char *end, unsigned long long number)
{
	char rest[128];

	snprintf(rest, sizeof(rest), "%s", end);
	sprintf(at, "0x%llx%s", number, rest);
}

/* objdump shows a displacement of 0 that is there, and a sign without base. */
static void simplify_disp(char *operands)
{
	char *at = strstr(operands, "0x0(%");
	long long address;
	char *end;

	if (at && (at == operands || at[-1] == ':' || at[-1] == ','))
		memmove(at, at + 3, strlen(at + 3) + 1);

	at = strstr(operands, "-0x");
	if (!at || (at != operands && at[-1] != ':' && at[-1] != ','))
		return;
	address = strtoll(at, &end, 16);
	if (!strncmp(end, "(,%riz", 6))
		replace(at, end, address);
	else if (!strncmp(end, "(,%eiz", 6))
		replace(at, end, address & 0xffffffff);
	else if (*end != '(')
		replace(at, end, address & 0xffff);
}

/* What objdump says beyond what an instruction does. */
static void simplify(char *text)
{
	static const char *const none[] = {
		",%riz,1", ",%riz,2", ",%riz,4", ",%riz,8",
		",%eiz,1", ",%eiz,2", ",%eiz,4", ",%eiz,8", "(,)", "()",
	};
	char *operands, *comment = strstr(text, "#");
	bool on_stack;

	if (comment)
		*comment = 0;
	while (text[strcspn(text, " \n")] &&
	       is_prefix(text, strcspn(text, " \n"))) {
		operands = text + strcspn(text, " \n");
		memmove(text, operands + strspn(operands, " \n"),
			strlen(operands + strspn(operands, " \n")) + 1);
	}
	/* MOV with an absolute address of 64 bits has a name of its own. */
	drop(text, "abs");
	operands = text + strcspn(text, " ");
	memmove(operands, operands + strspn(operands, " "),
		strlen(operands + strspn(operands, " ")) + 1);
	memmove(operands + 1, operands, strlen(operands) + 1);
	*operands++ = ' ';
	operands[strcspn(operands, " \n")] = 0;

	simplify_disp(operands);
	for (size_t i = 0; i < ARRAY_SIZE(none); i++)
		drop(operands, none[i]);
	/* A segment that is the default one anyway; strings always have it. */
	if (strstr(operands, "%es:(") || strstr(operands, "(%dx)") ||
	    !strncmp(text, "lods", 4))
		return;
	on_stack = strstr(operands, "(%rsp") || strstr(operands, "(%rbp") ||
		   strstr(operands, "(%esp") || strstr(operands, "(%ebp") ||
		   strstr(operands, "(%bp");
	drop(operands, on_stack ? "%ss:" : "%ds:");
}

static u8 random_byte(void)
{
	static u32 state = 1;	/* the same instructions in every run */

	state = state * 1664525 + 1013904223;
	return state >> 24;
}

static unsigned int random_prefixes(u8 *at, enum insn_mode mode, u8 opcode)
{
	static const u8 overrides[] = { 0x64, 0x65, 0x26, 0x2e, 0x36, 0x3e };
	unsigned int n = 0;
	/* objdump has no suffix or name of its own for these combinations */
	bool moffs = opcode >= 0xa0 && opcode <= 0xa3;
	bool movsxd = opcode == 0x63;

	if (random_byte() % 4 == 0 && !movsxd)
		at[n++] = 0x66;
	if (random_byte() % 4 == 0 && !moffs)
		at[n++] = 0x67;
	if (random_byte() % 4 == 0)
		at[n++] = overrides[random_byte() % (mode == INSN_MODE_64 ?
						     2 : 6)];
	if (mode == INSN_MODE_64 && (movsxd || random_byte() % 2))
		at[n++] = 0x40 | random_byte() % 16 | (movsxd ? REX_W : 0);
	return n;
}

/* Return: whether there is such an instruction. */
static bool random_insn(u8 *slot, enum insn_mode mode, unsigned int number)
{
	bool two = number >= 256;
	const struct opcode *row = two ? &two_byte_opcodes[number - 256] :
					 &one_byte_opcodes[number];
	unsigned int n;

	memset(slot, 0x90, SLOT);
	/* objdump spells MOVNTI in its own way */
	if (row->form == FORM_UNKNOWN || number == 256 + 0xc3)
		return false;
	n = random_prefixes(slot, mode, two ? 0 : number);
	if (two)
		slot[n++] = 0x0f;
	slot[n++] = number;
	while (n < INSN_MAX_LEN)
		slot[n++] = random_byte();
	return true;
}

/* Return: whether the decoder knows it. */
static bool check_line(struct __test_metadata *_metadata, const u8 *slot,
		       enum insn_mode mode, unsigned int len, char *text)
{
	struct insn_decoded insn;
	char ours[160];

	if (insn_decode(&insn, mode, slot, INSN_MAX_LEN))
		return false;
	print_insn(ours, &insn);
	simplify(text);
	EXPECT_EQ(len, insn.len) {
		TH_LOG("%s", print_bytes(slot, len));
	}
	EXPECT_STREQ(text, ours) {
		TH_LOG("%s", print_bytes(slot, len));
	}
	return true;
}

/* Return: the number of instructions in the listing. */
static unsigned int check_listing(struct __test_metadata *_metadata,
				  FILE *listing, const u8 *slots,
				  enum insn_mode mode)
{
	unsigned int seen = 0, known = 0;
	char line[512];

	while (fgets(line, sizeof(line), listing)) {
		char *end, *text;
		unsigned int offset = strtoul(line, &end, 16);
		unsigned int len;

		if (end[0] != ':' || end[1] != '\t' || offset % SLOT)
			continue;
		text = strchr(end + 2, '\t');
		if (!text)
			continue;
		for (len = 0, end += 2; end < text && *end != ' '; end += 3)
			len++;
		known += check_line(_metadata, slots + offset, mode, len,
				    text + 1);
		seen++;
	}
	/* A quarter has no memory operand, some are the strangers of a group. */
	EXPECT_LT(seen / 2, known);
	return seen;
}

static void check_random(struct __test_metadata *_metadata,
			 enum insn_mode mode, const char *machine)
{
	static u8 slots[ROUNDS * 512 * SLOT];
	char path[] = "/tmp/test_decode.XXXXXX";
	unsigned int nr = 0;
	char command[256];
	FILE *listing;
	int fd = mkstemp(path);

	for (unsigned int i = 0; i < ROUNDS * 512; i++)
		nr += random_insn(slots + nr * SLOT, mode, i % 512);
	ASSERT_GE(fd, 0);
	ASSERT_EQ(nr * SLOT, write(fd, slots, nr * SLOT));

	sprintf(command, "objdump -D -z -b binary -m %s -M suffix --insn-width=16 %s",
		machine, path);
	listing = popen(command, "r");
	ASSERT_NE(NULL, listing);
	EXPECT_EQ(nr, check_listing(_metadata, listing, slots, mode));
	EXPECT_EQ(0, pclose(listing));
	close(fd);
	unlink(path);
}

TEST(mode_64)
{
	check_random(_metadata, INSN_MODE_64, "i386:x86-64");
}

TEST(mode_32)
{
	check_random(_metadata, INSN_MODE_32, "i386");
}

TEST(mode_16)
{
	check_random(_metadata, INSN_MODE_16, "i8086");
}

TEST_HARNESS_MAIN
