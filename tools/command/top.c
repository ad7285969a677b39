// SPDX-License-Identifier: GPL-2.0-only
/*
 * top: what ends connections just now, resets first.  A terminal is drawn anew
 * for each interval, a pipe gets one table after the other.  Of saved records,
 * there is one table of them all.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "commands.h"
#include "note.h"
#include "number.h"
#include "out.h"
#include "printer.h"
#include "say.h"
#include "tally.h"

#define NS_PER_SEC	1000000000ULL

/* Cursor home, and nothing on the screen behind it. */
#define CLEAR		"\033[H\033[J"

/**
 * struct top - what is shown
 * @o: what the user wants
 * @tally: what was counted
 * @tables: how many were shown
 * @end: when to end, CLOCK_MONOTONIC in nanoseconds, or 0
 * @skipped: the last note of what the module was not shown, or empty
 * @filtered: whether there is a filter to pass
 * @terminal: it is drawn on a terminal
 */
struct top {
	const struct options *o;
	struct tally tally;
	unsigned long tables;
	unsigned long long end;
	char skipped[NOTE_SIZE];
	bool filtered;
	bool terminal;
};

static unsigned long long now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (unsigned long long)ts.tv_sec * NS_PER_SEC + (unsigned long long)ts.tv_nsec;
}

/* How large the screen is; of what is none, or does not say, 0 by 0. */
static struct winsize screen_of(const struct top *top)
{
	struct winsize size;

	if (!top->terminal || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size))
		return (struct winsize) { 0 };
	return size;
}

/* How many rows there is room for, under notes and titles, and above the cursor. */
static size_t rows_of(const struct top *top, const struct winsize *screen)
{
	unsigned int taken = 2U + !!top->tally.lost + !!top->skipped[0];

	if (!screen->ws_row)
		return TALLY_ROWS;
	return screen->ws_row > taken ? screen->ws_row - taken : 1;
}

/* A line that goes on in the next one would push the first off the screen. */
static char *cut(char *line, char *behind, const struct winsize *screen)
{
	size_t width = screen->ws_col;

	if (!width || behind - line <= (ptrdiff_t)width + 1)
		return behind;
	line[width] = '\n';
	return line + width + 1;
}

/* What comes before the rows. */
static bool put_head(const struct top *top, const struct winsize *screen)
{
	char *to = out_line();

	if (top->terminal)
		to += sprintf(to, CLEAR);
	else if (top->tables)
		*to++ = '\n';
	if (top->tally.lost)
		to = cut(to, to + sprintf(to, "-- lost %llu events --\n", top->tally.lost), screen);
	if (top->skipped[0])
		to = cut(to, to + sprintf(to, "-- %s --\n", top->skipped), screen);
	return out_done(cut(to, tally_header(to, &top->tally), screen));
}

/* Return: GO_ON, or an exit status. */
static int show(struct top *top, unsigned long long now)
{
	static const struct tally_row *row[TALLY_ROWS];
	const struct winsize screen = screen_of(top);
	size_t count = tally_sort(&top->tally, row), max = rows_of(top, &screen), i;
	double seconds = (double)(now - top->tally.since) / NS_PER_SEC;
	char *to;

	if (!put_head(top, &screen))
		return EXIT_FAILURE;
	for (i = 0; i < count && i < max; i++) {
		to = out_line();
		if (!out_done(cut(to, tally_line(to, &top->tally, row[i], seconds), &screen)))
			return EXIT_FAILURE;
	}
	if (!out_flush())
		return EXIT_FAILURE;
	top->tables++;
	tally_rest(&top->tally, now);
	if (top->o->count && top->tables == top->o->count)
		return EXIT_SUCCESS;
	return top->end && now >= top->end ? EXIT_SUCCESS : GO_ON;
}

/* On a terminal, stderr would be drawn over, or draw over the table. */
static void take_note(struct top *top, const struct record *r)
{
	char text[NOTE_SIZE];

	note_text(text, r);
	if (!record_is_lost(r))
		memcpy(top->skipped, text, sizeof(text));
	if (!top->terminal)
		say("%s", text);
}

