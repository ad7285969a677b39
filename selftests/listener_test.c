// SPDX-License-Identifier: GPL-2.0-only
/*
 * A listener goes away, and its children with it, or not (A5, B1, E1 to E4).
 */
#include "trial_fixture.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include "act_option.h"
#include "mib.h"
#include "peer.h"
#include "sysctl.h"

TRIALS(listener);

#define CLIENT	"CLOSE connect SYN_SENT rx ESTABLISHED"
#define SERVED	"SYN_RECV rx ESTABLISHED"

/* A call that stops the listener: what it is, and what transition it causes. */
enum ending { BY_CLOSE, BY_SHUT_RD, BY_SHUT_RDWR, BY_UNSPEC };

static void stop(struct play *play, enum ending ending, int children)
{
	static const char * const call[] = {
		[BY_CLOSE] = CLOSE,
		[BY_SHUT_RD] = SHUTDOWN("rd"),
		[BY_SHUT_RDWR] = SHUTDOWN("rdwr"),
		[BY_UNSPEC] = UNSPEC,
	};

	switch (ending) {
	case BY_CLOSE:
		act_close(play, SERVER);
		break;
	case BY_SHUT_RD:
		act_shutdown(play, SERVER, SHUT_RD);
		break;
	case BY_SHUT_RDWR:
		act_shutdown(play, SERVER, SHUT_RDWR);
		break;
	case BY_UNSPEC:
		act_disconnect(play, SERVER);
		break;
	}
	expect_whole(play, SERVER,
		     "%sstate=LISTEN>CLOSE sent=none why=listener_stopped children=%d",
		     call[ending], children);
}

static const char *by(enum ending ending)
{
	static const char * const name[] = {
		[BY_CLOSE] = "close",
		[BY_SHUT_RD] = "shutdown",
		[BY_SHUT_RDWR] = "shutdown",
		[BY_UNSPEC] = "connect_unspec",
	};

	return name[ending];
}

static void expect_reset(struct play *play, enum who client, enum who child)
{
	expect_whole(play, child, DECISION("listener")
		     "state=ESTABLISHED>CLOSE sent=RST why=listener_stopped parent=%llx",
		     play->actor[SERVER].cookie);
	expect_path(play, child, SERVED " listener CLOSE");
	await_state(play, client, SHUTWATCH_TCP_CLOSE);
	expect_whole(play, client, RESET "state=ESTABLISHED>CLOSE error=ECONNRESET");
	trial_recv_fails(play, client, ECONNRESET);
	expect_path(play, client, CLIENT " rx CLOSE");
}

/* One that is accepted, which nobody touches, and two that are not. */
static void with_children(struct play *play, enum ending ending)
{
	act_pair(play);
	act_queue(play, S3, CHILD2);
	act_queue(play, S, CHILD);
	stop(play, ending, 2);
	expect_reset(play, S3, CHILD2);
	expect_reset(play, S, CHILD);
	act_send(play, S1, "hello");
	act_recv(play, S2, "hello");
	expect_path(play, SERVER, "CLOSE listen LISTEN %s CLOSE", by(ending));
	expect_path(play, S1, CLIENT);
	expect_path(play, S2, SERVED);
}

TEST_F(listener, close)
{
	with_children(self->play, BY_CLOSE);
}

TEST_F(listener, shut_rd)
{
	with_children(self->play, BY_SHUT_RD);
}

TEST_F(listener, shut_rdwr)
{
	with_children(self->play, BY_SHUT_RDWR);
}

TEST_F(listener, disconnect)
{
	with_children(self->play, BY_UNSPEC);
}

/* SHUT_WR means nothing to a listener: it goes on (A6). */
TEST_F(listener, shut_wr)
{
	struct play *play = self->play;

	act_pair(play);
	act_shutdown(play, SERVER, SHUT_WR);
	expect_whole(play, SERVER, SHUTDOWN("wr")
		     "state=LISTEN>LISTEN sent=none why=listening");
	act_connect(play, S, NULL, FINE);
	act_accept(play, S3, SERVER);
	expect_path(play, SERVER, "CLOSE listen LISTEN");
	expect_path(play, S1, CLIENT);
	expect_path(play, S2, SERVED);
	expect_path(play, S, CLIENT);
	expect_path(play, S3, SERVED);
}

