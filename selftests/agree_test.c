// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does what judges the records notice what is wrong with them?  Needs neither
 * the module nor root: packets and records are made up.
 */
#include <kselftest_harness.h>

#include "expect.h"
#include "flows.h"
#include "mib.h"
#include "recipe.h"
#include "stand_in.h"
#include "wire_check.h"

#define CLIENT	"127.0.0.1:48072"
#define SERVER_	"127.0.0.20:8000"

/* The beginning of a record, and of one that the server's socket made. */
#define HEAD(seq, kind, cookie)						\
	"seq=" #seq " ts=1." #seq " kind=" kind " cpu=0 ctx=task pid=42 "	\
	"comm=test netns=1 cookie=" cookie " owner=42 ocomm=test "
#define SERVED(seq, kind)						\
	HEAD(seq, kind, "1a") "local=" SERVER_ " remote=" CLIENT " "

struct scene {
	struct packet packet[8];
	int nr_packets;
	struct record record[8];
	int nr_records;
	int claimed_by[8];
	struct agreement agreement;
};

FIXTURE(wire) {
	struct scene *scene;
};

FIXTURE_SETUP(wire)
{
	self->scene = calloc(1, sizeof(*self->scene));
	ASSERT_NE(NULL, self->scene);
}

FIXTURE_TEARDOWN(wire)
{
	free(self->scene);
}

static struct packet *wire_has(struct scene *scene, const char *src,
			       const char *dst, __u8 flags)
{
	struct packet *packet = &scene->packet[scene->nr_packets++];

	strcpy(packet->src, src);
	strcpy(packet->dst, dst);
	packet->flags = flags;
	return packet;
}

static void record_has(struct scene *scene, const char *line)
{
	if (record_parse(&scene->record[scene->nr_records++], line))
		abort();
}

static int disagreements(struct scene *scene)
{
	wire_check(&scene->agreement, scene->packet, scene->nr_packets, scene->record,
		   scene->nr_records, NULL, scene->claimed_by);
	return scene->agreement.remarks.count;
}

TEST_F(wire, silence_agrees_with_silence)
{
	wire_has(self->scene, CLIENT, SERVER_, PACKET_SYN);
	record_has(self->scene, SERVED(1, "call") "call=shutdown sent=none fin=-");
	EXPECT_EQ(0, disagreements(self->scene));
}

TEST_F(wire, each_end_has_its_record)
{
	wire_has(self->scene, SERVER_, CLIENT, PACKET_FIN | PACKET_ACK);
	wire_has(self->scene, SERVER_, CLIENT, PACKET_RST | PACKET_ACK);
	record_has(self->scene, SERVED(1, "call") "call=shutdown sent=FIN fin=sent");
	record_has(self->scene, SERVED(2, "call") "call=close sent=RST fin=-");
	EXPECT_EQ(0, disagreements(self->scene));
	EXPECT_EQ(0, self->scene->claimed_by[0]);
	EXPECT_EQ(1, self->scene->claimed_by[1]);
	EXPECT_EQ(1, self->scene->agreement.fins);
	EXPECT_EQ(1, self->scene->agreement.rsts);
}

TEST_F(wire, rst_without_record)
{
	wire_has(self->scene, SERVER_, CLIENT, PACKET_RST);
	EXPECT_EQ(1, disagreements(self->scene));
	EXPECT_EQ(WIRE_NOBODY, self->scene->claimed_by[0]);
}

TEST_F(wire, fin_without_record)
{
	wire_has(self->scene, SERVER_, CLIENT, PACKET_FIN | PACKET_ACK);
	record_has(self->scene, SERVED(1, "call") "call=close sent=RST fin=-");
	/* The FIN that nobody told of, and the RST that was not there. */
	EXPECT_EQ(2, disagreements(self->scene));
}

TEST_F(wire, fin_of_the_other_side)
{
	wire_has(self->scene, CLIENT, SERVER_, PACKET_FIN | PACKET_ACK);
	record_has(self->scene, SERVED(1, "call") "call=close sent=FIN fin=sent");
	EXPECT_EQ(2, disagreements(self->scene));
}

