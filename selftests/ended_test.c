// SPDX-License-Identifier: GPL-2.0-only
/*
 * The file sockets: what ended the connection of a socket that somebody still
 * has, what was the last that happened, since when it is in its state, whose it
 * is.
 */
#include "trial_fixture.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include <names.h>

#include "act_option.h"
#include "actor.h"
#include "clock.h"
#include "find_record.h"
#include "reach.h"
#include "record_fields.h"
#include "sock_destroy.h"

#define DATA		(PACKET_ACK | PACKET_PSH)

#define WAIT_SECONDS	10

TRIALS(ended);

static bool says(const struct record *line, const struct record *wanted,
		 enum shutwatch_key *key)
{
	for (*key = 0; *key < SHUTWATCH_KEY__MAX; ++*key) {
		if (wanted->value[*key] &&
		    !record_is(line, *key, wanted->value[*key]))
			return false;
	}
	return true;
}

/* It is there a moment after the kernel has done it. */
static void expect_line(struct play *play, enum who who, const char *text)
{
	__u64 deadline = clock_in(WAIT_SECONDS);
	struct record line, wanted;
	enum shutwatch_key key;

	if (record_parse(&wanted, text)) {
		remark(&play->trouble, "cannot be expected: %s", text);
		return;
	}
	for (;;) {
		if (!find_socket(&line, play->actor[who].cookie)) {
			remark(&play->wrong, "%s is not among the sockets",
			       actor_name(who));
			return;
		}
		if (says(&line, &wanted, &key))
			return;
		if (!clock_wait(deadline))
			break;
	}
	remark(&play->wrong, "sockets: %s: %s=%s, expected %s", actor_name(who),
	       key_names.name[key], record_get(&line, key), wanted.value[key]);
}

#define NOTHING_YET	" call=- how=- sent=- why=- fin=-"
#define NO_LAST		" last=- last_how=- last_sent=- last_why=-"

#define BY_SHUT_WR	" call=shutdown how=wr sent=FIN why=shutdown_write fin=sent"

static void begin(struct reached *reached, struct peer *peer, struct play *play)
{
	peer_open(peer, play);
	reach(reached, peer, S, SHUTWATCH_TCP_ESTABLISHED, NULL);
}

static void shut_wr(struct reached *reached, struct peer *peer, struct play *play)
{
	peer_open(peer, play);
	reach(reached, peer, S, SHUTWATCH_TCP_FIN_WAIT1, NULL);
}

TEST_F(ended, nothing_yet)
{
	struct reached reached;
	struct peer peer;

	begin(&reached, &peer, self->play);
	expect_line(self->play, S, "state=ESTABLISHED shut=-" NOTHING_YET NO_LAST);
	expect_path(self->play, S, "%s", reached.story);
}

/* The state is as old as the transition to it. */
TEST_F(ended, since)
{
	struct play *play = self->play;
	struct record line, state;
	struct reached reached;
	struct peer peer;

	shut_wr(&reached, &peer, play);
	ASSERT_TRUE(find_socket(&line, play->actor[S].cookie));
	ASSERT_TRUE(find_record(&state, play->actor[S].cookie, SHUTWATCH_KEY_STATE,
				"ESTABLISHED>FIN_WAIT1"));
	EXPECT_STREQ("FIN_WAIT1", record_get(&line, SHUTWATCH_KEY_STATE));
	ASSERT_TRUE(find_record(&state, play->actor[S].cookie, SHUTWATCH_KEY_KIND,
				"state"));
	EXPECT_STREQ(record_get(&state, SHUTWATCH_KEY_TS),
		     record_get(&line, SHUTWATCH_KEY_SINCE));
	peer_acks(&peer);
	await_state(play, S, SHUTWATCH_TCP_FIN_WAIT2);
	expect_line(play, S, "state=FIN_WAIT2");
	ASSERT_TRUE(find_socket(&line, play->actor[S].cookie));
	ASSERT_TRUE(find_record(&state, play->actor[S].cookie, SHUTWATCH_KEY_STATE,
				"FIN_WAIT1>FIN_WAIT2"));
	EXPECT_STREQ(record_get(&state, SHUTWATCH_KEY_TS),
		     record_get(&line, SHUTWATCH_KEY_SINCE));
	expect_path(play, S, "%s rx FIN_WAIT2", reached.story);
}

