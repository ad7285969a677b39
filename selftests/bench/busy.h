/* SPDX-License-Identifier: GPL-2.0-only */
/* A clock of the time that the machine was not idle. */
#ifndef _BENCH_BUSY_H
#define _BENCH_BUSY_H

/**
 * struct stretch - a stretch of time
 * @began: CLOCK_MONOTONIC, nanoseconds
 * @idle: what all CPUs had idled by then
 */
struct stretch {
	unsigned long long	began;
	unsigned long long	idle;
};

void stretch_begin(struct stretch *stretch);
long long stretch_busy(const struct stretch *stretch);

#endif /* _BENCH_BUSY_H */
