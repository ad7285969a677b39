// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command line.  The letters are those that tcpstates(8), tcptracer(8) and
 * ss(8) have taught.
 */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "number.h"
#include "options.h"
#include "say.h"
#include "source.h"
#include "tally.h"

/* The value that asks for the valid ones. */
#define HELP	"help"

/* Options without a letter. */
enum {
	OPT_RST = 256,
	OPT_FIN,
	OPT_NONE,
	OPT_WHY,
	OPT_KIND,
	OPT_ALL,
	OPT_STATUS,
	OPT_DIR,
	OPT_ASCII,
	OPT_UNICODE,
	OPT_SVG,
};

/* With the group of an option: one of two would be left out, and nobody hear of it. */
#define IS_ONE	65536

/* What getopt_long() returns for a word that is no option. */
#define A_WORD	1

/**
 * struct option_entry - an option
 * @id: its letter, or one of OPT_
 * @name: its long name
 * @arg: what its argument is, or NULL
 * @group: TAKES_ flags, or 0 where every command takes it
 * @help: what it does
 */
struct option_entry {
	int id;
	const char *name;
	const char *arg;
	unsigned int group;
	const char *help;
};

static const struct option_entry entries[] = {
	{ 'L', "localport", "PORTS", TAKES_FILTER, "local port, or a list: 80,443" },
	{ 'D', "remoteport", "PORTS", TAKES_FILTER, "remote port, or a list" },
	{ 'P', "port", "PORTS", TAKES_FILTER, "port on either side, or a list" },
	{ 'a', "localaddr", "ADDR[/LEN]", TAKES_FILTER | IS_ONE, "local address or prefix" },
	{ 'A', "remoteaddr", "ADDR[/LEN]", TAKES_FILTER | IS_ONE, "remote address or prefix" },
	{ '4', "ipv4", NULL, TAKES_FILTER, "IPv4 only" },
	{ '6', "ipv6", NULL, TAKES_FILTER, "IPv6 only" },
	{ 'p', "pid", "PID", TAKES_FILTER | IS_ONE, "process that asked, or has the socket" },
	{ 'N', "netns", "NETNS", TAKES_FILTER | IS_ONE, "network namespace: inode, name or path" },
	{ OPT_RST, "rst", NULL, TAKES_OUTCOME, "where a RST was sent" },
	{ OPT_FIN, "fin", NULL, TAKES_OUTCOME, "where a FIN was sent" },
	{ OPT_NONE, "none", NULL, TAKES_OUTCOME, "where nothing was sent (not of expect)" },
	{ OPT_WHY, "why", "LIST", TAKES_OUTCOME, "reasons; '--why help' explains them" },
	{ OPT_KIND, "kind", "LIST", TAKES_KIND, "kinds of records; '--kind help' lists them" },
	{ 's', "states", NULL, TAKES_STATES, "mere transitions, too, which else are left out" },
	{ 'r', "read", "FILE", TAKES_SAVED | IS_ONE, "read what record has written" },
	{ 'n', "count", "COUNT", TAKES_COUNT, "end after COUNT lines, of top: tables" },
	{ 'd', "duration", "SECONDS", TAKES_DURATION, "end after SECONDS" },
	{ 'i', "interval", "SECONDS", TAKES_TALLY | TAKES_LIVE,
	  "from one table to the next: 1, if not said" },
	{ 'k', "key", "LIST", TAKES_TALLY, "count by why, process, port, peer, or several" },
	{ 'o', "output", "FILE", TAKES_FILE | IS_ONE, "write to FILE, all of it at once" },
	{ 'W', "new", NULL, TAKES_NEW | TAKES_LIVE, "only what comes from now on" },
	{ 'q', "quiet", NULL, TAKES_OUTPUT, "print nothing; exit 0 if there was a line, else 1" },
	{ 'T', "time", NULL, TAKES_TIME, "add a column: date and time" },
	{ 't', "timestamp", NULL, TAKES_TIME, "add a column: monotonic clock, as recorded" },
	{ 'w', "wide", NULL, TAKES_TABLE, "whole words, netns, local address, room for IPv6" },
	{ 'x', "extended", NULL, TAKES_TABLE, "add the rest of the record as key=value" },
	{ 'H', "no-header", NULL, TAKES_OUTPUT, "no header" },
	{ 'j', "json", NULL, TAKES_OUTPUT, "one JSON object per line" },
	{ OPT_ASCII, "ascii", NULL, TAKES_DRAWING, "draw with ASCII, whatever the locale" },
	{ OPT_UNICODE, "unicode", NULL, TAKES_DRAWING, "draw with lines and arrows, likewise" },
	{ OPT_SVG, "svg", NULL, TAKES_DRAWING, "draw a picture: SVG" },
	{ OPT_ALL, "all", NULL, TAKES_EXPECTED, "expectations in any order" },
	{ OPT_STATUS, "status", "STATUS", TAKES_EXPECTED, "how PROGRAM has to end (0), or any" },
	{ OPT_DIR, "dir", "DIR", 0, "where the module's files are" },
	{ 'h', "help", NULL, 0, "this text" },
	{ 'V', "version", NULL, 0, "version of reader and module" },
};

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))
#define ENTRIES			ARRAY_SIZE(entries)

