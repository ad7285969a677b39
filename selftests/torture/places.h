/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a batch is played: a network namespace whose lo has both sides, or two
 * hosts with a router between them, which loses, delays and repeats.
 */
#ifndef PLACES_H
#define PLACES_H

#include "capture.h"
#include "mib.h"
#include "scene.h"

/**
 * struct place - a network namespace
 * @fd: it
 * @netns: its name in the records
 * @capture: what it sends
 */
struct place {
	int fd;
	char netns[24];
	struct capture *capture;
};

/**
 * struct places - all of them
 * @home: the namespace that we come from
 * @apart: there are hosts
 * @cut: and they have no links any more
 * @count: 1, or one for each side
 * @place: the namespaces, by side
 */
struct places {
	int home;
	bool apart;
	bool cut;
	int count;
	struct place place[SIDES];
};

int places_open(struct places *places, const struct world *world,
		struct remarks *remarks);
int places_enter(const struct places *places, enum side side);
void places_leave(const struct places *places);
int places_packets(struct places *places, struct packet *packet, int max,
		   struct remarks *remarks);
int places_mib(const struct places *places, struct mib *mib);
bool places_are_quiet(const struct places *places);
bool places_cut(struct places *places);
void places_close(struct places *places);

#endif /* PLACES_H */
