// SPDX-License-Identifier: GPL-2.0-only
/*
 * The stage: a process with a network namespace of its own, a capture and a
 * reader that are there before the program begins and until it has left.  What
 * they see is in memory that the player shares with its audience.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "act.h"
#include "capture.h"
#include "clock.h"
#include "events.h"
#include "expect.h"
#include "netns.h"
#include "player.h"
#include "recipe.h"
#include "stand_in.h"

/* No play lasts longer; the one that waits for TIME_WAIT is the longest. */
#define PLAY_SECONDS	150

/* A record may be a moment later than what it tells of. */
#define SETTLE_SECONDS	2

static void read_wire(struct play *play, struct capture *capture)
{
	int room = PLAY_PACKETS_MAX - play->nr_packets;

	play->nr_packets += capture_read(capture,
					 &play->packet[play->nr_packets], room,
					 &play->trouble);
}

static void check_wire(struct play *play)
{
	wire_check(&play->agreement, play->packet, play->nr_packets, play->record,
		   play->nr_records, NULL, play->claimed_by);
}

static bool read_records(struct play *play, const struct events *events)
{
	struct remarks trouble = {};

	play->nr_records = events_read(events, play->record, PLAY_RECORDS_MAX,
				       &trouble);
	check_wire(play);
	expect_judge(play);
	if (trouble.count)
		play->trouble = trouble;
	return !trouble.count && !play->unmet.count &&
	       !play->agreement.remarks.count;
}

static void settle(struct play *play, const struct events *events)
{
	__u64 deadline = clock_in(SETTLE_SECONDS);

	while (!read_records(play, events) && clock_wait(deadline))
		;
}

static void perform(struct play *play, struct capture *capture)
{
	struct events events;

	if (play->with_records && events_open(&events, &play->trouble))
		return;
	play->recipe->act(play);
	read_wire(play, capture);
	play->nr_packets_told = play->nr_packets;
	/* What comes later than the end is not the recipe's. */
	if (play->with_records) {
		settle(play, &events);
	} else {
		stand_in_for_records(play);
		check_wire(play);
	}
	play->end = clock_now();

	act_leave(play);
	read_wire(play, capture);
	if (play->with_records)
		settle(play, &events);
	play->done = true;
}

static void player(struct play *play)
{
	struct capture *capture;
	int err;

	/* Nobody has to wait for a player that is stuck, or is not watched. */
	alarm(PLAY_SECONDS * clock_slow());
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, play->comm);
	play->pid = getpid();

	err = netns_enter();
	if (!err)
		err = netns_dig_blackhole();
	if (err) {
		remark(&play->trouble, "no network namespace of one's own: %s",
		       strerror(-err));
		return;
	}
	capture = capture_open(&play->trouble);
	if (!capture)
		return;
	perform(play, capture);
	capture_close(capture);
}

static struct play *play_new(const struct recipe *recipe, bool with_records)
{
	struct play *play = mmap(NULL, sizeof(*play), PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int who;

	if (play == MAP_FAILED)
		return NULL;
	play->recipe = recipe;
	play->with_records = with_records;
	play->end = ~0ull;
	snprintf(play->comm, sizeof(play->comm), "R%d_%s", recipe->number,
		 recipe->name);
	for (who = 0; who < ACTORS; who++)
		play->actor[who].fd = -1;
	return play;
}

/**
 * play_start - let a recipe be played
 * @recipe: which
 * @with_records: shutwatch is there: ask it
 *
 * Return: the play, or NULL if there can be none.
 */
struct play *play_start(const struct recipe *recipe, bool with_records)
{
	struct play *play = play_new(recipe, with_records);
	int bell[2];

	if (!play)
		return NULL;
	if (pipe2(bell, O_CLOEXEC)) {
		munmap(play, sizeof(*play));
		return NULL;
	}
	play->audience = bell[0];
	play->bell = bell[1];
	fflush(NULL);
	play->player = fork();
	if (!play->player) {
		close(bell[0]);
		player(play);
		_exit(0);
	}
	close(bell[1]);
	if (play->player < 0)
		remark(&play->trouble, "cannot fork: %s", strerror(errno));
	return play;
}

/**
 * play_watch - wait until there is something new to be seen
 * @play: the play
 *
 * Return: false once it is over.
 */
bool play_watch(struct play *play)
{
	char rings[64];

	if (read(play->audience, rings, sizeof(rings)) > 0)
		return true;
	if (!play->done && !play->trouble.count)
		remark(&play->trouble, "the player did not come to its end");
	return false;
}

/**
 * play_wait - wait for the end of a play
 * @play: the play
 *
 * It can be waited for with the play alone: a pipe tells, not the process table.
 */
void play_wait(struct play *play)
{
	while (play_watch(play))
		;
}

/**
 * play_free - forget a play, and end it if it still goes on
 * @play: the play
 */
void play_free(struct play *play)
{
	if (play->player > 0) {
		kill(play->player, SIGKILL);
		waitpid(play->player, NULL, 0);
	}
	close(play->audience);
	munmap(play, sizeof(*play));
}
