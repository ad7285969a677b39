// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which record tells of which packet.  Both are in order, and what a record knows
 * of a segment has to fit, and so has its time; of all ways that leave as few as
 * possible over, the one is taken in which the times differ least.  Where what is
 * left over would do as well, it is not certain, and nothing is said.
 */
#include <err.h>
#include <stdint.h>
#include <stdlib.h>

#include "annotate/told.h"

/* More than this, and only those are taken that nothing else could be. */
#define PLACES_MAX	4000000

/* On its way from one device to another, a packet takes less. */
#define AT_ONCE_NS	10000000LL

/* Between a record and its packet there is less, on a machine that is busy, too. */
#define IN_TIME_NS	10000000000LL

/* Eleven days: of as many as a table has, the sum is no overflow. */
#define FAR_NS		1000000000000000LL

/* How many bytes of the sequence space a segment takes. */
static uint32_t length(const struct wire_segment *s)
{
	return s->len + !!(s->flags & SEGMENT_SYN) + !!(s->flags & SEGMENT_FIN);
}

/*
 * A RST of the socket's own has the ACK flag.  An answer has it only if the segment
 * had not, and then 0 for a sequence number; otherwise that is what the segment
 * acknowledged.
 */
static bool rst_fits(const struct told *t, const struct wire_segment *s)
{
	bool has_ack = s->flags & SEGMENT_ACK;

	if (!t->is_answer)
		return has_ack;
	if (!t->has_trigger)
		return true;
	if (!(t->trigger.flags & SEGMENT_ACK))
		return has_ack && s->ack == t->trigger.seq + length(&t->trigger);
	return !has_ack && (!t->nr_seqs || told_has_seq(t, s->seq));
}

/*
 * A FIN waits for data in front of it, or comes again: it may leave late, if it is
 * still of the same connection.
 */
static bool is_in_time(const struct told *t, const struct seen *s, enum flow_sort sort)
{
	if (s->when < t->began - IN_TIME_NS)
		return false;
	return s->when <= t->ended + IN_TIME_NS || (sort == FLOW_FIN && s->since <= t->ended);
}

static bool fits(const struct told *t, const struct seen *s, enum flow_sort sort)
{
	return is_in_time(t, s, sort) && (sort == FLOW_FIN || rst_fits(t, &s->segment));
}

static long long distance(const struct told *t, const struct seen *s)
{
	if (s->when < t->began)
		return t->began - s->when;
	if (s->when <= t->ended)
		return 0;
	return s->when - t->ended < FAR_NS ? s->when - t->ended : FAR_NS;
}

/**
 * struct place - the best that can be had of the first few of both
 * @matched: how many have found each other
 * @apart: how far their times are apart, summed up
 */
struct place {
	unsigned int matched;
	long long apart;
};

static bool is_better(struct place a, struct place b)
{
	return a.matched != b.matched ? a.matched > b.matched : a.apart < b.apart;
}

static void join(struct told *t, struct seen *s)
{
	s->told = t;
	t->is_matched = true;
}

static struct place with(struct place before, const struct told *t, const struct seen *s)
{
	return (struct place) { before.matched + 1, before.apart + distance(t, s) };
}

/*
 * A FIN has its place in the stream, whatever data it comes with and however often.
 * A RST is not repeated: it is the same where two devices were captured.
 */
static int compare_segments(const struct seen *x, const struct seen *y, enum flow_sort sort)
{
	const struct wire_segment *a = &x->segment, *b = &y->segment;
	uint32_t end = a->seq + a->len, other_end = b->seq + b->len;

	if (sort == FLOW_FIN)
		return (end > other_end) - (end < other_end);
	if (a->seq != b->seq)
		return a->seq < b->seq ? -1 : 1;
	if (a->ack != b->ack)
		return a->ack < b->ack ? -1 : 1;
	return (a->flags > b->flags) - (a->flags < b->flags);
}

static bool is_same(const struct seen *x, const struct seen *y, enum flow_sort sort)
{
	return !compare_segments(x, y, sort) &&
	       (sort == FLOW_FIN || llabs(x->when - y->when) < AT_ONCE_NS);
}

/* The table of all places, then back through it on the way that was the best. */
static void match_best(struct told **told, size_t nr_told, struct seen **seen, size_t nr_seen,
		       enum flow_sort sort)
{
	size_t width = nr_seen + 1, i, j;
	struct place *best = calloc((nr_told + 1) * width, sizeof(*best));
	struct place *at, joined;

	if (!best)
		err(EXIT_FAILURE, "records");
	for (i = 1; i <= nr_told; i++) {
		for (j = 1; j <= nr_seen; j++) {
			at = &best[i * width + j];
			*at = is_better(at[-1], at[-(ptrdiff_t)width]) ? at[-1] :
			      at[-(ptrdiff_t)width];
			if (!fits(told[i - 1], seen[j - 1], sort))
				continue;
			joined = with(at[-(ptrdiff_t)width - 1], told[i - 1], seen[j - 1]);
			if (is_better(joined, *at))
				*at = joined;
		}
	}
	for (i = nr_told, j = nr_seen; i && j;) {
		at = &best[i * width + j];
		if (!is_better(*at, at[-1]))
			j--;
		else if (!is_better(*at, at[-(ptrdiff_t)width]))
			i--;
		else
			join(told[--i], seen[--j]);
	}
	free(best);
}

/* Whether something that is left over could take the place of one of the two. */
static void find_rivals(struct seen *s, struct told **told, size_t nr_told,
			struct seen **seen, size_t nr_seen, enum flow_sort sort)
{
	long long limit = distance(s->told, s) + AT_ONCE_NS;
	size_t i;

