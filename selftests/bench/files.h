/* SPDX-License-Identifier: GPL-2.0-only */
/* How many files the load may have open. */
#ifndef _BENCH_FILES_H
#define _BENCH_FILES_H

void files_allow_more(unsigned int more);

#endif /* _BENCH_FILES_H */
