/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Drawing a ladder on standard output.
 */
#ifndef SHUTWATCH_DRAW_H
#define SHUTWATCH_DRAW_H

#include <stdbool.h>

#include "story/ladder.h"

/**
 * struct strokes - what lines are made of
 * @upright: a piece of an upright
 * @across: a piece of an arrow
 * @waiting: the same of one that has not left
 * @head: the heads of arrows, to the left and to the right
 */
struct strokes {
	const char *upright, *across, *waiting;
	const char *head[LADDER_SIDES];
};

extern const struct strokes ascii_strokes, unicode_strokes;

bool draw_text(const struct ladder *l, const struct strokes *strokes, bool colour);
bool draw_svg(const struct ladder *l);

#endif /* SHUTWATCH_DRAW_H */
