// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which of its limits ended a connection, and the values that a timer decided
 * on (T3, T4): TCP_USER_TIMEOUT, probes or retransmissions, and how many.
 */
#include "trial_fixture.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "act_option.h"
#include "find_record.h"
#include "orphan.h"
#include "record_fields.h"

/* Longer than anything here takes. */
#define NEVER_MS	600000

/* Some, whatever a busy machine made of it; not none, and not too many. */
#define SOME		"1|2|3|4|5|6|7|8"

TRIALS(timeout);

#define set_tcp(play, option, value)	act_option(play, S, IPPROTO_TCP, option, value)

static void establish(struct reached *reached, struct peer *peer,
		      struct play *play)
{
	peer_open(peer, play);
	reach(reached, peer, S, SHUTWATCH_TCP_ESTABLISHED, NULL);
}

#define END_BY_TIMER(sent_why, values)					\
	DECISION("timer") "ctx=timer state=%s>CLOSE " sent_why " " values

#define expect_end(play, reached, sent_why, values, ...)		\
do {									\
	expect_whole(play, S, END_BY_TIMER(sent_why, values),		\
		     (reached)->state, ##__VA_ARGS__);			\
	orphan_await(play, S, SHUTWATCH_TCP_CLOSE);			\
	expect_path(play, S, "%s timer CLOSE", (reached)->story);	\
} while (0)

#define SILENT_USER_TIMEOUT	"sent=none why=user_timeout"
#define SILENT_RETRIES		"sent=none why=retries_exhausted"

/* ---- data that is not acknowledged ---- */

TEST_F(timeout, data_user_timeout)
{
	struct reached reached;
	struct peer peer;

	establish(&reached, &peer, self->play);
	set_tcp(self->play, TCP_USER_TIMEOUT, 700);
	act_send(self->play, S, "hello");
	expect_end(self->play, &reached, SILENT_USER_TIMEOUT,
		   "unacked=5 user_timeout=700 probes=0 retries=" SOME);
}

TEST_F(timeout, data_retries_exhausted)
{
	struct reached reached;
	struct peer peer;

	act_sysctl(self->play, "ipv4/tcp_retries2", "1");
	establish(&reached, &peer, self->play);
	act_send(self->play, S, "hello");
	expect_end(self->play, &reached, SILENT_RETRIES,
		   "unacked=5 user_timeout=0 probes=0 retries=" SOME);
}

/* With the option, retransmissions are not counted: however few there may be. */
TEST_F(timeout, data_user_timeout_before_retries)
{
	struct reached reached;
	struct peer peer;

	act_sysctl(self->play, "ipv4/tcp_retries2", "0");
	establish(&reached, &peer, self->play);
	set_tcp(self->play, TCP_USER_TIMEOUT, 2000);
	act_send(self->play, S, "hello");
	expect_end(self->play, &reached, SILENT_USER_TIMEOUT,
		   "unacked=5 user_timeout=2000 probes=0 retries=" SOME);
}

/* ---- a window of 0 ---- */

static void close_window(struct reached *reached, struct peer *peer,
			 struct play *play, int user_timeout)
{
	establish(reached, peer, play);
	peer->window = 0;
	peer_acks(peer);
	await_closed_window(play, S);
	if (user_timeout)
		set_tcp(play, TCP_USER_TIMEOUT, user_timeout);
	act_send(play, S, "hello");
}

TEST_F(timeout, window_user_timeout)
{
	struct reached reached;
	struct peer peer;

	close_window(&reached, &peer, self->play, 1000);
	expect_end(self->play, &reached, SILENT_USER_TIMEOUT,
		   "unsent=5 user_timeout=1000 retries=0 probes=" SOME);
}

/*
 * The peer answers: it is alive, and its window stays closed.  Probes are counted
 * anew from then on: there is time for some, even if the timer is late.
 */
TEST_F(timeout, window_user_timeout_when_answered)
{
	struct reached reached;
	struct peer peer;

	close_window(&reached, &peer, self->play, 8000);
	peer_hears(&peer, PACKET_ACK);
	peer_acks(&peer);
	expect_end(self->play, &reached, SILENT_USER_TIMEOUT,
		   "unsent=5 user_timeout=8000 retries=0 probes=" SOME);
}

TEST_F(timeout, window_probes_exhausted)
{
	struct reached reached;
	struct peer peer;

	act_sysctl(self->play, "ipv4/tcp_retries2", "2");
	close_window(&reached, &peer, self->play, 0);
	expect_end(self->play, &reached, SILENT_RETRIES,
		   "unsent=5 user_timeout=0 retries=0 probes=2");
}

/* There the option is one limit more, and not instead. */
TEST_F(timeout, window_probes_exhausted_before_user_timeout)
{
	struct reached reached;
	struct peer peer;

	act_sysctl(self->play, "ipv4/tcp_retries2", "2");
	close_window(&reached, &peer, self->play, NEVER_MS);
	expect_end(self->play, &reached, SILENT_RETRIES,
		   "unsent=5 user_timeout=600000 retries=0 probes=2");
}

/* ---- keepalive ---- */

TEST_F(timeout, keepalive_probes_exhausted)
{
	struct reached reached;
	struct peer peer;

	establish(&reached, &peer, self->play);
	act_keep_alive(self->play, S, 2);
	expect_end(self->play, &reached, "sent=RST why=keepalive_timeout",
		   "user_timeout=0 retries=0 probes=2");
}

TEST_F(timeout, keepalive_user_timeout)
{
	struct reached reached;
	struct peer peer;

	establish(&reached, &peer, self->play);
	act_keep_alive(self->play, S, 9);
	set_tcp(self->play, TCP_USER_TIMEOUT, 1500);
	expect_end(self->play, &reached, "sent=RST why=user_timeout",
		   "user_timeout=1500 retries=0 probes=" SOME);
}

/* With the option, probes are not counted. */
TEST_F(timeout, keepalive_user_timeout_before_probes)
{
	struct reached reached;
	struct peer peer;

	establish(&reached, &peer, self->play);
	act_keep_alive(self->play, S, 1);
	set_tcp(self->play, TCP_USER_TIMEOUT, 2500);
	expect_end(self->play, &reached, "sent=RST why=user_timeout",
		   "user_timeout=2500 retries=0 probes=" SOME);
}

/* ---- a handshake ---- */

static void handshake(struct play *play, int state, int syns, int user_timeout,
		      struct reached *reached)
{
	struct peer peer;

	peer_open(&peer, play);
	reach(reached, &peer, S, state, NULL);
	set_tcp(play, TCP_SYNCNT, syns);
	if (user_timeout)
		set_tcp(play, TCP_USER_TIMEOUT, user_timeout);
}

TEST_F(timeout, SYN_SENT_retries_exhausted)
{
	struct reached reached;

	handshake(self->play, SHUTWATCH_TCP_SYN_SENT, 1, 0, &reached);
	expect_end(self->play, &reached, SILENT_RETRIES,
		   "user_timeout=0 probes=0 retries=" SOME);
}

TEST_F(timeout, SYN_SENT_user_timeout)
{
	struct reached reached;

	handshake(self->play, SHUTWATCH_TCP_SYN_SENT, 20, 1500, &reached);
	expect_end(self->play, &reached, SILENT_USER_TIMEOUT,
		   "user_timeout=1500 probes=0 retries=" SOME);
}

/* Of a handshake there are only so many, with the option or without. */
TEST_F(timeout, SYN_SENT_retries_exhausted_before_user_timeout)
{
	struct reached reached;

	handshake(self->play, SHUTWATCH_TCP_SYN_SENT, 1, NEVER_MS, &reached);
	expect_end(self->play, &reached, SILENT_RETRIES,
		   "user_timeout=600000 probes=0 retries=" SOME);
}

TEST_F(timeout, SYN_RECV_retries_exhausted_before_user_timeout)
{
	struct reached reached;

	handshake(self->play, SHUTWATCH_TCP_SYN_RECV, 1, NEVER_MS, &reached);
	expect_end(self->play, &reached, SILENT_RETRIES,
		   "user_timeout=600000 probes=0 retries=" SOME);
}

/* ---- an orphan ---- */

/* How many there are is the machine's affair: at least this one. */
TEST_F(timeout, orphan_is_counted)
{
	struct play *play = self->play;
	struct reached reached;
	struct record record;
	struct peer peer;

	if (!play->with_records)
		SKIP(return, NO_RECORDS);
	act_sysctl(play, "ipv4/tcp_orphan_retries", "1");
	orphan_make(&reached, &peer, play);
	expect_end(play, &reached, SILENT_RETRIES,
		   "user_timeout=0 probes=0 retries=" SOME);
	ASSERT_TRUE(find_record(&record, play->actor[S].cookie, SHUTWATCH_KEY_KIND,
				"decision"));
	EXPECT_LE(1, find_number(&record, SHUTWATCH_KEY_ORPHANS));
	EXPECT_GE(100000, find_number(&record, SHUTWATCH_KEY_ORPHANS));
}

TRIALS_MAIN;
