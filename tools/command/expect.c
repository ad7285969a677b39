// SPDX-License-Identifier: GPL-2.0-only
/*
 * expect: whether the records that come from now on are those that somebody
 * expects, mostly of a program that is run for it.
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include <shutwatch_match.h>

#include "commands.h"
#include "judge.h"
#include "note.h"
#include "number.h"
#include "printer.h"
#include "program.h"
#include "say.h"

#define NS_PER_MS	1000000ULL

/*
 * What a program has left behind may end a moment after it.  For what must not
 * come, it is enough that no record is still being written.
 */
#define GRACE		(1000 * NS_PER_MS)
#define GRACE_NEVER	(100 * NS_PER_MS)

/**
 * struct expect - an answer that is being looked for
 * @o: what the user wants
 * @j: what is expected, and what has come
 * @s: where the records come from
 * @program: what is to bring them about
 * @late: a record came that is later than what we wait for
 */
struct expect {
	const struct options *o;
	struct judge j;
	struct source s;
	struct program program;
	bool late;
};

/* Return: false where an expectation makes no sense, after a message. */
static bool take_expectations(struct judge *j, const struct options *o)
{
	char complaint[SHUTWATCH_COMPLAINT_SIZE];
	int i;

	for (i = 0; i < o->nr_words; i++) {
		if (!shutwatch_expectation_check(o->words[i], complaint, sizeof(complaint))) {
			say("'%s': %s", o->words[i], complaint);
			return false;
		}
		if (!judge_add(j, o->words[i])) {
			say("more than %d expectations", JUDGE_MAX);
			return false;
		}
	}
	return true;
}

/* Return: what is wrong with the command line as a whole, or NULL. */
static const char *wrong_together(const struct options *o)
{
	if (!o->nr_words)
		return "nothing is expected: write 'KEY=VALUE...', as in 'call=close sent=RST'";
	if (o->none && o->any_order)
		return "--none and --all exclude each other";
	if (o->saved && (o->program || o->duration))
		return "--read judges what was saved: it takes no PROGRAM, and no -d";
	if (o->none && !o->program && !o->duration && !o->saved)
		return "--none would never end: give it a PROGRAM, or -d SECONDS";
	if (o->status != STATUS_UNSAID && !o->program)
		return "--status means nothing without a PROGRAM";
	return NULL;
}

static bool is_late(const struct expect *e, const struct record *r)
{
	const char *ts = record_value(r, SHUTWATCH_KEY_TS);
	unsigned long long ns;

	return ts && !number_parse_ns(&ns, ts) && source_is_late(&e->s, ns);
}

static void take_note(struct expect *e, const struct record *r)
{
	char text[NOTE_SIZE];

	note_text(text, r);
	say("%s", text);
	e->j.notes++;
}

static void judge_one(struct expect *e, const struct record *r, const char *line)
{
	if (record_is_note(r))
		take_note(e, r);
	e->late = is_late(e, r);
	if (!e->late && filter_match(&e->o->filter, r))
		judge_record(&e->j, line);
}

static void judge_lines(struct expect *e)
{
	struct record r;
	char *line;

	while (!e->late && !judge_is_over(&e->j) && source_line(&e->s, &line)) {
		if (record_parse(&r, line))
			source_leave_out(&e->s);
		else
			judge_one(e, &r, line);
	}
}

/* Return: GO_ON, or that no more has to be read. */
static int judge_saved(void *context, const struct record *r, const char *line)
{
	struct expect *e = context;

	judge_one(e, r, line);
	return judge_is_over(&e->j) ? EXIT_SUCCESS : GO_ON;
}

/* Wait for a record, or for the program's end, or until the time is up. */
static int wait_for_either(struct expect *e)
{
	struct pollfd fds[] = {
		{ .fd = e->s.fd, .events = POLLIN },
		{ .fd = e->program.ended ? -1 : e->program.fd, .events = POLLIN },
	};

	if (poll(fds, 2, source_time_left(&e->s)) >= 0 || errno == EINTR)
		return 0;
	say("cannot wait: %s", strerror(errno));
	return -errno;
}

/* The program has ended: from now on it is a matter of time. */
static void begin_grace(struct expect *e)
{
	if (e->program.argv && !e->s.deadline)
		e->s.deadline = source_clock() + (e->o->none ? GRACE_NEVER : GRACE);
}

/*
 * Until there is an answer, or the time is up and all that came in time was
 * looked at.  Return: 0, or an error after a message.
 */
static int look(struct expect *e)
{
	bool in_time;
	int more;

	for (;;) {
		if (program_has_ended(&e->program))
			begin_grace(e);
		in_time = source_time_left(&e->s);
		judge_lines(e);
		if (e->late || judge_is_over(&e->j))
			return 0;
		more = source_more(&e->s);
		if (more > 0)
			continue;
		if (!more || (more == -EAGAIN && !in_time))
			return 0;
		if (more == -EAGAIN)
			more = wait_for_either(e);
		if (more)
			return more;
	}
}

/* Where the records have an end, the program still has to come to its own. */
static void wait_for_program(struct expect *e)
{
	struct pollfd end = { .fd = e->program.fd, .events = POLLIN };

	while (!program_has_ended(&e->program) && source_time_left(&e->s))
		poll(&end, 1, source_time_left(&e->s));
	program_stop(&e->program);
}

static int verdict(struct expect *e)
{
	bool as_expected;
	int wanted = e->o->status == STATUS_UNSAID ? 0 : e->o->status;
	bool ended_well = !e->program.argv || wanted == STATUS_ANY ||
			  wanted == e->program.status;

	/* A line that was left out may have been what is looked for. */
	e->j.notes += e->s.left_out;
	as_expected = judge_verdict(&e->j);
	if (!as_expected) {
		fprintf(stderr, "shutwatch: ");
		judge_tell(&e->j, stderr);
	}
	if (!ended_well)
		program_tell(&e->program);
	return as_expected && ended_well ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* Return: an exit status. */
static int answer(struct expect *e)
{
	int err;

	if (source_skip(&e->s))
		return EXIT_FAILURE;
	if (e->o->duration)
		e->s.deadline = source_clock() + e->o->duration;
	if (program_start(&e->program, e->o->program))
		return EXIT_FAILURE;
	err = look(e);
	if (err) {
		program_stop(&e->program);
		return EXIT_FAILURE;
	}
	wait_for_program(e);
	return verdict(e);
}

/* Of a part of the records, what has come is known, and what has not is not. */
static int answer_of_saved(struct expect *e)
{
	const struct taker taker = { judge_saved, wait_for_rest, e };

	if (take_lines(&e->s, &taker) != EXIT_SUCCESS && !e->s.left_out)
		return EXIT_FAILURE;
	return verdict(e);
}

/**
 * run_expect() - say whether what comes is as expected
 * @o: what the user wants
 *
 * Return: an exit status.
 */
int run_expect(const struct options *o)
{
	static struct expect e;
	const char *wrong = wrong_together(o);
	int status;

	e.o = o;
	e.j.order = o->none ? JUDGE_NEVER : o->any_order ? JUDGE_ALL : JUDGE_IN_ORDER;
	if (wrong)
		say("%s", wrong);
	if (wrong || !take_expectations(&e.j, o))
		return options_error();
	if (open_source(&e.s, o, SHUTWATCH_FILE_PIPE))
		return EXIT_FAILURE;
	status = o->saved ? answer_of_saved(&e) : answer(&e);
	source_close(&e.s);
	return status;
}
