// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table.  Columns line up, but a value that is too wide may run into the
 * room that the rest of its line leaves free, as in ps(1): a reason or an
 * address is worth more than a straight edge.  Only what would break the line
 * is cut, with a "+" where it was.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "cells.h"
#include "columns.h"
#include "line.h"
#include "names.h"
#include "note.h"
#include "saved/wallclock.h"

#define CUT_MARK	"+"
#define UNLIMITED	((size_t)-1)

#define RED		"\033[31m"
#define GREEN		"\033[32m"
#define DIM		"\033[2m"
#define PLAIN		"\033[0m"

#define ARRAY_SIZE(array)	((int)(sizeof(array) / sizeof((array)[0])))

#define TOLD(id)	(1ULL << SHUTWATCH_KEY_##id)

static_assert(SHUTWATCH_KEY__MAX <= 64, "the keys outgrew a set of 64 bits");

/*
 * Line up at the right edge; never be wider than the column; cut so that the
 * last word survives, and not what is behind a colon.
 */
#define COLUMN_RIGHT	1
#define COLUMN_STRICT	2
#define COLUMN_WORD	4

/**
 * struct column - one column
 * @title: what the header says
 * @width: how wide it is where nothing is in the way
 * @cell: says what stands there
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

static const struct column clock_column = { "TIME", WALLCLOCK_WIDTH, cell_clock, 0, 0 };
/* Of three years without a boot. */
static const struct column stamp_column = {
	"TIME(s)", 18, cell_stamp, TOLD(TS), COLUMN_RIGHT
};

/* What a row has behind its columns, where the line has the room. */
static const cell_fn details[] = { cell_other_owner, cell_segment, cell_segment_len };

/* The most that a table has, without those of time. */
#define COLUMNS_MAX	9

/* 73 characters and seven spaces: 80, and no reason has to be cut. */
static const struct column narrow[] = {
	{ "PID", 7, cell_pid, TOLD(PID), COLUMN_RIGHT | COLUMN_STRICT },
	{ "COMM", 7, cell_comm, TOLD(COMM), COLUMN_STRICT },
	{ "LPORT", 5, cell_local_port, 0, COLUMN_RIGHT | COLUMN_STRICT },
	{ "REMOTE", 15, cell_remote, TOLD(REMOTE), 0 },
	{ "BY", 9, cell_by_short, TOLD(CALL) | TOLD(HOW) | TOLD(BY), 0 },
	{ "STATE", 7, cell_state_short, TOLD(STATE), 0 },
	{ "SENT", 4, cell_sent_short, TOLD(SENT), 0 },
	{ "WHY", 19, cell_why, TOLD(WHY) | TOLD(ERROR), COLUMN_WORD },
};

/* IPv4 addresses, and the short words. */
static const struct column wider[] = {
	{ "PID", 7, cell_pid, TOLD(PID), COLUMN_RIGHT },
	{ "COMM", 14, cell_comm, TOLD(COMM), 0 },
	{ "NETNS", 10, cell_netns, TOLD(NETNS), COLUMN_RIGHT },
	{ "LOCAL", 21, cell_local, TOLD(LOCAL), 0 },
	{ "REMOTE", 21, cell_remote, TOLD(REMOTE), 0 },
	{ "BY", 9, cell_by_short, TOLD(CALL) | TOLD(HOW) | TOLD(BY), 0 },
	{ "STATE", 7, cell_state_short, TOLD(STATE), 0 },
	{ "SENT", 4, cell_sent_short, TOLD(SENT), 0 },
	{ "WHY", 19, cell_why, TOLD(WHY) | TOLD(ERROR), COLUMN_WORD },
};

