// SPDX-License-Identifier: GPL-2.0-only
/*
 * What vanishes, from when to when, and which sockets have no way out then.
 *
 * While it vanishes, or is made anew, a packet may still be given to an interface
 * that is not up any more, and TCP is told that it was sent.  Before and after that,
 * IP either has a route, or says that it has none.
 */
#include <names.h>

#include "judges.h"
#include "record_fields.h"
#include "vanish.h"
#include "way.h"

/**
 * struct span - some time
 * @from: its first moment
 * @to: its last
 */
struct span {
	__u64 from;
	__u64 to;
};

static bool meets(const struct span *span, const struct record *record)
{
	return span->from <= record_time(record) && span->to >= view_began(record);
}

static struct span span_of_act(const struct scene *scene, const struct history *history,
			       int at)
{
	const struct deed *deed = &history->deed[at];

	return (struct span){
		.from = deed->from,
		.to = deed->done ? deed->to : history->ended[scene->act[at].side],
	};
}

/* Until all has been made anew, or for good. */
static struct span span_without(const struct scene *scene, const struct history *history,
				int at)
{
	struct span span = { .from = history->deed[at].from, .to = ~0ull };
	int i;

	for (i = at + 1; i < scene->nr_acts; i++) {
		const struct act *act = &scene->act[i];

		if (act->verb == VERB_VANISH && act->arg == VANISH_BACK &&
		    act->side == scene->act[at].side && history->deed[i].done &&
		    !history->deed[i].err) {
			span.to = history->deed[i].to;
			break;
		}
	}
	return span;
}

/*
 * A local address is reached by a route of its own, which an interface that is set
 * down leaves to IPv4, but not to IPv6.
 */
static bool cuts_off_on_lo(const struct scene *scene, enum vanish what)
{
	return what != VANISH_DOWN || scene_is_ipv6(scene);
}

/*
 * On two hosts the way goes with its interface, unless there is another one; but
 * only IPv6 lets a socket send from an address that is none of the host's any more.
 */
static bool cuts_off_on_hosts(const struct scene *scene, enum vanish what)
{
	switch (what) {
	case VANISH_ROUTE:
		return true;
	case VANISH_DOWN:
		return !way_has_other(scene);
	case VANISH_DELETE:
		return !way_has_other(scene) || !scene_is_ipv6(scene);
	default:
		return !scene_is_ipv6(scene);
	}
}

static bool cuts_off(const struct scene *scene, const struct history *history, int at)
{
	const enum vanish what = scene->act[at].arg;

	if (what == VANISH_BACK || history->deed[at].err)
		return false;
	return scene->apart ? cuts_off_on_hosts(scene, what) :
			      cuts_off_on_lo(scene, what);
}

/* Is it an act that a socket may feel?  On lo, each side needs both addresses. */
static bool is_felt(const struct scene *scene, const struct history *history, int at,
		    const struct record *record)
{
	const int port = view_port(record_get(record, SHUTWATCH_KEY_LOCAL));
	const enum side side = port == scene_port(scene, SLOT_LISTENER) ? SIDE_SERVER :
									   SIDE_CLIENT;

	return scene->act[at].verb == VERB_VANISH && history->deed[at].begun &&
	       (!scene->apart || scene->act[at].side == side);
}

static bool is_vanishing(const struct scene *scene, const struct history *history,
			 const struct record *record)
{
	struct span span;
	int i;

	for (i = 0; i < scene->nr_acts; i++) {
		span = span_of_act(scene, history, i);
		if (is_felt(scene, history, i, record) && meets(&span, record))
			return true;
	}
	return false;
}

/**
 * vanish_cuts_off - may IP have no way out for what a socket sends?
 * @scene: the scene
 * @history: what it did
 * @record: the record of the socket
 *
 * Return: true if what it needs had vanished, or was about to.
 */
bool vanish_cuts_off(const struct scene *scene, const struct history *history,
		     const struct record *record)
{
	struct span span;
	int i;

	for (i = 0; i < scene->nr_acts; i++) {
		if (!is_felt(scene, history, i, record) || !cuts_off(scene, history, i))
			continue;
		span = span_without(scene, history, i);
		if (meets(&span, record))
			return true;
	}
	return is_vanishing(scene, history, record);
}

/**
 * vanish_loses - may what a record tells of not be on the wire?
 * @view: the scene
 * @record: the record
 *
 * Return: true if it was sent while something vanished; or is an answer to a
 * segment, which TCP gives to IP and does not ask what becomes of it.
 */
bool vanish_loses(const struct view *view, const struct record *record)
{
	if (view_says(record, SHUTWATCH_KEY_BY, &by_names, SHUTWATCH_BY_RX) &&
	    view_says(record, SHUTWATCH_KEY_SENT, &sent_names, SHUTWATCH_SENT_RST))
		return vanish_cuts_off(view->scene, view->history, record);
	return is_vanishing(view->scene, view->history, record);
}

/**
 * vanish_was - has anything vanished?
 * @view: the scene
 * @when: by then
 *
 * Return: true if so.
 */
bool vanish_was(const struct view *view, __u64 when)
{
	int i;

	for (i = 0; i < view->scene->nr_acts; i++) {
		if (view->scene->act[i].verb == VERB_VANISH &&
		    view->history->deed[i].begun && view->history->deed[i].from <= when)
			return true;
	}
	return false;
}