TEST_F(ended, owner)
{
	struct play *play = self->play;
	char text[96];

	act_listen(play, SERVER);
	act_connect(play, S1, NULL, FINE);
	await_child(play, SERVER, S1);
	act_accept(play, S2, SERVER);
	snprintf(text, sizeof(text), "owner=%d ocomm=%s", play->pid, play->comm);
	expect_line(play, SERVER, text);
	expect_line(play, S1, text);
	expect_line(play, S2, text);
	expect_path(play, SERVER, "CLOSE listen LISTEN");
	expect_path(play, S1, "CLOSE connect SYN_SENT rx ESTABLISHED");
	expect_path(play, S2, "SYN_RECV rx ESTABLISHED");
}

/* The reading side alone ends nothing. */
TEST_F(ended, not_by_shut_rd)
{
	struct reached reached;
	struct peer peer;

	begin(&reached, &peer, self->play);
	act_shutdown(self->play, S, SHUT_RD);
	expect_whole(self->play, S, SHUTDOWN("rd")
		     "state=ESTABLISHED>ESTABLISHED sent=none why=read_side_only");
	expect_line(self->play, S, "state=ESTABLISHED shut=rd" NOTHING_YET
		    " last=shutdown last_how=rd last_sent=none last_why=read_side_only");
	expect_path(self->play, S, "%s", reached.story);
}

/* What comes later does not take its place. */
TEST_F(ended, by_the_first_FIN)
{
	struct reached reached;
	struct peer peer;

	shut_wr(&reached, &peer, self->play);
	expect_line(self->play, S, "state=FIN_WAIT1 shut=wr" BY_SHUT_WR
		    " last=shutdown last_how=wr last_sent=FIN last_why=shutdown_write");
	act_shutdown(self->play, S, SHUT_RD);
	expect_whole(self->play, S, SHUTDOWN("rd")
		     "state=FIN_WAIT1>FIN_WAIT1 sent=none why=read_side_only");
	expect_line(self->play, S, "state=FIN_WAIT1 shut=rdwr" BY_SHUT_WR
		    " last=shutdown last_how=rd last_sent=none last_why=read_side_only");
	act_close(self->play, S);
	expect_whole(self->play, S, CLOSE
		     "state=FIN_WAIT1>FIN_WAIT1 sent=none why=fin_already_sent");
	expect_line(self->play, S, "state=FIN_WAIT1 shut=rdwr" BY_SHUT_WR
		    " last=close last_how=- last_sent=none last_why=fin_already_sent");
	expect_path(self->play, S, "%s", reached.story);
}

TEST_F(ended, TIME_WAIT)
{
	struct reached reached;
	struct peer peer;

	peer_open(&peer, self->play);
	reach(&reached, &peer, S, SHUTWATCH_TCP_TIME_WAIT, NULL);
	act_close(self->play, S);
	expect_whole(self->play, S, CLOSE
		     "state=TIME_WAIT>TIME_WAIT sent=none why=already_closed");
	expect_line(self->play, S, "state=TIME_WAIT" BY_SHUT_WR
		    " last=close last_how=- last_sent=none last_why=already_closed");
	expect_path(self->play, S, "%s", reached.story);
}

/* While the mini-socket is there, the two have one cookie. */
static void next_connection(struct play *play, struct peer *first)
{
	const struct actor was = play->actor[S];
	struct actor now;
	struct peer next;

	peer_open(&next, play);
	peer_connects(&next, S);
	peer_sends(first, PACKET_RST, NULL);
	await_minis(play, 0);
	now = play->actor[S];
	play->actor[S] = was;
	expect_whole(play, S, RESET "state=TIME_WAIT>CLOSE error=-");
	play->actor[S] = now;
}

#define NEXT	" ? CLOSE connect SYN_SENT rx ESTABLISHED ? TIME_WAIT rx CLOSE"

/*
 * connect() puts the socket back: TIME_WAIT has what was shut before, and the next
 * connection what was shut since.
 */
