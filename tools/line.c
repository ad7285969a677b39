// SPDX-License-Identifier: GPL-2.0-only
/*
 * Building a line: no spaces at its end, no control characters from outside,
 * one write for the whole of it.
 */
#include <string.h>

#include "line.h"

static void put(struct line *l, char c)
{
	if (l->len < sizeof(l->text) - 1)
		l->text[l->len++] = c;
}

static void flush_space(struct line *l)
{
	for (; l->pending; l->pending--)
		put(l, ' ');
}

/**
 * line_start() - begin a line
 * @l: the line
 */
void line_start(struct line *l)
{
	l->len = 0;
	l->column = 0;
	l->pending = 0;
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
	size_t i;

	if (len)
		flush_space(l);
	for (i = 0; i < len; i++)
		put(l, text[i] >= ' ' && text[i] <= '~' ? text[i] : '?');
	l->column += len;
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
	flush_space(l);
	for (; *escape; escape++)
		put(l, *escape);
}

/**
 * line_end() - write the line
 * @l: the line
 * @out: where to
 */
void line_end(struct line *l, FILE *out)
{
	l->text[l->len++] = '\n';
	fwrite(l->text, 1, l->len, out);
}
