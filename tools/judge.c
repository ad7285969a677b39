// SPDX-License-Identifier: GPL-2.0-only
/*
 * Expectations against records.  In any order, a record may fit several of
 * them, and answers one: which, is settled anew for each that comes (an
 * augmenting path, as in any bipartite matching), so that none remains
 * unanswered for having been asked in the wrong order.
 */
#include <string.h>

#include <shutwatch_match.h>

#include "judge.h"

/* What is told of a record, each key in a line. */
#define TOLD_SIZE	(4 * SHUTWATCH_LINE_MAX)

/**
 * judge_add() - expect one more
 * @j: the judge
 * @expected: the expectation, checked; it has to stay
 *
 * Return: false where there are too many.
 */
bool judge_add(struct judge *j, const char *expected)
{
	if (j->count == JUDGE_MAX)
		return false;
	j->cases[j->count++].expected = expected;
	return true;
}

/* The best are kept, of equals the first. */
static void keep_near(struct judge_case *c, const char *line, unsigned int score)
{
	int i = JUDGE_NEAREST;

	while (i && score > c->near[i - 1].score)
		i--;
	if (i == JUDGE_NEAREST)
		return;
	memmove(&c->near[i + 1], &c->near[i],
		(size_t)(JUDGE_NEAREST - 1 - i) * sizeof(c->near[0]));
	c->near[i].score = score;
	snprintf(c->near[i].line, sizeof(c->near[i].line), "%s", line);
}

static bool fits(struct judge_case *c, const char *line)
{
	bool all;

	keep_near(c, line, shutwatch_nearness(line, c->expected, &all));
	return all;
}

static void judge_in_order(struct judge *j, const char *line)
{
	unsigned int i;

	for (i = j->met + 1; i < j->count; i++)
		j->cases[i].early |= shutwatch_is_expected(line, j->cases[i].expected);
	if (j->met < j->count && fits(&j->cases[j->met], line))
		j->cases[j->met++].answer = 1;
}

/*
 * Find a place for a record that fits some of the expectations: one without an
 * answer, or one whose answer finds another place.  Those in @tried had their
 * chance.
 */
static bool place(struct judge *j, unsigned long long fitting, unsigned long long *tried)
{
	unsigned int i;

	for (i = 0; i < j->count; i++) {
		if (!(fitting >> i & 1) || *tried >> i & 1)
			continue;
		*tried |= 1ULL << i;
		if (j->cases[i].answer && !place(j, j->cases[i].answer, tried))
			continue;
		j->cases[i].answer = fitting;
		return true;
	}
	return false;
}

static void judge_any_order(struct judge *j, const char *line)
{
	unsigned long long fitting = 0, tried = 0;
	unsigned int i;

	for (i = 0; i < j->count; i++)
		fitting |= (unsigned long long)fits(&j->cases[i], line) << i;
	j->met += place(j, fitting, &tried);
}

/**
 * judge_record() - look at a record
 * @j: the judge
 * @line: the record, a line of text
 */
void judge_record(struct judge *j, const char *line)
{
	j->records++;
	if (j->order == JUDGE_IN_ORDER)
		judge_in_order(j, line);
	else
		judge_any_order(j, line);
}

/**
 * judge_is_over() - whether what comes can change the verdict
 * @j: the judge
 *
 * Return: true where it cannot.
 */
bool judge_is_over(const struct judge *j)
{
	return j->order == JUDGE_NEVER ? j->met : j->met == j->count;
}

/**
 * judge_verdict() - whether all was as expected, if no more comes
 * @j: the judge
 *
 * That something did not come is not known while records were lost.
 *
 * Return: whether it was.
 */
bool judge_verdict(const struct judge *j)
{
	return j->order == JUDGE_NEVER ? !j->met && !j->notes : j->met == j->count;
}

static void tell_record(const char *line, const char *expected, FILE *out)
{
	char told[TOLD_SIZE] = "";
	struct shutwatch_text text = { told, sizeof(told), 0 };

	shutwatch_add_difference(&text, line, expected);
	fputs(told, out);
}

static void tell_nearest(const struct judge *j, const struct judge_case *c, FILE *out)
{
	const char *few = j->records == 1 ? "" : "s";
	int i;

	if (c->early)
		fprintf(out, "  it came before its time: with --all, the order does not matter\n");
	if (!j->records)
		fprintf(out, "  no record came, or none that the filters let through\n");
	else if (!c->near[0].score)
		fprintf(out, "  of %lu record%s, none has any of this\n", j->records, few);
	else
		fprintf(out, "  of %lu record%s, the nearest:\n", j->records, few);
	for (i = 0; i < JUDGE_NEAREST && c->near[i].score; i++)
		tell_record(c->near[i].line, c->expected, out);
}

static void tell_missing(const struct judge *j, const struct judge_case *c, FILE *out)
{
	fprintf(out, "did not come");
	if (j->count > 1)
		fprintf(out, ", %u of %u", (unsigned int)(c - j->cases) + 1, j->count);
	fprintf(out, ": %s\n", c->expected);
	tell_nearest(j, c, out);
}

/**
 * judge_tell() - say what was not as expected
 * @j: the judge
 * @out: where to
 */
void judge_tell(const struct judge *j, FILE *out)
{
	unsigned int i;

	for (i = 0; i < j->count && !judge_verdict(j); i++) {
		const struct judge_case *c = &j->cases[i];

		if (j->order == JUDGE_NEVER && c->answer) {
			fprintf(out, "was not to come: %s\n", c->expected);
			tell_record(c->near[0].line, c->expected, out);
		} else if (j->order != JUDGE_NEVER && !c->answer) {
			tell_missing(j, c, out);
			if (j->order == JUDGE_IN_ORDER)
				break;
		}
	}
	if (j->notes && !judge_verdict(j) && !(j->order == JUDGE_NEVER && j->met))
		fprintf(out, "not all was seen: it may have come, and been lost\n");
}
