// SPDX-License-Identifier: GPL-2.0-only
/* From a struct sock to its slot, where the filter has something to say. */

#include "probe_socket.h"

/**
 * sw_probe_find_known() - the slot of a socket that the filter once let in
 * @sk: full or mini-socket
 * @generation: of the filter: if it was changed since, the slot stays only if
 *	it passes again
 * @irqflags: for sw_socket_put()
 *
 * Context: any, preemption disabled.  Returns with the slot's set locked.
 * Return: the slot, or NULL (nothing locked) if there is none.
 */
struct sw_socket *sw_probe_find_known(const struct sock *sk, u32 generation,
				      unsigned long *irqflags)
{
	struct sw_socket *s = sw_probe_find(sk, irqflags);

	if (s && s->filter != generation) {
		sw_socket_put(s, *irqflags);
		return NULL;
	}
	return s;
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

	switch (sw_sock_judge(sk, &generation)) {
	case SW_ACCEPT:
		return true;
	case SW_ACCEPT_KNOWN:
		s = sw_probe_find_known(sk, generation, &irqflags);
		if (!s)
			break;
		sw_socket_put(s, irqflags);
		return true;
	case SW_REJECT:
		break;
	}
	sw_count(SW_COUNT_FILTERED);
	return false;
}
