// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who caused it, where it is easily taken for somebody else: calls that fail
 * half way, urgent data, a connect() that needs no peer, what has no values.
 */
#include "trial_fixture.h"

#include <errno.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "act_option.h"
#include "actor.h"
#include "clock.h"
#include "reach.h"
#include "sock_destroy.h"
#include "step.h"

TRIALS(cause);

#define CLIENT		"CLOSE connect SYN_SENT rx ESTABLISHED"
#define SERVED		"SYN_RECV rx ESTABLISHED"
#define NO_VALUES	"unread=- unsent=- unacked=-"

static void listener_stays(struct play *play)
{
	expect_path(play, SERVER, "CLOSE listen LISTEN");
}

/* ---- urgent data: it is in the queue, whoever reads past it (B2) ---- */

static void send_urgent(struct play *play, enum who who, const char *data)
{
	if (send(play->actor[who].fd, data, strlen(data), MSG_OOB) !=
	    (ssize_t)strlen(data))
		remark(&play->trouble, "MSG_OOB: %s", strerror(errno));
	step(play, "", "%s.send(\"%s\", MSG_OOB)", actor_name(who), data);
}

static void await_urgent(struct play *play, enum who who)
{
	struct pollfd pfd = { .fd = play->actor[who].fd, .events = POLLPRI };

	if (poll(&pfd, 1, 10000) != 1)
		remark(&play->wrong, "no urgent data for %s", actor_name(who));
	step(play, "", "wait: %s has urgent data", actor_name(who));
}

/* SIOCINQ does not look beyond the urgent byte. */
static void await_acknowledged(struct play *play, enum who who)
{
	__u64 deadline = clock_in(10);
	int bytes = -1;

	do {
		if (ioctl(play->actor[who].fd, SIOCOUTQ, &bytes))
			remark(&play->trouble, "SIOCOUTQ: %s", strerror(errno));
	} while (bytes && clock_wait(deadline));
	step(play, "", "wait: all that %s has sent is there", actor_name(who));
	if (bytes)
		remark(&play->wrong, "waited in vain for an ACK");
}

static void expect_unread(struct play *play, int bytes)
{
	act_close(play, S2);
	expect_whole(play, S2, CLOSE
		     "state=ESTABLISHED>CLOSE sent=RST why=unread_data unread=%d", bytes);
	await_state(play, S1, SHUTWATCH_TCP_CLOSE);
	expect_whole(play, S1, RESET "state=ESTABLISHED>CLOSE error=ECONNRESET");
	listener_stays(play);
	expect_path(play, S1, CLIENT " rx CLOSE");
	expect_path(play, S2, SERVED " close CLOSE");
}

TEST_F(cause, urgent_byte_unread)
{
	act_pair(self->play);
	send_urgent(self->play, S1, "x");
	await_urgent(self->play, S2);
	expect_unread(self->play, 1);
}

/* All that is not urgent was read. */
TEST_F(cause, urgent_byte_behind_what_was_read)
{
	act_pair(self->play);
	send_urgent(self->play, S1, "hello!");
	await_urgent(self->play, S2);
	act_read(self->play, S2, 5);
	expect_unread(self->play, 1);
}

TEST_F(cause, urgent_byte_behind_unread_data)
{
	act_pair(self->play);
	send_urgent(self->play, S1, "hello!");
	await_urgent(self->play, S2);
	expect_unread(self->play, 6);
}

TEST_F(cause, urgent_byte_before_unread_data)
{
	act_pair(self->play);
	send_urgent(self->play, S1, "!");
	await_urgent(self->play, S2);
	act_send(self->play, S1, "hello");
	await_acknowledged(self->play, S1);
	expect_unread(self->play, 6);
}

TEST_F(cause, urgent_byte_in_line)
{
	act_pair(self->play);
	act_option(self->play, S2, SOL_SOCKET, SO_OOBINLINE, 1);
	send_urgent(self->play, S1, "x");
	await_urgent(self->play, S2);
	expect_unread(self->play, 1);
}

/* ---- destroyed, what never had values: not those of a call before ---- */

/* This task closes with five bytes unread. */
static void close_unread(struct play *play)
{
	act_pair(play);
	act_send(play, S1, "hello");
	await_unread(play, S2, 5);
	expect_unread(play, 5);
}

