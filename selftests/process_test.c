// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who closes: the program that exits or is killed, the last of several that
 * have the socket, whoever it was sent to, a thread that was still in recv().
 */
#include "trial_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "actor.h"
#include "child.h"
#include "clock.h"
#include "netns.h"
#include "orphan.h"
#include "socket_records.h"
#include "step.h"
#include "task.h"

#define WAIT_SECONDS	10

#define CLIENT		"CLOSE connect SYN_SENT rx ESTABLISHED"
#define SERVED		"SYN_RECV rx ESTABLISHED"
#define BY_FIN		"state=ESTABLISHED>FIN_WAIT1|ESTABLISHED>FIN_WAIT2 sent=FIN why=close fin=sent"

TRIALS(process);

/* ---- other processes ---- */

static void pair(struct play *play)
{
	act_pair(play);
	expect_path(play, SERVER, "CLOSE listen LISTEN");
}

/* We no longer have it, others do: that is no end. */
static void give_up(struct play *play, enum who who)
{
	close(play->actor[who].fd);
	play->actor[who].fd = -1;
	step(play, "", "close %s, which others still have", actor_name(who));
}

/*
 * The ACK of the FIN may find the socket in its last close(), or gone: who is to
 * say that it is FIN_WAIT2 and was told to be are the records, if there are any.
 */
static void await_acknowledged(struct play *play)
{
	__u64 deadline = clock_in(WAIT_SECONDS);

	await_state(play, S1, SHUTWATCH_TCP_CLOSE_WAIT);
	if (!play->with_records) {
		orphan_await(play, S2, SHUTWATCH_TCP_FIN_WAIT2);
		return;
	}
	while (strcmp(socket_records_of(play->actor[S2].cookie).last, "FIN_WAIT1>FIN_WAIT2")) {
		if (!clock_wait(deadline)) {
			remark(&play->wrong, "the FIN is not acknowledged");
			return;
		}
	}
}

static void expect_closed(struct play *play, const char *how, pid_t pid,
			  const char *comm)
{
	await_acknowledged(play);
	expect_whole(play, S2, CLOSE BY_FIN " how=%s pid=%d comm=%s", how, pid, comm);
	expect_path(play, S1, CLIENT " rx CLOSE_WAIT");
	expect_path(play, S2, SERVED " close FIN_WAIT1 rx FIN_WAIT2");
}

static void expect_closed_by(struct play *play, pid_t pid, const char *comm)
{
	expect_closed(play, SHUTWATCH_NOTHING, pid, comm);
}

/* It called nothing: the kernel closed what was still open. */
static void expect_exit_of(struct play *play, pid_t pid, const char *comm)
{
	expect_closed(play, "exit", pid, comm);
}

/* Its process has a name, which is told so. */
static void exit_as(struct play *play, const char *name, const char *told)
{
	struct child child;

	pair(play);
	child = child_start(play, name, NULL);
	give_up(play, S2);
	child_go(&child);
	expect_exit_of(play, child.pid, told);
}

TEST_F(process, exit_without_close)
{
	exit_as(self->play, "leaver", "leaver");
}

TEST_F(process, killed)
{
	struct child child;

	pair(self->play);
	child = child_start(self->play, "victim", NULL);
	give_up(self->play, S2);
	child_kill(&child);
	expect_exit_of(self->play, child.pid, "victim");
}

/* What is not a word is written as in /proc/mounts. */
TEST_F(process, name_with_spaces)
{
	exit_as(self->play, "a b=c\\d\te\n", "a\\040b\\075c\\134d\\011e\\012");
}

/* A task may call itself nothing, or what stands for nothing. */
TEST_F(process, name_is_empty)
{
	exit_as(self->play, "", "\\000");
}

TEST_F(process, name_is_a_dash)
{
	exit_as(self->play, "-", "\\055");
}

static void close_s2(struct play *play)
{
	close(play->actor[S2].fd);
	/* Not by leaving. */
	pause();
}

TEST_F(process, last_close_in_a_child)
{
	struct child child;

	pair(self->play);
	child = child_start(self->play, "last", close_s2);
	give_up(self->play, S2);
	close(child.go);
	expect_closed_by(self->play, child.pid, "last");
	kill(child.pid, SIGKILL);
	waitpid(child.pid, NULL, 0);
}

/* The child leaves first: it had the socket, but was not the last. */
TEST_F(process, last_close_in_the_parent)
{
	struct child child;

	pair(self->play);
	child = child_start(self->play, "first", close_s2);
	child_kill(&child);
	act_close(self->play, S2);
	expect_closed_by(self->play, self->play->pid, self->play->comm);
}

static void run_true(struct play *play)
{
	execlp("true", "true", NULL);
}

/* All our sockets are closed by exec(), in the new program's name or the old. */
TEST_F(process, exec)
{
	struct child child;

	pair(self->play);
	child = child_start(self->play, "before", run_true);
	give_up(self->play, S2);
	child_go(&child);
	expect_closed_by(self->play, child.pid, "before|true");
}

