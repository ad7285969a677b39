/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One record, as the ring keeps it and as the text is made from it.
 *
 * No pointers: what a reader needs stands in the record, so that it can be read
 * when the socket, the task and the namespace are gone.
 */
#ifndef _SHUTWATCH_RECORD_H
#define _SHUTWATCH_RECORD_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdbool.h>
#endif

#include "uapi/shutwatch.h"

/**
 * struct sw_ident - which connection: the same for all records of a socket
 * @laddr: local address; IPv4 in the first four bytes
 * @raddr: remote address, likewise
 * @lport: local port, host byte order; 0 where none is chosen yet
 * @rport: remote port, host byte order
 * @netns: inode number of the network namespace, as in /proc/PID/ns/net
 */
struct sw_ident {
	__u8	laddr[16];
	__u8	raddr[16];
	__u16	lport;
	__u16	rport;
	__u32	netns;
};

/**
 * struct sw_values - the values that a decision was taken on
 * @unread: bytes received and not yet read, all that is in the receive queue
 * @unsent: bytes written and not yet sent, SYN and FIN not counted
 * @unacked: bytes sent and not yet acknowledged, SYN and FIN not counted
 * @linger: SO_LINGER in seconds, SW_LINGER_OFF where it is off
 */
struct sw_values {
	__u32	unread;
	__u32	unsent;
	__u32	unacked;
	__s32	linger;
};

#define SW_LINGER_OFF		(-1)

/* struct sw_outcome.flags */
#define SW_RECORD_IPV6		SHUTWATCH_RAW_IPV6	/* addresses are IPv6 */
#define SW_RECORD_NO_VALUES	SHUTWATCH_RAW_NO_VALUES	/* there was no socket to ask */
#define SW_RECORD_PARENT	SHUTWATCH_RAW_PARENT	/* @aux is the listener's cookie */
#define SW_RECORD_CHILDREN	SHUTWATCH_RAW_CHILDREN	/* the socket was a listener */
#define SW_RECORD_KREASON	SHUTWATCH_RAW_KREASON	/* the kernel gave a reset reason */
#define SW_RECORD_NO_TIME	SHUTWATCH_RAW_NO_TIME	/* not wanted when it began */
#define SW_RECORD_MSK		SHUTWATCH_RAW_MSK	/* @aux is the MPTCP socket's cookie */

/**
 * struct sw_outcome - what came of it: copied whole from a call to its record
 * @how: enum shutwatch_how
 * @before: enum shutwatch_tcp when it was decided
 * @after: enum shutwatch_tcp after the last transition
 * @sent: enum shutwatch_sent; of a call, once it is over
 * @why: enum shutwatch_why; of a call, once it is over
 * @fin: enum shutwatch_fin
 * @kreason: enum sk_rst_reason of the running kernel
 * @flags: SW_RECORD_*; of a call in flight, SW_RECORD_IPV6 or 0
 */
struct sw_outcome {
	__u8	how;
	__u8	before;
	__u8	after;
	__u8	sent;
	__u8	why;
	__u8	fin;
	__u8	kreason;
	__u8	flags;
};

/**
 * struct sw_record - one thing that happened to one socket
 * @seq: number of the record, from 1, without gaps (the ring's own word)
 * @ts: nanoseconds of CLOCK_MONOTONIC
 * @cookie: SO_COOKIE of the socket; 0 where there is none
 * @aux: any of the next four
 * @took: call: nanoseconds
 * @parent: decision: the listener's cookie, 0 if that is not known
 * @msk: decision with SW_RECORD_MSK: the MPTCP socket's cookie
 * @count: lost and skipped: how many
 * @id: which connection
 * @owner: the process that has the socket
 * @pid: thread group id of the task that asked; 0 where no task did
 * @comm: name of the task that asked; not terminated if 16 bytes long
 * @v: values at the moment of the decision
 * @children: embryos reset because this listener stopped
 * @cpu: where it happened
 * @err: call: return value, 0 or -errno; reset and state: the errno that it
 *	leaves on the socket, 0 for none
 * @kind: enum shutwatch_kind
 * @ctx: enum shutwatch_ctx
 * @by: enum shutwatch_by; the call of a call; enum shutwatch_what of skipped
 * @spare: zero, as the ring was allocated
 * @outcome: what came of it
 * @trigger: decision: the segment, or the values of the timer
 */
struct sw_record {
	__u64			seq;
	__u64			ts;
	__u64			cookie;
	union {
		__u64		aux;
		__u64		took;
		__u64		parent;
		__u64		msk;
		__u64		count;
	};
	struct sw_ident		id;
	struct shutwatch_owner		owner;
	__u32			pid;
	char			comm[SHUTWATCH_COMM_LEN];
	struct sw_values	v;
	__u32			children;
	__u16			cpu;
	__s16			err;
	__u8			kind;
	__u8			ctx;
	__u8			by;
	__u8			spare;
	struct sw_outcome	outcome;
	union shutwatch_trigger	trigger;
};

/**
 * struct sw_ending - a call or decision, as the sockets file shows it
 * @by: enum shutwatch_by: which call, or who decided; none for none
 * @how: enum shutwatch_how
 * @sent: enum shutwatch_sent
 * @why: enum shutwatch_why
 * @fin: enum shutwatch_fin
 */
struct sw_ending {
	__u8	by;
	__u8	how;
	__u8	sent;
	__u8	why;
	__u8	fin;
};

/* States of a path fit four bits each: sixteen of them, the newest lowest. */
#define SW_PATH_BITS		4
#define SW_PATH_MASK		0xf
#define SW_PATH_STATES		16

/**
 * struct sw_sockinfo - one line of the sockets file
 * @cookie: SO_COOKIE
 * @id: which connection
 * @path: states so far, four bits each, the newest in the lowest bits
 * @since: when it came into its state, nanoseconds of CLOCK_MONOTONIC; 0 where
 *	that was not seen; in the table, as sw_now_for() has it
 * @owner: the process that has it
 * @ended: the call or decision that ended the connection
 * @last: the last call or decision of all
 * @ipv6: addresses are IPv6
 * @state: enum shutwatch_tcp now
 * @shut: enum shutwatch_how: sides that are shut down
 */
struct sw_sockinfo {
	__u64			cookie;
	struct sw_ident		id;
	__u64			path;
	__u64			since;
	struct shutwatch_owner		owner;
	struct sw_ending	ended;
	struct sw_ending	last;
	bool			ipv6;
	__u8			state;
	__u8			shut;
};

/**
 * struct sw_total - one line of the totals file
 * @count: how many ended so
 * @by: enum shutwatch_by
 * @sent: enum shutwatch_sent
 * @why: enum shutwatch_why
 */
struct sw_total {
	__u64	count;
	__u8	by;
	__u8	sent;
	__u8	why;
};

#endif /* _SHUTWATCH_RECORD_H */
