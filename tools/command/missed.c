// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is not in saved records, for tables that are made of all of them.
 */
#include <stdio.h>

#include "missed.h"
#include "note.h"
#include "number.h"
#include "out.h"
#include "quote.h"
#include "say.h"

/**
 * missed_take() - take notice of a record of kind lost or skipped
 * @m: what is missing
 * @r: the record
 */
void missed_take(struct missed *m, const struct record *r)
{
	const char *count = record_value(r, SHUTWATCH_KEY_COUNT);
	const char *seq = record_value(r, SHUTWATCH_KEY_SEQ);
	char text[NOTE_SIZE];
	unsigned long lost;

	note_text(text, r);
	say("%s", text);
	if (!record_is_lost(r)) {
		m->skipped++;
		return;
	}
	if (count && !number_parse(&lost, count, ~0UL))
		m->lost += lost;
	if (seq)
		number_parse(&m->seq, seq, ~0UL);
}

/* As one record of all that is lost. */
static bool tell_json(const struct missed *m, struct printer p)
{
	char line[SHUTWATCH_LINE_MAX];
	struct record r;

	if (!m->lost)
		return true;
	snprintf(line, sizeof(line), "seq=%lu ts=- kind=lost cpu=- ctx=- pid=- comm=- netns=- cookie=- local=- remote=- count=%llu",
		 m->seq, m->lost);
	return record_parse(&r, line) ||
	       out_done(json_record(out_line(), &r, NULL, print_json_when(&p, -1)));
}

/**
 * missed_tell() - say above a table what it is of, and what is missing
 * @m: what is missing
 * @p: prints the table
 * @of: what it is of
 *
 * Return: false where it could not be sent on; complains then.
 */
bool missed_tell(const struct missed *m, const struct printer *p, const char *of)
{
	char *to = out_line();

	if (p->o->quiet)
		return true;
	if (p->o->json)
		return tell_json(m, *p);
	if (!p->o->no_header)
		to += sprintf(to, "-- %s --\n", of);
	if (m->lost)
		to += sprintf(to, "-- lost %llu events --\n", m->lost);
	if (m->skipped)
		to += snprintf(to, OUT_LINE - 256, "-- skipped: shutwatch -r %s --kind skipped says what --\n",
			       quoted(p->o->saved));
	return out_done(to);
}
