// SPDX-License-Identifier: GPL-2.0-only
/*
 * Segments that come to what is left of a socket, to a listener and its
 * requests, or to nobody (D1 to D10, D14).  Where they come in:
 *
 *	a closed socket				a listener
 *	FIN_WAIT1	--- FIN ----------->	LISTEN		D7
 *	FIN_WAIT2	<----------- ACK ---	request	<------- SYN ---
 *	  mini-socket	D1 D2 D3			--- SYN,ACK --->
 *	TIME_WAIT	<----------- FIN ---		D8 D9 D10 D14
 *	  mini-socket	D3 D4 D5		child	<------- ACK ---
 *	gone		D6
 */
#include "trial_fixture.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "act_option.h"
#include "clock.h"
#include "netns.h"
#include "orphan.h"

#define DATA		(PACKET_ACK | PACKET_PSH)

/* What a window holds. */
#define NEAR		100

TRIALS(remains);

/* The peer is on lo: let it call a listener on 127.0.0.0/8. */
static void listen_for_peer(struct play *play)
{
	act_sysctl(play, "ipv4/conf/all/route_localnet", "1");
	act_listen(play, SERVER);
}

/* ---- D1 to D3: a mini-socket in FIN_WAIT2 ---- */

static void mini_resets(struct play *play, __u8 flags, const char *data)
{
	struct reached reached;
	struct peer peer;

	orphan_make_mini(&reached, &peer, play);
	peer_sends(&peer, flags, data);
	peer_hears(&peer, PACKET_RST);
	expect_whole(play, S, DECISION("rx")
		     "state=FIN_WAIT2>CLOSE sent=RST why=time_wait_segment " NO_VALUES);
	await_minis(play, 0);
	expect_path(play, S, "%s rx CLOSE", reached.story);
}

TEST_F(remains, D1_data)
{
	mini_resets(self->play, DATA, "x");
}

TEST_F(remains, D1_FIN_with_data)
{
	mini_resets(self->play, DATA | PACKET_FIN, "x");
}

TEST_F(remains, D1_SYN)
{
	mini_resets(self->play, PACKET_SYN, NULL);
}

TEST_F(remains, D2_FIN)
{
	struct reached reached;
	struct peer peer;

	orphan_make_mini(&reached, &peer, self->play);
	peer_sends(&peer, PACKET_FIN | PACKET_ACK, NULL);
	peer_hears(&peer, PACKET_ACK);
	await_time_wait(self->play, S, true);
	expect_path(self->play, S, "%s rx TIME_WAIT", reached.story);
}

TEST_F(remains, D3_FIN_WAIT2_RST)
{
	struct reached reached;
	struct peer peer;

	orphan_make_mini(&reached, &peer, self->play);
	peer_sends(&peer, PACKET_RST, NULL);
	await_minis(self->play, 0);
	expect_whole(self->play, S, RESET "state=FIN_WAIT2>CLOSE error=-");
	expect_path(self->play, S, "%s rx CLOSE", reached.story);
}

/* ---- D3 to D5: a mini-socket in TIME_WAIT ---- */

static void reach_time_wait(struct play *play, struct peer *peer,
			    struct reached *reached)
{
	peer_open(peer, play);
	reach(reached, peer, S, SHUTWATCH_TCP_TIME_WAIT, NULL);
}

TEST_F(remains, D3_TIME_WAIT_RST)
{
	struct reached reached;
	struct peer peer;

	reach_time_wait(self->play, &peer, &reached);
	peer_sends(&peer, PACKET_RST, NULL);
	await_minis(self->play, 0);
	expect_whole(self->play, S, RESET "state=TIME_WAIT>CLOSE error=-");
	expect_path(self->play, S, "%s rx CLOSE", reached.story);
}

TEST_F(remains, D3_TIME_WAIT_RST_not_exact)
{
	struct reached reached;
	struct peer peer;

	reach_time_wait(self->play, &peer, &reached);
	peer_sends_at(&peer, PACKET_RST, peer.next + NEAR, 0, NULL);
	peer_sends_at(&peer, PACKET_RST, peer.next - NEAR, 0, NULL);
	await_minis(self->play, 1);
	expect_path(self->play, S, "%s", reached.story);
}

