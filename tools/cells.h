/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What stands in one cell of the table.
 */
#ifndef SHUTWATCH_CELLS_H
#define SHUTWATCH_CELLS_H

#include <stddef.h>

#include "record.h"

/* A cell may hold a few values of one record, and never more than all. */
#define CELL_SIZE	(2 * SHUTWATCH_LINE_MAX)

/**
 * typedef cell_fn - write what stands in a cell
 * @cell: where to, CELL_SIZE bytes; left empty where the record has no such
 *	thing, "-" where the record itself says so
 * @r: the record
 */
typedef void (*cell_fn)(char *cell, const struct record *r);

void cell_clock(char *cell, const struct record *r);
void cell_stamp(char *cell, const struct record *r);
void cell_pid(char *cell, const struct record *r);
void cell_comm(char *cell, const struct record *r);
void cell_local_port(char *cell, const struct record *r);
void cell_local(char *cell, const struct record *r);
void cell_remote(char *cell, const struct record *r);
void cell_by(char *cell, const struct record *r);
void cell_by_short(char *cell, const struct record *r);
void cell_state(char *cell, const struct record *r);
void cell_state_short(char *cell, const struct record *r);
void cell_sent(char *cell, const struct record *r);
void cell_sent_short(char *cell, const struct record *r);
void cell_why(char *cell, const struct record *r);

#endif /* SHUTWATCH_CELLS_H */