/* The client has written before anybody accepts: that is no unread data. */
TEST_F(listener, child_with_data)
{
	struct play *play = self->play;

	act_listen(play, SERVER);
	act_queue(play, S, CHILD);
	act_send(play, S, "hello");
	await_acked(play, S);
	stop(play, BY_CLOSE, 1);
	expect_whole(play, CHILD, DECISION("listener")
		     "state=ESTABLISHED>CLOSE sent=RST why=listener_stopped unread=5 parent=%llx",
		     play->actor[SERVER].cookie);
	await_state(play, S, SHUTWATCH_TCP_CLOSE);
	expect_whole(play, S, RESET "state=ESTABLISHED>CLOSE error=ECONNRESET");
	trial_recv_fails(play, S, ECONNRESET);
	expect_path(play, SERVER, "CLOSE listen LISTEN close CLOSE");
	expect_path(play, S, CLIENT " rx CLOSE");
	expect_path(play, CHILD, SERVED " listener CLOSE");
}

/* The client has finished before anybody accepts. */
TEST_F(listener, child_in_CLOSE_WAIT)
{
	struct play *play = self->play;

	act_listen(play, SERVER);
	act_queue(play, S, CHILD);
	act_shutdown(play, S, SHUT_WR);
	expect_whole(play, S, SHUTDOWN("wr")
		     "state=ESTABLISHED>FIN_WAIT1|ESTABLISHED>FIN_WAIT2 sent=FIN why=shutdown_write fin=sent");
	await_state(play, S, SHUTWATCH_TCP_FIN_WAIT2);
	stop(play, BY_CLOSE, 1);
	expect_whole(play, CHILD, DECISION("listener")
		     "state=CLOSE_WAIT>CLOSE sent=RST why=listener_stopped parent=%llx",
		     play->actor[SERVER].cookie);
	await_state(play, S, SHUTWATCH_TCP_CLOSE);
	expect_whole(play, S, RESET "state=FIN_WAIT2>CLOSE error=ECONNRESET");
	trial_recv_fails(play, S, ECONNRESET);
	expect_path(play, SERVER, "CLOSE listen LISTEN close CLOSE");
	expect_path(play, S, CLIENT " shutdown FIN_WAIT1 rx FIN_WAIT2 rx CLOSE");
	expect_path(play, CHILD, SERVED " rx CLOSE_WAIT listener CLOSE");
}

/* ---- half-open ---- */

static void nobody_resets(struct play *play, struct peer *peer)
{
	peer_hears(peer, PACKET_RST);
	address_on_wire(play->actor[NOBODY].local, peer->socket);
	address_on_wire(play->actor[NOBODY].remote, peer->address);
	expect_whole(play, NOBODY, DECISION("rx") "sent=RST why=no_socket");
}

/* A request is no child: nothing is sent until the peer says something. */
TEST_F(listener, half_open)
{
	struct play *play = self->play;
	struct peer peer;

	peer_open(&peer, play);
	peer_may_call(&peer, SERVER);
	peer_calls(&peer, SERVER);
	stop(play, BY_CLOSE, 0);
	peer_acks(&peer);
	nobody_resets(play, &peer);
	expect_path(play, SERVER, "CLOSE listen LISTEN close CLOSE");
}

