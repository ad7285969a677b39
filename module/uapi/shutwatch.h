/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * shutwatch: how TCP connections end - what the module tells user space
 *
 * Kernel module, reader, tests and documents take every name from here: the
 * states, the calls, the reasons, the files, the keys of a line.  A name that
 * is listed twice will disagree with itself one day.
 *
 * Each vocabulary is a list macro.  Expand it with SHUTWATCH_AS_ENUM for the
 * values and with SHUTWATCH_AS_NAME for the table of names:
 *
 *	static const char * const sent_names[] = {
 *		SHUTWATCH_SENT_LIST(SHUTWATCH_AS_NAME)
 *	};
 *
 * A reader must ignore keys and accept values that it does not know: both are
 * only ever added, at the end of their list, because the raw records tell their
 * numbers.  SHUTWATCH_ABI moves when one changes its meaning or goes.
 * The manual of all this is module/uapi/ABI.
 */
#ifndef _UAPI_SHUTWATCH_H
#define _UAPI_SHUTWATCH_H

#include <linux/types.h>

#define SHUTWATCH_ABI		1
#define SHUTWATCH_VERSION	"1.0.4"

/*
 * Sizes that the module takes at load: the least, the most, and what it takes if
 * not told, all powers of two.
 */
#define SHUTWATCH_RING_MIN	1024
#define SHUTWATCH_RING_MAX	1048576
#define SHUTWATCH_RING_DEFAULT	32768
#define SHUTWATCH_SOCKETS_MIN	256
#define SHUTWATCH_SOCKETS_MAX	4194304
#define SHUTWATCH_SOCKETS_DEFAULT	16384

/* The files: their directories and names. */
#define SHUTWATCH_DEBUGFS	"/sys/kernel/debug"
#define SHUTWATCH_DIR		"shutwatch"
#define SHUTWATCH_PARAMETERS	"/sys/module/shutwatch/parameters"

#define SHUTWATCH_FILE_ABI	"abi"
#define SHUTWATCH_FILE_EVENTS	"events"
#define SHUTWATCH_FILE_PIPE	"events_pipe"
#define SHUTWATCH_FILE_RAW	"events_raw"
#define SHUTWATCH_FILE_SOCKETS	"sockets"
#define SHUTWATCH_FILE_STATS	"stats"
#define SHUTWATCH_FILE_TOTALS	"totals"

/* The longest line of any file, newline and terminating NUL included. */
#define SHUTWATCH_LINE_MAX	768

/* Written where a value does not apply or is not known. */
#define SHUTWATCH_NOTHING	"-"

#define SHUTWATCH_COMM_LEN	16

#define SHUTWATCH_AS_ENUM(id, ...)		id,
#define SHUTWATCH_AS_NAME(id, name, ...)	[id] = name,

/*
 * TCP states: the kernel's numbers, the names of ss(8) and RFC 9293 written
 * the kernel's way.  SHUTWATCH_TCP_NONE stands for a state that was not seen.
 */
#define SHUTWATCH_TCP_LIST(X)						\
	X(SHUTWATCH_TCP_NONE,		"-")				\
	X(SHUTWATCH_TCP_ESTABLISHED,	"ESTABLISHED")			\
	X(SHUTWATCH_TCP_SYN_SENT,	"SYN_SENT")			\
	X(SHUTWATCH_TCP_SYN_RECV,	"SYN_RECV")			\
	X(SHUTWATCH_TCP_FIN_WAIT1,	"FIN_WAIT1")			\
	X(SHUTWATCH_TCP_FIN_WAIT2,	"FIN_WAIT2")			\
	X(SHUTWATCH_TCP_TIME_WAIT,	"TIME_WAIT")			\
	X(SHUTWATCH_TCP_CLOSE,		"CLOSE")			\
	X(SHUTWATCH_TCP_CLOSE_WAIT,	"CLOSE_WAIT")			\
	X(SHUTWATCH_TCP_LAST_ACK,	"LAST_ACK")			\
	X(SHUTWATCH_TCP_LISTEN,		"LISTEN")			\
	X(SHUTWATCH_TCP_CLOSING,	"CLOSING")			\
	X(SHUTWATCH_TCP_NEW_SYN_RECV,	"NEW_SYN_RECV")

enum shutwatch_tcp {
	SHUTWATCH_TCP_LIST(SHUTWATCH_AS_ENUM)
	SHUTWATCH_TCP_COUNT
};

/* kind=: what a record tells. */
#define SHUTWATCH_KIND_LIST(X)						\
	X(SHUTWATCH_KIND_CALL,		"call")				\
	X(SHUTWATCH_KIND_DECISION,	"decision")			\
	X(SHUTWATCH_KIND_STATE,		"state")			\
	X(SHUTWATCH_KIND_RESET,		"reset")			\
	X(SHUTWATCH_KIND_LOST,		"lost")				\
	X(SHUTWATCH_KIND_SKIPPED,	"skipped")

