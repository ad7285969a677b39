// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of totals: how many calls and decisions there were.
 */
#include <string.h>

#include "line.h"
#include "totals.h"

/* Where the columns begin; the last ends at the right edge. */
#define SENT_AT		15
#define WHY_AT		20
#define COUNT_END	55

static void go_to(struct line *l, size_t column)
{
	line_space(l, l->column + 1 < column ? column - l->column : 1);
}

static void put(struct line *l, const char *text)
{
	line_text(l, text, strlen(text));
}

static char *row(char *to, const char *by, const char *sent, const char *why,
		 const char *count)
{
	struct line l;

	line_start(&l, to, false);
	put(&l, by);
	go_to(&l, SENT_AT);
	put(&l, sent);
	go_to(&l, WHY_AT);
	put(&l, why);
	go_to(&l, strlen(count) < COUNT_END ? COUNT_END - strlen(count) : 0);
	put(&l, count);
	return line_end(&l);
}

/**
 * totals_header() - write the titles
 * @to: where to, LINE_SIZE bytes
 * @t: how the table looks, which is always the same
 *
 * Return: the byte behind them.
 */
char *totals_header(char *to, const struct table *t)
{
	(void)t;
	return row(to, "BY", "SENT", "WHY", "COUNT");
}

static const char *value(const struct record *r, enum shutwatch_key key)
{
	return r->value[key] ? r->value[key] : SHUTWATCH_NOTHING;
}

/**
 * totals_record() - write a line of totals
 * @to: where to, LINE_SIZE bytes
 * @t: how the table looks, which is always the same
 * @r: the line
 *
 * Return: the byte behind it.
 */
char *totals_record(char *to, const struct table *t, const struct record *r)
{
	(void)t;
	return row(to, value(r, SHUTWATCH_KEY_BY), value(r, SHUTWATCH_KEY_SENT),
		   value(r, SHUTWATCH_KEY_WHY), value(r, SHUTWATCH_KEY_COUNT));
}
