// SPDX-License-Identifier: GPL-2.0-only
/*
 * close() in every state, with and without unread data and SO_LINGER (B1 to
 * B11, C2).  The states, as reach() walks through them; the peer is raw packets:
 *
 *	FRESH		socket()
 *	SYN_SENT	--- SYN ----------->
 *	SYN_RECV	<----------- SYN ---		if the two cross; else
 *	ESTABLISHED	<------- SYN,ACK ---
 *			--- ACK ----------->
 *			<---------- data ---		for unread_in_*
 *
 *	the socket ends first			the peer does
 *	FIN_WAIT1	--- FIN ----------->	CLOSE_WAIT	<--- FIN ---
 *	CLOSING		<----------- FIN ---	LAST_ACK	--- FIN --->
 *	or FIN_WAIT2	<----------- ACK ---	FINISHED	<--- ACK ---
 *	TIME_WAIT	<----------- FIN ---
 */
#include "trial_fixture.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>

#include "act_option.h"
#include "clock.h"
#include "reach.h"
#include "step.h"

TRIALS(close);

#define FIN_SENT	"sent=FIN why=close fin=sent"
#define FIN_BEFORE	"sent=none why=fin_already_sent"
#define UNREAD		"sent=RST why=unread_data unread=5"
#define LINGER_ZERO	"sent=RST why=linger_zero linger=0"
#define REPAIR		"sent=none why=repair"

#define TO_CLOSE	" close CLOSE"

static void in_state(struct play *play, int state, const char *data, int linger,
		     const char *says, const char *adds)
{
	struct reached at;
	struct peer peer;

	peer_open(&peer, play);
	reach(&at, &peer, S, state, data);
	if (linger != LINGER_OFF)
		act_linger(play, S, linger);
	act_close(play, S);
	expect_whole(play, S, CLOSE "state=%s", says);
	expect_path(play, S, "%s%s", at.story, adds);
}

/* State, what the record says, what it adds to the socket's story. */
#define PLAIN_LIST(X)							\
	X(ESTABLISHED, "ESTABLISHED>FIN_WAIT1 " FIN_SENT, " close FIN_WAIT1") \
	X(CLOSE_WAIT, "CLOSE_WAIT>LAST_ACK " FIN_SENT, " close LAST_ACK") \
	X(SYN_RECV, "SYN_RECV>FIN_WAIT1 " FIN_SENT, " close FIN_WAIT1")	\
	X(FIN_WAIT1, "FIN_WAIT1>FIN_WAIT1 " FIN_BEFORE, "")		\
	X(FIN_WAIT2, "FIN_WAIT2>FIN_WAIT2 " FIN_BEFORE, "")		\
	X(CLOSING, "CLOSING>CLOSING " FIN_BEFORE, "")			\
	X(LAST_ACK, "LAST_ACK>LAST_ACK " FIN_BEFORE, "")		\
	X(SYN_SENT, "SYN_SENT>CLOSE sent=none why=syn_sent", TO_CLOSE)	\
	X(FRESH, "CLOSE>CLOSE sent=none why=already_closed", "")	\
	X(FINISHED, "CLOSE>CLOSE sent=none why=already_closed", "")	\
	X(TIME_WAIT, "TIME_WAIT>TIME_WAIT sent=none why=already_closed", "") \
	X(LISTEN, "LISTEN>CLOSE sent=none why=listener_stopped children=0", TO_CLOSE)

