// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"

static void wait_for_go(int fd)
{
	char byte;

	while (read(fd, &byte, 1) < 0 && errno == EINTR)
		;
}

/**
 * child_start - fork: it does something when it is told to, and exits
 * @play: the play, in which from now on many tasks act
 * @name: what it is called, NULL for as we are
 * @does: what it does, NULL for nothing; it exits with all that is open
 *
 * Return: it.
 */
struct child child_start(struct play *play, const char *name,
			 void (*does)(struct play *play))
{
	struct child child = {};
	int go[2], ready[2];

	play->many_tasks = true;
	if (pipe2(go, O_CLOEXEC) || pipe2(ready, O_CLOEXEC))
		remark(&play->trouble, "no pipe");
	fflush(NULL);
	child.pid = fork();
	child.go = go[1];
	if (child.pid) {
		close(go[0]);
		close(ready[1]);
		wait_for_go(ready[0]);
		close(ready[0]);
		return child;
	}
	close(go[1]);
	close(ready[0]);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (name)
		prctl(PR_SET_NAME, name);
	close(ready[1]);
	wait_for_go(go[0]);
	if (does)
		does(play);
	_exit(0);
}

/**
 * child_let_go - let it do what it is there for
 * @child: it
 */
void child_let_go(struct child *child)
{
	close(child->go);
	child->go = -1;
}

/**
 * child_go - let it do what it is there for, and wait for its end
 * @child: it
 */
void child_go(struct child *child)
{
	close(child->go);
	waitpid(child->pid, NULL, 0);
}

/**
 * child_kill - SIGKILL
 * @child: it
 */
void child_kill(struct child *child)
{
	kill(child->pid, SIGKILL);
	waitpid(child->pid, NULL, 0);
	if (child->go >= 0)
		close(child->go);
}
