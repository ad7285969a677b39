/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tracepoints shutwatch:call, decision, state, reset and skipped: a record
 * of events_raw each, as fields with a type and with the names of the ABI.
 *
 * What a record does not have is 0, or "" where it is text; but a number of
 * bytes, of nanoseconds, of seconds or of a timer's that is not known, or not of
 * this record, is -1.
 *
 * Names of tasks may hold anything: comm and ocomm are as they are, for programs
 * and filters; comm_text and ocomm_text, which stand in the text, have a question
 * mark for what the module's own files escape.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM shutwatch

#if !defined(_SHUTWATCH_TRACEPOINTS_H) || defined(TRACE_HEADER_MULTI_READ)
#define _SHUTWATCH_TRACEPOINTS_H

#include <linux/tracepoint.h>

#include "uapi/shutwatch.h"

/* Tools outside the kernel know the names by these. */
#define SW_AS_DEFINE(id, ...)	TRACE_DEFINE_ENUM(id);

SHUTWATCH_TCP_LIST(SW_AS_DEFINE)
SHUTWATCH_CTX_LIST(SW_AS_DEFINE)
SHUTWATCH_BY_LIST(SW_AS_DEFINE)
SHUTWATCH_HOW_LIST(SW_AS_DEFINE)
SHUTWATCH_SENT_LIST(SW_AS_DEFINE)
SHUTWATCH_FIN_LIST(SW_AS_DEFINE)
SHUTWATCH_WHY_LIST(SW_AS_DEFINE)
SHUTWATCH_WHAT_LIST(SW_AS_DEFINE)

/*
 * A list of the ABI as the symbols of __print_symbolic(), which puts a comma
 * behind the last of them: hence one more, that no value has.
 */
#define SW_AS_SYMBOL(id, name, ...)	{ id, name },
#define SW_SYMBOLS(list)		list(SW_AS_SYMBOL) { 255, SHUTWATCH_NOTHING }

/* An errno; what 0 is called depends on whose it is. */
#define SW_ERRNOS(zero)			SHUTWATCH_ERRNO_LIST(SW_AS_SYMBOL) { 0, zero }

/* The flags of a segment: letters of SHUTWATCH_FLAGS. */
#define SW_TCP_FLAGS							\
	{ 1, "F" }, { 2, "S" }, { 4, "R" }, { 8, "P" }, { 16, "A" }, { 32, "U" }

/*
 * sizeof(struct sockaddr_in6).  Some kernels write in the format what stands here,
 * and no tool can say how much a sizeof() is.
 */
#define SW_SOCKADDR			28

/* What each record of a socket has. */
#define SW_HEAD_FIELDS							\
	__field(__u64, seq)						\
	__field(__u64, ts)						\
	__field(__u64, cookie)						\
	__field(__u32, netns)						\
	__field(__u32, pid)						\
	__field(__u32, owner)						\
	__field(__u16, family)						\
	__field(__u16, lport)						\
	__field(__u16, rport)						\
	__field(__u8, ctx)						\
	__field(__u8, before)						\
	__field(__u8, after)						\
	__array(char, comm, SHUTWATCH_COMM_LEN)				\
	__array(char, ocomm, SHUTWATCH_COMM_LEN)			\
	__array(__u8, laddr, 16)					\
	__array(__u8, raddr, 16)					\
	__array(__u8, local, SW_SOCKADDR)				\
	__array(__u8, remote, SW_SOCKADDR)				\
	__array(char, comm_text, SHUTWATCH_COMM_LEN)			\
	__array(char, ocomm_text, SHUTWATCH_COMM_LEN)

#define SW_IPV6(raw)			((raw)->flags & SHUTWATCH_RAW_IPV6)

#define SW_HEAD_ASSIGN							\
do {									\
	__entry->seq = raw->seq;					\
	__entry->ts = raw->ts;						\
	__entry->cookie = raw->cookie;					\
	__entry->netns = raw->netns;					\
	__entry->pid = raw->pid;					\
	__entry->owner = raw->owner.pid;				\
	__entry->family = SW_IPV6(raw) ? AF_INET6 : AF_INET;		\
	__entry->lport = raw->lport;					\
	__entry->rport = raw->rport;					\
	__entry->ctx = raw->ctx;					\
	__entry->before = raw->before;					\
	__entry->after = raw->after;					\
	memcpy(__entry->comm, raw->comm, SHUTWATCH_COMM_LEN);		\
	memcpy(__entry->ocomm, raw->owner.comm, SHUTWATCH_COMM_LEN);	\
	__entry->comm[SHUTWATCH_COMM_LEN - 1] = '\0';			\
	__entry->ocomm[SHUTWATCH_COMM_LEN - 1] = '\0';			\
	put_address(__entry->laddr, raw->laddr, SW_IPV6(raw));		\
	put_address(__entry->raddr, raw->raddr, SW_IPV6(raw));		\
	put_sockaddr(__entry->local, raw->laddr, SW_IPV6(raw), raw->lport); \
	put_sockaddr(__entry->remote, raw->raddr, SW_IPV6(raw), raw->rport);	\
	put_printable(__entry->comm_text, raw->comm);			\
	put_printable(__entry->ocomm_text, raw->owner.comm);		\
} while (0)

