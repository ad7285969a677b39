// SPDX-License-Identifier: GPL-2.0-only
/*
 * usage: torture [-s SEED] [-n PROGRAMS] [-b BATCH] [-j AT_ONCE] [-r REPEAT]
 *		  [-t SECONDS] [-k KINDS] [-w lo|hosts] [-p] [-q]
 *
 * Plays random programs, the first one made from SEED and each next one from
 * the next number, BATCH at a time, and judges what shutwatch says of them.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "generate.h"
#include "judges.h"
#include "kinds.h"
#include "module.h"
#include "paths.h"
#include "record_fields.h"
#include "report.h"
#include "shrink.h"
#include "sorted.h"
#include "stream.h"

#define EXIT_USAGE	2

/* What the kernel has hidden cannot be judged; it does so once in many batches. */
#define PLAYS		3

/* So many disagreements are enough to see. */
#define DISAGREEMENTS	10

#define KIND_AS_WORD(id, name) " " name

static const char usage[] =
	"usage: torture [-s SEED] [-n PROGRAMS] [-b BATCH] [-j AT_ONCE] [-r REPEAT]\n"
	"               [-t SECONDS] [-k KINDS] [-w lo|hosts] [-p] [-q]\n"
	"  -s  the number of the first program\n"
	"  -n  how many programs\n"
	"  -b  how many of them are played in one network namespace, 1 to 512\n"
	"  -j  how many of these at the same time, 1 to 512: more make a faster round\n"
	"  -r  play them so many times\n"
	"  -t  begin no batch after so many seconds\n"
	"  -k  what to put into them: all, none, or, with a comma between two,\n"
	"     " KIND_LIST(KIND_AS_WORD) "\n"
	"  -w  leave out those that are played elsewhere: only on lo, only on two hosts\n"
	"  -p  print the programs, play nothing\n"
	"  -q  do not look for a smaller program that does not agree\n";

enum where { ANYWHERE, ON_LO, ON_HOSTS };

/**
 * struct options - what was asked for
 * @seed: the first program
 * @count: how many
 * @batch: how many in one namespace
 * @at_once: how many of these at the same time
 * @repeat: how many times
 * @until: when no batch is begun any more
 * @kinds: what is put into them, enum kind
 * @where: of these, only those on lo, or only those on two hosts
 * @print: only print them
 * @shrink: look for a smaller program where one does not agree
 */
struct options {
	__u64 seed;
	__u64 count;
	int batch;
	int at_once;
	int repeat;
	__u64 until;
	unsigned int kinds;
	enum where where;
	bool print;
	bool shrink;
};

/**
 * struct sum - what it came to so far
 * @programs: that were played
 * @sockets: that had records, which is how many endings there were
 * @fins: FINs on the wire
 * @rsts: RSTs on the wire
 * @records: of all kinds
 * @wrong: programs, and batches, that do not agree
 */
struct sum {
	long long programs;
	long long sockets;
	long long fins;
	long long rsts;
	long long records;
	int wrong;
};

static int parse(struct options *options, int argc, char **argv)
{
	int option;

	*options = (struct options){
		.seed = 1, .count = 100, .batch = WORLD_SEEDS, .at_once = 40, .repeat = 1,
		.until = ~0ull, .kinds = KIND_DEFAULT, .shrink = true,
	};
	while ((option = getopt(argc, argv, "b:j:k:n:pqr:s:t:w:")) != -1) {
		switch (option) {
		case 'b':
			options->batch = atoi(optarg);
			break;
		case 'j':
			options->at_once = atoi(optarg);
			break;
		case 'k':
			if (kinds_parse(&options->kinds, optarg))
				return -EINVAL;
			break;
		case 'n':
			options->count = strtoull(optarg, NULL, 0);
			break;
		case 'p':
			options->print = true;
			break;
		case 'q':
			options->shrink = false;
			break;
		case 'r':
			options->repeat = atoi(optarg);
			break;
		case 's':
			options->seed = strtoull(optarg, NULL, 0);
			break;
		case 't':
			options->until = clock_in(atoi(optarg));
			break;
		case 'w':
			options->where = strcmp(optarg, "lo") ? ON_HOSTS : ON_LO;
			if (options->where == ON_HOSTS && strcmp(optarg, "hosts"))
				return -EINVAL;
			break;
		default:
			return -EINVAL;
		}
	}
	if (optind != argc || options->batch < 1 || options->batch > BATCH_SCENES ||
	    options->at_once < 1 || options->at_once > BATCH_SCENES)
		return -EINVAL;
	return 0;
}

static void print_programs(const struct options *options)
{
	struct scene scene;
	struct world world;
	char text[64];
	__u64 i;
	int act;

	for (i = 0; i < options->count; i++) {
		generate(&scene, options->seed + i, 0);
		kinds_add(&scene, options->kinds);
		generate_world(&world, options->seed + i);
		kinds_change_world(&world, options->kinds, options->seed + i);
		printf("SEED=%llu family=%d dual=%d", scene.seed, scene.family, scene.dual);
		if (scene.mptcp)
			printf(" mptcp=%#x", scene.mptcp);
		if (world.apart)
			printf(" hosts apart: path=%s delay=%d loss=%d duplicate=%d",
			       paths_name(world.path), world.delay, world.loss,
			       world.duplicate);
		putchar('\n');
		for (act = 0; act < scene.nr_acts; act++) {
			scene_act_print(&scene.act[act], text, sizeof(text));
			printf("  %3d %s\n", act, text);
		}
	}
}

