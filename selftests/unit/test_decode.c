// SPDX-License-Identifier: GPL-2.0
/*
 * What the decoder says of instructions, field by field. The assembler makes
 * their bytes, so that only the meaning has to be written down here.
 */
#include <linux/kernel.h>
#include <kselftest_harness.h>

#include "../../module/decode.c"

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

#define COMPARE(field)							\
	EXPECT_EQ((long long)expected->field, (long long)got->field) {	\
		TH_LOG("%s: " #field, text);				\
	}

static void compare(struct __test_metadata *_metadata, const char *text,
		    const struct insn_decoded *got,
		    const struct insn_decoded *expected)
{
	COMPARE(op);
	COMPARE(mode);
	COMPARE(size);
	COMPARE(reg_size);
	COMPARE(addr_size);
	COMPARE(dst);
	COMPARE(src);
	COMPARE(reg_high);
	COMPARE(imm);
	COMPARE(mem.seg);
	COMPARE(mem.base);
	COMPARE(mem.index);
	COMPARE(mem.scale);
	COMPARE(mem.disp);
	COMPARE(repeat);
	COMPARE(lock);
	if (got->dst == OPERAND_REG || got->src == OPERAND_REG)
		COMPARE(reg);
}

/* An instruction followed by NOPs. */
static unsigned int fill(u8 bytes[INSN_MAX_LEN], const u8 *start, const u8 *end)
{
	unsigned int len = end - start;

	if (len > INSN_MAX_LEN)
		len = INSN_MAX_LEN;
	memset(bytes, 0x90, INSN_MAX_LEN);
	memcpy(bytes, start, len);
	return len;
}

TEST(known_instructions)
{
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		const struct known *k = &known[i];
		struct insn_decoded insn = {};
		u8 bytes[INSN_MAX_LEN];
		unsigned int len = fill(bytes, k->bytes, k->end);

		EXPECT_EQ(0, insn_decode(&insn, k->expected.mode, bytes,
					 sizeof(bytes)));
		EXPECT_EQ(len, insn.len) {
			TH_LOG("%s", k->text);
		}
		compare(_metadata, k->text, &insn, &k->expected);
	}
}

TEST(known_instructions_cut_short)
{
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		const struct known *k = &known[i];
		struct insn_decoded insn;
		u8 bytes[INSN_MAX_LEN];
		unsigned int len = fill(bytes, k->bytes, k->end);

		for (unsigned int nr = 0; nr < len; nr++) {
			EXPECT_EQ(-ENODATA,
				  insn_decode(&insn, k->expected.mode, bytes,
					      nr)) {
				TH_LOG("%s: %u bytes of it", k->text, nr);
			}
		}
	}
}

TEST(other_instructions_are_refused)
{
	for (size_t i = 0; i < ARRAY_SIZE(unknown); i++) {
		const struct unknown *u = &unknown[i];
		struct insn_decoded insn;
		u8 bytes[INSN_MAX_LEN];

		fill(bytes, u->bytes, u->end);
		EXPECT_EQ(-EINVAL, insn_decode(&insn, u->mode, bytes,
					       sizeof(bytes))) {
			TH_LOG("%s", u->text);
		}
	}
}

TEST_HARNESS_MAIN