TEST_F(remains, D3_TIME_WAIT_RST_rfc1337)
{
	struct reached reached;
	struct peer peer;

	act_sysctl(self->play, "ipv4/tcp_rfc1337", "1");
	reach_time_wait(self->play, &peer, &reached);
	peer_sends(&peer, PACKET_RST, NULL);
	await_minis(self->play, 1);
	expect_path(self->play, S, "%s", reached.story);
}

/* Old and new data: an ACK, never a RST. */
TEST_F(remains, D4_data)
{
	struct reached reached;
	struct peer peer;

	reach_time_wait(self->play, &peer, &reached);
	peer_sends(&peer, DATA, "x");
	peer_hears(&peer, PACKET_ACK);
	peer_sends_at(&peer, DATA, peer.next - NEAR, peer.acked, "x");
	await_minis(self->play, 1);
	expect_path(self->play, S, "%s", reached.story);
}

/* S2 is a server's end that was closed first, and is in TIME_WAIT now. */
static void serve_and_close(struct play *play, struct peer *peer)
{
	peer_open(peer, play);
	listen_for_peer(play);
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

#define SERVED	"SYN_RECV rx ESTABLISHED"
#define ENDED	SERVED " close FIN_WAIT1 rx FIN_WAIT2 rx TIME_WAIT"

TEST_F(remains, D5_SYN_for_a_listener)
{
	struct peer peer;

	serve_and_close(self->play, &peer);
	peer.next += NEAR;
	peer_is_served(&peer, SERVER);
	await_minis(self->play, 0);
	expect_path(self->play, S2, ENDED " rx CLOSE");
	act_accept(self->play, S3, SERVER);
	expect_path(self->play, S3, SERVED);
}

/* Nobody listens any more: it is asked back about, and that is all. */
TEST_F(remains, D5_SYN_for_nobody)
{
	struct reached reached;
	struct peer peer;

	reach_time_wait(self->play, &peer, &reached);
	peer_sends_at(&peer, PACKET_SYN, peer.next + NEAR, 0, NULL);
	peer_hears(&peer, PACKET_ACK);
	await_minis(self->play, 1);
	expect_path(self->play, S, "%s", reached.story);
}

/* A client's end, bound to its port, so that another can have the same. */
static void bind_client(struct play *play, enum who who)
{
	static const char * const address[] = {
		[FAMILY_IPV4] = "127.0.0.1:4000",
		[FAMILY_IPV6] = "[::1]:4000",
		[FAMILY_MAPPED] = "[::ffff:127.0.0.1]:4000",
	};
	struct sockaddr_storage addr;
	socklen_t len = address_parse(&addr, address[play->family]);
	const int on = 1;
	int fd;

	act_socket(play, who, 0);
	fd = play->actor[who].fd;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
	    bind(fd, (struct sockaddr *)&addr, len))
		remark(&play->trouble, "bind: %s", strerror(errno));
}

/* Another one calls from where TIME_WAIT has been for more than a second. */
static void reuse(struct play *play, void (*begin)(struct play *play, enum who who))
{
	__u64 soon;

	act_sysctl(play, "ipv4/tcp_tw_reuse", "1");
	act_listen(play, SERVER);
	begin(play, S1);
	act_connect(play, S1, NULL, FINE);
	act_accept(play, S2, SERVER);
	act_close(play, S1);
	expect_whole(play, S1, CLOSE
		     "state=ESTABLISHED>FIN_WAIT1|ESTABLISHED>FIN_WAIT2 sent=FIN why=close fin=sent");
	await_state(play, S2, SHUTWATCH_TCP_CLOSE_WAIT);
	act_close(play, S2);
	expect_whole(play, S2, CLOSE
		     "state=CLOSE_WAIT>LAST_ACK|CLOSE_WAIT>CLOSE sent=FIN why=close fin=sent");
	await_time_wait(play, S1, true);
	soon = clock_in(2);
	while (clock_wait(soon))
		;
	begin(play, S3);
	act_connect(play, S3, NULL, FINE);
	act_accept(play, S, SERVER);
	expect_path(play, SERVER, "CLOSE listen LISTEN");
	expect_path(play, S1, "CLOSE connect SYN_SENT rx ESTABLISHED close FIN_WAIT1 rx FIN_WAIT2 rx TIME_WAIT connect CLOSE");
	expect_path(play, S2, SERVED " rx CLOSE_WAIT close LAST_ACK rx CLOSE");
	expect_path(play, S3, "CLOSE connect SYN_SENT rx ESTABLISHED");
	expect_path(play, S, SERVED);
}

