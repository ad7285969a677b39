// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whose a socket is: of who called connect() or listen() for it, or accept(); in
 * each of its records, whoever is the cause.
 */
#include "trial_fixture.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "child.h"
#include "clock.h"
#include "owners.h"
#include "reach.h"
#include "step.h"
#include "tcp_pair.h"

#define DATA		(PACKET_ACK | PACKET_PSH)

#define CLIENT		"CLOSE connect SYN_SENT rx ESTABLISHED"
#define SERVED		"SYN_RECV rx ESTABLISHED"
#define BY_FIN		"state=ESTABLISHED>FIN_WAIT1|ESTABLISHED>FIN_WAIT2 sent=FIN why=close fin=sent"

#define WAIT_SECONDS	10

TRIALS(owner);

/* As act_pair(), but the transition to ESTABLISHED comes before accept(). */
static void pair(struct play *play)
{
	act_listen(play, SERVER);
	act_connect(play, S1, NULL, FINE);
	await_child(play, SERVER, S1);
	act_accept(play, S2, SERVER);
	expect_path(play, SERVER, "CLOSE listen LISTEN");
	expect_ours(play, SERVER);
	expect_ours(play, S1);
}

/* ---- a call ---- */

TEST_F(owner, close)
{
	struct play *play = self->play;

	pair(play);
	act_close(play, S2);
	await_state(play, S1, SHUTWATCH_TCP_CLOSE_WAIT);
	expect_whole(play, S2, CLOSE BY_FIN);
	expect_path(play, S1, CLIENT " rx CLOSE_WAIT");
	expect_path(play, S2, SERVED " close FIN_WAIT1 rx FIN_WAIT2");
	expect_accepted(play, S2);
}

/* The plain call, without flags. */
TEST_F(owner, accept)
{
	struct play *play = self->play;
	struct actor *s2 = &play->actor[S2];

	act_listen(play, SERVER);
	act_connect(play, S1, NULL, FINE);
	await_child(play, SERVER, S1);
	*s2 = play->actor[CHILD];
	s2->fd = accept(play->actor[SERVER].fd, NULL, NULL);
	ASSERT_LE(0, s2->fd);
	s2->cookie = tcp_pair_cookie(s2->fd);
	act_shutdown(play, S2, SHUT_RD);
	expect_whole(play, S2, SHUTDOWN("rd")
		     "state=ESTABLISHED>ESTABLISHED sent=none why=read_side_only");
	expect_path(play, SERVER, "CLOSE listen LISTEN");
	expect_path(play, S1, CLIENT);
	expect_path(play, S2, SERVED);
	expect_accepted(play, S2);
}

TEST_F(owner, listener_stops)
{
	struct play *play = self->play;

	act_listen(play, SERVER);
	act_connect(play, S1, NULL, FINE);
	await_child(play, SERVER, S1);
	act_close(play, SERVER);
	expect_whole(play, SERVER, CLOSE
		     "state=LISTEN>CLOSE sent=none why=listener_stopped children=1");
	expect_whole(play, CHILD, DECISION("listener")
		     "state=ESTABLISHED>CLOSE sent=RST why=listener_stopped parent=%llx",
		     play->actor[SERVER].cookie);
	await_state(play, S1, SHUTWATCH_TCP_CLOSE);
	expect_whole(play, S1, RESET "state=ESTABLISHED>CLOSE error=ECONNRESET");
	expect_path(play, SERVER, "CLOSE listen LISTEN close CLOSE");
	expect_path(play, S1, CLIENT " rx CLOSE");
	expect_path(play, CHILD, SERVED " listener CLOSE");
	expect_ours(play, SERVER);
	expect_ours(play, S1);
	expect_owners(play, CHILD, "-");
}

/* ---- a peer, and a socket that was accepted ---- */

