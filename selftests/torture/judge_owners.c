// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is the owner the process that has the socket, and is the one who asks named
 * where, and only where, somebody asked?
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <names.h>

#include "judges.h"
#include "migrate.h"
#include "mptcp.h"
#include "pass.h"
#include "record_fields.h"
#include "uring.h"

static bool names(const struct record *record, enum shutwatch_key pid,
		  enum shutwatch_key comm, const struct view *view, enum side side)
{
	/* White space is escaped. */
	const char *name = side == SIDE_CLIENT ? "torture\\040client" :
						 "torture\\040server";

	return atoi(record_get(record, pid)) == view->history->pid[side] &&
	       record_is(record, comm, name);
}

/* A child that has copies may be the last to close them. */
static bool names_child(const struct record *r, const struct view *view, enum side side)
{
	const int pid = atoi(record_get(r, SHUTWATCH_KEY_PID));
	int i;

	for (i = 0; i < view->scene->nr_acts; i++) {
		const struct deed *deed = &view->history->deed[i];

		if (view->scene->act[i].verb == VERB_FORK && deed->ret == pid &&
		    view->scene->act[i].side == side && deed->from <= record_time(r))
			return true;
	}
	return false;
}

static bool names_nobody(const struct record *record, enum shutwatch_key pid,
			 enum shutwatch_key comm)
{
	return record_is(record, pid, SHUTWATCH_NOTHING) &&
	       record_is(record, comm, SHUTWATCH_NOTHING);
}

static void blame(struct view *view, const struct record *r, const char *what,
		  enum shutwatch_key pid, enum shutwatch_key comm)
{
	remark(&view->remarks, "record %s: %s is %s %s",
	       record_get(r, SHUTWATCH_KEY_SEQ), what, record_get(r, pid),
	       record_get(r, comm));
}

/*
 * A connect() that fails without a route leaves nothing that is seen: the first to
 * call on the socket is its owner, whoever has it by then.
 */
static bool owned_by_first_caller(const struct view *view, const struct record *record)
{
	const struct record *first = NULL;
	int i;

	for (i = 0; i < view->nr_records; i++) {
		const struct record *r = &view->record[i];

		if (record_cookie(r) != record_cookie(record))
			continue;
		if (!view_kind(r, SHUTWATCH_KIND_CALL))
			return false;
		first = first ?: r;
	}
	return record_is(record, SHUTWATCH_KEY_OWNER, record_get(first, SHUTWATCH_KEY_PID)) &&
	       record_is(record, SHUTWATCH_KEY_OCOMM, record_get(first, SHUTWATCH_KEY_COMM));
}

/* An accept() makes an owner at some moment between its begin and its end. */
static void judge_owner(struct view *view, const struct record *r)
{
	enum side side = SIDE_SERVER;
	const struct deed *birth = view_birth(view, record_cookie(r), &side);
	const __u64 time = record_time(r);
	bool nobody = names_nobody(r, SHUTWATCH_KEY_OWNER, SHUTWATCH_KEY_OCOMM);
	bool ours = names(r, SHUTWATCH_KEY_OWNER, SHUTWATCH_KEY_OCOMM, view, side) ||
		    owned_by_first_caller(view, r);

	if (!birth || time < birth->from)
		ours = false;
	else if (birth->done && time > birth->to)
		nobody = false;
	if (!ours && !nobody)
		blame(view, r, "the owner", SHUTWATCH_KEY_OWNER, SHUTWATCH_KEY_OCOMM);
}

/* What came by itself was asked by nobody. */
static bool is_asked(const struct record *r)
{
	if (view_kind(r, SHUTWATCH_KIND_CALL))
		return true;
	switch (names_find(&by_names, record_get(r, SHUTWATCH_KEY_BY))) {
	case SHUTWATCH_BY_RX:
	case SHUTWATCH_BY_TIMER:
	case SHUTWATCH_BY_NONE:
		return false;
	}
	return true;
}

/*
 * A RST for a child that a listener takes with it, told by a segment: MPTCP lets the
 * child go before the transition that belongs to it.
 */
static bool is_told_by_segment(const struct view *view, const struct record *r)
{
	const char *before = record_get(r, SHUTWATCH_KEY_STATE);
	const char *after = strchr(before, '>');

	return mptcp_wanted(view->scene, SLOT_LISTENER) && after &&
	       view_kind(r, SHUTWATCH_KIND_DECISION) &&
	       strlen(after + 1) == (size_t)(after - before) &&
	       !strncmp(before, after + 1, (size_t)(after - before));
}

/* Or a segment has come too late for a listener that had stopped (E5). */
static bool is_told_for_listener(const struct view *view, const struct record *r)
{
	return view_says(r, SHUTWATCH_KEY_BY, &by_names, SHUTWATCH_BY_LISTENER) &&
	       (record_is(r, SHUTWATCH_KEY_STATE, "SYN_RECV>CLOSE") ||
		is_told_by_segment(view, r));
}

/* A listener takes its children with it, so that its side has asked. */
static void judge_asker(struct view *view, const struct record *r)
{
	enum side side = SIDE_SERVER;
	bool right;

	view_birth(view, record_cookie(r), &side);
	if (is_told_for_listener(view, r) &&
	    names_nobody(r, SHUTWATCH_KEY_PID, SHUTWATCH_KEY_COMM))
		return;
	/* MPTCP does it in a call on its socket, or later, by a worker. */
	if (view_says(r, SHUTWATCH_KEY_BY, &by_names, SHUTWATCH_BY_MPTCP) &&
	    names_nobody(r, SHUTWATCH_KEY_PID, SHUTWATCH_KEY_COMM))
		return;
	if (is_asked(r))
		right = names(r, SHUTWATCH_KEY_PID, SHUTWATCH_KEY_COMM, view, side) ||
			names_child(r, view, side) ||
			pass_names_taker(view, r) || uring_names_worker(view, r) ||
			(migrate_names_other(view, r) &&
			 (names(r, SHUTWATCH_KEY_PID, SHUTWATCH_KEY_COMM, view, SIDE_CLIENT) ||
			  names_child(r, view, SIDE_CLIENT)));
	else
		right = names_nobody(r, SHUTWATCH_KEY_PID, SHUTWATCH_KEY_COMM);
	if (!right)
		blame(view, r, "who asked", SHUTWATCH_KEY_PID, SHUTWATCH_KEY_COMM);
}

/**
 * judge_owners - hold the processes that the records name against ours
 * @view: a scene that is over
 */
void judge_owners(struct view *view)
{
	int i;

	for (i = 0; i < view->nr_records; i++) {
		if (record_cookie(&view->record[i]))
			judge_owner(view, &view->record[i]);
		judge_asker(view, &view->record[i]);
	}
}
