/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All recipes at a glance: what went out, why, and whether all agree.
 */
#ifndef TABLE_H
#define TABLE_H

#include "play.h"
#include "recipe.h"

/**
 * struct outcome - what came of a recipe, of all its variants together
 * @played: how many variants were played
 * @agree: how many of them agree
 * @went_out: what was on the wire, by enum shutwatch_sent
 * @why: the reasons that the records give for it, a bit for each
 */
struct outcome {
	int played;
	int agree;
	bool went_out[SHUTWATCH_SENT_COUNT];
	unsigned long long why[SHUTWATCH_SENT_COUNT];
};

/**
 * struct table - the outcome of each recipe, by its number; from 1 on
 * @outcome: one for each
 * @with_records: shutwatch was asked
 */
struct table {
	struct outcome outcome[RECIPES + 1];
	bool with_records;
};

void table_add(struct table *table, const struct play *play);
int table_played(const struct table *table);
int table_agree(const struct table *table);
void table_print(const struct table *table);

#endif /* TABLE_H */