/* After a second, connect() may have the addresses of a TIME_WAIT. */
TEST_F(remains, tw_reuse_by_connect)
{
	reuse(self->play, bind_client);
}

/* Its port is the kernel's choice. */
static void new_client(struct play *play, enum who who)
{
	act_socket(play, who, 0);
}

/* The same, where there is one port to choose from. */
TEST_F(remains, tw_reuse_of_a_chosen_port)
{
	act_sysctl(self->play, "ipv4/ip_local_port_range", "4000 4000");
	reuse(self->play, new_client);
}

/* ---- D6, D7: nobody is there ---- */

#define CLOSED_PORT	"9999"

static void to_nobody(struct play *play, struct peer *peer)
{
	struct actor *nobody = &play->actor[NOBODY];

	peer_open(peer, play);
	snprintf(nobody->local, sizeof(nobody->local), "%s:" CLOSED_PORT,
		 play->family == FAMILY_IPV6 ? "[2001:db8::1]" : "192.0.2.1");
	strcpy(nobody->remote, peer->address);
	strcpy(peer->socket, nobody->local);
}

static void no_socket(struct play *play, __u8 flags, const char *data)
{
	struct peer peer;

	to_nobody(play, &peer);
	peer_sends_at(&peer, flags, peer.next, NEAR, data);
	peer_hears(&peer, PACKET_RST);
	expect_whole(play, NOBODY, DECISION("rx") "sent=RST why=no_socket");
}

TEST_F(remains, D6_SYN)
{
	no_socket(self->play, PACKET_SYN, NULL);
}

TEST_F(remains, D6_data)
{
	no_socket(self->play, DATA, "hello");
}

TEST_F(remains, D6_data_without_ACK)
{
	no_socket(self->play, PACKET_PSH, "hello");
}

TEST_F(remains, D6_FIN)
{
	no_socket(self->play, PACKET_FIN | PACKET_ACK, NULL);
}

/* A RST is never answered. */
TEST_F(remains, D6_not_RST)
{
	struct peer peer;

	to_nobody(self->play, &peer);
	peer_sends_at(&peer, PACKET_RST, peer.next, 0, NULL);
	peer_sends_at(&peer, PACKET_RST | PACKET_ACK, peer.next, NEAR, NULL);
}

/* The listener's answer: its cookie, but the addresses of the segment. */
static void expect_from_listener(struct play *play, const struct peer *peer,
				 const char *sent_why)
{
	expect_whole(play, SERVER, DECISION("rx")
		     "local=%s remote=%s state=LISTEN>LISTEN %s",
		     play->actor[SERVER].local, peer->address, sent_why);
}

TEST_F(remains, D7_ACK_to_a_listener)
{
	struct peer peer;

	peer_open(&peer, self->play);
	listen_for_peer(self->play);
	address_on_wire(peer.socket, self->play->actor[SERVER].local);
	peer_sends_at(&peer, PACKET_ACK, peer.next, NEAR, NULL);
	peer_hears(&peer, PACKET_RST);
	expect_from_listener(self->play, &peer, "sent=RST why=no_connection");
	expect_path(self->play, SERVER, "CLOSE listen LISTEN");
}

/* ---- D8 to D10: requests ---- */

TEST_F(remains, D8_bad_ACK)
{
	struct peer peer;

	peer_open(&peer, self->play);
	listen_for_peer(self->play);
	peer_calls(&peer, SERVER);
	peer_sends_at(&peer, PACKET_ACK, peer.next, peer.heard + NEAR, NULL);
	peer_hears(&peer, PACKET_RST);
	expect_from_listener(self->play, &peer, "sent=RST why=bad_handshake");
	expect_path(self->play, SERVER, "CLOSE listen LISTEN");
}

