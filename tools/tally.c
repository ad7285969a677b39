// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "line.h"
#include "number.h"
#include "tally.h"

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

static const char * const names[] = { TALLY_LIST(SHUTWATCH_AS_NAME) };

const struct names tally_names = { "keys", TALLY_COUNT, names };

static const char * const titles[] = {
	[TALLY_WHY] = "WHY",
	[TALLY_PROCESS] = "PROCESS",
	[TALLY_PORT] = "LPORT",
	[TALLY_PEER] = "PEER",
};

/* Of all but the last that is shown. */
static const unsigned int widths[] = {
	[TALLY_WHY] = 20,
	[TALLY_PROCESS] = 24,
	[TALLY_PORT] = 6,
	[TALLY_PEER] = 16,
};

#define OTHERS		"(others)"

static const char *value(const struct record *r, enum shutwatch_key key)
{
	return r->value[key] ? r->value[key] : SHUTWATCH_NOTHING;
}

/* Where the port of "192.0.2.1:80" or "[::1]:80" begins; its end for "-". */
static const char *port_of(const char *endpoint)
{
	const char *colon = strrchr(endpoint, ':');

	return colon ? colon + 1 : endpoint + strlen(endpoint);
}

static void put_process(char *to, const struct record *r)
{
	const char *pid = value(r, SHUTWATCH_KEY_OWNER);
	const char *comm = value(r, SHUTWATCH_KEY_OCOMM);
	char name[TALLY_TEXT - 16];

	if (!strcmp(pid, SHUTWATCH_NOTHING)) {
		snprintf(to, TALLY_TEXT, "%s", pid);
		return;
	}
	record_unescape(name, sizeof(name), comm);
	snprintf(to, TALLY_TEXT, "%.12s %s", pid, name);
}

static void put_port(char *to, const struct record *r)
{
	const char *port = port_of(value(r, SHUTWATCH_KEY_LOCAL));

	snprintf(to, TALLY_TEXT, "%s", *port ? port : SHUTWATCH_NOTHING);
}

/* Without the port, of which each connection has another. */
static void put_peer(char *to, const struct record *r)
{
	const char *remote = value(r, SHUTWATCH_KEY_REMOTE);
	const char *port = port_of(remote);
	size_t len = *port ? (size_t)(port - 1 - remote) : strlen(remote);

	snprintf(to, TALLY_TEXT, "%.*s", (int)len, remote);
}

static void put_keys(struct tally_row *row, unsigned long long keys, const struct record *r)
{
	memset(row, 0, sizeof(*row));
	snprintf(row->sent, sizeof(row->sent), "%s", value(r, SHUTWATCH_KEY_SENT));
	if (keys & TALLY_BIT(WHY))
		snprintf(row->text[TALLY_WHY], TALLY_TEXT, "%s", value(r, SHUTWATCH_KEY_WHY));
	if (keys & TALLY_BIT(PROCESS))
		put_process(row->text[TALLY_PROCESS], r);
	if (keys & TALLY_BIT(PORT))
		put_port(row->text[TALLY_PORT], r);
	if (keys & TALLY_BIT(PEER))
		put_peer(row->text[TALLY_PEER], r);
}

static bool is_same(const struct tally_row *a, const struct tally_row *b)
{
	return !memcmp(a->sent, b->sent, sizeof(a->sent)) &&
	       !memcmp(a->text, b->text, sizeof(a->text));
}

/* FNV-1a of what they have in common. */
static size_t hash(const struct tally_row *row)
{
	const unsigned char *byte = (const unsigned char *)row;
	size_t i, sum = 2166136261U;

	for (i = 0; i < offsetof(struct tally_row, count); i++)
		sum = (sum ^ byte[i]) * 16777619U;
	return sum;
}

/* The last row is for those that came too late to have one of their own. */
static struct tally_row *others(struct tally *t)
{
	struct tally_row *row = &t->row[TALLY_ROWS - 1];
	int key;

	if (t->rows < TALLY_ROWS) {
		t->rows = TALLY_ROWS;
		strcpy(row->sent, SHUTWATCH_NOTHING);
		for (key = 0; key < TALLY_COUNT; key++)
			if (t->keys >> key & 1)
				strcpy(row->text[key], OTHERS);
	}
	return row;
}

static struct tally_row *find_row(struct tally *t, const struct tally_row *like)
{
	size_t i = hash(like) % ARRAY_SIZE(t->slot);

