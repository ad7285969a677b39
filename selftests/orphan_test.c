// SPDX-License-Identifier: GPL-2.0-only
/*
 * Too many connections that no program has any more: close() finds it (B12), or
 * a timer (T5).  The limit is that of the whole system: nothing else may run
 * meanwhile.
 */
#include "trial_fixture.h"

#include "orphan.h"

TRIALS(orphan);

static void in_state(struct play *play, int state, const char *says,
		     const char *adds)
{
	struct reached at;
	struct peer peer;

	peer_open(&peer, play);
	reach(&at, &peer, S, state, NULL);
	orphan_forbid(play);
	act_close(play, S);
	orphan_allow(play);
	expect_whole(play, S, CLOSE "state=%s", says);
	expect_path(play, S, "%s%s", at.story, adds);
}

#define TOO_MANY	"sent=RST why=orphan_count"

/* A FIN, and a RST right behind it, is what happens. */
#define ORPHAN_LIST(X)							\
	X(ESTABLISHED, "ESTABLISHED>CLOSE " TOO_MANY " fin=sent", " close FIN_WAIT1 close CLOSE") \
	X(CLOSE_WAIT, "CLOSE_WAIT>CLOSE " TOO_MANY " fin=sent", " close LAST_ACK close CLOSE") \
	X(FIN_WAIT1, "FIN_WAIT1>CLOSE " TOO_MANY, " close CLOSE")	\
	X(CLOSING, "CLOSING>CLOSE " TOO_MANY, " close CLOSE")		\
	X(LAST_ACK, "LAST_ACK>CLOSE " TOO_MANY, " close CLOSE")		\
	X(FIN_WAIT2, "FIN_WAIT2>FIN_WAIT2 sent=none why=fin_already_sent", "") \
	X(TIME_WAIT, "TIME_WAIT>TIME_WAIT sent=none why=already_closed", "")

#define TEST_ORPHAN(state, says, adds)					\
TEST_F(orphan, too_many_in_##state)					\
{									\
	in_state(self->play, REACH_##state, says, adds);		\
}

ORPHAN_LIST(TEST_ORPHAN)

TRIALS(limit);

/* close() still finds room for its orphan. */
TEST_F(limit, T5_orphan_count)
{
	struct reached reached;
	struct peer peer;

	orphan_make(&reached, &peer, self->play);
	orphan_forbid(self->play);
	peer_hears(&peer, PACKET_RST);
	orphan_allow(self->play);
	expect_whole(self->play, S, DECISION("timer")
		     "ctx=timer state=FIN_WAIT1>CLOSE sent=RST why=orphan_count retries=0|1|2|3|4");
	expect_path(self->play, S, "%s timer CLOSE", reached.story);
}

TRIALS_MAIN;