static void print_usage(const struct command *commands)
{
	const struct command *c;
	char words[32];
	size_t i;

	printf("Usage: shutwatch [COMMAND] [OPTION]...\n"
	       "       shutwatch expect [OPTION]... 'KEY=VALUE...'... [-- PROGRAM [ARG]...]\n"
	       "How TCP connections end: which call, what the kernel sent, and why.\n"
	       "\nCommands:\n");
	for (c = commands; c->name; c++) {
		snprintf(words, sizeof(words), "%s%s%s", c->name, c->args ? " " : "",
			 c->args ? c->args : "");
		printf("  %-27s %s\n", words, c->help);
	}
	printf("\nOptions:\n");
	for (i = 0; i < ENTRIES; i++) {
		snprintf(words, sizeof(words), "--%s%s%s", entries[i].name,
			 entries[i].arg ? " " : "", entries[i].arg ? entries[i].arg : "");
		if (entries[i].id < 256)
			printf("  -%c, %-23s %s\n", entries[i].id, words, entries[i].help);
		else
			printf("      %-23s %s\n", words, entries[i].help);
	}
	printf("\nDifferent filters narrow each other, the members of a list widen it.\n"
	       "Of expect, --none means that none of it may come.\n");
}

/**
 * options_error() - end what was said about a wrong command line
 *
 * Return: the exit status.
 */
int options_error(void)
{
	fprintf(stderr, "Try 'shutwatch --help'.\n");
	return EXIT_USAGE;
}

static int bad_value(const struct option_entry *e, const char *value, const char *valid)
{
	say("--%s: '%s' is not valid: %s", e->name, value, valid);
	return options_error();
}

/* Return: -1, or the exit status of a bad value. */
static int parse_names(unsigned long long *set, const struct names *names,
		       const struct option_entry *e, const char *value)
{
	if (!filter_add_names(set, names, value))
		return -1;
	say("--%s: '%s' is not valid: a list, with commas, of", e->name, value);
	names_print(names, stderr);
	return options_error();
}

static int parse_ports(struct ports *ports, const struct option_entry *e, const char *value)
{
	if (!filter_add_ports(ports, value))
		return -1;
	return bad_value(e, value, "ports from 0 to 65535, with commas between them, as 80,443");
}

static int parse_prefix(struct prefix *prefix, const struct option_entry *e, const char *value)
{
	int err = prefix_parse(prefix, value);

	if (!err)
		return -1;
	if (err == -ERANGE)
		return bad_value(e, value,
				 "::ffff:192.0.2.0 is IPv4, the last 32 of its 128 bits: a prefix from 96 on, or written as IPv4: 192.0.2.0/24");
	return bad_value(e, value, "an address, or a prefix as 192.0.2.0/24 or 2001:db8::/32");
}

static int parse_netns(struct filter *f, const struct option_entry *e, const char *value)
{
	char valid[128];
	const char *cause;
	int err = filter_set_netns(f, value);

	if (!err)
		return -1;
	cause = err == -ENOTTY ? "this is no network namespace" : strerror(-err);
	snprintf(valid, sizeof(valid), "an inode number, a name in /run/netns, or a path%s%s%s",
		 err == -EINVAL ? "" : " (", err == -EINVAL ? "" : cause,
		 err == -EINVAL ? "" : ")");
	return bad_value(e, value, valid);
}

static int parse_number(unsigned long *number, const struct option_entry *e, const char *value)
{
	if (!number_parse(number, value, INT_MAX) && *number)
		return -1;
	return bad_value(e, value, "a number from 1 on, up to 2147483647, as 163");
}

static int parse_seconds(unsigned long long *ns, const struct option_entry *e, const char *value)
{
	if (!number_parse_ns(ns, value) && *ns)
		return -1;
	return bad_value(e, value, "seconds, as 10 or 0.5, up to 4294967295");
}

/* As of a variable of the shell that is not set. */
static int parse_file(const char **name, const struct option_entry *e, const char *value)
{
	if (!*value)
		return bad_value(e, value, "the name of a file or directory");
	*name = value;
	return -1;
}

static int parse_status(int *status, const struct option_entry *e, const char *value)
{
	unsigned long number;

	*status = STATUS_ANY;
	if (!strcmp(value, "any"))
		return -1;
	if (number_parse(&number, value, 255))
		return bad_value(e, value, "a number from 0 to 255, or any");
	*status = (int)number;
	return -1;
}

