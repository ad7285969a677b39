// SPDX-License-Identifier: GPL-2.0-only
/*
 * connect() to AF_UNSPEC in every state (B14).
 */
#include "trial_fixture.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include "act_option.h"
#include "reach.h"

TRIALS(disconnect);

#define RESET_IT	"sent=RST why=connect_unspec"
#define TO_CLOSE	" connect_unspec CLOSE"

static void in_state(struct play *play, int state, const char *data,
		     const char *says, const char *adds)
{
	struct reached at;
	struct peer peer;

	peer_open(&peer, play);
	reach(&at, &peer, S, state, data);
	act_disconnect(play, S);
	expect_whole(play, S, UNSPEC "state=%s", says);
	expect_path(play, S, "%s%s", at.story, adds);
}

/* State, what the record says, what it adds to the socket's story. */
#define PLAIN_LIST(X)							\
	X(ESTABLISHED, "ESTABLISHED>CLOSE " RESET_IT, TO_CLOSE)		\
	X(CLOSE_WAIT, "CLOSE_WAIT>CLOSE " RESET_IT, TO_CLOSE)		\
	X(FIN_WAIT1, "FIN_WAIT1>CLOSE " RESET_IT, TO_CLOSE)		\
	X(FIN_WAIT2, "FIN_WAIT2>CLOSE " RESET_IT, TO_CLOSE)		\
	X(SYN_RECV, "SYN_RECV>CLOSE " RESET_IT, TO_CLOSE)		\
	X(CLOSING, "CLOSING>CLOSE sent=none why=fin_already_sent", TO_CLOSE) \
	X(LAST_ACK, "LAST_ACK>CLOSE sent=none why=fin_already_sent", TO_CLOSE) \
	X(SYN_SENT, "SYN_SENT>CLOSE sent=none why=syn_sent", TO_CLOSE)	\
	X(FRESH, "CLOSE>CLOSE sent=none why=already_closed", "")	\
	X(FINISHED, "CLOSE>CLOSE sent=none why=already_closed", "")	\
	X(TIME_WAIT, "TIME_WAIT>TIME_WAIT sent=none why=already_closed", "") \
	X(LISTEN, "LISTEN>CLOSE sent=none why=listener_stopped children=0", TO_CLOSE)

