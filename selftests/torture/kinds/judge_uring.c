// SPDX-License-Identifier: GPL-2.0-only
/*
 * What io_uring does is done by the process, by a worker of it, which has a name
 * of its own, or by a thread of the kernel: the process may be gone by then.
 */
#include <stdio.h>
#include <stdlib.h>

#include "record_fields.h"
#include "uring.h"

static bool is_uring(const struct act *act)
{
	return act->verb == VERB_URING_CLOSE || act->verb == VERB_URING_SHUTDOWN ||
	       act->verb == VERB_URING_RECV;
}

/* The last such act on a socket that had begun by then, or -1. */
static int used_by(const struct view *view, __u64 cookie, __u64 when)
{
	int i;

	for (i = view->scene->nr_acts - 1; i >= 0; i--) {
		const struct deed *deed = &view->history->deed[i];

		if (is_uring(&view->scene->act[i]) && deed->begun &&
		    deed->cookie == cookie && deed->from <= when)
			return i;
	}
	return -1;
}

/**
 * uring_is_late - may the call be made after the act is over?
 * @act: the act
 *
 * A shutdown() by a ring is always a worker's, which tells that it is done, and then
 * lets go of the socket: a close() in between is not the last.
 *
 * Return: true if somebody else makes it, or whatever holds the socket lets go.
 */
bool uring_is_late(const struct act *act)
{
	return act->verb == VERB_URING_RECV || act->verb == VERB_URING_SHUTDOWN ||
	       (act->verb == VERB_URING_CLOSE && act->arg);
}

/**
 * uring_held - may a ring have been the last to hold a socket?
 * @view: the scene
 * @cookie: the socket
 *
 * Return: true if it may.
 */
bool uring_held(const struct view *view, __u64 cookie)
{
	int i;

	for (i = 0; i < view->scene->nr_acts; i++) {
		if (view->history->deed[i].begun && view->history->deed[i].cookie == cookie &&
		    uring_is_late(&view->scene->act[i]))
			return true;
	}
	return false;
}

static bool uses_ring(const struct view *view, enum side side, __u64 when)
{
	int i;

	for (i = 0; i < view->scene->nr_acts; i++) {
		if (is_uring(&view->scene->act[i]) && view->scene->act[i].side == side &&
		    view->history->deed[i].begun && view->history->deed[i].from <= when)
			return true;
	}
	return false;
}

/*
 * A worker is a thread of the process: when that ends it may be the last one that
 * has its descriptors, whichever they are.
 */
static bool is_worker(const struct view *view, const struct record *r)
{
	enum side side = SIDE_SERVER;
	char comm[32];

	view_birth(view, record_cookie(r), &side);
	if (!uses_ring(view, side, record_time(r)))
		return false;
	snprintf(comm, sizeof(comm), "iou-wrk-%d", view->history->pid[side]);
	return record_is(r, SHUTWATCH_KEY_COMM, comm) &&
	       atoi(record_get(r, SHUTWATCH_KEY_PID)) == view->history->pid[side];
}

/**
 * uring_names_worker - is who asks one that works for the ring of a process?
 * @view: the scene
 * @record: the record
 *
 * Return: true if it is.
 */
bool uring_names_worker(const struct view *view, const struct record *record)
{
	const int at = used_by(view, record_cookie(record), record_time(record));

	if (is_worker(view, record))
		return true;
	return at >= 0 && uring_is_late(&view->scene->act[at]) &&
	       record_is(record, SHUTWATCH_KEY_CTX, "kthread");
}

/**
 * uring_closed - may it be the close() that a ring was asked for, or held back?
 * @view: the scene
 * @record: a call
 *
 * Return: true if it may.
 */
bool uring_closed(const struct view *view, const struct record *record)
{
	return uring_held(view, record_cookie(record)) &&
	       used_by(view, record_cookie(record), record_time(record)) >= 0 &&
	       view_says(record, SHUTWATCH_KEY_CALL, &by_names, SHUTWATCH_BY_CLOSE) &&
	       record_is(record, SHUTWATCH_KEY_HOW, SHUTWATCH_NOTHING);
}
