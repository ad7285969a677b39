// SPDX-License-Identifier: GPL-2.0-only
/*
 * TCP has more memory than it may, and a socket that no program has any more has
 * a part in it (B20, T9), or one has nothing but a FIN to send (A12).  The limit
 * is that of the whole system: nothing else may run meanwhile.
 */
#include "trial_fixture.h"

#include <errno.h>
#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "act_io.h"
#include "act_option.h"
#include "peer.h"
#include "reach.h"
#include "sysctl.h"

#define LIMIT		"ipv4/tcp_mem"
#define LITTLE		"1 1 1"
#define PRESSURE	"1 1 1000000"

/* Each CPU may keep a MiB to itself that the kernel's sum does not show. */
#define SNDBUF		(4 << 20)

/* How much of it the peer has room for, where it has any. */
#define WINDOW		5

TRIALS(memory);

static void forbid(struct play *play, const char *limit, char *before, size_t size)
{
	int err = sysctl_exchange_first(LIMIT, limit, before, size);

	if (sysctl_is_closed(err))
		play->lacks = SYSCTL_OPEN;
	else if (err)
		remark(&play->trouble, LIMIT ": %s", strerror(-err));
}

static void allow(struct play *play, const char *before)
{
	int err = *before ? sysctl_exchange_first(LIMIT, before, NULL, 0) : 0;

	if (err)
		remark(&play->trouble, LIMIT ": %s", strerror(-err));
}

/* S has more to send than the peer takes.  Return: how much. */
static int fill(struct play *play, struct peer *peer, int window)
{
	static const char zeros[1 << 16];
	int unsent = 0;

	peer_open(peer, play);
	peer->window = window;
	peer_connects(peer, S);
	act_option(play, S, SOL_SOCKET, SO_SNDBUFFORCE, SNDBUF);
	if (window) {
		act_send(play, S, "hello");
		peer_hears(peer, 0);
	}
	while (send(play->actor[S].fd, zeros, sizeof(zeros), MSG_NOSIGNAL) > 0)
		;
	if (ioctl(play->actor[S].fd, SIOCOUTQNSD, &unsent))
		remark(&play->trouble, "SIOCOUTQNSD: %s", strerror(errno));
	return unsent;
}

/* As with too many orphans: a FIN is queued, but what leaves is a RST. */
TEST_F(memory, B20_close)
{
	struct play *play = self->play;
	char before[64] = "";
	struct peer peer;
	int unsent;

	unsent = fill(play, &peer, 0);
	forbid(play, LITTLE, before, sizeof(before));
	act_close(play, S);
	allow(play, before);
	expect_whole(play, S, CLOSE
		     "state=ESTABLISHED>CLOSE sent=RST why=orphan_memory fin=queued unsent=%d",
		     unsent);
	peer_hears(&peer, PACKET_RST);
	expect_path(play, S,
		    "CLOSE connect SYN_SENT rx ESTABLISHED close FIN_WAIT1 close CLOSE");
}

/* It was closed when there was enough; its timer finds that there is not. */
TEST_F(memory, T9_timer)
{
	struct play *play = self->play;
	char before[64] = "";
	struct peer peer;
	int unsent;

	unsent = fill(play, &peer, WINDOW);
	act_close(play, S);
	expect_whole(play, S, CLOSE
		     "state=ESTABLISHED>FIN_WAIT1 sent=FIN why=close fin=queued unsent=%d unacked=5",
		     unsent);
	forbid(play, LITTLE, before, sizeof(before));
	peer_hears(&peer, PACKET_RST);
	allow(play, before);
	expect_whole(play, S, DECISION("timer")
		     "ctx=timer state=FIN_WAIT1>CLOSE sent=RST why=orphan_memory unsent=%d unacked=5 retries=0|1|2|3|4",
		     unsent);
	expect_path(play, S,
		    "CLOSE connect SYN_SENT rx ESTABLISHED close FIN_WAIT1 timer CLOSE");
}

/* A socket of another connection takes so much that the kernel notices. */
static void press(struct play *play)
{
	static const char zeros[1 << 16];

	act_pair(play);
	act_option(play, S1, SOL_SOCKET, SO_SNDBUFFORCE, SNDBUF);
	while (send(play->actor[S1].fd, zeros, sizeof(zeros), MSG_DONTWAIT) > 0)
		;
	expect_path(play, SERVER, "CLOSE listen LISTEN");
	expect_path(play, S1, "CLOSE connect SYN_SENT rx ESTABLISHED");
	expect_path(play, S2, "SYN_RECV rx ESTABLISHED");
}

/* The FIN is put on what was sent, and leaves when that is sent again. */
static void fin_on_what_was_sent(struct play *play, bool closes)
{
	char before[64] = "";
	struct reached at;
	struct peer peer;

	peer_open(&peer, play);
	reach(&at, &peer, S, SHUTWATCH_TCP_ESTABLISHED, NULL);
	act_send(play, S, "hello");
	peer_hears(&peer, PACKET_PSH);
	forbid(play, PRESSURE, before, sizeof(before));
	press(play);
	if (closes)
		act_close(play, S);
	else
		act_shutdown(play, S, SHUT_WR);
	allow(play, before);
	expect_whole(play, S, "%sstate=ESTABLISHED>FIN_WAIT1 sent=FIN why=%s fin=queued unacked=5",
		     closes ? CLOSE : SHUTDOWN("wr"), closes ? "close" : "shutdown_write");
	peer_hears(&peer, PACKET_FIN);
	expect_path(play, S, "%s %s FIN_WAIT1", at.story, closes ? "close" : "shutdown");
}

TEST_F(memory, A12_shutdown)
{
	fin_on_what_was_sent(self->play, false);
}

TEST_F(memory, A12_close)
{
	fin_on_what_was_sent(self->play, true);
}

TRIALS_MAIN;
