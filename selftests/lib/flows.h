/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What was sent before, from whom to whom: the base of relative numbers.
 */
#ifndef FLOWS_H
#define FLOWS_H

#include "packet.h"

#define FLOWS_MAX	32

/**
 * struct flow - what one side of a connection has sent so far
 * @src: the sender
 * @dst: the receiver
 * @first: the sequence number of its SYN
 * @next: the sequence number after all that it sent
 */
struct flow {
	char src[ADDRESS_LEN];
	char dst[ADDRESS_LEN];
	__u32 first;
	__u32 next;
};

/**
 * struct flows - all that is known of the wire so far
 * @count: how many of @flow are in use
 * @flow: one for each direction of each connection
 */
struct flows {
	int count;
	struct flow flow[FLOWS_MAX];
};

bool flows_follow(struct flows *flows, struct packet *packet);

#endif /* FLOWS_H */
