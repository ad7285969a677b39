// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "dying.h"
#include "facts.h"
#include "firewall.h"
#include "mptcp.h"
#include "pass.h"
#include "record_fields.h"
#include "uring.h"
#include "vanish.h"

static unsigned int fact_of_shutdown(int how)
{
	return how == SHUT_RD ? FACT_SHUT_RD :
	       how == SHUT_WR ? FACT_SHUT_WR : FACT_SHUT_RD | FACT_SHUT_WR;
}

/* What an act makes of the facts before it: options can be taken back. */
static unsigned int apply(unsigned int facts, const struct act *act)
{
	const unsigned int linger = FACT_LINGER_ZERO | FACT_LINGER_ZERO_SET;

	if (view_closes(act))
		facts |= FACT_CLOSED;
	switch (act->verb) {
	case VERB_GIVE:
	case VERB_LEND:
		return pass_taker(act) == TAKER_SHUTS ?
		       facts | fact_of_shutdown(SHUT_RDWR) : facts;
	case VERB_URING_SHUTDOWN:
		return facts | fact_of_shutdown(uring_how(act));
	case VERB_SHUTDOWN:
		return facts | fact_of_shutdown(act->arg);
	case VERB_UNSPEC:
		return facts | FACT_UNSPEC;
	case VERB_DESTROY:
		return facts | FACT_DESTROYED;
	case VERB_LINGER:
		return act->arg ? facts & ~linger : facts | linger;
	case VERB_LINGER2:
		return act->arg < 0 ? facts | FACT_LINGER2_NEGATIVE :
				      facts & ~FACT_LINGER2_NEGATIVE;
	case VERB_KEEPALIVE:
		return facts | FACT_KEEPALIVE;
	case VERB_USER_TIMEOUT:
		return facts | FACT_USER_TIMEOUT;
	case VERB_REPAIR:
		return act->arg ? facts | FACT_REPAIR : facts & ~FACT_REPAIR;
	case VERB_CONNECT:
		return facts & ~FACT_REPAIR;
	case VERB_LISTEN:
		return facts | FACT_LISTENED;
	case VERB_ACCEPT:
		return facts | FACT_ACCEPTED;
	}
	return facts;
}

/*
 * What shutdown() did to a listener that was not listening: that it has failed
 * does not keep it from shutting the socket down, listen() does not take it back,
 * and each child is a copy.  SOCK_DESTROY shuts it down, too (tcp_done()).
 */
static unsigned int shut_before(const struct act *act, const struct deed *deed)
{
	if (act->verb == VERB_DESTROY && !deed->err)
		return fact_of_shutdown(SHUT_RDWR);
	return act->verb == VERB_SHUTDOWN && deed->err == ENOTCONN ?
		fact_of_shutdown(act->arg) : 0;
}

/*
 * close() marks both sides of a listener before it is one no more: a child that
 * is made in between begins with them shut, and is not accepted any more.
 */
static unsigned int shut_by_close(const struct view *view, __u64 cookie,
				  unsigned int facts_of_listener, __u64 when)
{
	if (view_birth(view, cookie, NULL))
		return 0;
	return facts_of_listener & FACT_CLOSED || view_has_ended(view, SIDE_SERVER, when) ||
	       (view->scene->group && view_has_ended(view, SIDE_CLIENT, when)) ?
		FACT_SHUT_RD | FACT_SHUT_WR : 0;
}

/*
 * A child has the options that its listener had when the handshake was over,
 * which is some time before accept().
 */
static unsigned int inherited(const struct view *view, __u64 cookie, __u64 when)
{
	unsigned int facts = 0, shut = 0;
	int i;

	if (view_is_listener(view, cookie))
		return 0;
	for (i = 0; i < view->scene->nr_acts; i++) {
		const struct deed *deed = &view->history->deed[i];

		if (!deed->begun || deed->from > when ||
		    !view_is_listener(view, deed->cookie))
			continue;
		facts |= apply(0, &view->scene->act[i]);
		shut |= shut_before(&view->scene->act[i], deed);
	}
	shut |= shut_by_close(view, cookie, facts, when);
	return (facts & (FACT_LINGER_ZERO | FACT_LINGER2_NEGATIVE)) | shut;
}

static unsigned int facts_of_deeds(const struct view *view, __u64 cookie, __u64 when)
{
	unsigned int facts = 0;
	enum side side;
	int i;

	if (view_is_child(view, cookie))
		facts = inherited(view, cookie, when);
	for (i = 0; i < view->scene->nr_acts; i++) {
		const struct deed *deed = &view->history->deed[i];

		if (deed->begun && deed->cookie == cookie && deed->from <= when)
			facts = apply(facts, &view->scene->act[i]);
	}
	if (view_birth(view, cookie, &side) && view_has_ended(view, side, when))
		facts |= FACT_CLOSED;
	return facts;
}

