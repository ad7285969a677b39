// SPDX-License-Identifier: GPL-2.0-only
/*
 * The time of day, where it begins and ends, and where a file claims another.
 */
#include <limits.h>
#include <string.h>

#include "check.h"
#include "saved/wallclock.h"

static int is_utc(long long wall, const char *wanted)
{
	char text[WALLCLOCK_SIZE];
	size_t len = wallclock_utc(text, wall);

	return len == strlen(wanted) && !strcmp(text, wanted);
}

static void knows_all_times(void)
{
	CHECK(is_utc(0, "1970-01-01T00:00:00.000000Z"));
	CHECK(is_utc(-1, "1969-12-31T23:59:59.999999Z"));
	CHECK(is_utc(-1000000000, "1969-12-31T23:59:59.000000Z"));
	CHECK(is_utc(LLONG_MAX, "2262-04-11T23:47:16.854775Z"));
	CHECK(is_utc(LLONG_MIN, "1677-09-21T00:12:43.145224Z"));
}

static void survives_any_offset(void)
{
	wallclock_set(1000);
	CHECK(wallclock_of(234) == 1234);
	CHECK(wallclock_of(LLONG_MAX) == LLONG_MIN + 999);
	wallclock_set(-1000);
	CHECK(wallclock_of(234) == -766);
	CHECK(wallclock_of(1ULL << 63) == LLONG_MAX - 999);
}

/**
 * main() - all of it
 *
 * Return: 0, or 1 after lines that say what failed.
 */
int main(void)
{
	knows_all_times();
	survives_any_offset();
	return failures ? 1 : 0;
}
