// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "find_record.h"
#include "record_fields.h"
#include "stream.h"

#define WAIT_SECONDS	10

/* The last line that fits; false if there is none. */
static bool find_line(struct record *record, const char *name, __u64 cookie,
		      enum shutwatch_key key, const char *value)
{
	char found[SHUTWATCH_LINE_MAX] = "";
	struct scan scan;

	scan_begin(&scan, name);
	while (scan_next(&scan, record)) {
		if ((!cookie || record_cookie(record) == cookie) &&
		    (!value || record_is(record, key, value)))
			strcpy(found, scan.line);
	}
	scan_end(&scan);
	return *found && !record_parse(record, found);
}

/**
 * find_record - the last record of a socket that says something
 * @record: where to
 * @cookie: the socket, 0 for any
 * @key: what it is to say
 * @value: of @key
 *
 * Return: false, after a while, if there is none.
 */
bool find_record(struct record *record, __u64 cookie, enum shutwatch_key key,
		 const char *value)
{
	__u64 deadline = clock_in(WAIT_SECONDS);
	bool found;

	do {
		found = find_line(record, SHUTWATCH_FILE_EVENTS, cookie, key, value);
	} while (!found && clock_wait(deadline));
	return found;
}

/**
 * find_socket - what the file sockets says of a socket now
 * @record: where to
 * @cookie: the socket
 *
 * Return: false if it says nothing.
 */
bool find_socket(struct record *record, __u64 cookie)
{
	return find_line(record, SHUTWATCH_FILE_SOCKETS, cookie, 0, NULL);
}

/**
 * find_number - a number in a record
 * @record: the record
 * @key: which
 *
 * Return: the number; all bits set where there is none.
 */
unsigned long long find_number(const struct record *record,
			       enum shutwatch_key key)
{
	const char *value = record_get(record, key);
	unsigned long long number;
	char *end;

	number = strtoull(value, &end, 10);
	return *value && !*end ? number : ~0ull;
}
