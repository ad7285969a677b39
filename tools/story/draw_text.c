// SPDX-License-Identifier: GPL-2.0-only
/*
 * A ladder of characters.
 */
#include <stdio.h>
#include <string.h>

#include "out.h"
#include "story/draw.h"

#define RED	"\033[31m"
#define GREEN	"\033[32m"
#define PLAIN	"\033[0m"

const struct strokes ascii_strokes = { "|", "-", ".", { "<", ">" } };
const struct strokes unicode_strokes = { "│", "─", "┄", { "◄", "►" } };

static char *put(char *to, const char *text)
{
	return stpcpy(to, text);
}

static char *repeat(char *to, const char *text, size_t count)
{
	while (count--)
		to = put(to, text);
	return to;
}

static char *put_between(char *to, const struct rung *r)
{
	size_t room = LADDER_BETWEEN - strlen(r->text);
	size_t before = 1;

	if (r->kind == RUNG_GAP)
		before = room / 2;
	else if (r->side == LADDER_RIGHT)
		before = room - 1;
	to = repeat(to, " ", before);
	to = put(to, r->text);
	return repeat(to, " ", room - before);
}

static char *put_arrow(char *to, const struct rung *r, const struct strokes *strokes, bool colour)
{
	const char *across = r->waits ? strokes->waiting : strokes->across;
	size_t room = LADDER_BETWEEN - strlen(r->text) - 2;
	const char *head[LADDER_SIDES] = { across, across };

	if (!r->waits)
		head[r->side == LADDER_LEFT ? LADDER_RIGHT : LADDER_LEFT] =
			strokes->head[r->side == LADDER_LEFT ? LADDER_RIGHT : LADDER_LEFT];
	to = put(to, colour ? r->is_rst ? RED : GREEN : "");
	to = put(to, head[LADDER_LEFT]);
	to = repeat(to, across, room / 2 - 1);
	to = put(put(put(to, " "), r->text), " ");
	to = repeat(to, across, room - room / 2 - 1);
	to = put(to, head[LADDER_RIGHT]);
	return put(to, colour ? PLAIN : "");
}

static char *put_rung(char *to, const struct rung *r, const struct strokes *strokes, bool colour)
{
	const char *state[LADDER_SIDES] = { "", "" };
	char *end;

	if (r->kind == RUNG_TITLE)
		return put(put(to, r->text), "\n");
	state[r->side] = r->state;
	to += sprintf(to, "%*s %-*s", LADDER_TIME - 1, r->time, LADDER_STATE, state[LADDER_LEFT]);
	to = put(to, strokes->upright);
	end = r->kind == RUNG_SEGMENT ? put_arrow(to, r, strokes, colour) : put_between(to, r);
	end = put(end, strokes->upright);
	if (*state[LADDER_RIGHT])
		end = put(put(end, " "), state[LADDER_RIGHT]);
	return put(end, "\n");
}

/**
 * draw_text() - draw a ladder with characters
 * @l: the ladder
 * @strokes: which
 * @colour: the terminal can do colours
 *
 * Return: false where it could not be sent on; complains then.
 */
bool draw_text(const struct ladder *l, const struct strokes *strokes, bool colour)
{
	size_t i;

	for (i = 0; i < l->nr; i++) {
		if (!out_done(put_rung(out_line(), &l->rung[i], strokes, colour)))
			return false;
	}
	return out_flush();
}
