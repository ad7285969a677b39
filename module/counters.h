/* SPDX-License-Identifier: GPL-2.0-only */
/* Counters for the stats file: one per CPU, never reset, never locked. */
#ifndef _SHUTWATCH_COUNTERS_H
#define _SHUTWATCH_COUNTERS_H

#include <linux/percpu.h>
#include <linux/types.h>

#include "uapi/shutwatch.h"

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

/* Of every ending: by whom, what was sent, why.  Per CPU, allocated at load. */
#define SW_TOTALS	(SHUTWATCH_BY_COUNT * SHUTWATCH_SENT_COUNT * SHUTWATCH_WHY_COUNT)

extern u64 __percpu *sw_totals;

static __always_inline unsigned int sw_total_index(u8 by, u8 sent, u8 why)
{
	return (by * SHUTWATCH_SENT_COUNT + sent) * SHUTWATCH_WHY_COUNT + why;
}

/**
 * sw_count_total() - count an ending, whether or not a record of it is kept
 * @by: enum shutwatch_by
 * @sent: enum shutwatch_sent
 * @why: enum shutwatch_why
 *
 * Context: any.
 */
static __always_inline void sw_count_total(u8 by, u8 sent, u8 why)
{
	this_cpu_inc(sw_totals[sw_total_index(by, sent, why)]);
}

int sw_totals_init(void);
void sw_totals_exit(void);
u64 sw_total_sum(u8 by, u8 sent, u8 why);
u64 sw_counter_sum(enum sw_counter counter);
const char *sw_counter_name(enum sw_counter counter);

#endif /* _SHUTWATCH_COUNTERS_H */
