/* SPDX-License-Identifier: GPL-2.0-only */
/* How many files the load may have open. */
#ifndef _BENCH_FILE_LIMIT_H
#define _BENCH_FILE_LIMIT_H

void file_limit_raise(unsigned int more);

#endif /* _BENCH_FILE_LIMIT_H */
