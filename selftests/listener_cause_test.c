// SPDX-License-Identifier: GPL-2.0-only
/*
 * A listener that is MPTCP's stops: whatever its queue has is the listener's, and
 * the stopper's, although no call on a socket of TCP is to be seen (E1).  And of a
 * plain listener: which of its children count, by whom it is stop.
 */
#include "trial_fixture.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "act_option.h"
#include "record_fields.h"
#include "stop.h"
#include "tcp_pair.h"

#define CLIENT		"CLOSE connect SYN_SENT rx ESTABLISHED"
#define SERVED		"SYN_RECV rx ESTABLISHED"

TRIALS(listener_cause);

static void expect_reset_for(struct play *play, enum who client, enum who child,
			     const struct stop *stop, __u64 parent)
{
	await_state(play, client, SHUTWATCH_TCP_CLOSE);
	expect_whole(play, child, DECISION("listener")
		     "state=ESTABLISHED>CLOSE sent=RST why=listener_stopped pid=%d comm=%s parent=%llx",
		     stop->pid, stop->comm, parent);
	expect_path(play, child, SERVED " listener CLOSE");
	expect_whole(play, client, RESET "state=ESTABLISHED>CLOSE error=ECONNRESET");
	trial_recv_fails(play, client, ECONNRESET);
	expect_path(play, client, CLIENT " rx CLOSE");
}

/* ---- a plain listener ---- */

TEST_F(listener_cause, exit)
{
	struct play *play = self->play;
	struct stop stop;

	act_listen(play, SERVER);
	act_queue(play, S, CHILD);
	stop_listener(&stop, play, SERVER, STOP_EXIT);
	expect_whole(play, SERVER,
		     "%sstate=LISTEN>CLOSE sent=none why=listener_stopped children=1 pid=%d comm=%s",
		     stop.call, stop.pid, stop.comm);
	expect_reset_for(play, S, CHILD, &stop, play->actor[SERVER].cookie);
	expect_path(play, SERVER, "CLOSE listen LISTEN close CLOSE");
}

/* It waits to be accepted, and its peer resets it. */
static void queue_reset(struct play *play)
{
	act_queue(play, S3, CHILD2);
	act_linger(play, S3, 0);
	act_close(play, S3);
	await_queued_reset(play, CHILD2);
	expect_whole(play, S3, CLOSE
		     "state=ESTABLISHED>CLOSE sent=RST why=linger_zero linger=0");
	expect_whole(play, CHILD2, RESET "state=ESTABLISHED>CLOSE error=ECONNRESET");
	expect_path(play, S3, CLIENT " close CLOSE");
	expect_path(play, CHILD2, SERVED " rx CLOSE");
}

/* Of two in the queue one has been reset by its peer: it is not reset again. */
TEST_F(listener_cause, child_that_its_peer_had_reset)
{
	struct play *play = self->play;
	struct stop stop;

	act_listen(play, SERVER);
	queue_reset(play);
	act_connect(play, S, NULL, FINE);
	await_child(play, SERVER, S);
	stop_listener(&stop, play, SERVER, STOP_CLOSE);
	expect_whole(play, SERVER, CLOSE
		     "state=LISTEN>CLOSE sent=none why=listener_stopped children=1");
	expect_reset_for(play, S, CHILD, &stop, play->actor[SERVER].cookie);
	expect_path(play, SERVER, "CLOSE listen LISTEN close CLOSE");
}

/* All of them have. */
TEST_F(listener_cause, no_child_that_is_not_reset)
{
	struct play *play = self->play;
	struct stop stop;

	act_listen(play, SERVER);
	queue_reset(play);
	stop_listener(&stop, play, SERVER, STOP_SHUT_RDWR);
	expect_whole(play, SERVER, SHUTDOWN("rdwr")
		     "state=LISTEN>CLOSE sent=none why=listener_stopped children=0");
	expect_path(play, SERVER, "CLOSE listen LISTEN shutdown CLOSE");
}