/* The peer's end of it, as if it were a socket. */
static void await_peer(struct play *play, const struct peer *peer)
{
	strcpy(play->actor[S1].local, peer->address);
	strcpy(play->actor[S1].remote, play->actor[SERVER].local);
	await_child(play, SERVER, S1);
}

static void serve(struct play *play, struct peer *peer)
{
	peer_open(peer, play);
	peer_may_call(peer, SERVER);
	peer_is_served(peer, SERVER);
	await_peer(play, peer);
	act_accept(play, S2, SERVER);
	expect_path(play, SERVER, "CLOSE listen LISTEN");
	expect_ours(play, SERVER);
	expect_accepted(play, S2);
}

TEST_F(owner, reset_received)
{
	struct peer peer;

	serve(self->play, &peer);
	peer_sends(&peer, PACKET_RST, NULL);
	await_state(self->play, S2, SHUTWATCH_TCP_CLOSE);
	expect_whole(self->play, S2, RESET "state=ESTABLISHED>CLOSE error=ECONNRESET");
	expect_path(self->play, S2, SERVED " rx CLOSE");
}

TEST_F(owner, decision_by_rx)
{
	struct peer peer;

	serve(self->play, &peer);
	act_shutdown(self->play, S2, SHUT_RDWR);
	expect_whole(self->play, S2, SHUTDOWN("rdwr")
		     "state=ESTABLISHED>FIN_WAIT1 sent=FIN why=shutdown_write fin=sent");
	peer_hears(&peer, PACKET_FIN);
	peer_sends(&peer, DATA, "x");
	peer_hears(&peer, PACKET_RST);
	expect_whole(self->play, S2, DECISION("rx")
		     "state=FIN_WAIT1>CLOSE sent=RST why=data_after_shutdown");
	expect_path(self->play, S2, SERVED " shutdown FIN_WAIT1 rx CLOSE");
}

static void set_user_timeout(struct play *play, enum who who, int ms)
{
	if (setsockopt(play->actor[who].fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &ms,
		       sizeof(ms)))
		remark(&play->trouble, "no TCP_USER_TIMEOUT");
}

TEST_F(owner, decision_by_timer)
{
	struct peer peer;

	serve(self->play, &peer);
	set_user_timeout(self->play, S2, 500);
	act_send(self->play, S2, "hello");
	expect_whole(self->play, S2, DECISION("timer")
		     "ctx=timer state=ESTABLISHED>CLOSE sent=none why=user_timeout unacked=5 user_timeout=500 retries=1|2|3|4|5");
	await_state(self->play, S2, SHUTWATCH_TCP_CLOSE);
	expect_path(self->play, S2, SERVED " timer CLOSE");
}

/* No process has it any more: it still was ours. */
TEST_F(owner, orphan)
{
	struct peer peer;

	serve(self->play, &peer);
	act_close(self->play, S2);
	expect_whole(self->play, S2, CLOSE
		     "state=ESTABLISHED>FIN_WAIT1 sent=FIN why=close fin=sent");
	peer_hears(&peer, PACKET_FIN);
	peer_sends(&peer, DATA, "x");
	peer_hears(&peer, PACKET_RST);
	expect_whole(self->play, S2, DECISION("rx")
		     "state=FIN_WAIT1>CLOSE sent=RST why=data_after_close");
	expect_path(self->play, S2, SERVED " close FIN_WAIT1 rx CLOSE ECONNRESET");
}

TEST_F(owner, mini_socket)
{
	struct peer peer;

	serve(self->play, &peer);
	act_close(self->play, S2);
	expect_whole(self->play, S2, CLOSE
		     "state=ESTABLISHED>FIN_WAIT1 sent=FIN why=close fin=sent");
	peer_hears(&peer, PACKET_FIN);
	peer_acks(&peer);
	await_minis(self->play, 1);
	peer_sends(&peer, DATA, "x");
	peer_hears(&peer, PACKET_RST);
	expect_whole(self->play, S2, DECISION("rx")
		     "state=FIN_WAIT2>CLOSE sent=RST why=time_wait_segment unread=- unsent=- unacked=-");
	expect_path(self->play, S2, SERVED " close FIN_WAIT1 rx FIN_WAIT2 rx CLOSE");
}

