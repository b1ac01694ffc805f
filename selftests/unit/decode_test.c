// SPDX-License-Identifier: GPL-2.0
/*
 * The decoder against two judges that know nothing of it: the assembler makes
 * the bytes of a table of instructions, and objdump reads random ones.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef uint8_t u8;
typedef int8_t s8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int64_t s64;

#include "../../module/decode.c"

static unsigned int failures;

#define FAIL(...) do { failures++; printf("# " __VA_ARGS__); } while (0)

static const char *print_bytes(const u8 *bytes, unsigned int nr)
{
	static char text[3 * INSN_MAX_LEN + 1];

	for (unsigned int i = 0; i < nr; i++)
		sprintf(text + 3 * i, "%02x ", bytes[i]);
	return text;
}

/* ---- what the fields mean, instruction by instruction ---- */

#define RAX 0
#define RCX 1
#define RDX 2
#define RBX 3
#define RSP 4
#define RBP 5
#define RSI 6
#define RDI 7
#define NONE INSN_NO_REG

#define MEM(s, b, i, sc, d) \
	.mem = { .seg = SEG_##s, .base = b, .index = i, .scale = sc, .disp = d }
#define STRING_MEM(s)	.mem = { .seg = SEG_##s, .scale = 1 }
#define SIZES(mem_, reg_, addr_) \
	.size = mem_, .reg_size = reg_, .addr_size = addr_
#define TO_MEM		.dst = OPERAND_MEM, .src = OPERAND_REG
#define FROM_MEM	.dst = OPERAND_REG, .src = OPERAND_MEM
#define IMM_TO_MEM	.dst = OPERAND_MEM, .src = OPERAND_IMM
#define ON_MEM		.dst = OPERAND_MEM, .src = OPERAND_NONE
#define ON_STRING	.dst = OPERAND_NONE, .src = OPERAND_NONE

#define KNOWN(X)							\
X(store, 64, "movl %ecx, 8(%rbx)", .op = INSN_MOV, TO_MEM,		\
  SIZES(4, 4, 8), .reg = RCX, MEM(DS, RBX, NONE, 1, 8))			\
X(load_far, 64, "movq -0x12345678(%r13,%r14,4), %r15", .op = INSN_MOV,	\
  FROM_MEM, SIZES(8, 8, 8), .reg = 15, MEM(DS, 13, 14, 4, -0x12345678))	\
X(rip, 64, "movw %ax, 0x1000(%rip)", .op = INSN_MOV, TO_MEM,		\
  SIZES(2, 2, 8), .reg = RAX, MEM(DS, INSN_REG_IP, NONE, 1, 0x1000))	\
X(eip, 64, "movw %ax, 0x1000(%eip)", .op = INSN_MOV, TO_MEM,		\
  SIZES(2, 2, 4), .reg = RAX, MEM(DS, INSN_REG_IP, NONE, 1, 0x1000))	\
X(high, 64, "movb %bh, (%rsp)", .op = INSN_MOV, TO_MEM,			\
  SIZES(1, 1, 8), .reg = RBX, .reg_high = true,				\
  MEM(SS, RSP, NONE, 1, 0))						\
X(low, 64, "movb %dil, (%rbp)", .op = INSN_MOV, TO_MEM,			\
  SIZES(1, 1, 8), .reg = RDI, MEM(SS, RBP, NONE, 1, 0))			\
X(fs, 64, "movl %fs:0x10, %eax", .op = INSN_MOV, FROM_MEM,		\
  SIZES(4, 4, 8), .reg = RAX, MEM(FS, NONE, NONE, 1, 0x10))		\
X(null_segment, 64, "fs\n ds movl %ebx, (%rax)", .op = INSN_MOV, TO_MEM, \
  SIZES(4, 4, 8), .reg = RBX, MEM(FS, RAX, NONE, 1, 0))			\
X(null_rex, 64, ".byte 0x48, 0x66, 0x89, 0x18", .op = INSN_MOV, TO_MEM,	\
  SIZES(2, 2, 8), .reg = RBX, MEM(DS, RAX, NONE, 1, 0))			\
X(rex_w_and_66, 64, ".byte 0x66, 0x48, 0x89, 0x18", .op = INSN_MOV,	\
  TO_MEM, SIZES(8, 8, 8), .reg = RBX, MEM(DS, RAX, NONE, 1, 0))		\
X(movabs, 64, "movabsb 0x1122334455667788, %al", .op = INSN_MOV,	\
  FROM_MEM, SIZES(1, 1, 8), .reg = RAX,					\
  MEM(DS, NONE, NONE, 1, 0x1122334455667788))				\
X(moffs32, 64, "addr32 movl %eax, 0x11223344", .op = INSN_MOV, TO_MEM,	\
  SIZES(4, 4, 4), .reg = RAX, MEM(DS, NONE, NONE, 1, 0x11223344))	\
X(movnti, 64, "movntiq %r9, (%rdx)", .op = INSN_MOV, TO_MEM,		\
  SIZES(8, 8, 8), .reg = 9, MEM(DS, RDX, NONE, 1, 0))			\
X(imm_sign, 64, "movq $-2, (%rdi)", .op = INSN_MOV, IMM_TO_MEM,		\
  SIZES(8, 8, 8), .imm = -2ull, MEM(DS, RDI, NONE, 1, 0))		\
X(imm8_sign, 64, "addw $-2, (%rdi)", .op = INSN_ADD, IMM_TO_MEM,	\
  SIZES(2, 2, 8), .imm = -2ull, MEM(DS, RDI, NONE, 1, 0))		\
X(movzbw, 64, "movzbw (%rsi), %cx", .op = INSN_MOVZX, FROM_MEM,		\
  SIZES(1, 2, 8), .reg = RCX, MEM(DS, RSI, NONE, 1, 0))			\
X(movzwq, 64, "movzwq (%rsi), %rcx", .op = INSN_MOVZX, FROM_MEM,	\
  SIZES(2, 8, 8), .reg = RCX, MEM(DS, RSI, NONE, 1, 0))			\
X(movsbq, 64, "movsbq (%rsi), %r8", .op = INSN_MOVSX, FROM_MEM,		\
  SIZES(1, 8, 8), .reg = 8, MEM(DS, RSI, NONE, 1, 0))			\
X(movslq, 64, "movslq (%rsi), %rcx", .op = INSN_MOVSX, FROM_MEM,	\
  SIZES(4, 8, 8), .reg = RCX, MEM(DS, RSI, NONE, 1, 0))			\
X(lock_or, 64, "lock orb $1, (%rax)", .op = INSN_OR, IMM_TO_MEM,	\
  SIZES(1, 1, 8), .lock = true, .imm = 1, MEM(DS, RAX, NONE, 1, 0))	\
X(xchg, 64, "xchgl %esi, (%rax)", .op = INSN_XCHG, TO_MEM,		\
  SIZES(4, 4, 8), .reg = RSI, MEM(DS, RAX, NONE, 1, 0))			\
X(bts, 64, "btsq $63, (%rax)", .op = INSN_BTS, IMM_TO_MEM,		\
  SIZES(8, 8, 8), .reg = RBP, .imm = 63, MEM(DS, RAX, NONE, 1, 0))	\
X(push, 64, "pushq (%rax)", .op = INSN_PUSH, ON_MEM,			\
  SIZES(8, 8, 8), .reg = RSI, MEM(DS, RAX, NONE, 1, 0))			\
X(push16, 64, "pushw (%rax)", .op = INSN_PUSH, ON_MEM,			\
  SIZES(2, 2, 8), .reg = RSI, MEM(DS, RAX, NONE, 1, 0))			\
X(pop32, 32, "popl (%eax)", .op = INSN_POP, ON_MEM,			\
  SIZES(4, 4, 4), .reg = RAX, MEM(DS, RAX, NONE, 1, 0))			\
X(stos, 64, "rep stosq", .op = INSN_STOS, ON_STRING, SIZES(8, 8, 8),	\
  .repeat = REPEAT_E, STRING_MEM(DS))					\
X(movs, 64, "rep movsb %fs:(%esi), %es:(%edi)", .op = INSN_MOVS,	\
  ON_STRING, SIZES(1, 1, 4), .repeat = REPEAT_E, STRING_MEM(FS))	\
X(cmps, 64, "repne cmpsw", .op = INSN_CMPS, ON_STRING, SIZES(2, 2, 8),	\
  .repeat = REPEAT_NE, STRING_MEM(DS))					\
X(outs, 64, "rep outsl", .op = INSN_OUTS, ON_STRING, SIZES(4, 4, 8),	\
  .repeat = REPEAT_E, STRING_MEM(DS))					\
X(ins_rex_w, 64, ".byte 0x48, 0x6d", .op = INSN_INS, ON_STRING,		\
  SIZES(4, 8, 8), STRING_MEM(DS))					\
X(absolute32, 32, "movl %eax, 0x10000010", .op = INSN_MOV, TO_MEM,	\
  SIZES(4, 4, 4), .reg = RAX, MEM(DS, NONE, NONE, 1, 0x10000010))	\
X(bp_segment32, 32, "cmpl %ecx, 4(%ebp)", .op = INSN_CMP, TO_MEM,	\
  SIZES(4, 4, 4), .reg = RCX, MEM(SS, RBP, NONE, 1, 4))			\
X(no_base32, 32, "incl 0x100(,%ebp,8)", .op = INSN_INC, ON_MEM,		\
  SIZES(4, 4, 4), MEM(DS, NONE, RBP, 8, 0x100))				\
X(addr16_in_32, 32, "movb %al, %es:1(%bx)", .op = INSN_MOV, TO_MEM,	\
  SIZES(1, 1, 2), .reg = RAX, MEM(ES, RBX, NONE, 1, 1))			\
X(bp_si, 16, "xaddw %dx, -2(%bp,%si)", .op = INSN_XADD, TO_MEM,		\
  SIZES(2, 2, 2), .reg = RDX, MEM(SS, RBP, RSI, 1, -2))			\
X(absolute16, 16, "movl %ecx, 0x1234", .op = INSN_MOV, TO_MEM,		\
  SIZES(4, 4, 2), .reg = RCX, MEM(DS, NONE, NONE, 1, 0x1234))		\
X(addr32_in_16, 16, "movw (%ecx,%ecx,4), %dx", .op = INSN_MOV, FROM_MEM, \
  SIZES(2, 2, 4), .reg = RDX, MEM(DS, RCX, RCX, 4, 0))

/* Not for this decoder: no memory operand, or an instruction nobody expects. */
#define UNKNOWN(X)							\
X(mov_registers, 64, "movl %eax, %ebx")					\
X(movsxd_is_arpl, 32, "arpl %ax, (%eax)")				\
X(paddb, 64, "paddb (%rax), %xmm0")					\
X(vmovdqu, 64, "vmovdqu (%rax), %ymm0")					\
X(vmovdqu64, 64, "vmovdqu64 (%rax), %zmm0")				\
X(les, 32, "les (%eax), %ebx")						\
X(mul, 64, "mull (%rax)")						\
X(jmp, 64, "jmpq *(%rax)")						\
X(call, 64, "callq *(%rax)")						\
X(enqcmd, 64, ".byte 0xf2, 0x0f, 0x38, 0xf8, 0x00")			\
X(xop, 64, ".byte 0x8f, 0xe8, 0x78, 0xc0, 0x00")			\
X(nop, 64, "nop")							\
X(in, 64, "inb %dx, %al")						\
X(too_long, 64, ".rept 14; .byte 0x2e; .endr; movl %eax, (%rax)")

#define ASSEMBLE(name, bits, text, ...)					\
asm(".pushsection .rodata\n .code" #bits "\n case_" #name ": " text	\
    "\n case_" #name "_end:\n .code64\n .popsection");			\
extern const u8 case_##name[], case_##name##_end[];

KNOWN(ASSEMBLE)
UNKNOWN(ASSEMBLE)

struct known {
	const char *text;
	const u8 *bytes, *end;
	struct insn_decoded expected;
};

#define KNOWN_ROW(name, bits, text_, ...)				\
	{ .text = text_, .bytes = case_##name, .end = case_##name##_end, \
	  .expected = { .mode = (bits) / 8, __VA_ARGS__ } },

static const struct known known[] = { KNOWN(KNOWN_ROW) };

struct unknown {
	const char *text;
	const u8 *bytes, *end;
	enum insn_mode mode;
};

#define UNKNOWN_ROW(name, bits, text_)					\
	{ text_, case_##name, case_##name##_end, (bits) / 8 },

static const struct unknown unknown[] = { UNKNOWN(UNKNOWN_ROW) };

#define COMPARE(text, got, expected, field) do {			\
	if ((got)->field != (expected)->field)				\
		FAIL("%s: " #field " is %lld, not %lld\n", text,	\
		     (long long)(got)->field, (long long)(expected)->field); \
} while (0)

static void compare(const char *text, const struct insn_decoded *got,
		    const struct insn_decoded *expected)
{
	COMPARE(text, got, expected, op);
	COMPARE(text, got, expected, mode);
	COMPARE(text, got, expected, size);
	COMPARE(text, got, expected, reg_size);
	COMPARE(text, got, expected, addr_size);
	COMPARE(text, got, expected, dst);
	COMPARE(text, got, expected, src);
	COMPARE(text, got, expected, reg_high);
	COMPARE(text, got, expected, imm);
	COMPARE(text, got, expected, mem.seg);
	COMPARE(text, got, expected, mem.base);
	COMPARE(text, got, expected, mem.index);
	COMPARE(text, got, expected, mem.scale);
	COMPARE(text, got, expected, mem.disp);
	COMPARE(text, got, expected, repeat);
	COMPARE(text, got, expected, lock);
	if (got->dst == OPERAND_REG || got->src == OPERAND_REG)
		COMPARE(text, got, expected, reg);
}

static void test_known(void)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		const struct known *k = &known[i];
		unsigned int len = k->end - k->bytes;
		u8 bytes[INSN_MAX_LEN];
		struct insn_decoded insn;
		int r;

		memset(bytes, 0x90, sizeof(bytes));
		memcpy(bytes, k->bytes, len);
		r = insn_decode(&insn, k->expected.mode, bytes, sizeof(bytes));
		if (r) {
			FAIL("%s: result %d\n", k->text, r);
			continue;
		}
		if (insn.len != len)
			FAIL("%s: length %u, not %u\n", k->text, insn.len, len);
		compare(k->text, &insn, &k->expected);

		for (unsigned int nr = 0; nr < len; nr++) {
			r = insn_decode(&insn, k->expected.mode, bytes, nr);
			if (r != -ENODATA)
				FAIL("%s: result %d for %u bytes of it\n",
				     k->text, r, nr);
		}
	}
}

