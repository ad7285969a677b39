// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who caused it, and why, where no call on the socket itself did.
 *
 * Nothing here asks what a CPU was doing or what the kernel should have done:
 * the path was seen to run, or there is no answer.  What is left of inference
 * is told where it stands; DESIGN lists the premises.
 */

#include "cause.h"

#define FROM_ANY	0 ... SW_ARC_STATES - 1

/* By the state that a transition leads to, and the one that it comes from. */
const __u8 sw_arc_causes[SW_ARC_STATES][SW_ARC_STATES] = {
	[SHUTWATCH_TCP_SYN_SENT]	= { [FROM_ANY] = SHUTWATCH_BY_CONNECT },
	[SHUTWATCH_TCP_LISTEN]		= { [FROM_ANY] = SHUTWATCH_BY_LISTEN },
	[SHUTWATCH_TCP_SYN_RECV]	= { [FROM_ANY] = SHUTWATCH_BY_RX },
	[SHUTWATCH_TCP_FIN_WAIT2]	= { [FROM_ANY] = SHUTWATCH_BY_RX },
	[SHUTWATCH_TCP_TIME_WAIT]	= { [FROM_ANY] = SHUTWATCH_BY_RX },
	[SHUTWATCH_TCP_CLOSE_WAIT]	= { [FROM_ANY] = SHUTWATCH_BY_RX },
	[SHUTWATCH_TCP_CLOSING]		= { [FROM_ANY] = SHUTWATCH_BY_RX },
	/* from SYN_SENT, connect() may do it by itself */
	[SHUTWATCH_TCP_ESTABLISHED]	= {
		[SHUTWATCH_TCP_SYN_RECV] = SHUTWATCH_BY_RX,
	},
};

static __u8 why_orphan(const struct sw_scene *scene)
{
	return scene->memory ? SHUTWATCH_WHY_ORPHAN_MEMORY :
			       SHUTWATCH_WHY_ORPHAN_COUNT;
}

static __u8 why_keepalive(const struct sw_scene *scene)
{
	if (scene->orphan && scene->before == SHUTWATCH_TCP_FIN_WAIT2)
		return SHUTWATCH_WHY_FIN_WAIT2_TIMEOUT;
	return scene->user_timeout ? SHUTWATCH_WHY_USER_TIMEOUT :
				     SHUTWATCH_WHY_KEEPALIVE_TIMEOUT;
}

static struct sw_cause cause(__u8 by, __u8 why)
{
	return (struct sw_cause){ .by = by, .why = why };
}

/*
 * A shutdown() leads to tcp_shutdown().  MPTCP closes a subflow for a close(), or
 * because one of its addresses is gone, or it is no good any more.
 */
static __u8 why_subflow_fin(const struct sw_scene *scene)
{
	if (!scene->asked || (scene->path == SW_PATH_CLOSE &&
			      scene->asked != SHUTWATCH_WHY_CLOSE))
		return SHUTWATCH_WHY_MPTCP;
	return scene->asked;
}

static struct sw_cause cause_of_subflow(const struct sw_scene *scene)
{
	/* Its MPTCP socket was not accepted; the TCP one may follow. */
	if (scene->asked == SHUTWATCH_WHY_LISTENER_STOPPED)
		return cause(SHUTWATCH_BY_LISTENER, scene->asked);
	/* As of any socket that __tcp_close() resets when it is nobody's any more. */
	if (scene->path == SW_PATH_CLOSE && scene->orphan)
		return cause(SHUTWATCH_BY_MPTCP,
			     scene->linger2 ? SHUTWATCH_WHY_LINGER2_NEGATIVE :
					      why_orphan(scene));
	if (!scene->asked && scene->not_followed)
		return cause(SHUTWATCH_BY_NONE, SHUTWATCH_WHY_NOT_FOLLOWED);
	return cause(SHUTWATCH_BY_MPTCP,
		     scene->asked ? scene->asked : SHUTWATCH_WHY_MPTCP);
}

/**
 * sw_cause_of_rst() - who made a socket send a RST of its own accord
 * @scene: what was seen; no call on this socket does it
 *
 * Return: who, and why.
 */
struct sw_cause sw_cause_of_rst(const struct sw_scene *scene)
{
	if (scene->child)
		return cause(SHUTWATCH_BY_LISTENER, SHUTWATCH_WHY_LISTENER_STOPPED);
	switch (scene->path) {
	case SW_PATH_KEEPALIVE:
		return cause(SHUTWATCH_BY_TIMER, why_keepalive(scene));
	case SW_PATH_ORPHAN:
	case SW_PATH_WRITE_TIMER:
		return cause(SHUTWATCH_BY_TIMER, why_orphan(scene));
	case SW_PATH_ABORT:
		return cause(SHUTWATCH_BY_ABORT, SHUTWATCH_WHY_ABORT);
	case SW_PATH_CLOSE:
	case SW_PATH_DISCONNECT:
		if (!scene->mptcp)
			return cause(SHUTWATCH_BY_NONE, SHUTWATCH_WHY_NOT_FOLLOWED);
		break;
	}
	/* Nobody else resets a subflow: MPTCP does, from many places. */
	if (scene->mptcp)
		return cause_of_subflow(scene);
	return cause(SHUTWATCH_BY_NONE, SHUTWATCH_WHY_UNKNOWN);
}

/**
 * sw_cause_of_fin() - who made a socket send a FIN
 * @scene: what was seen; no call on this socket does it
 *
 * Return: who, and why.
 */
struct sw_cause sw_cause_of_fin(const struct sw_scene *scene)
{
	if (scene->not_followed)
		return cause(SHUTWATCH_BY_NONE, SHUTWATCH_WHY_NOT_FOLLOWED);
	if (scene->path == SW_PATH_SEGMENT)
		return cause(SHUTWATCH_BY_RX, SHUTWATCH_WHY_SHUTDOWN_DEFERRED);
	if (scene->mptcp)
		return cause(SHUTWATCH_BY_MPTCP, why_subflow_fin(scene));
	return cause(SHUTWATCH_BY_NONE, SHUTWATCH_WHY_NOT_FOLLOWED);
}

/**
 * sw_why_silent_timer() - why a timer gave a connection up without a word
 * @scene: what was seen
 *
 * Return: enum shutwatch_why.
 */
__u8 sw_why_silent_timer(const struct sw_scene *scene)
{
	if (scene->path == SW_PATH_ORPHAN)
		return scene->dying ? SHUTWATCH_WHY_NETNS_EXIT : why_orphan(scene);
	/* It sends a RST, but where it wanted a mini-socket and got none. */
	if (scene->path == SW_PATH_KEEPALIVE)
		return SHUTWATCH_WHY_FIN_WAIT2_TIMEOUT;
	return scene->user_timeout ? SHUTWATCH_WHY_USER_TIMEOUT :
				     SHUTWATCH_WHY_RETRIES_EXHAUSTED;
}
