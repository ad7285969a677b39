// SPDX-License-Identifier: GPL-2.0-only
/*
 * Segments that come to a socket that was shut down or closed, or that is not
 * connected yet (C1 to C11, C14, C15).
 */
#include "trial_fixture.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "act_option.h"
#include "hold_lock.h"
#include "icmp.h"
#include "orphan.h"

#define DATA		(PACKET_ACK | PACKET_PSH)

/* What a window holds. */
#define NEAR		100

TRIALS(segment);

static void expect_shutdown(struct play *play, const char *how, const char *state,
			    const char *sent_why)
{
	expect_whole(play, S, SHUTDOWN("%s") "state=%s %s", how, state, sent_why);
}

#define SENT_FIN	"sent=FIN why=shutdown_write fin=sent"
#define READ_SIDE	"sent=none why=read_side_only"

/* ---- C1: data for a socket that is shut down ---- */

enum shut_by { RDWR, RD_WR, WR_RD };

static void shut(struct play *play, enum shut_by by)
{
	switch (by) {
	case RDWR:
		act_shutdown(play, S, SHUT_RDWR);
		expect_shutdown(play, "rdwr", "ESTABLISHED>FIN_WAIT1", SENT_FIN);
		break;
	case RD_WR:
		act_shutdown(play, S, SHUT_RD);
		expect_shutdown(play, "rd", "ESTABLISHED>ESTABLISHED", READ_SIDE);
		act_shutdown(play, S, SHUT_WR);
		expect_shutdown(play, "wr", "ESTABLISHED>FIN_WAIT1", SENT_FIN);
		break;
	case WR_RD:
		act_shutdown(play, S, SHUT_WR);
		expect_shutdown(play, "wr", "ESTABLISHED>FIN_WAIT1", SENT_FIN);
		act_shutdown(play, S, SHUT_RD);
		expect_shutdown(play, "rd", "FIN_WAIT1>FIN_WAIT1", READ_SIDE);
		break;
	}
}

static void data_when_shut(struct play *play, enum shut_by by, bool acked)
{
	struct reached reached;
	struct peer peer;

	peer_open(&peer, play);
	reach(&reached, &peer, S, SHUTWATCH_TCP_ESTABLISHED, NULL);
	shut(play, by);
	peer_hears(&peer, PACKET_FIN);
	if (acked) {
		peer_acks(&peer);
		await_state(play, S, SHUTWATCH_TCP_FIN_WAIT2);
	}
	peer_sends(&peer, DATA, "x");
	peer_hears(&peer, PACKET_RST);
	expect_whole(play, S, DECISION("rx")
		     "state=%s>CLOSE sent=RST why=data_after_shutdown",
		     acked ? "FIN_WAIT2" : "FIN_WAIT1");
	trial_recv_fails(play, S, ECONNRESET);
	expect_path(play, S, "%s shutdown FIN_WAIT1%s rx CLOSE", reached.story,
		    acked ? " rx FIN_WAIT2" : "");
}

TEST_F(segment, C1_FIN_WAIT1_rdwr)
{
	data_when_shut(self->play, RDWR, false);
}

TEST_F(segment, C1_FIN_WAIT1_rd_wr)
{
	data_when_shut(self->play, RD_WR, false);
}

TEST_F(segment, C1_FIN_WAIT1_wr_rd)
{
	data_when_shut(self->play, WR_RD, false);
}

TEST_F(segment, C1_FIN_WAIT2_rdwr)
{
	data_when_shut(self->play, RDWR, true);
}

TEST_F(segment, C1_FIN_WAIT2_rd_wr)
{
	data_when_shut(self->play, RD_WR, true);
}

TEST_F(segment, C1_FIN_WAIT2_wr_rd)
{
	data_when_shut(self->play, WR_RD, true);
}

/*
 * After a handshake that was late there is one segment in flight, until something
 * was acknowledged: data, and the FIN behind it, are two.
 */
static void widen(struct play *play, struct peer *peer)
{
	act_send(play, S, "x");
	peer_hears(peer, PACKET_PSH);
	peer_acks(peer);
	await_acked(play, S);
}