/* The client thinks that it is connected: the listener waits for its data. */
TEST_F(listener, deferred_accept)
{
	struct play *play = self->play;

	act_listen(play, SERVER);
	act_option(play, SERVER, IPPROTO_TCP, TCP_DEFER_ACCEPT, 30);
	act_connect(play, S, NULL, FINE);
	await_state(play, S, SHUTWATCH_TCP_ESTABLISHED);
	stop(play, BY_SHUT_RD, 0);
	address_on_wire(play->actor[NOBODY].local, play->actor[S].remote);
	address_on_wire(play->actor[NOBODY].remote, play->actor[S].local);
	act_send(play, S, "hello");
	await_state(play, S, SHUTWATCH_TCP_CLOSE);
	expect_whole(play, NOBODY, DECISION("rx") "sent=RST why=no_socket");
	expect_whole(play, S, RESET "state=ESTABLISHED>CLOSE error=ECONNRESET");
	trial_recv_fails(play, S, ECONNRESET);
	expect_path(play, SERVER, "CLOSE listen LISTEN shutdown CLOSE");
	expect_path(play, S, CLIENT " rx CLOSE");
}

/* ---- TCP Fast Open: a child whose handshake is not done (A3, B2, B5, B6) ---- */

#define FASTOPEN	"1539"	/* both sides, no cookie, every listener */

/* The peer's SYN has data; S2 is the socket, or CHILD if nobody accepts. */
static void fast_open(struct play *play, struct peer *peer, bool accepted)
{
	act_sysctl(play, "ipv4/tcp_fastopen", FASTOPEN);
	peer_open(peer, play);
	peer_may_call(peer, SERVER);
	address_on_wire(peer->socket, play->actor[SERVER].local);
	peer_sends(peer, PACKET_SYN, "hello");
	peer_hears(peer, PACKET_SYN | PACKET_ACK);
	peer_remote(peer, SERVER);
	if (!accepted)
		return;
	act_accept(play, S2, SERVER);
	await_state(play, S2, SHUTWATCH_TCP_SYN_RECV);
	expect_path(play, SERVER, "CLOSE listen LISTEN");
}

TEST_F(listener, fast_open_child)
{
	struct play *play = self->play;
	struct peer peer;

	fast_open(play, &peer, false);
	stop(play, BY_CLOSE, 1);
	expect_whole(play, CHILD, DECISION("listener")
		     "state=SYN_RECV>CLOSE sent=RST why=listener_stopped unread=5 parent=%llx",
		     play->actor[SERVER].cookie);
	expect_path(play, SERVER, "CLOSE listen LISTEN close CLOSE");
	expect_path(play, CHILD, "SYN_RECV listener CLOSE");
}

TEST_F(listener, fast_open_unread)
{
	struct play *play = self->play;
	struct peer peer;

	fast_open(play, &peer, true);
	act_close(play, S2);
	expect_whole(play, S2, CLOSE "state=SYN_RECV>CLOSE sent=RST why=unread_data unread=5");
	expect_path(play, S2, "SYN_RECV close CLOSE");
}

TEST_F(listener, fast_open_close)
{
	struct play *play = self->play;
	struct peer peer;

	fast_open(play, &peer, true);
	act_read(play, S2, 5);
	act_close(play, S2);
	expect_whole(play, S2, CLOSE "state=SYN_RECV>FIN_WAIT1 sent=FIN why=close fin=sent");
	expect_path(play, S2, "SYN_RECV close FIN_WAIT1");
}

TEST_F(listener, fast_open_linger_zero)
{
	struct play *play = self->play;
	struct peer peer;

	fast_open(play, &peer, true);
	act_read(play, S2, 5);
	act_linger(play, S2, 0);
	act_close(play, S2);
	expect_whole(play, S2, CLOSE "state=SYN_RECV>CLOSE sent=RST why=linger_zero linger=0");
	expect_path(play, S2, "SYN_RECV close CLOSE");
}

TEST_F(listener, fast_open_disconnect)
{
	struct play *play = self->play;
	struct peer peer;

	fast_open(play, &peer, true);
	act_disconnect(play, S2);
	expect_whole(play, S2, UNSPEC "state=SYN_RECV>CLOSE sent=RST why=connect_unspec unread=5");
	expect_path(play, S2, "SYN_RECV connect_unspec CLOSE");
}

