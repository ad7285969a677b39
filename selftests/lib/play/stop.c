// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "act.h"
#include "actor.h"
#include "sock_destroy.h"
#include "step.h"
#include "stop.h"
#include "trial.h"

#define STOPPER		"stopper"

/* It has all that we have, from when this returns until it is killed. */
static pid_t start_another(struct play *play)
{
	int ready[2];
	pid_t pid;
	char byte;

	if (pipe(ready))
		remark(&play->trouble, "pipe: %s", strerror(errno));
	play->many_tasks = true;
	fflush(NULL);
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		prctl(PR_SET_NAME, STOPPER);
		close(ready[0]);
		close(ready[1]);
		pause();
		_exit(0);
	}
	close(ready[1]);
	while (read(ready[0], &byte, 1) < 0 && errno == EINTR)
		;
	close(ready[0]);
	return pid;
}

/* Another process is the last that has it, and is killed. */
static void leave_to_another(struct stop *stop, struct play *play, enum who who)
{
	stop->pid = start_another(play);
	strcpy(stop->comm, STOPPER);
	close(play->actor[who].fd);
	play->actor[who].fd = -1;
	step(play, "", "close %s, which another process still has", actor_name(who));
	kill(stop->pid, SIGKILL);
	waitpid(stop->pid, NULL, 0);
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