/* The values are those of before, and not of what the rejection leaves. */
static void data_when_unacked(struct play *play, bool closed)
{
	struct reached reached;
	struct peer peer;

	peer_open(&peer, play);
	reach(&reached, &peer, S, SHUTWATCH_TCP_ESTABLISHED, NULL);
	widen(play, &peer);
	act_send(play, S, "hello");
	if (closed) {
		act_close(play, S);
		expect_whole(play, S, CLOSE
			     "state=ESTABLISHED>FIN_WAIT1 sent=FIN why=close fin=sent unacked=5");
	} else {
		act_shutdown(play, S, SHUT_RDWR);
		expect_shutdown(play, "rdwr", "ESTABLISHED>FIN_WAIT1",
				SENT_FIN " unacked=5");
	}
	peer_hears(&peer, PACKET_FIN);
	peer_sends(&peer, DATA, "x");
	peer_hears(&peer, PACKET_RST);
	expect_whole(play, S, DECISION("rx")
		     "state=FIN_WAIT1>CLOSE sent=RST why=%s unacked=5",
		     closed ? "data_after_close" : "data_after_shutdown");
	expect_path(play, S, "%s %s FIN_WAIT1 rx CLOSE ECONNRESET", reached.story,
		    closed ? "close" : "shutdown");
}

TEST_F(segment, C1_shut_with_data_unacknowledged)
{
	data_when_unacked(self->play, false);
}

TEST_F(segment, C1_closed_with_data_unacknowledged)
{
	data_when_unacked(self->play, true);
}

/* Only the sending side is shut: data is welcome. */
static void data_when_shut_wr(struct play *play, int state)
{
	struct reached reached;
	struct peer peer;

	peer_open(&peer, play);
	reach(&reached, &peer, S, state, NULL);
	peer_sends(&peer, DATA, "hello");
	await_unread(play, S, 5);
	act_recv(play, S, "hello");
	expect_path(play, S, "%s", reached.story);
}

TEST_F(segment, C1_not_FIN_WAIT1_wr)
{
	data_when_shut_wr(self->play, SHUTWATCH_TCP_FIN_WAIT1);
}

TEST_F(segment, C1_not_FIN_WAIT2_wr)
{
	data_when_shut_wr(self->play, SHUTWATCH_TCP_FIN_WAIT2);
}

/* An empty segment is no data, whatever is shut. */
TEST_F(segment, C1_not_empty)
{
	struct reached reached;
	struct peer peer;

	peer_open(&peer, self->play);
	reach(&reached, &peer, S, SHUTWATCH_TCP_ESTABLISHED, NULL);
	shut(self->play, RDWR);
	peer_hears(&peer, PACKET_FIN);
	peer_acks(&peer);
	await_state(self->play, S, SHUTWATCH_TCP_FIN_WAIT2);
	peer_acks(&peer);
	expect_path(self->play, S, "%s shutdown FIN_WAIT1 rx FIN_WAIT2",
		    reached.story);
}

/* What reaches beyond the peer's FIN is refused, too: nobody shut anything. */
TEST_F(segment, C1_CLOSE_WAIT_beyond_the_end)
{
	struct reached reached;
	struct peer peer;

	peer_open(&peer, self->play);
	reach(&reached, &peer, S, SHUTWATCH_TCP_CLOSE_WAIT, NULL);
	peer_sends_at(&peer, DATA, peer.next - 1, peer.heard, "hello");
	peer_hears(&peer, PACKET_RST);
	expect_whole(self->play, S, DECISION("rx")
		     "state=CLOSE_WAIT>CLOSE sent=RST why=data_after_shutdown");
	expect_path(self->play, S, "%s rx CLOSE EPIPE", reached.story);
}

/* C7: SHUT_RD alone stops nothing. */
TEST_F(segment, C7_ESTABLISHED_rd)
{
	struct reached reached;
	struct peer peer;

	peer_open(&peer, self->play);
	reach(&reached, &peer, S, SHUTWATCH_TCP_ESTABLISHED, NULL);
	act_shutdown(self->play, S, SHUT_RD);
	expect_shutdown(self->play, "rd", "ESTABLISHED>ESTABLISHED", READ_SIDE);
	peer_sends(&peer, DATA, "hello");
	await_unread(self->play, S, 5);
	act_recv(self->play, S, "hello");
	act_recv(self->play, S, END);
	expect_path(self->play, S, "%s", reached.story);
}

/* ---- C1 to C4: after close() ---- */

