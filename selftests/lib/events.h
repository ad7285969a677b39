/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The records that shutwatch gives, those of this network namespace.
 */
#ifndef EVENTS_H
#define EVENTS_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

#include <record.h>

#include "remarks.h"

/* Stands for the directory of shutwatch's files, if it is set. */
#define WATCH_DIR_ENV	"SHUTWATCH_TEST_DIR"

/* Says that a test which cannot run here is one that failed. */
#define WATCH_VM_ENV	"SHUTWATCH_VM"

/**
 * struct watch - where one is with the records
 * @since: the number of the last record that is none of ours
 * @netns: our network namespace, as the records name it
 */
struct watch {
	__u64 since;
	char netns[24];
};

bool watch_possible(char *why_not, size_t size);
void watch_path(char *path, size_t size, const char *file);
int watch_open(struct watch *watch, struct remarks *remarks);
int watch_read(const struct watch *watch, struct record *record, int max,
	       struct remarks *remarks);

#endif /* EVENTS_H */
