// SPDX-License-Identifier: GPL-2.0-only
/*
 * The recipes, at a glance: what went out, why, and whether all agree.  Or one
 * by one: what the program did, what shutwatch recorded, what was on the wire,
 * and whether the three agree.
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
#include "style.h"
#include "table.h"

#define EXIT_USAGE	2

/**
 * struct demo - what is to be shown, and what came of it
 * @chosen: the recipes to be played, by their numbers; from 1 on
 * @stories: tell all of each while it is played
 * @colour: there is a terminal, although it does not look so
 * @play: those that were played
 * @table: what came of them
 */
struct demo {
	bool chosen[RECIPES + 1];
	bool stories;
	bool colour;
	struct play *play[RECIPE_VARIANTS];
	struct table table;
};

static void usage(FILE *out)
{
	fprintf(out,
		"Usage: demo [OPTION]...\n"
		"Play the recipes, and show of each what went out, and why.\n\n"
		"  -r, --recipe=R1    only this one, R1 to R%d, but its whole story;\n"
		"                     may be repeated\n"
		"  -n, --no-records   do not ask shutwatch: program and packets only\n"
		"  -c, --color        colours, although this is no terminal\n"
		"  -h, --help         this text\n", RECIPES);
}

static int choose(struct demo *demo, const char *text)
{
	int number = atoi(*text == 'R' || *text == 'r' ? text + 1 : text);

	if (number < 1 || number > RECIPES) {
		fprintf(stderr, "demo: there is no recipe %s: R1 to R%d\n", text,
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
		{ "color", no_argument, NULL, 'c' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	int opt;

	demo->table.with_records = true;
	while ((opt = getopt_long(argc, argv, "r:nch", options, NULL)) != -1) {
		if (opt == 'n') {
			demo->table.with_records = false;
		} else if (opt == 'c') {
			demo->colour = true;
		} else if (opt == 'h') {
			usage(stdout);
			exit(EXIT_SUCCESS);
		} else if (opt != 'r' || choose(demo, optarg)) {
			exit(EXIT_USAGE);
		} else {
			demo->stories = true;
		}
	}
	if (optind < argc) {
		usage(stderr);
		exit(EXIT_USAGE);
	}
	if (!demo->stories)
		memset(demo->chosen, true, sizeof(demo->chosen));
}

static void check(const struct demo *demo)
{
	char why[256];

	if (geteuid()) {
		fprintf(stderr, "demo: not root: try again with sudo\n");
		exit(EXIT_FAILURE);
	}
	if (demo->table.with_records && !module_is_there(why, sizeof(why))) {
		fprintf(stderr, "demo: %s\n", why);
		fprintf(stderr, "demo: --no-records shows the rest without it\n");
		exit(EXIT_FAILURE);
	}
}

static struct play *start(const struct demo *demo, enum recipe_id id)
{
	struct play *play = play_start(&recipes[id], demo->table.with_records);

	if (!play) {
		perror("demo");
		exit(EXIT_FAILURE);
	}
	return play;
}

/* The whole story, from the first step on, of a play that may still go on. */
static void tell(const struct demo *demo, struct play *play)
{
	int told;

	print_title(play);
	told = print_steps(play, 0);
	while (play_watch(play))
		told = print_steps(play, told);
	print_steps(play, told);
	if (demo->table.with_records)
		print_records(play);
	print_wire(play);
	print_verdict(play);
}

static void play_all(struct demo *demo)
{
	enum recipe_id id;

	/* It waits for a minute: let it do so while the others play. */
	if (demo->chosen[recipes[RECIPE_SLOW].number])
		demo->play[RECIPE_SLOW] = start(demo, RECIPE_SLOW);
	for (id = 0; id < RECIPE_VARIANTS; id++) {
		if (!demo->chosen[recipes[id].number])
			continue;
		if (id != RECIPE_SLOW)
			demo->play[id] = start(demo, id);
		if (demo->stories)
			tell(demo, demo->play[id]);
		else
			play_wait(demo->play[id]);
		table_add(&demo->table, demo->play[id]);
	}
}

/* The verdict, and then only those stories that have a bad end. */
static void show_table(struct demo *demo)
{
	enum recipe_id id;

	table_print(&demo->table);
	for (id = 0; id < RECIPE_VARIANTS; id++) {
		if (!play_agrees(demo->play[id]))
			tell(demo, demo->play[id]);
	}
}

/* On a terminal, somebody wonders why nothing is to be seen for a minute. */
static void patience(const struct demo *demo, const char *text)
{
	if (!demo->stories && isatty(STDERR_FILENO))
		fprintf(stderr, "\r\033[K%s", text);
}

static void free_all(struct demo *demo)
{
	enum recipe_id id;

	for (id = 0; id < RECIPE_VARIANTS; id++) {
		if (demo->play[id])
			play_free(demo->play[id]);
	}
}

int main(int argc, char **argv)
{
	struct demo demo = {};
	int played, agree;

	parse(&demo, argc, argv);
	check(&demo);
	style_begin(demo.colour);
	if (demo.stories)
		print_begin();
	patience(&demo, "playing; one waits a minute, for the end of TIME_WAIT");
	play_all(&demo);
	patience(&demo, "");
	played = table_played(&demo.table);
	agree = table_agree(&demo.table);
	if (demo.stories)
		print_sum(played, agree);
	else
		show_table(&demo);
	free_all(&demo);
	if (fflush(stdout) || ferror(stdout)) {
		perror("demo: cannot write");
		return EXIT_FAILURE;
	}
	return agree == played ? EXIT_SUCCESS : EXIT_FAILURE;
}