static void take_record(struct top *top, const struct record *r)
{
	if (top->filtered && !filter_match(&top->o->filter, r))
		return;
	if (record_is_note(r))
		take_note(top, r);
	tally_record(&top->tally, r);
}

static void count_lines(struct top *top, struct source *s)
{
	struct record r;
	char *line;

	while (source_line(s, &line)) {
		if (record_parse(&r, line))
			source_leave_out(s);
		else
			take_record(top, &r);
	}
}

/* When the next table is due. */
static unsigned long long next(const struct top *top, unsigned long long after)
{
	unsigned long long due = after + top->o->interval;

	return top->end && top->end < due ? top->end : due;
}

static int run(struct top *top, struct source *s)
{
	unsigned long long now;
	int more, status;

	do {
		status = GO_ON;
		more = source_wait(s);
		if (more < 0)
			return EXIT_FAILURE;
		count_lines(top, s);
		now = now_ns();
		/* Or else the file has ended, or nobody looks any more. */
		if (now >= s->deadline) {
			status = show(top, now);
			s->deadline = next(top, now);
		} else if (!more) {
			status = show(top, now) == EXIT_FAILURE ? EXIT_FAILURE : EXIT_SUCCESS;
		}
	} while (status == GO_ON);
	return status;
}

/**
 * struct span - how long it is from the first saved record to the last
 * @boot: of which boot the last was
 * @first: when its first was, nanoseconds of CLOCK_MONOTONIC
 * @last: when the last was
 * @before: what it is of other boots
 */
struct span {
	char boot[SAVED_NAME];
	unsigned long long first, last, before;
};

static void measure(struct span *span, const struct record *r, const char *boot)
{
	const char *ts = record_value(r, SHUTWATCH_KEY_TS);
	unsigned long long ns;

	if (!ts || number_parse_ns(&ns, ts))
		return;
	if (strcmp(span->boot, boot)) {
		span->before += span->last - span->first;
		span->first = ns;
		span->last = ns;
		snprintf(span->boot, sizeof(span->boot), "%s", boot);
	}
	if (ns < span->first)
		span->first = ns;
	if (ns > span->last)
		span->last = ns;
}

/**
 * struct whole - what is counted of saved records
 * @top: what is shown
 * @s: the file
 * @span: the time that they are of
 */
struct whole {
	struct top *top;
	struct source *s;
	struct span span;
};

static int take_saved(void *context, const struct record *r, const char *line)
{
	struct whole *whole = context;

	(void)line;
	measure(&whole->span, r, whole->s->saved.boot);
	take_record(whole->top, r);
	return GO_ON;
}

/* Whatever passes or not, the time is that of the file.  Return: an exit status. */
static int show_saved(struct top *top, struct source *s)
{
	struct whole whole = { .top = top, .s = s };
	const struct taker taker = { take_saved, wait_for_rest, &whole };
	int status = take_lines(s, &taker);

	if (show(top, whole.span.before + whole.span.last - whole.span.first) == EXIT_FAILURE)
		return EXIT_FAILURE;
	return status;
}

/**
 * run_top() - show what ends connections
 * @o: what the user wants
 *
 * Return: an exit status.
 */
int run_top(const struct options *o)
{
	static struct top top;
	static struct source s;
	int status;

	top.o = o;
	top.filtered = filter_asks(&o->filter);
	top.terminal = !o->saved && isatty(STDOUT_FILENO);
	top.tally.keys = o->keys ? o->keys : TALLY_DEFAULT;
	tally_rest(&top.tally, o->saved ? 0 : now_ns());
	if (open_source(&s, o, SHUTWATCH_FILE_PIPE))
		return EXIT_FAILURE;
	if (o->saved) {
		status = show_saved(&top, &s);
		source_close(&s);
		return status;
	}
	top.end = s.deadline;
	s.deadline = next(&top, top.tally.since);
	status = run(&top, &s);
	source_close(&s);
	return status;
}
