// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "record_fields.h"

/**
 * record_get - a value of a record
 * @record: the record
 * @key: which
 *
 * Return: the value, "-" if the record does not have it.
 */
const char *record_get(const struct record *record, enum shutwatch_key key)
{
	return record->value[key] ?: SHUTWATCH_NOTHING;
}

/**
 * record_is - does a record say this?
 * @record: the record
 * @key: the key
 * @value: the value
 *
 * Return: true if it does.
 */
bool record_is(const struct record *record, enum shutwatch_key key,
	       const char *value)
{
	return !strcmp(record_get(record, key), value);
}

/**
 * record_seq - the number of a record
 * @record: the record
 *
 * Return: its number, 0 if it has none.
 */
__u64 record_seq(const struct record *record)
{
	return strtoull(record_get(record, SHUTWATCH_KEY_SEQ), NULL, 10);
}

/**
 * record_time - when it happened
 * @record: the record
 *
 * Return: the time as clock_now() tells it.
 */
__u64 record_time(const struct record *record)
{
	unsigned long long sec, nsec;

	if (sscanf(record_get(record, SHUTWATCH_KEY_TS), "%llu.%9llu", &sec,
		   &nsec) != 2)
		return 0;
	return sec * NSEC_PER_SEC + nsec;
}

/**
 * record_cookie - which socket a record is about
 * @record: the record
 *
 * Return: its SO_COOKIE, 0 if there was no socket.
 */
__u64 record_cookie(const struct record *record)
{
	return strtoull(record_get(record, SHUTWATCH_KEY_COOKIE), NULL, 16);
}
