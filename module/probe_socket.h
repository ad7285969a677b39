/* SPDX-License-Identifier: GPL-2.0-only */
/* From a struct sock to its entry, through the filter. */
#ifndef _SHUTWATCH_PROBE_SOCKET_H
#define _SHUTWATCH_PROBE_SOCKET_H

#include <linux/pid.h>
#include <linux/sched.h>

#include "calls.h"
#include "cause.h"
#include "counters.h"
#include "emit.h"
#include "shared/ended.h"
#include "sock.h"
#include "socktab.h"

/**
 * sw_probe_call() - the call that runs on a socket
 * @sk: full socket
 *
 * While a task has the socket locked, nobody else acts on it: segments and timers
 * wait until it is released.  So what happens to a locked socket in a task whose
 * call is on it happens inside that call; the backlog, too, which is told apart
 * by what it runs.
 *
 * Context: any.
 * Return: the call, or NULL.
 */
static __always_inline struct sw_call *sw_probe_call(const struct sock *sk)
{
	struct sw_call *call;

	if (!sock_owned_by_user_nocheck(sk))
		return NULL;
	call = sw_call_find();
	return call && call->sk == sk ? call : NULL;
}

/**
 * sw_probe_ident() - read anew which connection it is
 * @e: the entry, locked
 * @sk: its socket, full or mini
 *
 * Context: any.
 */
static inline void sw_probe_ident(struct sw_entry *e, const struct sock *sk)
{
	e->info.ipv6 = sw_sock_ident(sk, &e->info.id);
}

void sw_probe_learn_ident(struct sw_entry *e, const struct sock *sk);

/**
 * sw_probe_find() - the entry of a socket that is in the table
 * @sk: full or mini-socket
 * @held: for sw_entry_put()
 *
 * Context: any, preemption disabled.  Returns with the entry's set locked.
 * Return: the entry, or NULL (nothing locked) if there is none.
 */
static __always_inline struct sw_entry *
sw_probe_find(const struct sock *sk, struct sw_held *held)
{
	u64 cookie = atomic64_read(&sk->sk_cookie);

	return cookie ? sw_entry_find(cookie, held) : NULL;
}

/**
 * sw_probe_is_known() - does the filter let a socket through for what its entry
 *	says?
 * @e: the entry, locked
 * @verdict: of the filter
 * @generation: of the filter: if it was changed since it let the socket in, the
 *	socket has to pass again
 *
 * Context: any, preemption disabled.
 * Return: whether it does, where it would not without an entry.
 */
static __always_inline bool sw_probe_is_known(const struct sw_entry *e,
					      enum sw_verdict verdict,
					      u32 generation)
{
	if (verdict == SW_REJECT)
		return false;
	if (e->filter == generation)
		return true;
	return unlikely(verdict == SW_ACCEPT_OWNED) &&
	       sw_filter_has_owner(rcu_dereference_sched(sw_filter),
				   e->info.owner.pid);
}

/**
 * sw_probe_find_known() - the entry of a socket that the filter lets through only
 *	for what that says
 * @sk: full or mini-socket
 * @verdict: of the filter
 * @generation: of the filter
 * @held: for sw_entry_put()
 *
 * Context: any, preemption disabled.  Returns with the entry's set locked.
 * Return: the entry, or NULL (nothing locked) if there is none that passes.
 */
static __always_inline struct sw_entry *
sw_probe_find_known(const struct sock *sk, enum sw_verdict verdict,
		    u32 generation, struct sw_held *held)
{
	struct sw_entry *e = sw_probe_find(sk, held);

	if (e && !sw_probe_is_known(e, verdict, generation)) {
		sw_entry_put(held);
		return NULL;
	}
	return e;
}

/*
 * New, or turned away by an earlier filter: what the entry knows of its state may
 * be out of date.  That of a mini-socket cannot be seen in the full one.
 */
static __always_inline void sw_probe_catch_up(struct sw_entry *e, u8 state)
{
	if (e->info.state != state && !(e->flags & SW_ENTRY_SHELL))
		sw_entry_move(e, state, 0);
}

/* The filter lets it through: what its entry knows is made up for. */
static __always_inline void sw_probe_refresh(struct sw_entry *e,
					     const struct sock *sk, u8 state,
					     u32 generation)
{
	if (unlikely(e->filter != generation)) {
		e->filter = generation;
		if (e->flags & SW_ENTRY_AWAY) {
			sw_entry_revive(e);
			sw_probe_learn_ident(e, sk);
		}
		sw_probe_catch_up(e, state);
	}
	/*
	 * Ports are chosen late (the first transition of a connect() has no
	 * local one), and on the way to CLOSE they are given back: keep what
	 * was once known.
	 */
	if (!e->info.id.lport && (sk->sk_num || !e->info.id.rport))
		sw_probe_ident(e, sk);
	else if (unlikely(!e->info.id.lport || !e->info.id.rport))
		sw_probe_learn_ident(e, sk);
}

/**
 * sw_probe_get() - the entry of a socket that is watched
 * @sk: full or mini-socket
 * @state: enum shutwatch_tcp that it is in
 * @asked: the task that runs asks something of it
 * @held: for sw_entry_put()
 *
 * It is taken into the table if it is not there.
 *
 * Context: any, preemption disabled.  Returns with the entry's set locked.
 * Return: the entry, or NULL (nothing locked) if the filter turns it away.
 */