static int set_family(struct filter *f, int family)
{
	if (f->family && f->family != family) {
		say("-4 and -6 exclude each other");
		return options_error();
	}
	f->family = family;
	return -1;
}

static int parse_why(struct filter *f, const struct option_entry *e, const char *value)
{
	if (strcmp(value, HELP))
		return parse_names(&f->why, &why_names, e, value);
	names_explain_why(stdout);
	return EXIT_SUCCESS;
}

static int parse_kind(struct filter *f, const struct option_entry *e, const char *value)
{
	if (strcmp(value, HELP))
		return parse_names(&f->kind, &kind_names, e, value);
	names_print(&kind_names, stdout);
	return EXIT_SUCCESS;
}

/* Return: -1 to go on, or an exit status. */
static int take_filter(struct filter *f, const struct option_entry *e, const char *value)
{
	switch (e->id) {
	case 'L':
		return parse_ports(&f->local_ports, e, value);
	case 'D':
		return parse_ports(&f->remote_ports, e, value);
	case 'P':
		return parse_ports(&f->either_ports, e, value);
	case 'a':
		return parse_prefix(&f->local, e, value);
	case 'A':
		return parse_prefix(&f->remote, e, value);
	case '4':
		return set_family(f, AF_INET);
	case '6':
		return set_family(f, AF_INET6);
	case 'p':
		return parse_number(&f->pid, e, value);
	case 'N':
		return parse_netns(f, e, value);
	case OPT_WHY:
		return parse_why(f, e, value);
	case OPT_KIND:
		return parse_kind(f, e, value);
	case OPT_RST:
		f->sent |= 1ULL << SHUTWATCH_SENT_RST;
		break;
	case OPT_FIN:
		f->sent |= 1ULL << SHUTWATCH_SENT_FIN;
		break;
	}
	return -1;
}

/* Return: -1 to go on, or an exit status. */
static int take_option(struct options *o, const struct option_entry *e, const char *value)
{
	switch (e->id) {
	case 'n':
		return parse_number(&o->count, e, value);
	case 'r':
		return parse_file(&o->saved, e, value);
	case 'd':
		return parse_seconds(&o->duration, e, value);
	case 'i':
		return parse_seconds(&o->interval, e, value);
	case 'k':
		return parse_names(&o->keys, &tally_names, e, value);
	case 'o':
		return parse_file(&o->output, e, value);
	case 'T':
		o->table.clock = true;
		break;
	case 't':
		o->table.stamp = true;
		break;
	case 'w':
		o->table.wide = true;
		break;
	case 'x':
		o->table.extended = true;
		break;
	case 'H':
		o->no_header = true;
		break;
	case 's':
		o->states = true;
		break;
	case 'j':
		o->json = true;
		break;
	case 'W':
		o->only_new = true;
		break;
	case 'q':
		o->quiet = true;
		break;
	case OPT_ALL:
		o->any_order = true;
		break;
	case OPT_NONE:
		o->none = true;
		break;
	case OPT_STATUS:
		return parse_status(&o->status, e, value);
	case OPT_DIR:
		return parse_file(&o->dir, e, value);
	case OPT_ASCII:
		o->drawing = DRAWING_ASCII;
		break;
	case OPT_UNICODE:
		o->drawing = DRAWING_UNICODE;
		break;
	case OPT_SVG:
		o->drawing = DRAWING_SVG;
		break;
	case 'V':
		o->version = true;
		break;
	case 'h':
		print_usage(o->commands);
		return EXIT_SUCCESS;
	default:
		return take_filter(&o->filter, e, value);
	}
	return -1;
}

static const struct option_entry *find_entry(int id)
{
	size_t i;

	for (i = 0; i < ENTRIES; i++) {
		if (entries[i].id == id)
			return &entries[i];
	}
	return NULL;
}

/*
 * What getopt_long() wants to know, out of our table.  It is to hand out words
 * in their order, so that those behind "--" can be told from the others.
 */
static void tell_getopt(char *letters, struct option *longs)
{
	size_t i;

	*letters++ = '-';
	for (i = 0; i < ENTRIES; i++) {
		longs[i] = (struct option) {
			.name = entries[i].name,
			.has_arg = entries[i].arg ? required_argument : no_argument,
			.val = entries[i].id,
		};
		if (entries[i].id < 256)
			*letters++ = (char)entries[i].id;
		if (entries[i].id < 256 && entries[i].arg)
			*letters++ = ':';
	}
	*letters = '\0';
	longs[i] = (struct option) { 0 };
}

/* The words of the command line, which are kept where there was room in argv. */
static void take_rest(struct options *o, int argc, char **argv)
{
	bool dashes = optind > 1 && !strcmp(argv[optind - 1], "--");

	if (o->nr_words && dashes)
		o->program = argv + optind;
	for (; !o->program && optind < argc; optind++)
		o->words[o->nr_words++] = argv[optind];
}