enum shutwatch_kind {
	SHUTWATCH_KIND_LIST(SHUTWATCH_AS_ENUM)
	SHUTWATCH_KIND_COUNT
};

/* ctx=: what the CPU was doing. */
#define SHUTWATCH_CTX_LIST(X)						\
	X(SHUTWATCH_CTX_NONE,		"-")				\
	X(SHUTWATCH_CTX_TASK,		"task")				\
	X(SHUTWATCH_CTX_SOFTIRQ,	"softirq")			\
	X(SHUTWATCH_CTX_TIMER,		"timer")			\
	X(SHUTWATCH_CTX_KTHREAD,	"kthread")

enum shutwatch_ctx {
	SHUTWATCH_CTX_LIST(SHUTWATCH_AS_ENUM)
	SHUTWATCH_CTX_COUNT
};

/*
 * by= (and call=, for the first four): the cause.  It names the call that the
 * program made, whichever function the kernel ran for it.
 */
#define SHUTWATCH_BY_LIST(X)						\
	X(SHUTWATCH_BY_NONE,		"-")				\
	X(SHUTWATCH_BY_CLOSE,		"close")			\
	X(SHUTWATCH_BY_SHUTDOWN,	"shutdown")			\
	X(SHUTWATCH_BY_CONNECT_UNSPEC,	"connect_unspec")		\
	X(SHUTWATCH_BY_ABORT,		"abort")			\
	X(SHUTWATCH_BY_RX,		"rx")				\
	X(SHUTWATCH_BY_TIMER,		"timer")			\
	X(SHUTWATCH_BY_LISTENER,	"listener")			\
	X(SHUTWATCH_BY_MPTCP,		"mptcp")			\
	X(SHUTWATCH_BY_CONNECT,		"connect")			\
	X(SHUTWATCH_BY_LISTEN,		"listen")

enum shutwatch_by {
	SHUTWATCH_BY_LIST(SHUTWATCH_AS_ENUM)
	SHUTWATCH_BY_COUNT
};

/*
 * how= of a shutdown, and shut= of a socket: the value is RCV_SHUTDOWN (1) |
 * SEND_SHUTDOWN (2).  "exit" is how= of a close whose task was ending.
 */
#define SHUTWATCH_HOW_LIST(X)						\
	X(SHUTWATCH_HOW_NONE,		"-")				\
	X(SHUTWATCH_HOW_RD,		"rd")				\
	X(SHUTWATCH_HOW_WR,		"wr")				\
	X(SHUTWATCH_HOW_RDWR,		"rdwr")				\
	X(SHUTWATCH_HOW_EXIT,		"exit")

enum shutwatch_how {
	SHUTWATCH_HOW_LIST(SHUTWATCH_AS_ENUM)
	SHUTWATCH_HOW_COUNT
};

/* sent=: what the kernel was seen to send. */
#define SHUTWATCH_SENT_LIST(X)						\
	X(SHUTWATCH_SENT_NONE,		"none")				\
	X(SHUTWATCH_SENT_FIN,		"FIN")				\
	X(SHUTWATCH_SENT_RST,		"RST")

enum shutwatch_sent {
	SHUTWATCH_SENT_LIST(SHUTWATCH_AS_ENUM)
	SHUTWATCH_SENT_COUNT
};

/*
 * fin=: what became of the FIN by the time the kernel had asked for it.
 * "queued" waits behind unsent data, a closed window or memory pressure, or IP
 * has refused it, and TCP tries again.
 */
#define SHUTWATCH_FIN_LIST(X)						\
	X(SHUTWATCH_FIN_NONE,		"-")				\
	X(SHUTWATCH_FIN_SENT,		"sent")				\
	X(SHUTWATCH_FIN_QUEUED,		"queued")			\
	X(SHUTWATCH_FIN_FAILED,		"failed")

enum shutwatch_fin {
	SHUTWATCH_FIN_LIST(SHUTWATCH_AS_ENUM)
	SHUTWATCH_FIN_COUNT
};

