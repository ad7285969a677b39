// SPDX-License-Identifier: GPL-2.0-only
/*
 * stats: the counters, a name and a value in each line; of saved records, what
 * their file tells of them, and how many there are.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "json.h"
#include "line.h"
#include "names.h"
#include "number.h"
#include "out.h"
#include "printer.h"
#include "saved/wallclock.h"
#include "stat_line.h"

/* What somebody has put into the files may hold anything, and goes to a terminal. */
static char *put_row(char *to, const char *name, const char *value)
{
	int len = snprintf(to, OUT_LINE, "%-40s %15s", name, value);

	line_printable(to, to, (size_t)len);
	to[len] = '\n';
	return to + len + 1;
}

/* Return: GO_ON, or an exit status. */
static int print_stat(struct printer *p, const char *name, const char *value, bool is_text)
{
	char *to = out_line();

	if (p->o->quiet)
		return print_counted(p);
	if (p->o->json)
		to = json_stat(to, name, value, is_text,
			       print_json_when(p, p->saved ? p->wall : wallclock_now()));
	else
		to = put_row(to, name, value);
	if (!out_done(to))
		return EXIT_FAILURE;
	return print_counted(p);
}

static int print_stats(struct printer *p, struct source *s)
{
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
			status = print_stat(p, line, value, false);
		else
			source_leave_out(s);
	} while (status == GO_ON);
	return status;
}

/**
 * struct about - the records of one boot in a file
 * @p: prints what there is to say of them
 * @s: the file
 * @saved: what it tells of them
 * @begun: there is something to say
 * @first: when the first was, nanoseconds of CLOCK_REALTIME, or -1
 * @last: when the last was, likewise
 * @lost: how many are missing
 * @kinds: how many there are of each kind
 * @others: how many of kinds that only a newer module has
 */
struct about {
	struct printer p;
	struct source *s;
	struct saved saved;
	bool begun;
	long long first, last;
	unsigned long long lost;
	unsigned long long kinds[SHUTWATCH_KIND_COUNT];
	unsigned long long others;
};

/* Return: GO_ON, or an exit status, as all that follow. */
static int print_number(struct about *a, const char *name, unsigned long long value)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", value);
	return print_stat(&a->p, name, text, false);
}

static int print_names(struct about *a)
{
	char offset[SAVED_LINE];
	int status;

	status = print_stat(&a->p, "host", a->saved.host, true);
	if (status == GO_ON)
		status = print_stat(&a->p, "kernel", a->saved.kernel, true);
	if (status == GO_ON)
		status = print_stat(&a->p, "boot", a->saved.boot, true);
	if (status == GO_ON)
		status = print_number(a, "abi", a->saved.abi);
	*(saved_offset(offset, a->saved.offset) - 1) = '\0';
	return status == GO_ON ? print_stat(&a->p, "offset", strchr(offset, '=') + 1, false) :
				   status;
}

static int print_time(struct about *a, const char *name, long long wall)
{
	char text[WALLCLOCK_SIZE];
	bool known = wall >= 0 && wallclock_utc(text, wall);

	return print_stat(&a->p, name, known ? text : SHUTWATCH_NOTHING, true);
}

static int print_kinds(struct about *a)
{
	unsigned long long records = a->others;
	int status, kind;
	char name[64];

	for (kind = 0; kind < SHUTWATCH_KIND_COUNT; kind++)
		records += kind == SHUTWATCH_KIND_LOST ? 0 : a->kinds[kind];
	status = print_number(a, "records", records);
	for (kind = 0; kind < SHUTWATCH_KIND_COUNT && status == GO_ON; kind++) {
		if (kind == SHUTWATCH_KIND_LOST)
			continue;
		snprintf(name, sizeof(name), "records.%s", kind_names.name[kind]);
		status = print_number(a, name, a->kinds[kind]);
	}
	return status == GO_ON ? print_number(a, "lost", a->lost) : status;
}

static int print_about(struct about *a)
{
	int status;

	if (!a->begun)
		return GO_ON;
	a->p.saved = &a->saved;
	a->p.wall = a->last;
	status = print_names(a);
	if (status == GO_ON)
		status = print_kinds(a);
	if (status == GO_ON)
		status = print_time(a, "first", a->first);
	return status == GO_ON ? print_time(a, "last", a->last) : status;
}

static void begin_about(struct about *a)
{
	a->begun = true;
	a->saved = a->s->saved;
	a->first = -1;
	a->last = -1;
	a->lost = 0;
	a->others = 0;
	memset(a->kinds, 0, sizeof(a->kinds));
}

static bool is_of_another(const struct about *a)
{
	return !a->begun || strcmp(a->saved.boot, a->s->saved.boot) ||
	       strcmp(a->saved.host, a->s->saved.host);
}

static void count(struct about *a, const struct record *r)
{
	const char *kind = r->value[SHUTWATCH_KEY_KIND];
	int id = kind ? names_find(&kind_names, kind) : -1;
	const char *ts = record_value(r, SHUTWATCH_KEY_TS);
	const char *lost = record_is_lost(r) ? record_value(r, SHUTWATCH_KEY_COUNT) : NULL;
	unsigned long long ns;
	unsigned long number;

	if (id < 0)
		a->others++;
	else
		a->kinds[id]++;
	if (lost && !number_parse(&number, lost, ~0UL))
		a->lost += number;
	if (!ts || number_parse_ns(&ns, ts))
		return;
	a->last = wallclock_of(ns);
	if (a->first < 0)
		a->first = a->last;
}

static int take(void *context, const struct record *r, const char *line)
{
	struct about *a = context;
	int status = GO_ON;

	(void)line;
	if (is_of_another(a)) {
		status = print_about(a);
		begin_about(a);
	}
	count(a, r);
	return status;
}

static int print_saved(struct about *a)
{
	const struct taker taker = { take, wait_for_rest, a };
	int status = take_lines(a->s, &taker), printed;

	/* Of a file without records, there is something to say, too. */
	if (!a->begun)
		begin_about(a);
	printed = print_about(a);
	if (printed != GO_ON)
		return printed;
	if (a->p.o->quiet)
		return EXIT_FAILURE;
	return out_flush() ? status : EXIT_FAILURE;
}

/**
 * run_stats() - print the counters
 * @o: what the user wants
 *
 * Return: an exit status.
 */
int run_stats(const struct options *o)
{
	static struct source s;
	struct about about = { .p = { .o = o }, .s = &s };
	int status;

	if (open_source(&s, o, SHUTWATCH_FILE_STATS))
		return EXIT_FAILURE;
	status = o->saved ? print_saved(&about) : print_stats(&about.p, &s);
	source_close(&s);
	return status;
}
