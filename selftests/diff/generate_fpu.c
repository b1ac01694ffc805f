// SPDX-License-Identifier: GPL-2.0
/* A few instructions that need the FPU, or find it gone. */
#include "generate.h"

void generate_fpu(struct generator *g)
{
	static const struct { const char *name; uint8_t len, code[6]; } list[] = {
		{ "fninit", 2, { 0xdb, 0xe3 } },
		{ "fld1", 2, { 0xd9, 0xe8 } },
		{ "fwait", 1, { 0x9b } },
		{ "fldz; fdivrp", 4, { 0xd9, 0xee, 0xde, 0xf9 } },
		{ "emms", 2, { 0x0f, 0x77 } },
		{ "fnstsw ax", 2, { 0xdf, 0xe0 } },
		{ "pxor xmm1,xmm1", 4, { 0x66, 0x0f, 0xef, 0xc9 } },
		{ "movaps xmm5,xmm0", 3, { 0x0f, 0x28, 0xe8 } },
		{ "movd mm3,eax", 3, { 0x0f, 0x6e, 0xd8 } },
		{ "vzeroall", 3, { 0xc5, 0xfc, 0x77 } },
		{ "vpcmpeqd ymm2,ymm2,ymm2", 4, { 0xc5, 0xed, 0x76, 0xd2 } },
		{ "divss xmm0,xmm1", 4, { 0xf3, 0x0f, 0x5e, 0xc1 } },
	};
	unsigned int n = below(g, sizeof(list) / sizeof(list[0]));

	begin(g, "%s", list[n].name);
	for (unsigned int i = 0; i < list[n].len; i++)
		emit(g, list[n].code[i]);
}