TEST_F(wire, record_without_packet)
{
	record_has(self->scene, SERVED(1, "call") "call=close sent=FIN fin=sent");
	record_has(self->scene, SERVED(2, "decision") "by=rx sent=RST fin=-");
	EXPECT_EQ(2, disagreements(self->scene));
}

#define WAITED							\
	"call=close state=ESTABLISHED>FIN_WAIT1 sent=FIN fin=queued"
#define GAVE_UP "state=FIN_WAIT1>CLOSE by=timer"

/* One whose FIN waits and is given up, then another with its ports. */
static struct packet *next_connection(struct scene *scene)
{
	record_has(scene, SERVED(1, "call") WAITED);
	record_has(scene, SERVED(2, "state") GAVE_UP);
	record_has(scene, HEAD(4, "call", "1b") "local=" SERVER_ " remote=" CLIENT
		   " call=close sent=FIN fin=sent");
	return wire_has(scene, SERVER_, CLIENT, PACKET_FIN | PACKET_ACK);
}

TEST_F(wire, fin_of_the_next_connection)
{
	next_connection(self->scene)->time = 1000000003;
	EXPECT_EQ(0, disagreements(self->scene));
	EXPECT_EQ(2, self->scene->claimed_by[0]);
}

TEST_F(wire, fin_that_waited_and_left)
{
	next_connection(self->scene)->time = 1000000002;
	EXPECT_EQ(1, disagreements(self->scene));
	EXPECT_EQ(0, self->scene->claimed_by[0]);
}

/* Delivered late by another CPU, and no other has its ports. */
TEST_F(wire, fin_that_is_captured_late)
{
	struct packet *packet = next_connection(self->scene);

	packet->time = 1000000003;
	self->scene->nr_records--;
	EXPECT_EQ(0, disagreements(self->scene));
	EXPECT_EQ(0, self->scene->claimed_by[0]);
}

/* A RST is seen on the wire in its call, and told when that returns. */
TEST_F(wire, rst_that_is_told_after_another)
{
	struct scene *scene = self->scene;

	wire_has(scene, CLIENT, SERVER_, PACKET_SYN)->number = 1000;
	wire_has(scene, SERVER_, CLIENT, PACKET_RST | PACKET_ACK)->number = 7;
	wire_has(scene, SERVER_, CLIENT, PACKET_RST | PACKET_ACK);
	wire_has(scene, SERVER_, CLIENT, PACKET_RST)->number = 7;
	wire_has(scene, CLIENT, SERVER_, PACKET_ACK)->number = 1001;
	record_has(scene, SERVED(1, "decision") "by=rx sent=RST fin=- flags=A segment=1001 len=0");
	record_has(scene, SERVED(2, "decision") "by=rx sent=RST fin=- flags=S segment=1000 len=0");
	record_has(scene, SERVED(3, "call") "call=close sent=RST fin=-");
	EXPECT_EQ(0, disagreements(scene));
	EXPECT_EQ(2, scene->claimed_by[1]);
	EXPECT_EQ(1, scene->claimed_by[2]);
	EXPECT_EQ(0, scene->claimed_by[3]);
}

/* Of two RSTs, one of which may have been lost, one is there. */
TEST_F(wire, rst_that_was_lost)
{
	struct scene *scene = self->scene;
	const bool lost[] = { true, false };

	wire_has(scene, SERVER_, CLIENT, PACKET_RST);
	record_has(scene, SERVED(1, "decision") "by=rx sent=RST fin=-");
	record_has(scene, SERVED(2, "decision") "by=rx sent=RST fin=-");
	wire_check(&scene->agreement, scene->packet, scene->nr_packets, scene->record,
		   scene->nr_records, lost, scene->claimed_by);
	EXPECT_EQ(0, scene->agreement.remarks.count);
	EXPECT_EQ(1, scene->claimed_by[0]);
	EXPECT_EQ(1, disagreements(scene));
}

/* What a record says that it answers. */
static void answers(struct scene *scene, const char *segment)
{
	char line[256];

	snprintf(line, sizeof(line), "%s%s", SERVED(1, "decision") "by=rx sent=RST fin=- ",
		 segment);
	record_has(scene, line);
}

