/* SPDX-License-Identifier: GPL-2.0-only */
/* From a struct sock to its entry, through the filter. */
#ifndef _SHUTWATCH_PROBE_SOCKET_H
#define _SHUTWATCH_PROBE_SOCKET_H

#include "counters.h"
#include "emit.h"
#include "sock.h"
#include "socktab.h"

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
 * sw_probe_find_known() - the entry of a socket that the filter once let in
 * @sk: full or mini-socket
 * @generation: of the filter: if it was changed since, the entry stays only if
 *	it passes again
 * @held: for sw_entry_put()
 *
 * Context: any, preemption disabled.  Returns with the entry's set locked.
 * Return: the entry, or NULL (nothing locked) if there is none.
 */
static __always_inline struct sw_entry *
sw_probe_find_known(const struct sock *sk, u32 generation, struct sw_held *held)
{
	struct sw_entry *e = sw_probe_find(sk, held);

	if (e && e->filter != generation) {
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
	if (e->info.state != state && !(e->flags & SW_ENTRY_MINI))
		sw_entry_move(e, state);
}

/* The filter lets it in: find its entry, or take it into the table. */
static __always_inline struct sw_entry *
sw_probe_accept(const struct sock *sk, u8 state, u32 generation,
		struct sw_held *held)
{
	struct sw_entry *e;

	e = sw_entry_get(sw_sock_cookie(sk), held);
	if (unlikely(e->filter != generation)) {
		e->filter = generation;
		sw_probe_catch_up(e, state);
	}
	/*
	 * Ports are chosen late (the first transition of a connect() has no
	 * local one), and on the way to CLOSE they are given back: keep what
	 * was once complete.
	 */
	if (unlikely(!e->info.id.lport || !e->info.id.rport))
		sw_probe_ident(e, sk);
	return e;
}

/**
 * sw_probe_get() - the entry of a socket that is watched
 * @sk: full or mini-socket
 * @state: enum shutwatch_tcp that it is in
 * @held: for sw_entry_put()
 *
 * It is taken into the table if it is not there.
 *
 * Context: any, preemption disabled.  Returns with the entry's set locked.
 * Return: the entry, or NULL (nothing locked) if the filter turns it away.
 */
static __always_inline struct sw_entry *
sw_probe_get(const struct sock *sk, u8 state, struct sw_held *held)
{
	struct sw_entry *e = NULL;
	u32 generation;

	switch (sw_sock_judge(sk, &generation)) {
	case SW_ACCEPT:
		return sw_probe_accept(sk, state, generation, held);
	case SW_ACCEPT_KNOWN:
		e = sw_probe_find_known(sk, generation, held);
		break;
	case SW_REJECT:
		break;
	}
	if (!e)
		sw_count(SW_COUNT_FILTERED);
	return e;
}

struct inet_timewait_sock;

bool sw_probe_wanted(const struct sock *sk);
struct sw_entry *sw_probe_find_mini(const struct inet_timewait_sock *tw,
				    struct sw_held *held, bool *wanted);

/**
 * sw_probe_owner() - note who acts on a socket
 * @e: the entry, locked
 * @by: enum shutwatch_by: what happens
 * @asked: sw_task_asked(@by)
 *
 * Context: any.
 */
static __always_inline void sw_probe_owner(struct sw_entry *e, u8 by, bool asked)
{
	if (!asked || by == SHUTWATCH_BY_ABORT ||
	    by == SHUTWATCH_BY_LISTENER)
		return;
	e->info.pid = task_tgid_nr(current);
	memcpy(e->info.comm, current->comm, sizeof(e->info.comm));
}

#endif /* _SHUTWATCH_PROBE_SOCKET_H */
