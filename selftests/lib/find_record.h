/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One record, or one line of the file sockets, by what it says.
 */
#ifndef FIND_RECORD_H
#define FIND_RECORD_H

#include <linux/types.h>
#include <stdbool.h>

#include <parse.h>

bool find_record(struct record *record, __u64 cookie, enum shutwatch_key key,
		 const char *value);
bool find_socket(struct record *record, __u64 cookie);
unsigned long long find_number(const struct record *record,
			       enum shutwatch_key key);

#endif /* FIND_RECORD_H */
