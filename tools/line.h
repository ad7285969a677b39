/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A line of the terminal while it is built: no spaces at its end, no control
 * characters from outside.  Inline, because a table is made of little else.
 */
#ifndef SHUTWATCH_LINE_H
#define SHUTWATCH_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "parse.h"

/* The longest record, every column padded, and the colours: it always fits. */
#define LINE_SIZE	4096

/* So much may be written behind the end of a text. */
#define LINE_SLACK	32

/**
 * struct line - text and where the cursor is
 * @pos: where the next byte goes
 * @end: where the last one may go, with LINE_SLACK behind it
 * @column: how many of the bytes take up a place; the rest are colours
 * @pending: spaces that are written once something follows
 * @clean: all that is written can be printed
 */
struct line {
	char *pos;
	char *end;
	size_t column;
	size_t pending;
	bool clean;
};

/**
 * line_start() - begin a line
 * @l: the line
 * @to: where to, LINE_SIZE bytes
 * @clean: whatever is written can be printed
 */
static inline void line_start(struct line *l, char *to, bool clean)
{
	l->pos = to;
	l->end = to + LINE_SIZE - LINE_SLACK - 1;
	l->column = 0;
	l->pending = 0;
	l->clean = clean;
}

static inline size_t line_room(const struct line *l, size_t len)
{
	size_t left = (size_t)(l->end - l->pos);

	return len < left ? len : left;
}

/* Mostly few: written in one piece, the rest of which is written over. */
static inline void line_flush_space(struct line *l)
{
	size_t len = line_room(l, l->pending);

	memset(l->pos, ' ', LINE_SLACK);
	if (len > LINE_SLACK)
		memset(l->pos, ' ', len);
	l->pos += len;
	l->pending = 0;
}

static inline void line_printable(char *to, const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		to[i] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
}

/**
 * line_text() - add text
 * @l: the line
 * @text: the text
 * @len: its length
 *
 * What is not printable ASCII becomes "?": a process may call itself whatever
 * it likes, and the terminal of root is no place to do as it says.
 */
static inline void line_text(struct line *l, const char *text, size_t len)
{
	if (!len)
		return;
	l->column += len;
	line_flush_space(l);
	len = line_room(l, len);
	if (l->clean)
		memcpy(l->pos, text, len);
	else
		line_printable(l->pos, text, len);
	l->pos += len;
}

/**
 * line_short() - the same for a text of a clean record, which has RECORD_SLACK
 * @l: the line
 * @text: the text
 * @len: its length
 */
static inline void line_short(struct line *l, const char *text, size_t len)
{
	if (!l->clean || len > RECORD_SLACK || l->pos + l->pending + len > l->end) {
		line_text(l, text, len);
		return;
	}
	if (!len)
		return;
	l->column += len;
	line_flush_space(l);
	memcpy(l->pos, text, RECORD_SLACK);
	l->pos += len;
}

/**
 * line_space() - move to the right
 * @l: the line
 * @count: how far
 */
static inline void line_space(struct line *l, size_t count)
{
	l->pending += count;
	l->column += count;
}

/**
 * line_colour() - change the colour of what follows
 * @l: the line
 * @escape: the terminal's sequence
 */
static inline void line_colour(struct line *l, const char *escape)
{
	size_t len;

	line_flush_space(l);
	len = line_room(l, strlen(escape));
	memcpy(l->pos, escape, len);
	l->pos += len;
}

/**
 * line_end() - end the line
 * @l: the line
 *
 * Return: the byte behind its newline.
 */
static inline char *line_end(struct line *l)
{
	*l->pos++ = '\n';
	return l->pos;
}

#endif /* SHUTWATCH_LINE_H */
