// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records carry CLOCK_MONOTONIC, which no clock step can disturb, and people and
 * captures have the time of day.  The difference of the two is that of now for
 * records of the running system, and that of then for saved ones.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "saved/wallclock.h"

#include <text.h>

#define NS_PER_SEC	1000000000LL
#define NS_PER_US	1000LL

/* A measurement that took longer than this was interrupted. */
#define PROMPT_NS	(20 * NS_PER_US)
#define ATTEMPTS	10

/* The difference, and up to when it may be taken for that of now. */
static bool is_set;
static long long current;
static unsigned long long good_until;

static long long read_clock(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return ts.tv_sec * NS_PER_SEC + ts.tv_nsec;
}

/**
 * wallclock_offset() - measure the difference of the two clocks
 *
 * Return: CLOCK_REALTIME less CLOCK_MONOTONIC, in nanoseconds.
 */
long long wallclock_offset(void)
{
	long long before, wall, took, offset = 0, best = -1;
	int i;

	for (i = 0; i < ATTEMPTS && (best < 0 || best > PROMPT_NS); i++) {
		before = read_clock(CLOCK_MONOTONIC);
		wall = read_clock(CLOCK_REALTIME);
		took = read_clock(CLOCK_MONOTONIC) - before;
		if (best >= 0 && took >= best)
			continue;
		best = took;
		offset = wall - before - took / 2;
	}
	return offset;
}

/**
 * wallclock_now() - the time of day
 *
 * Return: nanoseconds of CLOCK_REALTIME.
 */
long long wallclock_now(void)
{
	return read_clock(CLOCK_REALTIME);
}

/**
 * wallclock_set() - take the difference from elsewhere
 * @offset: as from wallclock_offset()
 */
void wallclock_set(long long offset)
{
	is_set = true;
	current = offset;
}

/**
 * wallclock_of() - the time of day of a record
 * @mono: nanoseconds of CLOCK_MONOTONIC
 *
 * Where no difference was set it is that of now, measured anew when a second has
 * gone by: two rows of the same moment shall not differ.
 *
 * Return: nanoseconds of CLOCK_REALTIME.
 */
long long wallclock_of(unsigned long long mono)
{
	if (!is_set && (mono >= good_until || !good_until)) {
		current = wallclock_offset();
		good_until = (unsigned long long)(read_clock(CLOCK_MONOTONIC) + NS_PER_SEC);
	}
	/* A file may say anything: what is no time of day may wrap, but not more. */
	return (long long)(mono + (unsigned long long)current);
}

/* Rounded down, also before 1970. */
static time_t seconds_of(long long wall)
{
	return (time_t)(wall / NS_PER_SEC - (wall % NS_PER_SEC < 0));
}

/**
 * wallclock_text() - write a time of day as tcpdump -tttt does
 * @to: where to, WALLCLOCK_SIZE bytes; terminated
 * @wall: nanoseconds of CLOCK_REALTIME
 *
 * Return: the length; 0 where there is no such day.
 */
size_t wallclock_text(char *to, long long wall)
{
	long long ns = (wall % NS_PER_SEC + NS_PER_SEC) % NS_PER_SEC;
	time_t seconds = seconds_of(wall);
	struct tm tm;
	size_t len;

	to[0] = '\0';
	if (!localtime_r(&seconds, &tm))
		return 0;
	len = strftime(to, WALLCLOCK_SIZE - 8, "%Y-%m-%d %H:%M:%S", &tm);
	return len ? len + (size_t)sprintf(to + len, ".%06lld", ns / NS_PER_US) : 0;
}

/**
 * wallclock_utc() - write a time of day as RFC 3339 has it
 * @to: where to, WALLCLOCK_SIZE bytes; terminated
 * @wall: nanoseconds of CLOCK_REALTIME
 *
 * Mostly it is in the second of the one before.
 *
 * Return: the length; 0 where there is no such day.
 */
size_t wallclock_utc(char *to, long long wall)
{
	static char text[WALLCLOCK_SIZE];
	static time_t second = -1;
	static size_t len;
	long long ns = (wall % NS_PER_SEC + NS_PER_SEC) % NS_PER_SEC;
	time_t seconds = seconds_of(wall);
	struct sw_text t;
	struct tm tm;

	if (!len || seconds != second) {
		len = gmtime_r(&seconds, &tm) ?
		      strftime(text, sizeof(text) - 9, "%Y-%m-%dT%H:%M:%S", &tm) : 0;
		second = seconds;
	}
	to[0] = '\0';
	if (!len)
		return 0;
	memcpy(to, text, len);
	t.pos = to + len;
	sw_text_char(&t, '.');
	sw_text_nine(&t, (unsigned int)ns);
	strcpy(t.pos - 3, "Z");		/* microseconds, then */
	return (size_t)(t.pos - 2 - to);
}