TEST_F(wire, what_is_answered)
{
	struct packet *packet;

	packet = wire_has(self->scene, CLIENT, SERVER_, PACKET_PSH | PACKET_ACK);
	packet->number = 1000;
	packet->len = 5;
	wire_has(self->scene, SERVER_, CLIENT, PACKET_RST);
	answers(self->scene, "flags=PA segment=1000 len=5");
	EXPECT_EQ(0, disagreements(self->scene));
	packet->number++;
	EXPECT_EQ(1, disagreements(self->scene));
	packet->number--;
	packet->len--;
	EXPECT_EQ(1, disagreements(self->scene));
	packet->len++;
	packet->flags |= PACKET_URG;
	EXPECT_EQ(1, disagreements(self->scene));
	packet->flags = PACKET_PSH | PACKET_ACK;
	strcpy(packet->src, SERVER_);
	EXPECT_EQ(1, disagreements(self->scene));
}

TEST_F(wire, two_that_became_one_are_answered)
{
	struct packet *packet;

	packet = wire_has(self->scene, CLIENT, SERVER_, PACKET_ACK);
	packet->number = 1000;
	packet->len = 5;
	packet = wire_has(self->scene, CLIENT, SERVER_, PACKET_PSH | PACKET_ACK);
	packet->number = 1005;
	packet->len = 7;
	wire_has(self->scene, SERVER_, CLIENT, PACKET_RST);
	answers(self->scene, "flags=PA segment=1000 len=12");
	EXPECT_EQ(0, disagreements(self->scene));
	packet->number++;
	EXPECT_EQ(1, disagreements(self->scene));
}

/* The FIN behind them came when they had been processed already. */
TEST_F(wire, two_that_became_one_before_a_fin_are_answered)
{
	struct packet *ack, *data, *fin;

	ack = wire_has(self->scene, CLIENT, SERVER_, PACKET_ACK);
	ack->number = 1000;
	data = wire_has(self->scene, CLIENT, SERVER_, PACKET_PSH | PACKET_ACK);
	data->number = 1000;
	data->len = 5;
	fin = wire_has(self->scene, CLIENT, SERVER_, PACKET_FIN | PACKET_ACK);
	fin->number = 1005;
	fin->again = true;
	wire_has(self->scene, SERVER_, CLIENT, PACKET_RST);
	answers(self->scene, "flags=A segment=1000 len=5");
	EXPECT_EQ(0, disagreements(self->scene));
	ack->number--;
	EXPECT_EQ(1, disagreements(self->scene));
}

/* A probe of the window, which is a FIN here, has PSH; it is put on an ACK. */
TEST_F(wire, fin_on_an_ack_is_answered)
{
	struct packet *packet;

	wire_has(self->scene, CLIENT, SERVER_, PACKET_ACK)->number = 1000;
	packet = wire_has(self->scene, CLIENT, SERVER_,
			  PACKET_FIN | PACKET_PSH | PACKET_ACK);
	packet->number = 1000;
	packet->again = true;
	wire_has(self->scene, SERVER_, CLIENT, PACKET_RST);
	answers(self->scene, "flags=FA segment=1000 len=0");
	EXPECT_EQ(0, disagreements(self->scene));
	packet->flags = PACKET_PSH | PACKET_ACK;
	EXPECT_EQ(1, disagreements(self->scene));
}

TEST_F(wire, one_record_claims_one_packet)
{
	wire_has(self->scene, SERVER_, CLIENT, PACKET_RST);
	wire_has(self->scene, SERVER_, CLIENT, PACKET_RST);
	record_has(self->scene, SERVED(1, "decision") "by=rx sent=RST fin=-");
	EXPECT_EQ(1, disagreements(self->scene));
}

TEST_F(wire, retransmission_needs_no_record)
{
	wire_has(self->scene, SERVER_, CLIENT, PACKET_FIN | PACKET_ACK);
	wire_has(self->scene, SERVER_, CLIENT, PACKET_FIN | PACKET_ACK)->again = true;
	record_has(self->scene, SERVED(1, "call") "call=close sent=FIN fin=sent");
	EXPECT_EQ(0, disagreements(self->scene));
}

