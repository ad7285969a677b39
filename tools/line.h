/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A line of the terminal while it is built.
 */
#ifndef SHUTWATCH_LINE_H
#define SHUTWATCH_LINE_H

#include <stdbool.h>
#include <stddef.h>

/* The longest record, every column padded, and the colours: it always fits. */
#define LINE_SIZE	4096

/**
 * struct line - text and where the cursor is
 * @pos: where the next byte goes
 * @end: where the last one may go, for the newline
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

void line_start(struct line *l, char *to, bool clean);
void line_text(struct line *l, const char *text, size_t len);
void line_space(struct line *l, size_t count);
void line_colour(struct line *l, const char *escape);
char *line_end(struct line *l);

#endif /* SHUTWATCH_LINE_H */
