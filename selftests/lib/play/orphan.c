// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include <names.h>

#include "act.h"
#include "actor.h"
#include "clock.h"
#include "netns.h"
#include "orphan.h"
#include "step.h"
#include "sysctl.h"
#include "trial.h"

static void goes_on(struct reached *reached, const char *by, int state)
{
	size_t len = strlen(reached->story);

	reached->state = tcp_names.name[state];
	snprintf(reached->story + len, sizeof(reached->story) - len, " %s %s", by,
		 reached->state);
}

/**
 * orphan_close - close a socket in ESTABLISHED; the peer has heard its FIN
 * @reached: how it got there, and then, what came of it
 * @peer: the peer
 * @who: the socket
 */
void orphan_close(struct reached *reached, struct peer *peer, enum who who)
{
	act_close(peer->play, who);
	expect_whole(peer->play, who, CLOSE
		     "state=ESTABLISHED>FIN_WAIT1 sent=FIN why=close fin=sent");
	goes_on(reached, "close", SHUTWATCH_TCP_FIN_WAIT1);
	peer_hears(peer, PACKET_FIN);
}

/**
 * orphan_make - S was closed, and is in FIN_WAIT1
 * @reached: what was done
 * @peer: the peer, which is opened here
 * @play: the play
 */
void orphan_make(struct reached *reached, struct peer *peer, struct play *play)
{
	peer_open(peer, play);
	reach(reached, peer, S, SHUTWATCH_TCP_ESTABLISHED, NULL);
	orphan_close(reached, peer, S);
}

/**
 * orphan_make_mini - S was closed, and a mini-socket is in FIN_WAIT2
 * @reached: what was done
 * @peer: the peer, which is opened here
 * @play: the play
 */
void orphan_make_mini(struct reached *reached, struct peer *peer,
		      struct play *play)
{
	orphan_make(reached, peer, play);
	peer_acks(peer);
	goes_on(reached, "rx", SHUTWATCH_TCP_FIN_WAIT2);
	await_minis(play, 1);
}

/* Retransmissions take as long as the first round trip made the kernel think. */
#define AWAIT_SECONDS	60

/**
 * orphan_await - wait until what is left of a socket is in a state
 * @play: the play
 * @who: the socket, which was closed
 * @state: enum shutwatch_tcp, of itself or a mini-socket; CLOSE: nothing is left
 */
void orphan_await(struct play *play, enum who who, int state)
{
	const bool gone = state == SHUTWATCH_TCP_CLOSE;
	const unsigned int states = gone ? ~0u : 1u << state;
	__u64 deadline = clock_in(AWAIT_SECONDS);
	const struct actor *actor = &play->actor[who];
	bool there;

	do {
		there = netns_in_state(actor->local, actor->remote, states) != gone;
	} while (!there && clock_wait(deadline));
	step(play, "", "wait: what is left of %s is %s", actor_name(who),
	     tcp_names.name[state]);
	if (!there)
		remark(&play->wrong, "waited in vain for %s", tcp_names.name[state]);
}

/* ---- how many there may be ---- */

#define LIMIT		"ipv4/tcp_max_orphans"

/*
 * What the kernel holds against the limit is not how many there are, but what
 * it last noted: a timer adds up what each CPU has counted, every 100 ms if the
 * CPU is awake; in old kernels, each CPU keeps some to itself.  What others have
 * left behind comes and goes, too.  But it never notes less than none, so that
 * below none is a limit that is exceeded whatever it has noted.
 */
#define BELOW_NONE	"-1"

static char limit_before[24];

/**
 * orphan_forbid - from now on each orphan is one too many
 * @play: the play
 *
 * All over the machine, and until orphan_allow(): nothing else may run.
 */
void orphan_forbid(struct play *play)
{
	int err = sysctl_exchange_first(LIMIT, BELOW_NONE, limit_before,
					sizeof(limit_before));

	if (sysctl_is_closed(err))
		play->lacks = SYSCTL_OPEN;
	else if (err)
		remark(&play->trouble, LIMIT ": %s", strerror(-err));
}

/**
 * orphan_allow - take back what orphan_forbid() did
 * @play: the play
 */
void orphan_allow(struct play *play)
{
	int err = 0;

	if (*limit_before)
		err = sysctl_exchange_first(LIMIT, limit_before, NULL, 0);
	if (err)
		remark(&play->trouble, LIMIT ": %s", strerror(-err));
}
