// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <names.h>

#include "actor.h"
#include "expect.h"
#include "owners.h"
#include "record_fields.h"

static struct expected *expect_add(struct play *play, enum who who)
{
	struct expected *e;

	if (play->nr_expected == PLAY_EXPECTED_MAX) {
		remark(&play->trouble, "more expectations than can be kept");
		return &play->expected[PLAY_EXPECTED_MAX - 1];
	}
	e = &play->expected[play->nr_expected++];
	e->who = who;
	e->actor = play->actor[who];
	e->got = -1;
	e->met_by = -1;
	return e;
}

/**
 * expect - a record must be there
 * @play: in this play, which now is where the record is made
 * @who: it is about this socket, as its addresses are now
 * @format: the keys and values that matter, as a line has them; a value may
 *	be several, "a|b", where the module is free to say either
 *
 * Records of a socket and kind are expected in the order in which they are
 * made.  Who made it - pid, comm, addresses, cookie - need not be said.
 */
void expect(struct play *play, enum who who, const char *format, ...)
{
	struct expected *e = expect_add(play, who);
	va_list args;

	va_start(args, format);
	vsnprintf(e->text, sizeof(e->text), format, args);
	va_end(args);
}

/**
 * expect_late - the record expected last is not made at once
 * @play: see expect()
 * @not_before: it is made later than this, by clock_now()
 */
void expect_late(struct play *play, __u64 not_before)
{
	play->expected[play->nr_expected - 1].not_before = not_before;
}

/**
 * expect_path - the state records of a socket must be these
 * @play: in this play, at its end
 * @who: of this socket
 * @format: "ESTABLISHED>CLOSE", all the states that it was in; or with what
 *	led from one to the next, "ESTABLISHED rx CLOSE"; there, the error
 *	that the end left may follow, "SYN_SENT rx CLOSE EHOSTUNREACH", where
 *	it does not go without saying
 */
void expect_path(struct play *play, enum who who, const char *format, ...)
{
	struct expected *e = expect_add(play, who);
	va_list args;

	e->is_path = true;
	va_start(args, format);
	vsnprintf(e->text, sizeof(e->text), format, args);
	va_end(args);
}

static bool kind_is(const struct record *record, enum shutwatch_kind kind)
{
	return record_is(record, SHUTWATCH_KEY_KIND, kind_names.name[kind]);
}

/**
 * expect_meets - is a value one of those that are expected?
 * @value: the value
 * @wanted: one, or several: "a|b" is met by a and by b
 *
 * Return: true if it is.
 */
bool expect_meets(const char *value, const char *wanted)
{
	size_t len = strlen(value);

	while (strncmp(wanted, value, len) ||
	       (wanted[len] != '|' && wanted[len])) {
		wanted = strchr(wanted, '|');
		if (!wanted)
			return false;
		wanted++;
	}
	return true;
}

static void check_value(struct play *play, const struct record *record,
			const struct expected *e, enum shutwatch_key key,
			const char *wanted)
{
	const char *value = record_get(record, key);

	if (!expect_meets(value, wanted))
		remark(&play->unmet, "record %s of %s: %s=%s, expected %s",
		       record_get(record, SHUTWATCH_KEY_SEQ),
		       actor_name(e->who), key_names.name[key], value, wanted);
}

/* Unless the expectation says so itself. */
static void check_default(struct play *play, const struct record *record,
			  const struct expected *e, const struct record *wanted,
			  enum shutwatch_key key, const char *value)
{
	if (!wanted->value[key])
		check_value(play, record, e, key, value);
}

/* What need not be said by every expectation: whose record it is. */
static void check_identity(struct play *play, const struct record *record,
			   const struct expected *e, const struct record *wanted)
{
	bool call = kind_is(record, SHUTWATCH_KIND_CALL);
	bool asked = call || record_is(record, SHUTWATCH_KEY_BY, "listener");
	/* Whoever acts, a socket that a program has is ours. */
	bool owned = e->actor.cookie;
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", play->pid);
	check_default(play, record, e, wanted, SHUTWATCH_KEY_LOCAL, e->actor.local);
	check_default(play, record, e, wanted, SHUTWATCH_KEY_REMOTE, e->actor.remote);
	if (e->who == NOBODY)
		check_value(play, record, e, SHUTWATCH_KEY_COOKIE,
			    SHUTWATCH_NOTHING);
	if (call)
		check_default(play, record, e, wanted, SHUTWATCH_KEY_CTX, "task");
	check_default(play, record, e, wanted, SHUTWATCH_KEY_PID,
		      asked ? pid : SHUTWATCH_NOTHING);
	check_default(play, record, e, wanted, SHUTWATCH_KEY_COMM,
		      asked ? play->comm : SHUTWATCH_NOTHING);
	if (owners_said(play, &e->actor))
		return;
	check_default(play, record, e, wanted, SHUTWATCH_KEY_OWNER,
		      owned ? pid : SHUTWATCH_NOTHING);
	check_default(play, record, e, wanted, SHUTWATCH_KEY_OCOMM,
		      owned ? play->comm : SHUTWATCH_NOTHING);
}

