// SPDX-License-Identifier: GPL-2.0-only
/*
 * Subflows, and the MPTCP sockets that they are of: which of these it is, their
 * addresses tell.  Then the records of both are those of one socket, and the
 * others judge them as such.
 */
#include <stdio.h>
#include <string.h>

#include <names.h>

#include "judges.h"
#include "mptcp.h"
#include "record_fields.h"

static int local_port(const struct record *r)
{
	return view_port(record_get(r, SHUTWATCH_KEY_LOCAL));
}

static int remote_port(const struct record *r)
{
	return view_port(record_get(r, SHUTWATCH_KEY_REMOTE));
}

static bool is_servers(const struct view *view, const struct record *r)
{
	return local_port(r) == scene_port(view->scene, SLOT_LISTENER);
}

/* Does an act make an MPTCP socket the program's own? */
static bool makes(const struct scene *scene, const struct history *history, int at)
{
	const struct act *act = &scene->act[at];

	if (!history->deed[at].begun)
		return false;
	if (act->verb == VERB_CONNECT || act->verb == VERB_LISTEN)
		return mptcp_wanted(scene, act->slot);
	return act->verb == VERB_ACCEPT && history->deed[at].mptcp;
}

/**
 * mptcp_made - is it an MPTCP socket of a program?
 * @scene: the program
 * @history: what it did
 * @cookie: the socket
 *
 * Return: true if it is.
 */
bool mptcp_made(const struct scene *scene, const struct history *history, __u64 cookie)
{
	int i;

	for (i = 0; i < scene->nr_acts && scene->mptcp; i++) {
		if (makes(scene, history, i) && history->deed[i].cookie == cookie)
			return true;
	}
	return false;
}

/**
 * mptcp_has - is it an MPTCP socket of this program?
 * @view: the scene
 * @cookie: the socket
 *
 * Return: true if it is.
 */
bool mptcp_has(const struct view *view, __u64 cookie)
{
	return mptcp_made(view->scene, view->history, cookie);
}

/**
 * mptcp_may_have - may a record be that of an MPTCP socket, or of a subflow?
 * @view: the scene
 * @record: the record; of a subflow that was never accepted, too
 *
 * Return: true if it may.
 */
bool mptcp_may_have(const struct view *view, const struct record *record)
{
	const struct scene *scene = view->scene;

	if (!scene->mptcp)
		return false;
	return mptcp_wanted(scene, is_servers(view, record) ? SLOT_LISTENER :
				   local_port(record) - scene_port(scene, 0));
}

/**
 * mptcp_called - is it a call on an MPTCP socket?
 * @view: the scene
 * @record: the record
 *
 * Return: true if it is.
 */
bool mptcp_called(const struct view *view, const struct record *record)
{
	return view->scene->mptcp && view_kind(record, SHUTWATCH_KIND_CALL) &&
	       mptcp_has(view, record_cookie(record));
}

/**
 * mptcp_resets - may it leave ECONNRESET on an MPTCP socket?
 * @view: the scene
 * @record: a record of it, or of its subflow
 *
 * Return: true if its peer has reset the subflow, whichever state that was in.
 */
bool mptcp_resets(const struct view *view, const struct record *record)
{
	return view_kind(record, SHUTWATCH_KIND_RESET) &&
	       mptcp_has(view, record_cookie(record));
}

/* ---- which MPTCP socket it is ---- */

static bool is_own(const struct view *view, __u64 cookie)
{
	int i;

	for (i = 0; i < view->scene->nr_acts; i++) {
		if (view->history->deed[i].begun && view->history->deed[i].cookie == cookie)
			return true;
	}
	return false;
}

static bool has_ports_of(const struct record *r, const struct record *other)
{
	return local_port(r) == local_port(other) && remote_port(r) == remote_port(other);
}

static bool is_first_of(const struct view *view, int at)
{
	int i;

	for (i = 0; i < at; i++) {
		if (record_cookie(&view->record[i]) == record_cookie(&view->record[at]))
			return false;
	}
	return true;
}

/* How many subflows with its ports were there before it? */
static int count_before(const struct view *view, const struct record *r)
{
	int i, count = 0;

	for (i = 0; record_cookie(&view->record[i]) != record_cookie(r); i++) {
		const __u64 cookie = record_cookie(&view->record[i]);

		count += cookie && !is_own(view, cookie) && is_first_of(view, i) &&
			 has_ports_of(r, &view->record[i]);
	}
	return count;
}

/* They are accepted in the order in which they were born. */
static int find_accept(const struct view *view, const struct record *r)
{
	int i, before = count_before(view, r);

	for (i = 0; i < view->scene->nr_acts; i++) {
		if (makes(view->scene, view->history, i) &&
		    view->scene->act[i].verb == VERB_ACCEPT &&
		    view->history->deed[i].peer == remote_port(r) && !before--)
			return i;
	}
	return -1;
}

/* The last connect() before its first record. */
static int find_connect(const struct view *view, const struct record *r)
{
	int i, found = -1;

	for (i = 0; i < view->scene->nr_acts; i++) {
		const struct act *act = &view->scene->act[i];

		if (makes(view->scene, view->history, i) && act->verb == VERB_CONNECT &&
		    scene_port(view->scene, act->slot) == local_port(r) &&
		    view->history->deed[i].from <= record_time(r))
			found = i;
	}
	return found;
}

static int find_listen(const struct view *view)
{
	int i;

	for (i = 0; i < view->scene->nr_acts; i++) {
		if (makes(view->scene, view->history, i) && view->scene->act[i].verb == VERB_LISTEN)
			return i;
	}
	return -1;
}

/* The act that made the MPTCP socket, or -1. */
static int find_birth(const struct view *view, const struct record *r)
{
	if (!is_servers(view, r))
		return find_connect(view, r);
	return remote_port(r) ? find_accept(view, r) : find_listen(view);
}

