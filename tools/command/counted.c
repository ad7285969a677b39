// SPDX-License-Identifier: GPL-2.0-only
/*
 * Endings counted from saved records.  They come out as the lines that the module
 * would have in totals, and in its order, so that whoever shows these shows those.
 */
#include <search.h>
#include <stdio.h>
#include <string.h>

#include <shutwatch.h>

#include "counted.h"
#include "each.h"
#include "names.h"
#include "number.h"
#include "saved/wallclock.h"
#include "story/allocate.h"

/**
 * struct sort - endings of one sort
 * @by: the call, or what else it was
 * @sent: what was sent
 * @why: and why
 * @count: how many
 * @next: another sort
 */
struct sort {
	char *by, *sent, *why;
	unsigned long long count;
	struct sort *next;
};

static const char *value(const struct record *r, enum shutwatch_key key)
{
	return r->value[key] ? r->value[key] : SHUTWATCH_NOTHING;
}

/* In the order of the vocabulary; what only a newer module has is behind. */
static int compare_names(const struct names *names, const char *a, const char *b)
{
	unsigned int x = (unsigned int)names_find(names, a);
	unsigned int y = (unsigned int)names_find(names, b);

	return x != y ? (x < y ? -1 : 1) : strcmp(a, b);
}

static int compare(const void *a, const void *b)
{
	const struct sort *x = a, *y = b;
	int order = compare_names(&by_names, x->by, y->by);

	if (!order)
		order = compare_names(&sent_names, x->sent, y->sent);
	return order ? order : compare_names(&why_names, x->why, y->why);
}

static char *copy_of(const char *text)
{
	return strcpy(allocate(strlen(text) + 1), text);
}

static struct sort *find(struct counted *c, const struct sort *like)
{
	struct sort **found = tfind(like, &c->tree, compare), *sort;

	if (found)
		return *found;
	sort = allocate(sizeof(*sort));
	*sort = (struct sort) {
		copy_of(like->by), copy_of(like->sent), copy_of(like->why), 0, c->sorts
	};
	c->sorts = sort;
	c->nr_sorts++;
	if (!tsearch(sort, &c->tree, compare))
		err(EXIT_FAILURE, "records");
	return sort;
}

/* A call or a decision. */
static void count(struct counted *c, const struct record *r)
{
	const char *call = value(r, SHUTWATCH_KEY_CALL);
	struct sort like = {
		.by = (char *)(strcmp(call, SHUTWATCH_NOTHING) ? call : value(r, SHUTWATCH_KEY_BY)),
		.sent = (char *)value(r, SHUTWATCH_KEY_SENT),
		.why = (char *)value(r, SHUTWATCH_KEY_WHY),
	};

	find(c, &like)->count++;
}

static void keep_common(char *name, const char *other)
{
	if (strcmp(name, other))
		strcpy(name, SHUTWATCH_NOTHING);
}

static void take_origin(struct counted *c, const struct record *r, const struct saved *saved)
{
	unsigned long long ns;

	if (!c->saved.format)
		c->saved = *saved;
	keep_common(c->saved.host, saved->host);
	keep_common(c->saved.kernel, saved->kernel);
	keep_common(c->saved.boot, saved->boot);
	if (!number_parse_ns(&ns, value(r, SHUTWATCH_KEY_TS)))
		c->last = wallclock_of(ns);
}

static void take_record(void *context, const struct record *r, const char *line,
			const struct saved *saved, bool passes)
{
	struct counted *c = context;

	(void)line;
	take_origin(c, r, saved);
	if (record_is_note(r))
		missed_take(&c->missed, r);
	c->records += !record_is_lost(r);
	if (!passes)
		return;
	c->unknown += names_is(&why_names, SHUTWATCH_WHY_UNKNOWN, r->value[SHUTWATCH_KEY_WHY]);
	if (r->value[SHUTWATCH_KEY_SENT])
		count(c, r);
}

/**
 * counted_read() - count what passes of a file of saved records
 * @c: where to
 * @o: what the user wants
 *
 * Notes of what was lost or not seen are told on stderr.
 *
 * Return: EXIT_SUCCESS, or EXIT_FAILURE after a message: then it is a part.
 */
int counted_read(struct counted *c, const struct options *o)
{
	c->last = -1;
	return each_record(o, take_record, c);
}

/* Return: what @take does; what is too long for a line is made up, and left out. */
static bool tell(const struct sort *sort, counted_fn take, void *context)
{
	char line[2 * SHUTWATCH_LINE_MAX];
	struct record r;

	snprintf(line, sizeof(line), "by=%s sent=%s why=%s count=%llu of=records",
		 sort->by, sort->sent, sort->why, sort->count);
	return record_parse(&r, line) || take(context, &r);
}

static int compare_places(const void *a, const void *b)
{
	return compare(*(const struct sort * const *)a, *(const struct sort * const *)b);
}

/**
 * counted_each() - tell what was counted
 * @c: the counts
 * @take: takes each line
 * @context: is handed on to it
 *
 * Return: false where @take wanted no more.
 */
bool counted_each(const struct counted *c, counted_fn take, void *context)
{
	const struct sort **sorted = allocate((c->nr_sorts + 1) * sizeof(*sorted)), *sort;
	size_t nr = 0, i;

	for (sort = c->sorts; sort; sort = sort->next)
		sorted[nr++] = sort;
	qsort(sorted, nr, sizeof(*sorted), compare_places);
	for (i = 0; i < nr && tell(sorted[i], take, context); i++)
		;
	free(sorted);
	return i == nr;
}
