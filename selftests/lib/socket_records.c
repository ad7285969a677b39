// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>

#include <names.h>

#include "clock.h"
#include "record_fields.h"
#include "socket_records.h"
#include "stream.h"

#define WAIT_SECONDS	5

#define KEEP(where, record, key)					\
	snprintf(where, sizeof(where), "%s", record_get(record, key))

static void add_record(struct socket_records *records, const struct record *r)
{
	records->all++;
	KEEP(records->netns, r, SHUTWATCH_KEY_NETNS);
	KEEP(records->local, r, SHUTWATCH_KEY_LOCAL);
	KEEP(records->remote, r, SHUTWATCH_KEY_REMOTE);
	if (record_is(r, SHUTWATCH_KEY_CALL, by_names.name[SHUTWATCH_BY_CLOSE])) {
		records->closes++;
		KEEP(records->ctx, r, SHUTWATCH_KEY_CTX);
		KEEP(records->pid, r, SHUTWATCH_KEY_PID);
		KEEP(records->comm, r, SHUTWATCH_KEY_COMM);
		KEEP(records->sent, r, SHUTWATCH_KEY_SENT);
		KEEP(records->why, r, SHUTWATCH_KEY_WHY);
	}
	if (record_is(r, SHUTWATCH_KEY_KIND, kind_names.name[SHUTWATCH_KIND_CALL]))
		KEEP(records->called, r, SHUTWATCH_KEY_STATE);
	if (record_is(r, SHUTWATCH_KEY_KIND, kind_names.name[SHUTWATCH_KIND_STATE])) {
		records->states++;
		KEEP(records->last, r, SHUTWATCH_KEY_STATE);
		KEEP(records->by, r, SHUTWATCH_KEY_BY);
	}
}

/**
 * socket_records_of - the records of a socket that are kept
 * @cookie: the socket
 *
 * Return: a summary of them.
 */
struct socket_records socket_records_of(__u64 cookie)
{
	struct socket_records records = {};
	struct record r;
	struct scan scan;

	if (scan_begin(&scan, SHUTWATCH_FILE_EVENTS))
		return (struct socket_records){ .all = -1 };
	while (scan_next(&scan, &r)) {
		if (record_cookie(&r) == cookie)
			add_record(&records, &r);
	}
	scan_end(&scan);
	return records;
}

/**
 * socket_records_with - the records of a socket, as soon as there are so many
 * @cookie: the socket
 * @all: how many; fewer after a while
 *
 * Return: a summary of them.
 */
struct socket_records socket_records_with(__u64 cookie, int all)
{
	__u64 deadline = clock_in(WAIT_SECONDS);
	struct socket_records records;

	do {
		records = socket_records_of(cookie);
	} while (records.all < all && clock_wait(deadline));
	return records;
}

/**
 * socket_records_go_on - is a socket followed?
 * @cookie: the socket
 *
 * Return: true if it is in the table.
 */
bool socket_records_go_on(__u64 cookie)
{
	bool found = false;
	struct record r;
	struct scan scan;

	scan_begin(&scan, SHUTWATCH_FILE_SOCKETS);
	while (!found && scan_next(&scan, &r))
		found = record_cookie(&r) == cookie;
	scan_end(&scan);
	return found;
}