/* why=: the reason, and what it means in a sentence's half. */
#define SHUTWATCH_WHY_LIST(X)						\
	X(SHUTWATCH_WHY_UNKNOWN, "unknown",				\
	  "seen, but not understood: counted in stats")			\
	/* a FIN */							\
	X(SHUTWATCH_WHY_SHUTDOWN_WRITE, "shutdown_write",		\
	  "shutdown() ended the sending side")				\
	X(SHUTWATCH_WHY_CLOSE, "close",					\
	  "close() with nothing unread")				\
	X(SHUTWATCH_WHY_SHUTDOWN_DEFERRED, "shutdown_deferred",		\
	  "shutdown() before the handshake was done: the FIN follows") \
	/* a RST */							\
	X(SHUTWATCH_WHY_UNREAD_DATA, "unread_data",			\
	  "close() with unread data in the receive queue")		\
	X(SHUTWATCH_WHY_LINGER_ZERO, "linger_zero",			\
	  "close() with SO_LINGER on and a time of 0")			\
	X(SHUTWATCH_WHY_LINGER2_NEGATIVE, "linger2_negative",		\
	  "closed, and TCP_LINGER2 < 0 forbids to wait in FIN_WAIT2")	\
	X(SHUTWATCH_WHY_ORPHAN_MEMORY, "orphan_memory",			\
	  "closed, and TCP has too much memory in use: tcp_mem")	\
	X(SHUTWATCH_WHY_CONNECT_UNSPEC, "connect_unspec",		\
	  "connect(AF_UNSPEC) on a connected socket")			\
	X(SHUTWATCH_WHY_ABORT, "abort",					\
	  "SOCK_DESTROY: ss -K, or a BPF program")			\
	X(SHUTWATCH_WHY_LISTENER_STOPPED, "listener_stopped",		\
	  "the listener stopped listening")				\
	X(SHUTWATCH_WHY_FIN_WAIT2_TIMEOUT, "fin_wait2_timeout",		\
	  "closed, and the peer's FIN did not come in time")		\
	X(SHUTWATCH_WHY_KEEPALIVE_TIMEOUT, "keepalive_timeout",		\
	  "keepalive probes ran out")					\
	X(SHUTWATCH_WHY_DATA_AFTER_SHUTDOWN, "data_after_shutdown",	\
	  "data came after both sides were shut down")			\
	X(SHUTWATCH_WHY_DATA_AFTER_CLOSE, "data_after_close",		\
	  "data came after close()")					\
	X(SHUTWATCH_WHY_TIME_WAIT_SEGMENT, "time_wait_segment",		\
	  "a segment that the mini-socket left by close() rejects")	\
	X(SHUTWATCH_WHY_NO_SOCKET, "no_socket",				\
	  "a segment for which there is no socket")			\
	X(SHUTWATCH_WHY_BAD_HANDSHAKE, "bad_handshake",			\
	  "a segment that does not fit the handshake")			\
	X(SHUTWATCH_WHY_MPTCP, "mptcp",					\
	  "MPTCP ended the subflow")					\
	/* nothing */							\
	X(SHUTWATCH_WHY_READ_SIDE_ONLY, "read_side_only",		\
	  "SHUT_RD: TCP tells the peer nothing")			\
	X(SHUTWATCH_WHY_FIN_ALREADY_SENT, "fin_already_sent",		\
	  "an earlier call sent or queued the FIN")			\
	X(SHUTWATCH_WHY_ALREADY_CLOSED, "already_closed",		\
	  "the connection was over")					\
	X(SHUTWATCH_WHY_SYN_SENT, "syn_sent",				\
	  "the handshake had only begun")				\
	X(SHUTWATCH_WHY_LISTENING, "listening",				\
	  "SHUT_WR means nothing to a listener")			\
	X(SHUTWATCH_WHY_BUSY, "busy",					\
	  "EBUSY: another thread waits on the socket")			\
	X(SHUTWATCH_WHY_REPAIR, "repair",				\
	  "TCP_REPAIR: closed in silence")				\
	X(SHUTWATCH_WHY_NETNS_EXIT, "netns_exit",			\
	  "the network namespace is going away")			\
	X(SHUTWATCH_WHY_RETRIES_EXHAUSTED, "retries_exhausted",		\
	  "retransmissions or window probes ran out")			\
	/* of all three, as they came */					\
	X(SHUTWATCH_WHY_ORPHAN_COUNT, "orphan_count",			\
	  "closed, and there are too many orphans: tcp_max_orphans")	\
	X(SHUTWATCH_WHY_USER_TIMEOUT, "user_timeout",			\
	  "the time of TCP_USER_TIMEOUT was over")			\
	X(SHUTWATCH_WHY_NO_CONNECTION, "no_connection",			\
	  "a segment to a listener, of a connection that there is not")	\
	X(SHUTWATCH_WHY_ACCEPT_QUEUE_FULL, "accept_queue_full",		\
	  "the handshake is over, and the accept queue is full")	\
	X(SHUTWATCH_WHY_DATA_FIN, "data_fin",				\
	  "MPTCP says its end in a DATA_FIN; its subflows' FINs follow") \
	X(SHUTWATCH_WHY_NOT_FOLLOWED, "not_followed",			\
	  "the call that did it was not seen")