/* By the first of its records that can tell. */
static int find_birth_of(const struct view *view, __u64 cookie)
{
	int i, at = -1;

	for (i = 0; i < view->nr_records && at < 0; i++) {
		if (record_cookie(&view->record[i]) == cookie)
			at = find_birth(view, &view->record[i]);
	}
	return at;
}

static void name_subflow(struct view *view, __u64 cookie, int at)
{
	static char name[SCENE_ACTS][24];
	int i;

	snprintf(name[at], sizeof(name[at]), "%llx", view->history->deed[at].cookie);
	for (i = 0; i < view->nr_records; i++) {
		if (record_cookie(&view->record[i]) == cookie)
			view->record[i].value[SHUTWATCH_KEY_COOKIE] = name[at];
	}
}

/**
 * mptcp_name_subflows - give each subflow the cookie of the MPTCP socket it is of
 * @view: the scene; one that is no program's keeps its own
 */
void mptcp_name_subflows(struct view *view)
{
	const int count = view->nr_sockets;
	__u64 cookie[VIEW_SOCKETS];
	int at[VIEW_SOCKETS];
	int i;

	if (!view->scene->mptcp)
		return;
	/* All are found before the first is named: that changes what is found. */
	for (i = 0; i < count; i++) {
		cookie[i] = view->cookie[i];
		at[i] = is_own(view, cookie[i]) ? -1 : find_birth_of(view, cookie[i]);
	}
	view->nr_sockets = 0;
	for (i = 0; i < count; i++) {
		if (at[i] >= 0)
			name_subflow(view, cookie[i], at[i]);
		view_add_cookie(view, at[i] < 0 ? cookie[i] :
					view->history->deed[at[i]].cookie);
	}
}

/**
 * mptcp_hide_calls - let calls on MPTCP sockets send nothing: their subflows do
 * @view: the scene
 * @hide: or show them again
 */
void mptcp_hide_calls(struct view *view, bool hide)
{
	const char *call = kind_names.name[SHUTWATCH_KIND_CALL];
	int i;

	for (i = 0; i < view->nr_records && view->scene->mptcp; i++) {
		struct record *r = &view->record[i];

		if (mptcp_has(view, record_cookie(r)) &&
		    record_get(r, SHUTWATCH_KEY_CALL)[0] != SHUTWATCH_NOTHING[0])
			r->value[SHUTWATCH_KEY_KIND] = hide ? SHUTWATCH_NOTHING : call;
	}
}

/* ---- what both say ---- */

/* Has a subflow sent it, in that call? */
/* A RST that a segment meets on another CPU is told there, by nobody. */
static bool is_of_task(const struct record *r, const struct record *call)
{
	return record_is(r, SHUTWATCH_KEY_PID, record_get(call, SHUTWATCH_KEY_PID)) ||
	       (record_is(r, SHUTWATCH_KEY_PID, SHUTWATCH_NOTHING) &&
		view_says(r, SHUTWATCH_KEY_SENT, &sent_names, SHUTWATCH_SENT_RST));
}

static bool sends_inside(const struct view *view, const struct record *call,
			 enum shutwatch_sent sent)
{
	int i;

	for (i = 0; i < view->nr_records; i++) {
		const struct record *r = &view->record[i];

		if (view_kind(r, SHUTWATCH_KIND_DECISION) &&
		    record_cookie(r) == record_cookie(call) &&
		    view_says(r, SHUTWATCH_KEY_BY, &by_names, SHUTWATCH_BY_MPTCP) &&
		    view_says(r, SHUTWATCH_KEY_SENT, &sent_names, sent) &&
		    is_of_task(r, call) &&
		    record_time(r) >= view_began(call) &&
		    record_time(r) <= record_time(call))
			return true;
	}
	return false;
}

static void judge_call(struct view *view, const struct record *call)
{
	const char *sent = record_get(call, SHUTWATCH_KEY_SENT);
	const bool rst = sends_inside(view, call, SHUTWATCH_SENT_RST);
	const bool fin = sends_inside(view, call, SHUTWATCH_SENT_FIN);
	const enum shutwatch_sent seen = rst ? SHUTWATCH_SENT_RST :
					 fin ? SHUTWATCH_SENT_FIN : SHUTWATCH_SENT_NONE;

	if (!view_says(call, SHUTWATCH_KEY_SENT, &sent_names, seen))
		remark(&view->remarks, "record %s: sent=%s, but by its subflow it was %s",
		       record_get(call, SHUTWATCH_KEY_SEQ), sent, sent_names.name[seen]);
}

static void judge_msk(struct view *view, const struct record *r)
{
	const char *cookie = record_get(r, SHUTWATCH_KEY_COOKIE);

	if (mptcp_has(view, record_cookie(r)) && !record_is(r, SHUTWATCH_KEY_MSK, cookie))
		remark(&view->remarks, "record %s: a subflow of %s, but it is one of %s",
		       record_get(r, SHUTWATCH_KEY_SEQ), record_get(r, SHUTWATCH_KEY_MSK),
		       cookie);
}

/**
 * judge_mptcp - hold MPTCP's calls and what its subflows did against each other
 * @view: a scene that is over
 */
void judge_mptcp(struct view *view)
{
	int i;

	for (i = 0; i < view->nr_records && view->scene->mptcp; i++) {
		const struct record *r = &view->record[i];

		if (mptcp_called(view, r))
			judge_call(view, r);
		else if (view_says(r, SHUTWATCH_KEY_BY, &by_names, SHUTWATCH_BY_MPTCP) &&
			 view_kind(r, SHUTWATCH_KIND_DECISION))
			judge_msk(view, r);
	}
}
