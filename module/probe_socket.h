/* SPDX-License-Identifier: GPL-2.0-only */
/* From a struct sock to its slot, through the filter. */
#ifndef _SHUTWATCH_PROBE_SOCKET_H
#define _SHUTWATCH_PROBE_SOCKET_H

#include "counters.h"
#include "emit.h"
#include "sock.h"
#include "socktab.h"

/**
 * sw_probe_ident() - read anew which connection it is
 * @s: the slot, locked
 * @sk: its socket, full or mini
 *
 * Context: any.
 */
static inline void sw_probe_ident(struct sw_socket *s, const struct sock *sk)
{
	s->info.ipv6 = sw_sock_ident(sk, &s->info.id);
}

/**
 * sw_probe_find() - the slot of a socket that is in the table
 * @sk: full or mini-socket
 * @held: for sw_socket_put()
 *
 * Context: any, preemption disabled.  Returns with the slot's set locked.
 * Return: the slot, or NULL (nothing locked) if there is none.
 */
static __always_inline struct sw_socket *
sw_probe_find(const struct sock *sk, struct sw_held *held)
{
	u64 cookie = atomic64_read(&sk->sk_cookie);

	return cookie ? sw_socket_find(cookie, held) : NULL;
}

/**
 * sw_probe_find_known() - the slot of a socket that the filter once let in
 * @sk: full or mini-socket
 * @generation: of the filter: if it was changed since, the slot stays only if
 *	it passes again
 * @held: for sw_socket_put()
 *
 * Context: any, preemption disabled.  Returns with the slot's set locked.
 * Return: the slot, or NULL (nothing locked) if there is none.
 */
static __always_inline struct sw_socket *
sw_probe_find_known(const struct sock *sk, u32 generation, struct sw_held *held)
{
	struct sw_socket *s = sw_probe_find(sk, held);

	if (s && s->filter != generation) {
		sw_socket_put(held);
		return NULL;
	}
	return s;
}

/*
 * New, or turned away by an earlier filter: what the slot knows of its state may
 * be out of date.  That of a mini-socket cannot be seen in the full one.
 */
static __always_inline void sw_probe_catch_up(struct sw_socket *s, u8 state)
{
	if (s->info.state != state && !(s->flags & SW_SOCK_MINI))
		sw_socket_move(s, state);
}

/* The filter lets it in: find its slot, or take it into the table. */
static __always_inline struct sw_socket *
sw_probe_accept(const struct sock *sk, u8 state, u32 generation,
		struct sw_held *held)
{
	struct sw_socket *s;

	s = sw_socket_get(sw_sock_cookie(sk), held);
	if (unlikely(s->filter != generation)) {
		s->filter = generation;
		sw_probe_catch_up(s, state);
	}
	/*
	 * Ports are chosen late (the first transition of a connect() has no
	 * local one), and on the way to CLOSE they are given back: keep what
	 * was once complete.
	 */
	if (unlikely(!s->info.id.lport || !s->info.id.rport))
		sw_probe_ident(s, sk);
	return s;
}

/**
 * sw_probe_get() - the slot of a socket that is watched
 * @sk: full or mini-socket
 * @state: enum shutwatch_tcp that it is in
 * @held: for sw_socket_put()
 *
 * It is taken into the table if it is not there.
 *
 * Context: any, preemption disabled.  Returns with the slot's set locked.
 * Return: the slot, or NULL (nothing locked) if the filter turns it away.
 */
static __always_inline struct sw_socket *
sw_probe_get(const struct sock *sk, u8 state, struct sw_held *held)
{
	struct sw_socket *s = NULL;
	u32 generation;

	switch (sw_sock_judge(sk, &generation)) {
	case SW_ACCEPT:
		return sw_probe_accept(sk, state, generation, held);
	case SW_ACCEPT_KNOWN:
		s = sw_probe_find_known(sk, generation, held);
		break;
	case SW_REJECT:
		break;
	}
	if (!s)
		sw_count(SW_COUNT_FILTERED);
	return s;
}

struct inet_timewait_sock;

bool sw_probe_wanted(const struct sock *sk);
struct sw_socket *sw_probe_find_mini(const struct inet_timewait_sock *tw,
				     struct sw_held *held, bool *wanted);

/**
 * sw_probe_owner() - note who acts on a socket
 * @s: the slot, locked
 * @by: enum shutwatch_by: what happens
 * @asked: sw_task_asked(@by)
 *
 * Context: any.
 */
static __always_inline void sw_probe_owner(struct sw_socket *s, u8 by, bool asked)
{
	if (!asked || by == SHUTWATCH_BY_ABORT ||
	    by == SHUTWATCH_BY_LISTENER)
		return;
	s->info.pid = task_tgid_nr(current);
	memcpy(s->info.comm, current->comm, sizeof(s->info.comm));
}

#endif /* _SHUTWATCH_PROBE_SOCKET_H */