TEST_F(wire, queued_fin_may_wait)
{
	record_has(self->scene, SERVED(1, "call") "call=close sent=FIN fin=queued");
	EXPECT_EQ(0, disagreements(self->scene));
	wire_has(self->scene, SERVER_, CLIENT, PACKET_FIN | PACKET_ACK);
	EXPECT_EQ(0, disagreements(self->scene));
	EXPECT_EQ(0, self->scene->claimed_by[0]);
}

TEST_F(wire, one_call_may_send_both)
{
	wire_has(self->scene, SERVER_, CLIENT, PACKET_FIN | PACKET_ACK);
	wire_has(self->scene, SERVER_, CLIENT, PACKET_RST | PACKET_ACK);
	record_has(self->scene, SERVED(1, "call") "call=close sent=RST fin=sent");
	EXPECT_EQ(0, disagreements(self->scene));
	self->scene->nr_packets = 1;
	EXPECT_EQ(1, disagreements(self->scene));
}

TEST_F(wire, state_records_claim_nothing)
{
	wire_has(self->scene, SERVER_, CLIENT, PACKET_RST);
	record_has(self->scene, SERVED(1, "state") "state=ESTABLISHED>CLOSE by=close");
	EXPECT_EQ(1, disagreements(self->scene));
}

TEST_F(wire, fin_whose_fate_is_not_told)
{
	record_has(self->scene, SERVED(1, "call") "call=close sent=FIN fin=-");
	EXPECT_EQ(1, disagreements(self->scene));
}

static struct packet to_server(__u32 seq, __u32 ack, __u32 len, __u8 flags)
{
	struct packet packet = {
		.src = CLIENT,
		.dst = SERVER_,
		.seq = seq,
		.ack = ack,
		.len = len,
		.flags = flags,
	};

	return packet;
}

static struct packet to_client(__u32 seq, __u32 ack, __u32 len, __u8 flags)
{
	struct packet packet = to_server(seq, ack, len, flags);

	strcpy(packet.src, SERVER_);
	strcpy(packet.dst, CLIENT);
	return packet;
}

TEST(flows_make_numbers_relative)
{
	const __u8 ack = PACKET_ACK;
	struct packet wire[] = {
		to_server(0xffffffff, 0, 0, PACKET_SYN),
		to_client(100, 0, 0, PACKET_SYN | ack),
		to_server(0, 101, 5, PACKET_PSH | ack),
		to_server(5, 101, 0, PACKET_FIN | ack),
		/* Data and FIN once more, in one packet. */
		to_server(0, 101, 5, PACKET_FIN | ack),
		to_client(101, 0, 0, PACKET_RST),
	};
	static const __u32 seq[] = { 0, 0, 1, 6, 1, 1 };
	struct flows flows = {};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wire); i++) {
		EXPECT_TRUE(flows_follow(&flows, &wire[i]));
		EXPECT_EQ(seq[i], wire[i].seq);
		EXPECT_EQ(i == 4, wire[i].again);
	}
	EXPECT_EQ(1, wire[1].ack);
	EXPECT_EQ(1, wire[2].ack);
}

/* From another CPU than the FIN, and so before it. */
TEST(ACK_that_overtakes_a_FIN)
{
	struct packet wire[] = {
		to_server(99, 0, 0, PACKET_SYN),
		to_server(101, 2, 0, PACKET_ACK),
		to_server(100, 1, 0, PACKET_FIN | PACKET_ACK),
		to_server(100, 1, 0, PACKET_FIN | PACKET_ACK),
	};
	struct flows flows = {};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wire); i++) {
		EXPECT_TRUE(flows_follow(&flows, &wire[i]));
		EXPECT_EQ(i == 3, wire[i].again);
	}
}

