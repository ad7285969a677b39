// SPDX-License-Identifier: GPL-2.0-only
/*
 * shutwatch - how TCP connections end: which call, what the kernel sent, why
 *
 * The reader of the module's files.  It works out nothing on its own: what it
 * says is in the records.
 */
#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "columns.h"
#include "decode.h"
#include "json.h"
#include "line.h"
#include "note.h"
#include "options.h"
#include "out.h"
#include "say.h"
#include "source.h"
#include "totals.h"

#define NS_PER_SEC	1000000000ULL

static_assert(OUT_LINE >= LINE_SIZE && OUT_LINE >= JSON_SIZE, "lines outgrew the output");

/* Nothing is to be undone, and lines go out whole: the end may come anywhere. */
static void end_now(int sig)
{
	if (sig != SIGPIPE)
		out_last_words();
	_exit(EXIT_SUCCESS);
}

/* Whoever asks a second time shall not wait for the first. */
static void catch_signals(void)
{
	struct sigaction sa = { .sa_handler = end_now, .sa_flags = SA_NODEFER };

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGPIPE, &sa, NULL);
}

/**
 * struct view - how the lines of a file are shown
 * @type: what a line that has no kind is called in JSON
 * @header: writes the titles of a table
 * @row: writes a row of it
 */
struct view {
	const char *type;
	char *(*header)(char *to, const struct table *t);
	char *(*row)(char *to, const struct table *t, const struct record *r);
};

static const struct view records_view = { "record", columns_header, columns_record };
static const struct view sockets_view = { "socket", columns_header, columns_record };
static const struct view totals_view = { "total", totals_header, totals_record };

/**
 * struct printer - what becomes of the records
 * @o: what the user wants
 * @view: how they are shown
 * @printed: how many lines that count
 * @filtered: whether there is a filter to pass
 * @netns: the network namespace of the last row
 * @kept: what raw records have in common
 */
struct printer {
	const struct options *o;
	const struct view *view;
	unsigned long printed;
	bool filtered;
	char netns[16];
	struct raw_kept kept;
};

/* What a printer says to go on, and how it ends. */
#define GO_ON		(-1)

static int ended(bool arrived)
{
	return arrived ? EXIT_SUCCESS : EXIT_FAILURE;
}

/*
 * Rows of another network namespace than those before: the same addresses may
 * be others there.  Who has only one never sees this.
 */
static bool print_netns(struct printer *p, const struct record *r)
{
	const char *netns = record_value(r, SHUTWATCH_KEY_NETNS);
	bool first = !p->netns[0];

	if (!netns || columns_tell_netns(&p->o->table) ||
	    !strncmp(p->netns, netns, sizeof(p->netns) - 1))
		return true;
	snprintf(p->netns, sizeof(p->netns), "%s", netns);
	return first || out_done(columns_netns(out_line(), r));
}

static bool print_record(struct printer *p, const struct record *r)
{
	if (p->o->json && r->raw)
		return out_done(raw_json(out_line(), r->raw, &p->kept));
	if (p->o->json)
		return out_done(json_record(out_line(), r, p->view->type));
	return print_netns(p, r) && out_done(p->view->row(out_line(), &p->o->table, r));
}

/* A line was written that counts.  Return: GO_ON, or an exit status. */
static int counted(struct printer *p)
{
	p->printed++;
	return p->o->count && p->printed == p->o->count ? ended(out_flush()) : GO_ON;
}

/* Print what passes.  Return: GO_ON, or an exit status. */
static int take_record(struct printer *p, const struct record *r)
{
	char text[NOTE_SIZE];

	if (p->filtered && !filter_match(&p->o->filter, r))
		return GO_ON;
	if (!print_record(p, r))
		return EXIT_FAILURE;
	if (!record_is_note(r))
		return counted(p);
	note_text(text, r);
	say("%s", text);
	return GO_ON;
}

static void warn_foreign(const struct source *s, bool *warned)
{
	if (!*warned)
		say("%s: left out a line that this reader does not understand", s->path);
	*warned = true;
}

