/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A socket that is passed on to another process, the taker (SCM_RIGHTS).
 */
#ifndef PASS_H
#define PASS_H

#include "perform.h"
#include "view.h"

/* What becomes of what it got. */
enum taker {
	TAKER_CLOSES,
	TAKER_SHUTS,		/* shutdown() of both sides, then close() */
	TAKER_EXITS,
	TAKER_KILLED,
	TAKER_NOBODY,		/* nobody takes it: it is closed on its way */
	TAKERS
};

/* The argument of VERB_GIVE and VERB_LEND: who takes it, and has it how long. */
static inline int pass_arg(enum taker taker, int ms)
{
	return taker + TAKERS * ms;
}

static inline enum taker pass_taker(const struct act *act)
{
	return act->arg % TAKERS;
}

int do_pass(struct performer *performer, int at);

/* What the judge asks. */
bool pass_names_taker(const struct view *view, const struct record *record);
bool pass_closed(const struct view *view, const struct record *record);
void pass_claim(struct view *view, bool *claimed);
void judge_passed(struct view *view);

#endif /* PASS_H */