/* The death of a program resets whoever has sent what it did not read. */
TEST_F(process, killed_with_unread_data)
{
	struct child child;

	pair(self->play);
	act_send(self->play, S1, "hello");
	await_unread(self->play, S2, 5);
	child = child_start(self->play, "victim", NULL);
	give_up(self->play, S2);
	child_kill(&child);
	await_state(self->play, S1, SHUTWATCH_TCP_CLOSE);
	expect_whole(self->play, S2, CLOSE
		     "state=ESTABLISHED>CLOSE sent=RST why=unread_data unread=5 how=exit pid=%d comm=victim",
		     child.pid);
	expect_whole(self->play, S1, RESET "state=ESTABLISHED>CLOSE error=ECONNRESET");
	expect_path(self->play, S1, CLIENT " rx CLOSE");
	expect_path(self->play, S2, SERVED " close CLOSE");
}

/* shutdown() in another process is that of the same socket. */
static void shut_s2(struct play *play)
{
	shutdown(play->actor[S2].fd, SHUT_WR);
}

TEST_F(process, shutdown_in_a_child)
{
	struct child child;

	pair(self->play);
	child = child_start(self->play, "helper", shut_s2);
	child_go(&child);
	await_state(self->play, S2, SHUTWATCH_TCP_FIN_WAIT2);
	expect_whole(self->play, S2, SHUTDOWN("wr")
		     "state=ESTABLISHED>FIN_WAIT1|ESTABLISHED>FIN_WAIT2 sent=FIN why=shutdown_write fin=sent pid=%d comm=helper",
		     child.pid);
	expect_path(self->play, S1, CLIENT " rx CLOSE_WAIT");
	expect_path(self->play, S2, SERVED " shutdown FIN_WAIT1 rx FIN_WAIT2");
}

/* ---- other descriptors ---- */

TEST_F(process, dup)
{
	int again;

	pair(self->play);
	again = dup(self->play->actor[S2].fd);
	give_up(self->play, S2);
	self->play->actor[S2].fd = again;
	act_close(self->play, S2);
	expect_closed_by(self->play, self->play->pid, self->play->comm);
}

TEST_F(process, dup2_over_it)
{
	int fd;

	pair(self->play);
	fd = self->play->actor[S2].fd;
	self->play->actor[S2].fd = -1;
	if (dup2(STDERR_FILENO, fd) != fd)
		remark(&self->play->trouble, "dup2: %s", strerror(errno));
	expect_closed_by(self->play, self->play->pid, self->play->comm);
}

TEST_F(process, nonblocking)
{
	pair(self->play);
	if (fcntl(self->play->actor[S2].fd, F_SETFL, O_NONBLOCK))
		remark(&self->play->trouble, "fcntl: %s", strerror(errno));
	act_close(self->play, S2);
	expect_closed_by(self->play, self->play->pid, self->play->comm);
}

/* ---- sent from process to process ---- */

/* A pair of unix sockets that a descriptor goes through. */
static int mail[2];

static void open_mail(struct play *play)
{
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, mail))
		remark(&play->trouble, "socketpair: %s", strerror(errno));
}

#define FDS_MAX		2

union fd_message {
	struct cmsghdr header;
	char room[CMSG_SPACE(FDS_MAX * sizeof(int))];
};

static void send_fds(struct play *play, const int *fd, int count)
{
	union fd_message control = {
		.header = {
			.cmsg_len = CMSG_LEN(count * sizeof(int)),
			.cmsg_level = SOL_SOCKET,
			.cmsg_type = SCM_RIGHTS,
		},
	};
	struct iovec iov = { .iov_base = "x", .iov_len = 1 };
	const struct msghdr message = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = CMSG_SPACE(count * sizeof(int)),
	};

	memcpy(CMSG_DATA(&control.header), fd, count * sizeof(int));
	if (sendmsg(mail[0], &message, 0) != 1)
		remark(&play->trouble, "sendmsg: %s", strerror(errno));
}

/* It is ours as soon as it is received. */
static void receive_and_close(struct play *play)
{
	union fd_message control;
	char byte;
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr message = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	int fd;

	if (recvmsg(mail[1], &message, MSG_CMSG_CLOEXEC) != 1)
		_exit(1);
	memcpy(&fd, CMSG_DATA(&control.header), sizeof(fd));
	close(fd);
	pause();
}

TEST_F(process, sent_to_another)
{
	struct child child;

	open_mail(self->play);
	child = child_start(self->play, "receiver", receive_and_close);
	pair(self->play);
	send_fds(self->play, &self->play->actor[S2].fd, 1);
	give_up(self->play, S2);
	close(child.go);
	expect_closed_by(self->play, child.pid, "receiver");
	kill(child.pid, SIGKILL);
	waitpid(child.pid, NULL, 0);
}

/* Nobody has received it: it goes with the unix socket it was sent to. */
TEST_F(process, sent_and_never_received)
{
	open_mail(self->play);
	pair(self->play);
	send_fds(self->play, &self->play->actor[S2].fd, 1);
	give_up(self->play, S2);
	close(mail[0]);
	close(mail[1]);
	expect_closed_by(self->play, self->play->pid, self->play->comm);
}