	for (i = 0; i < nr_seen; i++) {
		if (!seen[i]->told && fits(s->told, seen[i], sort) &&
		    distance(s->told, seen[i]) < limit && !is_same(s, seen[i], sort)) {
			seen[i]->is_doubtful = true;
			s->is_doubtful = true;
		}
	}
	for (i = 0; i < nr_told; i++) {
		if (!told[i]->is_matched && fits(told[i], s, sort) &&
		    distance(told[i], s) < limit)
			s->is_doubtful = true;
	}
}

/* The record stays matched: what it tells of was captured. */
static void drop_doubtful(struct told **told, size_t nr_told, struct seen **seen,
			  size_t nr_seen, enum flow_sort sort)
{
	size_t i;

	for (i = 0; i < nr_seen; i++) {
		if (seen[i]->told)
			find_rivals(seen[i], told, nr_told, seen, nr_seen, sort);
	}
	for (i = 0; i < nr_seen; i++) {
		if (seen[i]->is_doubtful)
			seen[i]->told = NULL;
	}
}

static int compare_times(const void *a, const void *b)
{
	const struct seen *x = *(struct seen *const *)a, *y = *(struct seen *const *)b;

	return (x->when > y->when) - (x->when < y->when);
}

/* The first packet that is not before a time. */
static size_t first_from(struct seen **seen, size_t nr_seen, long long when)
{
	size_t low = 0, high = nr_seen, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (seen[middle]->when < when)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Count what may belong together.  Return: false where even that is too much. */
static bool count_fitting(struct told **told, size_t nr_told, struct seen **seen,
			  size_t nr_seen, enum flow_sort sort)
{
	size_t looked = 0, i, at;
	struct told *t;

	for (i = 0; i < nr_told; i++) {
		t = told[i];
		at = first_from(seen, nr_seen, t->began - AT_ONCE_NS);
		for (; at < nr_seen && seen[at]->when <= t->ended + AT_ONCE_NS; at++) {
			if (looked++ == PLACES_MAX)
				return false;
			if (!fits(t, seen[at], sort) ||
			    (t->fitting && is_same(t->fitting, seen[at], sort)))
				continue;
			if (!t->nr_fitting++)
				t->fitting = seen[at];
			seen[at]->nr_fitting++;
		}
	}
	return true;
}

/* Too many for a table: at the same time, each has to be the only one for the other. */
static void match_certain(struct told **told, size_t nr_told, struct seen **seen,
			  size_t nr_seen, enum flow_sort sort)
{
	bool counted;
	size_t i;

	qsort(seen, nr_seen, sizeof(struct seen *), compare_times);
	counted = count_fitting(told, nr_told, seen, nr_seen, sort);
	for (i = 0; i < nr_told; i++) {
		if (counted && told[i]->nr_fitting == 1 && told[i]->fitting->nr_fitting == 1)
			join(told[i], told[i]->fitting);
		told[i]->is_matched = !counted || told[i]->nr_fitting;
	}
	for (i = 0; i < nr_seen; i++)
		seen[i]->is_doubtful = !seen[i]->told && (!counted || seen[i]->nr_fitting);
}

static int compare_fins(const void *a, const void *b)
{
	int order = compare_segments(*(struct seen *const *)a, *(struct seen *const *)b, FLOW_FIN);

	return order ? order : compare_times(a, b);
}

static int compare_rsts(const void *a, const void *b)
{
	int order = compare_segments(*(struct seen *const *)a, *(struct seen *const *)b, FLOW_RST);

	return order ? order : compare_times(a, b);
}

static void join_again(struct seen *s, const struct seen *first, enum flow_sort sort)
{
	if (s->told || s->is_doubtful || !first || !is_same(s, first, sort))
		return;
	s->told = first->told;
	s->is_again = true;
}

/* What is left over, and was sent or captured before; or behind, on another device. */
static void match_again(struct seen **seen, size_t nr_seen, enum flow_sort sort)
{
	const struct seen *first;
	size_t i;

	qsort(seen, nr_seen, sizeof(*seen), sort == FLOW_FIN ? compare_fins : compare_rsts);
	for (i = 0, first = NULL; i < nr_seen; i++) {
		if (seen[i]->told)
			first = seen[i];
		join_again(seen[i], first, sort);
	}
	for (i = nr_seen, first = NULL; i--;) {
		if (seen[i]->told && !seen[i]->is_again)
			first = seen[i];
		join_again(seen[i], first, sort);
	}
}

/**
 * flow_match() - find out which record tells of which packet
 * @flow: the flow, with all that was told and seen
 * @sort: of FINs or of RSTs
 */
void flow_match(struct flow *flow, enum flow_sort sort)
{
	size_t nr_told = flow->nr_told[sort], nr_seen = flow->nr_seen[sort], i;
	struct told **told = calloc(nr_told + 1, sizeof(*told));
	struct seen **seen = calloc(nr_seen + 1, sizeof(*seen));
	struct told *t = flow->told[sort];
	struct seen *s = flow->seen[sort];

	if (!told || !seen)
		err(EXIT_FAILURE, "records");
	for (i = 0; t; t = t->next)
		told[i++] = t;
	for (i = 0; s; s = s->next)
		seen[i++] = s;
	if ((nr_told + 1) * (nr_seen + 1) <= PLACES_MAX) {
		match_best(told, nr_told, seen, nr_seen, sort);
		drop_doubtful(told, nr_told, seen, nr_seen, sort);
	} else {
		match_certain(told, nr_told, seen, nr_seen, sort);
	}
	match_again(seen, nr_seen, sort);
	free(told);
	free(seen);
}