static void check_record(struct play *play, const struct record *record,
			 const struct expected *e, const struct record *wanted)
{
	int key;

	check_identity(play, record, e, wanted);
	for (key = 0; key < SHUTWATCH_KEY__MAX; key++) {
		if (wanted->value[key])
			check_value(play, record, e, key, wanted->value[key]);
	}
	if (record_time(record) < e->not_before)
		remark(&play->unmet, "record %s of %s was made too early",
		       record_get(record, SHUTWATCH_KEY_SEQ), actor_name(e->who));
}

/* Calls, decisions and resets: each is expected by somebody. */
static bool is_prominent(const struct play *play, const struct record *record)
{
	return play_tells(play, record) && !kind_is(record, SHUTWATCH_KIND_STATE);
}

static int find_record(const struct play *play, const struct expected *e,
		       const struct record *wanted, const bool *taken)
{
	int i;

	for (i = 0; i < play->nr_records; i++) {
		const struct record *r = &play->record[i];

		if (!taken[i] && is_prominent(play, r) && actor_owns(&e->actor, r) &&
		    record_is(r, SHUTWATCH_KEY_KIND,
			      record_get(wanted, SHUTWATCH_KEY_KIND)))
			return i;
	}
	return -1;
}

static void judge_record(struct play *play, struct expected *e, bool *taken)
{
	struct record wanted;
	int i;

	if (record_parse(&wanted, e->text) || wanted.nr_unknown) {
		remark(&play->unmet, "cannot be expected: %s", e->text);
		return;
	}
	i = find_record(play, e, &wanted, taken);
	if (i < 0) {
		remark(&play->unmet, "%s: no record says: %s",
		       actor_name(e->who), e->text);
		return;
	}
	taken[i] = true;
	e->met_by = i;
	check_record(play, &play->record[i], e, &wanted);
}

static void judge_path(struct play *play, const struct expected *e)
{
	char path[sizeof(e->text)];

	if (strchr(e->text, ' '))
		actor_story(play, &e->actor, path, sizeof(path),
			    actor_story_has_error(e->text));
	else
		actor_path(play, &e->actor, path, sizeof(path));
	if (strcmp(path, e->text))
		remark(&play->unmet, "%s went through %s, expected %s",
		       actor_name(e->who), *path ? path : "nothing", e->text);
}

static void judge_rest(struct play *play, const bool *taken)
{
	int i;

	for (i = 0; i < play->nr_records; i++) {
		const struct record *r = &play->record[i];

		if (record_is(r, SHUTWATCH_KEY_WHY,
			      why_names.name[SHUTWATCH_WHY_UNKNOWN]))
			remark(&play->unmet, "record %s does not know why",
			       record_get(r, SHUTWATCH_KEY_SEQ));
		if (!taken[i] && is_prominent(play, r))
			remark(&play->unmet,
			       "record %s was not expected: %s %s%s %s %s %s",
			       record_get(r, SHUTWATCH_KEY_SEQ),
			       record_get(r, SHUTWATCH_KEY_KIND),
			       record_get(r, SHUTWATCH_KEY_CALL),
			       record_get(r, SHUTWATCH_KEY_BY),
			       record_get(r, SHUTWATCH_KEY_STATE),
			       record_get(r, SHUTWATCH_KEY_SENT),
			       record_get(r, SHUTWATCH_KEY_WHY));
	}
}

/**
 * expect_judge - are the records those that were expected?
 * @play: a play with its records; what is not as expected goes to its unmet
 */
void expect_judge(struct play *play)
{
	bool taken[PLAY_RECORDS_MAX] = {};
	int i;

	memset(&play->unmet, 0, sizeof(play->unmet));
	for (i = 0; i < play->nr_expected; i++) {
		if (play->expected[i].is_path)
			judge_path(play, &play->expected[i]);
		else
			judge_record(play, &play->expected[i], taken);
	}
	judge_rest(play, taken);
	owners_judge(play);
}
