// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
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

static void leave_out(struct scene *scene, int at, int acts)
{
	scene->nr_acts -= acts;
	memmove(&scene->act[at], &scene->act[at + acts],
		(scene->nr_acts - at) * sizeof(*scene->act));
}

/* From the end on: what comes late depends on what was before. */
static void leave_out_runs(struct batch *batch, int pipe_fd, struct scene *scene,
			   struct view *view, int acts)
{
	int at = scene->nr_acts;

	while (at > 0) {
		struct scene less = *scene;
		const int from = at > acts ? at - acts : 0;

		leave_out(&less, from, at - from);
		if (disagrees(batch, pipe_fd, &less, view)) {
			*scene = less;
			printf("  %d acts still do\n", scene->nr_acts);
			fflush(stdout);
		}
		at = from;
	}
}

/**
 * shrink - leave out of a program what a disagreement does not need
 * @batch: to play with
 * @pipe_fd: the open pipe
 * @scene: the program; becomes the smaller one
 * @view: receives what was seen of it, judged
 *
 * Of many acts few are needed: half of them at a time, then half of that, down to
 * each alone.
 *
 * Return: false if it does not disagree again.
 */
bool shrink(struct batch *batch, int pipe_fd, struct scene *scene,
	    struct view *view)
{
	int acts;

	if (!disagrees(batch, pipe_fd, scene, view))
		return false;
	for (acts = scene->nr_acts / 2; acts; acts /= 2)
		leave_out_runs(batch, pipe_fd, scene, view, acts);
	return disagrees(batch, pipe_fd, scene, view);
}
