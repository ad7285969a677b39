/* SPDX-License-Identifier: GPL-2.0-only */
/* Who caused it, and why: from what was seen outside calls to the words. */
#ifndef _SHUTWATCH_CAUSE_H
#define _SHUTWATCH_CAUSE_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdbool.h>
#endif

#include "path.h"
#include "uapi/shutwatch.h"

/**
 * struct sw_cause - the answer
 * @by: enum shutwatch_by
 * @why: enum shutwatch_why
 */
struct sw_cause {
	__u8	by;
	__u8	why;
};

/**
 * struct sw_scene - what was seen when something happened to a socket
 * @path: enum sw_path: what ran; of a transition to CLOSE, what ran tcp_done(),
 *	of one that sends a FIN, what ran tcp_shutdown() or __tcp_close()
 * @call: enum shutwatch_by: the call on this socket that runs; none if none does
 * @before: enum shutwatch_tcp: the state that it is in, or comes from
 * @asked: enum shutwatch_why: what the call on the MPTCP socket above it is for;
 *	unknown if none runs
 * @done: tcp_done() has run for this transition
 * @reset: tcp_reset() has
 * @child: the socket's listener has stopped, and forgets it
 * @mptcp: it is a subflow
 * @not_followed: a call's own code runs, and the call was not seen to begin; of a
 *	subflow, a call on the MPTCP socket above it
 * @orphan: nobody has it open any more
 * @linger2: it was closed in FIN_WAIT2, with TCP_LINGER2 negative
 * @user_timeout: TCP_USER_TIMEOUT is what its timers go by
 * @memory: the memory of TCP's buffers is above its limit
 * @dying: its network namespace is going away
 * @repair: it is in TCP_REPAIR, and has sent nothing that could be answered
 */
struct sw_scene {
	__u8	path;
	__u8	call;
	__u8	before;
	__u8	asked;
	bool	done;
	bool	reset;
	bool	child;
	bool	mptcp;
	bool	not_followed;
	bool	orphan;
	bool	linger2;
	bool	user_timeout;
	bool	memory;
	bool	dying;
	bool	repair;
};

/**
 * sw_cause_of_path() - who acts on a path
 * @path: enum sw_path
 *
 * Return: enum shutwatch_by.
 */
static inline __u8 sw_cause_of_path(__u8 path)
{
	switch (path) {
	case SW_PATH_SEGMENT:
	case SW_PATH_ICMP:
		return SHUTWATCH_BY_RX;
	case SW_PATH_KEEPALIVE:
	case SW_PATH_WRITE_TIMER:
	case SW_PATH_ORPHAN:
	case SW_PATH_MINI_TIMER:
		return SHUTWATCH_BY_TIMER;
	case SW_PATH_ABORT:
		return SHUTWATCH_BY_ABORT;
	case SW_PATH_CONNECT:
		return SHUTWATCH_BY_CONNECT;
	}
	return SHUTWATCH_BY_NONE;
}

/**
 * sw_cause_of_done() - who asked for tcp_done()
 * @scene: what was seen
 *
 * Of a subflow, what no segment and no timer does is MPTCP's, and so is
 * __tcp_close() of it.
 *
 * Return: enum shutwatch_by.
 */
static inline __u8 sw_cause_of_done(const struct sw_scene *scene)
{
	bool close = scene->path == SW_PATH_CLOSE;

	if (close && scene->call)
		return scene->call;
	if (scene->mptcp && (close || scene->path == SW_PATH_NONE))
		return SHUTWATCH_BY_MPTCP;
	return sw_cause_of_path(scene->path);
}

/**
 * sw_cause_of_close() - who caused a transition to CLOSE
 * @scene: what was seen
 *
 * tcp_done() ends a connection for a segment, an ICMP error, a timer and
 * tcp_abort(), and for a close() in FIN_WAIT2 that gets no mini-socket; other
 * calls, a listener and MPTCP set the state by themselves.
 *
 * Return: enum shutwatch_by.
 */
static inline __u8 sw_cause_of_close(const struct sw_scene *scene)
{
	if (scene->reset)
		return SHUTWATCH_BY_RX;
	if (scene->child)
		return SHUTWATCH_BY_LISTENER;
	if (scene->done)
		return sw_cause_of_done(scene);
	if (scene->call)
		return scene->call;
	if (scene->not_followed)
		return SHUTWATCH_BY_NONE;
	if (scene->mptcp)
		return SHUTWATCH_BY_MPTCP;
	/* A connect() that fails takes its SYN_SENT back, a listen() its LISTEN. */
	if (scene->before == SHUTWATCH_TCP_SYN_SENT)
		return SHUTWATCH_BY_CONNECT;
	if (scene->before == SHUTWATCH_TCP_LISTEN)
		return SHUTWATCH_BY_LISTEN;
	return SHUTWATCH_BY_NONE;
}

/**
 * sw_cause_of_sending_fin() - who caused a transition that a FIN goes with
 * @scene: what was seen
 *
 * Return: enum shutwatch_by.
 */
static inline __u8 sw_cause_of_sending_fin(const struct sw_scene *scene)
{
	if (scene->call)
		return scene->call;
	if (scene->not_followed)
		return SHUTWATCH_BY_NONE;
	if (scene->path == SW_PATH_SEGMENT)
		return SHUTWATCH_BY_RX;
	return scene->mptcp ? SHUTWATCH_BY_MPTCP : SHUTWATCH_BY_NONE;
}

/* States fit four bits. */
#define SW_ARC_STATES	16

extern const __u8 sw_arc_causes[SW_ARC_STATES][SW_ARC_STATES];

/**
 * sw_cause_of_arc() - who alone can cause a transition
 * @before: enum shutwatch_tcp: where it comes from
 * @after: enum shutwatch_tcp: where it leads to
 *
 * Most arcs of the state diagram have one cause only, and are it.
 *
 * Return: enum shutwatch_by; none if it takes more to know.
 */
static inline __u8 sw_cause_of_arc(__u8 before, __u8 after)
{
	return sw_arc_causes[after % SW_ARC_STATES][before % SW_ARC_STATES];
}

/**
 * sw_cause_of_transition() - who caused a transition
 * @scene: what was seen
 * @after: enum shutwatch_tcp: where it leads to
 *
 * Return: enum shutwatch_by.
 */
static inline __u8 sw_cause_of_transition(const struct sw_scene *scene, __u8 after)
{
	switch (after) {
	case SHUTWATCH_TCP_CLOSE:
		return sw_cause_of_close(scene);
	case SHUTWATCH_TCP_FIN_WAIT1:
	case SHUTWATCH_TCP_LAST_ACK:
		return sw_cause_of_sending_fin(scene);
	case SHUTWATCH_TCP_ESTABLISHED:
		/* In TCP_REPAIR connect() needs no peer. */
		if (scene->repair && scene->before == SHUTWATCH_TCP_SYN_SENT)
			return SHUTWATCH_BY_CONNECT;
		return SHUTWATCH_BY_RX;
	}
	return sw_cause_of_arc(scene->before, after);
}

struct sw_cause sw_cause_of_rst(const struct sw_scene *scene);
struct sw_cause sw_cause_of_fin(const struct sw_scene *scene);
__u8 sw_why_silent_timer(const struct sw_scene *scene);

#endif /* _SHUTWATCH_CAUSE_H */