/* Words in full; addresses of IPv4, or of IPv6. */
#define WIDE(address)							\
	{ "PID", 7, cell_pid, TOLD(PID), COLUMN_RIGHT },		\
	{ "COMM", 15, cell_comm, TOLD(COMM), 0 },			\
	{ "NETNS", 10, cell_netns, TOLD(NETNS), COLUMN_RIGHT },		\
	{ "LOCAL", address, cell_local, TOLD(LOCAL), 0 },		\
	{ "REMOTE", address, cell_remote, TOLD(REMOTE), 0 },		\
	{ "BY", 14, cell_by, TOLD(CALL) | TOLD(HOW) | TOLD(BY), 0 },	\
	{ "STATE", 23, cell_state, TOLD(STATE), 0 },			\
	{ "SENT", 10, cell_sent, TOLD(SENT), 0 },			\
	{ "WHY", 19, cell_why, TOLD(WHY) | TOLD(ERROR), COLUMN_WORD }

static const struct column wide[] = { WIDE(21) };
static const struct column widest[] = { WIDE(47) };

/**
 * struct shape - columns that a line may have
 * @column: the columns
 * @nr: how many
 * @width: what they need
 */
struct shape {
	const struct column *column;
	int nr;
	size_t width;
};

/* The first that fits is taken, the last in any case. */
static const struct shape shapes[] = {
	{ widest, ARRAY_SIZE(widest), 200 },
	{ wide, ARRAY_SIZE(wide), 148 },
	{ wider, ARRAY_SIZE(wider), 120 },
	{ narrow, ARRAY_SIZE(narrow), COLUMNS_WIDTH },
};

static const struct shape *const narrowest = &shapes[ARRAY_SIZE(shapes) - 1];

/**
 * struct layout - the columns of one table, and where they are
 * @column: the columns
 * @nr: how many
 * @start: where the first of them begins, behind those of time
 * @limit: where a line ends
 * @cut: keys of which there was no room for all that there is to tell
 */
struct layout {
	const struct column *column;
	int nr;
	size_t start;
	size_t limit;
	unsigned long long cut;
};

static bool begins_with(const struct cell *cell, const char *word)
{
	size_t len = strlen(word);

	return cell->len >= len && !memcmp(cell->text, word, len);
}

static const char *colour_of(const struct column *c, const struct cell *cell)
{
	if (!(c->told & TOLD(SENT)))
		return NULL;
	if (begins_with(cell, sent_names.name[SHUTWATCH_SENT_RST]))
		return RED;
	if (begins_with(cell, sent_names.name[SHUTWATCH_SENT_FIN]))
		return GREEN;
	return cell->len == strlen(sent_names.name[SHUTWATCH_SENT_NONE]) &&
	       begins_with(cell, sent_names.name[SHUTWATCH_SENT_NONE]) ? DIM : NULL;
}

/* What of a text that is cut still stands behind the mark: the port, or so. */
static size_t tail_of(const struct column *c, const struct cell *cell, size_t room)
{
	const char *tail = memrchr(cell->text, c->look & COLUMN_WORD ? ' ' : ':', cell->len);
	size_t len;

	if (!tail)
		return 0;
	if (tail > cell->text && tail[-1] == ']')
		tail--;
	len = cell->len - (size_t)(tail - cell->text);
	return len + 2 <= room ? len : 0;
}

static void put_cut(struct line *l, const struct column *c, const struct cell *cell, size_t room)
{
	size_t tail;

	if (cell->len <= room) {
		line_short(l, cell->text, cell->len);
		return;
	}
	tail = tail_of(c, cell, room);
	line_text(l, cell->text, room - tail - strlen(CUT_MARK));
	line_text(l, CUT_MARK, strlen(CUT_MARK));
	line_text(l, cell->text + cell->len - tail, tail);
}

/* Return: whether there was room for all of it. */
static bool put_cell(struct line *l, const struct column *c, const struct cell *cell,
		     size_t room, bool colours)
{
	const char *colour = colours ? colour_of(c, cell) : NULL;

	if (c->look & COLUMN_STRICT)
		room = c->width;
	if (c->look & COLUMN_RIGHT && cell->len < c->width)
		line_space(l, c->width - cell->len);
	if (colour)
		line_colour(l, colour);
	put_cut(l, c, cell, room);
	if (colour)
		line_colour(l, PLAIN);
	return cell->len <= room;
}