static __always_inline struct sw_entry *
sw_probe_get(const struct sock *sk, u8 state, bool asked, struct sw_held *held)
{
	enum sw_verdict verdict;
	struct sw_entry *e;
	u32 generation;

	verdict = sw_sock_judge(sk, asked, &generation);
	if (likely(verdict == SW_ACCEPT))
		e = sw_entry_get(sw_sock_cookie(sk), held);
	else
		e = verdict == SW_REJECT ? NULL :
		    sw_probe_find_known(sk, verdict, generation, held);
	if (unlikely(!e)) {
		sw_count(SW_COUNT_FILTERED);
		return NULL;
	}
	sw_probe_refresh(e, sk, state, generation);
	return e;
}

void sw_probe_forget(const struct sock *sk, bool begins);
void sw_probe_outdate(const struct sock *sk);

/**
 * sw_probe_begins() - a connection or a listener begins: that the filter has let
 *	its socket in before says nothing of it
 * @sk: full socket
 *
 * Context: any, preemption disabled.
 */
static __always_inline void sw_probe_begins(const struct sock *sk)
{
	if (unlikely(!rcu_dereference_sched(sw_filter)->everything))
		sw_probe_outdate(sk);
}

/**
 * sw_probe_turned_away() - something happens to a socket that the filter does not
 *	let through
 * @sk: full socket
 * @begins: a connection, or a listener
 *
 * What an earlier filter, or an earlier connection, has left in the table would
 * be out of date from now on.
 *
 * Context: any, preemption disabled.
 */
static __always_inline void sw_probe_turned_away(const struct sock *sk, bool begins)
{
	if (unlikely(atomic64_read(&sk->sk_cookie)))
		sw_probe_forget(sk, begins);
}

/**
 * sw_probe_is_far() - is a socket turned away at first sight?
 * @sk: full or mini-socket
 *
 * Then it is counted.  For handlers that would do more before they look.
 *
 * Context: any, preemption disabled.
 * Return: whether it is.
 */
static __always_inline bool sw_probe_is_far(const struct sock *sk)
{
	const struct sw_filter *f = rcu_dereference_sched(sw_filter);

	if (likely(f->everything) || !(f->nothing || sw_sock_is_far(sk, f)))
		return false;
	sw_count(SW_COUNT_FILTERED);
	return true;
}

struct inet_timewait_sock;

bool sw_probe_wanted(const struct sock *sk);
struct sw_entry *sw_probe_find_mini(const struct inet_timewait_sock *tw,
				    struct sw_held *held, bool *wanted);
struct sw_entry *sw_probe_find_late_mini(const struct inet_timewait_sock *tw,
					 struct sw_held *held);

/**
 * sw_probe_owner() - current has the socket
 * @e: the entry, locked
 *
 * Context: task.
 */
static __always_inline void sw_probe_owner(struct sw_entry *e)
{
	e->info.owner.pid = task_tgid_nr(current);
	memcpy(e->info.owner.comm, current->comm, sizeof(e->info.owner.comm));
}

/**
 * sw_probe_asked() - has the task that runs asked for what happens?
 * @e: the entry, locked
 * @by: enum shutwatch_by: who caused it
 * @call: the call on the socket that runs, or on the MPTCP socket above it
 *
 * connect(), listen() and tcp_abort() run in the task that wants it so; a
 * segment or a timer in any.
 *
 * Context: any.
 * Return: whether current is to be named.
 */
static __always_inline bool sw_probe_asked(const struct sw_entry *e, u8 by,
					   const struct sw_call *call)
{
	switch (by) {
	case SHUTWATCH_BY_CONNECT:
	case SHUTWATCH_BY_LISTEN:
	case SHUTWATCH_BY_ABORT:
		return true;
	case SHUTWATCH_BY_LISTENER:
		return call || e->flags & SW_ENTRY_CHILD_ASKED;
	case SHUTWATCH_BY_NONE:
	case SHUTWATCH_BY_RX:
	case SHUTWATCH_BY_TIMER:
		return false;
	}
	return call;
}

/**
 * sw_probe_fin_acked() - the peer has acknowledged the FIN
 * @e: the entry, locked
 *
 * What was queued was sent, sooner or later.
 *
 * Context: any.
 */
static inline void sw_probe_fin_acked(struct sw_entry *e)
{
	if (e->info.ended.fin == SHUTWATCH_FIN_QUEUED)
		e->info.ended.fin = SHUTWATCH_FIN_SENT;
}

/**
 * sw_probe_remember() - the last call or decision, and the one that ended it all
 * @e: the entry, locked
 * @ending: what it came to
 * @over: it leaves the connection closed
 *
 * Context: any.
 */
static inline void sw_probe_remember(struct sw_entry *e,
				     const struct sw_ending *ending, bool over)
{
	const struct sw_ending *ended = &e->info.ended;

	/* as a whole: gcc would take them apart */
	memcpy(&e->info.last, ending, sizeof(*ending));
	if (sw_is_the_end(ending->sent, ending->why, over, ended->by, ended->sent))
		memcpy(&e->info.ended, &e->info.last, sizeof(e->info.ended));
}

#endif /* _SHUTWATCH_PROBE_SOCKET_H */
