// SPDX-License-Identifier: GPL-2.0-only
/*
 * Printing the module's files: the records that the user wants, as rows of a
 * table or as JSON, until the file or the user's patience ends.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "note.h"
#include "number.h"
#include "out.h"
#include "printer.h"
#include "seen.h"
#include "saved/wallclock.h"
#include "say.h"

const struct view records_view = { "record", columns_header, columns_record };

static int ended(bool arrived)
{
	return arrived ? EXIT_SUCCESS : EXIT_FAILURE;
}

/*
 * Rows of another network namespace than those before: the same addresses may
 * be others there.  Who has only one never sees this.
 */
static bool print_netns(struct printer *p, const struct record *r)
{
	const char *netns = record_value(r, SHUTWATCH_KEY_NETNS);
	bool first = !p->netns[0];

	if (p->rows && r->raw && p->rows->netns && r->raw->netns == p->rows->netns)
		return true;
	if (!netns || columns_tell_netns(&p->o->table) ||
	    !strncmp(p->netns, netns, sizeof(p->netns) - 1))
		return true;
	snprintf(p->netns, sizeof(p->netns), "%s", netns);
	return first || out_done(columns_netns(out_line(), r));
}

/* Where the records are of, of which the host of here is asked once. */
static const char *host_of(const struct printer *p)
{
	static struct utsname here;

	if (p->saved)
		return strcmp(p->saved->host, SHUTWATCH_NOTHING) ? p->saved->host : NULL;
	if (!here.nodename[0] && uname(&here))
		return NULL;
	return here.nodename;
}

/**
 * print_json_when() - say of the next object when and where it was
 * @p: the printer
 * @wall: nanoseconds of CLOCK_REALTIME, or -1
 *
 * Return: what it has to say.
 */
const struct json_origin *print_json_when(struct printer *p, long long wall)
{
	char time[WALLCLOCK_SIZE];
	bool known = wall >= 0 && wallclock_utc(time, wall);

	json_origin(&p->origin, known ? time : NULL, host_of(p));
	return &p->origin;
}

/* A snapshot has the time of now; one that was saved, the time of then. */
static const struct json_origin *when(struct printer *p, const struct record *r)
{
	const char *ts = record_value(r, SHUTWATCH_KEY_TS);
	unsigned long long ns;

	if (p->view != &records_view)
		return print_json_when(p, p->saved ? p->wall : wallclock_now());
	if (!ts || number_parse_ns(&ns, ts))
		return print_json_when(p, -1);
	return print_json_when(p, wallclock_of(ns));
}

/**
 * print_raw_json() - print a record that is all numbers as JSON
 * @p: the printer
 * @raw: the record
 *
 * Return: false where it could not be sent on; complains then.
 */
bool print_raw_json(struct printer *p, const struct shutwatch_raw *raw)
{
	bool timeless = raw->kind == SHUTWATCH_KIND_LOST;

	print_json_when(p, timeless ? -1 : wallclock_of(raw->ts));
	return out_done(raw_json(out_line(), raw, &p->kept, &p->origin));
}

static bool print_row(struct printer *p, const struct record *r)
{
	char *row, *end;

	if (p->o->quiet)
		return true;
	if (p->o->json && r->raw)
		return print_raw_json(p, r->raw);
	if (p->o->json)
		return out_done(json_record(out_line(), r, p->view->type, when(p, r)));
	if (!print_netns(p, r))
		return false;
	row = out_line();
	end = p->view->row(row, &p->o->table, r);
	if (p->rows && r->raw)
		rows_keep(p->rows, r, &p->kept.text, row, end);
	return out_done(end);
}

/**
 * print_counted() - take notice of a line that counts and was written
 * @p: the printer
 *
 * Return: GO_ON, or an exit status where it was the last that was asked for: of
 * the quiet, as of grep, the first is.
 */
int print_counted(struct printer *p)
{
	unsigned long last = p->o->count ? p->o->count : p->o->quiet;

	p->printed++;
	return last && p->printed == last ? ended(out_flush()) : GO_ON;
}

/**
 * print_record() - print a record, if it passes
 * @p: the printer
 * @r: the record
 *
 * What is missing is told on stderr as well.
 *
 * Return: GO_ON, or an exit status.
 */
int print_record(struct printer *p, const struct record *r)
{
	char text[NOTE_SIZE];

	if (p->filtered && !filter_match(&p->o->filter, r))
		return GO_ON;
	if (!print_row(p, r))
		return EXIT_FAILURE;
	if (!record_is_note(r))
		return print_counted(p);
	note_text(text, r);
	say("%s", text);
	return GO_ON;
}

/**
 * wait_for_more() - send on what there is, then wait for more
 * @p: the printer
 * @s: the file, of which all that is whole was taken
 *
 * Return: GO_ON, or an exit status.
 */
