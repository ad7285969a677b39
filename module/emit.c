// SPDX-License-Identifier: GPL-2.0-only
/*
 * Making records.
 *
 * All of it runs in handlers, with preemption disabled and perhaps under a
 * slot's lock: copy, and leave.
 */

#include <linux/pid.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/timekeeping.h>

#include "counters.h"
#include "emit.h"
#include "kreason.h"
#include "ring.h"

static u8 context(u8 by)
{
	if (in_serving_softirq())
		return by == SHUTWATCH_BY_TIMER ? SHUTWATCH_CTX_TIMER :
						  SHUTWATCH_CTX_SOFTIRQ;
	return current->flags & PF_KTHREAD ? SHUTWATCH_CTX_KTHREAD :
					     SHUTWATCH_CTX_TASK;
}

/**
 * sw_task_asked() - has the task that runs asked for what happens?
 * @by: enum shutwatch_by: who caused it
 *
 * A segment or a timer only borrows the task that it interrupts; so does the
 * backlog, which is processed in whatever task releases the socket.
 *
 * Context: any.
 * Return: whether current is to be named.
 */
bool sw_task_asked(u8 by)
{
	switch (by) {
	case SHUTWATCH_BY_NONE:
	case SHUTWATCH_BY_RX:
	case SHUTWATCH_BY_TIMER:
	case SHUTWATCH_BY_MPTCP:
		return false;
	}
	return !in_serving_softirq();
}

static struct sw_record *begin(u8 kind, u8 by, u64 *seq)
{
	struct sw_record *rec = sw_ring_begin(seq);

	if (!rec)
		return NULL;
	rec->ts = ktime_get_mono_fast_ns();
	rec->kind = kind;
	rec->by = by;
	rec->ctx = context(by);
	rec->cpu = raw_smp_processor_id();
	rec->flags = 0;
	rec->spare = 0;
	rec->pid = 0;
	if (sw_task_asked(by)) {
		rec->pid = task_tgid_nr(current);
		memcpy(rec->comm, current->comm, sizeof(rec->comm));
	}
	return rec;
}

static void put_identity(struct sw_record *rec, u64 cookie,
			 const struct sw_ident *id, bool ipv6)
{
	rec->cookie = cookie;
	rec->id = *id;
	if (ipv6)
		rec->flags |= SW_RECORD_IPV6;
}

/**
 * sw_emit_state() - a transition
 * @s: the socket's slot, locked
 * @by: enum shutwatch_by
 * @before: enum shutwatch_tcp before
 * @after: enum shutwatch_tcp after
 *
 * Context: any, preemption disabled.
 */
void sw_emit_state(const struct sw_socket *s, u8 by, u8 before, u8 after)
{
	struct sw_record *rec;
	u64 seq;

	rec = begin(SHUTWATCH_KIND_STATE, by, &seq);
	if (!rec)
		return;
	put_identity(rec, s->info.cookie, &s->info.id, s->info.ipv6);
	rec->before = before;
	rec->after = after;
	sw_ring_commit(rec, seq);
}

/**
 * sw_emit_reset() - a RST was received
 * @s: the socket's slot, locked
 * @err: the errno that it left
 * @before: enum shutwatch_tcp before
 * @after: enum shutwatch_tcp after
 *
 * Context: any, preemption disabled.
 */
void sw_emit_reset(const struct sw_socket *s, int err, u8 before, u8 after)
{
	struct sw_record *rec;
	u64 seq;

	rec = begin(SHUTWATCH_KIND_RESET, SHUTWATCH_BY_RX, &seq);
	if (!rec)
		return;
	put_identity(rec, s->info.cookie, &s->info.id, s->info.ipv6);
	rec->before = before;
	rec->after = after;
	rec->err = err;
	sw_ring_commit(rec, seq);
}

static void put_kreason(struct sw_record *rec, u8 kreason, bool known)
{
	rec->kreason = kreason;
	if (!known)
		return;
	rec->flags |= SW_RECORD_KREASON;
	if (!sw_kreason_fits(rec->why, kreason))
		sw_count(SW_COUNT_KREASON_MISMATCH);
}

static void count_unknown(u8 why)
{
	if (why == SHUTWATCH_WHY_UNKNOWN)
		sw_count(SW_COUNT_UNKNOWN);
}

/**
 * sw_emit_decision() - a decision outside a call
 * @d: the decision
 *
 * Context: any, preemption disabled.
 */
void sw_emit_decision(const struct sw_decision *d)
{
	struct sw_record *rec;
	u64 seq;

	count_unknown(d->why);
	rec = begin(SHUTWATCH_KIND_DECISION, d->by, &seq);
	if (!rec)
		return;
	put_identity(rec, d->cookie, d->id, d->ipv6);
	rec->aux = d->parent;
	if (d->by == SHUTWATCH_BY_LISTENER)
		rec->flags |= SW_RECORD_PARENT;
	if (d->v)
		rec->v = *d->v;
	else
		rec->flags |= SW_RECORD_NO_VALUES;
	rec->before = d->before;
	rec->after = d->after;
	rec->sent = d->sent;
	rec->why = d->why;
	rec->fin = d->fin;
	put_kreason(rec, d->kreason, d->kreason_known);
	sw_ring_commit(rec, seq);
}

/**
 * sw_emit_call() - a call that is over
 * @call: the call
 * @sent: enum shutwatch_sent
 * @why: enum shutwatch_why
 *
 * Context: any, preemption disabled.
 */
void sw_emit_call(const struct sw_call *call, u8 sent, u8 why)
{
	struct sw_record *rec;
	u64 seq;

	count_unknown(why);
	rec = begin(SHUTWATCH_KIND_CALL, call->call, &seq);
	if (!rec)
		return;
	put_identity(rec, call->cookie, &call->id, call->ipv6);
	rec->aux = rec->ts - call->start;
	rec->v = call->v;
	rec->err = call->ret;
	rec->how = call->how;
	rec->before = call->before;
	rec->after = call->after;
	rec->sent = sent;
	rec->why = why;
	rec->fin = call->fin;
	if (call->before == SHUTWATCH_TCP_LISTEN &&
	    call->after != SHUTWATCH_TCP_LISTEN) {
		rec->flags |= SW_RECORD_CHILDREN;
		rec->children = call->children;
	}
	put_kreason(rec, call->kreason, call->seen & SW_SEEN_KREASON);
	sw_ring_commit(rec, seq);
}
