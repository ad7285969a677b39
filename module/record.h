/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One record, as the ring keeps it and as the text is made from it.
 *
 * Two cache lines, no pointers: what a reader needs stands in the record, so
 * that it can be read when the socket, the task and the namespace are gone.
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
 * @unread: bytes received and not yet read, as SIOCINQ counts them
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

/* struct sw_record.flags */
#define SW_RECORD_IPV6		SHUTWATCH_RAW_IPV6	/* addresses are IPv6 */
#define SW_RECORD_NO_VALUES	SHUTWATCH_RAW_NO_VALUES	/* there was no socket to ask */
#define SW_RECORD_PARENT	SHUTWATCH_RAW_PARENT	/* @aux is the listener's cookie */
#define SW_RECORD_CHILDREN	SHUTWATCH_RAW_CHILDREN	/* the socket was a listener */
#define SW_RECORD_KREASON	SHUTWATCH_RAW_KREASON	/* the kernel gave a reset reason */
#define SW_RECORD_NO_TIME	SHUTWATCH_RAW_NO_TIME	/* the end of the call was not seen */

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
 * @aux: any of the next three
 * @took: call: nanoseconds
 * @parent: decision: the listener's cookie, 0 if that is not known
 * @count: lost: how many records
 * @id: which connection
 * @pid: thread group id of the task that asked; 0 where no task did
 * @v: values at the moment of the decision
 * @children: embryos reset because this listener stopped
 * @comm: name of the task that asked; not terminated if 16 bytes long
 * @cpu: where it happened
 * @err: call: return value, 0 or -errno; reset: the errno the program gets
 * @kind: enum shutwatch_kind
 * @ctx: enum shutwatch_ctx
 * @by: enum shutwatch_by; the call of a call
 * @spare: zero, as the ring was allocated
 * @outcome: what came of it
 */
struct sw_record {
	__u64			seq;
	__u64			ts;
	__u64			cookie;
	union {
		__u64		aux;
		__u64		took;
		__u64		parent;
		__u64		count;
	};
	struct sw_ident		id;
	__u32			pid;
	struct sw_values	v;
	__u32			children;
	char			comm[SHUTWATCH_COMM_LEN];
	__u16			cpu;
	__s16			err;
	__u8			kind;
	__u8			ctx;
	__u8			by;
	__u8			spare;
	struct sw_outcome	outcome;
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
 * @pid: owner: the task that was last seen to act on it; 0 for none
 * @comm: name of that task
 * @ipv6: addresses are IPv6
 * @state: enum shutwatch_tcp now
 * @shut: enum shutwatch_how: sides that are shut down
 * @call: enum shutwatch_by: the last call, or who decided last
 * @how: enum shutwatch_how of that call
 * @sent: enum shutwatch_sent of that call
 * @why: enum shutwatch_why of that call
 */
struct sw_sockinfo {
	__u64			cookie;
	struct sw_ident		id;
	__u64			path;
	__u32			pid;
	char			comm[SHUTWATCH_COMM_LEN];
	bool			ipv6;
	__u8			state;
	__u8			shut;
	__u8			call;
	__u8			how;
	__u8			sent;
	__u8			why;
};

#endif /* _SHUTWATCH_RECORD_H */
