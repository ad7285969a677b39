// SPDX-License-Identifier: GPL-2.0-only
/*
 * stats: the counters, a name and a value in each line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "json.h"
#include "out.h"
#include "printer.h"
#include "saved/wallclock.h"
#include "say.h"

/* Return: GO_ON, or an exit status. */
static int print_stat(struct printer *p, char *line, const char *value)
{
	char *to = out_line();

	if (p->o->quiet)
		return print_counted(p);
	if (p->o->json)
		to = json_stat(to, line, value, print_json_when(p, wallclock_now()));
	else
		to += snprintf(to, OUT_LINE, "%-40s %15s\n", line, value);
	if (!out_done(to))
		return EXIT_FAILURE;
	return print_counted(p);
}

/* Cut "name value" in two.  Return: the value, or NULL where it is none. */
static char *stat_value(char *line)
{
	char *value = strchr(line, ' ');

	if (!value || value == line || !value[1])
		return NULL;
	*value++ = '\0';
	return value;
}

static int print_stats(struct printer *p, struct source *s)
{
	bool warned = false;
	char *line, *value;
	int status;

	do {
		status = GO_ON;
		if (!source_line(s, &line)) {
			status = wait_for_more(p, s);
			continue;
		}
		value = stat_value(line);
		if (value)
			status = print_stat(p, line, value);
		else
			warn_foreign(s, &warned);
	} while (status == GO_ON);
	return status;
}

/**
 * run_stats() - print the counters
 * @o: what the user wants
 *
 * Return: an exit status.
 */
int run_stats(const struct options *o)
{
	struct printer p = { .o = o };
	static struct source s;
	int status;

	if (open_source(&s, o, SHUTWATCH_FILE_STATS))
		return EXIT_FAILURE;
	status = print_stats(&p, &s);
	source_close(&s);
	return status;
}
