/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Some scenes that are played at the same time in a network namespace of their
 * own, and all that was seen of them.
 */
#ifndef BATCH_H
#define BATCH_H

#include "history.h"
#include "mib.h"
#include "places.h"
#include "sums.h"

#define BATCH_SCENES	512
#define BATCH_PACKETS	131072
#define BATCH_LINES	131072

/* Of the module's counters, those that tell of its own failures. */
#define BATCH_STILL_LIST(X)						\
	X(STILL_UNKNOWN,	"unknown")				\
	X(STILL_KREASON,	"kreason_mismatch")			\
	X(STILL_LOST,		"lost.")				\
	X(STILL_EVICTED,	"evicted")				\
	X(STILL_RST_FAILED,	"rst_failed")				\
	X(STILL_NMISSED,	"nmissed.")

#define STILL_AS_ENUM(id, name)	id,
#define STILL_AS_NAME(id, name)	[id] = name,

enum still {
	BATCH_STILL_LIST(STILL_AS_ENUM)
	STILLS
};

/**
 * struct account - what counts by itself
 * @mib: the kernel's counters of this namespace
 * @sums: shutwatch's file totals
 * @still: shutwatch's counters of its own failures
 */
struct account {
	struct mib mib;
	struct sums sums;
	long long still[STILLS];
};

/**
 * struct batch - some scenes, and what was seen
 * @at_once: how many of them are played at the same time
 * @nr_scenes: how many
 * @scene: the programs
 * @history: what they did; memory that their processes share
 * @world: where they are played
 * @places: those namespaces
 * @nr_packets: how many of @packet are in use
 * @packet: the wire
 * @nr_lines: how many of @line are in use
 * @line: the records as lines of text, each to be freed
 * @before: before the first scene
 * @after: after the last
 * @left: lines of the file sockets that name a namespace which is gone
 * @trouble: what kept us from seeing
 */
struct batch {
	int at_once;
	int nr_scenes;
	struct scene scene[BATCH_SCENES];
	struct history *history;
	struct world world;
	struct places places;
	int nr_packets;
	struct packet *packet;
	int nr_lines;
	char **line;
	struct account before;
	struct account after;
	int left;
	struct remarks trouble;
};

int batch_init(struct batch *batch, int at_once);
bool batch_owns(const struct batch *batch, const struct record *record);
long long batch_skipped(const struct batch *batch);
bool batch_is_told_of_skipped(const struct batch *batch);
void batch_play(struct batch *batch, int pipe_fd);

#endif /* BATCH_H */
