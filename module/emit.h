/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Making records: what a handler has gathered goes to the ring.
 *
 * All of it runs in handlers, with preemption disabled and perhaps under the
 * lock of an entry's set: copy, and leave.
 */
#ifndef _SHUTWATCH_EMIT_H
#define _SHUTWATCH_EMIT_H

#include <linux/bits.h>
#include <linux/pid.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/string.h>

#include "call.h"
#include "counters.h"
#include "filter.h"
#include "not_null.h"
#include "now.h"
#include "ring.h"
#include "socktab.h"
#include "trace.h"

/**
 * struct sw_decision - a FIN or RST that was decided outside a call
 * @cookie: SO_COOKIE; 0 where there is no socket
 * @id: which connection
 * @owner: the process that has the socket; NULL where there is no socket
 * @v: values at the moment of the decision; NULL where there was none to ask
 * @trigger: the segment, or the values of the timer
 * @parent: cookie of the listener; 0 where there is none or it is not known
 * @msk: cookie of the MPTCP socket; likewise
 * @by: enum shutwatch_by
 * @before: enum shutwatch_tcp before
 * @after: enum shutwatch_tcp after
 * @sent: enum shutwatch_sent
 * @why: enum shutwatch_why
 * @fin: enum shutwatch_fin
 * @kreason: the kernel's reason
 * @kreason_known: it gave one
 * @asked: the task that runs has asked for it
 * @ipv6: addresses are IPv6
 */
struct sw_decision {
	u64			cookie;
	const struct sw_ident	*id;
	const struct shutwatch_owner	*owner;
	const struct sw_values	*v;
	union shutwatch_trigger	trigger;
	u64			parent;
	u64			msk;
	u8			by;
	u8			before;
	u8			after;
	u8			sent;
	u8			why;
	u8			fin;
	u8			kreason;
	bool			kreason_known;
	bool			asked;
	bool			ipv6;
};

void sw_emit_decision(const struct sw_decision *d);
void sw_emit_kreason(struct sw_record *rec, u8 kreason);
void sw_emit_skipped(u8 what, u64 count);

/* Whatever task a segment or a timer interrupts, it has not asked. */
static __always_inline u8 sw_context(u8 by, bool asked)
{
	if (!asked && in_serving_softirq())
		return by == SHUTWATCH_BY_TIMER ? SHUTWATCH_CTX_TIMER :
						  SHUTWATCH_CTX_SOFTIRQ;
	return unlikely(current->flags & PF_KTHREAD) ? SHUTWATCH_CTX_KTHREAD :
						       SHUTWATCH_CTX_TASK;
}

/**
 * sw_emit_wants() - would the filter let a record through?
 * @kind: enum shutwatch_kind
 * @sent: enum shutwatch_sent; 0 where the kind has no such key
 * @why: enum shutwatch_why; likewise
 *
 * For who has to do more for it than to fill it in.
 *
 * Context: any, preemption disabled.
 * Return: whether it would be kept.
 */
static __always_inline bool sw_emit_wants(u8 kind, u8 sent, u8 why)
{
	return !static_branch_unlikely(&sw_filter_asks_outcome) ||
	       sw_filter_has_outcome(rcu_dereference_sched(sw_filter), kind, sent, why);
}

/**
 * sw_emit_may_want() - might the filter let a record through?
 * @kind: enum shutwatch_kind: call or decision
 * @sent: what it may have sent, a bit for each of enum shutwatch_sent
 *
 * Context: any, preemption disabled.
 * Return: false if it would not, whatever its reason.
 */
static __always_inline bool sw_emit_may_want(u8 kind, u64 sent)
{
	return !static_branch_unlikely(&sw_filter_asks_outcome) ||
	       sw_filter_may_have_outcome(rcu_dereference_sched(sw_filter), kind, sent);
}

/**
 * sw_emit_wanted() - does the filter let a record through?
 * @kind: enum shutwatch_kind
 * @sent: enum shutwatch_sent; 0 where the kind has no such key
 * @why: enum shutwatch_why; likewise
 *
 * Context: any, preemption disabled.
 * Return: whether it is kept.
 */
static __always_inline bool sw_emit_wanted(u8 kind, u8 sent, u8 why)
{
	if (sw_emit_wants(kind, sent, why))
		return true;
	sw_count(SW_COUNT_FILTERED);
	return false;
}

