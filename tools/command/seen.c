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
	struct seen_boot *b, *next;

	for (b = seen->first; b; b = next) {
		next = b->next;
		tdestroy(b->tree, free_place);
		free(b);
	}
	*seen = (struct seen) { 0 };
}

/* Files may have been put behind each other in any order, one of them twice. */
static struct seen_boot *boot_of(struct seen *seen, const char *boot)
{
	struct seen_boot *b = seen->last;

	if (b && !strcmp(b->boot, boot))
		return b;
	for (b = seen->first; b && strcmp(b->boot, boot); b = b->next)
		;
	if (!b) {
		b = allocate(sizeof(*b));
		snprintf(b->boot, sizeof(b->boot), "%s", boot);
		b->next = seen->first;
		seen->first = b;
	}
	seen->last = b;
	return b;
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
	struct seen_boot *boot;

	if (!strcmp(saved->boot, SHUTWATCH_NOTHING) || !place_of(&like, r))
		return false;
	boot = boot_of(seen, saved->boot);
	if (tfind(&like, &boot->tree, compare))
		return true;
	place = allocate(sizeof(*place));
	*place = like;
	found = tsearch(place, &boot->tree, compare);
	if (!found)
		err(EXIT_FAILURE, "records");
	return false;
}
