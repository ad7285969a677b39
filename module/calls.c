// SPDX-License-Identifier: GPL-2.0-only
/* Calls in flight: memory, and those of tasks whose own slot is taken. */

#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/vmalloc.h>

#include "calls.h"
#include "counters.h"

/* How many slots are tried for a task: its own, and its neighbours. */
#define TRIES	32

/*
 * How many calls are followed that may sleep long, for SO_LINGER or for the lock of
 * a socket: half of all, so that others find room, and an eighth of one process.
 * Processes are told apart by a hash; two that share a place share the number.
 */
#define LINGERERS	((1 << SW_CALLS_BITS) / 2)
#define LINGERERS_EACH	((1 << SW_CALLS_BITS) / 8)
#define PROCESS_BITS	8

struct sw_calls sw_calls;
static atomic_t lingerers;
static atomic_t lingerers_each[1 << PROCESS_BITS];

static_assert(sizeof(struct sw_call_slot) == 128);

/**
 * sw_calls_init() - allocate the slots
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int sw_calls_init(void)
{
	sw_calls.slots = vzalloc(array_size(1 << SW_CALLS_BITS,
					    sizeof(*sw_calls.slots)));
	return sw_calls.slots ? 0 : -ENOMEM;
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
	vfree(sw_calls.slots);
}

static atomic_t *lingerers_of_process(void)
{
	return &lingerers_each[hash_32(task_tgid_nr(current), PROCESS_BITS)];
}

/**
 * sw_call_may_linger() - current is about to make a call that may sleep long
 *
 * Neither one process nor some together must take all the room there is, and blind
 * us for others.
 *
 * Context: task.
 * Return: whether the call can be followed; then it has to be told that it
 *	lingers (SW_SEEN_LINGERS).  If not, it is counted.
 */
bool sw_call_may_linger(void)
{
	bool one_too_many = atomic_inc_return(lingerers_of_process()) > LINGERERS_EACH;

	if (atomic_inc_return(&lingerers) <= LINGERERS && !one_too_many)
		return true;
	sw_call_lingers_no_more();
	sw_count(SW_COUNT_LOST_CALLS);
	return false;
}

/**
 * sw_call_lingers_no_more() - such a call is over
 *
 * Context: task, the one that made it.
 */
void sw_call_lingers_no_more(void)
{
	atomic_dec(&lingerers);
	atomic_dec(lingerers_of_process());
}

static struct sw_call *neighbour(unsigned int nr)
{
	return &sw_calls.slots[hash_ptr(current, SW_CALLS_BITS) ^ nr].call;
}

/**
 * sw_call_find_stray() - look for current's call in the slots of others
 *
 * Context: task.
 * Return: the call or NULL.
 */
struct sw_call *sw_call_find_stray(void)
{
	unsigned int nr;

	for (nr = 1; nr < TRIES; nr++)
		if (READ_ONCE(neighbour(nr)->owner) == current)
			return neighbour(nr);
	return NULL;
}

static struct sw_call *claim_stray(void)
{
	struct sw_call *call;
	unsigned int nr;

	for (nr = 1; nr < TRIES; nr++) {
		call = neighbour(nr);
		if (READ_ONCE(call->owner) ||
		    cmpxchg(&call->owner, NULL, current))
			continue;
		call->stray = true;
		atomic_inc(&sw_calls.strays);
		return call;
	}
	sw_count(SW_COUNT_LOST_CALLS);
	return NULL;
}

/**
 * sw_call_claim() - take a slot, although there are strays or its own is taken
 *
 * Context: task.
 * Return: the slot: that of a call whose return was missed, counted, if there
 *	is one; or NULL, counted, if none is free.
 */
struct sw_call *sw_call_claim(void)
{
	struct sw_call *call = sw_call_own_slot();
	struct task_struct *owner = cmpxchg(&call->owner, NULL, current);

	if (owner != current) {
		struct sw_call *stray = sw_call_find_stray();

		if (!stray)
			return owner ? claim_stray() : call;
		if (!owner)
			WRITE_ONCE(call->owner, NULL);	/* as it was */
		call = stray;
	}
	if (call->seen & SW_SEEN_LINGERS)
		sw_call_lingers_no_more();
	sw_count(SW_COUNT_LOST_RETURNS);
	return call;
}
