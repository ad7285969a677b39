/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether the records that come are those that were expected.
 */
#ifndef SHUTWATCH_JUDGE_H
#define SHUTWATCH_JUDGE_H

#include <stdbool.h>
#include <stdio.h>

#include <shutwatch.h>

#define JUDGE_MAX	64	/* a bit for each */
#define JUDGE_NEAREST	3

/**
 * enum judge_order - what is asked of the expectations
 * @JUDGE_IN_ORDER: each is answered by a record, one after the other
 * @JUDGE_ALL: each is answered by a record of its own, in any order
 * @JUDGE_NEVER: none is answered
 */
enum judge_order {
	JUDGE_IN_ORDER,
	JUDGE_ALL,
	JUDGE_NEVER,
};

/**
 * struct judge_near - a record that has some of what is expected
 * @score: how many of the keys
 * @line: the record
 */
struct judge_near {
	unsigned int score;
	char line[SHUTWATCH_LINE_MAX];
};

/**
 * struct judge_case - an expectation, and what came of it
 * @expected: the expectation, see shutwatch_expectation_check()
 * @answer: the expectations that the record which answers it could answer, a
 *	bit for each; 0 where none has come
 * @early: all that is expected came, but before its time
 * @near: the records that came nearest while it was waited for, the best first
 */
struct judge_case {
	const char *expected;
	unsigned long long answer;
	bool early;
	struct judge_near near[JUDGE_NEAREST];
};

/**
 * struct judge - all that is expected; all zero to begin with
 * @order: what is asked of them
 * @count: how many there are
 * @met: how many were answered
 * @records: how many records were looked at
 * @notes: how often it was said that something was not seen
 * @cases: the expectations
 */
struct judge {
	enum judge_order order;
	unsigned int count;
	unsigned int met;
	unsigned long records;
	unsigned long notes;
	struct judge_case cases[JUDGE_MAX];
};

bool judge_add(struct judge *j, const char *expected);
void judge_record(struct judge *j, const char *line);
bool judge_is_over(const struct judge *j);
bool judge_verdict(const struct judge *j);
void judge_tell(const struct judge *j, FILE *out);

#endif /* SHUTWATCH_JUDGE_H */
