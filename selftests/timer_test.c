// SPDX-License-Identifier: GPL-2.0-only
/*
 * What timers end (T1 to T4, T7): a peer that is silent, or does not finish.
 */
#include "trial_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>

#include "act_option.h"
#include "clock.h"
#include "orphan.h"

/* Timers are late on a busy machine; the longest here runs for 3 s. */
#define AWAIT_MS	20000

TRIALS(timer);

#define set_tcp(play, option, value)	act_option(play, S, IPPROTO_TCP, option, value)

/*
 * A socket that a timer closes says so to whoever waits for it.  Old kernels do
 * before they close it: who takes the error then is faster than the record.
 */
static void await_error(struct play *play, int err)
{
	struct pollfd pfd = { .fd = play->actor[S].fd };
	socklen_t len = sizeof(int);
	int got = 0;

	if (poll(&pfd, 1, AWAIT_MS) == 1)
		await_state(play, S, SHUTWATCH_TCP_CLOSE);
	if (getsockopt(pfd.fd, SOL_SOCKET, SO_ERROR, &got, &len) || got != err)
		remark(&play->wrong, "SO_ERROR is %s, not %s",
		       strerrorname_np(got) ?: "0", strerrorname_np(err));
	trial_got(play, S, got);
}

/* ---- T1, T2, T7: closed, and the peer does not finish ---- */

/* Closed, and the peer has acknowledged the FIN. */
static void close_and_ack(struct play *play, struct peer *peer,
			  struct reached *reached, int linger2)
{
	peer_open(peer, play);
	reach(reached, peer, S, SHUTWATCH_TCP_ESTABLISHED, NULL);
	if (linger2)
		set_tcp(play, TCP_LINGER2, linger2);
	orphan_close(reached, peer, S);
	peer_acks(peer);
}

/* Over 60 s, the socket itself waits for what is more, then a mini-socket. */
TEST_F(timer, T1_FIN_WAIT2_becomes_a_mini_socket)
{
	__u64 before = clock_now();
	struct reached reached;
	struct peer peer;

	close_and_ack(self->play, &peer, &reached, 62);
	await_mini_times_out(self->play);
	/* Two seconds as a socket, two as a mini-socket; a tick may be half over. */
	EXPECT_LE(NSEC_PER_SEC * 39 / 10, clock_now() - before);
	expect_path(self->play, S, "%s rx FIN_WAIT2 timer CLOSE", reached.story);
}

/* The same, and there is no room for one. */
TEST_F(timer, T1_no_room_for_a_mini_socket)
{
	struct reached reached;
	struct peer peer;

	act_sysctl(self->play, "ipv4/tcp_max_tw_buckets", "0");
	close_and_ack(self->play, &peer, &reached, 62);
	orphan_await(self->play, S, SHUTWATCH_TCP_CLOSE);
	expect_whole(self->play, S, DECISION("timer")
		     "ctx=timer state=FIN_WAIT2>CLOSE sent=none why=fin_wait2_timeout");
	expect_path(self->play, S, "%s rx FIN_WAIT2 timer CLOSE", reached.story);
}

/*
 * The same, but by then there is no more time left for a mini-socket: said before
 * the socket has waited for the five seconds that are over 60.
 */
TEST_F(timer, T2_fin_wait2_timeout)
{
	struct reached reached;
	struct peer peer;
	char seconds[16];

	snprintf(seconds, sizeof(seconds), "%d", 60 + 5 * clock_slow());
	act_sysctl(self->play, "ipv4/tcp_fin_timeout", seconds);
	close_and_ack(self->play, &peer, &reached, 0);
	orphan_await(self->play, S, SHUTWATCH_TCP_FIN_WAIT2);
	act_sysctl(self->play, "ipv4/tcp_fin_timeout", "10");
	peer_hears(&peer, PACKET_RST);
	expect_whole(self->play, S, DECISION("timer")
		     "ctx=timer state=FIN_WAIT2>CLOSE sent=RST why=fin_wait2_timeout");
	expect_path(self->play, S, "%s rx FIN_WAIT2 timer CLOSE", reached.story);
}

TEST_F(timer, T7_end_of_FIN_WAIT2)
{
	struct reached reached;
	struct peer peer;

	close_and_ack(self->play, &peer, &reached, 1);
	orphan_await(self->play, S, SHUTWATCH_TCP_CLOSE);
	expect_path(self->play, S, "%s rx FIN_WAIT2 timer CLOSE", reached.story);
}

/* ---- T3: nothing to send, and the peer is silent ---- */

static void expect_timeout(struct play *play, const struct reached *reached,
			   const char *why)
{
	expect_whole(play, S, DECISION("timer")
		     "ctx=timer state=%s>CLOSE sent=RST probes=1 why=%s",
		     reached->state, why);
	await_error(play, ETIMEDOUT);
	expect_path(play, S, "%s timer CLOSE", reached->story);
}

static void keepalive_runs_out(struct play *play, int state)
{
	struct reached reached;
	struct peer peer;

	peer_open(&peer, play);
	reach(&reached, &peer, S, state, NULL);
	act_keep_alive(play, S, 1);
	peer_hears(&peer, PACKET_RST);
	expect_timeout(play, &reached, "keepalive_timeout");
}

TEST_F(timer, T3_keepalive_ESTABLISHED)
{
	keepalive_runs_out(self->play, SHUTWATCH_TCP_ESTABLISHED);
}

