/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rows of the default table, made of parts of those that were written before.
 */
#ifndef SHUTWATCH_ROWS_H
#define SHUTWATCH_ROWS_H

#include <stdbool.h>

#include "columns.h"

#include <shutwatch.h>
#include <text.h>

#define ROWS_TASKS	64
#define ROWS_ENDS	256

/* What a part may have; longer ones are not kept. */
#define ROWS_TEXT	64

/**
 * struct rows_task - whose row it is: all in front of the port
 * @seen: the task
 * @len: how long the text is; 0 where there is none
 * @text: the text
 */
struct rows_task {
	struct rows_who {
		__u32 pid;
		char comm[SHUTWATCH_COMM_LEN];
	} seen;
	unsigned int len;
	char text[ROWS_TEXT];
};

/**
 * struct rows_end - what happened: all behind the address, with its newline
 * @seen: what of a record is to be seen there, and how far to the right it
 *	begins, since columns move where an address needs the room
 * @len: how long the text is; 0 where there is none
 * @text: the text
 */
struct rows_end {
	struct rows_what {
		__u8 kind, by, how, before, after, sent, why, fin;
		__s16 err;
		__u16 start;
		__u32 spare;
	} seen;
	unsigned int len;
	char text[ROWS_TEXT];
};

/**
 * struct rows - what was written
 * @netns: the network namespace of the last one that was made
 * @task: how they begin
 * @end: how they end
 */
struct rows {
	__u32 netns;
	struct rows_task task[ROWS_TASKS];
	struct rows_end end[ROWS_ENDS];
};

bool rows_repeat(const struct table *t);
char *rows_write(const struct rows *rows, const struct shutwatch_raw *raw, struct sw_kept *kept,
		 char *to);
void rows_keep(struct rows *rows, const struct record *r, struct sw_kept *kept, const char *row,
	       const char *end);

#endif /* SHUTWATCH_ROWS_H */