TEST_F(listener, fast_open_shut_wr)
{
	struct play *play = self->play;
	struct peer peer;

	fast_open(play, &peer, true);
	act_shutdown(play, S2, SHUT_WR);
	if (act_state(play, S2) != SHUTWATCH_TCP_SYN_RECV) {
		expect_whole(play, S2, SHUTDOWN("wr")
			     "state=SYN_RECV>FIN_WAIT1 sent=FIN why=shutdown_write fin=sent unread=5");
		expect_path(play, S2, "SYN_RECV shutdown FIN_WAIT1");
		return;
	}
	expect_whole(play, S2, SHUTDOWN("wr")
		     "state=SYN_RECV>SYN_RECV sent=none why=shutdown_deferred unread=5");
	peer_acks(&peer);
	peer_hears(&peer, PACKET_FIN);
	expect_whole(play, S2, DECISION("rx")
		     "state=ESTABLISHED>FIN_WAIT1 sent=FIN why=shutdown_deferred fin=sent unread=5");
	expect_path(play, S2, "SYN_RECV rx ESTABLISHED rx FIN_WAIT1");
}

/* ---- another listener takes over ---- */

static void listen_beside(struct play *play, enum who who)
{
	act_socket(play, who, 0);
	act_option(play, who, SOL_SOCKET, SO_REUSEPORT, 1);
	act_bind_and_listen(play, who, NULL);
}

/*
 * 5.10 has the setting, but does not do what it says: look for the counter of
 * those that moved.
 */
static bool children_can_move(void)
{
	return mib_extra("TCPMigrateReqSuccess") >= 0;
}

static void expect_move(struct play *play)
{
	stop(play, BY_CLOSE, 0);
	act_accept(play, S2, S3);
	act_send(play, S, "hello");
	act_recv(play, S2, "hello");
	expect_path(play, S, CLIENT);
	expect_path(play, S2, SERVED);
}

/* With tcp_migrate_req children move: none is reset (E2). */
TEST_F(listener, migration)
{
	struct play *play = self->play;

	sysctl_write("ipv4/tcp_migrate_req", "1");
	listen_beside(play, SERVER);
	act_connect(play, S, NULL, FINE);
	await_child(play, SERVER, S);
	listen_beside(play, S3);
	if (children_can_move()) {
		expect_move(play);
	} else {
		stop(play, BY_CLOSE, 1);
		expect_reset(play, S, CHILD);
	}
	expect_path(play, SERVER, "CLOSE listen LISTEN close CLOSE");
	expect_path(play, S3, "CLOSE listen LISTEN");
}

/* So do requests, when the last ACK comes. */
TEST_F(listener, migration_of_a_request)
{
	struct play *play = self->play;
	struct peer peer;

	if (!children_can_move())
		SKIP(return, "on this kernel nothing moves");
	peer_open(&peer, play);
	act_sysctl(play, "ipv4/conf/all/route_localnet", "1");
	act_sysctl(play, "ipv4/tcp_migrate_req", "1");
	listen_beside(play, SERVER);
	peer_calls(&peer, SERVER);
	listen_beside(play, S3);
	stop(play, BY_CLOSE, 0);
	peer_acks(&peer);
	act_accept(play, S2, S3);
	expect_path(play, S2, SERVED);
	expect_path(play, SERVER, "CLOSE listen LISTEN close CLOSE");
	expect_path(play, S3, "CLOSE listen LISTEN");
}

/* Without it they are reset, whoever else listens. */
TEST_F(listener, no_migration)
{
	struct play *play = self->play;

	listen_beside(play, SERVER);
	act_connect(play, S, NULL, FINE);
	await_child(play, SERVER, S);
	listen_beside(play, S3);
	stop(play, BY_CLOSE, 1);
	expect_reset(play, S, CHILD);
	expect_path(play, SERVER, "CLOSE listen LISTEN close CLOSE");
	expect_path(play, S3, "CLOSE listen LISTEN");
}

TRIALS_MAIN;
