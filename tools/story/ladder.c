// SPDX-License-Identifier: GPL-2.0-only
/*
 * The lines of a ladder, and texts that are cut into some.
 */
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "story/ladder.h"

/* Between the uprights, a text keeps off them. */
#define TEXT_BETWEEN	(LADDER_BETWEEN - 2)

/**
 * ladder_add() - add an empty line
 * @l: the ladder
 * @kind: what it is
 * @side: whose it is
 *
 * Return: the line, good until the next one is added.
 */
struct rung *ladder_add(struct ladder *l, enum rung_kind kind, enum ladder_side side)
{
	struct rung *r;

	if (l->nr == l->room) {
		l->room = l->room ? 2 * l->room : 64;
		l->rung = reallocarray(l->rung, l->room, sizeof(*l->rung));
		if (!l->rung)
			err(EXIT_FAILURE, "a story");
	}
	r = &l->rung[l->nr++];
	*r = (struct rung) { .kind = kind, .side = side };
	return r;
}

/* How much of a text makes a line: up to a space, if there is one. */
static size_t first_line(const char *text, size_t width)
{
	size_t len = strlen(text);
	size_t i;

	if (len <= width)
		return len;
	for (i = width; i > width / 2; i--) {
		if (text[i] == ' ')
			return i;
	}
	return width;
}

/**
 * ladder_text() - add a text, on as many lines as it takes
 * @l: the ladder
 * @kind: what it is
 * @side: whose it is
 * @text: printable ASCII; the first line is there even if it has none
 */
void ladder_text(struct ladder *l, enum rung_kind kind, enum ladder_side side, const char *text)
{
	size_t width = kind == RUNG_TITLE ? LADDER_WIDTH : TEXT_BETWEEN;
	size_t len;

	do {
		len = first_line(text, width);
		memcpy(ladder_add(l, kind, side)->text, text, len);
		text += len;
		text += strspn(text, " ");
	} while (*text);
}

/**
 * ladder_free() - give back what it holds
 * @l: the ladder
 */
void ladder_free(struct ladder *l)
{
	free(l->rung);
}