/* Send on what there is, then wait for more.  Return: GO_ON, or an exit status. */
static int wait_for_more(struct source *s)
{
	int more;

	if (!out_flush())
		return EXIT_FAILURE;
	more = source_wait(s);
	if (more > 0)
		return GO_ON;
	return more ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int print_lines(struct printer *p, struct source *s)
{
	bool warned = false;
	struct record r;
	int status;
	char *line;

	do {
		status = GO_ON;
		if (!source_line(s, &line))
			status = wait_for_more(s);
		else if (!record_parse(&r, line))
			status = take_record(p, &r);
		else
			warn_foreign(s, &warned);
	} while (status == GO_ON);
	return status;
}

static bool print_header(const struct printer *p)
{
	if (p->o->json || p->o->no_header)
		return true;
	return out_done(p->view->header(out_line(), &p->o->table));
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

static int show_file(const struct options *o, const char *file, const struct view *view)
{
	struct printer p = { .o = o, .view = view, .filtered = filter_asks(&o->filter) };
	static struct source s;
	int status;

	if (open_source(&s, o, file))
		return EXIT_FAILURE;
	status = print_header(&p) ? print_lines(&p, &s) : EXIT_FAILURE;
	source_close(&s);
	return status;
}

/* Says why no record can be taken.  Return: NEWER, or an exit status. */
#define NEWER		(-2)

static int refuse_raw(const struct printer *p, const struct source *s, int err)
{
	if (err == -EPROTO && !p->printed) {
		say("%s: the module is newer than this reader: reading %s instead, which takes longer\n"
		    "  upgrade the reader: make -C tools, from the module's sources",
		    s->path, SHUTWATCH_FILE_PIPE);
		return NEWER;
	}
	say("%s: this is no record\n"
	    "  upgrade the reader: make -C tools, from the module's sources", s->path);
	return EXIT_FAILURE;
}

/* Whether all that anybody looks at is what the columns show. */
static bool is_brief(const struct options *o)
{
	const struct table *t = &o->table;

	return !t->extended && !t->clock && !t->stamp;
}

static int take_raw(struct printer *p, const struct shutwatch_raw *raw)
{
	bool is_note = raw->kind == SHUTWATCH_KIND_LOST || raw->kind == SHUTWATCH_KIND_SKIPPED;
	struct record r;

	if (p->o->json && !p->filtered && !is_note)
		return out_done(raw_json(out_line(), raw, &p->kept)) ? counted(p) : EXIT_FAILURE;
	if (is_brief(p->o))
		raw_record_brief(&r, raw, &p->kept);
	else
		raw_record(&r, raw, &p->kept);
	return take_record(p, &r);
}

static int print_raw(struct printer *p, struct source *s)
{
	const struct shutwatch_raw *raw;
	int status = GO_ON, found;

	while (status == GO_ON) {
		found = source_raw(s, &raw);
		if (found < 0)
			return refuse_raw(p, s, found);
		status = found ? take_raw(p, raw) : wait_for_more(s);
	}
	return status;
}

/* Numbers cost far less than text, but a newer module may have some of its own. */
static int run_follow(const struct options *o)
{
	struct printer p = {
		.o = o, .view = &records_view, .filtered = filter_asks(&o->filter)
	};
	static struct source s;
	int status;

	if (source_check(o->dir))
		return EXIT_FAILURE;
	if (!source_has(o->dir, SHUTWATCH_FILE_RAW))
		return show_file(o, SHUTWATCH_FILE_PIPE, &records_view);
	if (open_source(&s, o, SHUTWATCH_FILE_RAW))
		return EXIT_FAILURE;
	status = print_header(&p) ? print_raw(&p, &s) : EXIT_FAILURE;
	source_close(&s);
	if (status != NEWER || open_source(&s, o, SHUTWATCH_FILE_PIPE))
		return status == NEWER ? EXIT_FAILURE : status;
	status = print_lines(&p, &s);
	source_close(&s);
	return status;
}

static int run_events(const struct options *o)
{
	return show_file(o, SHUTWATCH_FILE_EVENTS, &records_view);
}

static int run_sockets(const struct options *o)
{
	return show_file(o, SHUTWATCH_FILE_SOCKETS, &sockets_view);
}

static int run_totals(const struct options *o)
{
	return show_file(o, SHUTWATCH_FILE_TOTALS, &totals_view);
}

/* Return: GO_ON, or an exit status. */
static int print_stat(struct printer *p, char *line, const char *value)
{
	char *to = out_line();

	if (p->o->json)
		to = json_stat(to, line, value);
	else
		to += snprintf(to, OUT_LINE, "%-40s %15s\n", line, value);
	if (!out_done(to))
		return EXIT_FAILURE;
	return counted(p);
}

/* Cut "name value" in two.  Return: the value, or NULL where it is none. */
static char *stat_value(char *line)
{
	char *value = strchr(line, ' ');

	if (!value || value == line || !value[1])
		return NULL;
	*value++ = '\0';
	return value;
}

static int print_stats(struct printer *p, struct source *s)
{
	bool warned = false;
	char *line, *value;
	int status;

	do {
		status = GO_ON;
		if (!source_line(s, &line)) {
			status = wait_for_more(s);
			continue;
		}
		value = stat_value(line);
		if (value)
			status = print_stat(p, line, value);
		else
			warn_foreign(s, &warned);
	} while (status == GO_ON);
	return status;
}

static int run_stats(const struct options *o)
{
	struct printer p = { .o = o };
	static struct source s;
	int status;

	if (open_source(&s, o, SHUTWATCH_FILE_STATS))
		return EXIT_FAILURE;
	status = print_stats(&p, &s);
	source_close(&s);
	return status;
}

#define TAKES_ALL							\
	(TAKES_FILTER | TAKES_OUTCOME | TAKES_KIND | TAKES_TIME |	\
	 TAKES_TABLE | TAKES_DURATION)

static const struct command commands[] = {
	{ "follow", "print the records kept, then wait for more (the default)",
	  TAKES_ALL, run_follow },
	{ "events", "print the records kept, and end",
	  TAKES_ALL & ~TAKES_DURATION, run_events },
	{ "sockets", "print the sockets watched, with what ended them",
	  TAKES_FILTER | TAKES_OUTCOME | TAKES_TABLE, run_sockets },
	{ "totals", "print how many connections ended how",
	  TAKES_OUTCOME, run_totals },
	{ "stats", "print the counters: hits, losses, missed probes",
	  0, run_stats },
	{ NULL, NULL, 0, NULL }
};

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

	catch_signals();
	argv[0] = program_invocation_short_name;
	status = options_parse(&o, argc, argv);
	if (status >= 0)
		return status || output_works() ? status : EXIT_FAILURE;
	o.table.colour = colours_wanted();
	if (o.version)
		return print_version(&o);
	return o.command->run(&o);
}
