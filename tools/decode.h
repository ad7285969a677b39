/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Records of events_raw: the same values as in a line of text.
 */
#ifndef SHUTWATCH_DECODE_H
#define SHUTWATCH_DECODE_H

#include <text.h>

#include "parse.h"

/**
 * struct raw_kept_comm - a name of a task, and what was written for it
 * @comm: the name
 * @escaped: the same as a line of text has it
 * @json: the same as JSON has it, with its quotes
 */
struct raw_kept_comm {
	char comm[SHUTWATCH_COMM_LEN];
	struct {
		char text[4 * SHUTWATCH_COMM_LEN + RECORD_SLACK];
		unsigned short len;
	} escaped;
	struct {
		char text[6 * SHUTWATCH_COMM_LEN + 2 + RECORD_SLACK];
		unsigned short len;
	} json;
};

/**
 * struct raw_kept - what one record of a stream leaves to the next
 * @text: times and namespaces
 * @comm: for each key that is a name of a task, the last one
 */
struct raw_kept {
	struct sw_kept text;
	struct raw_kept_comm comm[SHUTWATCH_KEY__MAX];
};

struct json_origin;

int raw_check(const struct shutwatch_raw *raw, size_t len);
void raw_record(struct record *r, const struct shutwatch_raw *raw, struct raw_kept *kept);
void raw_record_brief(struct record *r, const struct shutwatch_raw *raw, struct raw_kept *kept);
char *raw_json(char *to, const struct shutwatch_raw *raw, struct raw_kept *kept,
	       const struct json_origin *origin);

#endif /* SHUTWATCH_DECODE_H */
