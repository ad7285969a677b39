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
 * struct seen - the records of one boot that were read
 * @boot: which one, empty where none was read
 * @tree: their numbers and times, for tsearch(3)
 */
struct seen {
	char boot[SAVED_NAME];
	void *tree;
};

void seen_free(struct seen *seen);
bool seen_before(struct seen *seen, const struct record *r, const struct saved *saved);

#endif /* SHUTWATCH_SEEN_H */
