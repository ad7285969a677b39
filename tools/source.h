/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The module's files, and those of saved records: line by line, or record by
 * record.
 */
#ifndef SHUTWATCH_SOURCE_H
#define SHUTWATCH_SOURCE_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include <shutwatch.h>

#include "saved/saved.h"

#define SOURCE_DIR	SHUTWATCH_DEBUGFS "/" SHUTWATCH_DIR

/**
 * struct source - a file that is being read
 * @fd: the file, never blocking where it is the module's
 * @out: where it goes: when that is a pipe that nobody reads any more, it ends; or -1
 * @sigmask: the signals that are blocked while it waits, NULL for no change
 * @deadline: when to end, CLOCK_MONOTONIC in nanoseconds, or 0
 * @woken: when something last came after a wait, likewise
 * @start: where in @buf the next line or record begins
 * @end: where in @buf the bytes end
 * @is_saved: a file of saved records, and not one of the module's
 * @is_over: no more is to be read of it
 * @is_wrong: what is left cannot be read; that was said
 * @skipping: in the middle of a line that is too long
 * @warned_cut: said that a line was cut
 * @warned_long: said that a line was too long
 * @warned_foreign: said that a line was not understood
 * @warned_offset: said that a line of the clock was damaged
 * @left_out: how many lines there were that are no records
 * @saved: of saved records: what their file tells of them
 * @path: the file's name, for messages
 * @buf: what was read and not yet handed out, with room for a NUL
 * @raw: the same
 */
struct source {
	int fd;
	int out;
	const sigset_t *sigmask;
	unsigned long long deadline;
	unsigned long long woken;
	size_t start, end;
	bool is_saved;
	bool is_over;
	bool is_wrong;
	bool skipping;
	bool warned_cut;
	bool warned_long;
	bool warned_foreign;
	bool warned_offset;
	unsigned long left_out;
	struct saved saved;
	char path[4096];
	union {
		char buf[65536 + 8];
		struct shutwatch_raw raw;	/* as it has to be aligned */
	};
};

int source_module_abi(const char *dir, unsigned long *abi);
int source_check(const char *dir);
bool source_has(const char *dir, const char *file);
int source_open(struct source *s, const char *dir, const char *file);
int source_open_saved(struct source *s, const char *path, unsigned long long deadline, int out);
bool source_line(struct source *s, char **line);
void source_leave_out(struct source *s);
int source_raw(struct source *s, const struct shutwatch_raw **raw);
int source_more(struct source *s);
int source_wait(struct source *s);
bool source_end_if_over(struct source *s);
unsigned long long source_clock(void);
int source_time_left(const struct source *s);
int source_skip(struct source *s);
bool is_same_file(const char *read, const char *written);
void source_close(struct source *s);

/**
 * source_is_late() - whether a record was made after the time was up
 * @s: the file, one of the module's
 * @ts: when it was made, nanoseconds of CLOCK_MONOTONIC
 *
 * Return: false where it came in time, or there is no end to it.
 */
static inline bool source_is_late(const struct source *s, unsigned long long ts)
{
	return s->deadline && ts > s->deadline;
}

/**
 * source_has_ended() - whether a record came when the time was up, and it is
 * @s: the file, one of the module's
 * @ts: when the record was made, nanoseconds of CLOCK_MONOTONIC
 *
 * Asked of every record, and mostly no: without a call.
 *
 * Return: true where the record is not to be taken, nor anything behind it.
 */
static inline bool source_has_ended(struct source *s, unsigned long long ts)
{
	return source_is_late(s, ts) && source_end_if_over(s);
}

#endif /* SHUTWATCH_SOURCE_H */