static int find_command(struct options *o)
{
	const struct command *c = o->commands;

	o->command = c;
	if (!o->nr_words)
		return -1;
	for (; c->name; c++) {
		if (!strcmp(c->name, o->words[0]))
			break;
	}
	if (!c->name) {
		say("there is no command '%s': the commands are", o->words[0]);
		for (c = o->commands; c->name; c++)
			fprintf(stderr, "  %s\n", c->name);
		return options_error();
	}
	o->command = c;
	o->words++;
	o->nr_words--;
	return -1;
}

/* Where there is no program, what is behind "--" are words like any other. */
static void take_program(struct options *o)
{
	if (!o->program || o->command->takes & TAKES_EXPECTED)
		return;
	for (; *o->program; o->program++)
		o->words[o->nr_words++] = *o->program;
	o->program = NULL;
}

/* Return: -1, or the exit status of a word that is missing, or means nothing. */
static int check_words(const struct options *o)
{
	const struct command *c = o->command;
	int i;

	if (o->nr_words < c->min_args) {
		say("'%s' needs %s", c->name, c->args);
		return options_error();
	}
	if (o->program && !o->program[0]) {
		say("there is no PROGRAM behind '--'");
		return options_error();
	}
	for (i = 0; i < c->min_args; i++) {
		if (*o->words[i])
			continue;
		say("'%s' needs %s: '' is no file", c->name, c->args);
		return options_error();
	}
	if (o->nr_words <= c->max_args)
		return -1;
	say("'%s' is one word too many", o->words[c->max_args]);
	return options_error();
}

static int check_one(const struct options *o, const struct option_entry *e)
{
	const struct command *c = o->command;

	if (o->saved && c->takes & TAKES_SAVED && e->group & TAKES_LIVE) {
		say("--%s and --read exclude each other: of saved records, all are there", e->name);
		return options_error();
	}
	if (e->group & (c->takes | (o->saved ? c->takes_saved : 0)))
		return -1;
	if (e->group & c->takes_saved)
		say("--%s means something to '%s' only with --read: the module counts what its own filters let through",
		    e->name, c->name);
	else
		say("--%s means nothing to '%s'", e->name, c->name);
	return options_error();
}

/* An option that could not do anything is a mistake, and better said. */
static int check_taken(const struct options *o, const bool *used)
{
	int status;
	size_t i;

	if (o->states && o->filter.kind) {
		say("--states and --kind exclude each other: let the list have state in it");
		return options_error();
	}
	if (o->saved && o->count && o->command->takes & TAKES_TALLY) {
		say("--count and --read exclude each other for '%s': of saved records, there is one table",
		    o->command->name);
		return options_error();
	}
	for (i = 0; i < ENTRIES; i++) {
		if (!used[i] || !entries[i].group)
			continue;
		status = check_one(o, &entries[i]);
		if (status >= 0)
			return status;
	}
	return -1;
}

/**
 * options_parse() - read the command line
 * @o: where the result goes, all zero but for the commands that there are
 * @argc: as main() has it
 * @argv: as main() has it
 *
 * Return: -1 to go on, or an exit status: the command line was wrong, or all
 * that it asked for has been done.
 */
int options_parse(struct options *o, int argc, char **argv)
{
	struct option longs[ENTRIES + 1];
	char letters[2 * ENTRIES + 2];
	const struct option_entry *e;
	bool used[ENTRIES] = { false };
	int id, status;

	o->dir = SOURCE_DIR;
	o->interval = 1000000000;
	o->status = STATUS_UNSAID;
	o->words = argv + 1;
	tell_getopt(letters, longs);
	while ((id = getopt_long(argc, argv, letters, longs, NULL)) >= 0) {
		if (id == A_WORD) {
			o->words[o->nr_words++] = optarg;
			continue;
		}
		e = find_entry(id);
		if (!e)
			return options_error();
		if (used[e - entries] && e->group & IS_ONE) {
			say("--%s is there twice, and takes one", e->name);
			return options_error();
		}
		used[e - entries] = true;
		status = take_option(o, e, optarg);
		if (status >= 0)
			return status;
	}
	take_rest(o, argc, argv);
	status = find_command(o);
	if (status < 0) {
		take_program(o);
		status = check_words(o);
	}
	if (status < 0)
		status = check_taken(o, used);
	/* Without options, endings are shown. */
	o->filter.no_states = o->command->takes & TAKES_STATES && !o->states && !o->filter.kind;
	if (o->none && !(o->command->takes & TAKES_EXPECTED))
		o->filter.sent |= 1ULL << SHUTWATCH_SENT_NONE;
	return status;
}