enum shutwatch_why {
	SHUTWATCH_WHY_LIST(SHUTWATCH_AS_ENUM)
	SHUTWATCH_WHY_COUNT
};

/* what=: what the kernel did not let us see, and how a reader says that. */
#define SHUTWATCH_WHAT_LIST(X)						\
	X(SHUTWATCH_WHAT_NONE, "-",					\
	  "of something")						\
	X(SHUTWATCH_WHAT_PROBE, "probe",				\
	  "hits of probes that the kernel did not run")			\
	X(SHUTWATCH_WHAT_KPROBES_OFF, "kprobes_off",			\
	  "kprobes are switched off: most is not seen")			\
	X(SHUTWATCH_WHAT_KPROBES_ON, "kprobes_on",			\
	  "kprobes are switched on again")				\
	X(SHUTWATCH_WHAT_CALL, "call",					\
	  "calls not followed: too many in flight")			\
	X(SHUTWATCH_WHAT_RETURN, "return",				\
	  "calls whose return was not seen")				\
	X(SHUTWATCH_WHAT_EVICTED, "evicted",				\
	  "sockets forgotten to make room for others")

enum shutwatch_what {
	SHUTWATCH_WHAT_LIST(SHUTWATCH_AS_ENUM)
	SHUTWATCH_WHAT_COUNT
};

/*
 * ret= and error=: what the functions we watch return, and what the end of a
 * connection leaves to the program.  Any other number is written as it is.
 */
#define SHUTWATCH_ERRNO_LIST(X)						\
	X(EBUSY,			"EBUSY")			\
	X(EACCES,			"EACCES")			\
	X(EADDRINUSE,			"EADDRINUSE")			\
	X(ECONNABORTED,			"ECONNABORTED")			\
	X(ECONNREFUSED,			"ECONNREFUSED")			\
	X(ECONNRESET,			"ECONNRESET")			\
	X(EHOSTUNREACH,			"EHOSTUNREACH")			\
	X(EHOSTDOWN,			"EHOSTDOWN")			\
	X(EINVAL,			"EINVAL")			\
	X(EMSGSIZE,			"EMSGSIZE")			\
	X(ENETDOWN,			"ENETDOWN")			\
	X(ENETUNREACH,			"ENETUNREACH")			\
	X(ENOENT,			"ENOENT")			\
	X(ENOPROTOOPT,			"ENOPROTOOPT")			\
	X(ENOTCONN,			"ENOTCONN")			\
	X(EOPNOTSUPP,			"EOPNOTSUPP")			\
	X(EPIPE,			"EPIPE")			\
	X(EPROTO,			"EPROTO")			\
	X(ETIMEDOUT,			"ETIMEDOUT")

/* The keys of a line.  Which of them a record has is told further down. */
#define SHUTWATCH_KEY_LIST(X)						\
	X(SHUTWATCH_KEY_SEQ,		"seq")				\
	X(SHUTWATCH_KEY_TS,		"ts")				\
	X(SHUTWATCH_KEY_KIND,		"kind")				\
	X(SHUTWATCH_KEY_CPU,		"cpu")				\
	X(SHUTWATCH_KEY_CTX,		"ctx")				\
	X(SHUTWATCH_KEY_PID,		"pid")				\
	X(SHUTWATCH_KEY_COMM,		"comm")				\
	X(SHUTWATCH_KEY_NETNS,		"netns")			\
	X(SHUTWATCH_KEY_COOKIE,		"cookie")			\
	X(SHUTWATCH_KEY_LOCAL,		"local")			\
	X(SHUTWATCH_KEY_REMOTE,		"remote")			\
	X(SHUTWATCH_KEY_CALL,		"call")				\
	X(SHUTWATCH_KEY_HOW,		"how")				\
	X(SHUTWATCH_KEY_RET,		"ret")				\
	X(SHUTWATCH_KEY_STATE,		"state")			\
	X(SHUTWATCH_KEY_BY,		"by")				\
	X(SHUTWATCH_KEY_SENT,		"sent")				\
	X(SHUTWATCH_KEY_WHY,		"why")				\
	X(SHUTWATCH_KEY_FIN,		"fin")				\
	X(SHUTWATCH_KEY_UNREAD,		"unread")			\
	X(SHUTWATCH_KEY_UNSENT,		"unsent")			\
	X(SHUTWATCH_KEY_UNACKED,	"unacked")			\
	X(SHUTWATCH_KEY_LINGER,		"linger")			\
	X(SHUTWATCH_KEY_TOOK,		"took")				\
	X(SHUTWATCH_KEY_CHILDREN,	"children")			\
	X(SHUTWATCH_KEY_PARENT,		"parent")			\
	X(SHUTWATCH_KEY_KREASON,	"kreason")			\
	X(SHUTWATCH_KEY_ERROR,		"error")			\
	X(SHUTWATCH_KEY_COUNT,		"count")			\
	X(SHUTWATCH_KEY_PATH,		"path")				\
	X(SHUTWATCH_KEY_SHUT,		"shut")				\
	X(SHUTWATCH_KEY_OWNER,		"owner")			\
	X(SHUTWATCH_KEY_OCOMM,		"ocomm")			\
	X(SHUTWATCH_KEY_MSK,		"msk")				\
	X(SHUTWATCH_KEY_FLAGS,		"flags")			\
	X(SHUTWATCH_KEY_SEGMENT,	"segment")			\
	X(SHUTWATCH_KEY_LEN,		"len")				\
	X(SHUTWATCH_KEY_USER_TIMEOUT,	"user_timeout")			\
	X(SHUTWATCH_KEY_PROBES,		"probes")			\
	X(SHUTWATCH_KEY_RETRIES,	"retries")			\
	X(SHUTWATCH_KEY_ORPHANS,	"orphans")			\
	X(SHUTWATCH_KEY_WHAT,		"what")				\
	X(SHUTWATCH_KEY_SINCE,		"since")			\
	X(SHUTWATCH_KEY_LAST,		"last")				\
	X(SHUTWATCH_KEY_LAST_HOW,	"last_how")			\
	X(SHUTWATCH_KEY_LAST_SENT,	"last_sent")			\
	X(SHUTWATCH_KEY_LAST_WHY,	"last_why")

