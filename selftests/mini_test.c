// SPDX-License-Identifier: GPL-2.0-only
/*
 * What ends a mini-socket (D1 to D5): a RST is told as such, and nothing else is
 * taken for one.
 */
#include "trial_fixture.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include "act_option.h"
#include "orphan.h"
#include "owners.h"

#define DATA		(PACKET_ACK | PACKET_PSH)

/* What a window holds. */
#define NEAR		100

TRIALS(mini);

static void reach_time_wait(struct reached *reached, struct peer *peer,
			    struct play *play)
{
	peer_open(peer, play);
	reach(reached, peer, S, SHUTWATCH_TCP_TIME_WAIT, NULL);
}

static void expect_reset(struct play *play, const struct reached *reached,
			 const char *state)
{
	await_minis(play, 0);
	expect_whole(play, S, RESET "state=%s>CLOSE error=-", state);
	expect_path(play, S, "%s rx CLOSE", reached->story);
	expect_ours(play, S);
}

TEST_F(mini, RST_and_ACK_in_TIME_WAIT)
{
	struct reached reached;
	struct peer peer;

	reach_time_wait(&reached, &peer, self->play);
	peer_sends(&peer, PACKET_RST | PACKET_ACK, NULL);
	expect_reset(self->play, &reached, "TIME_WAIT");
}

/* The mini-socket that close() left goes on to TIME_WAIT before. */
TEST_F(mini, RST_after_FIN_WAIT2)
{
	struct reached reached;
	struct peer peer;

	orphan_make_mini(&reached, &peer, self->play);
	peer_sends(&peer, PACKET_FIN | PACKET_ACK, NULL);
	peer_hears(&peer, PACKET_ACK);
	await_time_wait(self->play, S, true);
	peer_sends(&peer, PACKET_RST, NULL);
	await_minis(self->play, 0);
	expect_whole(self->play, S, RESET "state=TIME_WAIT>CLOSE error=-");
	expect_path(self->play, S, "%s rx TIME_WAIT rx CLOSE", reached.story);
}

/* A RST that is not exact does nothing, nor does it stay in mind. */
static void inexact_RST(struct play *play, struct peer *peer)
{
	peer_sends_at(peer, PACKET_RST, peer->next + NEAR, 0, NULL);
	peer_sends_at(peer, PACKET_RST, peer->next - NEAR, 0, NULL);
	await_minis(play, 1);
}

TEST_F(mini, timer_after_RST_not_exact)
{
	const int seconds = 1;
	struct reached reached;
	struct peer peer;

	peer_open(&peer, self->play);
	reach(&reached, &peer, S, SHUTWATCH_TCP_ESTABLISHED, NULL);
	ASSERT_EQ(0, setsockopt(self->play->actor[S].fd, IPPROTO_TCP, TCP_LINGER2,
				&seconds, sizeof(seconds)));
	orphan_close(&reached, &peer, S);
	peer_acks(&peer);
	peer_sends_at(&peer, PACKET_RST, peer.next - NEAR, 0, NULL);
	orphan_await(self->play, S, SHUTWATCH_TCP_CLOSE);
	expect_path(self->play, S, "%s rx FIN_WAIT2 timer CLOSE", reached.story);
}

#define SERVED	"SYN_RECV rx ESTABLISHED"
#define ENDED	SERVED " close FIN_WAIT1 rx FIN_WAIT2 rx TIME_WAIT"

/* S2 is a server's end that was closed first, and is in TIME_WAIT now. */
static void serve_and_close(struct play *play, struct peer *peer)
{
	peer_open(peer, play);
	peer_may_call(peer, SERVER);
	peer_is_served(peer, SERVER);
	act_accept(play, S2, SERVER);
	act_close(play, S2);
	expect_whole(play, S2, CLOSE
		     "state=ESTABLISHED>FIN_WAIT1 sent=FIN why=close fin=sent");
	peer_hears(peer, PACKET_FIN);
	peer->acked = peer->heard;
	peer_sends(peer, PACKET_FIN | PACKET_ACK, NULL);
	await_time_wait(play, S2, true);
	expect_path(play, SERVER, "CLOSE listen LISTEN");
}

static void new_connection(struct play *play, struct peer *peer)
{
	peer->next += NEAR;
	peer_is_served(peer, SERVER);
	await_minis(play, 0);
	expect_path(play, S2, ENDED " rx CLOSE");
	act_accept(play, S3, SERVER);
	expect_path(play, S3, SERVED);
}

TEST_F(mini, SYN_takes_the_port_after_RST_not_exact)
{
	struct peer peer;

	serve_and_close(self->play, &peer);
	inexact_RST(self->play, &peer);
	new_connection(self->play, &peer);
}

/* The same, and what becomes of the SYN is no request. */
TEST_F(mini, SYN_takes_the_port_by_a_cookie)
{
	struct play *play = self->play;
	struct peer peer;

	act_needs_sysctl(play, "ipv4/tcp_syncookies", "CONFIG_SYN_COOKIES");
	if (play->lacks)
		return;
	serve_and_close(play, &peer);
	act_sysctl(play, "ipv4/tcp_syncookies", "2");
	new_connection(play, &peer);
}

TRIALS_MAIN;
