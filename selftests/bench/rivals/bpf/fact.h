/* SPDX-License-Identifier: GPL-2.0-only */
/* What the BPF program tells the reader. */
#ifndef BENCH_FACT_H
#define BENCH_FACT_H

#include <linux/types.h>

enum fact_kind {
	FACT_CALL,
	FACT_DECISION,
	FACT_STATE,
	FACT_RESET,
};

enum fact_call {
	FACT_NO_CALL,
	FACT_CLOSE,
	FACT_SHUTDOWN,
	FACT_DISCONNECT,
};

enum fact_sent {
	FACT_SENT_NONE,
	FACT_SENT_FIN,
	FACT_SENT_RST,
};

/**
 * struct fact - one record
 * @ts: nanoseconds of CLOCK_MONOTONIC; of a call when it began
 * @took: call: nanoseconds
 * @cookie: SO_COOKIE
 * @comm: name of the current task, which on the kernel's input path is any
 * @laddr: local address; IPv4 in the first word
 * @raddr: remote address, likewise
 * @netns: inode number
 * @pid: of the current task, likewise
 * @unread: bytes, as all three: of a call when it began
 * @unsent: bytes
 * @unacked: bytes
 * @lport: host byte order
 * @rport: network byte order
 * @family: AF_INET or AF_INET6
 * @err: state and reset: errno
 * @kind: enum fact_kind
 * @call: enum fact_call
 * @how: shutdown: 1 for the side that receives, 2 for the one that sends, or both
 * @before: TCP state
 * @after: TCP state
 * @sent: enum fact_sent
 * @queued: the FIN waits behind unsent data
 * @disconnected: tcp_disconnect() ran inside the call
 * @kreason: the kernel's own reason for a RST, 0 where it gives none
 */
struct fact {
	__u64	ts;
	__u64	took;
	__u64	cookie;
	char	comm[16];
	__u32	laddr[4];
	__u32	raddr[4];
	__u32	netns;
	__u32	pid;
	__u32	unread;
	__u32	unsent;
	__u32	unacked;
	__u16	lport;
	__u16	rport;
	__u16	family;
	__u16	err;
	__u8	kind;
	__u8	call;
	__u8	how;
	__u8	before;
	__u8	after;
	__u8	sent;
	__u8	queued;
	__u8	disconnected;
	__u32	kreason;
};

#endif /* BENCH_FACT_H */