/* One space, and more if the next column begins further on. */
static void go_to(struct line *l, size_t column)
{
	line_space(l, l->column + 1 < column ? column - l->column : 1);
}

/* The least that a column has to have, with the space before it. */
static size_t least(const struct column *c, const struct cell *cell)
{
	return 1 + (cell->len < c->width ? cell->len : c->width);
}

/* What is left for a cell that is wider than its column. */
static size_t room_of(const struct layout *lo, const struct cell *cell, int i, size_t start)
{
	size_t behind = 0;

	if (lo->limit == UNLIMITED)
		return UNLIMITED;
	while (++i < lo->nr)
		behind += least(&lo->column[i], &cell[i]);
	return lo->limit - start - behind;
}

/*
 * The usual row, which has no colour, and in which no cell has to be cut, at a
 * third of the cost.  Return: false for any other; then nothing was done.
 */
static bool put_usual(struct line *l, const struct layout *lo, const struct cell *cell)
{
	char *to = l->pos - l->column;
	size_t end = l->column - l->pending;
	size_t next = lo->start, at = l->column;
	const struct column *c;
	size_t len;
	int i;

	for (i = 0; i < lo->nr; i++) {
		c = &lo->column[i];
		len = cell[i].len;
		at = at > next ? at : next;
		next += c->width + 1;
		if (len > RECORD_SLACK)
			return false;
		if (len > c->width && (c->look & COLUMN_STRICT || len > room_of(lo, cell, i, at)))
			return false;
		if (c->look & COLUMN_RIGHT && len < c->width)
			at += c->width - len;
		if (len) {
			memset(to + end, ' ', LINE_SLACK);
			if (at - end > LINE_SLACK)
				memset(to + end, ' ', at - end);
			memcpy(to + at, cell[i].text, RECORD_SLACK);
			end = at + len;
		}
		at += len + 1;
	}
	at = at > next ? at : next;
	l->pos = to + end;
	l->pending = at - end;
	l->column = at;
	return true;
}

static void put_columns(struct line *l, struct layout *lo, const struct cell *cell, bool colours)
{
	const struct column *c = lo->column;
	size_t next = lo->start;
	size_t room = UNLIMITED;
	size_t behind = 0;
	int i;

	for (i = 0; i < lo->nr; i++)
		behind += least(&c[i], &cell[i]);
	for (i = 0; i < lo->nr; i++) {
		behind -= least(&c[i], &cell[i]);
		if (lo->limit != UNLIMITED)
			room = lo->limit - l->column - behind;
		if (!put_cell(l, &c[i], &cell[i], room, colours))
			lo->cut |= c[i].told;
		next += c[i].width + 1;
		go_to(l, next);
	}
}

static void show_title(struct cell *cell, const struct column *c)
{
	cell->text = c->title;
	cell->len = strlen(c->title);
}

static void put_time(struct line *l, const struct column *c, const struct record *r)
{
	size_t next = l->column + c->width + 1;
	struct cell cell;

	if (r)
		c->cell(&cell, r);
	else
		show_title(&cell, c);
	put_cell(l, c, &cell, UNLIMITED, false);
	go_to(l, next);
}

static const struct shape *shape_of(const struct table *t)
{
	const struct shape *shape = shapes;
	size_t start = 0;

	if (!t->wide)
		return narrowest;
	if (t->clock)
		start += clock_column.width + 1;
	if (t->stamp)
		start += stamp_column.width + 1;
	while (t->width && shape < narrowest && start + shape->width > t->width)
		shape++;
	return shape;
}

static struct layout start_line(struct line *l, char *to, const struct table *t,
				const struct record *r)
{
	const struct shape *shape = shape_of(t);
	struct layout lo = { .column = shape->column, .nr = shape->nr, .limit = UNLIMITED };

	line_start(l, to, r && r->clean);
	if (t->clock)
		put_time(l, &clock_column, r);
	if (t->stamp)
		put_time(l, &stamp_column, r);
	lo.start = l->column;
	if (!t->wide)
		lo.limit = lo.start + COLUMNS_WIDTH;
	else if (t->width)
		lo.limit = t->width > lo.start + shape->width ? t->width : lo.start + shape->width;
	return lo;
}