/* Nobody has accepted it: nobody's. */
TEST_F(owner, not_accepted)
{
	struct play *play = self->play;
	struct peer peer;

	peer_open(&peer, play);
	peer_may_call(&peer, SERVER);
	peer_is_served(&peer, SERVER);
	await_peer(play, &peer);
	peer_sends(&peer, PACKET_RST, NULL);
	expect_whole(play, CHILD, RESET "state=ESTABLISHED>CLOSE error=ECONNRESET");
	expect_path(play, SERVER, "CLOSE listen LISTEN");
	expect_path(play, CHILD, SERVED " rx CLOSE");
	expect_ours(play, SERVER);
	expect_owners(play, CHILD, "-");
}

/* connect() makes it ours before anything has come back. */
TEST_F(owner, refused)
{
	struct play *play = self->play;
	struct peer peer;

	peer_open(&peer, play);
	peer_called(&peer, S);
	peer.acked = peer.heard;
	peer_sends(&peer, PACKET_RST | PACKET_ACK, NULL);
	await_state(play, S, SHUTWATCH_TCP_CLOSE);
	expect_whole(play, S, RESET "state=SYN_SENT>CLOSE error=ECONNREFUSED");
	expect_path(play, S, "CLOSE connect SYN_SENT rx CLOSE");
	expect_ours(play, S);
}

/* ---- several processes ---- */

/* The task that asks is one, the owner another. */
TEST_F(owner, closed_by_another)
{
	struct play *play = self->play;
	struct child child;

	pair(play);
	child = child_start(play, "closer", NULL);
	close(play->actor[S2].fd);
	play->actor[S2].fd = -1;
	child_go(&child);
	await_state(play, S1, SHUTWATCH_TCP_CLOSE_WAIT);
	expect_whole(play, S2, CLOSE BY_FIN " how=exit pid=%d comm=closer", child.pid);
	expect_path(play, S1, CLIENT " rx CLOSE_WAIT");
	expect_path(play, S2, SERVED " close FIN_WAIT1 rx FIN_WAIT2");
	expect_accepted(play, S2);
}

/*
 * What another process has done, for us to see: @actor, and then @done.
 */
static struct {
	struct actor actor;
	atomic_bool done;
} *shared;

static void share_memory(struct play *play)
{
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		remark(&play->trouble, "no memory to share");
}

static void await_shared(struct play *play)
{
	__u64 deadline = clock_in(WAIT_SECONDS);

	while (!shared->done) {
		if (!clock_wait(deadline)) {
			remark(&play->wrong, "the other process does nothing");
			return;
		}
	}
}

static void say_done(const struct actor *actor)
{
	shared->actor = *actor;
	shared->done = true;
	pause();
}

static void accept_it(struct play *play)
{
	act_accept(play, S2, SERVER);
	say_done(&play->actor[S2]);
}

/* The listener is ours, what comes of it is the other's: a prefork server. */
TEST_F(owner, accepted_by_another)
{
	struct play *play = self->play;
	struct child child;

	share_memory(play);
	act_listen(play, SERVER);
	child = child_start(play, "acceptor", accept_it);
	act_connect(play, S1, NULL, FINE);
	await_child(play, SERVER, S1);
	child_let_go(&child);
	await_shared(play);
	play->actor[S2] = shared->actor;
	play->actor[S2].fd = -1;
	child_kill(&child);
	await_state(play, S1, SHUTWATCH_TCP_CLOSE_WAIT);
	expect_whole(play, S2, CLOSE BY_FIN " how=exit pid=%d comm=acceptor", child.pid);
	expect_path(play, SERVER, "CLOSE listen LISTEN");
	expect_path(play, S1, CLIENT " rx CLOSE_WAIT");
	expect_path(play, S2, SERVED " close FIN_WAIT1 rx FIN_WAIT2");
	expect_ours(play, SERVER);
	expect_ours(play, S1);
	expect_owners(play, S2, "- %d/acceptor", child.pid);
}

