/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Totals as a table.
 */
#ifndef SHUTWATCH_TOTALS_H
#define SHUTWATCH_TOTALS_H

#include "columns.h"
#include "parse.h"

char *totals_header(char *to, const struct table *t);
char *totals_record(char *to, const struct table *t, const struct record *r);

#endif /* SHUTWATCH_TOTALS_H */
