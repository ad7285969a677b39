/* SPDX-License-Identifier: GPL-2.0-only */
/* A record as a line of columns. */
#ifndef BENCH_FACT_LINE_H
#define BENCH_FACT_LINE_H

#include "fact.h"

void fact_header(void);
void fact_line(const struct fact *fact);

#endif /* BENCH_FACT_LINE_H */
