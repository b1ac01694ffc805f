// SPDX-License-Identifier: GPL-2.0
/* Cases in text: what is printed can be read again. */
#include <stdlib.h>
#include <string.h>

#include "case.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define MAX_LINE	256

static const char * const mode_names[NR_MODES] = {
	"real", "vm86", "prot16", "prot32", "paging32", "pae", "compat16",
	"compat32", "long64",
};

static const char * const reg_names[] = {
	"rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rsp", "rbp", "r8", "r9",
	"r10", "r11", "r12", "r13", "r14", "r15", "rip", "rflags", NULL,
};

static const char * const control_names[] = {
	"cr0", "cr4", "efer", "cr8", "xcr0", NULL,
};

static const char * const segment_names[] = {
	"cs", "ds", "es", "fs", "gs", "ss", NULL,
};

static const char * const part_names[] = {
	"selector", "base", "limit", "unusable", NULL,
};

static const char * const delivery_names[] = {
	"injected", "pending", "payload", "?", "injected+code", "pending+code",
	"payload+code", NULL,
};

/* The words of a line; an argument with a list of names is printed as one. */
static const struct {
	const char *name;
	unsigned int nr_args;
	const char * const *names[NR_ARGS];
} kinds[NR_ITEM_KINDS] = {
	[ITEM_CODE]	 = { "code", 0 },
	[ITEM_ORG]	 = { "org", 1 },
	[ITEM_REG]	 = { "reg", 2, { reg_names } },
	[ITEM_CR]	 = { "control", 2, { control_names } },
	[ITEM_SEG]	 = { "segment", 3, { segment_names, part_names } },
	[ITEM_MSR]	 = { "msr", 2 },
	[ITEM_DR]	 = { "dr", 2 },
	[ITEM_PAGE]	 = { "page", 2 },
	[ITEM_DATA]	 = { "data", 2 },
	[ITEM_CAP]	 = { "cap", 2 },
	[ITEM_INTERRUPT] = { "interrupt", 1 },
	[ITEM_NMI]	 = { "nmi", 0 },
	[ITEM_WINDOW]	 = { "window", 1 },
	[ITEM_TPR]	 = { "tpr", 1 },
	[ITEM_EXCEPTION] = { "exception", 4, { NULL, delivery_names } },
	[ITEM_INJECTED]	 = { "injected", 2 },
	[ITEM_NMI_STATE] = { "nmi-state", 3 },
	[ITEM_SHADOW]	 = { "shadow", 1 },
	[ITEM_SHUTDOWN]	 = { "shutdown", 1 },
	[ITEM_DEBUG]	 = { "debug", 3 },
	[ITEM_IMMEDIATE] = { "immediate", 1 },
	[ITEM_SYNC_REG]	 = { "sync-reg", 2, { reg_names } },
};

unsigned int mode_code_size(enum mode mode)
{
	switch (mode) {
	case MODE_REAL:
	case MODE_VM86:
	case MODE_PROT16:
	case MODE_COMPAT16:
		return 16;
	case MODE_LONG64:
		return 64;
	default:
		return 32;
	}
}

/* ---- out ---- */

static void print_code(const struct item *item, FILE *to)
{
	for (unsigned int i = 0; i < item->len; i++) {
		if (item->end_size && i == item->end_at) {
			fprintf(to, " @%u", item->end_size);
			i += item->end_size - 1;
			continue;
		}
		fprintf(to, " %02x", item->code[i]);
	}
}

static void print_item(const struct item *item, FILE *to)
{
	if (item_is_hosts(item))
		fprintf(to, "before %u ", item->run);
	fprintf(to, "%s", kinds[item->kind].name);
	for (unsigned int i = 0; i < kinds[item->kind].nr_args; i++) {
		const char * const *names = kinds[item->kind].names[i];

		if (names)
			fprintf(to, " %s", names[item->arg[i]]);
		else
			fprintf(to, " 0x%llx", (unsigned long long)item->arg[i]);
	}
	if (item->kind == ITEM_CODE)
		print_code(item, to);
	if (item->note[0])
		fprintf(to, "\t# %s", item->note);
	fputc('\n', to);
}