/* From another CPU than the SYN,ACK, which it is sent after. */
TEST(FIN_that_overtakes_its_SYN)
{
	struct packet wire[] = {
		to_server(99, 0, 0, PACKET_SYN),
		to_client(501, 100, 0, PACKET_FIN | PACKET_ACK),
		to_client(500, 100, 0, PACKET_SYN | PACKET_ACK),
		to_client(501, 100, 0, PACKET_FIN | PACKET_ACK),
		to_client(501, 100, 0, PACKET_PSH | PACKET_ACK),
	};
	struct flows flows = {};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wire); i++) {
		EXPECT_TRUE(flows_follow(&flows, &wire[i]));
		EXPECT_EQ(i == 3, wire[i].again);
	}
	EXPECT_EQ(1, wire[3].seq);
}

/* From another CPU than the SYN of the next connection, and so after it. */
TEST(FIN_that_a_SYN_overtakes)
{
	struct packet wire[] = {
		to_server(99, 0, 0, PACKET_SYN),
		to_server(50099, 0, 0, PACKET_SYN),
		to_server(100, 1, 0, PACKET_FIN | PACKET_ACK),
		to_server(100, 1, 0, PACKET_FIN | PACKET_ACK),
		to_server(50100, 1, 0, PACKET_FIN | PACKET_ACK),
	};
	struct flows flows = {};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wire); i++) {
		EXPECT_TRUE(flows_follow(&flows, &wire[i]));
		EXPECT_EQ(i == 3, wire[i].again);
	}
}

TEST(packets_read_like_tcpdump)
{
	struct packet rst = to_client(1, 6, 0, PACKET_RST | PACKET_ACK);
	struct packet data = to_server(1, 1, 5, PACKET_PSH | PACKET_ACK);
	char text[128];

	packet_print(text, sizeof(text), &rst);
	EXPECT_STREQ("127.0.0.20:8000 > 127.0.0.1:48072 [R.] seq 1 ack 6", text);
	packet_print(text, sizeof(text), &data);
	EXPECT_STREQ("127.0.0.1:48072 > 127.0.0.20:8000 [P.] seq 1:6 ack 1", text);
}

TEST(packets_of_both_families)
{
	static const __u8 ipv6[] = {
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x86, 0xdd,
		0x60, 0, 0, 0, 0, 23, 6, 64,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
		0x1f, 0x40, 0, 80, 0, 0, 0, 7, 0, 0, 0, 9,
		0x50, 0x18, 0, 0, 0, 0, 0, 0, 'a', 'b', 'c',
	};
	static const __u8 udp[] = {
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x08, 0,
		0x45, 0, 0, 32, 0, 0, 0, 0, 64, 17, 0, 0, 127, 0, 0, 1,
		127, 0, 0, 1, 0, 9, 0, 9, 0, 12, 0, 0, 'm', 'a', 'r', 'k',
	};
	struct packet packet;
	size_t len;

	ASSERT_TRUE(packet_decode(&packet, ipv6, sizeof(ipv6)));
	EXPECT_STREQ("[::1]:8000", packet.src);
	EXPECT_STREQ("[::1]:80", packet.dst);
	EXPECT_EQ(7, packet.seq);
	EXPECT_EQ(9, packet.ack);
	EXPECT_EQ(3, packet.len);
	EXPECT_EQ(PACKET_PSH | PACKET_ACK, packet.flags);
	EXPECT_FALSE(packet_decode(&packet, udp, sizeof(udp)));
	for (len = 0; len < 14 + 40 + 20; len++)
		EXPECT_FALSE(packet_decode(&packet, ipv6, len));
}

FIXTURE(judge) {
	struct play *play;
};

FIXTURE_SETUP(judge)
{
	self->play = calloc(1, sizeof(*self->play));
	ASSERT_NE(NULL, self->play);
	self->play->pid = 42;
	self->play->end = 2000000000;
	strcpy(self->play->comm, "test");
	self->play->actor[S2].cookie = 0x1a;
	strcpy(self->play->actor[S2].local, SERVER_);
	strcpy(self->play->actor[S2].remote, CLIENT);
}

FIXTURE_TEARDOWN(judge)
{
	free(self->play);
}

static void gets(struct play *play, const char *line)
{
	if (record_parse(&play->record[play->nr_records++], line))
		abort();
}

