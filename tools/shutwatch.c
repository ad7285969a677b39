// SPDX-License-Identifier: GPL-2.0-only
/*
 * shutwatch - how TCP connections end: which call, what the kernel sent, why
 *
 * The reader of the module's files.  It works out nothing on its own: what it
 * says is in the records.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "command/commands.h"
#include "json.h"
#include "line.h"
#include "number.h"
#include "options.h"
#include "out.h"
#include "say.h"
#include "source.h"

static_assert(OUT_LINE >= LINE_SIZE && OUT_LINE >= JSON_SIZE, "lines outgrew the output");

/*
 * What is opened later must not take the place of what we were started without:
 * messages would go there.  Reading or writing still fails, as it should.
 */
static void fill_standard_files(void)
{
	int fd;

	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) < 0)
			open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
	}
}

/* Nothing is to be undone, and lines go out whole: the end may come anywhere. */
static void end_now(int sig)
{
	if (sig != SIGPIPE)
		out_last_words();
	_exit(EXIT_SUCCESS);
}

/* The second request to end does not wait for the first. */
static void catch_signals(void)
{
	struct sigaction sa = { .sa_handler = end_now, .sa_flags = SA_NODEFER };

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGPIPE, &sa, NULL);
}

#define TAKES_RECORDS							\
	(TAKES_FILTER | TAKES_OUTCOME | TAKES_KIND)
#define TAKES_PRINT							\
	(TAKES_OUTPUT | TAKES_COUNT)
#define TAKES_ALL							\
	(TAKES_RECORDS | TAKES_STATES | TAKES_TIME | TAKES_TABLE | TAKES_PRINT | TAKES_SAVED)

static const struct command commands[] = {
	{ "follow", NULL, 0, 0, "print what is kept, then wait for more (default)",
	  TAKES_ALL | TAKES_DURATION | TAKES_NEW, 0, run_follow },
	{ "events", NULL, 0, 0, "print the records kept, and end",
	  TAKES_ALL, 0, run_events },
	{ "sockets", NULL, 0, 0, "print the sockets watched, with what ended them",
	  TAKES_FILTER | TAKES_OUTCOME | TAKES_TABLE | TAKES_PRINT | TAKES_SAVED, 0, run_sockets },
	{ "totals", NULL, 0, 0, "print how many calls and decisions there were",
	  TAKES_OUTCOME | TAKES_PRINT | TAKES_SAVED, TAKES_RECORDS, run_totals },
	{ "stats", NULL, 0, 0, "print the counters: hits, losses, missed probes",
	  TAKES_PRINT | TAKES_SAVED, 0, run_stats },
	{ "top", NULL, 0, 0, "show what ends connections just now, resets first",
	  TAKES_FILTER | TAKES_OUTCOME | TAKES_DURATION | TAKES_COUNT | TAKES_TALLY | TAKES_SAVED,
	  0, run_top },
	{ "metrics", NULL, 0, 0, "print totals and stats for Prometheus",
	  TAKES_FILE | TAKES_SAVED | IS_WHOLE, 0, run_metrics },
	{ "record", "FILE", 1, 1, "save the records kept, and those that come, for -r",
	  TAKES_RECORDS | TAKES_DURATION | TAKES_COUNT | TAKES_SAVED | IS_MUTE, 0, run_record },
	{ "story", "[END [END] | COOKIE]", 0, 2, "draw connections from birth to end",
	  TAKES_RECORDS | TAKES_SAVED | TAKES_DRAWING | TAKES_COUNT, 0, run_story },
	{ "annotate", "CAPTURE OUT.pcapng", 2, 2, "say in a capture which call sent its FINs and RSTs",
	  TAKES_RECORDS | TAKES_SAVED | IS_MUTE | IS_WHOLE, 0, run_annotate },
	{ "expect", NULL, 0, INT_MAX, "say whether the records come that you expect",
	  TAKES_RECORDS | TAKES_DURATION | TAKES_EXPECTED | TAKES_SAVED | IS_MUTE | IS_WHOLE, 0,
	  run_expect },
	{ NULL, NULL, 0, 0, NULL, 0, 0, NULL }
};

/* A command that is ended before it had its answer, or all of it, fails. */
static void leave_signals(void)
{
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGPIPE, SIG_IGN);
}

/* Help and the like, which go through stdio. */
static bool output_works(void)
{
	if (!fflush(stdout) && !ferror(stdout))
		return true;
	if (errno == EPIPE)
		end_now(SIGPIPE);
	say("cannot write: %s", strerror(errno));
	return false;
}

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

/* 0 where nobody says how wide it is, and a line may be as long as it takes. */
static size_t terminal_width(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;
	unsigned long width;

	if (columns && !number_parse(&width, columns, USHRT_MAX) && width)
		return width;
	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) ? 0 : size.ws_col;
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
	static struct options o = { .commands = commands };
	int status;

	fill_standard_files();
	catch_signals();
	argv[0] = program_invocation_short_name;
	status = options_parse(&o, argc, argv);
	if (status >= 0)
		return status || output_works() ? status : EXIT_FAILURE;
	o.table.colour = colours_wanted();
	o.table.width = terminal_width();
	if (o.version)
		return print_version(&o);
	if (o.quiet || o.command->takes & IS_WHOLE)
		leave_signals();
	return o.command->run(&o);
}