static void add_up(struct sum *sum, const struct view *view)
{
	sum->programs++;
	sum->sockets += view->nr_sockets;
	sum->fins += view->agreement.fins;
	sum->rsts += view->agreement.rsts;
	sum->records += view->nr_records;
}

static void judge_rest(struct sum *sum, const struct batch *batch,
		       struct remarks *remarks)
{
	int i;

	judge_batch(remarks, batch);
	if (!remarks->count)
		return;
	sum->wrong++;
	printf("\nDISAGREEMENT in the batch of SEED=%llu N=%d\n", batch->scene[0].seed,
	       batch->nr_scenes);
	for (i = 0; i < remarks_kept(remarks); i++)
		printf("  %s\n", remarks->text[i]);
}

/* Returns whether a scene does not agree; suspect is the first of them. */
static bool judge_all(struct sum *sum, const struct batch *batch,
		      struct scene *suspect)
{
	static struct sorted sorted;
	struct remarks remarks = {};
	bool suspected = false;
	int i;

	sort_batch(&sorted, batch, &remarks);
	for (i = 0; i < batch->nr_scenes; i++) {
		static struct view view;

		sorted_view(&view, &sorted, batch, i);
		judge_scene(&view);
		add_up(sum, &view);
		if (!view.remarks.count)
			continue;
		sum->wrong++;
		report_scene(stdout, &view);
		if (!suspected)
			*suspect = batch->scene[i];
		suspected = true;
	}
	judge_rest(sum, batch, &remarks);
	return suspected;
}

static void shrink_and_report(struct batch *batch, int pipe_fd, struct scene *scene)
{
	static struct view view;

	printf("\nlooking for a smaller program than that of SEED=%llu\n", scene->seed);
	fflush(stdout);
	if (shrink(batch, pipe_fd, scene, &view))
		report_scene(stdout, &view);
	else
		printf("it does not come back when it is played alone\n");
}

static void progress(const struct sum *sum, __u64 since)
{
	const double seconds = (clock_now() - since) / 1e9;

	printf("%lld programs, %lld endings (%lld FINs, %lld RSTs), %lld records, %d disagreements; %.0f endings/s\n",
	       sum->programs, sum->sockets, sum->fins, sum->rsts, sum->records,
	       sum->wrong, sum->sockets / seconds);
	fflush(stdout);
}

static bool is_wanted(const struct options *options, const struct world *world)
{
	return options->where == ANYWHERE ||
	       world->apart == (options->where == ON_HOSTS);
}

/* Up to the end of the batch, or of the world that it is in. */
static void generate_batch(struct batch *batch, const struct options *options,
			   __u64 *next)
{
	batch->nr_scenes = 0;
	generate_world(&batch->world, options->seed + *next);
	kinds_change_world(&batch->world, options->kinds, options->seed + *next);
	do {
		generate(&batch->scene[batch->nr_scenes],
			 options->seed + (*next)++, batch->nr_scenes);
		kinds_add(&batch->scene[batch->nr_scenes], options->kinds);
		batch->nr_scenes++;
	} while (batch->nr_scenes < options->batch && *next < options->count &&
		 (options->seed + *next) % WORLD_SEEDS);
}

/*
 * Where the kernel skipped probes, and the stream says so, the records are not all
 * there, as it says.
 */
static void play_seen(struct batch *batch, int pipe_fd)
{
	int plays;

	for (plays = 1; ; plays++) {
		batch_play(batch, pipe_fd);
		if (plays == PLAYS || !batch_skipped(batch) ||
		    !batch_is_told_of_skipped(batch))
			break;
		printf("the batch of SEED=%llu N=%d is played again: the kernel skipped %lld probes, as the stream says\n",
		       batch->scene[0].seed, batch->nr_scenes, batch_skipped(batch));
	}
}

static void play(struct batch *batch, const struct options *options, struct sum *sum)
{
	const int pipe_fd = stream_pipe();
	const __u64 since = clock_now();
	struct scene suspect;
	__u64 next = 0;

	while (next < options->count && sum->wrong < DISAGREEMENTS &&
	       clock_now() < options->until) {
		generate_batch(batch, options, &next);
		if (!is_wanted(options, &batch->world))
			continue;
		play_seen(batch, pipe_fd);
		if (judge_all(sum, batch, &suspect) && options->shrink)
			shrink_and_report(batch, pipe_fd, &suspect);
		progress(sum, since);
	}
	close(pipe_fd);
}

int main(int argc, char **argv)
{
	static struct batch batch;
	struct options options;
	struct sum sum = {};
	char why[256];

	if (parse(&options, argc, argv)) {
		fputs(usage, stderr);
		return EXIT_USAGE;
	}
	if (options.print) {
		print_programs(&options);
		return EXIT_SUCCESS;
	}
	if (!module_is_there(why, sizeof(why))) {
		fprintf(stderr, "torture: %s\n", why);
		return EXIT_FAILURE;
	}
	if (batch_init(&batch, options.at_once)) {
		fputs("torture: no memory\n", stderr);
		return EXIT_FAILURE;
	}
	kinds_prepare(&options.kinds);
	while (options.repeat-- > 0 && sum.wrong < DISAGREEMENTS &&
	       clock_now() < options.until)
		play(&batch, &options, &sum);
	return sum.wrong ? EXIT_FAILURE : EXIT_SUCCESS;
}
