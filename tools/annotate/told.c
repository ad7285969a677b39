// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sorting what records tell, and what a capture has, into flows.
 */
#include <err.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <shutwatch.h>

#include "story/allocate.h"
#include "annotate/told.h"
#include "annotate/when.h"
#include "names.h"
#include "number.h"
#include "story/who.h"

const char *const flow_sort_names[FLOW_SORTS] = { "FIN", "RST" };

/* ---- flows ---- */

static int compare_flows(const void *a, const void *b)
{
	const struct flow *x = a, *y = b;
	int order = memcmp(&x->from, &y->from, sizeof(x->from));

	return order ? order : memcmp(&x->to, &y->to, sizeof(x->to));
}

static struct flow *find_flow(const struct flows *flows, const struct endpoint *from,
			      const struct endpoint *to)
{
	struct flow like = { .from = *from, .to = *to };
	struct flow **found = tfind(&like, &flows->by_ends, compare_flows);

	return found ? *found : NULL;
}

static struct flow *get_flow(struct flows *flows, const struct endpoint *from,
			     const struct endpoint *to)
{
	struct flow *flow = find_flow(flows, from, to);
	int sort;

	if (flow)
		return flow;
	flow = allocate(sizeof(*flow));
	flow->from = *from;
	flow->to = *to;
	for (sort = 0; sort < FLOW_SORTS; sort++) {
		flow->last_told[sort] = &flow->told[sort];
		flow->last_seen[sort] = &flow->seen[sort];
	}
	flow->next = flows->first;
	flows->first = flow;
	if (!tsearch(flow, &flows->by_ends, compare_flows))
		err(EXIT_FAILURE, "records");
	return flow;
}

static int compare_hosts(const void *a, const void *b)
{
	const struct endpoint *x = a, *y = b;

	return x->family != y->family ? x->family - y->family :
	       memcmp(x->addr, y->addr, sizeof(x->addr));
}

static void note_host(struct flows *flows, const struct endpoint *end)
{
	struct endpoint *host;

	if (tfind(end, &flows->hosts, compare_hosts))
		return;
	host = allocate(sizeof(*host));
	*host = *end;
	if (!tsearch(host, &flows->hosts, compare_hosts))
		err(EXIT_FAILURE, "records");
}