TEST_F(timer, T3_keepalive_CLOSE_WAIT)
{
	keepalive_runs_out(self->play, SHUTWATCH_TCP_CLOSE_WAIT);
}

TEST_F(timer, T3_keepalive_FIN_WAIT2)
{
	keepalive_runs_out(self->play, SHUTWATCH_TCP_FIN_WAIT2);
}

TEST_F(timer, T3_user_timeout)
{
	struct reached reached;
	struct peer peer;

	peer_open(&peer, self->play);
	reach(&reached, &peer, S, SHUTWATCH_TCP_ESTABLISHED, NULL);
	act_keep_alive(self->play, S, 9);
	set_tcp(self->play, TCP_USER_TIMEOUT, 1500);
	peer_hears(&peer, PACKET_RST);
	expect_timeout(self->play, &reached, "user_timeout user_timeout=1500");
}

/* ---- T4: something to send, and the peer is silent ---- */

/* How often it is sent again depends on how fast the first answer came. */
static void expect_give_up(struct play *play, const char *state, const char *why)
{
	expect_whole(play, S, DECISION("timer")
		     "ctx=timer state=%s>CLOSE sent=none why=%s", state, why);
}

/* How often S has sent its SYN again: since 6.5 it is more than TCP_SYNCNT. */
static int syns_again(struct play *play)
{
	struct pollfd pfd = { .fd = play->actor[S].fd };
	int i, again = 0;

	poll(&pfd, 1, AWAIT_MS);
	trial_sees(play, play->actor[S].local, PACKET_SYN, 1);
	for (i = 0; i < play->nr_packets; i++)
		again += play->packet[i].again && play->packet[i].flags & PACKET_SYN;
	return again;
}

TEST_F(timer, T4_SYN_SENT)
{
	struct reached reached;
	char why[64];
	struct peer peer;

	peer_open(&peer, self->play);
	reach(&reached, &peer, S, SHUTWATCH_TCP_SYN_SENT, NULL);
	set_tcp(self->play, TCP_SYNCNT, 1);
	snprintf(why, sizeof(why), "retries_exhausted retries=%d",
		 syns_again(self->play));
	expect_give_up(self->play, reached.state, why);
	await_error(self->play, ETIMEDOUT);
	expect_path(self->play, S, "%s timer CLOSE", reached.story);
}

TEST_F(timer, T4_data)
{
	struct reached reached;
	struct peer peer;

	act_sysctl(self->play, "ipv4/tcp_retries2", "1");
	peer_open(&peer, self->play);
	reach(&reached, &peer, S, SHUTWATCH_TCP_ESTABLISHED, NULL);
	act_send(self->play, S, "hello");
	expect_give_up(self->play, reached.state, "retries_exhausted unacked=5 retries=1|2");
	await_error(self->play, ETIMEDOUT);
	expect_path(self->play, S, "%s timer CLOSE", reached.story);
}

TEST_F(timer, T4_user_timeout)
{
	struct reached reached;
	struct peer peer;

	peer_open(&peer, self->play);
	reach(&reached, &peer, S, SHUTWATCH_TCP_CLOSE_WAIT, NULL);
	set_tcp(self->play, TCP_USER_TIMEOUT, 500);
	act_send(self->play, S, "hello");
	expect_give_up(self->play, reached.state,
		       "user_timeout unacked=5 user_timeout=500 retries=1|2|3");
	await_error(self->play, ETIMEDOUT);
	expect_path(self->play, S, "%s timer CLOSE", reached.story);
}

/* The peer has no room, and does not answer to probes either. */
TEST_F(timer, T4_zero_window)
{
	struct reached reached;
	struct peer peer;

	peer_open(&peer, self->play);
	reach(&reached, &peer, S, SHUTWATCH_TCP_ESTABLISHED, NULL);
	peer.window = 0;
	peer_acks(&peer);
	await_closed_window(self->play, S);
	set_tcp(self->play, TCP_USER_TIMEOUT, 1000);
	act_send(self->play, S, "hello");
	expect_give_up(self->play, reached.state,
		       "user_timeout unsent=5 user_timeout=1000 probes=1|2|3");
	await_error(self->play, ETIMEDOUT);
	expect_path(self->play, S, "%s timer CLOSE", reached.story);
}

static void orphan_gives_up(struct play *play, int state, const char *to)
{
	struct reached reached;
	struct peer peer;

	act_sysctl(play, "ipv4/tcp_orphan_retries", "1");
	peer_open(&peer, play);
	reach(&reached, &peer, S, state, NULL);
	act_close(play, S);
	expect_whole(play, S, CLOSE "state=%s>%s sent=FIN why=close fin=sent",
		     reached.state, to);
	expect_give_up(play, to, "retries_exhausted retries=1|2");
	orphan_await(play, S, SHUTWATCH_TCP_CLOSE);
	expect_path(play, S, "%s close %s timer CLOSE", reached.story, to);
}

TEST_F(timer, T4_orphan_FIN_WAIT1)
{
	orphan_gives_up(self->play, SHUTWATCH_TCP_ESTABLISHED, "FIN_WAIT1");
}

TEST_F(timer, T4_orphan_LAST_ACK)
{
	orphan_gives_up(self->play, SHUTWATCH_TCP_CLOSE_WAIT, "LAST_ACK");
}

TRIALS_MAIN;
