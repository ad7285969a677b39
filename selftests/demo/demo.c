// SPDX-License-Identifier: GPL-2.0-only
/*
 * The recipes, one after the other: what the program did, what shutwatch
 * recorded, what was on the wire, and whether the three agree.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "module.h"
#include "player.h"
#include "print.h"
#include "recipe.h"

#define EXIT_USAGE	2

/**
 * struct demo - what is to be shown, and what came of it
 * @chosen: the recipes to be played, by their numbers; from 1 on
 * @disagree: the recipes that do not agree
 * @with_records: ask shutwatch
 */
struct demo {
	bool chosen[RECIPES + 1];
	bool disagree[RECIPES + 1];
	bool with_records;
};

static void usage(FILE *out)
{
	fprintf(out,
		"Usage: demo [OPTION]...\n"
		"Play the recipes, and show what shutwatch recorded of each.\n\n"
		"  -r, --recipe=N     only this one, 1 to %d; may be repeated\n"
		"  -n, --no-records   do not ask shutwatch: program and packets only\n"
		"  -h, --help         this text\n", RECIPES);
}

static int choose(struct demo *demo, const char *text)
{
	int number = atoi(*text == 'R' || *text == 'r' ? text + 1 : text);

	if (number < 1 || number > RECIPES) {
		fprintf(stderr, "demo: there is no recipe %s: 1 to %d\n", text,
			RECIPES);
		return -1;
	}
	demo->chosen[number] = true;
	return 0;
}

static void parse(struct demo *demo, int argc, char **argv)
{
	static const struct option options[] = {
		{ "recipe", required_argument, NULL, 'r' },
		{ "no-records", no_argument, NULL, 'n' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	bool all = true;
	int opt;

	demo->with_records = true;
	while ((opt = getopt_long(argc, argv, "r:nh", options, NULL)) != -1) {
		if (opt == 'n') {
			demo->with_records = false;
		} else if (opt == 'h') {
			usage(stdout);
			exit(EXIT_SUCCESS);
		} else if (opt != 'r' || choose(demo, optarg)) {
			exit(EXIT_USAGE);
		} else {
			all = false;
		}
	}
	if (optind < argc) {
		usage(stderr);
		exit(EXIT_USAGE);
	}
	if (all)
		memset(demo->chosen, true, sizeof(demo->chosen));
}

static void check(const struct demo *demo)
{
	char why[256];

	if (geteuid()) {
		fprintf(stderr, "demo: not root: try again with sudo\n");
		exit(EXIT_FAILURE);
	}
	if (demo->with_records && !module_is_there(why, sizeof(why))) {
		fprintf(stderr, "demo: %s\n", why);
		fprintf(stderr, "demo: --no-records shows the rest without it\n");
		exit(EXIT_FAILURE);
	}
}

static struct play *start(const struct demo *demo, enum recipe_id id)
{
	struct play *play = play_start(&recipes[id], demo->with_records);

	if (!play) {
		perror("demo");
		exit(EXIT_FAILURE);
	}
	return play;
}

static void show(struct demo *demo, struct play *play)
{
	int told;

	print_title(play);
	told = print_steps(play, 0);
	while (play_watch(play))
		told = print_steps(play, told);
	print_steps(play, told);
	if (demo->with_records)
		print_records(play);
	print_wire(play);
	print_verdict(play);
	if (!play_agrees(play))
		demo->disagree[play->recipe->number] = true;
	play_free(play);
}

static void show_all(struct demo *demo)
{
	struct play *slow = NULL;
	enum recipe_id id;

	/* It waits for a minute: let it do so while the others play. */
	if (demo->chosen[recipes[RECIPE_SLOW].number])
		slow = start(demo, RECIPE_SLOW);
	for (id = 0; id < RECIPE_VARIANTS; id++) {
		if (demo->chosen[recipes[id].number])
			show(demo, id == RECIPE_SLOW ? slow : start(demo, id));
	}
}

static int sum(const struct demo *demo)
{
	int number, played = 0, agree = 0;

	for (number = 1; number <= RECIPES; number++) {
		played += demo->chosen[number];
		agree += demo->chosen[number] && !demo->disagree[number];
	}
	print_sum(played, agree);
	if (fflush(stdout) || ferror(stdout)) {
		perror("demo: cannot write");
		return EXIT_FAILURE;
	}
	return agree == played ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	struct demo demo = {};

	parse(&demo, argc, argv);
	check(&demo);
	print_begin();
	show_all(&demo);
	return sum(&demo);
}
