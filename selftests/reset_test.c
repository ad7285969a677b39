// SPDX-License-Identifier: GPL-2.0-only
/*
 * RSTs that come in each state, those that the kernel takes and those that it
 * does not (C12).
 */
#include "trial_fixture.h"

#include <errno.h>

#include "act_option.h"
#include "orphan.h"

/* What a window holds, and what it does not. */
#define NEAR		100
#define FAR		0x40000000

TRIALS(reset);

/* ---- RSTs that the kernel takes ---- */

static void reset_in(struct play *play, int state, const char *error)
{
	struct reached reached;
	struct peer peer;

	peer_open(&peer, play);
	reach(&reached, &peer, S, state, NULL);
	peer_sends(&peer, PACKET_RST, NULL);
	await_state(play, S, SHUTWATCH_TCP_CLOSE);
	expect_whole(play, S, RESET "state=%s>CLOSE error=%s", reached.state, error);
	expect_path(play, S, "%s rx CLOSE", reached.story);
	if (state == SHUTWATCH_TCP_ESTABLISHED ||
	    state == SHUTWATCH_TCP_FIN_WAIT1 || state == SHUTWATCH_TCP_FIN_WAIT2)
		trial_recv_fails(play, S, ECONNRESET);
	else if (state != SHUTWATCH_TCP_SYN_RECV)
		act_recv(play, S, END);
}

TEST_F(reset, in_SYN_RECV)
{
	reset_in(self->play, SHUTWATCH_TCP_SYN_RECV, "ECONNRESET");
}

TEST_F(reset, in_ESTABLISHED)
{
	reset_in(self->play, SHUTWATCH_TCP_ESTABLISHED, "ECONNRESET");
}

TEST_F(reset, in_FIN_WAIT1)
{
	reset_in(self->play, SHUTWATCH_TCP_FIN_WAIT1, "ECONNRESET");
}

TEST_F(reset, in_FIN_WAIT2)
{
	reset_in(self->play, SHUTWATCH_TCP_FIN_WAIT2, "ECONNRESET");
}

TEST_F(reset, in_CLOSE_WAIT)
{
	reset_in(self->play, SHUTWATCH_TCP_CLOSE_WAIT, "EPIPE");
}

TEST_F(reset, in_CLOSING)
{
	reset_in(self->play, SHUTWATCH_TCP_CLOSING, "ECONNRESET");
}

TEST_F(reset, in_LAST_ACK)
{
	reset_in(self->play, SHUTWATCH_TCP_LAST_ACK, "ECONNRESET");
}

TEST_F(reset, in_SYN_SENT)
{
	struct reached reached;
	struct peer peer;

	peer_open(&peer, self->play);
	reach(&reached, &peer, S, SHUTWATCH_TCP_SYN_SENT, NULL);
	peer_sends_at(&peer, PACKET_RST | PACKET_ACK, 0, peer.heard, NULL);
	await_state(self->play, S, SHUTWATCH_TCP_CLOSE);
	expect_whole(self->play, S, RESET "state=SYN_SENT>CLOSE error=ECONNREFUSED");
	trial_recv_fails(self->play, S, ECONNREFUSED);
	expect_path(self->play, S, "%s rx CLOSE", reached.story);
}

/* Nobody hears of it, but it is over. */
TEST_F(reset, of_an_orphan)
{
	struct reached reached;
	struct peer peer;

	orphan_make(&reached, &peer, self->play);
	peer_sends(&peer, PACKET_RST, NULL);
	expect_whole(self->play, S, RESET "state=FIN_WAIT1>CLOSE error=ECONNRESET");
	expect_path(self->play, S, "%s rx CLOSE", reached.story);
}

/* It was there before the RST, and can be read. */
TEST_F(reset, leaves_unread_data)
{
	struct reached reached;
	struct peer peer;

	peer_open(&peer, self->play);
	reach(&reached, &peer, S, SHUTWATCH_TCP_ESTABLISHED, "hello");
	peer_sends(&peer, PACKET_RST, NULL);
	await_state(self->play, S, SHUTWATCH_TCP_CLOSE);
	expect_whole(self->play, S, RESET "state=ESTABLISHED>CLOSE error=ECONNRESET");
	act_recv(self->play, S, "hello");
	act_recv_fails(self->play, S, ECONNRESET);
	expect_path(self->play, S, "%s rx CLOSE", reached.story);
}

/* ---- C12: RSTs and SYNs that the kernel does not take ---- */

static void not_reset_in(struct play *play, int state)
{
	struct reached reached;
	struct peer peer;

	peer_open(&peer, play);
	reach(&reached, &peer, S, state, NULL);
	/* In the window, but not what comes next: asked back about. */
	peer_sends_at(&peer, PACKET_RST, peer.next + NEAR, 0, NULL);
	peer_hears(&peer, PACKET_ACK);
	/* Outside of it: not even that. */
	peer_sends_at(&peer, PACKET_RST, peer.next + FAR, 0, NULL);
	peer_sends_at(&peer, PACKET_RST, peer.next - NEAR, 0, NULL);
	expect_path(play, S, "%s", reached.story);
}

TEST_F(reset, C12_ESTABLISHED)
{
	not_reset_in(self->play, SHUTWATCH_TCP_ESTABLISHED);
}

TEST_F(reset, C12_FIN_WAIT1)
{
	not_reset_in(self->play, SHUTWATCH_TCP_FIN_WAIT1);
}

TEST_F(reset, C12_FIN_WAIT2)
{
	not_reset_in(self->play, SHUTWATCH_TCP_FIN_WAIT2);
}

TEST_F(reset, C12_CLOSE_WAIT)
{
	not_reset_in(self->play, SHUTWATCH_TCP_CLOSE_WAIT);
}

TEST_F(reset, C12_CLOSING)
{
	not_reset_in(self->play, SHUTWATCH_TCP_CLOSING);
}

TEST_F(reset, C12_LAST_ACK)
{
	not_reset_in(self->play, SHUTWATCH_TCP_LAST_ACK);
}

TEST_F(reset, C12_SYN_in_ESTABLISHED)
{
	struct reached reached;
	struct peer peer;

	peer_open(&peer, self->play);
	reach(&reached, &peer, S, SHUTWATCH_TCP_ESTABLISHED, NULL);
	peer_sends_at(&peer, PACKET_SYN, peer.next, 0, NULL);
	peer_hears(&peer, PACKET_ACK);
	expect_path(self->play, S, "%s", reached.story);
}

/* A RST has to show that it has seen the SYN. */
TEST_F(reset, C12_SYN_SENT)
{
	struct reached reached;
	struct peer peer;

	peer_open(&peer, self->play);
	reach(&reached, &peer, S, SHUTWATCH_TCP_SYN_SENT, NULL);
	peer_sends_at(&peer, PACKET_RST, peer.next, 0, NULL);
	peer_sends_at(&peer, PACKET_RST | PACKET_ACK, 0, peer.heard + NEAR, NULL);
	expect_path(self->play, S, "%s", reached.story);
}

TEST_F(reset, C12_LISTEN)
{
	struct reached reached;
	struct peer peer;

	peer_open(&peer, self->play);
	reach(&reached, &peer, SERVER, SHUTWATCH_TCP_LISTEN, NULL);
	address_on_wire(peer.socket, self->play->actor[SERVER].local);
	act_sysctl(self->play, "ipv4/conf/all/route_localnet", "1");
	peer_sends_at(&peer, PACKET_RST, peer.next, 0, NULL);
	expect_path(self->play, SERVER, "%s", reached.story);
}

TRIALS_MAIN;
