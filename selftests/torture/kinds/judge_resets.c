// SPDX-License-Identifier: GPL-2.0-only
/*
 * A RST that was received: was it on the wire, or may it be the router's, which is
 * where nobody looks?
 */
#include <string.h>

#include <names.h>

#include "address.h"
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

/* Has what the socket sends been rejected, or what its listener sends? */
static bool is_rejected(const struct view *view, const struct record *r)
{
	const __u64 cookie = record_cookie(r);
	int i;

	for (i = 0; i < view->scene->nr_acts; i++) {
		const struct act *act = &view->scene->act[i];
		const struct deed *deed = &view->history->deed[i];

		if (act->verb != VERB_FIREWALL || act->arg != FIREWALL_REJECT ||
		    !deed->begun || deed->from > record_time(r))
			continue;
		if (deed->cookie == cookie ||
		    (act->slot == SLOT_LISTENER && act->side == SIDE_SERVER &&
		     view_port(record_get(r, SHUTWATCH_KEY_LOCAL)) ==
			     scene_port(view->scene, SLOT_LISTENER)))
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
		    !(view->scene->apart && is_rejected(view, r)))
			remark(&view->remarks,
			       "record %s: a RST that is not on the wire, and was not the router's",
			       record_get(r, SHUTWATCH_KEY_SEQ));
	}
}