static void test_unknown(void)
{
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		const struct unknown *u = &unknown[i];
		unsigned int len = u->end - u->bytes;
		struct insn_decoded insn;
		u8 bytes[INSN_MAX_LEN];
		int r;

		if (len > sizeof(bytes))
			len = sizeof(bytes);
		memset(bytes, 0x90, sizeof(bytes));
		memcpy(bytes, u->bytes, len);
		r = insn_decode(&insn, u->mode, bytes, sizeof(bytes));
		if (r != -EINVAL)
			FAIL("%s: result %d\n", u->text, r);
	}
}

/* ---- random instructions, as objdump reads them ---- */

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
	bool on_stack = mem->base == RSP || mem->base == RBP;

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
	const char *si = reg_name(RSI, insn->addr_size, false);
	const char *di = reg_name(RDI, insn->addr_size, false);
	const char *acc = reg_name(RAX, insn->size, false);
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
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (strlen(prefixes[i]) == len &&
		    !strncmp(word, prefixes[i], len))
			return true;
	return false;
}

static void replace(char *at, const char *end, unsigned int number)
{
	char rest[128];

	snprintf(rest, sizeof(rest), "%s", end);
	sprintf(at, "0x%x%s", number, rest);
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
	if (*end != '(')
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
	operands = text + strcspn(text, " ");
	memmove(operands, operands + strspn(operands, " "),
		strlen(operands + strspn(operands, " ")) + 1);
	memmove(operands + 1, operands, strlen(operands) + 1);
	*operands++ = ' ';
	operands[strcspn(operands, " \n")] = 0;

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		drop(operands, none[i]);
	simplify_disp(operands);
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

static void check_line(const u8 *slot, enum insn_mode mode, unsigned int len,
		       char *text)
{
	struct insn_decoded insn;
	char ours[160];

	if (insn_decode(&insn, mode, slot, INSN_MAX_LEN))
		return;
	print_insn(ours, &insn);
	simplify(text);
	/* An address of 64 bits as immediate has a name of its own. */
	drop(text, "abs");
	if (insn.len != len || strcmp(ours, text))
		FAIL("%s is \"%s\" of %u bytes, decoded as \"%s\" of %u\n",
		     print_bytes(slot, len), text, len, ours, insn.len);
}

/* Return: the number of instructions compared. */
static unsigned int check_listing(FILE *listing, const u8 *slots,
				  enum insn_mode mode)
{
	unsigned int compared = 0;
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
		check_line(slots + offset, mode, len, text + 1);
		compared++;
	}
	return compared;
}

