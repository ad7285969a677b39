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
	struct sw_held held;
	struct sw_entry *e;
	u32 generation;

	switch (sw_sock_judge(sk, &generation)) {
	case SW_ACCEPT:
		return true;
	case SW_ACCEPT_KNOWN:
		e = sw_probe_find_known(sk, generation, &held);
		if (!e)
			break;
		sw_entry_put(&held);
		return true;
	case SW_REJECT:
		break;
	}
	sw_count(SW_COUNT_FILTERED);
	return false;
}

/* Its socket may have gone on, and have the next connection. */
static bool has_connection(const struct sw_entry *e, const struct sock *sk)
{
	return e->flags & SW_ENTRY_MINI && e->info.id.lport == sk->sk_num &&
	       e->info.id.rport == ntohs(sk->sk_dport);
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
	struct sw_entry *e = sw_probe_find(sk, held);
	enum sw_verdict verdict;
	u32 generation;

	if (!e)
		return NULL;
	if (!has_connection(e, sk)) {
		sw_entry_put(held);
		return NULL;
	}
	verdict = sw_sock_judge(sk, &generation);
	*wanted = verdict == SW_ACCEPT ||
		  (verdict == SW_ACCEPT_KNOWN && e->filter == generation);
	if (!*wanted)
		sw_count(SW_COUNT_FILTERED);
	return e;
}
