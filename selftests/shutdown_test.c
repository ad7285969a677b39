// SPDX-License-Identifier: GPL-2.0-only
/*
 * shutdown() in every state (A1 to A9).
 */
#include "trial_fixture.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include "act_option.h"
#include "reach.h"

TRIALS(shutdown);

/* What is said of a FIN, and of none because there was one before. */
#define FIN_SENT	"sent=FIN why=shutdown_write fin=sent"
#define FIN_BEFORE	"sent=none why=fin_already_sent"
#define RD_ONLY		"sent=none why=read_side_only"
#define STOPPED		"sent=none why=listener_stopped children=0"
#define CLOSED		"ret=ENOTCONN sent=none why=already_closed"

/* State, how, what the record says, what it adds to the socket's story. */
#define SHUTDOWN_LIST(X)							\
	X(ESTABLISHED, RD, rd, "ESTABLISHED>ESTABLISHED " RD_ONLY, "")		\
	X(ESTABLISHED, WR, wr, "ESTABLISHED>FIN_WAIT1 " FIN_SENT, " shutdown FIN_WAIT1") \
	X(ESTABLISHED, RDWR, rdwr, "ESTABLISHED>FIN_WAIT1 " FIN_SENT, " shutdown FIN_WAIT1") \
	X(CLOSE_WAIT, RD, rd, "CLOSE_WAIT>CLOSE_WAIT " RD_ONLY, "")		\
	X(CLOSE_WAIT, WR, wr, "CLOSE_WAIT>LAST_ACK " FIN_SENT, " shutdown LAST_ACK") \
	X(CLOSE_WAIT, RDWR, rdwr, "CLOSE_WAIT>LAST_ACK " FIN_SENT, " shutdown LAST_ACK") \
	X(FIN_WAIT1, RD, rd, "FIN_WAIT1>FIN_WAIT1 " RD_ONLY, "")		\
	X(FIN_WAIT1, WR, wr, "FIN_WAIT1>FIN_WAIT1 " FIN_BEFORE, "")		\
	X(FIN_WAIT1, RDWR, rdwr, "FIN_WAIT1>FIN_WAIT1 " FIN_BEFORE, "")		\
	X(FIN_WAIT2, RD, rd, "FIN_WAIT2>FIN_WAIT2 " RD_ONLY, "")		\
	X(FIN_WAIT2, WR, wr, "FIN_WAIT2>FIN_WAIT2 " FIN_BEFORE, "")		\
	X(FIN_WAIT2, RDWR, rdwr, "FIN_WAIT2>FIN_WAIT2 " FIN_BEFORE, "")		\
	X(CLOSING, RD, rd, "CLOSING>CLOSING " RD_ONLY, "")			\
	X(CLOSING, WR, wr, "CLOSING>CLOSING " FIN_BEFORE, "")			\
	X(CLOSING, RDWR, rdwr, "CLOSING>CLOSING " FIN_BEFORE, "")		\
	X(LAST_ACK, RD, rd, "LAST_ACK>LAST_ACK " RD_ONLY, "")			\
	X(LAST_ACK, WR, wr, "LAST_ACK>LAST_ACK " FIN_BEFORE, "")		\
	X(LAST_ACK, RDWR, rdwr, "LAST_ACK>LAST_ACK " FIN_BEFORE, "")		\
	X(FRESH, RD, rd, "CLOSE>CLOSE " CLOSED, "")				\
	X(FRESH, WR, wr, "CLOSE>CLOSE " CLOSED, "")				\
	X(FRESH, RDWR, rdwr, "CLOSE>CLOSE " CLOSED, "")				\
	X(FINISHED, RD, rd, "CLOSE>CLOSE " CLOSED, "")				\
	X(FINISHED, WR, wr, "CLOSE>CLOSE " CLOSED, "")				\
	X(FINISHED, RDWR, rdwr, "CLOSE>CLOSE " CLOSED, "")			\
	X(TIME_WAIT, RD, rd, "TIME_WAIT>TIME_WAIT " CLOSED, "")			\
	X(TIME_WAIT, WR, wr, "TIME_WAIT>TIME_WAIT " CLOSED, "")			\
	X(TIME_WAIT, RDWR, rdwr, "TIME_WAIT>TIME_WAIT " CLOSED, "")		\
	X(LISTEN, RD, rd, "LISTEN>CLOSE " STOPPED, " shutdown CLOSE")		\
	X(LISTEN, WR, wr, "LISTEN>LISTEN sent=none why=listening", "")		\
	X(LISTEN, RDWR, rdwr, "LISTEN>CLOSE " STOPPED, " shutdown CLOSE")	\
	X(SYN_SENT, RD, rd, "SYN_SENT>CLOSE sent=none why=syn_sent", " shutdown CLOSE") \
	X(SYN_SENT, WR, wr, "SYN_SENT>CLOSE sent=none why=syn_sent", " shutdown CLOSE") \
	X(SYN_SENT, RDWR, rdwr, "SYN_SENT>CLOSE sent=none why=syn_sent", " shutdown CLOSE")

