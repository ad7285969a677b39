// SPDX-License-Identifier: GPL-2.0-only
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pass.h"

static int send_fd(int by, int fd)
{
	char control[CMSG_SPACE(sizeof(fd))] = {};
	struct iovec byte = { .iov_base = "f", .iov_len = 1 };
	struct msghdr msg = {
		.msg_iov = &byte,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));
	return sendmsg(by, &msg, MSG_NOSIGNAL) == 1 ? 0 : -1;
}

static int recv_fd(int by)
{
	char control[CMSG_SPACE(sizeof(int))] = {}, byte;
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg;
	int fd = -1;

	if (recvmsg(by, &msg, 0) != 1)
		return -1;
	cmsg = CMSG_FIRSTHDR(&msg);
	if (cmsg && cmsg->cmsg_type == SCM_RIGHTS)
		memcpy(&fd, CMSG_DATA(cmsg), sizeof(fd));
	return fd;
}

/* What fork() gave it is closed while whoever passes waits: it is no last close. */
static void take(const struct performer *p, const struct act *act, int by)
{
	int slot, fd;
	char byte;

	for (slot = 0; slot < SCENE_SOCKETS; slot++)
		close(p->fd[slot]);
	if (write(by, "r", 1) != 1)
		return;
	fd = recv_fd(by);
	/* Until there is no copy of it any more but those that were made before. */
	if (fd < 0 || read(by, &byte, 1) != 1)
		return;
	usleep(act->arg / TAKERS * 1000);
	switch (pass_taker(act)) {
	case TAKER_SHUTS:
		shutdown(fd, SHUT_RDWR);
		close(fd);
		break;
	case TAKER_CLOSES:
		close(fd);
		break;
	case TAKER_KILLED:
		kill(getpid(), SIGKILL);
		break;
	default:
		break;
	}
}

static pid_t start_taker(const struct performer *p, const struct act *act, int pair[2])
{
	pid_t pid = fork();
	char byte;

	if (!pid) {
		close(pair[0]);
		take(p, act, pair[1]);
		_exit(0);
	}
	close(pair[1]);
	if (pid > 0 && read(pair[0], &byte, 1) != 1)
		return -1;
	return pid;
}

/**
 * do_pass - give a socket away, or lend it
 * @p: whose it is
 * @at: the act
 *
 * Return: the process that has it now, 0 if nobody has; or -1.
 */
int do_pass(struct performer *p, int at)
{
	const struct act *act = &p->scene->act[at];
	const bool nobody = pass_taker(act) == TAKER_NOBODY;
	pid_t pid = 0;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return -1;
	if (!nobody)
		pid = start_taker(p, act, pair);
	if (pid >= 0 && send_fd(pair[0], p->fd[act->slot]))
		pid = -1;
	if (pid >= 0 && act->verb == VERB_GIVE) {
		close(p->fd[act->slot]);
		p->fd[act->slot] = -1;
	}
	if (pid > 0 && send(pair[0], "g", 1, MSG_NOSIGNAL) != 1)
		pid = -1;
	close(pair[0]);
	if (nobody)
		close(pair[1]);
	return pid;
}
