// SPDX-License-Identifier: GPL-2.0-only
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "clock.h"
#include "perform.h"
#include "progress.h"

/* A side that has waited longer for the other goes on without it. */
#define STEP_SECONDS	3

/* The other side's acts that stand above this one. */
static int acts_above(const struct scene *scene, int at)
{
	int i;

	for (i = at; i > 0; i--) {
		if (scene->act[i - 1].side != scene->act[at].side)
			return i;
	}
	return 0;
}

static void fall_in_step(struct performer *performer, int at)
{
	atomic_int *progress = &performer->history->progress[!performer->side];
	const int need = acts_above(performer->scene, at);
	__u64 deadline = clock_in(STEP_SECONDS);
	int seen;

	while ((seen = *progress) < need && clock_now() < deadline &&
	       !performer->history->over)
		progress_wait(progress, seen, deadline);
}

static void play(struct performer *performer)
{
	const struct scene *scene = performer->scene;
	int i;

	for (i = 0; i < scene->nr_acts; i++) {
		if (scene->act[i].side != performer->side)
			continue;
		if (scene->act[i].in_step)
			fall_in_step(performer, i);
		if (performer->history->over)
			kill(getpid(), SIGKILL);
		do_act(performer, i);
		progress_set(&performer->history->progress[performer->side], i + 1);
	}
}

/**
 * perform - let a process of its own play one side
 * @scene: the program
 * @history: where it notes what it did: memory that is shared with it
 * @side: which side
 * @places: where each side is
 *
 * Return: the process, or -1.
 */
pid_t perform(const struct scene *scene, struct history *history, enum side side,
	      const struct places *places)
{
	struct performer performer = {
		.scene = scene,
		.history = history,
		.side = side,
	};
	pid_t pid;

	memset(performer.fd, -1, sizeof(performer.fd));
	history->born[side] = clock_now();
	pid = fork();
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, side == SIDE_CLIENT ? HISTORY_COMM_CLIENT :
						 HISTORY_COMM_SERVER);
	history->pid[side] = getpid();
	if (!places_enter(places, side))
		play(&performer);
	_exit(0);
}
