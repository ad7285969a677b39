// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does each call that the program made have one record, and each record a call?
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include <names.h>

#include "judges.h"
#include "pass.h"
#include "record_fields.h"
#include "tls.h"
#include "uring.h"

static enum shutwatch_how how_of(int how)
{
	return how == SHUT_RD ? SHUTWATCH_HOW_RD :
	       how == SHUT_WR ? SHUTWATCH_HOW_WR : SHUTWATCH_HOW_RDWR;
}

/*
 * What a system call is in the records: its call= and its how=.  What is closed
 * later than it was asked for is for judge_exit().
 */
static bool asks(const struct act *act, enum shutwatch_by *call,
		 enum shutwatch_how *how)
{
	*how = SHUTWATCH_HOW_NONE;
	switch (act->verb) {
	case VERB_SHUTDOWN:
		*call = SHUTWATCH_BY_SHUTDOWN;
		*how = how_of(act->arg);
		return true;
	case VERB_URING_SHUTDOWN:
		*call = SHUTWATCH_BY_SHUTDOWN;
		*how = how_of(uring_how(act));
		return true;
	case VERB_CLOSE:
	case VERB_CLOSE_WAITED:
		*call = SHUTWATCH_BY_CLOSE;
		return true;
	case VERB_GIVE:
		*call = SHUTWATCH_BY_CLOSE;
		return pass_taker(act) == TAKER_NOBODY;
	case VERB_URING_CLOSE:
		*call = SHUTWATCH_BY_CLOSE;
		return !uring_is_late(act);
	case VERB_UNSPEC:
		*call = SHUTWATCH_BY_CONNECT_UNSPEC;
		return true;
	case VERB_DESTROY:
		*call = SHUTWATCH_BY_ABORT;
		return true;
	}
	return false;
}

static bool how_is(const struct record *record, enum shutwatch_how how)
{
	static const char * const name[] = { SHUTWATCH_HOW_LIST(SHUTWATCH_AS_NAME) };

	return record_is(record, SHUTWATCH_KEY_HOW, name[how]);
}

static bool is_call(const struct record *record, __u64 cookie, enum shutwatch_by call)
{
	return record_cookie(record) == cookie &&
	       view_kind(record, SHUTWATCH_KIND_CALL) &&
	       view_says(record, SHUTWATCH_KEY_CALL, &by_names, call);
}

static bool returned(const struct record *record, int err)
{
	const char *name = err ? strerrorname_np(err) : "0";

	return name && record_is(record, SHUTWATCH_KEY_RET, name);
}

/* A process killed in a call does not come back to say when it was over. */
static bool is_in_time(const struct view *view, const struct record *record, int at)
{
	const struct deed *deed = &view->history->deed[at];
	__u64 to = deed->done ? deed->to :
				view->history->ended[view->scene->act[at].side];

	return record_time(record) >= deed->from && record_time(record) <= to;
}

static int find_call(const struct view *view, int at, const bool *claimed)
{
	const struct deed *deed = &view->history->deed[at];
	enum shutwatch_by call;
	enum shutwatch_how how;
	int i;

	asks(&view->scene->act[at], &call, &how);
	for (i = 0; i < view->nr_records; i++) {
		const struct record *r = &view->record[i];

		if (!claimed[i] && is_call(r, deed->cookie, call) && how_is(r, how) &&
		    (!deed->done || returned(r, deed->err)) && is_in_time(view, r, at))
			return i;
	}
	return -1;
}

/* The last fork() that gave a child a copy of a socket, or -1. */
static int shared_by(const struct view *view, __u64 cookie)
{
	enum side side;
	int i;

	if (!view_birth(view, cookie, &side))
		return -1;
	for (i = view->scene->nr_acts - 1; i >= 0; i--) {
		if (view_shares(view, side, i, cookie))
			return i;
	}
	return -1;
}

/* Others may have it, too, or whatever is not done with it yet. */
static bool is_held(const struct view *view, __u64 cookie)
{
	return shared_by(view, cookie) >= 0 || uring_held(view, cookie);
}

/*
 * SOCK_DESTROY may find nobody, and TLS does not disconnect on some kernels; then
 * nothing was called.  And close() of what another has, too, is not yet a close.
 */
static bool needs_record(const struct view *view, int at)
{
	const struct deed *deed = &view->history->deed[at];

	switch (view->scene->act[at].verb) {
	case VERB_DESTROY:
		return deed->done && !deed->err;
	case VERB_UNSPEC:
		return deed->done && !(deed->err == EOPNOTSUPP &&
				       tls_is_on(view, deed->cookie));
	case VERB_CLOSE:
	case VERB_CLOSE_WAITED:
	case VERB_GIVE:
	case VERB_URING_CLOSE:
		return deed->done && !is_held(view, deed->cookie);
	}
	return deed->done;
}