#define SW_HEAD_FORMAT							\
	"seq=%llu ctx=%s pid=%u comm=%s netns=%u cookie=%llx local=%pISpc remote=%pISpc"

#define SW_HEAD_PRINT							\
	__entry->seq,							\
	__print_symbolic(__entry->ctx, SW_SYMBOLS(SHUTWATCH_CTX_LIST)),	\
	__entry->pid, __entry->comm_text, __entry->netns, __entry->cookie,	\
	__entry->local, __entry->remote

#define SW_STATES_PRINT							\
	__print_symbolic(__entry->before, SW_SYMBOLS(SHUTWATCH_TCP_LIST)), \
	__print_symbolic(__entry->after, SW_SYMBOLS(SHUTWATCH_TCP_LIST))

/* And what those have that tell of an outcome. */
#define SW_OUTCOME_FIELDS						\
	__field(__s64, unread)						\
	__field(__s64, unsent)						\
	__field(__s64, unacked)						\
	__field(__u8, sent)						\
	__field(__u8, why)						\
	__field(__u8, fin)						\
	__array(char, kreason, SHUTWATCH_KREASON_LEN)

#define SW_VALUE_IF(known, value)	((known) ? (__s64)(value) : -1)
#define SW_BYTES(raw, field)						\
	SW_VALUE_IF(!((raw)->flags & SHUTWATCH_RAW_NO_VALUES), (raw)->field)

#define SW_OUTCOME_ASSIGN						\
do {									\
	__entry->unread = SW_BYTES(raw, unread);			\
	__entry->unsent = SW_BYTES(raw, unsent);			\
	__entry->unacked = SW_BYTES(raw, unacked);			\
	__entry->sent = raw->sent;					\
	__entry->why = raw->why;					\
	__entry->fin = raw->fin;					\
	memcpy(__entry->kreason, raw->kreason, SHUTWATCH_KREASON_LEN);	\
	__entry->kreason[SHUTWATCH_KREASON_LEN - 1] = '\0';		\
} while (0)

#define SW_OUTCOME_FORMAT						\
	"state=%s>%s sent=%s why=%s fin=%s unread=%lld unsent=%lld unacked=%lld"

#define SW_OUTCOME_PRINT						\
	SW_STATES_PRINT,						\
	__print_symbolic(__entry->sent, SW_SYMBOLS(SHUTWATCH_SENT_LIST)), \
	__print_symbolic(__entry->why, SW_SYMBOLS(SHUTWATCH_WHY_LIST)),	\
	__print_symbolic(__entry->fin, SW_SYMBOLS(SHUTWATCH_FIN_LIST)),	\
	__entry->unread, __entry->unsent, __entry->unacked

TRACE_EVENT(call, TP_PROTO(const struct shutwatch_raw *raw), TP_ARGS(raw),
	    TP_STRUCT__entry(SW_HEAD_FIELDS SW_OUTCOME_FIELDS
			     __field(__s64, took)
			     __field(__s32, ret)
			     __field(__s32, linger)
			     __field(__s32, children)
			     __field(__u8, call)
			     __field(__u8, how)
	    ),

	    TP_fast_assign(SW_HEAD_ASSIGN; SW_OUTCOME_ASSIGN;
			   __entry->took =
				   SW_VALUE_IF(!(raw->flags & SHUTWATCH_RAW_NO_TIME), raw->took);
			   __entry->ret = raw->err;
			   __entry->linger = raw->linger;
			   __entry->children =
				   SW_VALUE_IF(raw->flags & SHUTWATCH_RAW_CHILDREN, raw->children);
			   __entry->call = raw->by;
			   __entry->how = raw->how;
	    ),

	    TP_printk(SW_HEAD_FORMAT " call=%s how=%s ret=%s " SW_OUTCOME_FORMAT
		      " linger=%d took=%lld children=%d kreason=%s owner=%u ocomm=%s",
		      SW_HEAD_PRINT,
		      __print_symbolic(__entry->call, SW_SYMBOLS(SHUTWATCH_BY_LIST)),
		      __print_symbolic(__entry->how, SW_SYMBOLS(SHUTWATCH_HOW_LIST)),
		      __print_symbolic(-__entry->ret, SW_ERRNOS("0")),
		      SW_OUTCOME_PRINT, __entry->linger, __entry->took,
		      __entry->children, __entry->kreason, __entry->owner,
		      __entry->ocomm_text)
);

/* What a decision goes back to. */
#define SW_SEGMENT(raw)							\
	((raw)->by == SHUTWATCH_BY_RX && (raw)->trigger.segment.seen)
#define SW_TIMER(raw, field)						\
	SW_VALUE_IF((raw)->by == SHUTWATCH_BY_TIMER, (raw)->trigger.timer.field)