static int unmet(struct play *play)
{
	expect_judge(play);
	return play->unmet.count;
}

TEST_F(judge, what_was_expected)
{
	expect(self->play, S2, "kind=call call=close sent=RST unread=5");
	expect_path(self->play, S2, "LISTEN>SYN_RECV>CLOSE");
	gets(self->play, SERVED(1, "state") "state=LISTEN>SYN_RECV by=rx");
	gets(self->play, SERVED(2, "state") "state=SYN_RECV>CLOSE by=close");
	gets(self->play, SERVED(3, "call") "call=close sent=RST unread=5");
	EXPECT_EQ(0, unmet(self->play));
}

TEST_F(judge, nothing)
{
	expect(self->play, S2, "kind=call call=close");
	expect_path(self->play, S2, "LISTEN>CLOSE");
	EXPECT_EQ(2, unmet(self->play));
}

TEST_F(judge, more_than_expected)
{
	gets(self->play, SERVED(1, "call") "call=close sent=RST");
	gets(self->play, SERVED(2, "reset") "state=ESTABLISHED>CLOSE");
	EXPECT_EQ(2, unmet(self->play));
	/* What the program's leaving makes is not the recipe's. */
	self->play->end = 0;
	EXPECT_EQ(0, unmet(self->play));
}

TEST_F(judge, another_value)
{
	expect(self->play, S2, "kind=call call=close sent=RST unread=5");
	gets(self->play, SERVED(1, "call") "call=close sent=FIN unread=4");
	EXPECT_EQ(2, unmet(self->play));
}

TEST_F(judge, one_of_several_values)
{
	expect(self->play, S2, "kind=call state=CLOSE>CLOSE|TIME_WAIT>TIME_WAIT");
	gets(self->play, SERVED(1, "call") "state=TIME_WAIT>TIME_WAIT");
	EXPECT_EQ(0, unmet(self->play));
	self->play->nr_records = 0;
	gets(self->play, SERVED(1, "call") "state=CLOSE>CLOS");
	EXPECT_EQ(1, unmet(self->play));
}

TEST_F(judge, another_identity)
{
	expect(self->play, S2, "kind=call");
	gets(self->play, HEAD(1, "call", "1a") "local=" CLIENT " remote=" SERVER_);
	EXPECT_EQ(2, unmet(self->play));
	self->play->nr_records = 0;
	gets(self->play, HEAD(1, "call", "1b") "local=" SERVER_ " remote=" CLIENT);
	EXPECT_EQ(2, unmet(self->play));
	self->play->nr_records = 0;
	self->play->pid = 43;
	gets(self->play, SERVED(1, "call") "call=close");
	EXPECT_EQ(2, unmet(self->play));
}

/* Who asks is one thing, whose it is another. */
TEST_F(judge, another_owner)
{
	expect(self->play, S2, "kind=reset");
	gets(self->play, "seq=1 ts=1.1 kind=reset pid=- comm=- cookie=1a local=" SERVER_
	     " remote=" CLIENT " owner=42 ocomm=test");
	EXPECT_EQ(0, unmet(self->play));
	self->play->nr_records = 0;
	gets(self->play, "seq=1 ts=1.1 kind=reset pid=- comm=- cookie=1a local=" SERVER_
	     " remote=" CLIENT " owner=- ocomm=-");
	EXPECT_EQ(2, unmet(self->play));
}

TEST_F(judge, too_early)
{
	expect(self->play, S2, "kind=call");
	expect_late(self->play, 1500000000);
	gets(self->play, SERVED(100000000, "call") "call=close");
	EXPECT_EQ(1, unmet(self->play));
}

TEST_F(judge, path_with_a_gap)
{
	expect_path(self->play, S2, "LISTEN>SYN_RECV>ESTABLISHED>CLOSE");
	gets(self->play, SERVED(1, "state") "state=LISTEN>SYN_RECV");
	gets(self->play, SERVED(2, "state") "state=ESTABLISHED>CLOSE");
	EXPECT_EQ(1, unmet(self->play));
}

