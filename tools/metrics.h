/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * totals and stats in the text format of Prometheus.
 */
#ifndef SHUTWATCH_METRICS_H
#define SHUTWATCH_METRICS_H

#include "parse.h"

/**
 * struct metric - what one or some lines of stats are called there
 * @stat: the name in stats; with a dot at its end, what names begin with
 * @name: the metric
 * @label: the label that has the rest of the name in stats, or NULL
 * @type: counter or gauge
 * @help: what it tells
 */
struct metric {
	const char *stat;
	const char *name;
	const char *label;
	const char *type;
	const char *help;
};

/* An entry without a name ends the table. */
extern const struct metric metrics_of_stats[];

char *metrics_about(char *to, const struct metric *m);
char *metrics_stat(char *to, const struct metric *m, const char *stat, const char *value);
char *metrics_info(char *to);
char *metrics_total_about(char *to);
char *metrics_total(char *to, const struct record *r);

#endif /* SHUTWATCH_METRICS_H */