TRACE_EVENT(decision, TP_PROTO(const struct shutwatch_raw *raw), TP_ARGS(raw),
	    TP_STRUCT__entry(SW_HEAD_FIELDS SW_OUTCOME_FIELDS
			     __field(__u64, parent)
			     __field(__u64, msk)
			     __field(__s64, segment)
			     __field(__s64, len)
			     __field(__s64, user_timeout)
			     __field(__s64, orphans)
			     __field(__s32, probes)
			     __field(__s32, retries)
			     __field(__u8, by)
			     __field(__u8, flags)
	    ),

	    TP_fast_assign(SW_HEAD_ASSIGN; SW_OUTCOME_ASSIGN;
			   __entry->parent = raw->flags & SHUTWATCH_RAW_PARENT ? raw->parent : 0;
			   __entry->msk = raw->flags & SHUTWATCH_RAW_MSK ? raw->msk : 0;
			   __entry->by = raw->by;
			   __entry->flags = SW_SEGMENT(raw) ? raw->trigger.segment.flags : 0;
			   __entry->segment =
				   SW_VALUE_IF(SW_SEGMENT(raw), raw->trigger.segment.seq);
			   __entry->len = SW_VALUE_IF(SW_SEGMENT(raw), raw->trigger.segment.len);
			   __entry->user_timeout = SW_TIMER(raw, user_timeout);
			   __entry->orphans = SW_TIMER(raw, orphans);
			   __entry->probes = SW_TIMER(raw, probes);
			   __entry->retries = SW_TIMER(raw, retries);
	    ),

	    TP_printk(SW_HEAD_FORMAT " by=%s " SW_OUTCOME_FORMAT
		      " parent=%llx kreason=%s owner=%u ocomm=%s flags=%s segment=%lld len=%lld user_timeout=%lld probes=%d retries=%d orphans=%lld msk=%llx",
		      SW_HEAD_PRINT,
		      __print_symbolic(__entry->by, SW_SYMBOLS(SHUTWATCH_BY_LIST)),
		      SW_OUTCOME_PRINT, __entry->parent, __entry->kreason,
		      __entry->owner, __entry->ocomm_text,
		      __entry->flags ? __print_flags(__entry->flags, "", SW_TCP_FLAGS) :
				  SHUTWATCH_NOTHING,
		      __entry->segment, __entry->len, __entry->user_timeout,
		      __entry->probes, __entry->retries, __entry->orphans,
		      __entry->msk)
);

TRACE_EVENT(state, TP_PROTO(const struct shutwatch_raw *raw), TP_ARGS(raw),
	    TP_STRUCT__entry(SW_HEAD_FIELDS
			     __field(__s32, error)
			     __field(__u8, by)
	    ),

	    TP_fast_assign(SW_HEAD_ASSIGN;
			   __entry->error = raw->err;
			   __entry->by = raw->by;
	    ),

	    TP_printk(SW_HEAD_FORMAT " state=%s>%s by=%s error=%s owner=%u ocomm=%s",
		      SW_HEAD_PRINT, SW_STATES_PRINT,
		      __print_symbolic(__entry->by, SW_SYMBOLS(SHUTWATCH_BY_LIST)),
		      __print_symbolic(__entry->error, SW_ERRNOS(SHUTWATCH_NOTHING)),
		      __entry->owner, __entry->ocomm_text)
);

TRACE_EVENT(reset, TP_PROTO(const struct shutwatch_raw *raw), TP_ARGS(raw),
	    TP_STRUCT__entry(SW_HEAD_FIELDS
			     __field(__s32, error)
	    ),

	    TP_fast_assign(SW_HEAD_ASSIGN;
			   __entry->error = raw->err;
	    ),

	    TP_printk(SW_HEAD_FORMAT " state=%s>%s error=%s owner=%u ocomm=%s",
		      SW_HEAD_PRINT, SW_STATES_PRINT,
		      __print_symbolic(__entry->error, SW_ERRNOS(SHUTWATCH_NOTHING)),
		      __entry->owner, __entry->ocomm_text)
);

TRACE_EVENT(skipped, TP_PROTO(const struct shutwatch_raw *raw), TP_ARGS(raw),
	    TP_STRUCT__entry(__field(__u64, seq)
			     __field(__u64, ts)
			     __field(__u64, count)
			     __field(__u8, what)
	    ),

	    TP_fast_assign(__entry->seq = raw->seq;
			   __entry->ts = raw->ts;
			   __entry->count = raw->count;
			   __entry->what = raw->by;
	    ),

	    TP_printk("seq=%llu what=%s count=%llu", __entry->seq,
		      __print_symbolic(__entry->what, SW_SYMBOLS(SHUTWATCH_WHAT_LIST)),
		      __entry->count)
);

#endif /* _SHUTWATCH_TRACEPOINTS_H */

#undef TRACE_INCLUDE_PATH
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_PATH .
#define TRACE_INCLUDE_FILE tracepoints
#include <trace/define_trace.h>
