// SPDX-License-Identifier: GPL-2.0-only
/* From a struct sock to its entry, where it is rare or only the question matters. */

#include <net/inet_timewait_sock.h>

#include "probe_socket.h"

/**
 * sw_probe_wanted() - is this socket watched?
 * @sk: full or mini-socket
 *
 * Context: any, preemption disabled.
 * Return: whether it is.
 */
bool sw_probe_wanted(const struct sock *sk)
{
	enum sw_verdict verdict;
	struct sw_held held;
	struct sw_entry *e;
	u32 generation;

	verdict = sw_sock_judge(sk, false, &generation);
	if (verdict == SW_ACCEPT)
		return true;
	e = verdict == SW_REJECT ? NULL :
	    sw_probe_find_known(sk, verdict, generation, &held);
	if (!e) {
		sw_count(SW_COUNT_FILTERED);
		return false;
	}
	sw_entry_put(&held);
	return true;
}

/**
 * sw_probe_learn_ident() - read which connection it is, as long as that is not
 *	known in full
 * @e: the entry, locked
 * @sk: its socket, full or mini
 *
 * A socket that is closed or disconnected gives its port back: what was known
 * stays.
 *
 * Context: any.
 */
void sw_probe_learn_ident(struct sw_entry *e, const struct sock *sk)
{
	struct sw_ident id = {};
	bool ipv6 = sw_sock_ident(sk, &id);

	if (!id.lport && (e->info.id.lport || !id.rport))
		return;
	e->info.id = id;
	e->info.ipv6 = ipv6;
}

/**
 * sw_probe_forget() - what is known of a socket is not true any more
 * @sk: full socket
 * @begins: a connection, or a listener, which is told of as little as what
 *	follows; whose it is, and its ports, are others, too
 *
 * But what a mini-socket has is kept right to its end.
 *
 * Context: any, preemption disabled.
 */
void sw_probe_forget(const struct sock *sk, bool begins)
{
	struct sw_held held;
	struct sw_entry *e = sw_probe_find(sk, &held);

	if (!e)
		return;
	if (begins) {
		if (e->flags & SW_ENTRY_MINI)
			sw_entry_split(held.set, e);
		e->info.owner.pid = 0;
		e->info.id = (struct sw_ident){};
		sw_entry_forget(e);
	} else if (!(e->flags & SW_ENTRY_SHELL)) {
		sw_entry_forget(e);
	}
	sw_entry_put(&held);
}

/**
 * sw_probe_outdate() - as if an earlier filter had let a socket in
 * @sk: full socket
 *
 * Context: any, preemption disabled.
 */
void sw_probe_outdate(const struct sock *sk)
{
	struct sw_held held;
	struct sw_entry *e = sw_probe_find(sk, &held);

	if (!e)
		return;
	e->filter = 0;
	sw_entry_put(&held);
}

/* Its socket may have gone on, and have the next connection. */
static bool has_connection(const struct sw_entry *e, const struct sock *sk)
{
	struct sw_ident id;
	bool ipv6;

	if (e->info.id.lport != sk->sk_num ||
	    e->info.id.rport != ntohs(sk->sk_dport))
		return false;
	ipv6 = sw_sock_ident(sk, &id);
	return ipv6 == e->info.ipv6 &&
	       !memcmp(id.raddr, e->info.id.raddr, ipv6 ? 16 : 4);
}

/* @flags: what the entry must have: SW_ENTRY_MINI or nothing. */
static struct sw_entry *find_mini(const struct sock *sk, u32 flags,
				  struct sw_held *held)
{
	u64 cookie = atomic64_read(&sk->sk_cookie);
	struct sw_entry *e;
	unsigned int nr;

	for (nr = 0; cookie && nr <= SW_MINIS; nr++) {
		e = sw_entry_find(sw_mini_cookie(cookie, nr), held);
		if (!e)
			continue;
		if ((e->flags & flags) == flags && has_connection(e, sk))
			return e;
		sw_entry_put(held);
	}
	return NULL;
}

/**
 * sw_probe_find_mini() - the entry of the connection that a mini-socket has
 * @tw: the mini-socket
 * @held: for sw_entry_put()
 * @wanted: receives whether the filter lets it through; if not, the entry is to
 *	be kept right, and nothing to be told
 *
 * Context: any, preemption disabled.  Returns with the entry's set locked.
 * Return: the entry, or NULL (nothing locked) if there is none.
 */
struct sw_entry *sw_probe_find_mini(const struct inet_timewait_sock *tw,
				    struct sw_held *held, bool *wanted)
{
	const struct sock *sk = (const struct sock *)tw;
	struct sw_entry *e = find_mini(sk, SW_ENTRY_MINI, held);
	enum sw_verdict verdict;
	u32 generation;

	if (!e)
		return NULL;
	verdict = sw_sock_judge(sk, false, &generation);
	*wanted = verdict == SW_ACCEPT || sw_probe_is_known(e, verdict, generation);
	if (!*wanted)
		sw_count(SW_COUNT_FILTERED);
	return e;
}

/**
 * sw_probe_find_late_mini() - the entry of the connection that a mini-socket has,
 *	or had, until it was ended somewhere else
 * @tw: the mini-socket
 * @held: for sw_entry_put()
 *
 * The filter is not asked.
 *
 * Context: any, preemption disabled.  Returns with the entry's set locked.
 * Return: the entry, or NULL (nothing locked) if there is none.
 */
struct sw_entry *sw_probe_find_late_mini(const struct inet_timewait_sock *tw,
					 struct sw_held *held)
{
	return find_mini((const struct sock *)tw, 0, held);
}