/* ---- MPTCP's ---- */

/* Without a socket, of which there would be records. */
static bool has_mptcp(void)
{
	return !access("/proc/sys/net/mptcp/enabled", F_OK);
}

/* S2 is the socket of TCP below it, of which no program knows. */
static void listen_mptcp(struct play *play)
{
	struct actor *server = &play->actor[SERVER];
	struct actor *below = &play->actor[S2];
	const struct record *record;

	server->fd = socket(address_domain(play->family),
			    SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_MPTCP);
	server->cookie = tcp_pair_cookie(server->fd);
	strcpy(server->local, address_any(play->family));
	act_bind_and_listen(play, SERVER, NULL);
	strcpy(below->local, server->local);
	strcpy(below->remote, server->remote);
	record = trial_told(play, S2, "kind=state state=CLOSE>LISTEN");
	if (record)
		below->cookie = record_cookie(record);
}

static void expect_stopped(struct play *play, enum who who,
			   const struct stop *stop)
{
	expect_whole(play, who,
		     "%sstate=LISTEN>CLOSE sent=none why=listener_stopped children=1 unread=%s unsent=%s unacked=%s pid=%d comm=%s",
		     stop->call, who == SERVER ? "-" : "0", who == SERVER ? "-" : "0",
		     who == SERVER ? "-" : "0", stop->pid, stop->comm);
	expect_reset_for(play, S, CHILD, stop, play->actor[S2].cookie);
}

static void stop_mptcp(struct play *play, enum stop_way way)
{
	struct stop stop;

	listen_mptcp(play);
	act_queue(play, S, CHILD);
	stop_listener(&stop, play, SERVER, way);
	expect_stopped(play, SERVER, &stop);
	expect_path(play, S2, "CLOSE listen LISTEN mptcp CLOSE");
}

#define TEST_MPTCP(name, way)					\
TEST_F(listener_cause, mptcp_##name)					\
{									\
	if (!has_mptcp())					\
		SKIP(return, "this kernel has no MPTCP");		\
	stop_mptcp(self->play, way);					\
}

TEST_MPTCP(close, STOP_CLOSE)
TEST_MPTCP(shut_rd, STOP_SHUT_RD)
TEST_MPTCP(shut_rdwr, STOP_SHUT_RDWR)
TEST_MPTCP(disconnect, STOP_UNSPEC)
TEST_MPTCP(exit, STOP_EXIT)

/* Its socket of TCP is what can be found, where the kernel lets it be. */
TEST_F(listener_cause, mptcp_destroy)
{
	struct play *play = self->play;
	struct stop stop;

	if (!has_mptcp())
		SKIP(return, "this kernel has no MPTCP");
	listen_mptcp(play);
	act_queue(play, S, CHILD);
	stop_destroy(&stop, play, S2);
	if (play->err) {
		expect_path(play, S2, "CLOSE listen LISTEN");
		expect_path(play, S, CLIENT);
		expect_path(play, CHILD, SERVED);
		SKIP(return, "ss -K of MPTCP's listener: %s", strerror(play->err));
	}
	expect_stopped(play, S2, &stop);
	expect_path(play, S2, "CLOSE listen LISTEN abort CLOSE");
}

/* Nobody in the queue: there is the call, and nothing else. */
TEST_F(listener_cause, mptcp_without_a_child)
{
	struct play *play = self->play;
	struct stop stop;

	if (!has_mptcp())
		SKIP(return, "this kernel has no MPTCP");
	listen_mptcp(play);
	stop_listener(&stop, play, SERVER, STOP_CLOSE);
	expect_whole(play, SERVER, CLOSE
		     "state=LISTEN>CLOSE sent=none why=listener_stopped children=0 unread=- unsent=- unacked=-");
	expect_path(play, S2, "CLOSE listen LISTEN mptcp CLOSE");
}

TRIALS_MAIN;
