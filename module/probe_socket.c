// SPDX-License-Identifier: GPL-2.0-only
/* From a struct sock to its slot, through the filter. */

#include <linux/pid.h>
#include <linux/sched.h>

#include "counters.h"
#include "emit.h"
#include "probes.h"
#include "sock.h"

static bool both_ports(const struct sw_ident *id)
{
	return id->lport && id->rport;
}

/**
 * sw_probe_ident() - read anew which connection it is
 * @s: the slot, locked
 * @sk: its socket, full or mini
 *
 * Context: any.
 */
void sw_probe_ident(struct sw_socket *s, const struct sock *sk)
{
	s->info.ipv6 = sw_sock_ident(sk, &s->info.id);
}

/*
 * Ports are chosen late (the first transition of a connect() has no local
 * one), and on the way to CLOSE they are given back: keep what was once
 * complete.
 */
static void complete_ident(struct sw_socket *s, const struct sock *sk)
{
	if (!both_ports(&s->info.id))
		sw_probe_ident(s, sk);
}

/* The filter was changed since: the slot stays only if it passes again. */
static bool outdated(const struct sw_socket *s, u32 generation)
{
	return s->filter != generation;
}

/**
 * sw_probe_get() - the slot of a socket that is watched
 * @sk: full or mini-socket
 * @irqflags: for sw_socket_put()
 * @fresh: set to true if it was not in the table, else left alone
 *
 * A slot taken in now knows the connection, and no state yet.
 *
 * Context: any, preemption disabled.  Returns with the slot's shard locked.
 * Return: the slot, or NULL (nothing locked) if the filter turns it away.
 */
struct sw_socket *sw_probe_get(const struct sock *sk, unsigned long *irqflags,
			       bool *fresh)
{
	struct sw_socket *s;
	bool new = false;
	u32 generation;

	switch (sw_sock_judge(sk, &generation)) {
	case SW_ACCEPT:
		s = sw_socket_get(sw_sock_cookie(sk), irqflags, &new);
		s->filter = generation;
		if (new) {
			sw_probe_ident(s, sk);
			*fresh = true;
		} else {
			complete_ident(s, sk);
		}
		return s;
	case SW_ACCEPT_KNOWN:
		s = sw_probe_find(sk, irqflags);
		if (!s)
			break;
		if (!outdated(s, generation))
			return s;
		sw_socket_put(s, *irqflags);
		break;
	case SW_REJECT:
		break;
	}
	sw_count(SW_COUNT_FILTERED);
	return NULL;
}

/**
 * sw_probe_find() - the slot of a socket that is in the table
 * @sk: full or mini-socket
 * @irqflags: for sw_socket_put()
 *
 * Context: any, preemption disabled.  Returns with the slot's shard locked.
 * Return: the slot, or NULL (nothing locked) if there is none.
 */
struct sw_socket *sw_probe_find(const struct sock *sk, unsigned long *irqflags)
{
	u64 cookie = atomic64_read(&sk->sk_cookie);

	return cookie ? sw_socket_find(cookie, irqflags) : NULL;
}

/**
 * sw_probe_wanted() - is this socket watched?
 * @sk: full or mini-socket
 *
 * Context: any, preemption disabled.
 * Return: whether it is.
 */
bool sw_probe_wanted(const struct sock *sk)
{
	unsigned long irqflags;
	struct sw_socket *s;
	u32 generation;
	bool known;

	switch (sw_sock_judge(sk, &generation)) {
	case SW_ACCEPT:
		return true;
	case SW_ACCEPT_KNOWN:
		s = sw_probe_find(sk, &irqflags);
		if (!s)
			break;
		known = !outdated(s, generation);
		sw_socket_put(s, irqflags);
		if (known)
			return true;
		break;
	case SW_REJECT:
		break;
	}
	sw_count(SW_COUNT_FILTERED);
	return false;
}

/**
 * sw_probe_owner() - note who acts on a socket
 * @s: the slot, locked
 * @by: enum shutwatch_by: what happens
 *
 * Context: any.
 */
void sw_probe_owner(struct sw_socket *s, u8 by)
{
	if (!sw_task_asked(by) || by == SHUTWATCH_BY_ABORT ||
	    by == SHUTWATCH_BY_LISTENER)
		return;
	s->info.pid = task_tgid_nr(current);
	memcpy(s->info.comm, current->comm, sizeof(s->info.comm));
}