enum shutwatch_key {
	SHUTWATCH_KEY_LIST(SHUTWATCH_AS_ENUM)
	SHUTWATCH_KEY__MAX
};

/*
 * The types of values.  Those that are words are called like their list above.
 * What JSON has as a number comes first.
 */
enum shutwatch_type {
	SHUTWATCH_TYPE_NUMBER,		/* up to 32 bits, decimal */
	SHUTWATCH_TYPE_LONG,		/* up to 64 bits, decimal */
	SHUTWATCH_TYPE_TIME,		/* nanoseconds, as seconds.nanoseconds */
	SHUTWATCH_TYPE_NETNS,		/* inode number */
	SHUTWATCH_TYPE_BYTES,		/* in a queue */
	SHUTWATCH_TYPE_LINGER,		/* seconds; -1 is "-" */

	SHUTWATCH_TYPE_STRINGS,		/* from here on: strings */
	SHUTWATCH_TYPE_COOKIE = SHUTWATCH_TYPE_STRINGS,	/* 64 bits, hexadecimal; 0 is "-" */
	SHUTWATCH_TYPE_ENDPOINT,	/* address and port */
	SHUTWATCH_TYPE_COMM,		/* name of a task, escaped */
	SHUTWATCH_TYPE_KREASON,		/* the kernel's own reason */
	SHUTWATCH_TYPE_ERRNO,		/* 0 or the name of an errno */
	SHUTWATCH_TYPE_ERROR,		/* the same, but 0 is "-" */
	SHUTWATCH_TYPE_FLAGS,		/* of a segment: letters of SHUTWATCH_FLAGS */
	SHUTWATCH_TYPE_STATES,		/* BEFORE>AFTER, or "-" for none */
	SHUTWATCH_TYPE_PATH,		/* states, one after the other */
	SHUTWATCH_TYPE_TCP,
	SHUTWATCH_TYPE_KIND,
	SHUTWATCH_TYPE_CTX,
	SHUTWATCH_TYPE_BY,
	SHUTWATCH_TYPE_HOW,
	SHUTWATCH_TYPE_SENT,
	SHUTWATCH_TYPE_WHY,
	SHUTWATCH_TYPE_FIN,
	SHUTWATCH_TYPE_WHAT,
};

/* flags=: a letter for each bit that is set, the lowest first. */
#define SHUTWATCH_FLAGS		"FSRPAU"

/*
 * Which keys a line has, in the order of the line.  What formats records, what
 * copies them for events_raw, and what reads them there are all made from these
 * tables, when they are compiled.  A row is
 *
 *	X(key, type, field, when)
 *
 * key		SHUTWATCH_KEY_*
 * type		SHUTWATCH_TYPE_*
 * field	of struct shutwatch_raw.  An endpoint has two, laddr and lport or
 *		raddr and rport, and is called by their letter; a type STATES has
 *		before and after, and is called by the first; a type FLAGS is a
 *		struct shutwatch_segment
 * when		ALWAYS
 *		IF(flag)	only where SHUTWATCH_RAW_<flag> is set
 *		UNLESS(flag)	with a value where it is not, or else "-"
 *		WITH(field)	with a value where that field is not 0, or else "-"
 *		BY(cause, when)	only where by is SHUTWATCH_BY_<cause>, and when as
 *				the other says
 *
 * FIRST() is for the key that begins a line, and has no space before it.
 *
 * The table of a kind has the name of the kind in SHUTWATCH_KIND_LIST, and _KEYS.
 * A new key goes here, at the end of a table, to SHUTWATCH_KEY_LIST, to
 * struct shutwatch_raw (and the module's struct sw_record), to the module's
 * tracepoints.h, and to ABI.
 */

