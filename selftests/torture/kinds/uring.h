/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Calls that are made by io_uring, each with a ring of its own.
 */
#ifndef URING_H
#define URING_H

#include "perform.h"
#include "view.h"

/* The argument of VERB_URING_SHUTDOWN. */
static inline int uring_shutdown_arg(int how, bool async)
{
	return how | async << 2;
}

static inline int uring_how(const struct act *act)
{
	return act->arg & 3;
}

bool uring_can(const struct act *act);
int do_uring(struct performer *performer, int at);

/* What the judge asks. */
bool uring_is_late(const struct act *act);
bool uring_names_worker(const struct view *view, const struct record *record);
bool uring_closed(const struct view *view, const struct record *record);
bool uring_held(const struct view *view, __u64 cookie);

#endif /* URING_H */
