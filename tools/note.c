// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records of no socket: what the reader, or the module, has not seen.
 */
#include <stdio.h>
#include <string.h>

#include "line.h"
#include "names.h"
#include "note.h"

/* How many; NULL where none are counted. */
static const char *count_of(const struct record *r)
{
	const char *count = record_value(r, SHUTWATCH_KEY_COUNT);

	return count && strcmp(count, "0") ? count : NULL;
}

/**
 * note_text() - what a record of kind lost or skipped says, in words
 * @to: where to, NOTE_SIZE bytes
 * @r: the record, see record_is_note()
 *
 * Return: the length of the text, which is printable ASCII and terminated.
 */
size_t note_text(char *to, const struct record *r)
{
	const char *count = count_of(r);
	const char *what = r->value[SHUTWATCH_KEY_WHAT];
	int len;

	if (record_is_lost(r))
		len = snprintf(to, NOTE_SIZE, "lost %s events", count ? count : "some");
	else
		len = snprintf(to, NOTE_SIZE, "skipped: %s%s%s", count ? count : "",
			       count ? " " : "", names_explain_what(what ? what : ""));
	/* A file that somebody sent may say anything, and this goes to a terminal. */
	line_printable(to, to, (size_t)len);
	return (size_t)len;
}
