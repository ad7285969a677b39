/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * MPTCP sockets in place of TCP ones.  A program knows the cookie of an MPTCP
 * socket, and calls on that; the records of what it is made of, its subflow, have
 * another one.  There is one subflow each: nobody adds any.
 */
#ifndef MPTCP_H
#define MPTCP_H

#include "tcp_pair.h"
#include "view.h"

/*
 * In place of the cookie of a listener.  That is not asked for: MPTCP copies it to
 * whatever the listener accepts, if it has one.  No socket has this one.
 */
#define MPTCP_LISTENER	0x4000000000000000ull

/**
 * mptcp_wanted - is a socket to be MPTCP's?
 * @scene: the scene
 * @slot: SLOT_LISTENER, or a client's
 *
 * Return: true if it is.
 */
static inline bool mptcp_wanted(const struct scene *scene, int slot)
{
	return scene->mptcp & 1 << slot;
}

bool mptcp_prepare(void);
bool mptcp_is(int fd);
bool mptcp_can(const struct scene *scene, const struct history *history,
	       const struct act *act);

/* What the judge asks. */
bool mptcp_made(const struct scene *scene, const struct history *history,
		__u64 cookie);
bool mptcp_has(const struct view *view, __u64 cookie);
bool mptcp_may_have(const struct view *view, const struct record *record);
bool mptcp_called(const struct view *view, const struct record *record);
bool mptcp_resets(const struct view *view, const struct record *record);
void mptcp_name_subflows(struct view *view);
void mptcp_hide_calls(struct view *view, bool hide);
void judge_mptcp(struct view *view);

#endif /* MPTCP_H */
