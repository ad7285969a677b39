// SPDX-License-Identifier: GPL-2.0-only
/*
 * A socket whose connection is in TIME_WAIT is disconnected, and connects again:
 * the connections that its mini-sockets have are told to their ends, with their
 * own addresses, whichever ends first.
 */
#include "trial_fixture.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "reach.h"
#include "sock_destroy.h"
#include "socket_records.h"
#include "step.h"

/* As many as one socket has in these tests. */
#define CONNECTIONS	9

/* TIME_WAIT takes 60 s. */
#define TIME_WAIT_TIMEOUT	180

#define IN_TIME_WAIT	"shutdown FIN_WAIT1 rx FIN_WAIT2 rx TIME_WAIT"
#define AGAIN		"CLOSE connect SYN_SENT rx ESTABLISHED"

TRIALS(reconnect);

/**
 * struct again - one socket, and its connections
 * @play: the play
 * @peer: the other end of each
 * @was: the socket, while it had that connection
 * @count: how many there were
 * @story: what became of all of them, in that order
 */
struct again {
	struct play *play;
	struct peer peer[CONNECTIONS];
	struct actor was[CONNECTIONS];
	int count;
	char story[1400];
};

static void goes_on(struct again *again, const char *what)
{
	if (strlen(again->story) + strlen(what) >= sizeof(again->story))
		remark(&again->play->trouble, "too long a story");
	else
		strcat(again->story, what);
}

static void first(struct again *again, struct play *play)
{
	struct reached reached;

	again->play = play;
	peer_open(&again->peer[0], play);
	reach(&reached, &again->peer[0], S, REACH_TIME_WAIT, NULL);
	strcpy(again->story, reached.story);
	again->was[again->count++] = play->actor[S];
}

static void disconnect(struct again *again)
{
	act_disconnect(again->play, S);
	expect_whole(again->play, S, UNSPEC
		     "state=TIME_WAIT>TIME_WAIT sent=none why=already_closed");
}

static struct peer *connect_again(struct again *again)
{
	struct peer *peer = &again->peer[again->count];

	disconnect(again);
	peer_open(peer, again->play);
	peer_connects(peer, S);
	goes_on(again, " ? " AGAIN);
	again->was[again->count++] = again->play->actor[S];
	return peer;
}

static void into_time_wait(struct again *again, struct peer *peer)
{
	struct play *play = again->play;

	act_shutdown(play, S, SHUT_WR);
	expect_whole(play, S, SHUTDOWN("wr")
		     "state=ESTABLISHED>FIN_WAIT1 sent=FIN why=shutdown_write fin=sent");
	peer_hears(peer, PACKET_FIN);
	peer_acks(peer);
	await_state(play, S, SHUTWATCH_TCP_FIN_WAIT2);
	peer_sends(peer, PACKET_FIN | PACKET_ACK, NULL);
	await_time_wait(play, S, true);
	goes_on(again, " " IN_TIME_WAIT);
}

/* With the addresses of that connection. */
static void expect_of(struct again *again, int nr, const char *text)
{
	struct actor now = again->play->actor[S];

	again->play->actor[S] = again->was[nr];
	expect_whole(again->play, S, "%s", text);
	again->play->actor[S] = now;
}

/* The peer of one of them resets what the mini-socket has. */
static void end(struct again *again, int nr, int left)
{
	peer_sends(&again->peer[nr], PACKET_RST, NULL);
	await_minis(again->play, left);
	expect_of(again, nr, RESET "state=TIME_WAIT>CLOSE error=-");
	goes_on(again, strrchr(again->story, ' ') &&
		!strcmp(strrchr(again->story, ' '), " TIME_WAIT") ? " rx CLOSE" :
		" ? TIME_WAIT rx CLOSE");
}

static void told_in_full(struct again *again)
{
	expect_path(again->play, S, "%s", again->story);
}

TEST_F(reconnect, first_ends_while_the_second_goes_on)
{
	struct again again = {};

	first(&again, self->play);
	connect_again(&again);
	end(&again, 0, 0);
	act_shutdown(self->play, S, SHUT_WR);
	expect_whole(self->play, S, SHUTDOWN("wr")
		     "state=ESTABLISHED>FIN_WAIT1 sent=FIN why=shutdown_write fin=sent");
	goes_on(&again, " ? ESTABLISHED shutdown FIN_WAIT1");
	told_in_full(&again);
}

TEST_F(reconnect, both_in_TIME_WAIT_first_ends_first)
{
	struct again again = {};

	first(&again, self->play);
	into_time_wait(&again, connect_again(&again));
	end(&again, 0, 1);
	end(&again, 1, 0);
	told_in_full(&again);
}

