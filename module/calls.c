// SPDX-License-Identifier: GPL-2.0-only
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
 */

#include <linux/hash.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "calls.h"
#include "counters.h"

/* Tasks may sleep in close() for SO_LINGER: 2048 of them at a time. */
#define BUCKET_BITS	8
#define WAYS		8

/**
 * struct bucket - slots of the tasks with one hash
 * @owner: the tasks; NULL where a slot is free
 * @call: their calls
 */
struct bucket {
	struct task_struct	*owner[WAYS];
	struct sw_call		call[WAYS];
} ____cacheline_aligned_in_smp;

static struct bucket *buckets;

/**
 * sw_calls_init() - allocate the slots
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int sw_calls_init(void)
{
	buckets = vzalloc(array_size(1 << BUCKET_BITS, sizeof(*buckets)));
	return buckets ? 0 : -ENOMEM;
}

/**
 * sw_calls_exit() - free the slots
 *
 * No hook is left.
 *
 * Context: process, may sleep.
 */
void sw_calls_exit(void)
{
	vfree(buckets);
}

static struct bucket *my_bucket(void)
{
	return &buckets[hash_ptr(current, BUCKET_BITS)];
}

static struct sw_call *slot_of(struct bucket *b, const struct task_struct *owner)
{
	int way;

	for (way = 0; way < WAYS; way++)
		if (READ_ONCE(b->owner[way]) == owner)
			return &b->call[way];
	return NULL;
}

static struct sw_call *claim(struct bucket *b)
{
	int way;

	for (way = 0; way < WAYS; way++)
		if (!READ_ONCE(b->owner[way]) &&
		    !cmpxchg(&b->owner[way], NULL, current))
			return &b->call[way];
	sw_count(SW_COUNT_LOST_CALLS);
	return NULL;
}

/**
 * sw_call_begin() - current begins a call
 * @sk: the socket
 *
 * Context: task; preemption may be disabled.
 * Return: the call, cleared but for @sk, or NULL if too many are in flight.
 */
struct sw_call *sw_call_begin(const struct sock *sk)
{
	struct bucket *b = my_bucket();
	struct sw_call *call = slot_of(b, current);

	if (call)
		sw_count(SW_COUNT_LOST_RETURNS);
	else
		call = claim(b);
	if (!call)
		return NULL;
	memset(call, 0, sizeof(*call));
	call->sk = sk;
	return call;
}

/**
 * sw_call_find() - the call that current is in
 *
 * Context: any.
 * Return: the call; NULL if there is none, or in softirq.
 */
struct sw_call *sw_call_find(void)
{
	if (in_serving_softirq())
		return NULL;
	return slot_of(my_bucket(), current);
}

/**
 * sw_call_on() - the call that current is in, if it is one on this socket
 * @sk: the socket
 *
 * Context: any.
 * Return: the call or NULL.
 */
struct sw_call *sw_call_on(const struct sock *sk)
{
	struct sw_call *call = sw_call_find();

	return call && call->sk == sk ? call : NULL;
}

/**
 * sw_call_end() - current's call is over
 * @call: the call
 *
 * Context: task.
 */
void sw_call_end(struct sw_call *call)
{
	struct bucket *b = my_bucket();

	call->sk = NULL;
	/* the call, then its owner: claim() */
	smp_store_release(&b->owner[call - b->call], NULL);
}
