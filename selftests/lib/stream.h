/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading shutwatch's files as they are: text, its lines, and the numbers in
 * them.
 */
#ifndef STREAM_H
#define STREAM_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

#include <parse.h>

/**
 * struct text - what was read
 * @data: it, with a NUL behind; to be freed
 * @len: how much
 * @cut: a read() ended inside a line
 */
struct text {
	char *data;
	size_t len;
	bool cut;
};

/**
 * struct told - what a reader was told
 * @records: how many records, lost ones not counted
 * @first: number of the first of them
 * @last: number of the last
 * @gaps: numbers that are missing and that no record of kind lost is about
 * @losses: records of kind lost
 * @lost: how many records they say were missed
 * @lost_seq: the last number that was missed
 * @bad: lines that are no records, -1 if nothing could be read
 */
struct told {
	int records;
	__u64 first;
	__u64 last;
	int gaps;
	int losses;
	__u64 lost;
	__u64 lost_seq;
	int bad;
};

/**
 * struct scan - the records in one of shutwatch's files, one after the other
 * @line: the one that was taken last, as it is in the file
 * @rest: what comes after it
 * @passed: the number of the last that scan_pass() has left out, 0 if none
 * @bad: how many lines were passed that are no records
 * @text: all of the file
 */
struct scan {
	char line[SHUTWATCH_LINE_MAX];
	const char *rest;
	__u64 passed;
	int bad;
	struct text text;
};

int stream_open(const char *name, int flags);
int stream_pipe(void);
int stream_slurp(struct text *text, int fd, size_t chunk);
int stream_file(struct text *text, const char *name);
bool stream_line(const char **rest, char *line, size_t size);
int stream_drain(int fd);
struct told stream_tell(const struct text *text, __u64 next);
struct told stream_told(int fd, __u64 next);
int scan_begin(struct scan *scan, const char *name);
void scan_pass(struct scan *scan, __u64 seq);
bool scan_next(struct scan *scan, struct record *record);
void scan_end(struct scan *scan);

#endif /* STREAM_H */
