/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How many calls and decisions there were, by cause, outcome and reason: as the
 * file totals says, and as the records do.
 */
#ifndef SUMS_H
#define SUMS_H

#include <parse.h>

#include "remarks.h"

/**
 * struct sums - so many
 * @of: by cause, outcome and reason
 */
struct sums {
	long long of[SHUTWATCH_BY_COUNT][SHUTWATCH_SENT_COUNT][SHUTWATCH_WHY_COUNT];
};

int sums_read(struct sums *sums);
void sums_record(struct sums *sums, const struct record *record);
bool sums_agrees(const struct sums *before, const struct sums *after,
		 const struct sums *told);
void sums_judge(struct remarks *remarks, const struct sums *before,
		const struct sums *after, const struct sums *told);

#endif /* SUMS_H */
