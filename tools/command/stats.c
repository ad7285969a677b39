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
#include "story/allocate.h"

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
 * @next: those of another boot
 * @p: prints what there is to say of them
 * @saved: what the file tells of them
 * @first: when the first was, nanoseconds of CLOCK_REALTIME, or -1
 * @last: when the last was, likewise
 * @lost: how many are missing
 * @kinds: how many there are of each kind
 * @others: how many of kinds that only a newer module has
 */
struct about {
	struct about *next;
	struct printer *p;
	struct saved saved;
	long long first, last;
	unsigned long long lost;
	unsigned long long kinds[SHUTWATCH_KIND_COUNT];
	unsigned long long others;
};

/**
 * struct abouts - all records in a file
 * @p: prints what there is to say of them
 * @s: the file
 * @first: those of the boot that came first
 * @last: those of the boot of the last record
 */
struct abouts {
	struct printer p;
	struct source *s;
	struct about *first, *last;
};

/* Return: GO_ON, or an exit status, as all that follow. */
static int print_number(struct about *a, const char *name, unsigned long long value)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", value);
	return print_stat(a->p, name, text, false);
}

static int print_names(struct about *a)
{
	char offset[SAVED_LINE];
	int status;

	status = print_stat(a->p, "host", a->saved.host, true);
	if (status == GO_ON)
		status = print_stat(a->p, "kernel", a->saved.kernel, true);
	if (status == GO_ON)
		status = print_stat(a->p, "boot", a->saved.boot, true);
	if (status == GO_ON)
		status = print_number(a, "abi", a->saved.abi);
	*(saved_offset(offset, a->saved.offset) - 1) = '\0';
	return status == GO_ON ? print_stat(a->p, "offset", strchr(offset, '=') + 1, false) :
				   status;
}

static int print_time(struct about *a, const char *name, long long wall)
{
	char text[WALLCLOCK_SIZE];
	bool known = wall >= 0 && wallclock_utc(text, wall);

	return print_stat(a->p, name, known ? text : SHUTWATCH_NOTHING, true);
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

	a->p->saved = &a->saved;
	a->p->wall = a->last;
	status = print_names(a);
	if (status == GO_ON)
		status = print_kinds(a);
	if (status == GO_ON)
		status = print_time(a, "first", a->first);
	return status == GO_ON ? print_time(a, "last", a->last) : status;
}

/* A file of the same boot may stand behind one of another. */
static void begin_about(struct abouts *all)
{
	bool is_known = strcmp(all->s->saved.boot, SHUTWATCH_NOTHING);
	struct about **a = &all->first;

	while (*a && !(is_known && saved_is_same_boot(&(*a)->saved, &all->s->saved)))
		a = &(*a)->next;
	if (!*a) {
		*a = allocate(sizeof(**a));
		(*a)->p = &all->p;
		(*a)->saved = all->s->saved;
		(*a)->first = -1;
		(*a)->last = -1;
	}
	all->last = *a;
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
	struct abouts *all = context;

	(void)line;
	if (!all->last || !saved_is_same_boot(&all->last->saved, &all->s->saved))
		begin_about(all);
	count(all->last, r);
	return GO_ON;
}

static int print_saved(struct abouts *all)
{
	const struct taker taker = { take, wait_for_rest, all };
	int status = take_lines(all->s, &taker), printed = GO_ON;
	struct about *a;

	/* Of a file without records, there is something to say, too. */
	if (!all->first)
		begin_about(all);
	for (a = all->first; a && printed == GO_ON; a = a->next)
		printed = print_about(a);
	if (printed != GO_ON)
		return printed;
	if (all->p.o->quiet)
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
	static struct abouts all;
	static struct source s;
	int status;

	all.p.o = o;
	all.s = &s;
	if (open_source(&s, o, SHUTWATCH_FILE_STATS))
		return EXIT_FAILURE;
	status = o->saved ? print_saved(&all) : print_stats(&all.p, &s);
	source_close(&s);
	return status;
}
