/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Records that stand in a file more than once.
 */
#ifndef SHUTWATCH_SEEN_H
#define SHUTWATCH_SEEN_H

#include <stdbool.h>

#include "parse.h"
#include "saved/saved.h"

/**
 * struct seen_boot - the records of one boot that were read
 * @next: another boot
 * @boot: which one
 * @tree: their numbers and times, for tsearch(3)
 */
struct seen_boot {
	struct seen_boot *next;
	char boot[SAVED_NAME];
	void *tree;
};

/**
 * struct seen - the records that were read; all zero to begin with
 * @first: those of one boot, and then of the others
 * @last: that of the last record
 */
struct seen {
	struct seen_boot *first, *last;
};

void seen_free(struct seen *seen);
bool seen_before(struct seen *seen, const struct record *r, const struct saved *saved);

#endif /* SHUTWATCH_SEEN_H */
