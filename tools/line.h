/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A line of the terminal while it is built.
 */
#ifndef SHUTWATCH_LINE_H
#define SHUTWATCH_LINE_H

#include <stddef.h>
#include <stdio.h>

/* The longest record, every column padded, and the colours: it always fits. */
#define LINE_SIZE	4096

/**
 * struct line - text and where the cursor is
 * @text: the bytes, not terminated
 * @len: how many bytes
 * @column: how many of them take up a place; the rest are colours
 * @pending: spaces that are written once something follows
 */
struct line {
	char text[LINE_SIZE];
	size_t len;
	size_t column;
	size_t pending;
};

void line_start(struct line *l);
void line_text(struct line *l, const char *text, size_t len);
void line_space(struct line *l, size_t count);
void line_colour(struct line *l, const char *escape);
void line_end(struct line *l, FILE *out);

#endif /* SHUTWATCH_LINE_H */
