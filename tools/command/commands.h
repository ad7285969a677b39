/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What shutwatch does, a function for each command.  The table of them is in
 * shutwatch.c.
 */
#ifndef SHUTWATCH_COMMANDS_H
#define SHUTWATCH_COMMANDS_H

#include "options.h"

int run_follow(const struct options *o);
int run_events(const struct options *o);
int run_sockets(const struct options *o);
int run_totals(const struct options *o);
int run_stats(const struct options *o);
int run_top(const struct options *o);
int run_metrics(const struct options *o);
int run_record(const struct options *o);
int run_story(const struct options *o);
int run_annotate(const struct options *o);
int run_expect(const struct options *o);

#endif /* SHUTWATCH_COMMANDS_H */
