/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What was sent before, from whom to whom: the base of relative numbers.
 */
#ifndef FLOWS_H
#define FLOWS_H

#include "packet.h"

/* A power of two; some are kept free, so that each is found soon. */
#define FLOWS_PLACES	8192
#define FLOWS_MAX	(FLOWS_PLACES / 2)

/**
 * struct flow - what one side of a connection has sent so far
 * @src: the sender
 * @dst: the receiver
 * @first: the sequence number of its SYN
 * @next: the sequence number after all that it sent
 * @again: there was a connection before this one
 * @last: what was @next when that was over
 * @is_known: there was a SYN; without one, only a FIN was seen
 * @fin: the sequence number of its last FIN
 * @has_fin: there was one
 */
struct flow {
	char src[ADDRESS_LEN];
	char dst[ADDRESS_LEN];
	__u32 first;
	__u32 next;
	bool again;
	__u32 last;
	bool is_known;
	__u32 fin;
	bool has_fin;
};

/**
 * struct flows - all that is known of the wire so far
 * @count: how many of @flow are in use
 * @flow: one for each direction of each connection, where a hash of its
 *	addresses says or in the next place that was free
 */
struct flows {
	int count;
	struct flow flow[FLOWS_PLACES];
};

bool flows_follow(struct flows *flows, struct packet *packet);

#endif /* FLOWS_H */
