/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What stands in one cell of the table.
 */
#ifndef SHUTWATCH_CELLS_H
#define SHUTWATCH_CELLS_H

#include <stdbool.h>
#include <stddef.h>

#include "parse.h"

/* A cell may hold a few values of one record, and never more than all. */
#define CELL_SIZE	(2 * SHUTWATCH_LINE_MAX)

/**
 * struct cell - what stands in a cell
 * @text: the text, not necessarily terminated
 * @len: its length; 0 where the record has no such thing
 * @own: room for a text that no value of the record is
 */
struct cell {
	const char *text;
	size_t len;
	char own[CELL_SIZE];
};

/**
 * typedef cell_fn - say what stands in a cell
 * @cell: the cell; "-" where the record itself says so
 * @r: the record, to which the cell may refer
 */
typedef void (*cell_fn)(struct cell *cell, const struct record *r);

bool cell_owner_shown(const struct record *r);
void cell_clock(struct cell *cell, const struct record *r);
void cell_stamp(struct cell *cell, const struct record *r);
void cell_pid(struct cell *cell, const struct record *r);
void cell_comm(struct cell *cell, const struct record *r);
void cell_netns(struct cell *cell, const struct record *r);
void cell_local_port(struct cell *cell, const struct record *r);
void cell_local(struct cell *cell, const struct record *r);
void cell_remote(struct cell *cell, const struct record *r);
void cell_by(struct cell *cell, const struct record *r);
void cell_by_short(struct cell *cell, const struct record *r);
void cell_state(struct cell *cell, const struct record *r);
void cell_state_short(struct cell *cell, const struct record *r);
void cell_sent(struct cell *cell, const struct record *r);
void cell_sent_short(struct cell *cell, const struct record *r);
void cell_why(struct cell *cell, const struct record *r);
void cell_other_owner(struct cell *cell, const struct record *r);
void cell_segment(struct cell *cell, const struct record *r);
void cell_segment_len(struct cell *cell, const struct record *r);

#endif /* SHUTWATCH_CELLS_H */
