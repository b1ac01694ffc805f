// SPDX-License-Identifier: GPL-2.0
/* Explaining a saved state: the module's own checks, without its device. */
#include "state.h"

#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "entry_check.h"
#include "explain_text.h"
#include "field_names.h"
#include "minivmx.h"
#include "power.h"

#define MAX_FIELDS	512
#define MAX_INPUTS	64
#define WORD		8	/* bytes of memory in a line */

struct word {
	uint64_t address, value;
};

/* A file, line by line, and what it said. */
static struct state {
	struct vmcs_view view;	/* first: the callbacks get its address */
	struct vmx_entry_caps caps;
	struct minivmx_explanation explanation;
	uint64_t fields[MAX_FIELDS];		/* as vmcs_field_at() counts */
	unsigned int field_lines[MAX_FIELDS];	/* 0: not seen */
	unsigned int input_lines[MAX_INPUTS];
	struct word *memory;
	size_t nr_words;
	const char *path;
	unsigned int line;
} state;

static __attribute__((noreturn)) __printf(1, 2)
void give_up(const char *format, ...)
{
	va_list arguments;

	fprintf(stderr, "minivmm: %s:%u: ", state.path, state.line);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fprintf(stderr, "\n");
	exit(STATUS_SETUP);
}

static uint64_t number(const char *text)
{
	unsigned long long value;
	char *end;

	errno = 0;
	value = strtoull(text, &end, 0);
	if (*text < '0' || *text > '9' || *end || errno)
		give_up("'%s' is not a number of up to 64 bits, such as 18 or 0x12", text);
	return value;
}

static uint32_t number32(const char *text)
{
	uint64_t value = number(text);

	if (value > UINT32_MAX)
		give_up("%#" PRIx64 " does not fit into 32 bits", value);
	return value;
}

/* Remembers where something was said; a second time is a mistake. */
static void note_line(unsigned int *line, const char *name)
{
	if (*line)
		give_up("%s is in line %u already", name, *line);
	*line = state.line;
}

static void copy_text(char *to, size_t size, const char *text)
{
	if (strlen(text) >= size)
		give_up("more than %zu characters", size - 1);
	strcpy(to, text);
}

/* How the last entry ended, and the last refusal. */
static bool take_outcome(const char *name, const char *value)
{
	struct minivmx_explanation *e = &state.explanation;
	struct minivmx_refusal *r = &e->refusal;

	if (!strcmp(name, "outcome"))
		e->outcome = number32(value);
	else if (!strcmp(name, "instruction_error"))
		e->instruction_error = number32(value);
	else if (!strcmp(name, "exit_reason"))
		e->exit_reason = number32(value);
	else if (!strcmp(name, "exit_qualification"))
		e->exit_qualification = number(value);
	else if (!strcmp(name, "msr_load_entry"))
		e->msr_load_entry = number32(value);
	else if (!strcmp(name, "msr_load_msr"))
		e->msr_load_msr = number32(value);
	else if (!strcmp(name, "msr_load_value"))
		e->msr_load_value = number(value);
	else if (!strcmp(name, "refusal.request"))
		r->request = number32(value);
	else if (!strcmp(name, "refusal.index"))
		r->index = number32(value);
	else if (!strcmp(name, "refusal.value"))
		r->value = number(value);
	else if (!strcmp(name, "refusal.bits"))
		r->bits = number(value);
	else if (!strcmp(name, "refusal.what"))
		copy_text(r->what, sizeof(r->what), value);
	else if (!strcmp(name, "refusal.reason"))
		copy_text(r->reason, sizeof(r->reason), value);
	else
		return false;
	return true;
}

static bool take_memory(const char *name, const char *value)
{
	static const char start[] = "memory ";
	struct word *word;

	if (strncmp(name, start, strlen(start)))
		return false;
	state.memory = realloc(state.memory, (state.nr_words + 1) * sizeof(*word));
	if (!state.memory)
		err(STATUS_SETUP, "%s", state.path);
	word = &state.memory[state.nr_words++];
	word->address = number(name + strlen(start));
	word->value = number(value);
	if (word->address % WORD)
		give_up("memory is given in words of %d bytes, and %#" PRIx64 " is not the address of one",
			WORD, word->address);
	return true;
}

static bool take_input(const char *name, const char *value)
{
	int index = vmx_entry_input_set(&state.view, &state.caps, name, 0);

	if (index == -ENOENT)
		return false;
	index = vmx_entry_input_set(&state.view, &state.caps, name, number(value));
	if (index < 0)
		give_up("%s can't be %s", name, value);
	note_line(&state.input_lines[index], name);
	return true;
}

static unsigned int field_bits(uint32_t encoding)
{
	switch (vmcs_field_width(encoding)) {
	case VMCS_FIELD_16:
		return 16;
	case VMCS_FIELD_32:
		return 32;
	default:
		return 64;
	}
}

