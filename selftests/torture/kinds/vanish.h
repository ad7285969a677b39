/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interfaces, addresses and routes that vanish while connections use them, and may
 * come back.  Each scene has its own (way.h).
 */
#ifndef VANISH_H
#define VANISH_H

#include "perform.h"
#include "view.h"

/* The argument of VERB_VANISH. */
enum vanish {
	VANISH_BACK,		/* all is made anew */
	VANISH_DOWN,
	VANISH_ADDRESS,
	VANISH_DELETE,
	VANISH_ROUTE,
	VANISHES
};

int do_vanish(struct performer *performer, int at);

/* What the judge asks. */
bool vanish_was(const struct view *view, __u64 when);
bool vanish_cuts_off(const struct scene *scene, const struct history *history,
		     const struct record *record);
bool vanish_loses(const struct view *view, const struct record *record);

#endif /* VANISH_H */
