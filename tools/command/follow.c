// SPDX-License-Identifier: GPL-2.0-only
/*
 * follow: the records kept, then those that come.  Numbers cost far less than
 * text, but a newer module may have some of its own.
 */
#include <errno.h>
#include <stdlib.h>

#include "commands.h"
#include "out.h"
#include "printer.h"
#include "say.h"

/* Says why no record can be taken.  Return: NEWER, or an exit status. */
#define NEWER		(-2)

static int refuse_raw(const struct printer *p, const struct source *s, int err)
{
	if (err == -EPROTO && !p->printed) {
		say("%s: the module is newer than this reader: reading %s instead, which takes longer\n"
		    "  upgrade the reader: make -C tools, from the module's sources",
		    s->path, SHUTWATCH_FILE_PIPE);
		return NEWER;
	}
	say("%s: this is no record\n"
	    "  upgrade the reader: make -C tools, from the module's sources", s->path);
	return EXIT_FAILURE;
}

/* Whether all that anybody looks at is what the columns show. */
static bool is_brief(const struct options *o)
{
	const struct table *t = &o->table;

	return !t->extended && !t->clock && !t->stamp;
}

static int take_raw(struct printer *p, const struct shutwatch_raw *raw)
{
	bool is_note = raw->kind == SHUTWATCH_KIND_LOST || raw->kind == SHUTWATCH_KIND_SKIPPED;
	struct record r;
	char *end;

	if (!is_note && !filter_wants_kind(&p->o->filter, raw->kind))
		return GO_ON;
	if (p->o->json && !p->o->quiet && !p->filtered && !is_note) {
		if (!print_raw_json(p, raw))
			return EXIT_FAILURE;
		return print_counted(p);
	}
	end = p->rows ? rows_write(p->rows, raw, &p->kept.text, out_line()) : NULL;
	if (end)
		return out_done(end) ? print_counted(p) : EXIT_FAILURE;
	if (is_brief(p->o))
		raw_record_brief(&r, raw, &p->kept);
	else
		raw_record(&r, raw, &p->kept);
	return print_record(p, &r);
}

static int print_raw(struct printer *p, struct source *s)
{
	const struct shutwatch_raw *raw;
	int status = GO_ON, found;

	while (status == GO_ON) {
		found = source_raw(s, &raw);
		if (found < 0)
			return refuse_raw(p, s, found);
		if (!found)
			status = wait_for_more(p, s);
		else if (!source_has_ended(s, raw->ts))
			status = take_raw(p, raw);
	}
	return status;
}

/*
 * What was new when we began is to be read from there: once a record has told
 * that the module is newer, it is too late to begin.
 */
static int open_both(struct source *raw, struct source *text, const struct options *o)
{
	if (o->only_new && open_source(text, o, SHUTWATCH_FILE_PIPE))
		return -1;
	return open_source(raw, o, SHUTWATCH_FILE_RAW);
}

/**
 * run_follow() - print the records kept, then wait for more
 * @o: what the user wants
 *
 * Return: an exit status.
 */
int run_follow(const struct options *o)
{
	struct printer p = {
		.o = o, .view = &records_view, .filtered = filter_asks_more(&o->filter)
	};
	static struct source raw, text;
	static struct rows rows;
	int status;

	if (!p.filtered && !o->json && !o->quiet && rows_repeat(&o->table))
		p.rows = &rows;
	if (o->saved)
		return print_file(o, NULL, &records_view);
	if (source_check(o->dir))
		return EXIT_FAILURE;
	if (!source_has(o->dir, SHUTWATCH_FILE_RAW))
		return print_file(o, SHUTWATCH_FILE_PIPE, &records_view);
	if (open_both(&raw, &text, o))
		return EXIT_FAILURE;
	status = print_header(&p) ? print_raw(&p, &raw) : EXIT_FAILURE;
	source_close(&raw);
	if (status != NEWER)
		return status;
	if (!o->only_new && open_source(&text, o, SHUTWATCH_FILE_PIPE))
		return EXIT_FAILURE;
	p.filtered = filter_asks(&o->filter);
	status = print_lines(&p, &text);
	source_close(&text);
	return status;
}