/*
 * What every record begins with.  Those of no socket have "-" in most of it: of
 * kind lost in all but seq and kind, of kind skipped in all but these, ts and
 * cpu.
 */
#define SHUTWATCH_HEAD_KEYS(FIRST, X)					\
	FIRST(SEQ,	LONG,		seq,		ALWAYS)		\
	X(TS,		TIME,		ts,		ALWAYS)		\
	X(KIND,		KIND,		kind,		ALWAYS)		\
	X(CPU,		NUMBER,		cpu,		ALWAYS)		\
	X(CTX,		CTX,		ctx,		ALWAYS)		\
	X(PID,		NUMBER,		pid,		WITH(pid))	\
	X(COMM,		COMM,		comm,		WITH(pid))	\
	X(NETNS,	NETNS,		netns,		ALWAYS)		\
	X(COOKIE,	COOKIE,		cookie,		ALWAYS)		\
	X(LOCAL,	ENDPOINT,	l,		ALWAYS)		\
	X(REMOTE,	ENDPOINT,	r,		ALWAYS)

/* Of every record that belongs to a socket, and of every socket. */
#define SHUTWATCH_OWNER_KEYS(X)						\
	X(OWNER,	NUMBER,		owner.pid,	WITH(owner.pid)) \
	X(OCOMM,	COMM,		owner.comm,	WITH(owner.pid))

/* What follows, for each kind. */
#define SHUTWATCH_KIND_CALL_KEYS(X)					\
	X(CALL,		BY,		by,		ALWAYS)		\
	X(HOW,		HOW,		how,		ALWAYS)		\
	X(RET,		ERRNO,		err,		ALWAYS)		\
	X(STATE,	STATES,		before,		ALWAYS)		\
	X(SENT,		SENT,		sent,		ALWAYS)		\
	X(WHY,		WHY,		why,		ALWAYS)		\
	X(FIN,		FIN,		fin,		ALWAYS)		\
	X(UNREAD,	BYTES,		unread,		UNLESS(NO_VALUES)) \
	X(UNSENT,	BYTES,		unsent,		UNLESS(NO_VALUES)) \
	X(UNACKED,	BYTES,		unacked,	UNLESS(NO_VALUES)) \
	X(LINGER,	LINGER,		linger,		ALWAYS)		\
	X(TOOK,		LONG,		took,		UNLESS(NO_TIME)) \
	X(CHILDREN,	NUMBER,		children,	IF(CHILDREN))	\
	X(KREASON,	KREASON,	kreason,	IF(KREASON))	\
	SHUTWATCH_OWNER_KEYS(X)

#define SHUTWATCH_KIND_DECISION_KEYS(X)					\
	X(BY,		BY,		by,		ALWAYS)		\
	X(STATE,	STATES,		before,		ALWAYS)		\
	X(SENT,		SENT,		sent,		ALWAYS)		\
	X(WHY,		WHY,		why,		ALWAYS)		\
	X(UNREAD,	BYTES,		unread,		UNLESS(NO_VALUES)) \
	X(UNSENT,	BYTES,		unsent,		UNLESS(NO_VALUES)) \
	X(UNACKED,	BYTES,		unacked,	UNLESS(NO_VALUES)) \
	X(FIN,		FIN,		fin,		ALWAYS)		\
	X(PARENT,	COOKIE,		parent,		IF(PARENT))	\
	X(KREASON,	KREASON,	kreason,	IF(KREASON))	\
	SHUTWATCH_OWNER_KEYS(X)						\
	X(FLAGS,	FLAGS,		trigger.segment,		\
	  BY(RX, WITH(trigger.segment.seen)))				\
	X(SEGMENT,	NUMBER,		trigger.segment.seq,		\
	  BY(RX, WITH(trigger.segment.seen)))				\
	X(LEN,		NUMBER,		trigger.segment.len,		\
	  BY(RX, WITH(trigger.segment.seen)))				\
	X(USER_TIMEOUT,	NUMBER,		trigger.timer.user_timeout,	\
	  BY(TIMER, ALWAYS))						\
	X(PROBES,	NUMBER,		trigger.timer.probes,		\
	  BY(TIMER, ALWAYS))						\
	X(RETRIES,	NUMBER,		trigger.timer.retries,		\
	  BY(TIMER, ALWAYS))						\
	X(ORPHANS,	NUMBER,		trigger.timer.orphans,		\
	  BY(TIMER, ALWAYS))						\
	X(MSK,		COOKIE,		msk,		IF(MSK))

