// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who resets a child that nobody has accepted: a listener that stops, and only if no
 * other one of its group can have it.
 *
 * The one exception is a child that is just being made: it belongs to the listener
 * that its segment met, which may stop meanwhile; it is in SYN_RECV then.
 */
#include <stdlib.h>
#include <string.h>

#include <names.h>

#include "find_record.h"
#include "judges.h"
#include "migrate.h"
#include "record_fields.h"

static bool is_reset_by_listener(const struct record *r)
{
	return view_kind(r, SHUTWATCH_KIND_DECISION) &&
	       view_says(r, SHUTWATCH_KEY_BY, &by_names, SHUTWATCH_BY_LISTENER);
}

static __u64 parent_of(const struct record *r)
{
	return strtoull(record_get(r, SHUTWATCH_KEY_PARENT), NULL, 16);
}

/* Whatever is done to a listener, but accept(), which is not done to it. */
static bool is_about(const struct view *view, int at, __u64 listener)
{
	return view->history->deed[at].begun && view->history->deed[at].cookie == listener &&
	       view->scene->act[at].verb != VERB_LISTEN;
}

/*
 * The earliest moment at which a listener may have begun to stop, before @when: of an
 * act on it; else of the exit of its process, which comes after its last act.  ~0 if
 * there is no such moment.
 */
static __u64 stops_from(const struct view *view, __u64 listener, __u64 when)
{
	enum side side = SIDE_SERVER;
	__u64 last = 0;
	int i;

	if (!view_birth(view, listener, &side))
		return ~0ull;
	for (i = 0; i < view->scene->nr_acts; i++) {
		const struct deed *deed = &view->history->deed[i];

		if (is_about(view, i, listener) && deed->from <= when)
			return deed->from;
		if (view->scene->act[i].side == side && deed->done && deed->to <= when)
			last = deed->to;
	}
	return view_has_ended(view, side, when) ? last : ~0ull;
}

static __u64 listened_at(const struct view *view, __u64 listener)
{
	int i;

	for (i = 0; i < view->scene->nr_acts; i++) {
		const struct deed *deed = &view->history->deed[i];

		if (view->scene->act[i].verb == VERB_LISTEN && deed->done && !deed->err &&
		    deed->cookie == listener)
			return deed->to;
	}
	return ~0ull;
}

/* Another one that has listened all the time since @from, and does so at @when. */
static __u64 who_stays(const struct view *view, __u64 listener, __u64 from, __u64 when)
{
	int i;

	for (i = 0; i < view->scene->nr_acts; i++) {
		const __u64 other = view->history->deed[i].cookie;

		if (view->scene->act[i].verb == VERB_LISTEN && other && other != listener &&
		    listened_at(view, other) < from &&
		    stops_from(view, other, when) == ~0ull)
			return other;
	}
	return 0;
}

static void judge_child(struct view *view, const struct record *r)
{
	const __u64 parent = parent_of(r), when = record_time(r);
	const char *seq = record_get(r, SHUTWATCH_KEY_SEQ);
	__u64 from, other;

	/* It was just being made. */
	if (!strncmp(record_get(r, SHUTWATCH_KEY_STATE), "SYN_RECV>", strlen("SYN_RECV>")))
		return;
	from = parent ? stops_from(view, parent, when) : ~0ull;
	if (!view_is_listener(view, parent) || from == ~0ull) {
		remark(&view->remarks, "record %s: reset by listener %llx, which has not stopped",
		       seq, parent);
		return;
	}
	other = view->scene->migrates ? who_stays(view, parent, from, when) : 0;
	if (other)
		remark(&view->remarks, "record %s: reset by listener %llx, but %llx can have it",
		       seq, parent, other);
}

/* Those that it says were reset for it, and that name it. */
static void judge_count(struct view *view, const struct record *call)
{
	const __u64 listener = record_cookie(call);
	long long count = 0;
	int i;

	for (i = 0; i < view->nr_records; i++) {
		const struct record *r = &view->record[i];

		count += is_reset_by_listener(r) && parent_of(r) == listener &&
			 record_is(r, SHUTWATCH_KEY_PID, record_get(call, SHUTWATCH_KEY_PID)) &&
			 record_time(r) >= view_began(call) && record_time(r) <= record_time(call);
	}
	if (find_number(call, SHUTWATCH_KEY_CHILDREN) != count)
		remark(&view->remarks, "record %s: children=%s, and %lld were reset",
		       record_get(call, SHUTWATCH_KEY_SEQ),
		       record_get(call, SHUTWATCH_KEY_CHILDREN), count);
}

static bool counts_children(const struct record *r)
{
	return view_kind(r, SHUTWATCH_KIND_CALL) &&
	       view_says(r, SHUTWATCH_KEY_WHY, &why_names, SHUTWATCH_WHY_LISTENER_STOPPED);
}

/**
 * migrate_names_other - may the client be the one that asks?
 * @view: the scene
 * @record: of a child that nobody has accepted
 *
 * Return: true if a listener of the client's may take it along.
 */
bool migrate_names_other(const struct view *view, const struct record *record)
{
	return view->scene->group && view_is_child(view, record_cookie(record)) &&
	       view_says(record, SHUTWATCH_KEY_BY, &by_names, SHUTWATCH_BY_LISTENER);
}

/**
 * judge_migrated - hold the children that were reset against the listeners
 * @view: a scene that is over
 */
void judge_migrated(struct view *view)
{
	int i;

	for (i = 0; i < view->nr_records && view->scene->group; i++) {
		const struct record *r = &view->record[i];

		if (is_reset_by_listener(r))
			judge_child(view, r);
		else if (counts_children(r))
			judge_count(view, r);
	}
}
