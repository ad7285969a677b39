/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A network namespace that dies with sockets of each state in it: its processes are
 * killed all at once, wherever they are in their programs, and nobody waits for what
 * they leave; or everybody else has left before, and they are the last to have it.
 * What is an orphan then keeps its namespace until it is through; on two hosts the
 * links are gone, and what it sends finds no way.  Mini-sockets and what is in
 * TIME_WAIT go with the namespace.
 */
#ifndef DYING_H
#define DYING_H

#include "view.h"

void dying_draw(struct world *world, __u64 seed);

/* What the judge asks. */
bool dying_is_unseen(const struct view *view, const struct record *record);
void judge_dying(struct view *view);

#endif /* DYING_H */