#define TEST_PLAIN(state, says, adds)					\
TEST_F(disconnect, in_##state)						\
{									\
	in_state(self->play, REACH_##state, NULL, says, adds);		\
}

PLAIN_LIST(TEST_PLAIN)

/* Unlike close(), it does not mind unread data. */
#define UNREAD_LIST(X)							\
	X(ESTABLISHED, "ESTABLISHED>CLOSE " RESET_IT " unread=5", TO_CLOSE) \
	X(CLOSE_WAIT, "CLOSE_WAIT>CLOSE " RESET_IT " unread=5", TO_CLOSE) \
	X(FIN_WAIT2, "FIN_WAIT2>CLOSE " RESET_IT " unread=5", TO_CLOSE)	\
	X(LAST_ACK, "LAST_ACK>CLOSE sent=none why=fin_already_sent unread=5", TO_CLOSE) \
	X(FINISHED, "CLOSE>CLOSE sent=none why=already_closed unread=5", "")

#define TEST_UNREAD(state, says, adds)					\
TEST_F(disconnect, unread_in_##state)					\
{									\
	in_state(self->play, REACH_##state, "hello", says, adds);	\
}

UNREAD_LIST(TEST_UNREAD)

/* What is still to be sent makes the difference where both have finished. */
TEST_F(disconnect, unsent_in_CLOSING)
{
	struct play *play = self->play;
	struct peer peer;

	reach_held_back(&peer, play);
	act_shutdown(play, S, SHUT_WR);
	expect_whole(play, S, SHUTDOWN("wr")
		     "state=ESTABLISHED>FIN_WAIT1 sent=FIN why=shutdown_write fin=queued unsent=5");
	peer_sends(&peer, PACKET_FIN | PACKET_ACK, NULL);
	await_state(play, S, SHUTWATCH_TCP_CLOSING);
	act_disconnect(play, S);
	expect_whole(play, S, UNSPEC "state=CLOSING>CLOSE " RESET_IT " unsent=5");
	expect_path(play, S,
		    "CLOSE connect SYN_SENT rx ESTABLISHED shutdown FIN_WAIT1 rx CLOSING" TO_CLOSE);
}

TEST_F(disconnect, unsent_in_LAST_ACK)
{
	struct play *play = self->play;
	struct peer peer;

	reach_held_back(&peer, play);
	peer_sends(&peer, PACKET_FIN | PACKET_ACK, NULL);
	await_state(play, S, SHUTWATCH_TCP_CLOSE_WAIT);
	act_shutdown(play, S, SHUT_WR);
	expect_whole(play, S, SHUTDOWN("wr")
		     "state=CLOSE_WAIT>LAST_ACK sent=FIN why=shutdown_write fin=queued unsent=5");
	act_disconnect(play, S);
	expect_whole(play, S, UNSPEC "state=LAST_ACK>CLOSE " RESET_IT " unsent=5");
	expect_path(play, S,
		    "CLOSE connect SYN_SENT rx ESTABLISHED rx CLOSE_WAIT shutdown LAST_ACK"
		    TO_CLOSE);
}

/* What was received is gone with the connection, and the program is told. */
TEST_F(disconnect, is_told)
{
	struct play *play = self->play;
	struct reached at;
	struct peer peer;

	peer_open(&peer, play);
	reach(&at, &peer, S, REACH_ESTABLISHED, "hello");
	act_disconnect(play, S);
	expect_whole(play, S, UNSPEC "state=ESTABLISHED>CLOSE " RESET_IT " unread=5");
	trial_recv_fails(play, S, ECONNRESET);
	trial_recv_fails(play, S, ENOTCONN);
	expect_path(play, S, "%s" TO_CLOSE, at.story);
}

/* A socket over lo: what the peer gets, and that the socket can go on. */
TEST_F(disconnect, then_connect)
{
	struct play *play = self->play;

	act_pair(play);
	act_disconnect(play, S1);
	expect_whole(play, S1, UNSPEC "state=ESTABLISHED>CLOSE " RESET_IT);
	await_state(play, S2, SHUTWATCH_TCP_CLOSE);
	expect_whole(play, S2, RESET "state=ESTABLISHED>CLOSE error=ECONNRESET");
	trial_recv_fails(play, S2, ECONNRESET);
	trial_recv_fails(play, S1, ECONNRESET);

	act_connect(play, S1, NULL, FINE);
	act_accept(play, S3, SERVER);
	act_disconnect(play, S1);
	expect_whole(play, S1, UNSPEC "state=ESTABLISHED>CLOSE " RESET_IT);
	await_state(play, S3, SHUTWATCH_TCP_CLOSE);
	expect_whole(play, S3, RESET "state=ESTABLISHED>CLOSE error=ECONNRESET");

	expect_path(play, SERVER, "CLOSE listen LISTEN");
	expect_path(play, S1, "CLOSE connect SYN_SENT rx ESTABLISHED" TO_CLOSE
		    " connect SYN_SENT rx ESTABLISHED" TO_CLOSE);
	expect_path(play, S2, "SYN_RECV rx ESTABLISHED rx CLOSE");
	expect_path(play, S3, "SYN_RECV rx ESTABLISHED rx CLOSE");
}

/* And that it can while a mini-socket still has the last connection. */
TEST_F(disconnect, in_TIME_WAIT_then_connect)
{
	struct play *play = self->play;
	struct peer peer, next;
	struct reached at;

	peer_open(&peer, play);
	reach(&at, &peer, S, REACH_TIME_WAIT, NULL);
	act_disconnect(play, S);
	expect_whole(play, S, UNSPEC "state=TIME_WAIT>TIME_WAIT sent=none why=already_closed");

	peer_open(&next, play);
	peer_connects(&next, S);
	peer_sends(&next, PACKET_RST, NULL);
	await_state(play, S, SHUTWATCH_TCP_CLOSE);
	expect_whole(play, S, RESET "state=ESTABLISHED>CLOSE error=ECONNRESET");
	trial_recv_fails(play, S, ECONNRESET);
	expect_path(play, S, "%s ? CLOSE connect SYN_SENT rx ESTABLISHED rx CLOSE",
		    at.story);
}

static bool wear_tls(struct play *play, enum who who)
{
	return !setsockopt(play->actor[who].fd, SOL_TCP, TCP_ULP, "tls", sizeof("tls"));
}

/* kTLS does not let go: nothing was asked of TCP, and the next call is itself. */
TEST_F(disconnect, refused_by_tls)
{
	struct play *play = self->play;

	act_socket(play, S1, 0);
	if (!wear_tls(play, S1) && errno == ENOENT)
		SKIP(return, "this kernel has no kTLS");
	act_pair(play);
	act_send(play, S2, "hello");
	await_unread(play, S1, 5);
	if (!wear_tls(play, S1))
		remark(&play->trouble, "no kTLS: %s", strerror(errno));
	act_disconnect_fails(play, S1, EOPNOTSUPP);
	act_close(play, S1);
	expect_whole(play, S1, CLOSE "state=ESTABLISHED>CLOSE sent=RST why=unread_data unread=5");
	await_state(play, S2, SHUTWATCH_TCP_CLOSE);
	expect_whole(play, S2, RESET "state=ESTABLISHED>CLOSE error=ECONNRESET");
	expect_path(play, S1, "CLOSE connect SYN_SENT rx ESTABLISHED close CLOSE");
	expect_path(play, S2, "SYN_RECV rx ESTABLISHED rx CLOSE");
	expect_path(play, SERVER, "CLOSE listen LISTEN");
}

/* TCP_REPAIR: in silence. */
TEST_F(disconnect, repair)
{
	struct play *play = self->play;
	struct reached at;
	struct peer peer;

	peer_open(&peer, play);
	reach(&at, &peer, S, REACH_ESTABLISHED, "hello");
	act_option(play, S, IPPROTO_TCP, TCP_REPAIR, TCP_REPAIR_ON);
	act_disconnect(play, S);
	expect_whole(play, S, UNSPEC "state=ESTABLISHED>CLOSE sent=none why=repair unread=5");
	expect_path(play, S, "%s" TO_CLOSE, at.story);
}

/* Where there is no connection, there is nothing to be silent about. */
static void repair_without_connection(struct play *play, enum reach state,
				      const char *says)
{
	struct reached at;
	struct peer peer;

	peer_open(&peer, play);
	reach(&at, &peer, S, state, NULL);
	act_option(play, S, IPPROTO_TCP, TCP_REPAIR, TCP_REPAIR_ON);
	act_disconnect(play, S);
	expect_whole(play, S, UNSPEC "state=%s sent=none why=already_closed", says);
	expect_path(play, S, "%s", at.story);
}

TEST_F(disconnect, repair_in_FRESH)
{
	repair_without_connection(self->play, REACH_FRESH, "CLOSE>CLOSE");
}

TEST_F(disconnect, repair_in_TIME_WAIT)
{
	repair_without_connection(self->play, REACH_TIME_WAIT, "TIME_WAIT>TIME_WAIT");
}

TEST_F(disconnect, repair_in_LISTEN)
{
	struct play *play = self->play;

	act_socket(play, SERVER, 0);
	act_option(play, SERVER, IPPROTO_TCP, TCP_REPAIR, TCP_REPAIR_ON);
	act_bind_and_listen(play, SERVER, NULL);
	act_disconnect(play, SERVER);
	expect_whole(play, SERVER, UNSPEC
		     "state=LISTEN>CLOSE sent=none why=listener_stopped children=0");
	expect_path(play, SERVER, "CLOSE listen LISTEN" TO_CLOSE);
}

TRIALS_MAIN;
