// SPDX-License-Identifier: GPL-2.0-only
/* Counters for the stats file. */

#include <linux/cpumask.h>

#include "counters.h"

DEFINE_PER_CPU(u64 [SW_COUNTER_COUNT], sw_counters);

u64 __percpu *sw_totals;

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

/**
 * sw_totals_init() - allocate the counters of endings
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int sw_totals_init(void)
{
	sw_totals = __alloc_percpu(SW_TOTALS * sizeof(u64), sizeof(u64));
	return sw_totals ? 0 : -ENOMEM;
}

/**
 * sw_totals_exit() - free them
 *
 * No hook and no file is left.
 *
 * Context: process, may sleep.
 */
void sw_totals_exit(void)
{
	free_percpu(sw_totals);
}

/**
 * sw_total_sum() - how many endings of one sort there were, over all CPUs
 * @by: enum shutwatch_by
 * @sent: enum shutwatch_sent
 * @why: enum shutwatch_why
 *
 * Context: any; CPUs go on counting meanwhile.
 * Return: the sum.
 */
u64 sw_total_sum(u8 by, u8 sent, u8 why)
{
	unsigned int index = sw_total_index(by, sent, why);
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(sw_totals, cpu)[index]);
	return sum;
}