#define SHUTWATCH_KIND_STATE_KEYS(X)					\
	X(STATE,	STATES,		before,		ALWAYS)		\
	X(BY,		BY,		by,		ALWAYS)		\
	X(ERROR,	ERROR,		err,		ALWAYS)		\
	SHUTWATCH_OWNER_KEYS(X)

#define SHUTWATCH_KIND_RESET_KEYS(X)					\
	X(STATE,	STATES,		before,		ALWAYS)		\
	X(ERROR,	ERROR,		err,		ALWAYS)		\
	SHUTWATCH_OWNER_KEYS(X)

#define SHUTWATCH_KIND_LOST_KEYS(X)					\
	X(COUNT,	LONG,		count,		ALWAYS)

#define SHUTWATCH_KIND_SKIPPED_KEYS(X)					\
	X(WHAT,		WHAT,		by,		ALWAYS)		\
	X(COUNT,	LONG,		count,		ALWAYS)

/* A line of the file sockets, which has no raw records. */
#define SHUTWATCH_SOCKET_KEYS(FIRST, X)					\
	FIRST(NETNS,	NETNS,		netns,		ALWAYS)		\
	X(COOKIE,	COOKIE,		cookie,		ALWAYS)		\
	X(LOCAL,	ENDPOINT,	l,		ALWAYS)		\
	X(REMOTE,	ENDPOINT,	r,		ALWAYS)		\
	SHUTWATCH_OWNER_KEYS(X)						\
	X(STATE,	TCP,		state,		ALWAYS)		\
	X(SINCE,	TIME,		since,		WITH(since))	\
	X(PATH,		PATH,		path,		ALWAYS)		\
	X(SHUT,		HOW,		shut,		ALWAYS)		\
	X(CALL,		BY,		ended.by,	ALWAYS)		\
	X(HOW,		HOW,		ended.how,	ALWAYS)		\
	X(SENT,		SENT,		ended.sent,	WITH(ended.by))	\
	X(WHY,		WHY,		ended.why,	WITH(ended.why)) \
	X(FIN,		FIN,		ended.fin,	ALWAYS)		\
	X(LAST,		BY,		last.by,	ALWAYS)		\
	X(LAST_HOW,	HOW,		last.how,	ALWAYS)		\
	X(LAST_SENT,	SENT,		last.sent,	WITH(last.by))	\
	X(LAST_WHY,	WHY,		last.why,	WITH(last.by))

/* A line of the file totals; likewise. */
#define SHUTWATCH_TOTAL_KEYS(FIRST, X)					\
	FIRST(BY,	BY,		by,		ALWAYS)		\
	X(SENT,		SENT,		sent,		ALWAYS)		\
	X(WHY,		WHY,		why,		ALWAYS)		\
	X(COUNT,	LONG,		count,		ALWAYS)

/*
 * events_raw: the same records, for programs.
 *
 * SHUTWATCH_RAW_VERSION moves when a field changes its meaning.  New fields
 * come at the end, and make the record larger; new names come at the end of
 * their list, and raise the number of names.  A program that finds a version, a
 * size or a number of names above its own does not know all that is in there:
 * the text files have it in words.
 */
#define SHUTWATCH_RAW_VERSION	1

/* Names that a raw record may tell by their number. */
#define SHUTWATCH_RAW_NAMES						\
	(SHUTWATCH_TCP_COUNT + SHUTWATCH_KIND_COUNT +			\
	 SHUTWATCH_CTX_COUNT + SHUTWATCH_BY_COUNT + SHUTWATCH_HOW_COUNT + \
	 SHUTWATCH_SENT_COUNT + SHUTWATCH_FIN_COUNT + SHUTWATCH_WHY_COUNT + \
	 SHUTWATCH_WHAT_COUNT)

/**
 * struct shutwatch_owner - the process that has a socket
 * @pid: its thread group id; 0 where none is known
 * @comm: its name; not terminated if it is that long
 *
 * Whoever connects, listens or accepts; of a socket that was there before us,
 * whoever is first seen to call on it.
 */
struct shutwatch_owner {
	__u32	pid;
	char	comm[SHUTWATCH_COMM_LEN];
};

/**
 * struct shutwatch_segment - the segment that provoked a decision
 * @seq: its sequence number
 * @len: its payload, bytes
 * @flags: its flags, a bit each: FIN is 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32
 * @seen: 1 if there was one to look at
 * @spare: zero
 */
struct shutwatch_segment {
	__u32	seq;
	__u32	len;
	__u8	flags;
	__u8	seen;
	__u16	spare;
};

