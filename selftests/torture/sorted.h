/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What was seen of a batch, by the scene that it is part of: its ports tell.
 */
#ifndef SORTED_H
#define SORTED_H

#include "batch.h"
#include "view.h"

/**
 * struct sorted - which records and packets are whose
 * @of_line: the scene of each record, or -1
 * @of_packet: the scene of each packet
 */
struct sorted {
	int of_line[BATCH_LINES];
	int of_packet[BATCH_PACKETS];
};

int sorted_scene(const struct batch *batch, const char *one, const char *other);
void sort_batch(struct sorted *sorted, const struct batch *batch,
		struct remarks *remarks);
void sorted_view(struct view *view, const struct sorted *sorted,
		 const struct batch *batch, int scene);

#endif /* SORTED_H */