TEST_F(segment, C1_closed)
{
	struct reached reached;
	struct peer peer;

	orphan_make(&reached, &peer, self->play);
	peer_sends(&peer, DATA, "x");
	peer_hears(&peer, PACKET_RST);
	expect_whole(self->play, S, DECISION("rx")
		     "state=FIN_WAIT1>CLOSE sent=RST why=data_after_close");
	expect_path(self->play, S, "%s rx CLOSE ECONNRESET", reached.story);
}

static void linger2(struct play *play, int seconds)
{
	if (setsockopt(play->actor[S].fd, IPPROTO_TCP, TCP_LINGER2, &seconds,
		       sizeof(seconds)))
		remark(&play->trouble, "TCP_LINGER2: %s", strerror(errno));
}

/* The ACK of the FIN is what draws the RST. */
TEST_F(segment, C2_linger2_negative)
{
	struct reached reached;
	struct peer peer;

	peer_open(&peer, self->play);
	reach(&reached, &peer, S, SHUTWATCH_TCP_ESTABLISHED, NULL);
	linger2(self->play, -1);
	orphan_close(&reached, &peer, S);
	peer_acks(&peer);
	peer_hears(&peer, PACKET_RST);
	expect_whole(self->play, S, DECISION("rx")
		     "state=FIN_WAIT2>CLOSE sent=RST why=linger2_negative");
	expect_path(self->play, S, "%s rx FIN_WAIT2 rx CLOSE", reached.story);
}

TEST_F(segment, C3_data_with_the_ACK)
{
	struct reached reached;
	struct peer peer;

	orphan_make(&reached, &peer, self->play);
	peer.acked = peer.heard;
	peer_sends(&peer, DATA, "x");
	peer_hears(&peer, PACKET_RST);
	expect_whole(self->play, S, DECISION("rx")
		     "state=FIN_WAIT2>CLOSE sent=RST why=data_after_close");
	expect_path(self->play, S, "%s rx FIN_WAIT2 rx CLOSE", reached.story);
}

/* C4, B10: the ACK alone leaves a mini-socket. */
TEST_F(segment, C4_mini_socket)
{
	struct reached reached;
	struct peer peer;

	orphan_make_mini(&reached, &peer, self->play);
	expect_path(self->play, S, "%s", reached.story);
}

/* ---- C5: data after the peer's FIN ---- */

static void data_after_fin(struct play *play, int state)
{
	struct reached reached;
	struct peer peer;

	peer_open(&peer, play);
	reach(&reached, &peer, S, state, NULL);
	peer_sends(&peer, DATA, "x");
	peer_sends_at(&peer, DATA, peer.next + NEAR, peer.acked, "x");
	expect_path(play, S, "%s", reached.story);
}

TEST_F(segment, C5_CLOSE_WAIT)
{
	data_after_fin(self->play, SHUTWATCH_TCP_CLOSE_WAIT);
}

TEST_F(segment, C5_CLOSING)
{
	data_after_fin(self->play, SHUTWATCH_TCP_CLOSING);
}

TEST_F(segment, C5_LAST_ACK)
{
	data_after_fin(self->play, SHUTWATCH_TCP_LAST_ACK);
}

/* ---- C6: what waited in the backlog of a socket that is now in CLOSE ---- */

/* The RST was there before it: not answered.  The task only lends its time. */
TEST_F(segment, C6_CLOSE)
{
	struct reached reached;
	struct hold_lock hold;
	struct peer peer;

	peer_open(&peer, self->play);
	reach(&reached, &peer, S, SHUTWATCH_TCP_ESTABLISHED, NULL);
	hold_lock_begin(&hold, self->play, S);
	peer_sends(&peer, PACKET_RST, NULL);
	EXPECT_TRUE(hold_lock_hears(&hold));
	peer_sends(&peer, DATA, "x");
	EXPECT_TRUE(hold_lock_hears(&hold));
	hold_lock_end(&hold);
	EXPECT_EQ(HOLD_LOCK_BYTES, hold.sent);
	await_state(self->play, S, SHUTWATCH_TCP_CLOSE);
	expect_whole(self->play, S, RESET
		     "state=ESTABLISHED>CLOSE error=ECONNRESET ctx=task");
	expect_path(self->play, S, "%s rx CLOSE", reached.story);
}

/* ---- C8, C9: segments that do not fit the handshake ---- */

