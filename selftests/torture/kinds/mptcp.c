// SPDX-License-Identifier: GPL-2.0-only
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "module.h"
#include "mptcp.h"

/**
 * mptcp_prepare - has this kernel MPTCP, and can its calls be followed?
 *
 * Return: true if so.
 */
bool mptcp_prepare(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_MPTCP);

	if (fd < 0)
		return false;
	close(fd);
	return module_stat("armed.mptcp_close") == 1;
}

/**
 * mptcp_is - is it an MPTCP socket?
 * @fd: a socket; one that an MPTCP listener accepts may be a TCP one
 *
 * Return: true if it is.
 */
bool mptcp_is(int fd)
{
	int protocol = 0;
	socklen_t len = sizeof(protocol);

	return !getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &len) &&
	       protocol == IPPROTO_MPTCP;
}

static bool is_begun(const struct scene *scene, const struct history *history,
		     enum verb verb)
{
	int i;

	for (i = 0; i < scene->nr_acts; i++) {
		if (scene->act[i].verb == verb && history->deed[i].begun &&
		    scene->act[i].side == SIDE_SERVER &&
		    scene->act[i].slot == SLOT_LISTENER)
			return true;
	}
	return false;
}

/**
 * mptcp_can - can an act be done, and what it does be told apart?
 * @scene: the scene
 * @history: what was done so far
 * @act: the act
 *
 * A call on an MPTCP listener that leaves it open gives it a cookie, and all that
 * it accepts from then on has the same one.
 *
 * Return: false for such calls, and for a second listener, which would have the
 * name of the first.
 */
bool mptcp_can(const struct scene *scene, const struct history *history,
	       const struct act *act)
{
	if (act->side != SIDE_SERVER || act->slot != SLOT_LISTENER ||
	    !mptcp_wanted(scene, SLOT_LISTENER))
		return true;
	switch (act->verb) {
	case VERB_LISTEN:
		return !is_begun(scene, history, VERB_LISTEN);
	case VERB_SHUTDOWN:
	case VERB_UNSPEC:
	case VERB_DESTROY:
		return false;
	}
	return true;
}
