// SPDX-License-Identifier: GPL-2.0-only
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <names.h>

#include "record_fields.h"
#include "wire_check.h"

static bool says(const struct record *record, enum shutwatch_key key,
		 const struct names *names, int id)
{
	return record_is(record, key, names->name[id]);
}

/* Only calls and decisions send; a state is what is sent because of them. */
static bool sends(const struct record *record)
{
	return says(record, SHUTWATCH_KEY_KIND, &kind_names, SHUTWATCH_KIND_CALL) ||
	       says(record, SHUTWATCH_KEY_KIND, &kind_names, SHUTWATCH_KIND_DECISION);
}

static bool fin_is(const struct record *record, enum shutwatch_fin fin)
{
	static const char * const name[] = {
		SHUTWATCH_FIN_LIST(SHUTWATCH_AS_NAME)
	};

	return record_is(record, SHUTWATCH_KEY_FIN, name[fin]);
}

/* A FIN that is queued leaves later, in another packet, or never. */
static bool may_send(const struct record *record, __u8 flag)
{
	if (!sends(record))
		return false;
	if (flag == PACKET_RST)
		return says(record, SHUTWATCH_KEY_SENT, &sent_names, SHUTWATCH_SENT_RST);
	return fin_is(record, SHUTWATCH_FIN_SENT) ||
	       fin_is(record, SHUTWATCH_FIN_QUEUED);
}

/* What a call tells was decided at some time since it began. */
static __u64 began(const struct record *record)
{
	const char *took = record_get(record, SHUTWATCH_KEY_TOOK);

	return record_time(record) - strtoull(took, NULL, 10);
}

/* From then on a socket sends no FIN, not even an old one. */
static bool is_over(const struct record *record)
{
	const char *state = strchr(record_get(record, SHUTWATCH_KEY_STATE), '>');

	return says(record, SHUTWATCH_KEY_KIND, &kind_names, SHUTWATCH_KIND_STATE) &&
	       state && (!strcmp(state, ">CLOSE") || !strcmp(state, ">TIME_WAIT"));
}

/*
 * A FIN that waits may never leave, and what connects next from the same ports
 * may send one: that is not the one which waited, as its connection was over.
 */
static bool is_too_late(const struct record *record, int nr_records, int at,
			const struct packet *packet)
{
	int i;

	if (!fin_is(&record[at], SHUTWATCH_FIN_QUEUED))
		return false;
	for (i = 0; i < nr_records; i++) {
		if (record_cookie(&record[i]) == record_cookie(&record[at]) &&
		    is_over(&record[i]) && record_time(&record[i]) >= began(&record[at]))
			return record_time(&record[i]) < packet->time;
	}
	return false;
}

static bool must_send(const struct record *record, __u8 flag)
{
	return may_send(record, flag) &&
	       (flag == PACKET_RST || !fin_is(record, SHUTWATCH_FIN_QUEUED));
}

static bool is_claimed(const int *claimed_by, const struct packet *packet,
		       int nr_packets, int record, __u8 flag)
{
	int i;

	for (i = 0; i < nr_packets; i++) {
		if (claimed_by[i] == record && packet[i].flags & flag)
			return true;
	}
	return false;
}

/* No packet has both: a socket that resets does not finish. */
static __u8 packet_ends(const struct packet *packet)
{
	if (packet->ours)
		return 0;
	if (packet->flags & PACKET_RST)
		return PACKET_RST;
	if (packet->flags & PACKET_FIN && !packet->again)
		return PACKET_FIN;
	return 0;
}

static bool sent_by(const struct record *record, const struct packet *packet)
{
	char wire[ADDRESS_LEN];

	return !strcmp(packet->src,
		       address_on_wire(wire, record_get(record, SHUTWATCH_KEY_LOCAL))) &&
	       !strcmp(packet->dst,
		       address_on_wire(wire, record_get(record, SHUTWATCH_KEY_REMOTE)));
}

/* As the records write them. */
static void flag_letters(char text[8], __u8 flags)
{
	static const char letter[] = SHUTWATCH_FLAGS;
	size_t i, len = 0;

	for (i = 0; letter[i]; i++) {
		if (flags & 1 << i)
			text[len++] = letter[i];
	}
	text[len] = '\0';
}

