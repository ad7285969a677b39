// SPDX-License-Identifier: GPL-2.0-only
/*
 * The time that the machine was not idle, in nanoseconds.
 *
 * With QEMU's -icount shift=0 one nanosecond is one instruction, and an idle
 * CPU jumps to its next timer at once: what is not idle time is instructions,
 * of whatever task, interrupt or kernel thread.
 */

#include <err.h>
#include <stdio.h>
#include <time.h>

#include "busy.h"

static unsigned long long now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

/* See idle/idle.c: the kernel shows it in hundredths of a second only. */
static unsigned long long idled(void)
{
	static const char path[] = "/sys/kernel/debug/bench_idle";
	FILE *file = fopen(path, "r");
	unsigned long long ns;

	if (!file)
		err(1, "%s: is idle.ko loaded?", path);
	if (fscanf(file, "%llu", &ns) != 1)
		errx(1, "%s: no number", path);
	fclose(file);
	return ns;
}

/**
 * stretch_begin() - begin to measure
 * @stretch: filled in
 */
void stretch_begin(struct stretch *stretch)
{
	stretch->idle = idled();
	stretch->began = now();
}

/**
 * stretch_busy() - how long was the machine busy?
 * @stretch: since when
 *
 * Exact on a machine with one CPU, which is not idle when it asks.
 *
 * Return: nanoseconds.
 */
long long stretch_busy(const struct stretch *stretch)
{
	unsigned long long end = now();

	return end - stretch->began - (idled() - stretch->idle);
}