static void judge_deed(struct view *view, int at, bool *claimed)
{
	const struct deed *deed = &view->history->deed[at];
	const struct act *act = &view->scene->act[at];
	enum shutwatch_by call;
	enum shutwatch_how how;
	char text[64];
	int found;

	if (!deed->begun || !asks(act, &call, &how))
		return;
	found = find_call(view, at, claimed);
	if (found >= 0) {
		claimed[found] = true;
	} else if (needs_record(view, at)) {
		scene_act_print(act, text, sizeof(text));
		remark(&view->remarks, "act %d has no record: %s", at, text);
	}
}

static bool was_closed(const struct view *view, __u64 cookie)
{
	int i;

	for (i = 0; i < view->scene->nr_acts; i++) {
		if (view_closes(&view->scene->act[i]) &&
		    view->history->deed[i].begun && view->history->deed[i].cookie == cookie)
			return true;
	}
	return false;
}

/* When the last process that has a socket is gone. */
static __u64 last_end(const struct view *view, enum side side, __u64 cookie)
{
	__u64 last = view->history->ended[side];
	int i;

	for (i = 0; i < view->scene->nr_acts; i++) {
		if (view_shares(view, side, i, cookie) &&
		    view->history->deed[i].child_ended > last)
			last = view->history->deed[i].child_ended;
	}
	return last;
}

/* The one record of a close() that was the last. */
static int closes_claimed(const struct view *view, __u64 cookie, const bool *claimed)
{
	int i, count = 0;

	for (i = 0; i < view->nr_records; i++)
		count += claimed[i] && is_call(&view->record[i], cookie, SHUTWATCH_BY_CLOSE);
	return count;
}

/* A thread of the kernel takes its time. */
static bool is_when_it_ended(const struct view *view, const struct record *r,
			     enum side side)
{
	if (record_time(r) < view->history->born[side])
		return false;
	return record_is(r, SHUTWATCH_KEY_CTX, "kthread") ||
	       record_time(r) <= last_end(view, side, record_cookie(r));
}

/*
 * What was open when the last process that had it ended was closed by that; or
 * before, by one that had got it, or by a ring.
 */
static void judge_exit(struct view *view, __u64 cookie, bool *claimed)
{
	int i, count = closes_claimed(view, cookie, claimed);
	enum side side;

	if (!view_birth(view, cookie, &side) ||
	    (was_closed(view, cookie) && !is_held(view, cookie)))
		return;
	for (i = 0; i < view->nr_records; i++) {
		const struct record *r = &view->record[i];

		if (claimed[i] || !is_call(r, cookie, SHUTWATCH_BY_CLOSE) ||
		    !(how_is(r, SHUTWATCH_HOW_EXIT) || pass_closed(view, r) ||
		      uring_closed(view, r)))
			continue;
		claimed[i] = true;
		count++;
		if (!is_when_it_ended(view, r, side))
			remark(&view->remarks, "record %s: closed by an exit, but not then",
			       record_get(r, SHUTWATCH_KEY_SEQ));
	}
	if (count != 1)
		remark(&view->remarks, "cookie %llx: %d records of its close",
		       cookie, count);
}

/* The sockets that the program knows, each once. */
static void judge_exits(struct view *view, bool *claimed)
{
	int i, j;

	for (i = 0; i < view->scene->nr_acts; i++) {
		const __u64 cookie = view->history->deed[i].cookie;

		for (j = 0; j < i && view->history->deed[j].cookie != cookie; j++)
			;
		if (cookie && j == i)
			judge_exit(view, cookie, claimed);
	}
}

/**
 * judge_calls - hold the calls that were made against the records of calls
 * @view: a scene that is over
 */
void judge_calls(struct view *view)
{
	bool claimed[VIEW_RECORDS] = {};
	int i;

	/* First what others did: the same call may have been made at the same time. */
	pass_claim(view, claimed);
	for (i = 0; i < view->scene->nr_acts; i++)
		judge_deed(view, i, claimed);
	judge_exits(view, claimed);
	for (i = 0; i < view->nr_records; i++) {
		if (view_kind(&view->record[i], SHUTWATCH_KIND_CALL) && !claimed[i])
			remark(&view->remarks, "record %s: nobody made that call",
			       record_get(&view->record[i], SHUTWATCH_KEY_SEQ));
	}
}
