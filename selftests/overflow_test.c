// SPDX-License-Identifier: GPL-2.0-only
/*
 * The accept queue is full when a handshake is over (D9), a listener is asked
 * about a connection that there is not (D7), and what does not fit a handshake
 * (C8, C9, D8, D9): three things that look alike on the wire.
 */
#include "trial_fixture.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "act_option.h"
#include "clock.h"
#include "mib.h"
#include "peer.h"

#define DATA		(PACKET_ACK | PACKET_PSH)

/* What a window holds. */
#define NEAR		100

#define CLIENT		"CLOSE connect SYN_SENT rx ESTABLISHED"
#define SERVED		"SYN_RECV rx ESTABLISHED"

TRIALS(overflow);

/* The listener's word, but the addresses of the segment. */
#define expect_from_listener(play, peer, format, ...)			\
do {									\
	char at[ADDRESS_LEN];						\
									\
	address_on_wire(at, (peer)->socket);				\
	expect_whole(play, SERVER, DECISION("rx")			\
		     "local=%s remote=%s state=LISTEN>LISTEN " format, at, \
		     (peer)->address, ##__VA_ARGS__);			\
} while (0)

/* While the peer's request waits, somebody else takes the only place. */
static void fill(struct play *play, struct peer *peer)
{
	/* The queue of requests is full, too: only a cookie gets through. */
	act_needs_sysctl(play, "ipv4/tcp_syncookies", "CONFIG_SYN_COOKIES");
	peer_open(peer, play);
	act_sysctl(play, "ipv4/conf/all/route_localnet", "1");
	act_listen(play, SERVER);
	if (listen(play->actor[SERVER].fd, 0))
		remark(&play->trouble, "listen: %s", strerror(errno));
	peer_calls(peer, SERVER);
	if (play->lacks)
		return;
	act_connect(play, S1, NULL, FINE);
	await_child(play, SERVER, S1);
	expect_path(play, SERVER, "CLOSE listen LISTEN");
	expect_path(play, S1, CLIENT);
	expect_path(play, CHILD, SERVED);
}

#define FULL(sent)	"sent=" sent " why=accept_queue_full flags=%s segment=%u len=%d"

static void abort_on_overflow(struct play *play, __u8 flags, const char *letters,
			      const char *data)
{
	struct peer peer;
	__u32 seq;

	act_sysctl(play, "ipv4/tcp_abort_on_overflow", "1");
	fill(play, &peer);
	peer.acked = peer.heard;
	seq = peer.next;
	peer_sends(&peer, flags, data);
	peer_hears(&peer, PACKET_RST);
	expect_from_listener(play, &peer, FULL("RST"), letters, seq,
			     data ? (int)strlen(data) : 0);
}

TEST_F(overflow, abort)
{
	abort_on_overflow(self->play, PACKET_ACK, "A", NULL);
}

TEST_F(overflow, abort_with_data)
{
	abort_on_overflow(self->play, DATA, "PA", "hello");
}

#define WAIT_SECONDS	10

static long long dropped(void)
{
	return mib_extra("ListenOverflows");
}

/* What was sent may still wait for a busy CPU, and find room when it comes. */
static void await_drop(struct play *play, long long before)
{
	__u64 deadline = clock_in(WAIT_SECONDS);

	while (dropped() == before) {
		if (!clock_wait(deadline)) {
			remark(&play->wrong, "waited in vain for a drop");
			return;
		}
	}
}

static void drop(struct play *play, struct peer *peer, __u8 flags,
		 const char *letters, const char *data)
{
	long long before = dropped();
	__u32 seq = peer->next;

	peer->acked = peer->heard;
	peer_sends_at(peer, flags, seq, peer->acked, data);
	await_drop(play, before);
	expect_from_listener(play, peer, FULL("none") " " NO_VALUES, letters, seq,
			     data ? (int)strlen(data) : 0);
}

/* The client is left to try again, and knows of nothing. */
TEST_F(overflow, drop)
{
	struct peer peer;

	fill(self->play, &peer);
	drop(self->play, &peer, PACKET_ACK, "A", NULL);
}

TEST_F(overflow, drop_with_data)
{
	struct peer peer;

	fill(self->play, &peer);
	drop(self->play, &peer, DATA, "PA", "hello");
}

TEST_F(overflow, drop_with_FIN)
{
	struct peer peer;

	fill(self->play, &peer);
	drop(self->play, &peer, DATA | PACKET_FIN, "FPA", "hello");
}

/* Each that is dropped is told. */
TEST_F(overflow, drop_twice)
{
	struct peer peer;

	fill(self->play, &peer);
	drop(self->play, &peer, PACKET_ACK, "A", NULL);
	drop(self->play, &peer, DATA, "PA", "hello");
}

static void request_ends(struct play *play, const struct peer *peer)
{
	strcpy(play->actor[NOBODY].local, play->actor[SERVER].local);
	strcpy(play->actor[NOBODY].remote, peer->address);
	await_request_ends(play, SERVER, NOBODY);
}

static void late_data(struct play *play, struct peer *peer, const char *why)
{
	__u32 seq = peer->next;

	peer_sends(peer, DATA, "hello");
	peer_hears(peer, PACKET_RST);
	expect_from_listener(play, peer, "sent=RST why=%s flags=PA segment=%u len=5",
			     why, seq);
}

/*
 * The request is given up, and the client, which believes to be connected, is
 * reset for having been turned away; after that, it should know.
 */
TEST_F(overflow, turned_away)
{
	struct play *play = self->play;
	struct peer peer;

	fill(play, &peer);
	drop(play, &peer, PACKET_ACK, "A", NULL);
	request_ends(play, &peer);
	late_data(play, &peer, "accept_queue_full");
	late_data(play, &peer, "no_connection");
}

/* Then there is room, and the client tries again. */
static void drop_and_serve(struct play *play, struct peer *peer)
{
	fill(play, peer);
	drop(play, peer, PACKET_ACK, "A", NULL);
	act_accept(play, S2, SERVER);
	peer_sends(peer, DATA, "hello");
	act_accept(play, S3, SERVER);
	await_unread(play, S3, 5);
}

TEST_F(overflow, drop_and_go_on)
{
	struct peer peer;

	drop_and_serve(self->play, &peer);
	expect_path(self->play, S3, SERVED);
}

/* It was turned away, but that was before it was served: it comes late, no more. */
TEST_F(overflow, drop_and_go_on_and_come_late)
{
	struct play *play = self->play;
	struct peer peer;

	drop_and_serve(play, &peer);
	peer_sends(&peer, PACKET_RST, NULL);
	await_state(play, S3, SHUTWATCH_TCP_CLOSE);
	expect_whole(play, S3, RESET "state=ESTABLISHED>CLOSE error=ECONNRESET");
	expect_path(play, S3, SERVED " rx CLOSE");
	late_data(play, &peer, "no_connection");
}

/* A handshake that cannot even begin: the client knows that, and tries again. */
TEST_F(overflow, not_SYN)
{
	struct peer peer;

	fill(self->play, &peer);
	/* From another port: another connection. */
	peer.address[strlen(peer.address) - 1]++;
	peer_sends_at(&peer, PACKET_SYN, peer.next, 0, NULL);
}

/* A late or a wrong segment, and the queue is full: not for that. */
TEST_F(overflow, bad_ACK_when_full)
{
	struct peer peer;

	fill(self->play, &peer);
	peer_sends_at(&peer, PACKET_ACK, peer.next, peer.heard + NEAR, NULL);
	peer_hears(&peer, PACKET_RST);
	expect_from_listener(self->play, &peer,
			     "sent=RST why=bad_handshake flags=A segment=%u len=0",
			     peer.next);
}

/* ---- no such connection ---- */

/* A connection that was, and a segment of it that comes late. */
static void late(struct play *play, struct peer *peer)
{
	peer_open(peer, play);
	peer_may_call(peer, SERVER);
	peer_is_served(peer, SERVER);
	peer_remote(peer, SERVER);
	act_accept(play, S2, SERVER);
	peer_sends(peer, PACKET_RST, NULL);
	await_state(play, S2, SHUTWATCH_TCP_CLOSE);
	expect_whole(play, S2, RESET "state=ESTABLISHED>CLOSE error=ECONNRESET");
	expect_path(play, S2, SERVED " rx CLOSE");
}

TEST_F(overflow, late_segment_with_a_listener)
{
	struct play *play = self->play;
	struct peer peer;

	late(play, &peer);
	peer_sends_at(&peer, DATA, peer.next, peer.acked, "hello");
	peer_hears(&peer, PACKET_RST);
	expect_from_listener(play, &peer,
			     "sent=RST why=no_connection flags=PA segment=%u len=5",
			     peer.next);
	expect_path(play, SERVER, "CLOSE listen LISTEN");
}

TEST_F(overflow, late_segment_without_a_listener)
{
	struct play *play = self->play;
	struct peer peer;

	late(play, &peer);
	act_close(play, SERVER);
	expect_whole(play, SERVER, CLOSE
		     "state=LISTEN>CLOSE sent=none why=listener_stopped children=0");
	peer_sends_at(&peer, DATA, peer.next, peer.acked, "hello");
	peer_hears(&peer, PACKET_RST);
	address_on_wire(play->actor[NOBODY].local, peer.socket);
	strcpy(play->actor[NOBODY].remote, peer.address);
	expect_whole(play, NOBODY, DECISION("rx")
		     "sent=RST why=no_socket flags=PA segment=%u len=5", peer.next);
	expect_path(play, SERVER, "CLOSE listen LISTEN close CLOSE");
}

TRIALS_MAIN;
