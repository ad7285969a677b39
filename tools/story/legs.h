/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which records belong to one connection: those of its sockets, of which both
 * may be on this host.
 */
#ifndef SHUTWATCH_LEGS_H
#define SHUTWATCH_LEGS_H

#include <stdbool.h>
#include <stddef.h>

#include "endpoint.h"
#include "parse.h"

/**
 * struct leg_record - a record that is kept
 * @next: the next one of the same leg
 * @order: its place among all that were read
 * @line: as the module wrote it
 */
struct leg_record {
	struct leg_record *next;
	unsigned long order;
	char line[];
};

/**
 * struct leg - one connection as one socket has seen it
 * @next: the next leg, in the order of their first records
 * @peer: the other end, NULL where it is not on this host
 * @first: its records
 * @last: where the next one goes
 * @cookie: of the socket, 0 where segments met none
 * @netns: the network namespace, as in the records
 * @has_ends: @local and @remote are known
 * @local: this end
 * @remote: the other one
 * @opened: it called connect()
 * @accepted: it came out of a handshake that the other end began
 * @ended: in CLOSE, and not to be seen again
 * @is_chosen: a record of it passes the filter
 * @is_told: it was told with its other end
 * @offset: of the clocks, when the first record was read
 * @source: what the file tells of its origin, NULL where there is none
 */
struct leg {
	struct leg *next, *peer;
	struct leg_record *first, **last;
	unsigned long long cookie;
	char netns[16];
	bool has_ends;
	struct endpoint local, remote;
	bool opened, accepted, ended;
	bool is_chosen, is_told;
	long long offset;
	struct saved *source;
};

/**
 * struct legs - all that were read
 * @first: the first leg
 * @last: where the next one goes
 * @notes: records of what was not seen
 * @last_note: where the next one goes
 * @by_cookie: the newest leg of each socket, for tsearch(3)
 * @by_ends: the newest leg with each pair of ends, likewise
 * @by_place: the newest with each pair of ends in a network namespace, likewise
 * @nr_records: how many records were taken
 * @source: what the file tells of its origin, for the legs to come
 */
struct legs {
	struct leg *first, **last;
	struct leg_record *notes, **last_note;
	void *by_cookie, *by_ends, *by_place;
	unsigned long nr_records;
	struct saved *source;
};

void legs_begin(struct legs *legs);
void legs_source(struct legs *legs, const struct saved *saved);
struct leg *legs_take(struct legs *legs, const struct record *r, const char *line);

#endif /* SHUTWATCH_LEGS_H */
