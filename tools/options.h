/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The command line.
 */
#ifndef SHUTWATCH_OPTIONS_H
#define SHUTWATCH_OPTIONS_H

#include <stdbool.h>

#include "columns.h"
#include "match.h"

#define EXIT_USAGE	2

/* The groups of options: what a command takes, and what an option is part of. */
#define TAKES_FILTER	1
#define TAKES_KIND	2
#define TAKES_TIME	4
#define TAKES_TABLE	8
#define TAKES_DURATION	16
#define TAKES_OUTCOME	32
#define TAKES_NEW	64
#define TAKES_OUTPUT	128
#define TAKES_EXPECTED	256
#define TAKES_SAVED	512
#define TAKES_COUNT	1024
#define TAKES_DRAWING	2048
#define TAKES_FILE	4096
#define TAKES_TALLY	8192
#define TAKES_STATES	16384

/* What says something of records that come, and nothing of those of a file. */
#define TAKES_LIVE	32768

/* No option: it writes to a file, or says by its end what there is to say. */
#define IS_MUTE		131072

/* Nor this: what a signal interrupts is of no use, and no good end. */
#define IS_WHOLE	262144

/**
 * enum drawing - how a ladder is drawn
 * @DRAWING_BY_LOCALE: as the terminal can
 * @DRAWING_ASCII: with the characters of ASCII
 * @DRAWING_UNICODE: with lines and arrows
 * @DRAWING_SVG: as a picture
 */
enum drawing {
	DRAWING_BY_LOCALE,
	DRAWING_ASCII,
	DRAWING_UNICODE,
	DRAWING_SVG
};

/* struct options.status: any will do; it was not said. */
#define STATUS_ANY	(-1)
#define STATUS_UNSAID	(-2)

/**
 * struct options - what the user wants
 * @commands: the commands that there are; the first is the default, an entry
 *	without a name ends the table
 * @command: which of them
 * @words: the words behind the command
 * @nr_words: how many there are
 * @program: the program behind "--" and its arguments, NULL for none
 * @dir: where the module's files are
 * @saved: a file of saved records to be read instead, or NULL
 * @version: print the version and end
 * @states: transitions, too
 * @json: JSON instead of a table
 * @no_header: no titles
 * @only_new: nothing of what is there already
 * @quiet: print nothing: the exit status says whether there was something
 * @any_order: expectations come in any order
 * @none: none of them may come; or as a filter, nothing was sent
 * @status: what the program has to end with
 * @drawing: how a ladder is drawn
 * @count: end after so many records, 0 for no such limit
 * @duration: end after so many nanoseconds, 0 for no such limit
 * @interval: from one table of top to the next, nanoseconds
 * @keys: what top counts by, a bit for each enum tally_key; 0 for the default
 * @output: where metrics go, or NULL
 * @table: how the table looks
 * @filter: which records
 */
struct options {
	const struct command *commands;
	const struct command *command;
	char **words;
	int nr_words;
	char **program;
	const char *dir;
	const char *saved;
	bool version;
	bool states;
	bool json;
	bool no_header;
	bool only_new;
	bool quiet;
	bool any_order;
	bool none;
	int status;
	enum drawing drawing;
	unsigned long count;
	unsigned long long duration;
	unsigned long long interval;
	unsigned long long keys;
	const char *output;
	struct table table;
	struct filter filter;
};

/**
 * struct command - something that shutwatch does
 * @name: the word for it
 * @args: the words behind it, as they stand in a synopsis, or NULL
 * @min_args: how many there have to be
 * @max_args: how many there may be
 * @help: what it does
 * @takes: the groups of options that mean something to it
 * @takes_saved: those that do, too, where it reads saved records
 * @run: does it; returns the exit status
 */
struct command {
	const char *name;
	const char *args;
	int min_args, max_args;
	const char *help;
	unsigned int takes, takes_saved;
	int (*run)(const struct options *o);
};

int options_error(void);
int options_parse(struct options *o, int argc, char **argv);

#endif /* SHUTWATCH_OPTIONS_H */
