// SPDX-License-Identifier: GPL-2.0-only
/* cause.c on the host: what was seen outside calls, and the words for it. */

#include <stdio.h>
#include <stdlib.h>

#include <kselftest_harness.h>

#include "cause.h"

#define SCENE(...)	(&(struct sw_scene){ __VA_ARGS__ })
#define PATH(p)		.path = SW_PATH_##p
#define CALL(c)		.call = SHUTWATCH_BY_##c
#define FROM(s)		.before = SHUTWATCH_TCP_##s
#define ASKED(w)	.asked = SHUTWATCH_WHY_##w

#define EXPECT_MOVED(the_by, to, ...)					\
	EXPECT_EQ(SHUTWATCH_BY_##the_by,				\
		  sw_cause_of_transition(SCENE(__VA_ARGS__),		\
					 SHUTWATCH_TCP_##to))

#define EXPECT_CAUSE(the_by, the_why, of, ...)				\
do {									\
	struct sw_cause cause = sw_cause_of_##of(SCENE(__VA_ARGS__));	\
									\
	EXPECT_EQ(SHUTWATCH_BY_##the_by, cause.by);			\
	EXPECT_EQ(SHUTWATCH_WHY_##the_why, cause.why);			\
} while (0)

/* Whom tcp_done() runs for. */
TEST(closed_by_tcp_done)
{
	static const struct {
		__u8	path, by;
	} try[] = {
		{ SW_PATH_SEGMENT,	SHUTWATCH_BY_RX },
		{ SW_PATH_ICMP,		SHUTWATCH_BY_RX },
		{ SW_PATH_KEEPALIVE,	SHUTWATCH_BY_TIMER },
		{ SW_PATH_WRITE_TIMER,	SHUTWATCH_BY_TIMER },
		{ SW_PATH_ORPHAN,	SHUTWATCH_BY_TIMER },
		{ SW_PATH_MINI_TIMER,	SHUTWATCH_BY_TIMER },
		{ SW_PATH_ABORT,	SHUTWATCH_BY_ABORT },
		{ SW_PATH_CONNECT,	SHUTWATCH_BY_CONNECT },
		{ SW_PATH_NONE,		SHUTWATCH_BY_NONE },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(try); i++) {
		struct sw_scene scene = {
			.done = true, .path = try[i].path, FROM(ESTABLISHED),
		};

		EXPECT_EQ(try[i].by, sw_cause_of_close(&scene))
			TH_LOG("path %d", try[i].path);
		/* a call that runs on the socket does not change that */
		scene.call = SHUTWATCH_BY_CLOSE;
		EXPECT_EQ(try[i].by, sw_cause_of_close(&scene))
			TH_LOG("path %d in a call", try[i].path);
	}
}

TEST(closed_by_others)
{
	EXPECT_MOVED(RX, CLOSE, .reset = true, .done = true, FROM(ESTABLISHED));
	EXPECT_MOVED(LISTENER, CLOSE, .child = true, FROM(ESTABLISHED));
	EXPECT_MOVED(CLOSE, CLOSE, CALL(CLOSE), FROM(ESTABLISHED));
	EXPECT_MOVED(CONNECT_UNSPEC, CLOSE, CALL(CONNECT_UNSPEC), FROM(SYN_SENT));
	EXPECT_MOVED(MPTCP, CLOSE, .mptcp = true, FROM(ESTABLISHED));
	EXPECT_MOVED(MPTCP, CLOSE, .mptcp = true, .done = true, FROM(ESTABLISHED));
	EXPECT_MOVED(RX, CLOSE, .mptcp = true, .done = true, PATH(SEGMENT),
		     FROM(LAST_ACK));
	EXPECT_MOVED(CONNECT, CLOSE, FROM(SYN_SENT));
	EXPECT_MOVED(LISTEN, CLOSE, FROM(LISTEN));
}

/* tcp_done() in place of a mini-socket. */
TEST(closed_without_a_mini_socket)
{
	EXPECT_MOVED(RX, CLOSE, .done = true, PATH(SEGMENT), FROM(FIN_WAIT2),
		     CALL(CLOSE));
	EXPECT_MOVED(TIMER, CLOSE, .done = true, PATH(KEEPALIVE), FROM(FIN_WAIT2));
	/* its own hook is missing */
	EXPECT_MOVED(NONE, CLOSE, .done = true, PATH(TIME_WAIT), FROM(FIN_WAIT2),
		     CALL(CLOSE));
	EXPECT_MOVED(CLOSE, CLOSE, .done = true, PATH(CLOSE), FROM(FIN_WAIT2),
		     CALL(CLOSE));
	EXPECT_MOVED(NONE, CLOSE, .done = true, PATH(CLOSE), FROM(FIN_WAIT2));
	EXPECT_MOVED(MPTCP, CLOSE, .done = true, PATH(CLOSE), FROM(FIN_WAIT2),
		     .mptcp = true);
}

/* A call that was not followed is nobody's guess. */
TEST(closed_by_a_call_not_followed)
{
	EXPECT_MOVED(NONE, CLOSE, .not_followed = true, FROM(ESTABLISHED));
	EXPECT_MOVED(NONE, CLOSE, .not_followed = true, FROM(LISTEN));
	EXPECT_MOVED(NONE, CLOSE, .not_followed = true, .mptcp = true,
		     FROM(ESTABLISHED));
	EXPECT_MOVED(CLOSE, CLOSE, .not_followed = true, CALL(CLOSE),
		     FROM(ESTABLISHED));
	EXPECT_MOVED(NONE, CLOSE, FROM(ESTABLISHED));
}

TEST(fin_states)
{
	EXPECT_MOVED(SHUTDOWN, FIN_WAIT1, CALL(SHUTDOWN), FROM(ESTABLISHED));
	EXPECT_MOVED(CLOSE, LAST_ACK, CALL(CLOSE), FROM(CLOSE_WAIT));
	EXPECT_MOVED(RX, FIN_WAIT1, PATH(SEGMENT), FROM(SYN_RECV));
	EXPECT_MOVED(MPTCP, FIN_WAIT1, .mptcp = true, FROM(ESTABLISHED));
	EXPECT_MOVED(MPTCP, FIN_WAIT1, .mptcp = true, PATH(CLOSE), FROM(ESTABLISHED));
	EXPECT_MOVED(RX, FIN_WAIT1, .mptcp = true, PATH(SEGMENT), FROM(SYN_RECV));
	EXPECT_MOVED(NONE, FIN_WAIT1, .not_followed = true, PATH(SEGMENT),
		     FROM(ESTABLISHED));
	EXPECT_MOVED(NONE, FIN_WAIT1, FROM(ESTABLISHED));
}

/* Most arcs have one cause, whoever runs meanwhile. */
TEST(arcs_with_one_cause)
{
	EXPECT_MOVED(CONNECT, SYN_SENT, FROM(CLOSE));
	EXPECT_MOVED(LISTEN, LISTEN, FROM(CLOSE));
	EXPECT_MOVED(RX, SYN_RECV, FROM(LISTEN));
	EXPECT_MOVED(RX, ESTABLISHED, FROM(SYN_RECV));
	EXPECT_MOVED(RX, ESTABLISHED, FROM(SYN_SENT));
	EXPECT_MOVED(CONNECT, ESTABLISHED, FROM(SYN_SENT), .repair = true);
	EXPECT_MOVED(RX, ESTABLISHED, FROM(SYN_RECV), .repair = true);
	EXPECT_MOVED(RX, CLOSE_WAIT, FROM(ESTABLISHED), CALL(CLOSE));
	EXPECT_MOVED(RX, FIN_WAIT2, FROM(FIN_WAIT1), CALL(CLOSE));
	EXPECT_MOVED(RX, TIME_WAIT, FROM(FIN_WAIT2));
	EXPECT_MOVED(RX, CLOSING, FROM(FIN_WAIT1));
}

TEST(rst_of_a_timer)
{
	EXPECT_CAUSE(TIMER, KEEPALIVE_TIMEOUT, rst, PATH(KEEPALIVE),
		     FROM(ESTABLISHED));
	EXPECT_CAUSE(TIMER, USER_TIMEOUT, rst, PATH(KEEPALIVE),
		     FROM(ESTABLISHED), .user_timeout = true);
	EXPECT_CAUSE(TIMER, FIN_WAIT2_TIMEOUT, rst, PATH(KEEPALIVE),
		     FROM(FIN_WAIT2), .orphan = true, .user_timeout = true);
	EXPECT_CAUSE(TIMER, KEEPALIVE_TIMEOUT, rst, PATH(KEEPALIVE),
		     FROM(FIN_WAIT2));
	EXPECT_CAUSE(TIMER, ORPHAN_COUNT, rst, PATH(ORPHAN), FROM(FIN_WAIT1),
		     .orphan = true);
	EXPECT_CAUSE(TIMER, ORPHAN_MEMORY, rst, PATH(ORPHAN), FROM(FIN_WAIT1),
		     .orphan = true, .memory = true);
	EXPECT_CAUSE(TIMER, ORPHAN_MEMORY, rst, PATH(WRITE_TIMER),
		     FROM(FIN_WAIT1), .memory = true);
}

TEST(rst_of_others)
{
	EXPECT_CAUSE(LISTENER, LISTENER_STOPPED, rst, .child = true,
		     FROM(ESTABLISHED));
	EXPECT_CAUSE(ABORT, ABORT, rst, PATH(ABORT), FROM(ESTABLISHED));
	EXPECT_CAUSE(NONE, NOT_FOLLOWED, rst, PATH(CLOSE), FROM(ESTABLISHED));
	EXPECT_CAUSE(NONE, NOT_FOLLOWED, rst, PATH(DISCONNECT),
		     FROM(ESTABLISHED));
	EXPECT_CAUSE(NONE, UNKNOWN, rst, FROM(ESTABLISHED));
	EXPECT_CAUSE(NONE, UNKNOWN, rst, PATH(SEGMENT), FROM(ESTABLISHED));
}

TEST(rst_of_a_subflow)
{
	EXPECT_CAUSE(MPTCP, MPTCP, rst, .mptcp = true, FROM(ESTABLISHED));
	EXPECT_CAUSE(MPTCP, UNREAD_DATA, rst, .mptcp = true, PATH(CLOSE),
		     ASKED(UNREAD_DATA), FROM(ESTABLISHED));
	EXPECT_CAUSE(MPTCP, LINGER_ZERO, rst, .mptcp = true, PATH(DISCONNECT),
		     ASKED(LINGER_ZERO), FROM(ESTABLISHED));
	EXPECT_CAUSE(MPTCP, LINGER2_NEGATIVE, rst, .mptcp = true, PATH(CLOSE),
		     .orphan = true, .linger2 = true, ASKED(UNREAD_DATA), FROM(CLOSE));
	EXPECT_CAUSE(MPTCP, ORPHAN_COUNT, rst, .mptcp = true, PATH(CLOSE),
		     .orphan = true, ASKED(UNREAD_DATA), FROM(ESTABLISHED));
	EXPECT_CAUSE(MPTCP, ORPHAN_MEMORY, rst, .mptcp = true, PATH(CLOSE),
		     .orphan = true, .memory = true, FROM(ESTABLISHED));
	/* what was unread is looked at before nobody has it any more */
	EXPECT_CAUSE(MPTCP, UNREAD_DATA, rst, .mptcp = true, PATH(CLOSE),
		     .linger2 = true, ASKED(UNREAD_DATA), FROM(CLOSE));
	EXPECT_CAUSE(LISTENER, LISTENER_STOPPED, rst, .mptcp = true,
		     ASKED(LISTENER_STOPPED), FROM(ESTABLISHED));
	/* a call that was not seen is not blamed on anybody; one that was, is */
	EXPECT_CAUSE(NONE, NOT_FOLLOWED, rst, .mptcp = true, .not_followed = true,
		     FROM(ESTABLISHED));
	EXPECT_CAUSE(MPTCP, UNREAD_DATA, rst, .mptcp = true, .not_followed = true,
		     ASKED(UNREAD_DATA), FROM(ESTABLISHED));
	/* its timers are TCP's, and so is SOCK_DESTROY of it */
	EXPECT_CAUSE(TIMER, KEEPALIVE_TIMEOUT, rst, .mptcp = true,
		     PATH(KEEPALIVE), FROM(ESTABLISHED));
	EXPECT_CAUSE(ABORT, ABORT, rst, .mptcp = true, PATH(ABORT),
		     FROM(ESTABLISHED));
}

TEST(fin)
{
	EXPECT_CAUSE(RX, SHUTDOWN_DEFERRED, fin, PATH(SEGMENT), FROM(SYN_RECV));
	EXPECT_CAUSE(MPTCP, MPTCP, fin, .mptcp = true, PATH(NONE),
		     FROM(ESTABLISHED));
	EXPECT_CAUSE(MPTCP, MPTCP, fin, .mptcp = true, PATH(CLOSE),
		     FROM(ESTABLISHED));
	EXPECT_CAUSE(MPTCP, MPTCP, fin, .mptcp = true, PATH(CLOSE),
		     ASKED(SHUTDOWN_WRITE), FROM(ESTABLISHED));
	EXPECT_CAUSE(MPTCP, CLOSE, fin, .mptcp = true, PATH(CLOSE), ASKED(CLOSE),
		     FROM(ESTABLISHED));
	EXPECT_CAUSE(MPTCP, SHUTDOWN_WRITE, fin, .mptcp = true, PATH(NONE),
		     ASKED(SHUTDOWN_WRITE), FROM(ESTABLISHED));
	EXPECT_CAUSE(MPTCP, CLOSE, fin, .mptcp = true, PATH(NONE), ASKED(CLOSE),
		     FROM(ESTABLISHED));
	EXPECT_CAUSE(NONE, NOT_FOLLOWED, fin, .not_followed = true,
		     PATH(SEGMENT), FROM(ESTABLISHED));
	EXPECT_CAUSE(NONE, NOT_FOLLOWED, fin, .not_followed = true,
		     .mptcp = true, FROM(ESTABLISHED));
	EXPECT_CAUSE(NONE, NOT_FOLLOWED, fin, PATH(CLOSE), FROM(ESTABLISHED));
}

#define EXPECT_SILENT(the_why, ...)					\
	EXPECT_EQ(SHUTWATCH_WHY_##the_why,				\
		  sw_why_silent_timer(SCENE(__VA_ARGS__)))

TEST(timer_in_silence)
{
	EXPECT_SILENT(RETRIES_EXHAUSTED, PATH(WRITE_TIMER));
	EXPECT_SILENT(USER_TIMEOUT, PATH(WRITE_TIMER), .user_timeout = true);
	EXPECT_SILENT(ORPHAN_COUNT, PATH(ORPHAN), .user_timeout = true);
	EXPECT_SILENT(ORPHAN_MEMORY, PATH(ORPHAN), .memory = true);
	EXPECT_SILENT(FIN_WAIT2_TIMEOUT, PATH(KEEPALIVE), FROM(FIN_WAIT2),
		      .user_timeout = true);
	EXPECT_SILENT(NETNS_EXIT, PATH(ORPHAN), .dying = true, .memory = true);
}

TEST_HARNESS_MAIN