void case_print(const struct test_case *c, FILE *to)
{
	fprintf(to, "mode %s %u\nseed 0x%llx\n", mode_names[c->mode], c->cpl,
		(unsigned long long)c->seed);
	for (unsigned int i = 0; i < c->nr; i++)
		print_item(&c->items[i], to);
}

/* ---- in ---- */

static bool find_name(const char * const *names, const char *word,
		      uint64_t *index)
{
	for (uint64_t i = 0; word && names[i]; i++) {
		if (!strcmp(names[i], word)) {
			*index = i;
			return true;
		}
	}
	return false;
}

static bool parse_number(const char *word, uint64_t *value)
{
	char *end;

	if (!word || !*word)
		return false;
	*value = strtoull(word, &end, 0);
	return !*end;
}

static const char *next_word(void)
{
	return strtok(NULL, " \t\n");
}

static bool parse_code(struct item *item)
{
	const char *word;

	while ((word = next_word())) {
		unsigned int size = *word == '@' ? atoi(word + 1) : 1;

		if (!size || item->len + size > MAX_CODE)
			return false;
		if (*word == '@') {
			item->end_at = item->len;
			item->end_size = size;
		} else {
			item->code[item->len] = strtoul(word, NULL, 16);
		}
		item->len += size;
	}
	return item->len;
}

static bool parse_arguments(struct item *item)
{
	bool ok = true;

	for (unsigned int i = 0; ok && i < kinds[item->kind].nr_args; i++) {
		const char * const *names = kinds[item->kind].names[i];
		const char *word = next_word();

		ok = names ? find_name(names, word, &item->arg[i]) :
			     parse_number(word, &item->arg[i]);
	}
	return ok && (item->kind != ITEM_CODE || parse_code(item));
}

static bool parse_item(struct test_case *c, const char *word)
{
	struct item *item = &c->items[c->nr];
	uint64_t run = 0;

	if (c->nr == MAX_ITEMS)
		return false;
	memset(item, 0, sizeof(*item));
	if (!strcmp(word, "before")) {
		if (!parse_number(next_word(), &run))
			return false;
		word = next_word();
	}
	item->run = run;
	for (int kind = 0; word && kind < NR_ITEM_KINDS; kind++) {
		if (strcmp(kinds[kind].name, word))
			continue;
		item->kind = kind;
		c->nr++;
		return parse_arguments(item);
	}
	return false;
}

static bool parse_mode(struct test_case *c)
{
	const char *word = next_word();
	uint64_t cpl;

	for (c->mode = 0; c->mode < NR_MODES; c->mode++)
		if (word && !strcmp(mode_names[c->mode], word))
			break;
	if (c->mode == NR_MODES || !parse_number(next_word(), &cpl))
		return false;
	c->cpl = cpl;
	return cpl == 0 || cpl == 3;
}

static bool parse_line(struct test_case *c, char *line)
{
	const char *word;

	line[strcspn(line, "#\n")] = '\0';
	word = strtok(line, " \t\n");
	if (!word)
		return true;
	if (!strcmp(word, "mode"))
		return parse_mode(c);
	if (!strcmp(word, "seed"))
		return parse_number(next_word(), &c->seed);
	return parse_item(c, word);
}

/* False, with a message, for a line that is none. */
bool case_parse(struct test_case *c, FILE *from, const char *name)
{
	char line[MAX_LINE];
	unsigned int number = 0;

	memset(c, 0, sizeof(*c));
	while (fgets(line, sizeof(line), from)) {
		number++;
		if (!parse_line(c, line)) {
			fprintf(stderr, "%s:%u: not understood\n", name, number);
			return false;
		}
	}
	return true;
}
