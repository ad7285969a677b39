/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rules of a firewall on the router, which drop what a socket sends, or reject it
 * with a RST in the peer's name.  The socket says so with its type of service.
 */
#ifndef FIREWALL_H
#define FIREWALL_H

#include "view.h"

enum firewall {
	FIREWALL_PASS,
	FIREWALL_DROP,
	FIREWALL_REJECT,
	FIREWALLS
};

int do_firewall(int fd, enum firewall what);

/* What the judge asks. */
void judge_resets(struct view *view);

#endif /* FIREWALL_H */
