// SPDX-License-Identifier: GPL-2.0
/* Collecting answers, storing those of the first device, comparing the rest. */
#include <stdarg.h>

#include "answers.h"
#include "vm.h"

#define MAX_SHOWN	20

void answers_begin(struct answers *answers, const char *name)
{
	answers->name = name;
	answers->lines = open_memstream(&answers->text, &answers->size);
	if (!answers->lines)
		die("memory for answers");
}

/* Adds one line, without its end. */
void answer(struct answers *answers, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vfprintf(answers->lines, format, arguments);
	va_end(arguments);
	fputc('\n', answers->lines);
}

static void store(const struct answers *answers, const char *path)
{
	FILE *file = fopen(path, "w");

	if (!file || fwrite(answers->text, 1, answers->size, file) != answers->size ||
	    fclose(file))
		die("store the answers in %s", path);
}

static int count_differences(FILE *first, char *ours)
{
	char *line = NULL, *our_line;
	size_t room = 0;
	int differences = 0;

	while (getline(&line, &room, first) > 0) {
		line[strcspn(line, "\n")] = 0;
		our_line = strsep(&ours, "\n");
		if (our_line && !strcmp(line, our_line))
			continue;
		if (differences++ < MAX_SHOWN)
			fprintf(stderr, "# the first device \"%s\", this one \"%s\"\n",
			       line, our_line ?: "");
	}
	free(line);
	/* ours ends in an empty line */
	while ((our_line = strsep(&ours, "\n")) && *our_line)
		differences++;
	return differences;
}

/* Gives the number of lines that differ, or one of the two above. */
int answers_compare(struct answers *answers)
{
	const char *folder = getenv("MINIVMX_REFERENCE");
	char path[256];
	int differences;
	FILE *first;

	if (fclose(answers->lines))
		die("memory for answers");
	if (!folder)
		return ANSWERS_ALONE;
	snprintf(path, sizeof(path), "%s/%s", folder, answers->name);
	first = fopen(path, "r");
	if (!first) {
		store(answers, path);
		return ANSWERS_ARE_FIRST;
	}
	differences = count_differences(first, answers->text);
	fclose(first);
	return differences;
}