#define TEST_PLAIN(state, says, adds)					\
TEST_F(close, in_##state)						\
{									\
	in_state(self->play, REACH_##state, NULL, LINGER_OFF, says, adds); \
}

PLAIN_LIST(TEST_PLAIN)

#define UNREAD_LIST(X)							\
	X(ESTABLISHED, "ESTABLISHED>CLOSE " UNREAD, TO_CLOSE)		\
	X(CLOSE_WAIT, "CLOSE_WAIT>CLOSE " UNREAD, TO_CLOSE)		\
	X(FIN_WAIT1, "FIN_WAIT1>CLOSE " UNREAD, TO_CLOSE)		\
	X(FIN_WAIT2, "FIN_WAIT2>CLOSE " UNREAD, TO_CLOSE)		\
	X(CLOSING, "CLOSING>CLOSE " UNREAD, TO_CLOSE)			\
	X(LAST_ACK, "LAST_ACK>CLOSE " UNREAD, TO_CLOSE)			\
	X(FINISHED, "CLOSE>CLOSE sent=none why=already_closed unread=5", "") \
	X(TIME_WAIT, "TIME_WAIT>TIME_WAIT sent=none why=already_closed unread=5", "")

#define TEST_UNREAD(state, says, adds)					\
TEST_F(close, unread_in_##state)					\
{									\
	in_state(self->play, REACH_##state, "hello", LINGER_OFF, says, adds); \
}

UNREAD_LIST(TEST_UNREAD)

/* The peer needs not be told where there is none, or where it has heard all. */
#define LINGER_LIST(X)							\
	X(ESTABLISHED, "ESTABLISHED>CLOSE " LINGER_ZERO, TO_CLOSE)	\
	X(CLOSE_WAIT, "CLOSE_WAIT>CLOSE " LINGER_ZERO, TO_CLOSE)	\
	X(SYN_RECV, "SYN_RECV>CLOSE " LINGER_ZERO, TO_CLOSE)		\
	X(FIN_WAIT1, "FIN_WAIT1>CLOSE " LINGER_ZERO, TO_CLOSE)		\
	X(FIN_WAIT2, "FIN_WAIT2>CLOSE " LINGER_ZERO, TO_CLOSE)		\
	X(CLOSING, "CLOSING>CLOSE " FIN_BEFORE " linger=0", TO_CLOSE)	\
	X(LAST_ACK, "LAST_ACK>CLOSE " FIN_BEFORE " linger=0", TO_CLOSE)	\
	X(SYN_SENT, "SYN_SENT>CLOSE sent=none why=syn_sent linger=0", TO_CLOSE) \
	X(FRESH, "CLOSE>CLOSE sent=none why=already_closed linger=0", "") \
	X(FINISHED, "CLOSE>CLOSE sent=none why=already_closed linger=0", "") \
	X(TIME_WAIT, "TIME_WAIT>TIME_WAIT sent=none why=already_closed linger=0", "") \
	X(LISTEN, "LISTEN>CLOSE sent=none why=listener_stopped linger=0 children=0", TO_CLOSE)

#define TEST_LINGER(state, says, adds)					\
TEST_F(close, linger_zero_in_##state)					\
{									\
	in_state(self->play, REACH_##state, NULL, 0, says, adds);	\
}

LINGER_LIST(TEST_LINGER)

/* Unread data comes before SO_LINGER. */
TEST_F(close, linger_zero_unread)
{
	in_state(self->play, REACH_ESTABLISHED, "hello", 0,
		 "ESTABLISHED>CLOSE " UNREAD " linger=0", TO_CLOSE);
}

/* ---- what is unread ---- */

static void with_data(struct play *play, struct reached *at, struct peer *peer)
{
	peer_open(peer, play);
	reach(at, peer, S, REACH_ESTABLISHED, "hello");
}

TEST_F(close, partly_read)
{
	struct play *play = self->play;
	struct reached at;
	struct peer peer;

	with_data(play, &at, &peer);
	act_read(play, S, 2);
	act_close(play, S);
	expect_whole(play, S, CLOSE
		     "state=ESTABLISHED>CLOSE sent=RST why=unread_data unread=3");
	expect_path(play, S, "%s" TO_CLOSE, at.story);
}

TEST_F(close, peeked)
{
	struct play *play = self->play;
	struct reached at;
	struct peer peer;

	with_data(play, &at, &peer);
	act_peek(play, S, 5);
	act_close(play, S);
	expect_whole(play, S, CLOSE "state=ESTABLISHED>CLOSE " UNREAD);
	expect_path(play, S, "%s" TO_CLOSE, at.story);
}

TEST_F(close, all_read)
{
	struct play *play = self->play;
	struct reached at;
	struct peer peer;

	with_data(play, &at, &peer);
	act_read(play, S, 5);
	act_close(play, S);
	expect_whole(play, S, CLOSE "state=ESTABLISHED>FIN_WAIT1 " FIN_SENT);
	expect_path(play, S, "%s close FIN_WAIT1", at.story);
}

/* Two segments, of which one is read. */
TEST_F(close, one_of_two_read)
{
	struct play *play = self->play;
	struct reached at;
	struct peer peer;

	with_data(play, &at, &peer);
	peer_sends(&peer, PACKET_ACK | PACKET_PSH, "world");
	await_unread(play, S, 10);
	act_read(play, S, 5);
	act_close(play, S);
	expect_whole(play, S, CLOSE "state=ESTABLISHED>CLOSE " UNREAD);
	expect_path(play, S, "%s" TO_CLOSE, at.story);
}

/* What came out of order cannot be read, and does not count. */
TEST_F(close, out_of_order)
{
	struct play *play = self->play;
	struct reached at;
	struct peer peer;

	peer_open(&peer, play);
	reach(&at, &peer, S, REACH_ESTABLISHED, NULL);
	peer_sends_at(&peer, PACKET_ACK | PACKET_PSH, peer.next + 100, peer.acked,
		      "world");
	peer_hears(&peer, PACKET_ACK);
	act_close(play, S);
	expect_whole(play, S, CLOSE "state=ESTABLISHED>FIN_WAIT1 " FIN_SENT);
	expect_path(play, S, "%s close FIN_WAIT1", at.story);
}

/* The FIN behind the data is no data. */
TEST_F(close, all_read_in_CLOSE_WAIT)
{
	struct play *play = self->play;
	struct reached at;
	struct peer peer;

	peer_open(&peer, play);
	reach(&at, &peer, S, REACH_CLOSE_WAIT, "hello");
	act_read(play, S, 5);
	act_recv(play, S, END);
	act_close(play, S);
	expect_whole(play, S, CLOSE "state=CLOSE_WAIT>LAST_ACK " FIN_SENT);
	expect_path(play, S, "%s close LAST_ACK", at.story);
}

/* What was not sent is lost with the connection. */
TEST_F(close, unread_and_unsent)
{
	struct play *play = self->play;
	struct peer peer;

	peer_open(&peer, play);
	peer.window = 5;
	peer_connects(&peer, S);
	act_send(play, S, "hello");
	peer_hears(&peer, 0);
	act_send(play, S, "world!");
	peer_sends(&peer, PACKET_ACK | PACKET_PSH, "hi!");
	await_unread(play, S, 3);
	act_close(play, S);
	expect_whole(play, S, CLOSE
		     "state=ESTABLISHED>CLOSE sent=RST why=unread_data unread=3 unsent=6 unacked=5");
	expect_path(play, S, "CLOSE connect SYN_SENT rx ESTABLISHED" TO_CLOSE);
}

/* Both ends are sockets: what either program is told. */
TEST_F(close, peer_is_told)
{
	struct play *play = self->play;

	act_pair(play);
	act_send(play, S1, "hello");
	await_unread(play, S2, 5);
	act_close(play, S2);
	expect_whole(play, S2, CLOSE "state=ESTABLISHED>CLOSE " UNREAD);
	await_state(play, S1, SHUTWATCH_TCP_CLOSE);
	expect_whole(play, S1, RESET "state=ESTABLISHED>CLOSE error=ECONNRESET");
	trial_recv_fails(play, S1, ECONNRESET);
	expect_path(play, SERVER, "CLOSE listen LISTEN");
	expect_path(play, S1, "CLOSE connect SYN_SENT rx ESTABLISHED rx CLOSE");
	expect_path(play, S2, "SYN_RECV rx ESTABLISHED" TO_CLOSE);
}

/* EPIPE is what it is called after a FIN, and recv() does not tell. */
TEST_F(close, peer_is_told_in_CLOSE_WAIT)
{
	struct play *play = self->play;

	act_pair(play);
	act_send(play, S1, "hello");
	await_unread(play, S2, 5);
	act_shutdown(play, S2, SHUT_WR);
	expect_whole(play, S2, SHUTDOWN("wr")
		     "state=ESTABLISHED>FIN_WAIT1|ESTABLISHED>FIN_WAIT2 sent=FIN why=shutdown_write fin=sent unread=5");
	await_state(play, S2, SHUTWATCH_TCP_FIN_WAIT2);
	act_linger(play, S2, 0);
	act_read(play, S2, 5);
	act_close(play, S2);
	expect_whole(play, S2, CLOSE "state=FIN_WAIT2>CLOSE " LINGER_ZERO);
	await_state(play, S1, SHUTWATCH_TCP_CLOSE);
	expect_whole(play, S1, RESET "state=CLOSE_WAIT>CLOSE error=EPIPE");
	act_recv(play, S1, END);
	act_send_fails(play, S1, EPIPE);
	trial_got(play, S1, play->err);
	expect_path(play, SERVER, "CLOSE listen LISTEN");
	expect_path(play, S1, "CLOSE connect SYN_SENT rx ESTABLISHED rx CLOSE_WAIT rx CLOSE");
	expect_path(play, S2, "SYN_RECV rx ESTABLISHED shutdown FIN_WAIT1 rx FIN_WAIT2" TO_CLOSE);
}

/* ---- SO_LINGER 0 where something is still to be sent ---- */

static void shut_held_back(struct play *play, const char *states)
{
	act_shutdown(play, S, SHUT_WR);
	expect_whole(play, S, SHUTDOWN("wr")
		     "state=%s sent=FIN why=shutdown_write fin=queued unsent=5",
		     states);
}

TEST_F(close, linger_zero_unsent_in_CLOSING)
{
	struct play *play = self->play;
	struct peer peer;

	reach_held_back(&peer, play);
	shut_held_back(play, "ESTABLISHED>FIN_WAIT1");
	peer_sends(&peer, PACKET_FIN | PACKET_ACK, NULL);
	await_state(play, S, SHUTWATCH_TCP_CLOSING);
	act_linger(play, S, 0);
	act_close(play, S);
	expect_whole(play, S, CLOSE "state=CLOSING>CLOSE " LINGER_ZERO " unsent=5");
	expect_path(play, S,
		    "CLOSE connect SYN_SENT rx ESTABLISHED shutdown FIN_WAIT1 rx CLOSING" TO_CLOSE);
}

TEST_F(close, linger_zero_unsent_in_LAST_ACK)
{
	struct play *play = self->play;
	struct peer peer;

	reach_held_back(&peer, play);
	peer_sends(&peer, PACKET_FIN | PACKET_ACK, NULL);
	await_state(play, S, SHUTWATCH_TCP_CLOSE_WAIT);
	shut_held_back(play, "CLOSE_WAIT>LAST_ACK");
	act_linger(play, S, 0);
	act_close(play, S);
	expect_whole(play, S, CLOSE "state=LAST_ACK>CLOSE " LINGER_ZERO " unsent=5");
	expect_path(play, S,
		    "CLOSE connect SYN_SENT rx ESTABLISHED rx CLOSE_WAIT shutdown LAST_ACK"
		    TO_CLOSE);
}

/* A FIN that close() could only queue (A9, B6). */
TEST_F(close, FIN_waits_for_window)
{
	struct play *play = self->play;
	struct peer peer;

	reach_held_back(&peer, play);
	act_close(play, S);
	expect_whole(play, S, CLOSE
		     "state=ESTABLISHED>FIN_WAIT1 sent=FIN why=close fin=queued unsent=5");
	EXPECT_TRUE(trial_sees(play, play->actor[S].local, PACKET_FIN, 0));
	peer.window = PEER_WINDOW;
	peer_acks(&peer);
	peer_hears(&peer, PACKET_FIN);
	expect_path(play, S, "CLOSE connect SYN_SENT rx ESTABLISHED close FIN_WAIT1");
}

/* ---- SO_LINGER > 0 ---- */

/* The peer acknowledges nothing: no RST comes of that. */
TEST_F(close, linger_times_out)
{
	struct play *play = self->play;
	struct reached at;
	struct peer peer;
	__u64 soon;

	peer_open(&peer, play);
	reach(&at, &peer, S, REACH_ESTABLISHED, NULL);
	act_linger(play, S, 1);
	soon = clock_now();
	act_close(play, S);
	EXPECT_LE(NSEC_PER_SEC * 9 / 10, clock_now() - soon);
	expect_whole(play, S, CLOSE "state=ESTABLISHED>FIN_WAIT1 " FIN_SENT " linger=1");
	expect_path(play, S, "%s close FIN_WAIT1", at.story);
}

/* The call is made in a thread, which looks at nothing but this. */
struct closer {
	struct play *play;
	pthread_t thread;
	int fd;
	int err;
	__u64 took;
};

static void *close_aside(void *arg)
{
	struct closer *closer = arg;
	__u64 begun = clock_now();

	closer->err = close(closer->fd) ? errno : 0;
	closer->took = clock_now() - begun;
	return NULL;
}

static int closer_begin(struct closer *closer, struct play *play)
{
	closer->play = play;
	closer->fd = play->actor[S].fd;
	return pthread_create(&closer->thread, NULL, close_aside, closer);
}

/* SO_LINGER is 20 seconds: it did not have to wait for that. */
static int closer_end(struct closer *closer)
{
	int err = pthread_join(closer->thread, NULL);

	closer->play->actor[S].fd = -1;
	step_returned(closer->play, "thread: s.close()", closer->err, FINE);
	if (closer->took > 15 * NSEC_PER_SEC)
		remark(&closer->play->wrong, "it waited for SO_LINGER");
	return err;
}

/* A thread waits in close(), and the peer has heard the FIN. */
static int closer_lingers(struct closer *closer, struct reached *at,
			  struct peer *peer, struct play *play)
{
	int err;

	peer_open(peer, play);
	reach(at, peer, S, REACH_ESTABLISHED, NULL);
	act_linger(play, S, 20);
	err = closer_begin(closer, play);
	if (!err)
		peer_hears(peer, PACKET_FIN);
	return err;
}

/* The call is over when the peer has acknowledged, not before. */
TEST_F(close, linger_completes)
{
	struct play *play = self->play;
	struct closer closer;
	struct reached at;
	struct peer peer;

	ASSERT_EQ(0, closer_lingers(&closer, &at, &peer, play));
	peer_acks(&peer);
	ASSERT_EQ(0, closer_end(&closer));
	expect_whole(play, S, CLOSE "state=ESTABLISHED>FIN_WAIT2 " FIN_SENT " linger=20");
	expect_path(play, S, "%s close FIN_WAIT1 rx FIN_WAIT2", at.story);
}

/* The peer has finished before; with its ACK all is over. */
TEST_F(close, linger_completes_in_LAST_ACK)
{
	struct play *play = self->play;
	struct closer closer;
	struct reached at;
	struct peer peer;

	peer_open(&peer, play);
	reach(&at, &peer, S, REACH_CLOSE_WAIT, NULL);
	act_linger(play, S, 20);
	ASSERT_EQ(0, closer_begin(&closer, play));
	peer_hears(&peer, PACKET_FIN);
	peer_acks(&peer);
	ASSERT_EQ(0, closer_end(&closer));
	expect_whole(play, S, CLOSE "state=CLOSE_WAIT>CLOSE " FIN_SENT " linger=20");
	expect_path(play, S, "%s close LAST_ACK rx CLOSE", at.story);
}

/* A RST ends the wait. */
TEST_F(close, linger_reset)
{
	struct play *play = self->play;
	struct closer closer;
	struct reached at;
	struct peer peer;

	ASSERT_EQ(0, closer_lingers(&closer, &at, &peer, play));
	peer_sends(&peer, PACKET_RST | PACKET_ACK, NULL);
	ASSERT_EQ(0, closer_end(&closer));
	expect_whole(play, S, CLOSE "state=ESTABLISHED>CLOSE " FIN_SENT " linger=20");
	expect_whole(play, S, RESET "state=FIN_WAIT1>CLOSE error=ECONNRESET");
	expect_path(play, S, "%s close FIN_WAIT1 rx CLOSE", at.story);
}

/* Data does, too: shutdown() was never called, so it is close() that it comes after. */
TEST_F(close, linger_meets_data)
{
	struct play *play = self->play;
	struct closer closer;
	struct reached at;
	struct peer peer;

	ASSERT_EQ(0, closer_lingers(&closer, &at, &peer, play));
	peer_sends(&peer, PACKET_ACK | PACKET_PSH, "x");
	peer_hears(&peer, PACKET_RST);
	ASSERT_EQ(0, closer_end(&closer));
	expect_whole(play, S, CLOSE "state=ESTABLISHED>CLOSE " FIN_SENT " linger=20");
	expect_whole(play, S, DECISION("rx")
		     "state=FIN_WAIT1>CLOSE sent=RST why=data_after_close");
	expect_path(play, S, "%s close FIN_WAIT1 rx CLOSE ECONNRESET", at.story);
}

static void nothing(int signal)
{
	(void)signal;
}

/* So does a signal, and the connection goes on without its program. */
TEST_F(close, linger_interrupted)
{
	const struct sigaction action = { .sa_handler = nothing };
	struct play *play = self->play;
	struct closer closer;
	struct reached at;
	struct peer peer;

	sigaction(SIGUSR1, &action, NULL);
	peer_open(&peer, play);
	reach(&at, &peer, S, REACH_ESTABLISHED, NULL);
	act_linger(play, S, 20);
	ASSERT_EQ(0, closer_begin(&closer, play));
	peer_hears(&peer, PACKET_FIN);
	ASSERT_EQ(0, pthread_kill(closer.thread, SIGUSR1));
	ASSERT_EQ(0, closer_end(&closer));
	expect_whole(play, S, CLOSE "state=ESTABLISHED>FIN_WAIT1 " FIN_SENT " linger=20");
	peer_acks(&peer);
	expect_path(play, S, "%s close FIN_WAIT1 rx FIN_WAIT2", at.story);
}

/* ---- FIN_WAIT2 without an owner ---- */

/* TCP_LINGER2 < 0 forbids to wait in FIN_WAIT2 (B9). */
TEST_F(close, linger2_in_FIN_WAIT2)
{
	struct play *play = self->play;
	struct reached at;
	struct peer peer;

	peer_open(&peer, play);
	reach(&at, &peer, S, REACH_FIN_WAIT2, NULL);
	act_option(play, S, IPPROTO_TCP, TCP_LINGER2, -1);
	act_close(play, S);
	expect_whole(play, S, CLOSE "state=FIN_WAIT2>CLOSE sent=RST why=linger2_negative");
	expect_path(play, S, "%s" TO_CLOSE, at.story);
}

/* The same once FIN_WAIT2 is reached: by the segment, then (C2). */
TEST_F(close, linger2_before_FIN_WAIT2)
{
	struct play *play = self->play;
	struct reached at;
	struct peer peer;

	peer_open(&peer, play);
	reach(&at, &peer, S, REACH_ESTABLISHED, NULL);
	act_option(play, S, IPPROTO_TCP, TCP_LINGER2, -1);
	act_close(play, S);
	expect_whole(play, S, CLOSE "state=ESTABLISHED>FIN_WAIT1 " FIN_SENT);
	peer_hears(&peer, PACKET_FIN);
	peer_acks(&peer);
	peer_hears(&peer, PACKET_RST);
	expect_whole(play, S, DECISION("rx")
		     "state=FIN_WAIT2>CLOSE sent=RST why=linger2_negative");
	expect_path(play, S, "%s close FIN_WAIT1 rx FIN_WAIT2 rx CLOSE", at.story);
}

/* The mini-socket waits for the peer's FIN, and gets it (B10, D2). */
TEST_F(close, FIN_WAIT2_then_FIN)
{
	struct play *play = self->play;
	struct reached at;
	struct peer peer;

	peer_open(&peer, play);
	reach(&at, &peer, S, REACH_FIN_WAIT2, NULL);
	act_close(play, S);
	expect_whole(play, S, CLOSE "state=FIN_WAIT2>FIN_WAIT2 " FIN_BEFORE);
	peer_sends(&peer, PACKET_FIN | PACKET_ACK, NULL);
	await_time_wait(play, S, true);
	expect_path(play, S, "%s rx TIME_WAIT", at.story);
}

/* The mini-socket waits, but not for ever: nothing is sent (B10, T7). */
TEST_F(close, FIN_WAIT2_times_out)
{
	struct play *play = self->play;
	struct reached at;
	struct peer peer;

	act_sysctl(play, "ipv4/tcp_fin_timeout", "1");
	peer_open(&peer, play);
	reach(&at, &peer, S, REACH_FIN_WAIT2, NULL);
	act_close(play, S);
	expect_whole(play, S, CLOSE "state=FIN_WAIT2>FIN_WAIT2 " FIN_BEFORE);
	await_minis(play, 0);
	expect_path(play, S, "%s timer CLOSE", at.story);
}

/* For more than a minute no mini-socket waits: the socket itself does (B11). */
TEST_F(close, FIN_WAIT2_for_long)
{
	struct play *play = self->play;
	struct reached at;
	struct peer peer;

	act_sysctl(play, "ipv4/tcp_fin_timeout", "90");
	peer_open(&peer, play);
	reach(&at, &peer, S, REACH_FIN_WAIT2, NULL);
	act_close(play, S);
	expect_whole(play, S, CLOSE "state=FIN_WAIT2>FIN_WAIT2 " FIN_BEFORE);
	peer_sends(&peer, PACKET_FIN | PACKET_ACK, NULL);
	await_time_wait(play, S, true);
	expect_path(play, S, "%s rx TIME_WAIT", at.story);
}

/* It hands over to a mini-socket when a minute is left (B11, T1). */
TEST_F(close, FIN_WAIT2_for_long_handed_over)
{
	struct play *play = self->play;
	struct reached at;
	struct peer peer;

	act_sysctl(play, "ipv4/tcp_fin_timeout", "62");
	peer_open(&peer, play);
	reach(&at, &peer, S, REACH_FIN_WAIT2, NULL);
	act_close(play, S);
	expect_whole(play, S, CLOSE "state=FIN_WAIT2>FIN_WAIT2 " FIN_BEFORE);
	await_mini_times_out(play);
	expect_path(play, S, "%s timer CLOSE", at.story);
}

/* ---- TCP_REPAIR: the connection is somebody else's from now on (B4) ---- */

#define TEST_REPAIR(state, text)					\
TEST_F(close, repair_in_##state)					\
{									\
	struct play *play = self->play;					\
	struct reached at;						\
	struct peer peer;						\
									\
	peer_open(&peer, play);						\
	reach(&at, &peer, S, REACH_##state, text);			\
	act_option(play, S, IPPROTO_TCP, TCP_REPAIR, TCP_REPAIR_ON);	\
	act_close(play, S);						\
	expect_whole(play, S, CLOSE "state=" #state ">CLOSE " REPAIR	\
		     " unread=%zu", strlen(text ?: ""));		\
	expect_path(play, S, "%s" TO_CLOSE, at.story);			\
}

TEST_REPAIR(ESTABLISHED, "hello")
TEST_REPAIR(CLOSE_WAIT, "hello")
TEST_REPAIR(FIN_WAIT1, (char *)NULL)
TEST_REPAIR(LAST_ACK, (char *)NULL)

TRIALS_MAIN;
