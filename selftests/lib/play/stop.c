// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "act.h"
#include "actor.h"
#include "child.h"
#include "sock_destroy.h"
#include "step.h"
#include "stop.h"
#include "trial.h"

#define STOPPER		"stopper"

/* Another process is the last that has it, and is killed. */
static void leave_to_another(struct stop *stop, struct play *play, enum who who)
{
	struct child child = child_start(play, STOPPER, NULL);

	stop->pid = child.pid;
	strcpy(stop->comm, STOPPER);
	close(play->actor[who].fd);
	play->actor[who].fd = -1;
	step(play, "", "close %s, which another process still has", actor_name(who));
	child_kill(&child);
	step(play, "", "that process is killed");
}

/**
 * stop_destroy - destroy a listener from outside, by its addresses and cookie
 * @stop: what did it
 * @play: the play; its err is what the kernel answered
 * @who: the listener
 */
void stop_destroy(struct stop *stop, struct play *play, enum who who)
{
	const struct actor *actor = &play->actor[who];
	struct sockaddr_storage local, remote;

	address_parse(&local, actor->local);
	address_parse(&remote, actor->remote);
	play->err = -sock_destroy(&local, &remote, actor->cookie);
	step(play, step_errno(play->err), "ss -K %s", actor_name(who));
	stop->call = ABORT;
	stop->pid = play->pid;
	strcpy(stop->comm, play->comm);
}

/**
 * stop_listener - stop a listener
 * @stop: what did it
 * @play: the play
 * @who: the listener
 * @way: how
 */
void stop_listener(struct stop *stop, struct play *play, enum who who,
		   enum stop_way way)
{
	stop->pid = play->pid;
	strcpy(stop->comm, play->comm);
	switch (way) {
	case STOP_CLOSE:
		stop->call = CLOSE;
		act_close(play, who);
		break;
	case STOP_SHUT_RD:
		stop->call = SHUTDOWN("rd");
		act_shutdown(play, who, SHUT_RD);
		break;
	case STOP_SHUT_RDWR:
		stop->call = SHUTDOWN("rdwr");
		act_shutdown(play, who, SHUT_RDWR);
		break;
	case STOP_UNSPEC:
		stop->call = UNSPEC;
		act_disconnect(play, who);
		break;
	case STOP_EXIT:
		stop->call = CLOSE "how=exit ";
		leave_to_another(stop, play, who);
		break;
	case STOP_ABORT:
		stop_destroy(stop, play, who);
		break;
	}
}