TEST_F(reconnect, both_in_TIME_WAIT_second_ends_first)
{
	struct again again = {};

	first(&again, self->play);
	into_time_wait(&again, connect_again(&again));
	end(&again, 1, 1);
	end(&again, 0, 0);
	told_in_full(&again);
}

TEST_F(reconnect, three_times)
{
	struct again again = {};

	first(&again, self->play);
	into_time_wait(&again, connect_again(&again));
	into_time_wait(&again, connect_again(&again));
	end(&again, 1, 2);
	end(&again, 0, 1);
	end(&again, 2, 0);
	told_in_full(&again);
}

/* A socket has seven numbers for its mini-sockets: here they have to do for eight. */
TEST_F(reconnect, eight_times_each_ends_before_the_next)
{
	struct again again = {};
	struct peer *peer;

	self->play->repeats = true;
	first(&again, self->play);
	while (again.count < CONNECTIONS) {
		peer = connect_again(&again);
		end(&again, again.count - 2, 0);
		goes_on(&again, " ? ESTABLISHED");
		into_time_wait(&again, peer);
	}
	end(&again, again.count - 1, 0);
	told_in_full(&again);
}

/* The second is reset: the first is still there. */
TEST_F(reconnect, second_is_reset)
{
	struct again again = {};
	struct peer *peer;

	first(&again, self->play);
	peer = connect_again(&again);
	peer_sends(peer, PACKET_RST, NULL);
	await_state(self->play, S, SHUTWATCH_TCP_CLOSE);
	expect_whole(self->play, S, RESET "state=ESTABLISHED>CLOSE error=ECONNRESET");
	trial_recv_fails(self->play, S, ECONNRESET);
	goes_on(&again, " rx CLOSE");
	end(&again, 0, 0);
	told_in_full(&again);
}

/* The socket is closed, and gone: what its mini-sockets have goes on. */
TEST_F(reconnect, socket_is_closed)
{
	struct again again = {};
	__u64 cookie;

	if (!self->play->with_records)
		SKIP(return, NO_RECORDS);
	first(&again, self->play);
	into_time_wait(&again, connect_again(&again));
	cookie = self->play->actor[S].cookie;
	act_close(self->play, S);
	expect_whole(self->play, S, CLOSE
		     "state=TIME_WAIT>TIME_WAIT sent=none why=already_closed");
	end(&again, 0, 1);
	EXPECT_TRUE(socket_records_go_on(cookie));
	end(&again, 1, 0);
	EXPECT_FALSE(socket_records_go_on(cookie));
	told_in_full(&again);
}

static int destroy(struct play *play, const struct actor *actor)
{
	struct sockaddr_storage local, remote;

	address_parse(&local, actor->local);
	address_parse(&remote, actor->remote);
	play->err = -sock_destroy(&local, &remote, actor->cookie);
	step(play, step_errno(play->err), "ss -K %s", actor->local);
	return play->err;
}

/* SOCK_DESTROY of the first finds the mini-socket, by the cookie that both have. */
TEST_F(reconnect, first_is_destroyed)
{
	struct again again = {};

	first(&again, self->play);
	connect_again(&again);
	if (destroy(self->play, &again.was[0]) == EOPNOTSUPP) {
		expect_of(&again, 0, ABORT
			  "ret=EOPNOTSUPP state=TIME_WAIT>TIME_WAIT sent=none why=fin_already_sent unread=- unsent=- unacked=-");
	} else {
		expect_of(&again, 0, ABORT
			  "ret=0 state=TIME_WAIT>CLOSE sent=none why=fin_already_sent unread=- unsent=- unacked=-");
		goes_on(&again, " ? TIME_WAIT abort CLOSE");
	}
	told_in_full(&again);
}

/* It never connects again, and TIME_WAIT goes on all the same. */
TEST_F(reconnect, disconnected_only)
{
	struct again again = {};

	first(&again, self->play);
	disconnect(&again);
	end(&again, 0, 0);
	told_in_full(&again);
}

/* Their time is over, by the clock. */
TEST_F_TIMEOUT(reconnect, times_out, TIME_WAIT_TIMEOUT)
{
	struct again again = {};

	first(&again, self->play);
	connect_again(&again);
	self->play->actor[S] = again.was[0];
	await_time_wait(self->play, S, false);
	self->play->actor[S] = again.was[1];
	goes_on(&again, " ? TIME_WAIT timer CLOSE");
	told_in_full(&again);
}

TRIALS_MAIN;
