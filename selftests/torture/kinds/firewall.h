/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rules of a firewall on the router, which drop what a socket sends, or reject it
 * with a RST in the peer's name.  The socket says so with its type of service.
 *
 * Rules on its own host do the same before it leaves: TCP is told, and the wire
 * has no packet.
 */
#ifndef FIREWALL_H
#define FIREWALL_H

#include "view.h"

enum firewall {
	FIREWALL_PASS,
	FIREWALL_DROP,
	FIREWALL_REJECT,
	FIREWALL_OWN_DROP,
	FIREWALL_OWN_REJECT,
};

int do_firewall(int fd, enum firewall what);

/**
 * firewall_is_own - is it a rule on the host of the socket?
 * @act: VERB_FIREWALL
 *
 * Return: true if it is.
 */
static inline bool firewall_is_own(const struct act *act)
{
	return act->arg >= FIREWALL_OWN_DROP;
}

/* What the judge asks. */
bool firewall_drops_own(const struct view *view, const struct record *record);
bool firewall_was_own(const struct view *view, __u64 when);
void judge_resets(struct view *view);

#endif /* FIREWALL_H */
