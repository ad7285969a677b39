/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The FINs and RSTs that records tell of, and those of a capture, by connection
 * and direction.
 */
#ifndef SHUTWATCH_TOLD_H
#define SHUTWATCH_TOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "annotate/dissect.h"
#include "parse.h"

/* Segments that differ in what they acknowledge, and in nothing that is recorded. */
#define TOLD_SEQS	8

/**
 * struct told - a FIN or RST of which a record tells
 * @next: the next one of the same flow and sort
 * @cookie: of the socket, or 0
 * @began: from when on it may have left, nanoseconds of CLOCK_REALTIME
 * @ended: until when, likewise
 * @is_answer: a RST that answers a segment
 * @has_trigger: the segment is known
 * @trigger: its sequence number, payload and flags, of which no more is known
 * @is_queued: a FIN that waits behind data; it may never leave
 * @nr_seqs: how many of @seq are in use; of more than there is room for, 0
 * @has_many: there were more
 * @seq: what the segments of the capture that may be the trigger acknowledge
 * @is_matched: a packet of the capture is it, or one of several
 * @nr_fitting: so many packets may be it, where there are too many for more
 * @fitting: the first of those
 * @passes: what the user asks for lets the record pass
 * @text: what there is to say
 */
struct told {
	struct told *next;
	unsigned long long cookie;
	long long began, ended;
	bool is_answer, has_trigger, is_queued, has_many, is_matched, passes;
	struct wire_segment trigger;
	size_t nr_fitting;
	struct seen *fitting;
	unsigned int nr_seqs;
	uint32_t seq[TOLD_SEQS];
	char *text;
};

/**
 * struct seen - a FIN or RST in a capture
 * @next: the next one of the same flow and sort
 * @number: of the packet, from 1
 * @when: nanoseconds of CLOCK_REALTIME
 * @since: since when its connection is in the capture, likewise
 * @segment: the same as dissected
 * @told: what it is
 * @nr_fitting: so many records may tell of it, where there are too many for more
 * @is_again: another one was that before: it was repeated, or captured twice
 * @is_doubtful: a record tells of it or of another one, and which is not certain
 */
struct seen {
	struct seen *next;
	unsigned long number;
	long long when, since;
	struct wire_segment segment;
	struct told *told;
	size_t nr_fitting;
	bool is_again, is_doubtful;
};

/* The sorts of segments. */
enum flow_sort {
	FLOW_FIN,
	FLOW_RST,
	FLOW_SORTS
};

/**
 * struct flow - one direction of a connection
 * @next: the next flow, in no order
 * @from: the end that sends
 * @to: the other one
 * @told: what records tell of, by sort
 * @last_told: where the next one goes
 * @seen: what a capture has, likewise
 * @last_seen: where the next one goes
 * @nr_told: how many
 * @nr_seen: how many
 * @since: since when the connection is in the capture
 * @fin: where its FIN is in the stream
 * @is_captured: the capture has something of the connection
 * @is_over: it had a FIN or RST of this direction
 */
struct flow {
	struct flow *next;
	struct endpoint from, to;
	struct told *told[FLOW_SORTS], **last_told[FLOW_SORTS];
	struct seen *seen[FLOW_SORTS], **last_seen[FLOW_SORTS];
	size_t nr_told[FLOW_SORTS], nr_seen[FLOW_SORTS];
	long long since;
	uint32_t fin;
	bool is_captured, is_over;
};

/**
 * struct flows - all of them
 * @first: the first one
 * @by_ends: the same for tsearch(3)
 * @hosts: addresses of this host, likewise
 * @msks: cookies of MPTCP sockets, whose segments are told by their subflows
 */
struct flows {
	struct flow *first;
	void *by_ends, *hosts, *msks;
};

extern const char *const flow_sort_names[FLOW_SORTS];

void flows_tell(struct flows *flows, const struct record *r, long long wall, bool passes);
void flows_told(struct flows *flows);
void flows_see(struct flows *flows, const struct wire_segment *s, unsigned long number,
	       long long when);
bool told_has_seq(const struct told *t, uint32_t seq);
void flow_match(struct flow *flow, enum flow_sort sort);
#endif /* SHUTWATCH_TOLD_H */
