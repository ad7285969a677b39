/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The records that shutwatch gives, those of this network namespace.
 */
#ifndef EVENTS_H
#define EVENTS_H

#include <linux/types.h>
#include <stdbool.h>

#include <parse.h>

#include "remarks.h"

struct scan;

/**
 * struct events - where one is with the records
 * @since: the number of the last record that is none of ours
 * @netns: our network namespace, as the records name it
 */
struct events {
	__u64 since;
	char netns[24];
};

int events_open(struct events *events, struct remarks *remarks);
int events_scan(const struct events *events, struct scan *scan);
bool events_has(const struct events *events, const struct record *record);
int events_read(const struct events *events, struct record *record, int max,
		struct remarks *remarks);

#endif /* EVENTS_H */
