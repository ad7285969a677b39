// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table.  Columns line up, but a value that is too wide may run into the
 * room that the rest of its line leaves free, as in ps(1): a reason or an
 * address is worth more than a straight edge.  Only what would break the line
 * is cut, with a "+" where it was.
 */
#include <assert.h>
#include <string.h>

#include "cells.h"
#include "columns.h"
#include "line.h"
#include "names.h"

#define CUT_MARK	"+"
#define UNLIMITED	((size_t)-1)

#define RED		"\033[31m"
#define GREEN		"\033[32m"
#define DIM		"\033[2m"
#define PLAIN		"\033[0m"

#define TOLD(id)	(1ULL << SHUTWATCH_KEY_##id)

static_assert(SHUTWATCH_KEY__MAX <= 64, "the keys outgrew a set of 64 bits");

/* Line up at the right edge; never be wider than the column. */
#define COLUMN_RIGHT	1
#define COLUMN_STRICT	2

/**
 * struct column - one column
 * @title: what the header says
 * @width: how wide it is where nothing is in the way
 * @cell: writes the content
 * @told: the keys whose values it tells, so that -x need not
 * @look: COLUMN_ flags
 */
struct column {
	const char *title;
	size_t width;
	cell_fn cell;
	unsigned long long told;
	unsigned int look;
};

static const struct column clock_column = { "TIME", 8, cell_clock, 0, 0 };
static const struct column stamp_column = {
	"TIME(s)", 16, cell_stamp, TOLD(TS), COLUMN_RIGHT
};

#define COLUMNS		8

/* 73 characters and seven spaces: 80, and no reason has to be cut. */
static const struct column narrow[COLUMNS] = {
	{ "PID", 7, cell_pid, TOLD(PID), COLUMN_RIGHT | COLUMN_STRICT },
	{ "COMM", 7, cell_comm, TOLD(COMM), COLUMN_STRICT },
	{ "LPORT", 5, cell_local_port, 0, COLUMN_RIGHT | COLUMN_STRICT },
	{ "REMOTE", 15, cell_remote, TOLD(REMOTE), 0 },
	{ "BY", 9, cell_by_short, TOLD(CALL) | TOLD(HOW) | TOLD(BY), 0 },
	{ "STATE", 7, cell_state_short, TOLD(STATE), 0 },
	{ "SENT", 4, cell_sent_short, TOLD(SENT), 0 },
	{ "WHY", 19, cell_why, TOLD(WHY) | TOLD(ERROR), 0 },
};

static const struct column wide[COLUMNS] = {
	{ "PID", 7, cell_pid, TOLD(PID), COLUMN_RIGHT },
	{ "COMM", 15, cell_comm, TOLD(COMM), 0 },
	{ "LOCAL", 47, cell_local, TOLD(LOCAL), 0 },
	{ "REMOTE", 47, cell_remote, TOLD(REMOTE), 0 },
	{ "BY", 14, cell_by, TOLD(CALL) | TOLD(HOW) | TOLD(BY), 0 },
	{ "STATE", 23, cell_state, TOLD(STATE), 0 },
	{ "SENT", 10, cell_sent, TOLD(SENT) | TOLD(FIN), 0 },
	{ "WHY", 19, cell_why, TOLD(WHY) | TOLD(ERROR), 0 },
};

/**
 * struct layout - the columns of one table, and where they are
 * @column: the columns
 * @start: where the first of them begins, behind those of time
 * @limit: where a line ends
 */
struct layout {
	const struct column *column;
	size_t start;
	size_t limit;
};

static const char *colour_of(const struct column *c, const char *text)
{
	if (!(c->told & TOLD(SENT)))
		return NULL;
	if (!strncmp(text, sent_names.name[SHUTWATCH_SENT_RST], 3))
		return RED;
	if (!strncmp(text, sent_names.name[SHUTWATCH_SENT_FIN], 3))
		return GREEN;
	return names_is(&sent_names, SHUTWATCH_SENT_NONE, text) ? DIM : NULL;
}

/* What of a text that is cut still stands behind the mark: the port. */
static const char *tail_of(const char *text, size_t room)
{
	const char *tail = strrchr(text, ':');

	if (!tail)
		return "";
	if (tail > text && tail[-1] == ']')
		tail--;
	return strlen(tail) + 2 <= room ? tail : "";
}

static void put_cut(struct line *l, const char *text, size_t room)
{
	const char *tail;
	size_t head;

	if (strlen(text) <= room) {
		line_text(l, text, strlen(text));
		return;
	}
	tail = tail_of(text, room);
	head = room - strlen(tail) - strlen(CUT_MARK);
	line_text(l, text, head);
	line_text(l, CUT_MARK, strlen(CUT_MARK));
	line_text(l, tail, strlen(tail));
}