TEST_F(segment, C8_SYN_RECV_bad_ack)
{
	struct reached reached;
	struct peer peer;

	peer_open(&peer, self->play);
	reach(&reached, &peer, S, SHUTWATCH_TCP_SYN_RECV, NULL);
	peer_sends_at(&peer, PACKET_ACK, peer.next, peer.heard + NEAR, NULL);
	peer_hears(&peer, PACKET_RST);
	expect_whole(self->play, S, DECISION("rx")
		     "state=SYN_RECV>SYN_RECV sent=RST why=bad_handshake");
	expect_path(self->play, S, "%s", reached.story);
}

static void bad_answer(struct play *play, __u8 flags, int offset)
{
	struct reached reached;
	struct peer peer;

	peer_open(&peer, play);
	reach(&reached, &peer, S, SHUTWATCH_TCP_SYN_SENT, NULL);
	peer_sends_at(&peer, flags, peer.next, peer.heard + offset, NULL);
	peer_hears(&peer, PACKET_RST);
	expect_whole(play, S, DECISION("rx")
		     "state=SYN_SENT>SYN_SENT sent=RST why=bad_handshake");
	expect_path(play, S, "%s", reached.story);
}

TEST_F(segment, C9_SYN_SENT_bad_SYN_ACK)
{
	bad_answer(self->play, PACKET_SYN | PACKET_ACK, NEAR);
}

TEST_F(segment, C9_SYN_SENT_old_ACK)
{
	bad_answer(self->play, PACKET_ACK, -NEAR);
}

/* It is answered, and then the handshake goes on as if nothing had been. */
TEST_F(segment, C9_SYN_SENT_goes_on)
{
	struct reached reached;
	struct peer peer;

	peer_open(&peer, self->play);
	reach(&reached, &peer, S, SHUTWATCH_TCP_SYN_SENT, NULL);
	peer_sends_at(&peer, PACKET_ACK, peer.next, peer.heard + NEAR, NULL);
	peer_hears(&peer, PACKET_RST);
	expect_whole(self->play, S, DECISION("rx")
		     "state=SYN_SENT>SYN_SENT sent=RST why=bad_handshake");
	peer.acked = peer.heard;
	peer_sends(&peer, PACKET_SYN | PACKET_ACK, NULL);
	await_state(self->play, S, SHUTWATCH_TCP_ESTABLISHED);
	expect_path(self->play, S, "%s rx ESTABLISHED", reached.story);
}

/* ---- C10, C11: the ordinary ends ---- */

TEST_F(segment, C10_FIN_and_ACK_in_FIN_WAIT1)
{
	struct reached reached;
	struct peer peer;

	peer_open(&peer, self->play);
	reach(&reached, &peer, S, SHUTWATCH_TCP_FIN_WAIT1, NULL);
	peer.acked = peer.heard;
	peer_sends(&peer, PACKET_FIN | PACKET_ACK, NULL);
	await_time_wait(self->play, S, true);
	expect_path(self->play, S, "%s rx FIN_WAIT2 rx TIME_WAIT", reached.story);
}

TEST_F(segment, C10_FIN_in_FIN_WAIT2)
{
	struct reached reached;
	struct peer peer;

	peer_open(&peer, self->play);
	reach(&reached, &peer, S, SHUTWATCH_TCP_TIME_WAIT, NULL);
	expect_path(self->play, S, "%s", reached.story);
}

TEST_F(segment, C10_FIN_in_FIN_WAIT1)
{
	struct reached reached;
	struct peer peer;

	peer_open(&peer, self->play);
	reach(&reached, &peer, S, SHUTWATCH_TCP_CLOSING, NULL);
	expect_path(self->play, S, "%s", reached.story);
}

TEST_F(segment, C11_CLOSING)
{
	struct reached reached;
	struct peer peer;

	peer_open(&peer, self->play);
	reach(&reached, &peer, S, SHUTWATCH_TCP_CLOSING, NULL);
	peer_acks(&peer);
	await_time_wait(self->play, S, true);
	expect_path(self->play, S, "%s rx TIME_WAIT", reached.story);
}

TEST_F(segment, C11_LAST_ACK)
{
	struct reached reached;
	struct peer peer;

	peer_open(&peer, self->play);
	reach(&reached, &peer, S, REACH_FINISHED, NULL);
	expect_path(self->play, S, "%s", reached.story);
}

