// SPDX-License-Identifier: GPL-2.0-only
/* Calls in flight: memory, and the slots of tasks whose own way is taken. */

#include <linux/vmalloc.h>

#include "calls.h"

struct sw_bucket *sw_buckets;

/**
 * sw_calls_init() - allocate the slots
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int sw_calls_init(void)
{
	sw_buckets = vzalloc(array_size(1 << SW_CALL_BUCKET_BITS,
					sizeof(*sw_buckets)));
	return sw_buckets ? 0 : -ENOMEM;
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
	vfree(sw_buckets);
}

/**
 * sw_call_find_stray() - look for current's call in all ways
 * @b: its bucket
 *
 * Context: task.
 * Return: the call or NULL.
 */
struct sw_call *sw_call_find_stray(struct sw_bucket *b)
{
	int way;

	for (way = 0; way < SW_CALL_WAYS; way++)
		if (READ_ONCE(b->owner[way]) == current)
			return &b->call[way];
	return NULL;
}

/**
 * sw_call_claim_stray() - take any way that is free
 * @b: current's bucket
 *
 * Context: task.
 * Return: the slot, or NULL, counted, if there is none.
 */
struct sw_call *sw_call_claim_stray(struct sw_bucket *b)
{
	int way;

	for (way = 0; way < SW_CALL_WAYS; way++) {
		if (!READ_ONCE(b->owner[way]) &&
		    !cmpxchg(&b->owner[way], NULL, current)) {
			atomic_inc(&b->strays);
			return &b->call[way];
		}
	}
	sw_count(SW_COUNT_LOST_CALLS);
	return NULL;
}
