/* SPDX-License-Identifier: GPL-2.0-only */
/* A call: what a task has asked of a socket, and what was seen of it so far. */
#ifndef _SHUTWATCH_CALL_H
#define _SHUTWATCH_CALL_H

#include <linux/types.h>

#include "record.h"

struct sock;
struct task_struct;

/* struct sw_call.seen: what the hooks have seen inside the call */
#define SW_SEEN_LOCKED		0x0001	/* state and values taken under the socket lock */
#define SW_SEEN_DISCONNECT	0x0002	/* tcp_disconnect() */
#define SW_SEEN_FIN		0x0004	/* tcp_send_fin() */
#define SW_SEEN_RST		0x0008	/* tcp_send_active_reset() */
#define SW_SEEN_RST_SENT	0x0010	/* and it got as far as the transmit */
#define SW_SEEN_ORPHAN		0x0020	/* the RST came after sock_orphan() */
#define SW_SEEN_LINGER2		0x0040	/* ... in FIN_WAIT2, where TCP_LINGER2 < 0 */
#define SW_SEEN_REPAIR		0x0080	/* the socket is in TCP_REPAIR */
#define SW_SEEN_DEFERRED	0x0100	/* tcp_shutdown() once more, by a segment */
#define SW_SEEN_NETNS_EXIT	0x0200	/* the namespace was going away */
#define SW_SEEN_KREASON		0x0400	/* the kernel gave a reason for the RST */
#define SW_SEEN_MEMORY		0x0800	/* ... while TCP's memory was above its limit */
#define SW_SEEN_MPTCP		0x1000	/* the socket is MPTCP's */
#define SW_SEEN_LINGERS		0x2000	/* it may sleep long: counted as such */
#define SW_SEEN_UNTOLD		0x4000	/* no record wants its time and its values */
#define SW_SEEN_RST_FREED	0x8000	/* the kernel let go of that segment on the way */

/**
 * struct sw_call - a call in flight
 * @owner: the task that makes it; NULL where the slot is free
 * @sk: the socket
 * @cookie: its SO_COOKIE
 * @key: where its entry is found in the table of sockets
 * @start: when it began, nanoseconds of CLOCK_MONOTONIC
 * @id: which connection
 * @v: values at the moment of the decision
 * @children: embryos reset because this listener stopped
 * @ret: return value
 * @outcome: what came of it so far
 * @failed: RSTs that could not leave this CPU, when this one was decided
 * @moves: and how often the task had gone to another CPU, modulo 2^16
 * @seen: SW_SEEN_*
 * @call: enum shutwatch_by
 * @from: enum shutwatch_tcp before the call's last transition
 * @stray: the slot is not its task's own
 */
struct sw_call {
	struct task_struct	*owner;
	const struct sock	*sk;
	__u64			cookie;
	__u64			key;
	__u64			start;
	struct sw_ident		id;
	struct sw_values	v;
	__u32			children;
	int			ret;
	struct sw_outcome	outcome;
	__u32			failed;
	__u16			moves;
	__u16			seen;
	__u8			call;
	__u8			from;
	bool			stray;
};

/**
 * sw_call_saw_fin() - the kernel has asked for a FIN inside a call
 * @call: the call
 * @fate: enum shutwatch_fin: what became of it
 *
 * Context: any.
 */
static inline void sw_call_saw_fin(struct sw_call *call, __u8 fate)
{
	call->seen |= SW_SEEN_FIN;
	call->outcome.fin = fate;
}

#endif /* _SHUTWATCH_CALL_H */