TEST_F(ended, TIME_WAIT_without_its_socket)
{
	struct play *play = self->play;
	struct reached reached;
	struct peer peer;

	peer_open(&peer, play);
	reach(&reached, &peer, S, SHUTWATCH_TCP_TIME_WAIT, NULL);
	act_disconnect(play, S);
	expect_whole(play, S, UNSPEC "state=TIME_WAIT>TIME_WAIT sent=none why=already_closed");
	expect_line(play, S, "state=TIME_WAIT shut=wr" BY_SHUT_WR
		    " last=connect_unspec last_how=- last_sent=none last_why=already_closed");
	next_connection(play, &peer);
	expect_line(play, S, "state=ESTABLISHED shut=-" NOTHING_YET);
	expect_path(play, S, "%s" NEXT, reached.story);
}

TEST_F(ended, TIME_WAIT_and_shut_rd_before_the_next)
{
	struct play *play = self->play;
	struct reached reached;
	struct peer peer;

	peer_open(&peer, play);
	reach(&reached, &peer, S, SHUTWATCH_TCP_TIME_WAIT, NULL);
	act_disconnect(play, S);
	expect_whole(play, S, UNSPEC "state=TIME_WAIT>TIME_WAIT sent=none why=already_closed");
	act_shutdown_try(play, S, SHUT_RD, ENOTCONN);
	expect_whole(play, S, SHUTDOWN("rd")
		     "ret=ENOTCONN state=TIME_WAIT>TIME_WAIT sent=none why=already_closed");
	next_connection(play, &peer);
	expect_line(play, S, "state=ESTABLISHED shut=rd" NOTHING_YET);
	expect_path(play, S, "%s" NEXT, reached.story);
}

/* The FIN has to wait behind what does not fit. */
static void shut_behind_a_closed_window(struct play *play, struct peer *peer)
{
	peer->window = 0;
	peer_acks(peer);
	await_closed_window(play, S);
	act_send(play, S, "hello");
	act_shutdown(play, S, SHUT_WR);
}

static void open_the_window(struct peer *peer)
{
	peer->window = PEER_WINDOW;
	peer_acks(peer);
	peer_hears(peer, PACKET_FIN);
	peer_acks(peer);
}

/* Queued behind a closed window; acknowledged, it was sent. */
TEST_F(ended, fin_queued_and_then_sent)
{
	struct play *play = self->play;
	struct reached reached;
	struct peer peer;

	begin(&reached, &peer, play);
	shut_behind_a_closed_window(play, &peer);
	expect_whole(play, S, SHUTDOWN("wr")
		     "state=ESTABLISHED>FIN_WAIT1 sent=FIN why=shutdown_write fin=queued unsent=5");
	expect_line(play, S, "state=FIN_WAIT1 call=shutdown how=wr sent=FIN why=shutdown_write fin=queued");
	open_the_window(&peer);
	await_state(play, S, SHUTWATCH_TCP_FIN_WAIT2);
	expect_line(play, S, "state=FIN_WAIT2" BY_SHUT_WR);
	expect_path(play, S, "%s shutdown FIN_WAIT1 rx FIN_WAIT2", reached.story);
}

/* The same, where the peer was first: there is no FIN_WAIT2. */
TEST_F(ended, fin_queued_in_CLOSE_WAIT)
{
	struct play *play = self->play;
	struct reached reached;
	struct peer peer;

	peer_open(&peer, play);
	reach(&reached, &peer, S, SHUTWATCH_TCP_CLOSE_WAIT, NULL);
	shut_behind_a_closed_window(play, &peer);
	expect_whole(play, S, SHUTDOWN("wr")
		     "state=CLOSE_WAIT>LAST_ACK sent=FIN why=shutdown_write fin=queued unsent=5");
	expect_line(play, S, "state=LAST_ACK call=shutdown how=wr sent=FIN why=shutdown_write fin=queued");
	open_the_window(&peer);
	await_state(play, S, SHUTWATCH_TCP_CLOSE);
	expect_line(play, S, "state=CLOSE" BY_SHUT_WR);
	expect_path(play, S, "%s shutdown LAST_ACK rx CLOSE", reached.story);
}

