// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include <names.h>

#include "act.h"
#include "orphan.h"
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