/* Behind all else, and whole or not at all. */
static void put_details(struct line *l, const struct layout *lo, const struct record *r)
{
	struct cell cell;
	size_t end;
	int i;

	for (i = 0; i < ARRAY_SIZE(details); i++) {
		details[i](&cell, r);
		if (!cell.len)
			continue;
		end = l->column - l->pending;
		if (lo->limit != UNLIMITED && end + 1 + cell.len > lo->limit)
			return;
		l->pending = 1;
		l->column = end + 1;
		line_text(l, cell.text, cell.len);
	}
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

	for (i = 0; i < (unsigned int)lo->nr; i++)
		told |= lo->column[i].told;
	if (cell_owner_shown(r))
		told |= TOLD(OWNER) | (lo->cut & TOLD(COMM) ? 0 : TOLD(OCOMM));
	told &= ~lo->cut;
	for (key = 0; key < SHUTWATCH_KEY__MAX; key++) {
		if (!(told >> key & 1) && record_value(r, (enum shutwatch_key)key))
			put_pair(l, key_names.name[key], r->value[key]);
	}
	for (i = 0; i < r->nr_unknown; i++)
		put_pair(l, r->unknown[i].key, r->unknown[i].value);
}

/**
 * columns_header() - write the titles
 * @to: where to, LINE_SIZE bytes
 * @t: how the table looks
 *
 * Return: the byte behind them.
 */
char *columns_header(char *to, const struct table *t)
{
	struct cell cell[COLUMNS_MAX];
	struct layout lo;
	struct line l;
	int i;

	lo = start_line(&l, to, t, NULL);
	for (i = 0; i < lo.nr; i++)
		show_title(&cell[i], &lo.column[i]);
	put_columns(&l, &lo, cell, false);
	return line_end(&l);
}

/* No row, and nobody shall take it for one. */
static char *put_remark(char *to, bool clean, const char *text, size_t len)
{
	struct line l;

	line_start(&l, to, clean);
	line_text(&l, "-- ", 3);
	line_text(&l, text, len);
	line_text(&l, " --", 3);
	return line_end(&l);
}

/* Something is missing here. */
static char *put_note(char *to, const struct record *r)
{
	char text[NOTE_SIZE];

	return put_remark(to, r->clean, text, note_text(text, r));
}

/**
 * columns_netns() - say which network namespace the next rows are of
 * @to: where to, LINE_SIZE bytes
 * @r: the first of them
 *
 * Return: the byte behind it.
 */
char *columns_netns(char *to, const struct record *r)
{
	char text[NOTE_SIZE];
	int len;

	len = snprintf(text, sizeof(text), "netns %s", r->value[SHUTWATCH_KEY_NETNS]);
	return put_remark(to, r->clean, text, (size_t)len);
}

/**
 * columns_tell_netns() - whether each row says which network namespace it is of
 * @t: how the table looks
 *
 * Return: false where columns_netns() has to.
 */
bool columns_tell_netns(const struct table *t)
{
	return t->extended || shape_of(t) != narrowest;
}

/**
 * columns_record() - write a record as one line
 * @to: where to, LINE_SIZE bytes
 * @t: how the table looks
 * @r: the record
 *
 * Return: the byte behind it.
 */
char *columns_record(char *to, const struct table *t, const struct record *r)
{
	struct cell cell[COLUMNS_MAX];
	struct layout lo;
	struct line l;
	int i;

	if (record_is_note(r))
		return put_note(to, r);
	lo = start_line(&l, to, t, r);
	for (i = 0; i < lo.nr; i++)
		lo.column[i].cell(&cell[i], r);
	if (t->colour || !l.clean || l.pending || l.column || !put_usual(&l, &lo, cell))
		put_columns(&l, &lo, cell, t->colour);
	if (t->extended)
		put_rest(&l, t, &lo, r);
	else
		put_details(&l, &lo, r);
	return line_end(&l);
}
