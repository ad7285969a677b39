/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's cache of dentries, in a state that is always the same. */
#ifndef _BENCH_DENTRIES_H
#define _BENCH_DENTRIES_H

void dentries_fresh(void);

#endif /* _BENCH_DENTRIES_H */
