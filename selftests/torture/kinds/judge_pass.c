// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who got a socket asks in its own name, and what is passed on is closed by who
 * has it last.
 */
#include <stdlib.h>

#include "judges.h"
#include "pass.h"
#include "record_fields.h"
#include "uring.h"

static bool passes(const struct view *view, int at, __u64 cookie)
{
	const int verb = view->scene->act[at].verb;

	return (verb == VERB_GIVE || verb == VERB_LEND) &&
	       view->history->deed[at].begun && view->history->deed[at].cookie == cookie;
}

/* The act that gave the socket of a record to the task that asked, or -1. */
static int taken_by(const struct view *view, const struct record *record, __u64 cookie)
{
	const int pid = atoi(record_get(record, SHUTWATCH_KEY_PID));
	int i;

	for (i = 0; i < view->scene->nr_acts; i++) {
		if (passes(view, i, cookie) && pid && view->history->deed[i].ret == pid &&
		    view->history->deed[i].from <= record_time(record))
			return i;
	}
	return -1;
}

/**
 * pass_names_taker - is who asks one that got the socket?
 * @view: the scene
 * @record: the record; of a child that its listener takes along, too
 *
 * Return: true if it is.
 */
bool pass_names_taker(const struct view *view, const struct record *record)
{
	int i;

	if (taken_by(view, record, record_cookie(record)) >= 0)
		return true;
	if (!view_says(record, SHUTWATCH_KEY_BY, &by_names, SHUTWATCH_BY_LISTENER))
		return false;
	for (i = 0; i < view->nr_sockets; i++) {
		if (view_is_listener(view, view->cookie[i]) &&
		    taken_by(view, record, view->cookie[i]) >= 0)
			return true;
	}
	return false;
}

static enum taker taker_of(const struct view *view, const struct record *record)
{
	const int at = taken_by(view, record, record_cookie(record));

	return at < 0 ? TAKER_NOBODY : pass_taker(&view->scene->act[at]);
}

/**
 * pass_closed - is it the close() of one that got the socket, and not its exit?
 * @view: the scene
 * @record: a call
 *
 * Return: true if it is.
 */
bool pass_closed(const struct view *view, const struct record *record)
{
	const enum taker taker = taker_of(view, record);

	return (taker == TAKER_CLOSES || taker == TAKER_SHUTS) &&
	       view_says(record, SHUTWATCH_KEY_CALL, &by_names, SHUTWATCH_BY_CLOSE) &&
	       record_is(record, SHUTWATCH_KEY_HOW, SHUTWATCH_NOTHING);
}

static bool is_shutdown_by(const struct view *view, const struct record *r, int at)
{
	return record_cookie(r) == view->history->deed[at].cookie &&
	       view_kind(r, SHUTWATCH_KIND_CALL) &&
	       view_says(r, SHUTWATCH_KEY_CALL, &by_names, SHUTWATCH_BY_SHUTDOWN) &&
	       record_is(r, SHUTWATCH_KEY_HOW, "rdwr") &&
	       taken_by(view, r, record_cookie(r)) == at;
}

/**
 * pass_claim - the calls of shutdown() of those that got a socket
 * @view: the scene
 * @claimed: by record: somebody has made this call
 */
void pass_claim(struct view *view, bool *claimed)
{
	int i, j;

	for (i = 0; i < view->scene->nr_acts; i++) {
		const struct deed *deed = &view->history->deed[i];
		int count = 0;

		if (!passes(view, i, deed->cookie) || deed->ret <= 0 ||
		    pass_taker(&view->scene->act[i]) != TAKER_SHUTS)
			continue;
		for (j = 0; j < view->nr_records; j++) {
			if (!is_shutdown_by(view, &view->record[j], i))
				continue;
			claimed[j] = true;
			count++;
		}
		if (count != 1)
			remark(&view->remarks, "act %d: %d records of the taker's shutdown",
			       i, count);
	}
}

/* Was it given away, and is there no other copy that may be the last? */
static int only_given(const struct view *view, __u64 cookie)
{
	int i, at = -1;

	if (uring_held(view, cookie))
		return -1;
	for (i = 0; i < view->scene->nr_acts; i++) {
		const int verb = view->scene->act[i].verb;

		if (verb == VERB_FORK && view->history->deed[i].begun)
			return -1;
		if (!passes(view, i, cookie))
			continue;
		if (verb == VERB_LEND || view->history->deed[i].ret <= 0)
			return -1;
		at = i;
	}
	return at;
}

static void judge_close(struct view *view, const struct record *r, int at)
{
	const enum taker taker = pass_taker(&view->scene->act[at]);
	const bool exits = taker == TAKER_EXITS || taker == TAKER_KILLED;

	if (taken_by(view, r, record_cookie(r)) != at)
		remark(&view->remarks, "record %s: closed by %s, but %d has it",
		       record_get(r, SHUTWATCH_KEY_SEQ), record_get(r, SHUTWATCH_KEY_PID),
		       view->history->deed[at].ret);
	if (record_is(r, SHUTWATCH_KEY_HOW, "exit") != exits)
		remark(&view->remarks, "record %s: who got it has closed it otherwise",
		       record_get(r, SHUTWATCH_KEY_SEQ));
}

/**
 * judge_passed - is what was given away closed by who got it, and how it did?
 * @view: a scene that is over
 */
void judge_passed(struct view *view)
{
	int i;

	for (i = 0; i < view->nr_records; i++) {
		const struct record *r = &view->record[i];
		const int at = only_given(view, record_cookie(r));

		if (record_cookie(r) && at >= 0 && view_kind(r, SHUTWATCH_KIND_CALL) &&
		    view_says(r, SHUTWATCH_KEY_CALL, &by_names, SHUTWATCH_BY_CLOSE))
			judge_close(view, r, at);
	}
}