TEST_F(remains, D9_SYN_in_the_window)
{
	struct peer peer;

	peer_open(&peer, self->play);
	listen_for_peer(self->play);
	peer_calls(&peer, SERVER);
	peer_sends_at(&peer, PACKET_SYN, peer.next + NEAR, 0, NULL);
	peer_hears(&peer, PACKET_RST);
	expect_from_listener(self->play, &peer, "sent=RST why=bad_handshake");
	expect_path(self->play, SERVER, "CLOSE listen LISTEN");
}

/* A request that is reset leaves no record: it was nobody's yet. */
TEST_F(remains, D9_not_RST)
{
	struct peer peer;

	peer_open(&peer, self->play);
	listen_for_peer(self->play);
	peer_calls(&peer, SERVER);
	peer_sends(&peer, PACKET_RST, NULL);
	expect_path(self->play, SERVER, "CLOSE listen LISTEN");
}

/* While the peer's request waits, somebody else takes the only place. */
static void overflow(struct play *play, struct peer *peer)
{
	/* The queue of requests is full, too: only a cookie gets through. */
	act_needs_sysctl(play, "ipv4/tcp_syncookies", "CONFIG_SYN_COOKIES");
	peer_open(peer, play);
	listen_for_peer(play);
	if (listen(play->actor[SERVER].fd, 0))
		remark(&play->trouble, "listen: %s", strerror(errno));
	peer_calls(peer, SERVER);
	if (play->lacks)
		return;
	act_connect(play, S1, NULL, FINE);
	await_child(play, SERVER, S1);
	peer_acks(peer);
	expect_path(play, SERVER, "CLOSE listen LISTEN");
	expect_path(play, S1, "CLOSE connect SYN_SENT rx ESTABLISHED");
	expect_path(play, CHILD, SERVED);
}

TEST_F(remains, D9_overflow)
{
	struct peer peer;

	act_sysctl(self->play, "ipv4/tcp_abort_on_overflow", "1");
	overflow(self->play, &peer);
	peer_hears(&peer, PACKET_RST);
	expect_from_listener(self->play, &peer, "sent=RST why=accept_queue_full");
}

/* By default the client is left to try again. */
TEST_F(remains, D9_overflow_without_abort)
{
	struct peer peer;

	overflow(self->play, &peer);
	expect_from_listener(self->play, &peer, "sent=none why=accept_queue_full " NO_VALUES);
}

TEST_F(remains, D10_request_without_listener)
{
	struct peer peer;

	peer_open(&peer, self->play);
	listen_for_peer(self->play);
	peer_calls(&peer, SERVER);
	act_close(self->play, SERVER);
	expect_whole(self->play, SERVER, CLOSE
		     "state=LISTEN>CLOSE sent=none why=listener_stopped children=0");
	peer_acks(&peer);
	peer_hears(&peer, PACKET_RST);
	strcpy(self->play->actor[NOBODY].local, peer.socket);
	strcpy(self->play->actor[NOBODY].remote, peer.address);
	expect_whole(self->play, NOBODY, DECISION("rx") "sent=RST why=no_socket");
	expect_path(self->play, SERVER, "CLOSE listen LISTEN close CLOSE");
}

static bool is_request(struct play *play)
{
	return netns_in_state(play->actor[CHILD].local, play->actor[CHILD].remote,
			      1 << SHUTWATCH_TCP_SYN_RECV);
}

/* The peer does not go on: after a while the request is no more. */
TEST_F(remains, D14_request_times_out)
{
	struct play *play = self->play;
	struct peer peer;

	peer_open(&peer, play);
	listen_for_peer(play);
	peer_calls(&peer, SERVER);
	peer_remote(&peer, SERVER);
	EXPECT_TRUE(is_request(play));
	await_request_ends(play, SERVER, CHILD);
	expect_path(play, SERVER, "CLOSE listen LISTEN");
}

TRIALS_MAIN;
