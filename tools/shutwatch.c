// SPDX-License-Identifier: GPL-2.0-only
/*
 * shutwatch - how TCP connections end: which call, what the kernel sent, why
 *
 * The reader of the module's files.  It works out nothing on its own: what it
 * says is in the records.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "columns.h"
#include "json.h"
#include "options.h"
#include "say.h"
#include "source.h"

#define NS_PER_SEC	1000000000ULL

/* What a line that has no kind is called in JSON. */
#define TYPE_RECORD	"record"
#define TYPE_SOCKET	"socket"

/*
 * Nothing is to be saved or undone, and each line went out whole: so the end
 * may come at any place, also while a full pipe holds us up.
 */
static void end_now(int sig)
{
	(void)sig;
	_exit(EXIT_SUCCESS);
}

static void catch_signals(void)
{
	struct sigaction sa = { .sa_handler = end_now };

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGPIPE, &sa, NULL);
}

/* Room for any line, so that each goes out in one piece. */
static void buffer_lines(void)
{
	static char buf[8192];

	setvbuf(stdout, buf, _IOFBF, sizeof(buf));
}

/*
 * Send on what was printed, also into a pipe: who waits for an event should not
 * wait for 8192 bytes of them.  Return: whether it arrived; complains if not.
 */
static bool output_works(void)
{
	if (!fflush(stdout) && !ferror(stdout))
		return true;
	/* Where SIGPIPE is blocked. */
	if (errno == EPIPE)
		end_now(SIGPIPE);
	say("cannot write: %s", strerror(errno));
	return false;
}

static void print_record(const struct options *o, const struct record *r, const char *type)
{
	if (o->json)
		json_record(stdout, r, type);
	else
		columns_record(&o->table, r, stdout);
}

static bool is_lost(const struct record *r)
{
	return names_is(&kind_names, SHUTWATCH_KIND_LOST, r->value[SHUTWATCH_KEY_KIND]);
}

/* Print what passes.  Return: whether it counts as a line for -n. */
static bool take_record(const struct options *o, const struct record *r, const char *type)
{
	const char *count = r->value[SHUTWATCH_KEY_COUNT];

	if (!filter_match(&o->filter, r))
		return false;
	print_record(o, r, type);
	if (!is_lost(r))
		return true;
	say("lost %s events", count ? count : "some");
	return false;
}

static void warn_foreign(const struct source *s, bool *warned)
{
	if (!*warned)
		say("%s: left out a line that this reader does not understand", s->path);
	*warned = true;
}

static int print_records(const struct options *o, struct source *s, const char *type)
{
	unsigned long printed = 0;
	bool warned = false;
	struct record r;
	char *line;
	int more;

	if (!o->json && !o->no_header)
		columns_header(&o->table, stdout);
	while (output_works()) {
		more = source_line(s, &line);
		if (more <= 0)
			return more ? EXIT_FAILURE : EXIT_SUCCESS;
		if (record_parse(&r, line)) {
			warn_foreign(s, &warned);
			continue;
		}
		printed += take_record(o, &r, type);
		if (o->count && printed == o->count)
			return output_works() ? EXIT_SUCCESS : EXIT_FAILURE;
	}
	return EXIT_FAILURE;
}

static int open_source(struct source *s, const struct options *o, const char *file)
{
	struct timespec now;

	if (source_check(o->dir) || source_open(s, o->dir, file))
		return -1;
	if (!o->duration)
		return 0;
	clock_gettime(CLOCK_MONOTONIC, &now);
	s->deadline = (unsigned long long)now.tv_sec * NS_PER_SEC +
		      (unsigned long long)now.tv_nsec + o->duration;
	return 0;
}

static int show_file(const struct options *o, const char *file, const char *type)
{
	struct source s;
	int status;

	if (open_source(&s, o, file))
		return EXIT_FAILURE;
	status = print_records(o, &s, type);
	source_close(&s);
	return status;
}

static int run_follow(const struct options *o)
{
	return show_file(o, SHUTWATCH_FILE_PIPE, TYPE_RECORD);
}

static int run_events(const struct options *o)
{
	return show_file(o, SHUTWATCH_FILE_EVENTS, TYPE_RECORD);
}

static int run_sockets(const struct options *o)
{
	return show_file(o, SHUTWATCH_FILE_SOCKETS, TYPE_SOCKET);
}

static bool print_stat(const struct options *o, char *line)
{
	char *value = strchr(line, ' ');

	if (!value || value == line || !value[1])
		return false;
	*value++ = '\0';
	if (o->json)
		json_stat(stdout, line, value);
	else
		printf("%-40s %15s\n", line, value);
	return true;
}

static int run_stats(const struct options *o)
{
	int status = EXIT_SUCCESS;
	unsigned long printed = 0;
	bool warned = false;
	struct source s;
	char *line;
	int more;

	if (open_source(&s, o, SHUTWATCH_FILE_STATS))
		return EXIT_FAILURE;
	while (!o->count || printed < o->count) {
		more = source_line(&s, &line);
		if (more <= 0) {
			status = more ? EXIT_FAILURE : EXIT_SUCCESS;
			break;
		}
		if (print_stat(o, line))
			printed++;
		else
			warn_foreign(&s, &warned);
	}
	source_close(&s);
	return output_works() ? status : EXIT_FAILURE;
}

#define TAKES_ALL	(TAKES_FILTER | TAKES_KIND | TAKES_TIME | TAKES_TABLE | TAKES_DURATION)

const struct command commands[] = {
	{ "follow", "print the records kept, then wait for more (the default)",
	  TAKES_ALL, run_follow },
	{ "events", "print the records kept, and end",
	  TAKES_ALL & ~TAKES_DURATION, run_events },
	{ "sockets", "print the sockets watched, with their last call",
	  TAKES_FILTER | TAKES_TABLE, run_sockets },
	{ "stats", "print the counters: hits, losses, missed probes",
	  0, run_stats },
	{ NULL, NULL, 0, NULL }
};

static int print_version(const struct options *o)
{
	unsigned long abi;

	printf("shutwatch " SHUTWATCH_VERSION " (ABI %d", SHUTWATCH_ABI);
	if (!source_module_abi(o->dir, &abi))
		printf(", module %lu", abi);
	printf(")\n");
	return output_works() ? EXIT_SUCCESS : EXIT_FAILURE;
}

static bool colours_wanted(void)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && !(no_color && *no_color) &&
	       term && strcmp(term, "dumb");
}

/**
 * main() - read the command line and do what it says
 * @argc: how many words
 * @argv: the words
 *
 * Return: 0, 1 where something failed, 2 where the command line was wrong.
 */
int main(int argc, char **argv)
{
	static struct options o;
	int status;

	catch_signals();
	buffer_lines();
	argv[0] = program_invocation_short_name;
	status = options_parse(&o, argc, argv);
	if (status >= 0)
		return status || output_works() ? status : EXIT_FAILURE;
	o.table.colour = colours_wanted();
	if (o.version)
		return print_version(&o);
	return o.command->run(&o);
}