TEST_F(judge, unknown_reason)
{
	self->play->end = 0;
	gets(self->play, SERVED(1, "call") "call=close why=unknown");
	EXPECT_EQ(1, unmet(self->play));
}

TEST_F(judge, unknown_key)
{
	expect(self->play, S2, "kind=call colour=green");
	gets(self->play, SERVED(1, "call") "call=close");
	EXPECT_EQ(2, unmet(self->play));
}

/* ---- without records ---- */

static int disagreements_without(struct play *play)
{
	stand_in_for_records(play);
	wire_check(&play->agreement, play->packet, play->nr_packets, play->record,
		   play->nr_records, NULL, play->claimed_by);
	return play->agreement.remarks.count;
}

static void sends(struct play *play, const char *src, const char *dst, __u8 flags)
{
	struct packet *packet = &play->packet[play->nr_packets++];

	strcpy(packet->src, src);
	strcpy(packet->dst, dst);
	packet->flags = flags;
}

TEST_F(judge, wire_without_records)
{
	struct play *play = self->play;

	expect(play, S2, "kind=call call=close sent=RST why=unread_data fin=-");
	EXPECT_EQ(1, disagreements_without(play));
	sends(play, SERVER_, CLIENT, PACKET_RST);
	EXPECT_EQ(0, disagreements_without(play));
	sends(play, SERVER_, CLIENT, PACKET_RST);
	EXPECT_EQ(1, disagreements_without(play));
	play->nr_packets = 0;
	sends(play, SERVER_, CLIENT, PACKET_FIN | PACKET_ACK);
	EXPECT_EQ(2, disagreements_without(play));
	play->nr_packets = 0;
	sends(play, CLIENT, SERVER_, PACKET_RST);
	EXPECT_EQ(2, disagreements_without(play));
}

TEST_F(judge, silence_without_records)
{
	struct play *play = self->play;

	expect(play, S2, "kind=call call=close sent=none why=repair fin=-");
	EXPECT_EQ(0, disagreements_without(play));
	sends(play, SERVER_, CLIENT, PACKET_FIN | PACKET_ACK);
	EXPECT_EQ(1, disagreements_without(play));
}

TEST_F(judge, address_said_without_records)
{
	struct play *play = self->play;

	expect(play, NOBODY, "kind=decision by=rx local=%s remote=%s sent=RST fin=-",
	       CLIENT, SERVER_);
	sends(play, CLIENT, SERVER_, PACKET_RST);
	EXPECT_EQ(0, disagreements_without(play));
}

TEST_F(judge, segment_without_records)
{
	struct play *play = self->play;

	expect(play, S2, "kind=decision by=rx sent=RST fin=- flags=A segment=7 len=0");
	sends(play, SERVER_, CLIENT, PACKET_RST);
	EXPECT_EQ(1, disagreements_without(play));
	sends(play, CLIENT, SERVER_, PACKET_ACK);
	play->packet[1].number = 7;
	EXPECT_EQ(0, disagreements_without(play));
}

static long long told_without(struct play *play, enum mib_counter counter)
{
	struct mib told;

	stand_in_for_records(play);
	mib_told(&told, play->record, play->nr_records);
	return told.count[counter];
}

TEST_F(judge, counters_without_records)
{
	struct play *play = self->play;

	expect(play, S2, "kind=call call=close sent=RST why=unread_data fin=-");
	EXPECT_EQ(1, told_without(play, MIB_OUT_RSTS));
	EXPECT_EQ(1, told_without(play, MIB_ABORT_ON_CLOSE));
	EXPECT_EQ(0, told_without(play, MIB_ABORT_ON_DATA));
	EXPECT_EQ(0, told_without(play, MIB_ESTAB_RESETS));
	expect_path(play, S2, "SYN_RECV rx ESTABLISHED rx CLOSE_WAIT close CLOSE EPIPE");
	expect_path(play, S2, "LISTEN>ESTABLISHED>CLOSE");
	expect_path(play, S2, "SYN_SENT rx ESTABLISHED ? CLOSE");
	EXPECT_EQ(2, told_without(play, MIB_ESTAB_RESETS));
}

TEST_HARNESS_MAIN