static void queue_and_cross(struct reached *reached, struct peer *peer, struct play *play)
{
	begin(reached, peer, play);
	shut_behind_a_closed_window(play, peer);
	expect_whole(play, S, SHUTDOWN("wr")
		     "state=ESTABLISHED>FIN_WAIT1 sent=FIN why=shutdown_write fin=queued unsent=5");
	peer_sends(peer, PACKET_FIN | PACKET_ACK, NULL);
	await_state(play, S, SHUTWATCH_TCP_CLOSING);
}

/* And where both ends finish at once. */
TEST_F(ended, fin_queued_and_then_CLOSING)
{
	struct play *play = self->play;
	struct reached reached;
	struct peer peer;

	queue_and_cross(&reached, &peer, play);
	open_the_window(&peer);
	await_time_wait(play, S, true);
	expect_line(play, S, "state=TIME_WAIT" BY_SHUT_WR);
	expect_path(play, S, "%s shutdown FIN_WAIT1 rx CLOSING rx TIME_WAIT",
		    reached.story);
}

/* The same, and there is no room for a mini-socket: no TIME_WAIT. */
TEST_F(ended, fin_queued_and_no_room_for_TIME_WAIT)
{
	struct play *play = self->play;
	struct reached reached;
	struct peer peer;

	act_sysctl(play, "ipv4/tcp_max_tw_buckets", "0");
	queue_and_cross(&reached, &peer, play);
	open_the_window(&peer);
	await_state(play, S, SHUTWATCH_TCP_CLOSE);
	expect_line(play, S, "state=CLOSE" BY_SHUT_WR);
	expect_path(play, S, "%s shutdown FIN_WAIT1 rx CLOSING rx CLOSE",
		    reached.story);
}

/* It is reset instead: the FIN never left. */
TEST_F(ended, fin_queued_and_reset_in_CLOSING)
{
	struct play *play = self->play;
	struct reached reached;
	struct peer peer;

	queue_and_cross(&reached, &peer, play);
	peer_sends(&peer, PACKET_RST, NULL);
	await_state(play, S, SHUTWATCH_TCP_CLOSE);
	expect_whole(play, S, RESET "state=CLOSING>CLOSE error=ECONNRESET");
	expect_line(play, S, "state=CLOSE call=shutdown how=wr sent=FIN why=shutdown_write fin=queued");
	expect_path(play, S, "%s shutdown FIN_WAIT1 rx CLOSING rx CLOSE",
		    reached.story);
}

/* A RST takes the place of the FIN before it, and keeps it. */
TEST_F(ended, by_the_RST_after_the_FIN)
{
	struct play *play = self->play;
	struct reached reached;
	struct peer peer;

	begin(&reached, &peer, play);
	act_shutdown(play, S, SHUT_RDWR);
	expect_whole(play, S, SHUTDOWN("rdwr")
		     "state=ESTABLISHED>FIN_WAIT1 sent=FIN why=shutdown_write fin=sent");
	peer_hears(&peer, PACKET_FIN);
	peer_sends(&peer, DATA, "x");
	peer_hears(&peer, PACKET_RST);
	expect_whole(play, S, DECISION("rx")
		     "state=FIN_WAIT1>CLOSE sent=RST why=data_after_shutdown");
	expect_line(play, S, "state=CLOSE call=rx how=- sent=RST why=data_after_shutdown last=rx last_how=- last_sent=RST last_why=data_after_shutdown");
	expect_path(play, S, "%s shutdown FIN_WAIT1 rx CLOSE", reached.story);
}

TEST_F(ended, by_disconnect)
{
	struct play *play = self->play;
	struct reached reached;
	struct peer peer;

	begin(&reached, &peer, play);
	act_disconnect(play, S);
	expect_whole(play, S, UNSPEC
		     "state=ESTABLISHED>CLOSE sent=RST why=connect_unspec");
	expect_line(play, S, "state=CLOSE shut=- call=connect_unspec how=- sent=RST why=connect_unspec fin=- last=connect_unspec last_sent=RST last_why=connect_unspec");
	act_shutdown_try(play, S, SHUT_WR, ENOTCONN);
	expect_whole(play, S, SHUTDOWN("wr")
		     "ret=ENOTCONN state=CLOSE>CLOSE sent=none why=already_closed");
	expect_line(play, S, "state=CLOSE call=connect_unspec sent=RST why=connect_unspec last=shutdown last_how=wr last_sent=none last_why=already_closed");
	expect_path(play, S, "%s connect_unspec CLOSE", reached.story);
}