int wait_for_more(const struct printer *p, struct source *s)
{
	int more;

	if (!out_flush())
		return EXIT_FAILURE;
	more = source_wait(s);
	if (more > 0)
		return GO_ON;
	return more || p->o->quiet ? EXIT_FAILURE : EXIT_SUCCESS;
}

/**
 * wait_for_rest() - read more of a file of which nobody is shown a part
 * @context: as in struct taker; NULL will do
 * @s: the file, of which all that is whole was taken
 *
 * Return: GO_ON, or an exit status.
 */
int wait_for_rest(void *context, struct source *s)
{
	int more = source_wait(s);

	(void)context;
	if (more > 0)
		return GO_ON;
	return more ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* Other files of lines than those of records have no kind. */
static bool is_record(const struct source *s, const struct record *r)
{
	return !s->is_saved || record_value(r, SHUTWATCH_KEY_KIND);
}

/* Saved records may be of any time. */
static bool is_too_late(struct source *s, const struct record *r)
{
	const char *ts = s->is_saved || !s->deadline ? NULL : record_value(r, SHUTWATCH_KEY_TS);
	unsigned long long ns;

	return ts && !number_parse_ns(&ns, ts) && source_has_ended(s, ns);
}

/* What comes behind the end of the time, or a second time, is not taken. */
static bool is_taken(struct source *s, struct seen *seen, const struct record *r)
{
	return !is_too_late(s, r) && (!s->is_saved || !seen_before(seen, r, &s->saved));
}

/* Who has come to the end of saved records has not seen what was left out of them. */
static int wait_for_lines(struct source *s, const struct taker *t)
{
	int status = t->wait(t->context, s);

	return status == EXIT_SUCCESS && s->is_saved && s->left_out ? EXIT_FAILURE : status;
}

/**
 * take_lines() - take the records of a file of lines, each once
 * @s: the file
 * @t: who takes them
 *
 * Return: an exit status: a failure, too, where saved ones were left out.
 */
int take_lines(struct source *s, const struct taker *t)
{
	struct seen seen = { 0 };
	struct record r;
	int status;
	char *line;

	do {
		status = GO_ON;
		if (!source_line(s, &line))
			status = wait_for_lines(s, t);
		else if (record_parse(&r, line) || !is_record(s, &r))
			source_leave_out(s);
		else if (is_taken(s, &seen, &r))
			status = t->take(t->context, &r, line);
	} while (status == GO_ON);
	seen_free(&seen);
	return status;
}

static int take_to_print(void *context, const struct record *r, const char *line)
{
	(void)line;
	return print_record(context, r);
}

static int wait_to_print(void *context, struct source *s)
{
	return wait_for_more(context, s);
}

/**
 * print_lines() - print a file of lines
 * @p: the printer
 * @s: the file
 *
 * Return: an exit status.
 */
int print_lines(struct printer *p, struct source *s)
{
	const struct taker taker = { take_to_print, wait_to_print, p };

	p->saved = s->is_saved ? &s->saved : NULL;
	return take_lines(s, &taker);
}

/**
 * print_header() - print the titles, where there are any
 * @p: the printer
 *
 * Return: false where they could not be sent on; complains then.
 */
bool print_header(const struct printer *p)
{
	if (p->o->json || p->o->no_header || p->o->quiet)
		return true;
	return out_done(p->view->header(out_line(), &p->o->table));
}

/**
 * open_source() - open a file of a module that speaks our ABI, or saved records
 * @s: where the state goes
 * @o: what the user wants; the time allowed begins now
 * @file: which file of the module
 *
 * Return: 0, or -1 after a message.
 */
int open_source(struct source *s, const struct options *o, const char *file)
{
	unsigned long long deadline = o->duration ? source_clock() + o->duration : 0;
	bool mute = o->quiet || o->output || o->command->takes & IS_MUTE;
	int out = mute ? -1 : STDOUT_FILENO;

	if (o->saved)
		return source_open_saved(s, o->saved, deadline, out);
	if (source_check(o->dir) || source_open(s, o->dir, file))
		return -1;
	s->deadline = deadline;
	s->out = out;
	return o->only_new ? source_skip(s) : 0;
}

/**
 * print_file() - print a file of lines, from its titles to its end
 * @o: what the user wants
 * @file: which file
 * @view: how its lines are shown
 *
 * Return: an exit status.
 */
int print_file(const struct options *o, const char *file, const struct view *view)
{
	struct printer p = { .o = o, .view = view, .filtered = filter_asks(&o->filter) };
	static struct source s;
	int status;

	if (open_source(&s, o, file))
		return EXIT_FAILURE;
	status = print_header(&p) ? print_lines(&p, &s) : EXIT_FAILURE;
	source_close(&s);
	return status;
}
