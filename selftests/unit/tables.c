// SPDX-License-Identifier: GPL-2.0
/*
 * Prints a document with its tables made anew. A table stands between a line
 * "<!-- NAME -->" and a line "<!-- end -->".
 *
 *   tables DOCUMENT BOCHS-MESSAGES
 *
 * A line of BOCHS-MESSAGES is about one rule: its identifier, a part of what
 * Bochs logs when the rule is violated ("-": it does not check, "unsupported":
 * it lacks the control), how Bochs differs from the SDM, and why no test sees
 * the CPU refuse; tabs between them. An identifier in parentheses is about what
 * Bochs refuses and the SDM allows.
 */
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <entry_check.h>
#include <error.h>
#include <field_names.h>

#define MAX_MESSAGES	400

static struct {
	char *id, *message, *difference, *unseen;
	bool used;
} messages[MAX_MESSAGES];
static unsigned int nr_messages;

static void read_messages(const char *path)
{
	FILE *file = fopen(path, "r");
	char *line = NULL;
	size_t size = 0;

	if (!file)
		err(1, "%s", path);
	while (getline(&line, &size, file) > 0) {
		char *rest = line;

		if (nr_messages == MAX_MESSAGES)
			errx(1, "%s: more than %d lines", path, MAX_MESSAGES);
		line[strcspn(line, "\n")] = 0;
		messages[nr_messages].id = strsep(&rest, "\t");
		messages[nr_messages].message = strsep(&rest, "\t");
		messages[nr_messages].difference = strsep(&rest, "\t");
		messages[nr_messages].unseen = rest;
		if (!messages[nr_messages].message)
			errx(1, "%s:%u: no message", path, nr_messages + 1);
		nr_messages++;
		line = NULL;
	}
	free(line);
	fclose(file);
}

/* What Bochs logs; every rule has a line, or the file is incomplete. */
static const char *bochs_message(const char *id)
{
	unsigned int i;

	for (i = 0; i < nr_messages; i++) {
		if (strcmp(messages[i].id, id))
			continue;
		messages[i].used = true;
		return messages[i].message;
	}
	errx(1, "no Bochs message for %s", id);
}

static void print_outcome(const struct vmx_entry_section *section)
{
	if (section->instruction_error)
		printf("VMfailValid with VM-instruction error %u", section->instruction_error);
	else if (section->exit_reason == 33)
		printf("Exit reason 0x80000021 with qualification %u", section->qualification);
	else
		printf("Exit reason 0x80000022; the qualification is the number of the entry");
}

static void print_rules(void)
{
	const struct vmx_entry_section *section = NULL;
	const struct vmx_entry_rule *rule;
	const char *message;
	unsigned int i;

	for (i = 0; (rule = vmx_entry_rule_at(i)); i++) {
		if (rule->section != section) {
			section = rule->section;
			printf("\n### %s\n\n", section->name);
			print_outcome(section);
			printf(".\n\n| identifier | rule | usual cause, cure | Bochs 3.0 logs |\n"
			       "|---|---|---|---|\n");
		}
		message = bochs_message(rule->id);
		if (!strcmp(message, "-"))
			message = "(not checked)";
		else if (!strcmp(message, "unsupported"))
			message = "(has no such control)";
		printf("| `%s` | %s | %s | %s |\n", rule->id, rule->rule, rule->remedy, message);
	}
	printf("\n");
}

static void print_differences(void)
{
	unsigned int i;

	printf("\n| rule | Bochs 3.0 |\n|---|---|\n");
	for (i = 0; i < nr_messages; i++)
		if (messages[i].difference && *messages[i].difference)
			printf("| `%s` | %s |\n", messages[i].id, messages[i].difference);
	printf("\n");
}

/* entry_oracle sees that these are the only ones. */
static void print_unseen(void)
{
	const char *reason;
	unsigned int i;

	printf("\n| rule | why |\n|---|---|\n");
	for (i = 0; i < nr_messages; i++) {
		if (messages[i].unseen)
			reason = messages[i].unseen;
		else if (!strcmp(messages[i].message, "unsupported"))
			reason = "Bochs has no such control";
		else if (!strcmp(messages[i].message, "-"))
			reason = messages[i].difference;
		else
			continue;
		printf("| `%s` | %s |\n", messages[i].id, reason);
	}
	printf("\n");
}

static void print_meanings(const char *title, unsigned int last,
			   const struct vmx_meaning *(*find)(__u32 number))
{
	const struct vmx_meaning *meaning;
	unsigned int i;

	printf("\n| number | %s | meaning |\n|---|---|---|\n", title);
	for (i = 0; i <= last; i++) {
		meaning = find(i);
		if (meaning)
			printf("| %u | `%s` | %s |\n", i, meaning->name, meaning->meaning);
	}
	printf("\n");
}

static bool print_table(const char *name)
{
	if (!strcmp(name, "<!-- rules -->\n"))
		print_rules();
	else if (!strcmp(name, "<!-- differences -->\n"))
		print_differences();
	else if (!strcmp(name, "<!-- unseen -->\n"))
		print_unseen();
	else if (!strcmp(name, "<!-- instruction errors -->\n"))
		print_meanings("VM-instruction error", VMX_LAST_INSTRUCTION_ERROR,
			       vmx_instruction_error_meaning);
	else if (!strcmp(name, "<!-- exit reasons -->\n"))
		print_meanings("exit reason", VMX_LAST_EXIT_REASON, vmx_exit_reason_meaning);
	else
		return false;
	return true;
}

int main(int argc, char **argv)
{
	bool in_table = false;
	char *line = NULL;
	size_t size = 0;
	unsigned int i;
	FILE *document;

	if (argc != 3)
		errx(2, "usage: %s DOCUMENT BOCHS-MESSAGES", argv[0]);
	read_messages(argv[2]);
	document = fopen(argv[1], "r");
	if (!document)
		err(1, "%s", argv[1]);

	while (getline(&line, &size, document) > 0) {
		if (!strcmp(line, "<!-- end -->\n"))
			in_table = false;
		if (in_table)
			continue;
		fputs(line, stdout);
		in_table = print_table(line);
	}
	if (in_table)
		errx(1, "%s: a table has no end", argv[1]);
	for (i = 0; i < nr_messages; i++) {
		if (!messages[i].used && *messages[i].id != '(')
			errx(1, "%s: no rule is called %s", argv[2], messages[i].id);
		free(messages[i].id);
	}
	free(line);
	fclose(document);
	return 0;
}
