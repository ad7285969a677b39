/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All records that there are, one after the other, for the commands that look at
 * all of them before they say anything.
 */
#ifndef SHUTWATCH_EACH_H
#define SHUTWATCH_EACH_H

#include <stdbool.h>

#include "options.h"
#include "parse.h"
#include "saved/saved.h"

/**
 * typedef each_fn - take a record
 * @context: as given
 * @r: the record
 * @line: the same as it was read
 * @saved: what the file of saved records tells, NULL for those of the module
 * @passes: whether it passes the filter; a note does not
 */
typedef void (*each_fn)(void *context, const struct record *r, const char *line,
			const struct saved *saved, bool passes);

int each_record(const struct options *o, each_fn take, void *context);

#endif /* SHUTWATCH_EACH_H */
