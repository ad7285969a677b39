// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "judges.h"
#include "shrink.h"
#include "sorted.h"

/*
 * What races does not come out the same each time: a program is played so many
 * times at once, and one that does not agree is enough.
 */
#define COPIES	48

static bool disagrees(struct batch *batch, int pipe_fd, const struct scene *scene,
		      struct view *view)
{
	static struct sorted sorted;
	struct remarks nobody = {};
	int i;

	for (i = 0; i < COPIES; i++) {
		batch->scene[i] = *scene;
		batch->scene[i].index = i;
	}
	batch->nr_scenes = COPIES;
	batch_play(batch, pipe_fd);
	sort_batch(&sorted, batch, &nobody);
	for (i = 0; i < COPIES; i++) {
		sorted_view(view, &sorted, batch, i);
		judge_scene(view);
		if (view->remarks.count)
			return true;
	}
	return false;
}

static void leave_out(struct scene *scene, int at)
{
	scene->nr_acts--;
	memmove(&scene->act[at], &scene->act[at + 1],
		(scene->nr_acts - at) * sizeof(*scene->act));
}

/**
 * shrink - leave out of a program what a disagreement does not need
 * @batch: to play with
 * @pipe_fd: the open pipe
 * @scene: the program; becomes the smaller one
 * @view: receives what was seen of it, judged
 *
 * Return: false if it does not disagree again.
 */
bool shrink(struct batch *batch, int pipe_fd, struct scene *scene,
	    struct view *view)
{
	int at;

	if (!disagrees(batch, pipe_fd, scene, view))
		return false;
	for (at = scene->nr_acts - 1; at >= 0; at--) {
		struct scene less = *scene;

		leave_out(&less, at);
		if (disagrees(batch, pipe_fd, &less, view))
			*scene = less;
	}
	return disagrees(batch, pipe_fd, scene, view);
}
