/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Calls in flight, found by the task that makes them.
 *
 * Slots are claimed with cmpxchg() on the owner and given back by the owner,
 * so no lock is needed: what stands in a slot is only ever looked at by the
 * task whose slot it is.  A softirq on top of that task must not look: it has
 * asked nothing.
 *
 * One call per task: TCP's calls do not nest.  If a task begins a second one,
 * the return of the first was missed; it is counted and its slot used again.
 *
 * A task's hash names its bucket and its way in it.  Only where that way is
 * taken, another is looked for: the call is a stray then, and as long as a
 * bucket has none, one look says whether a task is in a call.
 */
#ifndef _SHUTWATCH_CALLS_H
#define _SHUTWATCH_CALLS_H

#include <linux/atomic.h>
#include <linux/hash.h>
#include <linux/preempt.h>
#include <linux/sched.h>

#include "call.h"
#include "counters.h"

/* Tasks may sleep in close() for SO_LINGER: 2048 of them at a time. */
#define SW_CALL_BUCKET_BITS	8
#define SW_CALL_WAY_BITS	3
#define SW_CALL_WAYS		(1 << SW_CALL_WAY_BITS)

/**
 * struct sw_bucket - slots of the tasks with one hash
 * @owner: the tasks; NULL where a slot is free
 * @strays: calls that are not in their task's own way
 * @call: the calls
 */
struct sw_bucket {
	struct task_struct	*owner[SW_CALL_WAYS];
	atomic_t		strays;
	struct sw_call		call[SW_CALL_WAYS];
} ____cacheline_aligned_in_smp;

extern struct sw_bucket *sw_buckets;

int sw_calls_init(void);
void sw_calls_exit(void);
struct sw_call *sw_call_find_stray(struct sw_bucket *b);
struct sw_call *sw_call_claim_stray(struct sw_bucket *b);

/* The bucket of the task that runs, and its own way there. */
static __always_inline struct sw_bucket *sw_call_bucket(unsigned int *way)
{
	u32 hash = hash_ptr(current, SW_CALL_BUCKET_BITS + SW_CALL_WAY_BITS);

	*way = hash & (SW_CALL_WAYS - 1);
	return &sw_buckets[hash >> SW_CALL_WAY_BITS];
}

/**
 * sw_call_find() - the call that current is in
 *
 * Context: any.
 * Return: the call; NULL if there is none, or in softirq.
 */
static __always_inline struct sw_call *sw_call_find(void)
{
	struct sw_bucket *b;
	unsigned int way;

	if (in_serving_softirq())
		return NULL;
	b = sw_call_bucket(&way);
	if (READ_ONCE(b->owner[way]) == current)
		return &b->call[way];
	return unlikely(atomic_read(&b->strays)) ? sw_call_find_stray(b) : NULL;
}

/**
 * sw_call_on() - the call that current is in, if it is one on this socket
 * @sk: the socket
 *
 * Context: any.
 * Return: the call or NULL.
 */
static __always_inline struct sw_call *sw_call_on(const struct sock *sk)
{
	struct sw_call *call = sw_call_find();

	return call && call->sk == sk ? call : NULL;
}

static __always_inline struct sw_call *sw_call_claim(void)
{
	unsigned int way;
	struct sw_bucket *b = sw_call_bucket(&way);

	if (likely(!cmpxchg(&b->owner[way], NULL, current)))
		return &b->call[way];
	return sw_call_claim_stray(b);
}

/**
 * sw_call_begin() - current begins a call
 * @sk: the socket
 *
 * Which call it is, when it began, on which connection, in which state and
 * with which values is the caller's to fill in.
 *
 * Context: task; preemption may be disabled.
 * Return: the call in which nothing was seen yet, or NULL if too many are in
 *	flight.
 */
static __always_inline struct sw_call *sw_call_begin(const struct sock *sk)
{
	struct sw_call *call = sw_call_find();

	if (unlikely(call))
		sw_count(SW_COUNT_LOST_RETURNS);
	else
		call = sw_call_claim();
	if (unlikely(!call))
		return NULL;
	call->sk = sk;
	call->children = 0;
	call->ret = 0;
	call->seen = 0;
	call->fin = SHUTWATCH_FIN_NONE;
	call->kreason = 0;
	return call;
}

/**
 * sw_call_end() - current's call is over
 * @call: the call
 *
 * Context: task.
 */
static __always_inline void sw_call_end(struct sw_call *call)
{
	unsigned int way;
	struct sw_bucket *b = sw_call_bucket(&way);

	call->sk = NULL;
	if (unlikely(call != &b->call[way])) {
		atomic_dec(&b->strays);
		way = call - b->call;
	}
	/* the call, then its owner: sw_call_claim() */
	smp_store_release(&b->owner[way], NULL);
}

#endif /* _SHUTWATCH_CALLS_H */