/* Did it come to the socket of a record? */
static bool came_to(const struct packet *packet, const struct record *record)
{
	char wire[ADDRESS_LEN];

	return !strcmp(packet->dst,
		       address_on_wire(wire, record_get(record, SHUTWATCH_KEY_LOCAL))) &&
	       !strcmp(packet->src,
		       address_on_wire(wire, record_get(record, SHUTWATCH_KEY_REMOTE)));
}

static __u32 number_of(const struct record *record, enum shutwatch_key key)
{
	return strtoul(record_get(record, key), NULL, 10);
}

/*
 * Segments that wait in the backlog of a socket become one: this is what came
 * first, if only an ACK, and the others go on where it ends; the last one may be a
 * bare FIN, or one that came when they were gone.  Of the flags, it has the first
 * one's, and whether there was a FIN.
 */
static bool provoked_together(const struct packet *packet, int nr_packets,
			      const struct record *record)
{
	const bool fin = strchr(record_get(record, SHUTWATCH_KEY_FLAGS), 'F');
	__u32 at = number_of(record, SHUTWATCH_KEY_SEGMENT);
	const __u32 end = at + number_of(record, SHUTWATCH_KEY_LEN);
	int i, count = 0, fins = 0;

	for (i = 0; i < nr_packets; i++) {
		if (packet[i].flags & (PACKET_SYN | PACKET_RST) ||
		    packet[i].number != at || packet[i].len > end - at ||
		    (packet[i].flags & PACKET_FIN && !fin) ||
		    !came_to(&packet[i], record))
			continue;
		at += packet[i].len;
		count++;
		fins += !!(packet[i].flags & PACKET_FIN);
	}
	return at == end && count > 1 && (fins || !fin);
}

/* Is this the segment that a record says it was provoked by? */
static bool provoked(const struct packet *packet, const struct record *record)
{
	char flags[8], number[16], len[16];

	flag_letters(flags, packet->flags);
	snprintf(number, sizeof(number), "%u", packet->number);
	snprintf(len, sizeof(len), "%u", packet->len);
	return record_is(record, SHUTWATCH_KEY_FLAGS, flags) &&
	       record_is(record, SHUTWATCH_KEY_SEGMENT, number) &&
	       record_is(record, SHUTWATCH_KEY_LEN, len) && came_to(packet, record);
}

static void check_segment(struct agreement *agreement, const struct packet *packet,
			  int nr_packets, const struct record *r)
{
	int i;

	if (record_is(r, SHUTWATCH_KEY_FLAGS, SHUTWATCH_NOTHING))
		return;
	for (i = 0; i < nr_packets; i++) {
		if (provoked(&packet[i], r))
			return;
	}
	if (provoked_together(packet, nr_packets, r))
		return;
	remark(&agreement->remarks,
	       "record %s blames a segment that is not on the wire: %s %s, %s bytes",
	       record_get(r, SHUTWATCH_KEY_SEQ), record_get(r, SHUTWATCH_KEY_FLAGS),
	       record_get(r, SHUTWATCH_KEY_SEGMENT), record_get(r, SHUTWATCH_KEY_LEN));
}

/*
 * A RST in answer to a segment has no ACK, and its number is that one's ACK; where
 * that has none, it is 0.  One of a socket's own accord has both.
 */
static bool has_form_of(const struct packet *packet, const struct record *record)
{
	const bool acks = packet->flags & PACKET_ACK;

	if (!(packet->flags & PACKET_RST))
		return true;
	if (!says(record, SHUTWATCH_KEY_BY, &by_names, SHUTWATCH_BY_RX))
		return acks && packet->number;
	if (strchr(record_get(record, SHUTWATCH_KEY_FLAGS), 'A'))
		return !acks;
	return acks && !packet->number;
}

static int find_claim(const struct packet *packet, int at,
		      const struct record *record, int nr_records,
		      const bool *lost, bool want_lost, bool late, bool any_form,
		      const int *claimed_by)
{
	__u8 flag = packet_ends(&packet[at]);
	int i;

	for (i = 0; i < nr_records; i++) {
		if ((lost && lost[i]) == want_lost && may_send(&record[i], flag) &&
		    sent_by(&record[i], &packet[at]) &&
		    (any_form || has_form_of(&packet[at], &record[i])) &&
		    is_too_late(record, nr_records, i, &packet[at]) == late &&
		    !is_claimed(claimed_by, packet, at, i, flag))
			return i;
	}
	return WIRE_NOBODY;
}

/*
 * What may have been lost claims only what nothing else does; so does a FIN that
 * waited too long: another CPU may have been late to deliver it, on lo.
 */