/* Another connection of the same socket: nothing has ended it. */
TEST_F(ended, not_by_what_ended_the_last_one)
{
	struct play *play = self->play;
	struct reached reached;
	struct peer peer;

	begin(&reached, &peer, play);
	act_disconnect(play, S);
	expect_whole(play, S, UNSPEC
		     "state=ESTABLISHED>CLOSE sent=RST why=connect_unspec");
	peer_hears(&peer, PACKET_RST);
	peer_connects(&peer, S);
	expect_line(play, S, "state=ESTABLISHED shut=-" NOTHING_YET);
	expect_path(play, S, "%s connect_unspec CLOSE connect SYN_SENT rx ESTABLISHED",
		    reached.story);
}

TEST_F(ended, by_a_RST_received)
{
	struct reached reached;
	struct peer peer;

	begin(&reached, &peer, self->play);
	peer_sends(&peer, PACKET_RST, NULL);
	await_state(self->play, S, SHUTWATCH_TCP_CLOSE);
	expect_whole(self->play, S, RESET "state=ESTABLISHED>CLOSE error=ECONNRESET");
	expect_line(self->play, S, "state=CLOSE call=rx how=- sent=none why=- fin=-");
	expect_path(self->play, S, "%s rx CLOSE", reached.story);
}

TEST_F(ended, by_a_timer)
{
	const int ms = 500;
	struct reached reached;
	struct peer peer;

	begin(&reached, &peer, self->play);
	ASSERT_EQ(0, setsockopt(self->play->actor[S].fd, IPPROTO_TCP,
				TCP_USER_TIMEOUT, &ms, sizeof(ms)));
	act_send(self->play, S, "hello");
	expect_whole(self->play, S, DECISION("timer")
		     "ctx=timer state=ESTABLISHED>CLOSE sent=none why=user_timeout unacked=5 user_timeout=500 retries=1|2|3|4|5");
	await_state(self->play, S, SHUTWATCH_TCP_CLOSE);
	expect_line(self->play, S, "state=CLOSE call=timer how=- sent=none why=user_timeout fin=- last=timer last_sent=none last_why=user_timeout");
	expect_path(self->play, S, "%s timer CLOSE", reached.story);
}

TEST_F(ended, by_abort)
{
	struct play *play = self->play;
	struct sockaddr_storage local, remote;
	struct reached reached;
	struct peer peer;

	begin(&reached, &peer, play);
	address_parse(&local, play->actor[S].local);
	address_parse(&remote, play->actor[S].remote);
	ASSERT_EQ(0, sock_destroy(&local, &remote, play->actor[S].cookie));
	play->err = 0;
	expect_whole(play, S, ABORT "state=ESTABLISHED>CLOSE sent=RST why=abort");
	expect_line(play, S, "state=CLOSE call=abort how=- sent=RST why=abort fin=- last=abort last_sent=RST last_why=abort");
	expect_path(play, S, "%s abort CLOSE ECONNABORTED", reached.story);
}

/* A listener is no connection, but it stops, and that is told. */
TEST_F(ended, listener)
{
	struct play *play = self->play;

	act_listen(play, SERVER);
	expect_line(play, SERVER, "state=LISTEN" NOTHING_YET NO_LAST);
	act_shutdown(play, SERVER, SHUT_RD);
	expect_whole(play, SERVER, SHUTDOWN("rd")
		     "state=LISTEN>CLOSE sent=none why=listener_stopped children=0");
	expect_line(play, SERVER, "state=CLOSE call=shutdown how=rd sent=none why=listener_stopped fin=-");
	expect_path(play, SERVER, "CLOSE listen LISTEN shutdown CLOSE");
}

TRIALS_MAIN_RECORDS;
