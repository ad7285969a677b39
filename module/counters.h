/* SPDX-License-Identifier: GPL-2.0-only */
/* Counters for the stats file: one per CPU, never reset, never locked. */
#ifndef _SHUTWATCH_COUNTERS_H
#define _SHUTWATCH_COUNTERS_H

#include <linux/percpu.h>
#include <linux/types.h>

#define SW_COUNTER_LIST(X)						\
	/* records written to the ring */				\
	X(SW_COUNT_RECORDS,		"records")			\
	/* hits that a filter turned away */				\
	X(SW_COUNT_FILTERED,		"filtered")			\
	/* records not kept: the ring's slot was still being written */	\
	X(SW_COUNT_LOST_RING,		"lost.ring")			\
	/* records overwritten before some reader had them */		\
	X(SW_COUNT_LOST_READERS,	"lost.readers")			\
	/* calls not followed: too many in flight */			\
	X(SW_COUNT_LOST_CALLS,		"lost.calls")			\
	/* calls whose end was not seen */				\
	X(SW_COUNT_LOST_RETURNS,	"lost.returns")			\
	/* sockets forgotten to make room for others */			\
	X(SW_COUNT_EVICTED,		"evicted")			\
	/* records with why=unknown */					\
	X(SW_COUNT_UNKNOWN,		"unknown")			\
	/* resets that the kernel decided on and could not send */	\
	X(SW_COUNT_RST_FAILED,		"rst_failed")			\
	/* our reason and the kernel's do not fit */			\
	X(SW_COUNT_KREASON_MISMATCH,	"kreason_mismatch")

enum sw_counter {
#define SW_AS_ENUM(id, name) id,
	SW_COUNTER_LIST(SW_AS_ENUM)
#undef SW_AS_ENUM
	SW_COUNTER_COUNT
};

DECLARE_PER_CPU(u64 [SW_COUNTER_COUNT], sw_counters);

/**
 * sw_count() - count one
 * @counter: what
 *
 * Context: any.
 */
static inline void sw_count(enum sw_counter counter)
{
	this_cpu_inc(sw_counters[counter]);
}

/**
 * sw_count_many() - count several
 * @counter: what
 * @n: how many
 *
 * Context: any.
 */
static inline void sw_count_many(enum sw_counter counter, u64 n)
{
	this_cpu_add(sw_counters[counter], n);
}

u64 sw_counter_sum(enum sw_counter counter);
const char *sw_counter_name(enum sw_counter counter);

#endif /* _SHUTWATCH_COUNTERS_H */
