/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Calls in flight, found by the task that makes them.
 *
 * Slots are claimed with cmpxchg() on the owner and given back by the owner,
 * so no lock is needed: what stands in a slot is only ever looked at by the
 * task whose slot it is, and by softirqs on top of it.  Those have asked nothing,
 * and it is for the caller to know: see sw_probe_call().
 *
 * One call per task: TCP's calls do not nest.  If a task begins a second one,
 * the return of the first was missed; it is counted and its slot used again.
 *
 * A task's hash names its slot.  Only where that one is taken, one of its
 * neighbours is: the call is a stray then, and as long as there are none, one
 * look says whether a task is in a call.
 */
#ifndef _SHUTWATCH_CALLS_H
#define _SHUTWATCH_CALLS_H

#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/hash.h>
#include <linux/preempt.h>
#include <linux/sched.h>

#include "call.h"
#include "not_null.h"

/* 2048 at a time; how many may sleep long: see calls.c. */
#define SW_CALLS_BITS	11

/**
 * struct sw_calls - the calls
 * @slots: the slots, each on cache lines of its own
 * @strays: how many are in the slot of a neighbour
 */
struct sw_calls {
	struct sw_call_slot {
		struct sw_call	call;
	} __aligned(128)	*slots;
	atomic_t		strays;
};

extern struct sw_calls sw_calls;

int sw_calls_init(void);
void sw_calls_exit(void);
struct sw_call *sw_call_find_stray(void);
struct sw_call *sw_call_claim(void);
bool sw_call_may_linger(void);
void sw_call_lingers_no_more(void);

static __always_inline struct sw_call *sw_call_own_slot(void)
{
	return sw_not_null(&sw_calls.slots[hash_ptr(current, SW_CALLS_BITS)].call);
}

/**
 * sw_call_find() - the call that current is in
 *
 * Context: any.
 * Return: the call, or NULL if there is none.
 */
static __always_inline struct sw_call *sw_call_find(void)
{
	struct sw_call *call = sw_call_own_slot();

	if (READ_ONCE(call->owner) == current)
		return call;
	return unlikely(atomic_read(&sw_calls.strays)) ? sw_call_find_stray() :
							 NULL;
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
	struct sw_call *call = sw_call_own_slot();

	if (unlikely(atomic_read(&sw_calls.strays)) ||
	    unlikely(cmpxchg(&call->owner, NULL, current)))
		call = sw_call_claim();
	if (unlikely(!call))
		return NULL;
	call->sk = sk;
	call->children = 0;
	call->ret = 0;
	call->seen = 0;
	call->outcome.fin = SHUTWATCH_FIN_NONE;
	call->outcome.kreason = 0;
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
	if (unlikely(call->seen & SW_SEEN_LINGERS))
		sw_call_lingers_no_more();
	if (unlikely(call->stray)) {
		call->stray = false;
		atomic_dec(&sw_calls.strays);
	}
	/* the call, then its owner: sw_call_claim() */
	smp_store_release(&call->owner, NULL);
}

#endif /* _SHUTWATCH_CALLS_H */
