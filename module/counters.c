// SPDX-License-Identifier: GPL-2.0-only
/* Counters for the stats file. */

#include <linux/cpumask.h>

#include "counters.h"

DEFINE_PER_CPU(u64 [SW_COUNTER_COUNT], sw_counters);

static const char * const counter_names[] = {
#define SW_AS_NAME(id, name) [id] = name,
	SW_COUNTER_LIST(SW_AS_NAME)
#undef SW_AS_NAME
};

/**
 * sw_counter_sum() - a counter over all CPUs
 * @counter: which
 *
 * Context: any; a snapshot.
 * Return: the sum.
 */
u64 sw_counter_sum(enum sw_counter counter)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		/* The CPU goes on counting meanwhile. */
		sum += data_race(per_cpu(sw_counters[counter], cpu));
	}
	return sum;
}

/**
 * sw_counter_name() - its name in the stats file
 * @counter: which
 *
 * Return: the name.
 */
const char *sw_counter_name(enum sw_counter counter)
{
	return counter_names[counter];
}
