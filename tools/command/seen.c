// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whoever records into a file, ends, and goes on with it, has what the module
 * still kept in it twice.  In one boot, no two records have the same number and
 * the same time: after the module was loaded anew, the numbers are the same.
 */
#include <limits.h>
#include <search.h>
#include <stdio.h>
#include <string.h>

#include <shutwatch.h>

#include "number.h"
#include "seen.h"
#include "story/allocate.h"

struct place {
	unsigned long seq;
	unsigned long long ns;
};

static int compare(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->seq != y->seq)
		return x->seq < y->seq ? -1 : 1;
	return (x->ns > y->ns) - (x->ns < y->ns);
}

static void free_place(void *place)
{
	free(place);
}

/**
 * seen_free() - give back what it remembers
 * @seen: what was read
 */
void seen_free(struct seen *seen)
{
	tdestroy(seen->tree, free_place);
	seen->tree = NULL;
}

/* What another boot had is not asked for again, or is taken for new. */
static void begin_boot(struct seen *seen, const char *boot)
{
	if (!strcmp(seen->boot, boot))
		return;
	seen_free(seen);
	snprintf(seen->boot, sizeof(seen->boot), "%s", boot);
}

static bool place_of(struct place *place, const struct record *r)
{
	const char *seq = record_value(r, SHUTWATCH_KEY_SEQ);
	const char *ts = record_value(r, SHUTWATCH_KEY_TS);

	return seq && ts && !number_parse(&place->seq, seq, ULONG_MAX) &&
	       !number_parse_ns(&place->ns, ts);
}

/**
 * seen_before() - ask whether a record stands in the file for another time
 * @seen: what was read of it, all zero at first
 * @r: the record, which is remembered
 * @saved: what the file says of it
 *
 * Return: true if it does; what has no number or time, or is of a boot that is
 * not known, is always new.
 */
bool seen_before(struct seen *seen, const struct record *r, const struct saved *saved)
{
	struct place like, *place, **found;

	if (!strcmp(saved->boot, SHUTWATCH_NOTHING) || !place_of(&like, r))
		return false;
	begin_boot(seen, saved->boot);
	if (tfind(&like, &seen->tree, compare))
		return true;
	place = allocate(sizeof(*place));
	*place = like;
	found = tsearch(place, &seen->tree, compare);
	if (!found)
		err(EXIT_FAILURE, "records");
	return false;
}
