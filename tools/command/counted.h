/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Endings counted from saved records, as the module counts them in totals.
 */
#ifndef SHUTWATCH_COUNTED_H
#define SHUTWATCH_COUNTED_H

#include <stdbool.h>
#include <stddef.h>

#include "missed.h"
#include "options.h"
#include "parse.h"
#include "saved/saved.h"

/**
 * struct counted - what was counted; all zero to begin with
 * @records: how many records there were, each once, whether they pass or not
 * @unknown: how many that pass do not know their reason
 * @missed: what there is none of
 * @last: when the last of them was, nanoseconds of CLOCK_REALTIME
 * @saved: what the file tells; names that differ within it are "-"
 * @nr_sorts: how many sorts of endings there were
 * @sorts: the sorts
 * @tree: the same, for tsearch(3)
 */
struct counted {
	unsigned long long records;
	unsigned long long unknown;
	struct missed missed;
	long long last;
	struct saved saved;
	size_t nr_sorts;
	struct sort *sorts;
	void *tree;
};

/**
 * typedef counted_fn - take what would be a line of totals
 * @context: as given
 * @r: the line
 *
 * Return: whether to go on.
 */
typedef bool (*counted_fn)(void *context, const struct record *r);

int counted_read(struct counted *c, const struct options *o);
bool counted_each(const struct counted *c, counted_fn take, void *context);

#endif /* SHUTWATCH_COUNTED_H */
