/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How far a side has got, in memory that both share: who waits for it sleeps,
 * which leaves the CPUs to those that play.
 */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <linux/futex.h>
#include <limits.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "clock.h"

/**
 * progress_wake - wake who waits, without having got further
 * @progress: of a side
 */
static inline void progress_wake(atomic_int *progress)
{
	syscall(SYS_futex, progress, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

/**
 * progress_set - get further
 * @progress: of a side
 * @count: of the acts that it is through with
 */
static inline void progress_set(atomic_int *progress, int count)
{
	*progress = count;
	progress_wake(progress);
}

/**
 * progress_wait - wait until a side gets further; it may come back early
 * @progress: of the side
 * @seen: what it was
 * @deadline: see clock_now()
 */
static inline void progress_wait(atomic_int *progress, int seen, __u64 deadline)
{
	const __u64 now = clock_now();
	const __u64 left = deadline > now ? deadline - now : 0;
	const struct timespec rest = {
		.tv_sec = left / 1000000000,
		.tv_nsec = left % 1000000000,
	};

	syscall(SYS_futex, progress, FUTEX_WAIT, seen, &rest, NULL, 0);
}

#endif /* PROGRESS_H */