	for (; t->slot[i]; i = (i + 1) % ARRAY_SIZE(t->slot))
		if (is_same(&t->row[t->slot[i] - 1], like))
			return &t->row[t->slot[i] - 1];
	if (t->rows >= TALLY_ROWS - 1)
		return others(t);
	t->row[t->rows] = *like;
	t->slot[i] = (unsigned short)(t->rows + 1);
	return &t->row[t->rows++];
}

static bool is_recent(const struct tally *t, const struct record *r)
{
	unsigned long long ns;

	return !number_parse_ns(&ns, value(r, SHUTWATCH_KEY_TS)) && ns >= t->since;
}

/**
 * tally_record() - count a record
 * @t: the tally; all zero but for its keys to begin with
 * @r: the record: a call or a decision is an ending, of the others only what was
 *	lost is of interest
 */
void tally_record(struct tally *t, const struct record *r)
{
	struct tally_row like, *row;
	unsigned long count;

	if (record_is_lost(r)) {
		if (!number_parse(&count, value(r, SHUTWATCH_KEY_COUNT), ~0UL))
			t->lost += count;
		return;
	}
	if (!r->value[SHUTWATCH_KEY_SENT])
		return;
	put_keys(&like, t->keys, r);
	row = find_row(t, &like);
	row->count++;
	row->recent += is_recent(t, r);
}

/**
 * tally_rest() - begin a new interval
 * @t: the tally
 * @now: nanoseconds of CLOCK_MONOTONIC
 */
void tally_rest(struct tally *t, unsigned long long now)
{
	size_t i;

	t->since = now;
	for (i = 0; i < t->rows; i++)
		t->row[i].recent = 0;
}

/* RST, then FIN, then the rest. */
static int rank(const struct tally_row *row)
{
	return strcmp(row->sent, "RST") ? strcmp(row->sent, "FIN") ? 2 : 1 : 0;
}

static int compare(const void *left, const void *right)
{
	const struct tally_row *a = *(const struct tally_row * const *)left;
	const struct tally_row *b = *(const struct tally_row * const *)right;

	if (rank(a) != rank(b))
		return rank(a) - rank(b);
	if (a->recent != b->recent)
		return a->recent > b->recent ? -1 : 1;
	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	return memcmp(a->text, b->text, sizeof(a->text));
}

/**
 * tally_sort() - what was counted: resets first, then what goes on most
 * @t: the tally
 * @sorted: receives the rows, TALLY_ROWS at most
 *
 * Return: how many.
 */
size_t tally_sort(const struct tally *t, const struct tally_row **sorted)
{
	size_t i, count = 0;

	for (i = 0; i < t->rows; i++)
		if (t->row[i].count)
			sorted[count++] = &t->row[i];
	qsort(sorted, count, sizeof(*sorted), compare);
	return count;
}

static char *put_line(char *to, unsigned long long keys, const char *sent, const char *count,
		      const char *rate, const char * const *text)
{
	char numbers[64];
	struct line l;
	size_t end;
	int key;

	line_start(&l, to, false);
	snprintf(numbers, sizeof(numbers), "%-4s %10s %9s ", sent, count, rate);
	line_text(&l, numbers, strlen(numbers));
	for (key = 0; key < TALLY_COUNT; key++) {
		if (!(keys >> key & 1))
			continue;
		line_space(&l, 1);
		end = l.column + widths[key];
		line_text(&l, text[key], strlen(text[key]));
		line_space(&l, l.column < end ? end - l.column : 0);
	}
	return line_end(&l);
}

/**
 * tally_header() - write the titles
 * @to: where to, LINE_SIZE bytes
 * @t: the tally
 *
 * Return: the byte behind them.
 */
char *tally_header(char *to, const struct tally *t)
{
	return put_line(to, t->keys, "SENT", "COUNT", "PER SEC", titles);
}

/**
 * tally_line() - write a row
 * @to: where to, LINE_SIZE bytes
 * @t: the tally
 * @row: the row
 * @seconds: how long the interval was that its rate is of, 0 for none
 *
 * Return: the byte behind it.
 */
char *tally_line(char *to, const struct tally *t, const struct tally_row *row,
		 double seconds)
{
	const char *text[TALLY_COUNT];
	char count[24], rate[24];
	int key;

	for (key = 0; key < TALLY_COUNT; key++)
		text[key] = row->text[key];
	snprintf(count, sizeof(count), "%llu", row->count);
	snprintf(rate, sizeof(rate), "%.1f", seconds > 0 ? (double)row->recent / seconds : 0);
	return put_line(to, t->keys, row->sent, count, rate, text);
}
