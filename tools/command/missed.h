/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is not in saved records, for tables that are made of all of them.
 */
#ifndef SHUTWATCH_MISSED_H
#define SHUTWATCH_MISSED_H

#include <stdbool.h>

#include "parse.h"
#include "printer.h"

/**
 * struct missed - what is missing
 * @lost: how many records
 * @seq: the number of the last of them
 * @skipped: how often the module says that it did not see something
 */
struct missed {
	unsigned long long lost;
	unsigned long seq;
	unsigned long skipped;
};

void missed_take(struct missed *m, const struct record *r);
bool missed_tell(const struct missed *m, const struct printer *p, const char *of);

#endif /* SHUTWATCH_MISSED_H */