static int compare_cookies(const void *a, const void *b)
{
	const unsigned long long *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static unsigned long long cookie_of(const struct record *r, enum shutwatch_key key)
{
	const char *cookie = record_value(r, key);

	return cookie ? strtoull(cookie, NULL, 16) : 0;
}

static void note_msk(struct flows *flows, const struct record *r)
{
	unsigned long long cookie = cookie_of(r, SHUTWATCH_KEY_MSK), *kept;

	if (!cookie || tfind(&cookie, &flows->msks, compare_cookies))
		return;
	kept = allocate(sizeof(*kept));
	*kept = cookie;
	if (!tsearch(kept, &flows->msks, compare_cookies))
		err(EXIT_FAILURE, "records");
}

/* ---- what records tell ---- */

/* What a record says of what was sent. */
static void told_text(char *to, const struct record *r)
{
	static const struct {
		enum shutwatch_key key;
		const char *before;
	} rest[] = {
		{ SHUTWATCH_KEY_STATE, "; " },
		{ SHUTWATCH_KEY_KREASON, "; the kernel's reason " },
		{ SHUTWATCH_KEY_COOKIE, "; cookie " },
		{ SHUTWATCH_KEY_NETNS, "; netns " },
		{ SHUTWATCH_KEY_SEQ, "; record " },
		{ SHUTWATCH_KEY__MAX, NULL }
	};
	const char *why = record_value(r, SHUTWATCH_KEY_WHY);
	int id = why ? names_find(&why_names, why) : -1;
	char who[WHO_SIZE];
	int i;

	what_happened(to, r);
	if (!record_value(r, SHUTWATCH_KEY_PID) && who_has_it(who, r))
		what_add(to, "; socket of ", who);
	if (id >= 0) {
		what_add(to, "; ", why);
		what_add(to, ": ", names_why_means(id));
	}
	for (i = 0; rest[i].before; i++) {
		if (record_value(r, rest[i].key))
			what_add(to, rest[i].before, r->value[rest[i].key]);
	}
	what_make_printable(to);
}

static unsigned int flags_of(const char *letters)
{
	unsigned int flags = 0;
	const char *at;

	for (; *letters; letters++) {
		at = strchr(SHUTWATCH_FLAGS, *letters);
		if (at)
			flags |= 1U << (at - SHUTWATCH_FLAGS);
	}
	return flags;
}

static uint32_t number_of(const struct record *r, enum shutwatch_key key)
{
	const char *value = record_value(r, key);

	return value ? (uint32_t)strtoul(value, NULL, 10) : 0;
}

static void set_trigger(struct told *t, const struct record *r)
{
	const char *flags = record_value(r, SHUTWATCH_KEY_FLAGS);

	t->is_answer = names_is(&by_names, SHUTWATCH_BY_RX, record_value(r, SHUTWATCH_KEY_BY));
	if (!flags || !record_value(r, SHUTWATCH_KEY_SEGMENT))
		return;
	t->has_trigger = true;
	t->trigger.flags = flags_of(flags);
	t->trigger.seq = number_of(r, SHUTWATCH_KEY_SEGMENT);
	t->trigger.len = number_of(r, SHUTWATCH_KEY_LEN);
}

static void add_told(struct flow *flow, enum flow_sort sort, const struct record *r,
		     long long wall, bool passes)
{
	const char *took = record_value(r, SHUTWATCH_KEY_TOOK);
	struct told *t = allocate(sizeof(*t));
	char text[WHAT_SIZE];
	unsigned long ns = 0;

	t->passes = passes;
	t->cookie = cookie_of(r, SHUTWATCH_KEY_COOKIE);
	if (took)
		number_parse(&ns, took, WHEN_MAX);
	t->ended = when_of(wall);
	t->began = when_of((__int128)t->ended - ns);
	if (sort == FLOW_RST)
		set_trigger(t, r);
	else
		t->is_queued = names_is(&fin_names, SHUTWATCH_FIN_QUEUED,
					record_value(r, SHUTWATCH_KEY_FIN));
	told_text(text, r);
	t->text = strdup(text);
	if (!t->text)
		err(EXIT_FAILURE, "records");
	*flow->last_told[sort] = t;
	flow->last_told[sort] = &t->next;
	flow->nr_told[sort]++;
}

/**
 * flows_tell() - sort in what a record tells
 * @flows: all flows
 * @r: the record
 * @wall: when it was written, nanoseconds of CLOCK_REALTIME
 * @passes: what the user asks for lets it pass
 */
void flows_tell(struct flows *flows, const struct record *r, long long wall, bool passes)
{
	const char *local = record_value(r, SHUTWATCH_KEY_LOCAL);
	const char *remote = record_value(r, SHUTWATCH_KEY_REMOTE);
	const char *sent = record_value(r, SHUTWATCH_KEY_SENT);
	const char *fin = record_value(r, SHUTWATCH_KEY_FIN);
	bool failed = names_is(&fin_names, SHUTWATCH_FIN_FAILED, fin);
	struct endpoint from = { 0 }, to = { 0 };
	struct flow *flow;

	if (!local || !remote || endpoint_parse(&from, local) || endpoint_parse(&to, remote))
		return;
	if (!from.port || !to.port)
		return;
	note_msk(flows, r);
	note_host(flows, &from);
	flow = get_flow(flows, &from, &to);
	if (fin ? !failed : names_is(&sent_names, SHUTWATCH_SENT_FIN, sent))
		add_told(flow, FLOW_FIN, r, wall, passes);
	if (names_is(&sent_names, SHUTWATCH_SENT_RST, sent))
		add_told(flow, FLOW_RST, r, wall, passes);
}

/*
 * A call on an MPTCP socket tells what its subflows sent, and each of them tells it
 * too.
 */
static void drop_msks(const struct flows *flows, struct flow *flow, enum flow_sort sort)
{
	struct told **at = &flow->told[sort], *t;

	while ((t = *at)) {
		if (!tfind(&t->cookie, &flows->msks, compare_cookies)) {
			at = &t->next;
			continue;
		}
		*at = t->next;
		flow->nr_told[sort]--;
		free(t->text);
		free(t);
	}
}

/**
 * flows_told() - all that records tell was sorted in
 * @flows: all flows
 */
void flows_told(struct flows *flows)
{
	struct flow *flow;
	int sort;

	for (flow = flows->first; flow; flow = flow->next) {
		for (sort = 0; sort < FLOW_SORTS; sort++)
			drop_msks(flows, flow, sort);
	}
}

/* ---- what a capture has ---- */

/**
 * told_has_seq() - may a RST have this sequence number?
 * @t: a RST that answers a segment
 * @seq: the sequence number
 *
 * Return: whether a segment of the capture that may be its trigger acknowledges it.
 */
bool told_has_seq(const struct told *t, uint32_t seq)
{
	unsigned int i;

	for (i = 0; i < t->nr_seqs; i++) {
		if (t->seq[i] == seq)
			return true;
	}
	return false;
}

static void add_seen(struct flow *flow, enum flow_sort sort, const struct wire_segment *s,
		     unsigned long number, long long when)
{
	struct seen *seen = allocate(sizeof(*seen));

	seen->number = number;
	seen->when = when;
	seen->since = flow->since;
	seen->segment = *s;
	*flow->last_seen[sort] = seen;
	flow->last_seen[sort] = &seen->next;
	flow->nr_seen[sort]++;
}

static void add_seq(struct told *t, uint32_t seq)
{
	if (t->has_many || told_has_seq(t, seq))
		return;
	if (t->nr_seqs == TOLD_SEQS) {
		t->has_many = true;
		t->nr_seqs = 0;
		return;
	}
	t->seq[t->nr_seqs++] = seq;
}

/*
 * What a RST answers to tells what its sequence number will be.  A pure ACK may
 * come again and acknowledge more.
 */
static void see_trigger(struct flow *answers, const struct wire_segment *s)
{
	struct told *t;

	for (t = answers->told[FLOW_RST]; t; t = t->next) {
		if (t->has_trigger && t->trigger.seq == s->seq &&
		    t->trigger.len == s->len && t->trigger.flags == s->flags)
			add_seq(t, s->ack);
	}
}

/*
 * Since when a connection is there.  A SYN of either side begins one, and so does
 * what comes behind the end of the one before, unless it is its FIN once more.
 */
static void see_beginning(struct flow *flow, const struct wire_segment *s, bool is_back,
			  long long when)
{
	bool is_fin = !is_back && s->flags & SEGMENT_FIN;
	bool again = is_fin && s->seq + s->len == flow->fin;

	if (!flow->is_captured || s->flags & SEGMENT_SYN ||
	    (flow->is_over && !is_back && !again)) {
		flow->since = when;
		flow->is_over = false;
	}
	flow->is_captured = true;
	if (is_fin)
		flow->fin = s->seq + s->len;
	if (!is_back && s->flags & (SEGMENT_FIN | SEGMENT_RST))
		flow->is_over = true;
}

/**
 * flows_see() - sort in a segment of a capture
 * @flows: all flows, with all that records tell
 * @s: the segment
 * @number: of its packet, from 1
 * @when: nanoseconds of CLOCK_REALTIME
 *
 * What is not a FIN or RST of this host is only taken notice of.
 */
void flows_see(struct flows *flows, const struct wire_segment *s, unsigned long number,
	       long long when)
{
	struct flow *there = find_flow(flows, &s->from, &s->to);
	struct flow *back = find_flow(flows, &s->to, &s->from);

	if (there)
		see_beginning(there, s, false, when);
	if (back) {
		see_beginning(back, s, true, when);
		see_trigger(back, s);
	}
	if (!(s->flags & (SEGMENT_FIN | SEGMENT_RST)))
		return;
	if (!there && !s->is_outgoing && !tfind(&s->from, &flows->hosts, compare_hosts))
		return;
	add_seen(there ? there : get_flow(flows, &s->from, &s->to),
		 s->flags & SEGMENT_RST ? FLOW_RST : FLOW_FIN, s, number, when);
}