/* Has the listener, any that there was, begun to stop? */
static bool parent_stopped(const struct view *view, __u64 when)
{
	const unsigned int stops = FACT_CLOSED | FACT_SHUT_RD | FACT_UNSPEC |
				   FACT_DESTROYED;
	int i;

	for (i = 0; i < view->nr_sockets; i++) {
		if (view_is_listener(view, view->cookie[i]) &&
		    facts_of_deeds(view, view->cookie[i], when) & stops)
			return true;
	}
	return false;
}

static bool is_between(const struct packet *packet, const char *from, const char *to)
{
	return !strcmp(packet->src, from) && !strcmp(packet->dst, to);
}

static unsigned int facts_of_wire(const struct view *view, const char *local,
				  const char *remote)
{
	const __u8 syn_ack = PACKET_SYN | PACKET_ACK;
	unsigned int facts = 0;
	int i;

	for (i = 0; i < view->nr_packets; i++) {
		const struct packet *packet = &view->packet[i];
		bool leaves = is_between(packet, local, remote);
		bool comes = is_between(packet, remote, local);

		if (!leaves && !comes)
			continue;
		if (packet->flags & PACKET_RST)
			facts |= FACT_RST;
		else if (packet->flags & PACKET_FIN)
			facts |= leaves ? FACT_FIN_LEFT : FACT_FIN_CAME;
		if (comes && packet->len)
			facts |= FACT_DATA_CAME;
		if ((packet->flags & syn_ack) == syn_ack)
			facts |= FACT_CONNECTED;
	}
	return facts;
}

/* What had these ports came to its end, by a RST for instance. */
static bool has_closed(const struct view *view, const struct record *r, __u64 when)
{
	const char *remote = record_get(r, SHUTWATCH_KEY_REMOTE);
	const char *local = record_get(r, SHUTWATCH_KEY_LOCAL);
	int i;

	for (i = 0; i < view->nr_records; i++) {
		const struct record *other = &view->record[i];

		if (view_kind(other, SHUTWATCH_KIND_STATE) &&
		    record_time(other) <= when &&
		    record_is(other, SHUTWATCH_KEY_LOCAL, local) &&
		    record_is(other, SHUTWATCH_KEY_REMOTE, remote) &&
		    strstr(record_get(other, SHUTWATCH_KEY_STATE), ">CLOSE"))
			return true;
	}
	return false;
}

/* The first listen() that is over: until then, maybe nobody listens. */
static bool has_listened(const struct view *view, __u64 when)
{
	int i;

	for (i = 0; i < view->scene->nr_acts; i++) {
		const struct deed *deed = &view->history->deed[i];

		if (view->scene->act[i].verb == VERB_LISTEN && deed->done &&
		    !deed->err && deed->to <= when)
			return true;
	}
	return false;
}

/* Nobody has yet ended anything that had this port. */
static bool port_is_open(const struct view *view, int port, __u64 when)
{
	const bool server = port == scene_port(view->scene, SLOT_LISTENER);
	const enum side side = server ? SIDE_SERVER : SIDE_CLIENT;
	int i;

	if (view_has_ended(view, side, when) || (server && !has_listened(view, when)))
		return false;
	if (view->scene->group && view_has_ended(view, SIDE_CLIENT, when))
		return false;
	for (i = 0; i < view->scene->nr_acts; i++) {
		const struct act *act = &view->scene->act[i];
		const struct deed *deed = &view->history->deed[i];

		if (scene_is_servers(act) != server || !deed->begun || deed->from > when ||
		    (!server && scene_port(view->scene, act->slot) != port))
			continue;
		if (apply(0, act) & (FACT_CLOSED | FACT_SHUT_RD | FACT_SHUT_WR |
				     FACT_UNSPEC | FACT_DESTROYED))
			return false;
	}
	return true;
}

static int connects(const struct view *view, int slot, __u64 when)
{
	int i, count = 0;

	for (i = 0; i < view->scene->nr_acts; i++)
		count += view->scene->act[i].verb == VERB_CONNECT &&
			 view->scene->act[i].slot == slot &&
			 view->history->deed[i].begun &&
			 view->history->deed[i].from <= when;
	return count;
}

static bool is_from_to(const struct packet *packet, const char *src, const char *dst)
{
	return view_port(packet->src) == view_port(src) &&
	       view_port(packet->dst) == view_port(dst);
}

/*
 * A SYN that is repeated may come when the child of the first one is closed: what
 * answers it then has another number than what the client has heard.
 */
static bool repeats_syn(const struct view *view, const struct record *r)
{
	const char *local = record_get(r, SHUTWATCH_KEY_LOCAL);
	const char *remote = record_get(r, SHUTWATCH_KEY_REMOTE);
	int i, syns = 0;

	for (i = 0; i < view->nr_packets; i++) {
		if ((view->packet[i].flags & (PACKET_SYN | PACKET_ACK)) == PACKET_SYN)
			syns += is_from_to(&view->packet[i], remote, local);
	}
	return syns > 1;
}

