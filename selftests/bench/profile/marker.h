/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the load executes a return instruction before and after its rounds,
 * for a profiler outside the machine to see.  No other program is there.
 */
#ifndef _BENCH_MARKER_H
#define _BENCH_MARKER_H

#define MARKER	0x515700000000

void marker_init(void);
void marker(void);

#endif /* _BENCH_MARKER_H */