static void test_random(enum insn_mode mode, const char *machine)
{
	static u8 slots[ROUNDS * 512 * SLOT];
	char path[] = "/tmp/decode_test.XXXXXX";
	unsigned int nr = 0, compared = 0;
	char command[256];
	FILE *listing;
	int fd = mkstemp(path);

	for (unsigned int i = 0; i < ROUNDS * 512; i++)
		nr += random_insn(slots + nr * SLOT, mode, i % 512);
	if (fd < 0 || write(fd, slots, nr * SLOT) != nr * SLOT) {
		FAIL("%s: %s\n", path, strerror(errno));
		return;
	}
	sprintf(command, "objdump -D -z -b binary -m %s -M suffix --insn-width=16 %s",
		machine, path);
	listing = popen(command, "r");
	if (listing)
		compared = check_listing(listing, slots, mode);
	if (!listing || pclose(listing) || compared != nr)
		FAIL("objdump: %u of %u instructions compared\n", compared, nr);
	close(fd);
	unlink(path);
}

static void report(unsigned int number, const char *name)
{
	static unsigned int failures_before;

	printf("%s %u - %s\n", failures == failures_before ? "ok" : "not ok",
	       number, name);
	failures_before = failures;
}

int main(void)
{
	printf("TAP version 13\n1..5\n");
	test_known();
	report(1, "fields of known instructions");
	test_unknown();
	report(2, "other instructions are refused");
	test_random(INSN_MODE_64, "i386:x86-64");
	report(3, "random instructions of 64-bit mode");
	test_random(INSN_MODE_32, "i386");
	report(4, "random instructions of 32-bit mode");
	test_random(INSN_MODE_16, "i8086");
	report(5, "random instructions of 16-bit mode");
	return failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