/* A letter in a letter box that is in the letter: collected, some time. */
static void lose_mail(struct play *play)
{
	const int fds[FDS_MAX] = { play->actor[S2].fd, mail[1] };

	send_fds(play, fds, FDS_MAX);
	give_up(play, S2);
	close(mail[0]);
	close(mail[1]);
}

/*
 * The kernel looks for such when a unix socket is closed; but while it already
 * looks, it may miss what was lost a moment ago.
 */
static void await_collection(struct play *play)
{
	const struct actor *s1 = &play->actor[S1];
	__u64 deadline = clock_in(WAIT_SECONDS);

	do {
		open_mail(play);
		close(mail[0]);
		close(mail[1]);
	} while (!netns_in_state(s1->local, s1->remote, 1 << SHUTWATCH_TCP_CLOSE_WAIT) &&
		 clock_wait(deadline));
}

/* Old kernels collect in the task that closes, new ones in a kworker. */
TEST_F(process, sent_and_collected)
{
	struct play *play = self->play;
	struct socket_records records;

	open_mail(play);
	pair(play);
	play->many_tasks = true;
	lose_mail(play);
	await_collection(play);
	await_acknowledged(play);
	records = socket_records_of(play->actor[S2].cookie);
	if (strcmp(records.ctx, "kthread")) {
		expect_closed_by(play, play->pid, play->comm);
		return;
	}
	EXPECT_EQ(0, strncmp(records.comm, "kworker/", 8))
		TH_LOG("closed by %s", records.comm);
	expect_whole(play, S2, CLOSE BY_FIN " ctx=kthread pid=%s comm=%s",
		     records.pid, records.comm);
	expect_path(play, S1, CLIENT " rx CLOSE_WAIT");
	expect_path(play, S2, SERVED " close FIN_WAIT1 rx FIN_WAIT2");
}

/* ---- a thread that waits ---- */

/**
 * struct receiver - a thread in recv()
 * @thread: it
 * @fd: of the socket
 * @tid: its number
 * @got: what recv() returned
 */
struct receiver {
	pthread_t thread;
	int fd;
	atomic_int tid;
	ssize_t got;
};

static void *receive(void *arg)
{
	struct receiver *r = arg;
	char data[16];

	r->tid = gettid();
	r->got = recv(r->fd, data, sizeof(data), 0);
	return NULL;
}

static void start_receiver(struct play *play, struct receiver *r)
{
	__u64 deadline = clock_in(WAIT_SECONDS);

	r->fd = play->actor[S2].fd;
	if (pthread_create(&r->thread, NULL, receive, r))
		remark(&play->trouble, "no thread");
	while (!(r->tid && task_sleeps(r->tid))) {
		if (!clock_wait(deadline)) {
			remark(&play->wrong, "recv() does not block");
			return;
		}
	}
}

/* recv() has the file: close() comes into effect when it returns. */
TEST_F(process, close_while_another_thread_receives)
{
	struct receiver r = {};
	__u64 closed;

	pair(self->play);
	start_receiver(self->play, &r);
	give_up(self->play, S2);
	closed = clock_now() + NSEC_PER_SEC / 20;
	while (clock_wait(closed))
		;
	closed = clock_now();
	act_send(self->play, S1, "hello");
	pthread_join(r.thread, NULL);
	EXPECT_EQ(5, r.got);
	expect_whole(self->play, S2, CLOSE BY_FIN);
	expect_late(self->play, closed);
	await_acknowledged(self->play);
	expect_path(self->play, S1, CLIENT " rx CLOSE_WAIT");
	expect_path(self->play, S2, SERVED " close FIN_WAIT1 rx FIN_WAIT2");
}

/* shutdown() does not wait: recv() returns at once. */
TEST_F(process, shutdown_while_another_thread_receives)
{
	struct receiver r = {};

	pair(self->play);
	start_receiver(self->play, &r);
	act_shutdown(self->play, S2, SHUT_RD);
	expect_whole(self->play, S2, SHUTDOWN("rd")
		     "state=ESTABLISHED>ESTABLISHED sent=none why=read_side_only");
	pthread_join(r.thread, NULL);
	EXPECT_EQ(0, r.got);
	expect_path(self->play, S1, CLIENT);
	expect_path(self->play, S2, SERVED);
}

static void *close_in_thread(void *arg)
{
	struct play *play = arg;

	prctl(PR_SET_NAME, "a_thread");
	act_close(play, S2);
	return NULL;
}

/* A thread has the number of its process, and a name of its own. */
TEST_F(process, close_in_a_thread)
{
	pthread_t thread;

	pair(self->play);
	self->play->many_tasks = true;
	ASSERT_EQ(0, pthread_create(&thread, NULL, close_in_thread, self->play));
	pthread_join(thread, NULL);
	expect_closed_by(self->play, self->play->pid, "a_thread");
}

TRIALS_MAIN;
