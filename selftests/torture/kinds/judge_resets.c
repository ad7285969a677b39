// SPDX-License-Identifier: GPL-2.0-only
/*
 * A RST that was received: was it on the wire, or may it be a firewall's, which is
 * where nobody looks?
 */
#include <string.h>

#include <names.h>

#include "address.h"
#include "dying.h"
#include "firewall.h"
#include "judges.h"
#include "record_fields.h"

static bool is_on_wire(const struct view *view, const struct record *r)
{
	char local[ADDRESS_LEN], remote[ADDRESS_LEN];
	int i;

	address_on_wire(local, record_get(r, SHUTWATCH_KEY_LOCAL));
	address_on_wire(remote, record_get(r, SHUTWATCH_KEY_REMOTE));
	for (i = 0; i < view->nr_packets; i++) {
		const struct packet *packet = &view->packet[i];

		if (packet->flags & PACKET_RST && !strcmp(packet->src, remote) &&
		    !strcmp(packet->dst, local))
			return true;
	}
	return false;
}

/* Is it an act on the socket of a record, or on the listener that it came from? */
static bool is_about(const struct view *view, int at, const struct record *r)
{
	const struct act *act = &view->scene->act[at];
	const struct deed *deed = &view->history->deed[at];

	if (act->verb != VERB_FIREWALL || !deed->begun || deed->from > record_time(r))
		return false;
	return deed->cookie == record_cookie(r) ||
	       (act->slot == SLOT_LISTENER && act->side == SIDE_SERVER &&
		view_port(record_get(r, SHUTWATCH_KEY_LOCAL)) ==
			scene_port(view->scene, SLOT_LISTENER));
}

/* Has a firewall dealt like that with what the socket sends, or its listener? */
static bool is_dealt_with(const struct view *view, const struct record *r,
			  bool (*like_that)(const struct act *act))
{
	int at = view->scene->nr_acts;

	while (at--) {
		if (is_about(view, at, r) && like_that(&view->scene->act[at]))
			return true;
	}
	return false;
}

static bool rejects(const struct act *act)
{
	return act->arg == FIREWALL_REJECT || act->arg == FIREWALL_OWN_REJECT;
}

/**
 * firewall_drops_own - may what a socket sends be dropped before it leaves?
 * @view: the scene
 * @record: the record
 *
 * Return: true if the host of the socket has had such a rule for it.
 */
bool firewall_drops_own(const struct view *view, const struct record *record)
{
	return is_dealt_with(view, record, firewall_is_own);
}

/**
 * firewall_was_own - has a host dropped what a socket of the scene sent?
 * @view: the scene
 * @when: by then
 *
 * Return: true if it may have.
 */
bool firewall_was_own(const struct view *view, __u64 when)
{
	int i;

	for (i = 0; i < view->scene->nr_acts; i++) {
		if (view->scene->act[i].verb == VERB_FIREWALL &&
		    firewall_is_own(&view->scene->act[i]) &&
		    view->history->deed[i].begun && view->history->deed[i].from <= when)
			return true;
	}
	return false;
}

/**
 * judge_resets - hold the RSTs that were received against the wire
 * @view: a scene that is over
 */
void judge_resets(struct view *view)
{
	int i;

	for (i = 0; i < view->nr_records; i++) {
		const struct record *r = &view->record[i];

		if (view_kind(r, SHUTWATCH_KIND_RESET) && !is_on_wire(view, r) &&
		    !dying_is_unseen(view, r) &&
		    !(view->scene->apart && is_dealt_with(view, r, rejects)))
			remark(&view->remarks,
			       "record %s: a RST that is not on the wire, and was no firewall's",
			       record_get(r, SHUTWATCH_KEY_SEQ));
	}
}
