// SPDX-License-Identifier: GPL-2.0-only
/*
 * Building a line: no spaces at its end, no control characters from outside.
 */
#include <string.h>

#include "line.h"

static size_t room(const struct line *l, size_t len)
{
	size_t left = (size_t)(l->end - l->pos);

	return len < left ? len : left;
}

static void flush_space(struct line *l)
{
	static const char few[16] = "                ";

	/* Mostly few: written in one piece, the rest of which is overwritten. */
	if (l->pending <= sizeof(few) && room(l, sizeof(few)) == sizeof(few)) {
		memcpy(l->pos, few, sizeof(few));
	} else {
		l->pending = room(l, l->pending);
		memset(l->pos, ' ', l->pending);
	}
	l->pos += l->pending;
	l->pending = 0;
}

/**
 * line_start() - begin a line
 * @l: the line
 * @to: where to, LINE_SIZE bytes
 * @clean: whatever is written can be printed
 */
void line_start(struct line *l, char *to, bool clean)
{
	l->pos = to;
	l->end = to + LINE_SIZE - 1;
	l->column = 0;
	l->pending = 0;
	l->clean = clean;
}

static void copy_printable(char *to, const char *text, size_t len)
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
void line_text(struct line *l, const char *text, size_t len)
{
	if (!len)
		return;
	l->column += len;
	flush_space(l);
	len = room(l, len);
	if (l->clean)
		memcpy(l->pos, text, len);
	else
		copy_printable(l->pos, text, len);
	l->pos += len;
}

/**
 * line_space() - move to the right
 * @l: the line
 * @count: how far
 */
void line_space(struct line *l, size_t count)
{
	l->pending += count;
	l->column += count;
}

/**
 * line_colour() - change the colour of what follows
 * @l: the line
 * @escape: the terminal's sequence
 */
void line_colour(struct line *l, const char *escape)
{
	size_t len;

	flush_space(l);
	len = room(l, strlen(escape));
	memcpy(l->pos, escape, len);
	l->pos += len;
}

/**
 * line_end() - end the line
 * @l: the line
 *
 * Return: the byte behind its newline.
 */
char *line_end(struct line *l)
{
	*l->pos++ = '\n';
	return l->pos;
}