static bool port_is_used_again(const struct view *view, const struct record *r)
{
	int slot;

	for (slot = 1; slot < SCENE_SLOTS; slot++) {
		const int port = scene_port(view->scene, slot);

		if (port != view_port(record_get(r, SHUTWATCH_KEY_LOCAL)) &&
		    port != view_port(record_get(r, SHUTWATCH_KEY_REMOTE)))
			continue;
		if (connects(view, slot, record_time(r)) > 1)
			return true;
	}
	return false;
}

static bool is_opened_fast(const struct view *view, const struct record *r)
{
	const int remote = view_port(record_get(r, SHUTWATCH_KEY_REMOTE));
	int i;

	for (i = 0; i < view->scene->nr_acts; i++) {
		const struct act *act = &view->scene->act[i];

		if (act->verb == VERB_CONNECT && act->arg >= CONNECT_FASTOPEN &&
		    view->history->deed[i].begun &&
		    view->history->deed[i].from <= record_time(r) &&
		    scene_port(view->scene, act->slot) == remote)
			return true;
	}
	return false;
}

/*
 * A child of Fast Open is there before its SYN,ACK, which its own host may drop
 * each time, or have no way for.
 */
static unsigned int facts_of_early_child(const struct view *view, __u64 when,
					 unsigned int facts)
{
	return facts & FACT_FASTOPEN && (facts & FACT_WALLED || vanish_was(view, when)) ?
		FACT_CONNECTED : FACT_NONE;
}

/* Its wire is not known any more; hosts have no link then. */
static unsigned int facts_unseen(const struct view *view)
{
	return FACT_DATA_CAME | FACT_FIN_LEFT | FACT_FIN_CAME | FACT_RST | FACT_CONNECTED |
	       (view->scene->apart ? FACT_WALLED : FACT_NONE);
}

/* Of this connection; the other end has its addresses the other way round. */
static bool is_an_end(const struct view *view, const struct record *r, __u64 cookie)
{
	int i;

	for (i = 0; i < view->nr_records; i++) {
		const struct record *other = &view->record[i];

		if (record_cookie(other) == cookie &&
		    (cookie == record_cookie(r) ||
		     record_is(other, SHUTWATCH_KEY_LOCAL,
			       record_get(r, SHUTWATCH_KEY_REMOTE))))
			return true;
	}
	return false;
}

static bool an_end_is_deaf(const struct view *view, const struct record *r)
{
	int i;

	for (i = 0; i < view->scene->nr_acts; i++) {
		const struct deed *deed = &view->history->deed[i];

		if (view->scene->act[i].verb == VERB_DEAF && deed->begun &&
		    deed->from <= record_time(r) && is_an_end(view, r, deed->cookie))
			return true;
	}
	return false;
}

/* A listener drops what its queue has no room for, be it SYNs or last ACKs. */
static bool queue_may_be_full(const struct view *view, __u64 when)
{
	int i;

	for (i = 0; i < view->scene->nr_acts; i++) {
		const struct act *act = &view->scene->act[i];
		const struct deed *deed = &view->history->deed[i];

		if (act->verb == VERB_LISTEN && act->arg < view->scene->nr_clients &&
		    deed->begun && deed->from <= when)
			return true;
	}
	return false;
}

/**
 * facts_of - what was true when a record was written
 * @view: the scene
 * @record: the record
 *
 * Return: enum fact, a bit each.
 */
unsigned int facts_of(const struct view *view, const struct record *record)
{
	const char *remote = record_get(record, SHUTWATCH_KEY_REMOTE);
	const char *local = record_get(record, SHUTWATCH_KEY_LOCAL);
	const __u64 when = record_time(record);
	unsigned int facts;

	facts = facts_of_deeds(view, record_cookie(record), when);
	facts |= facts_of_wire(view, local, remote);
	if (parent_stopped(view, when))
		facts |= FACT_PARENT_STOPPED;
	if (is_opened_fast(view, record))
		facts |= FACT_FASTOPEN;
	if (mptcp_may_have(view, record))
		facts |= FACT_MPTCP;
	if (firewall_drops_own(view, record) ||
	    vanish_cuts_off(view->scene, view->history, record))
		facts |= FACT_WALLED;
	facts |= facts_of_early_child(view, when, facts);
	if (dying_is_unseen(view, record))
		facts |= facts_unseen(view);
	if (an_end_is_deaf(view, record) || queue_may_be_full(view, when) ||
	    firewall_was_own(view, when) || vanish_was(view, when))
		facts |= FACT_LOSSY;
	if (view->scene->apart)
		return facts | FACT_LOSSY | FACT_PORT_AGAIN;
	if (port_is_open(view, view_port(local), when) &&
	    !has_closed(view, record, when))
		facts |= FACT_PORT_OPEN;
	if (port_is_used_again(view, record) || repeats_syn(view, record))
		facts |= FACT_PORT_AGAIN;
	return facts;
}