/**
 * struct shutwatch_timer - what a timer's decision was taken on
 * @user_timeout: TCP_USER_TIMEOUT in milliseconds, 0 where it is not set
 * @orphans: how many sockets nobody has open any more; 0 where this is none of them
 * @probes: keepalive or window probes without an answer
 * @retries: retransmissions without an answer
 * @spare: zero
 */
struct shutwatch_timer {
	__u32	user_timeout;
	__u32	orphans;
	__u8	probes;
	__u8	retries;
	__u16	spare;
};

/**
 * union shutwatch_trigger - what a decision goes back to, by its cause
 * @segment: by=rx
 * @timer: by=timer
 */
union shutwatch_trigger {
	struct shutwatch_segment	segment;
	struct shutwatch_timer		timer;
};

/* struct shutwatch_raw.flags */
#define SHUTWATCH_RAW_IPV6	0x01	/* the addresses are IPv6 */
#define SHUTWATCH_RAW_NO_VALUES	0x02	/* unread, unsent, unacked: not known */
#define SHUTWATCH_RAW_PARENT	0x04	/* there is a key parent */
#define SHUTWATCH_RAW_CHILDREN	0x08	/* there is a key children */
#define SHUTWATCH_RAW_KREASON	0x10	/* there is a key kreason */
#define SHUTWATCH_RAW_NO_TIME	0x20	/* took is not known */
#define SHUTWATCH_RAW_MSK	0x40	/* there is a key msk */

#define SHUTWATCH_KREASON_LEN	32

/**
 * struct shutwatch_raw - one record of events_raw
 * @size: of this record in bytes: the next one begins there
 * @version: SHUTWATCH_RAW_VERSION
 * @names: SHUTWATCH_RAW_NAMES
 * @flags: SHUTWATCH_RAW_*
 * @seq: number of the record; lost: of the last one that was missed
 * @ts: nanoseconds of CLOCK_MONOTONIC
 * @cookie: SO_COOKIE of the socket, 0 for none
 * @took: call: nanoseconds
 * @parent: decision: cookie of the listener, 0 if that is not known
 * @msk: decision: cookie of the MPTCP socket whose subflow it is
 * @count: lost: how many records; skipped: how many, 0 where none are counted
 * @laddr: local address, network byte order; IPv4 in the first four bytes
 * @raddr: remote address, likewise
 * @lport: local port, host byte order
 * @rport: remote port, host byte order
 * @netns: inode number of the network namespace
 * @pid: of the task that asked, 0 where no task did
 * @unread: bytes, as all three
 * @unsent: bytes
 * @unacked: bytes
 * @linger: seconds, -1 where SO_LINGER is off
 * @children: connections reset because this listener stopped
 * @err: call: 0 or -errno; state and reset: errno, or 0 for none
 * @cpu: number of the CPU
 * @kind: enum shutwatch_kind
 * @ctx: enum shutwatch_ctx
 * @by: enum shutwatch_by: by=, or call= of a call; skipped: enum shutwatch_what
 * @how: enum shutwatch_how
 * @before: enum shutwatch_tcp
 * @after: enum shutwatch_tcp
 * @sent: enum shutwatch_sent
 * @why: enum shutwatch_why
 * @fin: enum shutwatch_fin
 * @spare: zero
 * @comm: name of the task that asked; not terminated if it is that long
 * @kreason: the kernel's own reason, likewise
 * @owner: the process that has the socket
 * @trigger: decision: by=rx: the segment, by=timer: what the timer went by
 *
 * A field that the kind of a record does not have is 0; so is one whose key in
 * the text is "-", unless it is described otherwise.
 */
struct shutwatch_raw {
	__u16	size;
	__u16	version;
	__u16	names;
	__u16	flags;
	__u64	seq;
	__u64	ts;
	__u64	cookie;
	union {
		__u64	took;
		__u64	parent;
		__u64	msk;
		__u64	count;
	};
	__u8	laddr[16];
	__u8	raddr[16];
	__u16	lport;
	__u16	rport;
	__u32	netns;
	__u32	pid;
	__u32	unread;
	__u32	unsent;
	__u32	unacked;
	__s32	linger;
	__u32	children;
	__s16	err;
	__u16	cpu;
	__u8	kind;
	__u8	ctx;
	__u8	by;
	__u8	how;
	__u8	before;
	__u8	after;
	__u8	sent;
	__u8	why;
	__u8	fin;
	__u8	spare[3];
	char	comm[SHUTWATCH_COMM_LEN];
	char	kreason[SHUTWATCH_KREASON_LEN];
	struct shutwatch_owner	owner;
	union shutwatch_trigger	trigger;
};

#endif /* _UAPI_SHUTWATCH_H */
