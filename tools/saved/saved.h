/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files of saved records: what stands in them besides the records.
 */
#ifndef SHUTWATCH_SAVED_H
#define SHUTWATCH_SAVED_H

#include <stdbool.h>

#include <shutwatch.h>

/* The first word of such a file, and the version of what follows. */
#define SAVED_MAGIC	"shutwatch-records"
#define SAVED_FORMAT	1

/* How a file begins, and nothing that is in a record: no task's name is as long. */
#define SAVED_BEGIN	SAVED_MAGIC " format="

/*
 * Behind a line that was cut short, and went on with, and instead of one that was
 * left out of a copy: no record, and no beginning, ends so.
 */
#define SAVED_CUT	" (cut short)"

/* The longest line that we write and is not a record, newline and NUL included. */
#define SAVED_LINE	512

/* How long the names may be, NUL included: those of uname(2), and a UUID. */
#define SAVED_NAME	65

/**
 * struct saved - what the first line of a file tells
 * @line: the line itself, of which a newer writer's has more
 * @began: the offset that it tells; @offset may have moved since
 * @format: the version of the format
 * @abi: the ABI of the records
 * @offset: CLOCK_REALTIME less CLOCK_MONOTONIC, nanoseconds
 * @host: the name of the host
 * @kernel: the release of its kernel
 * @boot: which of its boots, as /proc/sys/kernel/random/boot_id
 */
struct saved {
	char line[SHUTWATCH_LINE_MAX];
	long long began;
	unsigned long format;
	unsigned long abi;
	long long offset;
	char host[SAVED_NAME];
	char kernel[SAVED_NAME];
	char boot[SAVED_NAME];
};

void saved_here(struct saved *saved);
bool saved_is_header(const char *line);
bool saved_is_known(const struct saved *saved);
bool saved_is_cut(const char *line);
bool saved_is_same_boot(const struct saved *a, const struct saved *b);
int saved_parse(struct saved *saved, const char *line);
char *saved_offset(char *to, long long offset);
int saved_offset_parse(long long *offset, const char *line);

#endif /* SHUTWATCH_SAVED_H */
