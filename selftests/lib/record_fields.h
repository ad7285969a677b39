/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a record says, key by key.
 */
#ifndef RECORD_FIELDS_H
#define RECORD_FIELDS_H

#include <linux/types.h>
#include <stdbool.h>

#include <parse.h>

bool record_is(const struct record *record, enum shutwatch_key key,
	       const char *value);
const char *record_get(const struct record *record, enum shutwatch_key key);
__u64 record_seq(const struct record *record);
__u64 record_time(const struct record *record);
__u64 record_cookie(const struct record *record);

#endif /* RECORD_FIELDS_H */