static int destroy(struct play *play, enum who who, __u64 cookie)
{
	struct sockaddr_storage local, remote;

	address_parse(&local, play->actor[who].local);
	address_parse(&remote, play->actor[who].remote);
	play->err = -sock_destroy(&local, &remote, cookie);
	step(play, step_errno(play->err), "ss -K %s", actor_name(who));
	return play->err;
}

/* Older kernels leave a mini-socket alone: that is a call, too. */
TEST_F(cause, destroyed_TIME_WAIT_has_no_values)
{
	struct play *play = self->play;
	struct reached reached;
	struct peer peer;
	int err;

	peer_open(&peer, play);
	reach(&reached, &peer, S, REACH_TIME_WAIT, NULL);
	close_unread(play);
	err = destroy(play, S, play->actor[S].cookie);
	if (err == EOPNOTSUPP) {
		expect_whole(play, S, ABORT
			     "ret=EOPNOTSUPP state=TIME_WAIT>TIME_WAIT sent=none why=fin_already_sent "
			     NO_VALUES);
		expect_path(play, S, "%s", reached.story);
		return;
	}
	expect_whole(play, S, ABORT
		     "ret=0 state=TIME_WAIT>CLOSE sent=none why=fin_already_sent " NO_VALUES);
	expect_path(play, S, "%s abort CLOSE", reached.story);
}

/* The listener waits for data: half open, with a client that is connected. */
TEST_F(cause, destroyed_request_has_no_values)
{
	struct play *play = self->play;

	close_unread(play);
	act_option(play, SERVER, IPPROTO_TCP, TCP_DEFER_ACCEPT, 30);
	act_connect(play, S, NULL, FINE);
	strcpy(play->actor[CHILD].local, play->actor[S].remote);
	strcpy(play->actor[CHILD].remote, play->actor[S].local);
	if (destroy(play, CHILD, SOCK_DESTROY_ANY))
		remark(&play->wrong, "no request to be destroyed");
	expect_whole(play, CHILD, ABORT
		     "ret=0 state=NEW_SYN_RECV>CLOSE sent=none why=syn_sent " NO_VALUES);
	expect_path(play, S, CLIENT);
}

/* ---- calls that fail, or do not need anybody ---- */

static void bind_to(struct play *play, enum who who, const char *address)
{
	struct sockaddr_storage addr;
	socklen_t len = address_parse(&addr, address);

	if (bind(play->actor[who].fd, (struct sockaddr *)&addr, len))
		remark(&play->trouble, "bind: %s", strerror(errno));
	len = sizeof(addr);
	getsockname(play->actor[who].fd, (struct sockaddr *)&addr, &len);
	address_of(play->actor[who].local, &addr);
	step(play, "", "%s.bind(%s)", actor_name(who), address);
}

static const char *here(const struct play *play)
{
	static const char * const address[] = {
		[FAMILY_IPV4] = "127.0.0.20:0",
		[FAMILY_IPV6] = "[::1]:0",
		[FAMILY_MAPPED] = "[::ffff:127.0.0.20]:0",
	};

	return address[play->family];
}

/* Two may bind to one port with SO_REUSEADDR, one may listen. */
TEST_F(cause, listen_that_fails)
{
	struct play *play = self->play;
	char same[ADDRESS_LEN];

	act_socket(play, SERVER, 0);
	act_option(play, SERVER, SOL_SOCKET, SO_REUSEADDR, 1);
	bind_to(play, SERVER, here(play));
	snprintf(same, sizeof(same), "%.*s%s",
		 (int)(strrchr(here(play), ':') - here(play)), here(play),
		 strrchr(play->actor[SERVER].local, ':'));
	act_socket(play, S, 0);
	act_option(play, S, SOL_SOCKET, SO_REUSEADDR, 1);
	bind_to(play, S, same);
	act_listen_again(play, SERVER);
	if (!listen(play->actor[S].fd, 1) || errno != EADDRINUSE)
		remark(&play->wrong, "listen() does not give EADDRINUSE");
	step(play, "EADDRINUSE", "s.listen()");
	if (play->family != FAMILY_IPV6)
		strcpy(play->actor[S].remote, address_any(FAMILY_IPV4));
	expect_path(play, S, "CLOSE listen LISTEN listen CLOSE");
	listener_stays(play);
}