/* The same with no program: closed in CLOSE_WAIT. */
TEST_F(segment, C11_LAST_ACK_closed)
{
	struct reached reached;
	struct peer peer;

	peer_open(&peer, self->play);
	reach(&reached, &peer, S, SHUTWATCH_TCP_CLOSE_WAIT, NULL);
	act_close(self->play, S);
	expect_whole(self->play, S, CLOSE
		     "state=CLOSE_WAIT>LAST_ACK sent=FIN why=close fin=sent");
	peer_hears(&peer, PACKET_FIN);
	peer_acks(&peer);
	expect_path(self->play, S, "%s close LAST_ACK rx CLOSE", reached.story);
}

/* ---- C14: a router says that the peer cannot be reached ---- */

static void unreachable_in(struct play *play, int state)
{
	struct reached reached;
	struct peer peer;

	peer_open(&peer, play);
	reach(&reached, &peer, S, state, NULL);
	icmp_host_unreachable(&peer);
	await_state(play, S, SHUTWATCH_TCP_CLOSE);
	act_recv_fails(play, S, EHOSTUNREACH);
	expect_path(play, S, "%s rx CLOSE EHOSTUNREACH", reached.story);
}

TEST_F(segment, C14_ICMP_in_SYN_SENT)
{
	unreachable_in(self->play, SHUTWATCH_TCP_SYN_SENT);
}

TEST_F(segment, C14_ICMP_in_SYN_RECV)
{
	unreachable_in(self->play, SHUTWATCH_TCP_SYN_RECV);
}

/* A connection that is there bears it. */
TEST_F(segment, C14_not_ESTABLISHED)
{
	struct reached reached;
	struct peer peer;

	peer_open(&peer, self->play);
	reach(&reached, &peer, S, SHUTWATCH_TCP_ESTABLISHED, NULL);
	act_send(self->play, S, "hi");
	peer_hears(&peer, PACKET_PSH);
	icmp_host_unreachable(&peer);
	peer_sends(&peer, DATA, "hello");
	await_unread(self->play, S, 5);
	act_recv(self->play, S, "hello");
	expect_path(self->play, S, "%s", reached.story);
}

/* ---- C15: no mini-socket can be had ---- */

/* Closed, and the ACK of the FIN is all that comes. */
TEST_F(segment, C15_no_room_for_FIN_WAIT2)
{
	struct reached reached;
	struct peer peer;

	act_sysctl(self->play, "ipv4/tcp_max_tw_buckets", "0");
	orphan_make(&reached, &peer, self->play);
	peer_acks(&peer);
	orphan_await(self->play, S, SHUTWATCH_TCP_CLOSE);
	expect_path(self->play, S, "%s rx FIN_WAIT2 rx CLOSE", reached.story);
}

/* It is close() that has to do without. */
TEST_F(segment, C15_no_room_for_close)
{
	struct reached reached;
	struct peer peer;

	act_sysctl(self->play, "ipv4/tcp_max_tw_buckets", "0");
	peer_open(&peer, self->play);
	reach(&reached, &peer, S, SHUTWATCH_TCP_FIN_WAIT2, NULL);
	act_close(self->play, S);
	expect_whole(self->play, S, CLOSE
		     "state=FIN_WAIT2>CLOSE sent=none why=fin_already_sent");
	expect_path(self->play, S, "%s close CLOSE", reached.story);
}

/* The connection is over at once; what comes then comes to nobody. */
TEST_F(segment, C15_no_room_for_TIME_WAIT)
{
	struct play *play = self->play;
	struct reached reached;
	struct peer peer;

	act_sysctl(play, "ipv4/tcp_max_tw_buckets", "0");
	peer_open(&peer, play);
	reach(&reached, &peer, S, SHUTWATCH_TCP_FIN_WAIT2, NULL);
	peer_sends(&peer, PACKET_FIN | PACKET_ACK, NULL);
	peer_hears(&peer, PACKET_ACK);
	await_state(play, S, SHUTWATCH_TCP_CLOSE);
	expect_path(play, S, "%s rx CLOSE", reached.story);
	peer_sends(&peer, DATA, "x");
	peer_hears(&peer, PACKET_RST);
	address_on_wire(play->actor[NOBODY].local, play->actor[S].local);
	address_on_wire(play->actor[NOBODY].remote, play->actor[S].remote);
	expect_whole(play, NOBODY, DECISION("rx") "sent=RST why=no_socket");
}

TRIALS_MAIN;
