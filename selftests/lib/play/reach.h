/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A socket in the state that a test is about, and a peer that keeps it there.
 */
#ifndef REACH_H
#define REACH_H

#include "peer.h"

/**
 * struct reached - what has been done to get there
 * @story: the states of the socket and what led to them, as expect_path() has it
 * @state: the name of the state
 */
struct reached {
	char story[200];
	const char *state;
};

/*
 * The states of shutwatch.h, and two that are both CLOSE: nothing was ever done
 * with the socket, and its connection is over.
 */
enum reach {
	REACH_ESTABLISHED = SHUTWATCH_TCP_ESTABLISHED,
	REACH_SYN_SENT = SHUTWATCH_TCP_SYN_SENT,
	REACH_SYN_RECV = SHUTWATCH_TCP_SYN_RECV,
	REACH_FIN_WAIT1 = SHUTWATCH_TCP_FIN_WAIT1,
	REACH_FIN_WAIT2 = SHUTWATCH_TCP_FIN_WAIT2,
	REACH_TIME_WAIT = SHUTWATCH_TCP_TIME_WAIT,
	REACH_CLOSE_WAIT = SHUTWATCH_TCP_CLOSE_WAIT,
	REACH_LAST_ACK = SHUTWATCH_TCP_LAST_ACK,
	REACH_LISTEN = SHUTWATCH_TCP_LISTEN,
	REACH_CLOSING = SHUTWATCH_TCP_CLOSING,
	REACH_FRESH = SHUTWATCH_TCP_COUNT,
	REACH_FINISHED,
};

void reach(struct reached *reached, struct peer *peer, enum who who, int state,
	   const char *data);
void reach_held_back(struct peer *peer, struct play *play);

#endif /* REACH_H */