/* What all records begin with; NULL if it has to be given up. */
static __always_inline struct sw_record *
sw_emit_begin(u8 kind, u8 by, bool asked, u64 now, u64 cookie,
	      const struct sw_ident *id, const struct shutwatch_owner *owner,
	      u64 *seq)
{
	struct sw_record *rec = sw_ring_begin(seq);

	if (unlikely(!rec))
		return NULL;
	rec->ts = now;
	rec->cookie = cookie;
	rec->id = *id;
	rec->kind = kind;
	rec->by = by;
	rec->ctx = sw_context(by, asked);
	rec->cpu = raw_smp_processor_id();
	if (owner)
		rec->owner = *owner;
	else
		rec->owner.pid = 0;
	if (asked) {
		rec->pid = task_tgid_nr(current);
		memcpy(rec->comm, current->comm, sizeof(rec->comm));
	} else {
		rec->pid = 0;
	}
	return rec;
}

/**
 * sw_emit_state() - a transition that the filter wants told
 * @e: the socket's entry, locked
 * @by: enum shutwatch_by
 * @asked: the task that runs has asked for it
 * @now: sw_now()
 * @before: enum shutwatch_tcp before
 * @after: enum shutwatch_tcp after
 * @err: the errno that it leaves on the socket; 0 for none
 *
 * Context: any, preemption disabled.
 */
static __always_inline void sw_emit_state(const struct sw_entry *e, u8 by,
					  bool asked, u64 now, u8 before,
					  u8 after, int err)
{
	struct sw_record *rec;
	u64 seq;

	rec = sw_emit_begin(SHUTWATCH_KIND_STATE, by, asked, now,
			    e->info.cookie, &e->info.id,
			    sw_not_null(&e->info.owner), &seq);
	if (!rec)
		return;
	rec->outcome.flags = e->info.ipv6 ? SW_RECORD_IPV6 : 0;
	rec->outcome.before = before;
	rec->outcome.after = after;
	rec->err = err;
	sw_trace(state, rec, seq);
	sw_ring_commit(rec, seq);
}

/**
 * sw_emit_reset() - a RST was received
 * @e: the socket's entry, locked
 * @now: sw_now()
 * @err: the errno that it left; 0 where there is no program to tell
 * @before: enum shutwatch_tcp before
 * @after: enum shutwatch_tcp after
 *
 * Context: any, preemption disabled.
 */
static __always_inline void sw_emit_reset(const struct sw_entry *e, u64 now,
					  int err, u8 before, u8 after)
{
	struct sw_record *rec;
	u64 seq;

	if (!sw_emit_wanted(SHUTWATCH_KIND_RESET, 0, 0))
		return;
	rec = sw_emit_begin(SHUTWATCH_KIND_RESET, SHUTWATCH_BY_RX, false, now,
			    e->info.cookie, &e->info.id,
			    sw_not_null(&e->info.owner), &seq);
	if (!rec)
		return;
	rec->outcome.flags = e->info.ipv6 ? SW_RECORD_IPV6 : 0;
	rec->outcome.before = before;
	rec->outcome.after = after;
	rec->err = err;
	sw_trace(reset, rec, seq);
	sw_ring_commit(rec, seq);
}

/**
 * sw_emit_call() - a call that is over
 * @call: the call
 * @id: which connection
 * @owner: the process that has the socket; NULL if that is not known
 *
 * Context: any, preemption disabled.
 */
static __always_inline void sw_emit_call(const struct sw_call *call,
					 const struct sw_ident *id,
					 const struct shutwatch_owner *owner)
{
	u8 sent = call->outcome.sent, why = call->outcome.why;
	struct sw_record *rec;
	u64 seq;

	if (unlikely(why == SHUTWATCH_WHY_UNKNOWN))
		sw_count(SW_COUNT_UNKNOWN);
	sw_count_total(call->call, sent, why);
	if (!sw_emit_wanted(SHUTWATCH_KIND_CALL, sent, why))
		return;
	rec = sw_emit_begin(SHUTWATCH_KIND_CALL, call->call, true, sw_now(),
			    call->cookie, id, owner, &seq);
	if (!rec)
		return;
	rec->aux = rec->ts - call->start;
	rec->v = call->v;
	rec->err = call->ret;
	rec->outcome = call->outcome;
	if (unlikely(call->seen & SW_SEEN_UNTOLD))
		rec->outcome.flags |= SW_RECORD_NO_TIME | SW_RECORD_NO_VALUES;
	if (call->outcome.before == SHUTWATCH_TCP_LISTEN &&
	    call->outcome.after != SHUTWATCH_TCP_LISTEN) {
		rec->outcome.flags |= SW_RECORD_CHILDREN;
		rec->children = call->children;
	}
	if (call->seen & SW_SEEN_KREASON)
		sw_emit_kreason(rec, call->outcome.kreason);
	sw_trace(call, rec, seq);
	sw_ring_commit(rec, seq);
}

#endif /* _SHUTWATCH_EMIT_H */