static bool take_field(const char *name, const char *value)
{
	const struct vmcs_field_name *field;
	unsigned int i, bits;

	for (i = 0; (field = vmcs_field_at(i)); i++) {
		if (!strcmp(field->name, name))
			break;
	}
	if (!field)
		return false;
	note_line(&state.field_lines[i], name);
	if (!strcmp(value, "none"))
		return true;
	bits = field_bits(field->encoding);
	state.fields[i] = number(value);
	if (bits < 64 && state.fields[i] >> bits)
		give_up("%s has %u bits, too few for %s", name, bits, value);
	return true;
}

static void take_line(char *line)
{
	char *value = strstr(line, " = ");

	if (!*line || *line == '#')
		return;
	if (!value)
		give_up("'%s' is not of the form NAME = VALUE", line);
	*value = '\0';
	value += strlen(" = ");
	if (!take_outcome(line, value) && !take_memory(line, value) &&
	    !take_input(line, value) && !take_field(line, value))
		give_up("nothing is called '%s': names are those of VMCS fields in <asm/vmx.h>, and what another saved state has besides",
			line);
}

static void take_title(const char *line)
{
	const char *version = line + strlen(STATE_TITLE);

	if (strncmp(line, STATE_TITLE, strlen(STATE_TITLE)))
		give_up("not a state that minivmm --save-state has saved, for those begin with '%s%d'",
			STATE_TITLE, STATE_VERSION);
	if (number(version) != STATE_VERSION)
		give_up("version %s, of which this minivmm knows nothing: it reads version %d",
			version, STATE_VERSION);
}

static void read_file(const char *path)
{
	FILE *in = fopen(path, "r");
	char *line = NULL;
	size_t size = 0;
	ssize_t length;

	state.path = path;
	if (!in)
		err(STATUS_SETUP, "%s", path);
	while ((length = getline(&line, &size, in)) > 0) {
		state.line++;
		if (line[length - 1] == '\n')
			line[--length] = '\0';
		if (strlen(line) != (size_t)length)
			give_up("not a text");
		if (state.line == 1)
			take_title(line);
		else
			take_line(line);
	}
	if (ferror(in))
		err(STATUS_SETUP, "%s", path);
	if (!state.line)
		errx(STATUS_SETUP, "%s is empty", path);
	free(line);
	fclose(in);
}

/* The checks would take what is missing for 0, and blame the state for that. */
static void check_complete(void)
{
	const struct vmcs_field_name *field;
	const char *name;
	unsigned int i;
	u64 value;

	for (i = 0; (name = vmx_entry_input_at(&state.view, i, &value)); i++) {
		if (!state.input_lines[i])
			errx(STATUS_SETUP, "%s does not say %s; was it cut off?",
			     state.path, name);
	}
	for (i = 0; (field = vmcs_field_at(i)); i++) {
		if (!state.field_lines[i])
			errx(STATUS_SETUP, "%s does not say %s; was it cut off? A field that the CPU does not have is 'none'",
			     state.path, field->name);
	}
}

static u64 read_field(const struct vmcs_view *view, u32 encoding)
{
	const struct state *s = (const struct state *)view;
	const struct vmcs_field_name *field;
	unsigned int i;

	for (i = 0; (field = vmcs_field_at(i)); i++) {
		if (field->encoding == encoding)
			return s->fields[i];
	}
	return 0;
}

static bool find_word(const struct state *s, uint64_t address, uint64_t *value)
{
	for (size_t i = 0; i < s->nr_words; i++) {
		if (s->memory[i].address == address) {
			*value = s->memory[i].value;
			return true;
		}
	}
	return false;
}

static int read_memory(const struct vmcs_view *view, u64 address, void *data,
		       unsigned int size)
{
	const struct state *s = (const struct state *)view;
	uint8_t *to = data;
	uint64_t word;

	for (; size; size--, address++) {
		if (!find_word(s, address & ~(uint64_t)(WORD - 1), &word))
			return -EFAULT;
		*to++ = word >> address % WORD * 8;
	}
	return 0;
}

int state_explain(const char *path)
{
	static struct vmx_entry_violation found[EXPLAIN_MAX_VIOLATIONS];
	size_t size;
	char *text;

	state.view.caps = &state.caps;
	state.view.read = read_field;
	state.view.read_memory = read_memory;
	read_file(path);
	check_complete();

	explain_name_number(&state.explanation);
	state.explanation.nr_violations = vmx_entry_check(&state.view, found,
							  EXPLAIN_MAX_VIOLATIONS);
	size = explain_print(&state.explanation, found, NULL, 0) + 1;
	text = malloc(size);
	if (!text)
		err(STATUS_SETUP, "%s", path);
	explain_print(&state.explanation, found, text, size);
	fputs(text, stdout);
	free(text);
	return STATUS_OK;
}
