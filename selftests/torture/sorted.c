// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "record_fields.h"
#include "sorted.h"

/**
 * sorted_scene - which scene has these addresses?
 * @batch: the batch
 * @one: an address
 * @other: the other end's
 *
 * Return: its index, or -1.
 */
int sorted_scene(const struct batch *batch, const char *one, const char *other)
{
	int scene = scene_index_of_port(view_port(one));

	if (scene < 0 || scene >= batch->nr_scenes)
		scene = scene_index_of_port(view_port(other));
	return scene < batch->nr_scenes ? scene : -1;
}

/* What could not be bound, because the port is taken, is closed again. */
static bool was_never_bound(const struct record *r)
{
	return !view_port(record_get(r, SHUTWATCH_KEY_LOCAL)) &&
	       record_is(r, SHUTWATCH_KEY_STATE, "CLOSE>CLOSE");
}

/**
 * sort_batch - find out which scene each record and each packet belongs to
 * @sorted: where to
 * @batch: a batch that was played
 * @remarks: where to tell of those that are no scene's
 */
void sort_batch(struct sorted *sorted, const struct batch *batch,
		struct remarks *remarks)
{
	struct record r;
	int i;

	for (i = 0; i < batch->nr_lines; i++) {
		sorted->of_line[i] = -1;
		if (record_parse(&r, batch->line[i]) ||
		    !batch_owns(batch, &r))
			continue;
		sorted->of_line[i] = sorted_scene(batch, record_get(&r, SHUTWATCH_KEY_LOCAL),
						  record_get(&r, SHUTWATCH_KEY_REMOTE));
		if (sorted->of_line[i] < 0 && !was_never_bound(&r))
			remark(remarks, "a record of nobody's: %s", batch->line[i]);
	}
	for (i = 0; i < batch->nr_packets; i++) {
		sorted->of_packet[i] = sorted_scene(batch, batch->packet[i].src,
						    batch->packet[i].dst);
		if (sorted->of_packet[i] < 0)
			remark(remarks, "a packet of nobody's: %s > %s",
			       batch->packet[i].src, batch->packet[i].dst);
	}
}

/**
 * sorted_view - all that was seen of one scene
 * @view: where to
 * @sorted: of the batch
 * @batch: the batch
 * @scene: which scene of it
 */
void sorted_view(struct view *view, const struct sorted *sorted,
		 const struct batch *batch, int scene)
{
	int i;

	view->scene = &batch->scene[scene];
	view->history = &batch->history[scene];
	view->nr_packets = 0;
	view->nr_records = 0;
	view->nr_sockets = 0;
	view->remarks.count = 0;
	for (i = 0; i < batch->nr_packets; i++) {
		if (sorted->of_packet[i] == scene)
			view_add_packet(view, &batch->packet[i]);
	}
	for (i = 0; i < batch->nr_lines; i++) {
		if (sorted->of_line[i] == scene)
			view_add_record(view, batch->line[i]);
	}
}
