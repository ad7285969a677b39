/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a program did, and what came of it, as it noted it itself.
 */
#ifndef HISTORY_H
#define HISTORY_H

#include <stdatomic.h>
#include <sys/types.h>

#include "scene.h"

/* The name of a process of ours, by its side. */
#define HISTORY_COMM_CLIENT	"torture client"
#define HISTORY_COMM_SERVER	"torture server"

/**
 * struct deed - an act that was done
 * @begun: it was begun: a socket was there
 * @done: it is over
 * @ret: what it returned, bytes for instance
 * @err: its errno, or 0
 * @from: when it was begun
 * @to: when it was over
 * @cookie: of the socket; accept: of the new one
 * @mptcp: accept: the new one is an MPTCP socket
 * @peer: accept: the port of whom it accepted
 * @child_ended: fork, give, lend: when the child had ended; @ret is its number
 */
struct deed {
	bool begun;
	bool done;
	int ret;
	int err;
	__u64 from;
	__u64 to;
	__u64 cookie;
	bool mptcp;
	int peer;
	__u64 child_ended;
};

/**
 * struct history - what the processes of a scene did
 * @deed: one for each act
 * @pid: the process of each side
 * @born: when it began
 * @ended: when it had ended
 * @progress: how many acts it is through with; INT_MAX once it has ended
 * @over: it is time to die, see kinds/dying.h
 * @unseen: when we looked at the wire for the last time, and then left; 0 if that was
 *	when all was over
 * @cut: from when on hosts had no links; 0 for never
 */
struct history {
	struct deed deed[SCENE_ACTS];
	pid_t pid[SIDES];
	__u64 born[SIDES];
	__u64 ended[SIDES];
	atomic_int progress[SIDES];
	atomic_bool over;
	__u64 unseen;
	__u64 cut;
};

#endif /* HISTORY_H */
