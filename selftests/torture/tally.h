/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How many calls and decisions there were, by cause, outcome and reason: as the
 * file totals says, and as the records do.
 */
#ifndef TALLY_H
#define TALLY_H

#include <parse.h>

#include "remarks.h"

/**
 * struct tally - so many
 * @of: by cause, outcome and reason
 */
struct tally {
	long long of[SHUTWATCH_BY_COUNT][SHUTWATCH_SENT_COUNT][SHUTWATCH_WHY_COUNT];
};

int tally_read(struct tally *tally);
void tally_record(struct tally *tally, const struct record *record);
bool tally_agrees(const struct tally *before, const struct tally *after,
		  const struct tally *told);
void tally_judge(struct remarks *remarks, const struct tally *before,
		 const struct tally *after, const struct tally *told);

#endif /* TALLY_H */
