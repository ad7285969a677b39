// SPDX-License-Identifier: GPL-2.0-only
/* From a struct sock to its slot, where only the question matters. */

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
	struct sw_socket *s;
	u32 generation;

	switch (sw_sock_judge(sk, &generation)) {
	case SW_ACCEPT:
		return true;
	case SW_ACCEPT_KNOWN:
		s = sw_probe_find_known(sk, generation, &held);
		if (!s)
			break;
		sw_socket_put(&held);
		return true;
	case SW_REJECT:
		break;
	}
	sw_count(SW_COUNT_FILTERED);
	return false;
}