static void put_cell(struct line *l, const struct column *c, const char *text, size_t room,
		     bool colours)
{
	const char *colour = colours ? colour_of(c, text) : NULL;
	size_t len = strlen(text);

	if (c->look & COLUMN_STRICT)
		room = c->width;
	if (c->look & COLUMN_RIGHT && len < c->width)
		line_space(l, c->width - len);
	if (colour)
		line_colour(l, colour);
	put_cut(l, text, room);
	if (colour)
		line_colour(l, PLAIN);
}

/* One space, and more if the next column begins further on. */
static void go_to(struct line *l, size_t column)
{
	line_space(l, l->column + 1 < column ? column - l->column : 1);
}

/* The least that the columns behind @i have to have. */
static size_t needed_behind(const struct layout *lo, char text[][CELL_SIZE], int i)
{
	size_t needed = 0;
	size_t len;

	while (++i < COLUMNS) {
		len = strlen(text[i]);
		needed += 1 + (len < lo->column[i].width ? len : lo->column[i].width);
	}
	return needed;
}

static void put_columns(struct line *l, const struct layout *lo, char text[][CELL_SIZE],
			bool colours)
{
	size_t next = lo->start;
	size_t room = UNLIMITED;
	int i;

	for (i = 0; i < COLUMNS; i++) {
		if (lo->limit != UNLIMITED)
			room = lo->limit - l->column - needed_behind(lo, text, i);
		put_cell(l, &lo->column[i], text[i], room, colours);
		next += lo->column[i].width + 1;
		go_to(l, next);
	}
}

static void put_time(struct line *l, const struct column *c, const struct record *r)
{
	char text[CELL_SIZE];
	size_t next = l->column + c->width + 1;

	snprintf(text, sizeof(text), "%s", c->title);
	if (r)
		c->cell(text, r);
	put_cell(l, c, text, UNLIMITED, false);
	go_to(l, next);
}

static struct layout start_line(struct line *l, const struct table *t, const struct record *r)
{
	struct layout lo = { .column = t->wide ? wide : narrow, .limit = UNLIMITED };

	line_start(l);
	if (t->clock)
		put_time(l, &clock_column, r);
	if (t->stamp)
		put_time(l, &stamp_column, r);
	lo.start = l->column;
	if (!t->wide)
		lo.limit = lo.start + COLUMNS_WIDTH;
	return lo;
}

static void put_pair(struct line *l, const char *key, const char *value)
{
	line_space(l, 1);
	line_text(l, key, strlen(key));
	line_text(l, "=", 1);
	line_text(l, value, strlen(value));
}

/* What the columns did not tell, as the module wrote it. */
static void put_rest(struct line *l, const struct table *t, const struct layout *lo,
		     const struct record *r)
{
	unsigned long long told = t->stamp ? stamp_column.told : 0;
	unsigned int i;
	int key;

	for (i = 0; i < COLUMNS; i++)
		told |= lo->column[i].told;
	for (key = 0; key < SHUTWATCH_KEY__MAX; key++) {
		if (!(told >> key & 1) && record_value(r, (enum shutwatch_key)key))
			put_pair(l, key_names.name[key], r->value[key]);
	}
	for (i = 0; i < r->nr_unknown; i++)
		put_pair(l, r->unknown[i].key, r->unknown[i].value);
}

/**
 * columns_header() - write the titles
 * @t: how the table looks
 * @out: where to
 */
void columns_header(const struct table *t, FILE *out)
{
	char text[COLUMNS][CELL_SIZE];
	struct layout lo;
	struct line l;
	int i;

	lo = start_line(&l, t, NULL);
	for (i = 0; i < COLUMNS; i++)
		snprintf(text[i], sizeof(text[i]), "%s", lo.column[i].title);
	put_columns(&l, &lo, text, false);
	line_end(&l, out);
}

/* Something is missing here: not a row, so that nobody takes it for one. */
static void columns_lost(const struct record *r, FILE *out)
{
	const char *count = r->value[SHUTWATCH_KEY_COUNT];
	char text[CELL_SIZE];
	struct line l;

	line_start(&l);
	snprintf(text, sizeof(text), "-- lost %s events --", count ? count : "some");
	line_text(&l, text, strlen(text));
	line_end(&l, out);
}

/**
 * columns_record() - write a record as one line
 * @t: how the table looks
 * @r: the record
 * @out: where to
 */
void columns_record(const struct table *t, const struct record *r, FILE *out)
{
	char text[COLUMNS][CELL_SIZE];
	struct layout lo;
	struct line l;
	int i;

	if (names_is(&kind_names, SHUTWATCH_KIND_LOST, r->value[SHUTWATCH_KEY_KIND])) {
		columns_lost(r, out);
		return;
	}
	lo = start_line(&l, t, r);
	for (i = 0; i < COLUMNS; i++)
		lo.column[i].cell(text[i], r);
	put_columns(&l, &lo, text, t->colour);
	if (t->extended)
		put_rest(&l, t, &lo, r);
	line_end(&l, out);
}
