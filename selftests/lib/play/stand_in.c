// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where nobody records, what is expected of the records is held against the wire
 * and the kernel's counters instead: a RST that should be told of has to be seen,
 * and one that is seen should have been.
 */
#include <stdio.h>
#include <string.h>

#include <names.h>

#include "stand_in.h"

/* Unless the expectation says itself where from or where to. */
static int address(const struct record *record, enum shutwatch_key key,
		   const char *value, char *text, size_t size)
{
	if (record->value[key])
		return 0;
	return snprintf(text, size, " %s=%s", key_names.name[key], value);
}

static void stand_in(struct play *play, const struct expected *e, const char *says)
{
	struct record *record = &play->record[play->nr_records];
	char line[sizeof(e->text) + 2 * ADDRESS_LEN + 64];
	int len;

	if (play->nr_records == PLAY_RECORDS_MAX) {
		remark(&play->trouble, "more records than can be kept");
		return;
	}
	if (record_parse(record, says)) {
		remark(&play->trouble, "cannot be expected: %s", says);
		return;
	}
	len = snprintf(line, sizeof(line), "seq=expected-%d %s",
		       play->nr_records + 1, says);
	len += address(record, SHUTWATCH_KEY_LOCAL, e->actor.local, line + len,
		       sizeof(line) - len);
	address(record, SHUTWATCH_KEY_REMOTE, e->actor.remote, line + len,
		sizeof(line) - len);
	if (record_parse(record, line))
		remark(&play->trouble, "cannot be expected: %s", line);
	else
		play->nr_records++;
}

/*
 * "CLOSE>LISTEN", or "CLOSE listen LISTEN": a record for each two states that
 * follow each other.  What is no state led from one to the next, or is an error.
 */
static void stand_in_for_path(struct play *play, const struct expected *e)
{
	char text[sizeof(e->text)], says[64];
	const char *before = NULL;
	char *word, *more;

	strcpy(text, e->text);
	for (word = strtok_r(text, " >", &more); word;
	     word = strtok_r(NULL, " >", &more)) {
		if (names_find(&tcp_names, word) < 0) {
			if (!strcmp(word, "?"))
				before = NULL;
			continue;
		}
		if (before) {
			snprintf(says, sizeof(says), "kind=state state=%s>%s", before,
				 word);
			stand_in(play, e, says);
		}
		before = word;
	}
}

/**
 * stand_in_for_records - make the records that the expectations ask for
 * @play: a play without records; these are there instead
 */
void stand_in_for_records(struct play *play)
{
	int i;

	play->nr_records = 0;
	for (i = 0; i < play->nr_expected; i++) {
		const struct expected *e = &play->expected[i];

		if (e->is_path)
			stand_in_for_path(play, e);
		else
			stand_in(play, e, e->text);
	}
}
