// SPDX-License-Identifier: GPL-2.0-only
/*
 * Once the processes of a namespace are dead, nobody asks for anything there, and what
 * is left comes to its end by itself: by segments; by timers, which say why; and in the
 * end, for what is in TIME_WAIT, for no cause at all.
 */
#include <string.h>

#include <names.h>

#include "chance.h"
#include "dying.h"
#include "record_fields.h"

/* As long as most programs take, while many are played at the same time. */
#define DIES_MS	2500

/**
 * dying_draw - when does it die?
 * @world: receives it
 * @seed: of a program; its neighbours have the same
 */
void dying_draw(struct world *world, __u64 seed)
{
	__u64 state = ~(seed / WORLD_SEEDS) ^ 0xd1e5;

	world->dies = one_in(&state, 2) ? DIES_LAST : DIES_FIRST;
	world->dies_ms = below(&state, DIES_MS);
}

/**
 * dying_is_unseen - was nobody there any more who could have looked at the wire?
 * @view: the scene
 * @record: a record of it
 *
 * Return: true if the record is later than that.
 */
bool dying_is_unseen(const struct view *view, const struct record *record)
{
	return view->history->unseen && record_time(record) >= view->history->unseen;
}

/* The last process of all, with a copy of a socket or without. */
static bool is_anybody_left(const struct view *view, __u64 when)
{
	int i;

	for (i = 0; i < view->scene->nr_acts; i++) {
		if (view->history->deed[i].child_ended >= when)
			return true;
	}
	return view->history->ended[SIDE_CLIENT] >= when ||
	       view->history->ended[SIDE_SERVER] >= when;
}

/* By a worker of MPTCP, or of a ring that was not through with a close(), too. */
static bool is_by_itself(const struct record *r)
{
	return view_says(r, SHUTWATCH_KEY_BY, &by_names, SHUTWATCH_BY_RX) ||
	       view_says(r, SHUTWATCH_KEY_BY, &by_names, SHUTWATCH_BY_TIMER) ||
	       view_says(r, SHUTWATCH_KEY_BY, &by_names, SHUTWATCH_BY_MPTCP) ||
	       record_is(r, SHUTWATCH_KEY_CTX, "kthread");
}

/* A mini-socket, that is, which may be one in FIN_WAIT2. */
static bool goes_with_namespace(const struct record *r)
{
	return view_kind(r, SHUTWATCH_KIND_STATE) &&
	       (record_is(r, SHUTWATCH_KEY_STATE, "TIME_WAIT>CLOSE") ||
		record_is(r, SHUTWATCH_KEY_STATE, "FIN_WAIT2>CLOSE")) &&
	       view_says(r, SHUTWATCH_KEY_BY, &by_names, SHUTWATCH_BY_NONE);
}

/* A timer ends it: a socket, as a mini-socket is in one of these when its time is up. */
static bool is_given_up(const struct record *r)
{
	const char *state = record_get(r, SHUTWATCH_KEY_STATE);

	return view_kind(r, SHUTWATCH_KIND_STATE) && strstr(state, ">CLOSE") &&
	       view_says(r, SHUTWATCH_KEY_BY, &by_names, SHUTWATCH_BY_TIMER) &&
	       strncmp(state, "TIME_WAIT", strlen("TIME_WAIT")) &&
	       strncmp(state, "FIN_WAIT2", strlen("FIN_WAIT2"));
}

/* An orphan that has tried in vain says why it does not try any more. */
static void judge_orphan(struct view *view, const struct record *r)
{
	int i, decisions = 0;

	for (i = 0; i < view->nr_records; i++) {
		const struct record *other = &view->record[i];

		decisions += view_kind(other, SHUTWATCH_KIND_DECISION) &&
			     record_cookie(other) == record_cookie(r) &&
			     view_says(other, SHUTWATCH_KEY_BY, &by_names,
				       SHUTWATCH_BY_TIMER) &&
			     record_is(other, SHUTWATCH_KEY_STATE,
				       record_get(r, SHUTWATCH_KEY_STATE));
	}
	if (decisions != 1)
		remark(&view->remarks, "record %s: given up, and %d records say why",
		       record_get(r, SHUTWATCH_KEY_SEQ), decisions);
}

/*
 * Without a link there is no route: IP has not taken what TCP sends, and says so.  Of
 * an answer to a segment TCP is not told.
 */
static bool has_left(const struct record *r)
{
	static const char * const fin[] = { SHUTWATCH_FIN_LIST(SHUTWATCH_AS_NAME) };

	return record_is(r, SHUTWATCH_KEY_FIN, fin[SHUTWATCH_FIN_SENT]) ||
	       (view_says(r, SHUTWATCH_KEY_SENT, &sent_names, SHUTWATCH_SENT_RST) &&
		!view_says(r, SHUTWATCH_KEY_BY, &by_names, SHUTWATCH_BY_RX));
}

static void judge_last(struct view *view, const struct record *r)
{
	const char *seq = record_get(r, SHUTWATCH_KEY_SEQ);

	if (view_kind(r, SHUTWATCH_KIND_RESET) || is_by_itself(r) || goes_with_namespace(r))
		return;
	if (view_kind(r, SHUTWATCH_KIND_CALL))
		remark(&view->remarks, "record %s: a call, and nobody is left", seq);
	else
		remark(&view->remarks, "record %s: by=%s, and nobody is left", seq,
		       record_get(r, SHUTWATCH_KEY_BY));
}

/**
 * judge_dying - hold what is later than all processes against that
 * @view: a scene that is over
 */
void judge_dying(struct view *view)
{
	int i;

	for (i = 0; i < view->nr_records && view->history->unseen; i++) {
		const struct record *r = &view->record[i];

		if (!is_anybody_left(view, record_time(r)))
			judge_last(view, r);
		if (view->history->cut && view_began(r) > view->history->cut && has_left(r))
			remark(&view->remarks, "record %s: it was sent, and there is no way",
			       record_get(r, SHUTWATCH_KEY_SEQ));
		if (dying_is_unseen(view, r) && is_given_up(r))
			judge_orphan(view, r);
		if (!dying_is_unseen(view, r) && goes_with_namespace(r))
			remark(&view->remarks, "record %s: it ends with its namespace, which is there",
			       record_get(r, SHUTWATCH_KEY_SEQ));
	}
}
