// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a packet knows of the socket that sent it: it acknowledges all that was
 * received by then, and its number counts all that was sent.
 */
#include <stdlib.h>
#include <string.h>

#include <names.h>

#include "find_record.h"
#include "judges.h"
#include "mptcp.h"
#include "record_fields.h"
#include "tls.h"

/* Has it moved bytes, or begun to, when the record was written? */
static bool has_moved(const struct view *view, const struct record *r, int act,
		      enum verb verb)
{
	const struct deed *deed = &view->history->deed[act];

	return view->scene->act[act].verb == verb && deed->done && deed->ret > 0 &&
	       deed->cookie == record_cookie(r) && deed->from <= record_time(r);
}

static long long sum_of(const struct view *view, const struct record *r, enum verb verb)
{
	long long sum = 0;
	int i;

	for (i = 0; i < view->scene->nr_acts; i++) {
		if (has_moved(view, r, i, verb))
			sum += view->history->deed[i].ret;
	}
	return sum;
}

/* A recv() that is under way has taken these, or will. */
static long long being_received(const struct view *view, const struct record *r)
{
	long long sum = 0;
	int i;

	for (i = 0; i < view->scene->nr_acts; i++) {
		if (has_moved(view, r, i, VERB_RECV) &&
		    record_time(r) < view->history->deed[i].to)
			sum += view->history->deed[i].ret;
	}
	return sum;
}

/* What went with the SYN, too. */
static long long written_by(const struct view *view, const struct record *r)
{
	return sum_of(view, r, VERB_SEND) + sum_of(view, r, VERB_URGENT) +
	       sum_of(view, r, VERB_CONNECT);
}

static bool goes(const struct packet *packet, const char *from, const char *to)
{
	return !strcmp(packet->src, from) && !strcmp(packet->dst, to);
}

/* Ports that were used twice have numbers that cannot be told apart. */
static bool is_only_one(const struct view *view, const struct packet *packet)
{
	int i, there = 0, back = 0;

	for (i = 0; i < view->nr_packets; i++) {
		const struct packet *p = &view->packet[i];

		if (!(p->flags & PACKET_SYN) || p->again)
			continue;
		there += goes(p, packet->src, packet->dst);
		back += goes(p, packet->dst, packet->src);
	}
	return there == 1 && back == 1;
}

/* An urgent byte is not received like the others, and may never be. */
static bool is_urgent(const struct view *view, const struct packet *packet)
{
	int i;

	for (i = 0; i < view->nr_packets; i++) {
		if (goes(&view->packet[i], packet->dst, packet->src) &&
		    view->packet[i].flags & PACKET_URG)
			return true;
	}
	return false;
}

static bool fin_is_covered(const struct view *view, const struct packet *packet)
{
	int i;

	for (i = 0; i < view->nr_packets; i++) {
		const struct packet *p = &view->packet[i];

		if (goes(p, packet->dst, packet->src) && p->flags & PACKET_FIN &&
		    (__s32)(packet->ack - (p->seq + p->len + 1)) >= 0)
			return true;
	}
	return false;
}

/*
 * A SYN cookie does not keep the client's first number: it is taken from the
 * first segment that fits, and one that is a few bytes beside it fits, too, as
 * the number of a maximal segment size is hidden there (__cookie_v4_check()).
 */
#define COOKIE_SLACK	3

static int cookie_slack(const struct view *view, const struct record *r)
{
	return view->scene->cookies &&
	       view_port(record_get(r, SHUTWATCH_KEY_LOCAL)) ==
		       scene_port(view->scene, SLOT_LISTENER) ? COOKIE_SLACK : 0;
}

static void compare(struct view *view, const struct record *r,
		    enum shutwatch_key key, long long wire, int slack)
{
	const long long told = find_number(r, key);

	if (record_is(r, key, SHUTWATCH_NOTHING) || llabs(told - wire) <= slack)
		return;
	remark(&view->remarks, "record %s: %s=%s, by the wire it is %lld",
	       record_get(r, SHUTWATCH_KEY_SEQ), key_names.name[key],
	       record_get(r, key), wire);
}

static void compare_unread(struct view *view, const struct record *r, long long wire)
{
	const long long more = being_received(view, r);

	if (!more || find_number(r, SHUTWATCH_KEY_UNREAD) != wire + more)
		compare(view, r, SHUTWATCH_KEY_UNREAD, wire, cookie_slack(view, r));
}

/* All that it ever sent; the SYN is no data, a FIN, which comes last, is one more. */
static long long last_sent(const struct view *view, const struct packet *packet)
{
	long long last = 0;
	int i;

	for (i = 0; i < view->nr_packets; i++) {
		const struct packet *p = &view->packet[i];
		const long long end = (long long)p->seq + p->len - !(p->flags & PACKET_SYN);

		if (goes(p, packet->src, packet->dst) && !(p->flags & PACKET_RST) &&
		    end > last)
			last = end;
	}
	return last;
}

static bool rejects_data(const struct record *r)
{
	return view_says(r, SHUTWATCH_KEY_WHY, &why_names,
			 SHUTWATCH_WHY_DATA_AFTER_SHUTDOWN) ||
	       view_says(r, SHUTWATCH_KEY_WHY, &why_names,
			 SHUTWATCH_WHY_DATA_AFTER_CLOSE);
}

/* The number of such a RST is the peer's, and says nothing. */
static void judge_rejection(struct view *view, const struct packet *packet,
			    const struct record *r)
{
	const long long unsent = written_by(view, r) - last_sent(view, packet);

	if (rejects_data(r) && is_only_one(view, packet))
		compare(view, r, SHUTWATCH_KEY_UNSENT, unsent > 0 ? unsent : 0, 0);
}

/* A RST in answer to a segment tells nothing; a FIN that waits leaves later. */
static bool tells_values(const struct record *r, const struct packet *packet)
{
	if (!(packet->flags & PACKET_ACK) || packet->flags & PACKET_SYN)
		return false;
	if (packet->flags & PACKET_RST)
		return !record_is(r, SHUTWATCH_KEY_BY, by_names.name[SHUTWATCH_BY_RX]);
	return view_says(r, SHUTWATCH_KEY_FIN, &fin_names, SHUTWATCH_FIN_SENT) &&
	       view_says(r, SHUTWATCH_KEY_SENT, &sent_names, SHUTWATCH_SENT_FIN);
}

static void judge_packet(struct view *view, const struct packet *packet,
			 const struct record *r)
{
	const long long written = written_by(view, r);
	const long long sent = (long long)packet->seq - 1;
	long long received = (long long)packet->ack - 1;

	/* What a subflow has is in part its MPTCP socket's, and the other way round. */
	if (tls_is_on(view, record_cookie(r)) || mptcp_may_have(view, r))
		return;
	judge_rejection(view, packet, r);
	if (!tells_values(r, packet) || !is_only_one(view, packet))
		return;
	received -= fin_is_covered(view, packet);
	if (!is_urgent(view, packet))
		compare_unread(view, r, received - sum_of(view, r, VERB_RECV));
	if (packet->flags & PACKET_RST)
		compare(view, r, SHUTWATCH_KEY_UNSENT,
			written > sent ? written - sent : 0, 0);
}

/**
 * judge_values - hold the values of the records against the wire
 * @view: a scene whose packets have been claimed
 */
void judge_values(struct view *view)
{
	int i;

	for (i = 0; i < view->nr_packets; i++) {
		if (view->claimed_by[i] != WIRE_NOBODY)
			judge_packet(view, &view->packet[i],
				     &view->record[view->claimed_by[i]]);
	}
}
