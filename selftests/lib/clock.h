/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The clock of the records, and waiting for a condition with a deadline.
 */
#ifndef CLOCK_H
#define CLOCK_H

#include <linux/types.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

/* Says how many times longer all may take, where it is emulated or checks itself. */
#define CLOCK_SLOW_ENV	"SHUTWATCH_SLOW"

#define NSEC_PER_SEC	1000000000ull
#define NSEC_PER_MSEC	1000000ull

/**
 * clock_now - the time, by the clock that the records tell
 *
 * Return: nanoseconds of CLOCK_MONOTONIC.
 */
static inline __u64 clock_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

/**
 * clock_slow - how many times longer things may take here
 *
 * Return: the factor, at least 1.
 */
static inline int clock_slow(void)
{
	const char *slow = getenv(CLOCK_SLOW_ENV);
	int factor = slow ? atoi(slow) : 1;

	return factor > 1 ? factor : 1;
}

/**
 * clock_in - a deadline
 * @seconds: how far away it is, where nothing slows the kernel down
 *
 * Return: the time at which it has passed.
 */
static inline __u64 clock_in(unsigned int seconds)
{
	return clock_now() + seconds * clock_slow() * NSEC_PER_SEC;
}

/**
 * clock_wait - between two looks at a condition: let others run
 * @deadline: when to give up
 *
 * Who waits long looks seldom, each time a quarter later than before and at
 * least every 16 milliseconds: looking is work, too, and takes the CPU from
 * what is waited for. Another deadline is another wait.
 *
 * Return: false once @deadline has passed.
 */
static inline bool clock_wait(__u64 deadline)
{
	static __thread __u64 waiting_for;
	static __thread long nsec;
	struct timespec tick = {};

	if (waiting_for != deadline)
		nsec = NSEC_PER_MSEC;
	waiting_for = deadline;
	tick.tv_nsec = nsec;
	nanosleep(&tick, NULL);
	nsec += nsec < 16 * NSEC_PER_MSEC ? nsec / 4 : 0;
	return clock_now() < deadline;
}

#endif /* CLOCK_H */