#define TEST_IN_STATE(state, HOW, how, says, adds)				\
TEST_F(shutdown, how##_in_##state)						\
{										\
	struct reached at;							\
	struct peer peer;							\
										\
	peer_open(&peer, self->play);						\
	reach(&at, &peer, S, REACH_##state, NULL);				\
	act_shutdown_try(self->play, S, SHUT_##HOW, ENOTCONN);			\
	expect_whole(self->play, S, SHUTDOWN(#how) "state=" says);		\
	expect_path(self->play, S, "%s" adds, at.story);			\
}

SHUTDOWN_LIST(TEST_IN_STATE)

/* A second call adds nothing, and is told nothing but that. */
TEST_F(shutdown, twice)
{
	struct play *play = self->play;
	struct reached at;
	struct peer peer;

	peer_open(&peer, play);
	reach(&at, &peer, S, REACH_ESTABLISHED, "hello");
	act_shutdown(play, S, SHUT_RD);
	expect_whole(play, S, SHUTDOWN("rd")
		     "state=ESTABLISHED>ESTABLISHED " RD_ONLY " unread=5");
	act_shutdown(play, S, SHUT_RD);
	expect_whole(play, S, SHUTDOWN("rd")
		     "state=ESTABLISHED>ESTABLISHED " RD_ONLY " unread=5");
	act_shutdown(play, S, SHUT_WR);
	expect_whole(play, S, SHUTDOWN("wr")
		     "state=ESTABLISHED>FIN_WAIT1 " FIN_SENT " unread=5");
	act_shutdown(play, S, SHUT_RDWR);
	expect_whole(play, S, SHUTDOWN("rdwr")
		     "state=FIN_WAIT1>FIN_WAIT1 " FIN_BEFORE " unread=5");
	expect_path(play, S, "%s shutdown FIN_WAIT1", at.story);
}

/* What SHUT_RD in FIN_WAIT2 arms: data that comes then is refused (A8, C1). */
TEST_F(shutdown, rd_in_FIN_WAIT2_then_data)
{
	struct play *play = self->play;
	struct reached at;
	struct peer peer;

	peer_open(&peer, play);
	reach(&at, &peer, S, REACH_FIN_WAIT2, NULL);
	act_shutdown(play, S, SHUT_RD);
	expect_whole(play, S, SHUTDOWN("rd") "state=FIN_WAIT2>FIN_WAIT2 " RD_ONLY);
	peer_sends(&peer, PACKET_ACK | PACKET_PSH, "world");
	peer_hears(&peer, PACKET_RST);
	expect_whole(play, S, DECISION("rx")
		     "state=FIN_WAIT2>CLOSE sent=RST why=data_after_shutdown");
	trial_recv_fails(play, S, ECONNRESET);
	expect_path(play, S, "%s rx CLOSE", at.story);
}

/* The same in FIN_WAIT1, and with more than what the peer had sent. */
TEST_F(shutdown, rdwr_then_data_in_FIN_WAIT1)
{
	struct play *play = self->play;
	struct reached at;
	struct peer peer;

	peer_open(&peer, play);
	reach(&at, &peer, S, REACH_ESTABLISHED, NULL);
	act_shutdown(play, S, SHUT_RDWR);
	expect_whole(play, S, SHUTDOWN("rdwr") "state=ESTABLISHED>FIN_WAIT1 " FIN_SENT);
	peer_sends(&peer, PACKET_ACK | PACKET_PSH, "world");
	peer_hears(&peer, PACKET_RST);
	expect_whole(play, S, DECISION("rx")
		     "state=FIN_WAIT1>CLOSE sent=RST why=data_after_shutdown");
	trial_recv_fails(play, S, ECONNRESET);
	expect_path(play, S, "%s shutdown FIN_WAIT1 rx CLOSE", at.story);
}

/* ENOTCONN, but the sides are shut: of the connection that follows (A7). */
TEST_F(shutdown, fresh_then_connect)
{
	struct play *play = self->play;
	struct peer peer;

	peer_open(&peer, play);
	act_socket(play, S, SOCK_NONBLOCK);
	act_shutdown_try(play, S, SHUT_RDWR, ENOTCONN);
	expect_whole(play, S, SHUTDOWN("rdwr") "state=CLOSE>CLOSE " CLOSED);
	peer_connects(&peer, S);
	act_send_fails(play, S, EPIPE);
	act_recv(play, S, END);
	expect_path(play, S, "CLOSE connect SYN_SENT rx ESTABLISHED");
}

/* "Connection reset", and then the socket can be used again (A4). */
TEST_F(shutdown, SYN_SENT_then_again)
{
	struct play *play = self->play;
	struct reached at;
	struct peer peer;

	peer_open(&peer, play);
	reach(&at, &peer, S, REACH_SYN_SENT, NULL);
	act_shutdown(play, S, SHUT_RD);
	expect_whole(play, S, SHUTDOWN("rd") "state=SYN_SENT>CLOSE sent=none why=syn_sent");
	trial_recv_fails(play, S, ECONNRESET);
	trial_recv_fails(play, S, ENOTCONN);
	expect_path(play, S, "%s shutdown CLOSE", at.story);
}

/* The answer to a SYN that nobody waits for any more (A4, D6). */
TEST_F(shutdown, SYN_SENT_then_answer)
{
	struct play *play = self->play;
	struct reached at;
	struct peer peer;

	peer_open(&peer, play);
	reach(&at, &peer, S, REACH_SYN_SENT, NULL);
	act_shutdown(play, S, SHUT_WR);
	expect_whole(play, S, SHUTDOWN("wr") "state=SYN_SENT>CLOSE sent=none why=syn_sent");
	expect_path(play, S, "%s shutdown CLOSE", at.story);
	peer.acked = peer.heard;
	peer_sends(&peer, PACKET_SYN | PACKET_ACK, NULL);
	peer_hears(&peer, PACKET_RST);
	address_on_wire(play->actor[NOBODY].local, play->actor[S].local);
	address_on_wire(play->actor[NOBODY].remote, play->actor[S].remote);
	expect_whole(play, NOBODY, DECISION("rx") "sent=RST why=no_socket");
}

/*
 * A FIN that has to wait for the handshake (A3).  It did not before 5.10.217,
 * 6.1.91, 6.8.10.
 */
static void deferred(struct play *play, int how, const char *name)
{
	struct reached at;
	struct peer peer;

	peer_open(&peer, play);
	reach(&at, &peer, S, REACH_SYN_RECV, NULL);
	act_shutdown(play, S, how);
	if (act_state(play, S) != SHUTWATCH_TCP_SYN_RECV) {
		expect_whole(play, S, SHUTDOWN("%s")
			     "state=SYN_RECV>FIN_WAIT1 " FIN_SENT, name);
		expect_path(play, S, "%s shutdown FIN_WAIT1", at.story);
		return;
	}
	expect_whole(play, S, SHUTDOWN("%s")
		     "state=SYN_RECV>SYN_RECV sent=none why=shutdown_deferred", name);
	peer_acks(&peer);
	peer_hears(&peer, PACKET_FIN);
	expect_whole(play, S, DECISION("rx")
		     "state=ESTABLISHED>FIN_WAIT1 sent=FIN why=shutdown_deferred fin=sent");
	expect_path(play, S, "%s rx ESTABLISHED rx FIN_WAIT1", at.story);
}

TEST_F(shutdown, wr_in_SYN_RECV)
{
	deferred(self->play, SHUT_WR, "wr");
}

TEST_F(shutdown, rdwr_in_SYN_RECV)
{
	deferred(self->play, SHUT_RDWR, "rdwr");
}

TEST_F(shutdown, rd_in_SYN_RECV)
{
	struct play *play = self->play;
	struct reached at;
	struct peer peer;

	peer_open(&peer, play);
	reach(&at, &peer, S, REACH_SYN_RECV, NULL);
	act_shutdown(play, S, SHUT_RD);
	expect_whole(play, S, SHUTDOWN("rd") "state=SYN_RECV>SYN_RECV " RD_ONLY);
	peer_acks(&peer);
	await_state(play, S, SHUTWATCH_TCP_ESTABLISHED);
	expect_path(play, S, "%s rx ESTABLISHED", at.story);
}

/* Data that the peer has no room for, and a FIN behind it (A9). */
TEST_F(shutdown, FIN_waits_for_window)
{
	struct play *play = self->play;
	struct peer peer;

	peer_open(&peer, play);
	peer.window = 5;
	peer_connects(&peer, S);
	act_send(play, S, "hello");
	peer_hears(&peer, 0);
	act_send(play, S, "world!");
	act_shutdown(play, S, SHUT_WR);
	expect_whole(play, S, SHUTDOWN("wr")
		     "state=ESTABLISHED>FIN_WAIT1 sent=FIN why=shutdown_write fin=queued unsent=6 unacked=5");
	EXPECT_TRUE(trial_sees(play, play->actor[S].local, PACKET_FIN, 0));
	peer.window = PEER_WINDOW;
	peer_acks(&peer);
	peer_hears(&peer, PACKET_FIN);
	EXPECT_TRUE(trial_sees(play, play->actor[S].local, PACKET_FIN, 1));
	peer_acks(&peer);
	await_state(play, S, SHUTWATCH_TCP_FIN_WAIT2);
	expect_path(play, S, "CLOSE connect SYN_SENT rx ESTABLISHED shutdown FIN_WAIT1 rx FIN_WAIT2");
}

/* A FIN that never leaves: the peer resets a connection that waits for room. */
TEST_F(shutdown, FIN_never_leaves)
{
	struct play *play = self->play;
	struct peer peer;

	peer_open(&peer, play);
	peer.window = 0;
	peer_connects(&peer, S);
	act_send(play, S, "hello");
	act_shutdown(play, S, SHUT_WR);
	expect_whole(play, S, SHUTDOWN("wr")
		     "state=ESTABLISHED>FIN_WAIT1 sent=FIN why=shutdown_write fin=queued unsent=5");
	peer_sends(&peer, PACKET_RST, NULL);
	await_state(play, S, SHUTWATCH_TCP_CLOSE);
	expect_whole(play, S, RESET "state=FIN_WAIT1>CLOSE error=ECONNRESET");
	trial_recv_fails(play, S, ECONNRESET);
	EXPECT_TRUE(trial_sees(play, play->actor[S].local, PACKET_FIN, 0));
	expect_path(play, S, "CLOSE connect SYN_SENT rx ESTABLISHED shutdown FIN_WAIT1 rx CLOSE");
}

/* Data that was held back, and the FIN on the same segment (A1). */
TEST_F(shutdown, FIN_on_data)
{
	struct play *play = self->play;
	struct reached at;
	struct peer peer;

	peer_open(&peer, play);
	reach(&at, &peer, S, REACH_ESTABLISHED, NULL);
	act_option(play, S, IPPROTO_TCP, TCP_CORK, 1);
	act_send(play, S, "hello");
	act_shutdown(play, S, SHUT_WR);
	expect_whole(play, S, SHUTDOWN("wr")
		     "state=ESTABLISHED>FIN_WAIT1 sent=FIN why=shutdown_write fin=sent unsent=5");
	peer_hears(&peer, PACKET_FIN | PACKET_PSH);
	expect_path(play, S, "%s shutdown FIN_WAIT1", at.story);
}

TRIALS_MAIN;
