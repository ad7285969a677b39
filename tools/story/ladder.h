/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A ladder: connections as two uprights, with what happened as rungs between
 * them.  What stands where is decided here, once for all ways to draw it.
 */
#ifndef SHUTWATCH_LADDER_H
#define SHUTWATCH_LADDER_H

#include <stdbool.h>
#include <stddef.h>

/* Columns: a time, a state, an upright, what is between, an upright, a state. */
#define LADDER_TIME	13
#define LADDER_STATE	12
#define LADDER_BETWEEN	40
#define LADDER_WIDTH	(LADDER_TIME + LADDER_STATE + 1 + LADDER_BETWEEN + 1 + LADDER_STATE)

/* The ends of a connection; as the side of a text, where it begins or ends. */
enum ladder_side {
	LADDER_LEFT,
	LADDER_RIGHT,
	LADDER_SIDES
};

/**
 * enum rung_kind - what a line of the ladder is
 * @RUNG_TITLE: text from the first column on, no uprights
 * @RUNG_STEP: a time, a state on one side, a text of that side
 * @RUNG_SEGMENT: an arrow with a word on it
 * @RUNG_GAP: a text between the uprights, of neither side
 */
enum rung_kind {
	RUNG_TITLE,
	RUNG_STEP,
	RUNG_SEGMENT,
	RUNG_GAP
};

/**
 * struct rung - a line of the ladder
 * @kind: what it is
 * @side: whose it is; of a segment, who sent it
 * @is_rst: the segment is a RST, and not a FIN
 * @waits: the segment has not left
 * @time: seconds since the first record, or nothing
 * @state: the state that @side has from here on, or nothing
 * @text: printable ASCII
 */
struct rung {
	enum rung_kind kind;
	enum ladder_side side;
	bool is_rst;
	bool waits;
	char time[32];
	char state[LADDER_STATE];
	char text[LADDER_WIDTH + 1];
};

/**
 * struct ladder - all of it
 * @rung: the lines
 * @nr: how many
 * @room: for how many there is room
 */
struct ladder {
	struct rung *rung;
	size_t nr, room;
};

struct rung *ladder_add(struct ladder *l, enum rung_kind kind, enum ladder_side side);
void ladder_text(struct ladder *l, enum rung_kind kind, enum ladder_side side, const char *text);
void ladder_free(struct ladder *l);

#endif /* SHUTWATCH_LADDER_H */