static void listen_now(struct play *play)
{
	listen(play->actor[SERVER].fd, 1);
	say_done(&play->actor[SERVER]);
}

TEST_F(owner, listened_by_another)
{
	struct play *play = self->play;
	struct child child;

	share_memory(play);
	act_socket(play, SERVER, 0);
	child = child_start(play, "listener", listen_now);
	child_let_go(&child);
	await_shared(play);
	child_kill(&child);
	expect_path(play, SERVER, "CLOSE listen LISTEN");
	expect_owners(play, SERVER, "%d/listener", child.pid);
}

static void connect_s1(struct play *play)
{
	act_connect(play, S1, NULL, FINE);
	say_done(&play->actor[S1]);
}

/* Our socket, connected by another, and reset by us. */
TEST_F(owner, connected_by_another)
{
	struct play *play = self->play;
	struct actor *s1 = &play->actor[S1];
	struct child child;

	share_memory(play);
	act_listen(play, SERVER);
	act_socket(play, S1, 0);
	child = child_start(play, "caller", connect_s1);
	child_let_go(&child);
	await_shared(play);
	child_kill(&child);
	strcpy(s1->local, shared->actor.local);
	strcpy(s1->remote, shared->actor.remote);
	await_child(play, SERVER, S1);
	act_disconnect(play, S1);
	expect_whole(play, S1, UNSPEC
		     "state=ESTABLISHED>CLOSE sent=RST why=connect_unspec");
	expect_whole(play, CHILD, RESET "state=ESTABLISHED>CLOSE error=ECONNRESET");
	expect_path(play, SERVER, "CLOSE listen LISTEN");
	expect_path(play, S1, CLIENT " connect_unspec CLOSE");
	expect_path(play, CHILD, SERVED " rx CLOSE");
	expect_ours(play, SERVER);
	expect_owners(play, S1, "%d/caller", child.pid);
	expect_owners(play, CHILD, "-");
}

/* The next connection of a socket is whose it then is. */
TEST_F(owner, connected_again_by_another)
{
	struct play *play = self->play;
	struct actor *s1 = &play->actor[S1];
	struct child child;

	share_memory(play);
	act_listen(play, SERVER);
	act_connect(play, S1, NULL, FINE);
	await_child(play, SERVER, S1);
	act_disconnect(play, S1);
	expect_whole(play, S1, UNSPEC
		     "state=ESTABLISHED>CLOSE sent=RST why=connect_unspec");
	expect_whole(play, CHILD, RESET "state=ESTABLISHED>CLOSE error=ECONNRESET");
	expect_path(play, CHILD, SERVED " rx CLOSE");
	child = child_start(play, "caller", connect_s1);
	child_let_go(&child);
	await_shared(play);
	child_kill(&child);
	strcpy(s1->local, shared->actor.local);
	await_child(play, SERVER, S1);
	strcpy(play->actor[CHILD2].local, s1->remote);
	strcpy(play->actor[CHILD2].remote, s1->local);
	expect_path(play, SERVER, "CLOSE listen LISTEN");
	act_disconnect(play, S1);
	expect_whole(play, S1, UNSPEC
		     "state=ESTABLISHED>CLOSE sent=RST why=connect_unspec");
	expect_whole(play, CHILD2, RESET "state=ESTABLISHED>CLOSE error=ECONNRESET");
	expect_path(play, S1, CLIENT " connect_unspec " CLIENT " connect_unspec CLOSE");
	expect_path(play, CHILD2, SERVED " rx CLOSE");
	expect_owners(play, S1, "%d/%s %d/caller", play->pid, play->comm, child.pid);
}

TRIALS_MAIN;