static int find_any_claim(const struct packet *packet, int at,
			  const struct record *record, int nr_records,
			  const bool *lost, const int *claimed_by)
{
	int pass, claim = WIRE_NOBODY;

	for (pass = 0; pass < 8 && claim == WIRE_NOBODY; pass++)
		claim = find_claim(packet, at, record, nr_records, lost, pass & 1,
				   pass & 2, pass & 4, claimed_by);
	return claim;
}

static void blame_packet(struct remarks *remarks, const struct packet *packet)
{
	char text[256];

	packet_print(text, sizeof(text), packet);
	remark(remarks, "on the wire, but no record says so: %s", text);
}

static void blame_record(struct remarks *remarks, const struct record *record,
			 const char *what)
{
	remark(remarks, "record %s tells of a %s from %s to %s: not on the wire",
	       record_get(record, SHUTWATCH_KEY_SEQ), what,
	       record_get(record, SHUTWATCH_KEY_LOCAL),
	       record_get(record, SHUTWATCH_KEY_REMOTE));
}

static void check_record(struct agreement *agreement, const struct packet *packet,
			 int nr_packets, const struct record *record, int at,
			 bool lost, const int *claimed_by)
{
	const struct record *r = &record[at];
	const char *rst = sent_names.name[SHUTWATCH_SENT_RST];
	const char *fin = sent_names.name[SHUTWATCH_SENT_FIN];

	if (!lost && must_send(r, PACKET_RST) &&
	    !is_claimed(claimed_by, packet, nr_packets, at, PACKET_RST))
		blame_record(&agreement->remarks, r, rst);
	if (!lost && must_send(r, PACKET_FIN) &&
	    !is_claimed(claimed_by, packet, nr_packets, at, PACKET_FIN))
		blame_record(&agreement->remarks, r, fin);
	if (sends(r) && record_is(r, SHUTWATCH_KEY_SENT, fin) &&
	    fin_is(r, SHUTWATCH_FIN_NONE))
		remark(&agreement->remarks,
		       "record %s tells of a FIN, but not what became of it",
		       record_get(r, SHUTWATCH_KEY_SEQ));
}

/**
 * wire_check_until - hold the wire against the records, as far as it was seen
 * @agreement: what came of it; no remarks, if they agree
 * @packet: the wire
 * @nr_packets: how many packets
 * @record: the records
 * @nr_records: how many
 * @lost: for each record: what it tells of may have been lost on its way to the
 *	wire; NULL where nothing is
 * @until: by when nobody looked any more: what is later may be among the packets, or
 *	not
 * @claimed_by: for each packet: the record that tells of it, or WIRE_NOBODY
 */
void wire_check_until(struct agreement *agreement, const struct packet *packet,
		      int nr_packets, const struct record *record, int nr_records,
		      const bool *lost, __u64 until, int *claimed_by)
{
	int i;

	memset(agreement, 0, sizeof(*agreement));
	for (i = 0; i < nr_packets; i++) {
		__u8 flag = packet_ends(&packet[i]);

		claimed_by[i] = WIRE_NOBODY;
		if (!flag)
			continue;
		agreement->rsts += flag == PACKET_RST;
		agreement->fins += flag == PACKET_FIN;
		claimed_by[i] = find_any_claim(packet, i, record, nr_records, lost,
					       claimed_by);
		if (claimed_by[i] == WIRE_NOBODY)
			blame_packet(&agreement->remarks, &packet[i]);
	}
	for (i = 0; i < nr_records; i++) {
		const bool unseen = record_time(&record[i]) >= until;

		if (!unseen)
			check_segment(agreement, packet, nr_packets, &record[i]);
		check_record(agreement, packet, nr_packets, record, i,
			     unseen || (lost && lost[i]), claimed_by);
	}
}

/**
 * wire_check - hold the wire against the records
 * @agreement: what came of it; no remarks, if they agree
 * @packet: the wire
 * @nr_packets: how many packets
 * @record: the records
 * @nr_records: how many
 * @lost: for each record: what it tells of may have been lost on its way to the
 *	wire; NULL where nothing is
 * @claimed_by: for each packet: the record that tells of it, or WIRE_NOBODY
 */
void wire_check(struct agreement *agreement, const struct packet *packet,
		int nr_packets, const struct record *record, int nr_records,
		const bool *lost, int *claimed_by)
{
	wire_check_until(agreement, packet, nr_packets, record, nr_records, lost, ~0ull,
			 claimed_by);
}
