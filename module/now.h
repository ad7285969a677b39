/* SPDX-License-Identifier: GPL-2.0-only */
/* The time: as records tell it, or to the tick, which costs next to nothing. */
#ifndef _SHUTWATCH_NOW_H
#define _SHUTWATCH_NOW_H

#include <linux/bits.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>

/* Ticks since some moment; nanoseconds are never that many. */
#define SW_TICKS	BIT_ULL(63)

/**
 * sw_now() - the time that records tell
 *
 * A third of what a record costs: two that are written together share it.
 *
 * Context: any.
 * Return: nanoseconds of CLOCK_MONOTONIC.
 */
static __always_inline u64 sw_now(void)
{
	return ktime_get_mono_fast_ns();
}

/**
 * sw_now_for() - the time, for somebody or for nobody
 * @told: a record is going to tell it
 *
 * Context: any.
 * Return: nanoseconds of CLOCK_MONOTONIC if it is told; else ticks, for
 *	sw_time_of().
 */
static __always_inline u64 sw_now_for(bool told)
{
	return told ? sw_now() : get_jiffies_64() | SW_TICKS;
}

/**
 * sw_time_of() - what sw_now_for() once returned, as a time
 * @now: that
 *
 * Context: any.
 * Return: nanoseconds of CLOCK_MONOTONIC, to the tick where it was in ticks.
 */
static inline u64 sw_time_of(u64 now)
{
	if (!(now & SW_TICKS))
		return now;
	return sw_now() - jiffies64_to_nsecs(get_jiffies_64() - (now & ~SW_TICKS));
}

#endif /* _SHUTWATCH_NOW_H */
