// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <names.h>

#include "batch.h"
#include "clock.h"
#include "module.h"
#include "perform.h"
#include "progress.h"
#include "record_fields.h"
#include "stream.h"
#include "way.h"

/* No scene takes nearly as long. */
#define SCENE_SECONDS	60

/*
 * Until the last segment is sent, the namespace is gone, all records are read: an
 * orphan that nobody hears is given up after 102 seconds.
 */
#define SETTLE_SECONDS	150

static const char * const still_name[] = { BATCH_STILL_LIST(STILL_AS_NAME) };

/**
 * batch_init - memory for batches, which is used again and again
 * @batch: where to
 * @at_once: scenes that are played at the same time
 *
 * Return: 0 or a negative errno.
 */
int batch_init(struct batch *batch, int at_once)
{
	memset(batch, 0, sizeof(*batch));
	batch->at_once = at_once;
	if (prctl(PR_SET_CHILD_SUBREAPER, 1))
		return -errno;
	batch->history = mmap(NULL, BATCH_SCENES * sizeof(*batch->history),
			      PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	batch->packet = malloc(BATCH_PACKETS * sizeof(*batch->packet));
	batch->line = calloc(BATCH_LINES, sizeof(*batch->line));
	if (batch->history == MAP_FAILED || !batch->packet || !batch->line)
		return -ENOMEM;
	return 0;
}

/* ---- the records ---- */

static void keep_line(struct batch *batch, const char *line)
{
	if (batch->nr_lines == BATCH_LINES)
		remark(&batch->trouble, "more records than can be kept");
	else
		batch->line[batch->nr_lines++] = strdup(line);
}

static void read_records(struct batch *batch, int pipe_fd)
{
	char line[SHUTWATCH_LINE_MAX];
	const char *rest;
	struct text text;

	if (stream_slurp(&text, pipe_fd, 1 << 16))
		remark(&batch->trouble, "the pipe cannot be read");
	rest = text.data;
	while (stream_line(&rest, line, sizeof(line)))
		keep_line(batch, line);
	free(text.data);
}

static void tell(struct sums *sums, const struct batch *batch)
{
	struct record record;
	int i;

	memset(sums, 0, sizeof(*sums));
	for (i = 0; i < batch->nr_lines; i++) {
		if (!record_parse(&record, batch->line[i]))
			sums_record(sums, &record);
	}
}

static void count(struct batch *batch, struct account *account)
{
	int i;

	if (sums_read(&account->sums))
		remark(&batch->trouble, "totals cannot be read");
	for (i = 0; i < STILLS; i++)
		account->still[i] = module_stats(still_name[i]);
}

/**
 * batch_skipped - what the kernel did not let the module see
 * @batch: a batch that was played
 *
 * Return: how many hits of probes it has skipped.
 */
long long batch_skipped(const struct batch *batch)
{
	return batch->after.still[STILL_NMISSED] - batch->before.still[STILL_NMISSED];
}

static long long skipped_by(const char *line)
{
	struct record r;

	if (record_parse(&r, line) ||
	    !record_is(&r, SHUTWATCH_KEY_KIND, kind_names.name[SHUTWATCH_KIND_SKIPPED]) ||
	    !record_is(&r, SHUTWATCH_KEY_WHAT, what_names.name[SHUTWATCH_WHAT_PROBE]))
		return 0;
	return strtoll(record_get(&r, SHUTWATCH_KEY_COUNT), NULL, 10);
}

/**
 * batch_is_told_of_skipped - does the stream tell of all of it?
 * @batch: a batch that was played
 *
 * Return: whether it does.
 */
bool batch_is_told_of_skipped(const struct batch *batch)
{
	long long told = 0;
	int i;

	for (i = 0; i < batch->nr_lines; i++)
		told += skipped_by(batch->line[i]);
	return told == batch_skipped(batch);
}

/* A record may be a moment later than what it tells of. */
static void read_the_rest(struct batch *batch, int pipe_fd)
{
	__u64 deadline = clock_in(SETTLE_SECONDS);
	struct sums told;

	do {
		read_records(batch, pipe_fd);
		count(batch, &batch->after);
		tell(&told, batch);
	} while ((!sums_agrees(&batch->before.sums, &batch->after.sums, &told) ||
		  !batch_is_told_of_skipped(batch)) && clock_wait(deadline));
}

/* ---- the processes ---- */

static void start(struct batch *batch, int at, int *running)
{
	struct history *history = &batch->history[at];
	int side;

	for (side = 0; side < SIDES; side++) {
		history->pid[side] = perform(&batch->scene[at], history, side,
					     &batch->places);
		if (history->pid[side] < 0)
			remark(&batch->trouble, "fork: %s", strerror(errno));
		else
			++*running;
	}
}

static bool note_end(struct history *history, pid_t pid)
{
	int side;

	for (side = 0; side < SIDES; side++) {
		if (history->pid[side] != pid || history->ended[side])
			continue;
		history->ended[side] = clock_now();
		progress_set(&history->progress[side], INT_MAX);
		return true;
	}
	return false;
}

static bool has_child(const struct act *act)
{
	return act->verb == VERB_FORK || act->verb == VERB_GIVE || act->verb == VERB_LEND;
}

/* Once the process that it was a child of is gone, it is one of ours. */
static bool note_child_end(const struct scene *scene, struct history *history,
			   pid_t pid)
{
	int i;

	for (i = 0; i < scene->nr_acts; i++) {
		struct deed *deed = &history->deed[i];

		if (!has_child(&scene->act[i]) || deed->ret != pid ||
		    deed->child_ended)
			continue;
		deed->child_ended = clock_now();
		return true;
	}
	return false;
}

/* Returns whether it is the process of a side. */
static bool note_end_of(struct batch *batch, pid_t pid)
{
	int i;

	for (i = 0; i < batch->nr_scenes; i++) {
		if (note_end(&batch->history[i], pid))
			return true;
		if (note_child_end(&batch->scene[i], &batch->history[i], pid))
			return false;
	}
	return false;
}

/* Returns false if there is no child any more. */
static bool reap_one(struct batch *batch, int *running, __u64 deadline, bool *in_time)
{
	pid_t pid = waitpid(-1, NULL, WNOHANG);

	*in_time = true;
	if (pid < 0)
		return false;
	if (pid)
		*running -= note_end_of(batch, pid);
	else
		*in_time = clock_wait(deadline);
	return true;
}

/* Until so many are left, or, for a limit below 0, no child of theirs either. */
static void reap(struct batch *batch, int *running, int limit, int pipe_fd)
{
	__u64 deadline = clock_in(SCENE_SECONDS);
	bool in_time;

	while (*running > limit && reap_one(batch, running, deadline, &in_time)) {
		if (!in_time) {
			remark(&batch->trouble, "a scene does not end");
			return;
		}
		read_records(batch, pipe_fd);
	}
}

static void see_wire(struct batch *batch)
{
	batch->nr_packets = places_packets(&batch->places, batch->packet, BATCH_PACKETS,
					   &batch->trouble);
	places_mib(&batch->places, &batch->after.mib);
}

/* Nobody waits for anything: what is on the wire from now on is not known. */
static void go_away(struct batch *batch)
{
	__u64 now = clock_now();
	int i;

	for (i = 0; i < batch->nr_scenes; i++)
		batch->history[i].unseen = now;
	see_wire(batch);
	if (places_cut(&batch->places)) {
		now = clock_now();
		for (i = 0; i < batch->nr_scenes; i++)
			batch->history[i].cut = now;
	}
	places_close(&batch->places);
}

static bool has_gone_away(const struct batch *batch)
{
	return batch->history[0].unseen;
}

/* Wherever they are in their programs. */
static void let_die(struct batch *batch, int *running, int pipe_fd)
{
	const __u64 deadline = clock_now() + batch->world.dies_ms * 1000000ull;
	bool in_time = true;
	int i, side;

	while (in_time && reap_one(batch, running, deadline, &in_time))
		read_records(batch, pipe_fd);
	if (batch->world.dies == DIES_FIRST)
		go_away(batch);
	for (i = 0; i < batch->nr_scenes; i++) {
		batch->history[i].over = true;
		for (side = 0; side < SIDES; side++)
			progress_wake(&batch->history[i].progress[side]);
	}
}

static void play_scenes(struct batch *batch, int pipe_fd)
{
	int i, running = 0;

	for (i = 0; i < batch->nr_scenes; i++) {
		reap(batch, &running, SIDES * (batch->at_once - 1), pipe_fd);
		start(batch, i, &running);
	}
	if (batch->world.dies)
		let_die(batch, &running, pipe_fd);
	reap(batch, &running, -1, pipe_fd);
}

/* ---- before and after ---- */

/* All of one side, and then until the last one is there. */
static int make_ways_of(const struct batch *batch, enum side side)
{
	int i, err = places_enter(&batch->places, side);

	for (i = 0; i < batch->nr_scenes && !err; i++)
		err = way_make(&batch->scene[i], side);
	for (i = 0; i < batch->nr_scenes && !err; i++)
		err = way_await(&batch->scene[i], side);
	places_leave(&batch->places);
	return err;
}

static int make_ways(const struct batch *batch)
{
	if (!batch->world.ways)
		return 0;
	return make_ways_of(batch, SIDE_CLIENT) ?: make_ways_of(batch, SIDE_SERVER);
}

static void settle(struct batch *batch)
{
	__u64 deadline = clock_in(SETTLE_SECONDS);

	while (!places_are_quiet(&batch->places)) {
		if (clock_wait(deadline))
			continue;
		remark(&batch->trouble, "some connections do not end");
		break;
	}
}

/* Of the file sockets. */
static int lines_left(const struct batch *batch)
{
	struct record r;
	struct scan scan;
	int left = 0;

	if (scan_begin(&scan, SHUTWATCH_FILE_SOCKETS))
		return -1;
	while (scan_next(&scan, &r))
		left += batch_owns(batch, &r);
	scan_end(&scan);
	return left;
}

/* The namespaces go when the last of their sockets and we are gone. */
static void await_end(struct batch *batch)
{
	__u64 deadline = clock_in(SETTLE_SECONDS);

	do {
		batch->left = lines_left(batch);
	} while (batch->left && clock_wait(deadline));
}

static void leave(struct batch *batch, int err)
{
	if (has_gone_away(batch))
		return;
	if (batch->world.dies && !err) {
		go_away(batch);
		return;
	}
	if (!err) {
		settle(batch);
		see_wire(batch);
	}
	places_close(&batch->places);
}

static void forget(struct batch *batch)
{
	while (batch->nr_lines)
		free(batch->line[--batch->nr_lines]);
	batch->nr_packets = 0;
	batch->trouble.count = 0;
	memset(batch->history, 0, BATCH_SCENES * sizeof(*batch->history));
}

/**
 * batch_owns - is a record about one of the namespaces of a batch?
 * @batch: the batch
 * @record: the record
 *
 * Return: true if it is.
 */
bool batch_owns(const struct batch *batch, const struct record *record)
{
	int i;

	for (i = 0; i < batch->places.count; i++) {
		if (record_is(record, SHUTWATCH_KEY_NETNS, batch->places.place[i].netns))
			return true;
	}
	return false;
}

/**
 * batch_play - play the scenes of a batch, and see
 * @batch: its scenes are there; receives all the rest
 * @pipe_fd: the open pipe, of which nothing older is ours
 */
void batch_play(struct batch *batch, int pipe_fd)
{
	int err;

	forget(batch);
	stream_drain(pipe_fd);
	count(batch, &batch->before);
	batch->world.ways = batch->scene[0].own_way ? batch->nr_scenes : 0;
	err = places_open(&batch->places, &batch->world, &batch->trouble);
	err = err ?: make_ways(batch);
	err = err ?: places_mib(&batch->places, &batch->before.mib);
	if (err)
		remark(&batch->trouble, "no network namespace of one's own: %s",
		       strerror(-err));
	else
		play_scenes(batch, pipe_fd);
	leave(batch, err);
	await_end(batch);
	read_the_rest(batch, pipe_fd);
}
