/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Times of packets and of records, which may say anything.
 */
#ifndef SHUTWATCH_WHEN_H
#define SHUTWATCH_WHEN_H

#include <limits.h>

/* In the year 2116. */
#define WHEN_MAX	(LLONG_MAX / 2)

/**
 * when_of() - a time that can be subtracted from any other one
 * @ns: nanoseconds of CLOCK_REALTIME, or what was made of nonsense
 *
 * Return: the same, or the nearest that is neither before 1970 nor too far off.
 */
static inline long long when_of(__int128 ns)
{
	if (ns < 0)
		return 0;
	return ns > WHEN_MAX ? WHEN_MAX : (long long)ns;
}

#endif /* SHUTWATCH_WHEN_H */
