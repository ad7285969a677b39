// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "flows.h"

static size_t hash(size_t seed, const char *text)
{
	while (*text)
		seed = seed * 31 + *text++;
	return seed;
}

/* Where a flow is, or would be. */
static struct flow *flow_place(struct flows *flows, const char *src,
			       const char *dst)
{
	size_t at = hash(hash(0, src), dst);
	struct flow *flow;

	do {
		flow = &flows->flow[at++ % FLOWS_PLACES];
	} while (*flow->src && (strcmp(flow->src, src) || strcmp(flow->dst, dst)));
	return flow;
}

static struct flow *flow_find(struct flows *flows, const char *src,
			      const char *dst)
{
	struct flow *flow = flow_place(flows, src, dst);

	return flow->is_known ? flow : NULL;
}

static struct flow *flow_take(struct flows *flows, const struct packet *packet)
{
	struct flow *flow = flow_place(flows, packet->src, packet->dst);

	if (*flow->src)
		return flow;
	if (flows->count == FLOWS_MAX)
		return NULL;
	flows->count++;
	strcpy(flow->src, packet->src);
	strcpy(flow->dst, packet->dst);
	return flow;
}

static struct flow *flow_start(struct flows *flows, const struct packet *packet)
{
	struct flow *flow = flow_take(flows, packet);

	if (!flow)
		return NULL;
	if (flow->is_known) {
		flow->again = true;
		flow->last = flow->next;
	}
	flow->is_known = true;
	flow->first = packet->seq;
	flow->next = packet->seq;
	return flow;
}

/* A SYN that is not the old one starts anew: the ports were used again. */
static bool starts_anew(const struct flow *flow, const struct packet *packet)
{
	return packet->flags & PACKET_SYN &&
	       (!flow || flow->first != packet->seq);
}

/* Its own SYN is the first of a connection: what is older is of the one before. */
static __u32 *next_of(struct flow *flow, const struct packet *packet)
{
	return flow->again && (__s32)(packet->seq - flow->first) < 0 ? &flow->last :
								       &flow->next;
}

/*
 * A RST carries nothing, and its number may be any.  A bare ACK has that of what
 * comes next, and may overtake what it stands behind.
 */
static void count_in(struct flow *flow, struct packet *packet)
{
	__u32 carried = packet->len + !!(packet->flags & PACKET_SYN) +
			   !!(packet->flags & PACKET_FIN);
	__u32 end = packet->seq + carried;
	__u32 *next = next_of(flow, packet);

	if (packet->flags & PACKET_RST || !carried)
		return;
	packet->again = (__s32)(end - *next) <= 0;
	if ((__s32)(end - *next) > 0)
		*next = end;
}

/*
 * Another CPU may deliver a FIN before the SYN,ACK of its connection: the one that
 * is sent again is known by its number alone.
 */
static bool note_fin(struct flows *flows, struct packet *packet)
{
	struct flow *flow = flow_take(flows, packet);
	__u32 number = packet->seq + packet->len;

	if (!flow)
		return false;
	packet->again |= flow->has_fin && flow->fin == number;
	flow->has_fin = true;
	flow->fin = number;
	return true;
}

/**
 * flows_follow - note a packet, make its numbers relative
 * @flows: what was sent before
 * @packet: the next one on the wire
 *
 * Numbers of a connection whose SYN was not seen stay absolute.
 *
 * Return: false if there are more connections than we can follow.
 */
bool flows_follow(struct flows *flows, struct packet *packet)
{
	struct flow *flow = flow_find(flows, packet->src, packet->dst);
	const struct flow *back;

	if (starts_anew(flow, packet)) {
		flow = flow_start(flows, packet);
		if (!flow)
			return false;
	}
	if (flow)
		count_in(flow, packet);
	if (packet->flags & PACKET_FIN && !note_fin(flows, packet))
		return false;
	if (flow)
		packet->seq -= flow->first;
	back = flow_find(flows, packet->dst, packet->src);
	if (back && packet->flags & PACKET_ACK)
		packet->ack -= back->first;
	return true;
}
