// SPDX-License-Identifier: GPL-2.0-only
/*
 * A filter lets a connection pass and not the listener that it waits for: the
 * listener's end is told by what it does to the connection (E1), and what it
 * answers to a segment is of the connection that the segment is for (D7, D8).
 */
#include "trial_fixture.h"

#include <string.h>

#include <names.h>

#include "netns.h"
#include "peer.h"
#include "step.h"
#include "stop.h"

TRIALS(listener_filter);

static void set(struct play *play, const char *filter, const char *value)
{
	int err = module_set(filter, value);

	step(play, step_errno(-err), "%s=%s", filter, value);
	if (err)
		remark(&play->trouble, "%s=%s: %s", filter, value, strerror(-err));
}

/* Where any address is listened to. */
static void listen_everywhere(struct play *play)
{
	act_socket(play, SERVER, 0);
	act_bind_and_listen(play, SERVER,
			    play->family == FAMILY_IPV4 ? "0.0.0.0:8000" : "[::]:8000");
}

static void to_listener(struct play *play, struct peer *peer)
{
	static const char * const called[] = {
		[FAMILY_IPV4] = NETNS_NEXT_TO ":8000",
		[FAMILY_IPV6] = "[" NETNS_NEXT_TO6 "]:8000",
		[FAMILY_MAPPED] = NETNS_NEXT_TO ":8000",
	};

	strcpy(peer->socket, called[play->family]);
}

/* CHILD is the peer's, which is no socket. */
static void serve(struct play *play, struct peer *peer)
{
	to_listener(play, peer);
	peer_sends(peer, PACKET_SYN, NULL);
	peer_hears(peer, PACKET_SYN | PACKET_ACK);
	peer_acks(peer);
	strcpy(play->actor[CHILD].local, peer->socket);
	strcpy(play->actor[CHILD].remote, peer->address);
	trial_told(play, CHILD, "kind=state state=SYN_RECV>ESTABLISHED");
}

static void stop_unseen(struct play *play, const char *filter, const char *value,
			enum stop_way way)
{
	struct peer peer;
	struct stop stop;

	peer_open(&peer, play);
	set(play, filter, value);
	listen_everywhere(play);
	serve(play, &peer);
	stop_listener(&stop, play, SERVER, way);
	peer_hears(&peer, PACKET_RST);
	expect_whole(play, CHILD, DECISION("listener")
		     "state=ESTABLISHED>CLOSE sent=RST why=listener_stopped pid=%d comm=%s parent=%llx",
		     stop.pid, stop.comm, play->actor[SERVER].cookie);
	expect_path(play, CHILD, "SYN_RECV rx ESTABLISHED listener CLOSE");
	trial_told(play, CHILD, "kind=decision by=listener");
	set(play, filter, "");
}

static const char *address_of_peer(const struct play *play)
{
	return play->family == FAMILY_IPV6 ? NETNS_BLACKHOLE6 : NETNS_BLACKHOLE;
}

#define TEST_STOP(name, way)						\
TEST_F(listener_filter, addr_##name)					\
{									\
	stop_unseen(self->play, "addr", address_of_peer(self->play), way);	\
}									\
									\
TEST_F(listener_filter, rport_##name)					\
{									\
	stop_unseen(self->play, "rport", "8067", way);		\
}

STOP_LIST(TEST_STOP)

TEST_F(listener_filter, port)
{
	stop_unseen(self->play, "port", "8067", STOP_CLOSE);
}

/* A server of IPv6 that serves IPv4, too. */
TEST_F(listener_filter, family)
{
	if (self->play->family != FAMILY_MAPPED)
		SKIP(return, "listener and connection are of one family");
	stop_unseen(self->play, "family", "4", STOP_CLOSE);
}

/* ---- what it answers ---- */

static void answer(struct play *play, struct peer *peer, __u32 ack, const char *why)
{
	peer_sends_at(peer, PACKET_ACK, peer->next, ack, NULL);
	peer_hears(peer, PACKET_RST);
	expect_whole(play, SERVER, DECISION("rx")
		     "local=%s remote=%s state=LISTEN>LISTEN sent=RST why=%s flags=A segment=%u len=0",
		     peer->socket, peer->address, why, peer->next);
}

static void answers_unseen(struct play *play, const char *filter, const char *value)
{
	struct peer peer;

	peer_open(&peer, play);
	listen_everywhere(play);
	to_listener(play, &peer);
	set(play, filter, value);
	answer(play, &peer, 100, "no_connection");
	peer_sends(&peer, PACKET_SYN, NULL);
	peer_hears(&peer, PACKET_SYN | PACKET_ACK);
	answer(play, &peer, peer.heard + 100, "bad_handshake");
	expect_path(play, SERVER, "CLOSE listen LISTEN");
	set(play, filter, "");
}

TEST_F(listener_filter, addr_answers)
{
	answers_unseen(self->play, "addr", address_of_peer(self->play));
}

TEST_F(listener_filter, rport_answers)
{
	answers_unseen(self->play, "rport", "8067");
}

TEST_F(listener_filter, port_answers)
{
	answers_unseen(self->play, "port", "8067");
}

TEST_F(listener_filter, family_answers)
{
	if (self->play->family != FAMILY_MAPPED)
		SKIP(return, "listener and connection are of one family");
	answers_unseen(self->play, "family", "4");
}

TRIALS_MAIN_RECORDS;
