/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the unit tests say where something is wrong.
 */
#ifndef SHUTWATCH_CHECK_H
#define SHUTWATCH_CHECK_H

#include <stdio.h>

static int failures;

/* Say, and count, that a condition does not hold. */
#define CHECK(condition)						\
	do {								\
		if (!(condition)) {					\
			printf("# %s:%d: %s\n", __FILE__, __LINE__, #condition); \
			failures++;					\
		}							\
	} while (0)

#endif /* SHUTWATCH_CHECK_H */