/* Every port is taken: SYN_SENT is taken back. */
TEST_F(cause, connect_without_a_port)
{
	struct play *play = self->play;

	act_sysctl(play, "ipv4/ip_local_port_range", "60000 60000");
	act_listen(play, SERVER);
	act_connect(play, S1, NULL, FINE);
	act_accept(play, S2, SERVER);
	act_connect(play, S, NULL, EADDRNOTAVAIL);
	strcpy(play->actor[S].local, play->actor[S1].local);
	listener_stays(play);
	expect_path(play, S1, CLIENT);
	expect_path(play, S2, SERVED);
	/* With the address that the route gave it, and no port. */
	strcpy(strrchr(play->actor[S].local, ':'), ":0");
	expect_path(play, S, "CLOSE connect SYN_SENT connect CLOSE");
	/* The kernel has forgotten whom it wanted to call. */
	act_close(play, S);
	expect_whole(play, S, CLOSE "state=CLOSE>CLOSE sent=none why=already_closed");
}

/* No segment goes out, none comes in. */
TEST_F(cause, connect_in_repair)
{
	struct play *play = self->play;

	act_socket(play, S, 0);
	act_option(play, S, IPPROTO_TCP, TCP_REPAIR, 1);
	bind_to(play, S, here(play));
	act_connect(play, S, NULL, FINE);
	act_close(play, S);
	expect_whole(play, S, CLOSE "state=ESTABLISHED>CLOSE sent=none why=repair");
	expect_path(play, S,
		    "CLOSE connect SYN_SENT connect ESTABLISHED close CLOSE");
}

/* The SYN has left, and what comes is its answer. */
TEST_F(cause, repair_during_connect)
{
	struct play *play = self->play;
	struct peer peer;

	peer_open(&peer, play);
	act_socket(play, S, SOCK_NONBLOCK);
	peer_called(&peer, S);
	act_option(play, S, IPPROTO_TCP, TCP_REPAIR, 1);
	peer.acked = peer.heard;
	peer_sends(&peer, PACKET_SYN | PACKET_ACK, NULL);
	await_state(play, S, SHUTWATCH_TCP_ESTABLISHED);
	expect_path(play, S, CLIENT);
}

/* ---- what was known stays ---- */

/* Its port was the kernel's choice, and is given back when it stops. */
TEST_F(cause, stopped_listener_keeps_its_port)
{
	struct play *play = self->play;

	act_socket(play, SERVER, 0);
	act_bind_and_listen(play, SERVER, here(play));
	act_shutdown(play, SERVER, SHUT_RD);
	expect_whole(play, SERVER, SHUTDOWN("rd")
		     "state=LISTEN>CLOSE sent=none why=listener_stopped children=0");
	act_close(play, SERVER);
	expect_whole(play, SERVER, CLOSE "state=CLOSE>CLOSE sent=none why=already_closed");
	expect_path(play, SERVER, "CLOSE listen LISTEN shutdown CLOSE");
}

/* Nobody bound it: listen() did. */
TEST_F(cause, destroyed_listener_keeps_its_port)
{
	struct play *play = self->play;

	act_socket(play, SERVER, 0);
	act_listen_again(play, SERVER);
	if (destroy(play, SERVER, play->actor[SERVER].cookie))
		remark(&play->wrong, "no listener to be destroyed");
	expect_whole(play, SERVER, ABORT
		     "state=LISTEN>CLOSE sent=none why=listener_stopped children=0");
	act_close(play, SERVER);
	expect_whole(play, SERVER, CLOSE "state=CLOSE>CLOSE sent=none why=already_closed");
	/* The port is chosen after the transition to LISTEN. */
	strcpy(strrchr(play->actor[SERVER].local, ':'), ":0");
	expect_path(play, SERVER, "CLOSE listen LISTEN abort CLOSE");
}

TEST_F(cause, disconnected_socket_keeps_its_port)
{
	struct play *play = self->play;

	act_pair(play);
	act_disconnect(play, S1);
	expect_whole(play, S1, UNSPEC "state=ESTABLISHED>CLOSE sent=RST why=connect_unspec");
	expect_whole(play, S2, RESET "state=ESTABLISHED>CLOSE error=ECONNRESET");
	act_close(play, S1);
	expect_whole(play, S1, CLOSE "state=CLOSE>CLOSE sent=none why=already_closed");
	listener_stays(play);
	expect_path(play, S1, CLIENT " connect_unspec CLOSE");
	expect_path(play, S2, SERVED " rx CLOSE");
}

TRIALS_MAIN;
