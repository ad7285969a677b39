// SPDX-License-Identifier: GPL-2.0-only
/*
 * What programs do with their sockets.  Nothing blocks for long, and nothing is
 * expected of it: what came of it is noted, for the judge.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "clock.h"
#include "firewall.h"
#include "mptcp.h"
#include "pass.h"
#include "perform.h"
#include "sock_destroy.h"
#include "sockmap.h"
#include "task.h"
#include "tcp_pair.h"
#include "tls.h"
#include "uring.h"
#include "vanish.h"

#define BLOCK_MS	200
#define BYTES_MAX	400000

/* What is sent. */
static const char data[BYTES_MAX];

static const struct act *act_of(const struct performer *performer, int at)
{
	return &performer->scene->act[at];
}

static int set_int(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof(value));
}

/* A new socket; one that is in use again right after a TIME_WAIT. */
static int new_socket(int domain, int protocol)
{
	const struct timeval bound = { .tv_usec = BLOCK_MS * 1000 };
	int fd = socket(domain, SOCK_STREAM | SOCK_CLOEXEC, protocol);

	set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &bound, sizeof(bound));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &bound, sizeof(bound));
	return fd;
}

static int bound_socket(const struct scene *scene, int slot, int domain,
			const char *address)
{
	struct sockaddr_storage addr;
	socklen_t len = address_parse(&addr, address);
	int fd = new_socket(domain, mptcp_wanted(scene, slot) ? IPPROTO_MPTCP : 0);

	if (scene->group && slot == scene_listener_of(slot))
		set_int(fd, SOL_SOCKET, SO_REUSEPORT, 1);
	if (bind(fd, (struct sockaddr *)&addr, len)) {
		close(fd);
		return -1;
	}
	return fd;
}

static int do_listen(struct performer *p, int at)
{
	const struct act *act = act_of(p, at);
	char address[ADDRESS_LEN];

	if (p->fd[act->slot] < 0) {
		scene_bind_address(p->scene, address);
		p->fd[act->slot] = bound_socket(p->scene, act->slot,
						*address == '[' ? AF_INET6 : AF_INET,
						address);
		/* MPTCP's accept() does not go by SO_RCVTIMEO. */
		if (mptcp_wanted(p->scene, act->slot))
			fcntl(p->fd[act->slot], F_SETFL, O_NONBLOCK);
	}
	return listen(p->fd[act->slot], act->arg);
}

static int do_connect(struct performer *p, int at)
{
	const struct act *act = act_of(p, at);
	struct sockaddr_storage addr;
	char address[ADDRESS_LEN];
	socklen_t len;

	if (p->fd[act->slot] < 0) {
		scene_address(p->scene, address, act->slot);
		p->fd[act->slot] = bound_socket(p->scene, act->slot,
						address_domain(p->scene->family),
						address);
	}
	/* The cookie must be known even if the process does not come back. */
	p->history->deed[at].cookie = tcp_pair_cookie(p->fd[act->slot]);
	if (act->arg == CONNECT_NONBLOCK) {
		const struct timeval soon = { .tv_usec = 1 };

		setsockopt(p->fd[act->slot], SOL_SOCKET, SO_SNDTIMEO, &soon, sizeof(soon));
	}
	/* In repair it would be connected without a handshake. */
	set_int(p->fd[act->slot], IPPROTO_TCP, TCP_REPAIR, TCP_REPAIR_OFF_NO_WP);
	scene_address(p->scene, address, SLOT_LISTENER);
	len = address_parse(&addr, address);
	/* MPTCP has no Fast Open on some kernels. */
	if (act->arg >= CONNECT_FASTOPEN && !mptcp_wanted(p->scene, act->slot))
		return sendto(p->fd[act->slot], data, connect_bytes(act),
			      MSG_FASTOPEN | MSG_NOSIGNAL, (struct sockaddr *)&addr, len);
	return connect(p->fd[act->slot], (struct sockaddr *)&addr, len);
}

static int do_accept(struct performer *p, int at)
{
	const int slot = act_of(p, at)->slot;
	struct pollfd pfd = { .fd = p->fd[scene_listener_of(slot)], .events = POLLIN };
	struct deed *deed = &p->history->deed[at];
	struct sockaddr_storage peer = {};
	socklen_t len = sizeof(peer);
	char address[ADDRESS_LEN];
	int fd;

	poll(&pfd, 1, BLOCK_MS);
	fd = accept4(pfd.fd, (struct sockaddr *)&peer, &len, SOCK_CLOEXEC);
	if (fd < 0)
		return -1;
	p->fd[slot] = fd;
	address_of(address, &peer);
	deed->peer = view_port(address);
	deed->mptcp = mptcp_is(fd);
	deed->cookie = tcp_pair_cookie(fd);
	return 0;
}

static int do_send(int fd, int bytes)
{
	return send(fd, data, bytes, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static int do_recv(int fd, int bytes, int flags)
{
	static char buffer[BYTES_MAX];

	return recv(fd, buffer, bytes, flags | MSG_DONTWAIT);
}

static int do_await(int fd, int ms)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN | POLLRDHUP };

	return poll(&pfd, 1, ms);
}

static int do_linger(int fd, int seconds)
{
	const struct linger linger = {
		.l_onoff = seconds >= 0,
		.l_linger = seconds < 0 ? 0 : seconds,
	};

	return setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
}

/* What comes for the socket is dropped before TCP has seen it. */
static int do_deaf(int fd, bool deaf)
{
	struct sock_filter drop = BPF_STMT(BPF_RET | BPF_K, 0);
	const struct sock_fprog prog = { .len = 1, .filter = &drop };

	if (!deaf)
		return setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, NULL, 0);
	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog));
}

/* After a second without a segment, as soon as it can be. */
static int do_keepalive(int fd, int probes)
{
	return set_int(fd, IPPROTO_TCP, TCP_KEEPIDLE, 1) ?:
	       set_int(fd, IPPROTO_TCP, TCP_KEEPINTVL, 1) ?:
	       set_int(fd, IPPROTO_TCP, TCP_KEEPCNT, probes) ?:
	       set_int(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
}

static int do_unspec(int fd)
{
	const struct sockaddr unspec = { .sa_family = AF_UNSPEC };

	return connect(fd, &unspec, sizeof(unspec));
}

static int do_close(struct performer *p, int slot)
{
	int fd = p->fd[slot];

	p->fd[slot] = -1;
	return close(fd);
}

static int do_destroy(int fd)
{
	struct sockaddr_storage local, remote = {};
	socklen_t len = sizeof(local);
	int err;

	getsockname(fd, (struct sockaddr *)&local, &len);
	len = sizeof(remote);
	if (getpeername(fd, (struct sockaddr *)&remote, &len))
		remote.ss_family = local.ss_family;
	err = sock_destroy(&local, &remote, tcp_pair_cookie(fd));
	errno = -err;
	return err ? -1 : 0;
}

/**
 * struct waiter - a thread that waits for data
 * @fd: on this socket
 * @tid: its number, 0 until it runs
 */
struct waiter {
	int fd;
	atomic_int tid;
};

static void *wait_for_data(void *arg)
{
	struct waiter *waiter = arg;
	char byte;

	waiter->tid = syscall(SYS_gettid);
	recv(waiter->fd, &byte, 1, MSG_PEEK);
	return NULL;
}

/* While a thread waits in recv(), close() only takes the descriptor away. */
static int do_close_waited(struct performer *p, int slot)
{
	const struct timeval bound = { .tv_usec = BLOCK_MS * 1000 };
	__u64 deadline = clock_now() + BLOCK_MS * 1000000ull / 2;
	struct waiter waiter = { .fd = p->fd[slot] };
	pthread_t thread;
	int ret;

	setsockopt(waiter.fd, SOL_SOCKET, SO_RCVTIMEO, &bound, sizeof(bound));
	if (pthread_create(&thread, NULL, wait_for_data, &waiter))
		return do_close(p, slot);
	while (!(waiter.tid && task_sleeps(waiter.tid)) && clock_wait(deadline))
		;
	ret = do_close(p, slot);
	pthread_join(thread, NULL);
	return ret;
}

/* The child has copies of all sockets for a while. */
static int do_fork(int ms)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	usleep(ms * 1000);
	_exit(0);
}

static int do_verb(struct performer *p, int at)
{
	const struct act *act = act_of(p, at);
	int fd = p->fd[act->slot];

	switch (act->verb) {
	case VERB_LISTEN:
		return do_listen(p, at);
	case VERB_CONNECT:
		return do_connect(p, at);
	case VERB_ACCEPT:
		return do_accept(p, at);
	case VERB_SEND:
		return do_send(fd, act->arg);
	case VERB_URGENT:
		return send(fd, "!", 1, MSG_NOSIGNAL | MSG_DONTWAIT | MSG_OOB);
	case VERB_RECV:
		return do_recv(fd, act->arg, 0);
	case VERB_PEEK:
		return do_recv(fd, act->arg, MSG_PEEK);
	case VERB_AWAIT:
		return do_await(fd, act->arg);
	case VERB_SHUTDOWN:
		return shutdown(fd, act->arg);
	case VERB_CLOSE:
		return do_close(p, act->slot);
	case VERB_CLOSE_WAITED:
		return do_close_waited(p, act->slot);
	case VERB_LINGER:
		return do_linger(fd, act->arg);
	case VERB_LINGER2:
		return set_int(fd, IPPROTO_TCP, TCP_LINGER2, act->arg);
	case VERB_DEAF:
		return do_deaf(fd, act->arg);
	case VERB_KEEPALIVE:
		return do_keepalive(fd, act->arg);
	case VERB_USER_TIMEOUT:
		return set_int(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, act->arg);
	case VERB_REPAIR:
		return set_int(fd, IPPROTO_TCP, TCP_REPAIR, act->arg);
	case VERB_UNSPEC:
		return do_unspec(fd);
	case VERB_DESTROY:
		return do_destroy(fd);
	case VERB_FORK:
		return do_fork(act->arg);
	case VERB_GIVE:
	case VERB_LEND:
		return do_pass(p, at);
	case VERB_URING_CLOSE:
	case VERB_URING_SHUTDOWN:
	case VERB_URING_RECV:
		return do_uring(p, at);
	case VERB_FIREWALL:
		return do_firewall(fd, act->arg);
	case VERB_TLS:
		return do_tls(fd, act->arg);
	case VERB_VANISH:
		return do_vanish(p, at);
	case VERB_SOCKMAP:
		return do_sockmap(p, at);
	case VERB_KILL:
		kill(getpid(), SIGKILL);
		break;
	}
	_exit(0);
}

/* Most of what is done needs a socket, accept() needs two places. */
static bool is_possible(const struct performer *p, const struct act *act)
{
	if (!mptcp_can(p->scene, p->history, act))
		return false;
	switch (act->verb) {
	case VERB_LISTEN:
	case VERB_CONNECT:
	case VERB_FORK:
	case VERB_EXIT:
	case VERB_KILL:
	case VERB_VANISH:
		return true;
	case VERB_ACCEPT:
		return p->fd[scene_listener_of(act->slot)] >= 0 && p->fd[act->slot] < 0;
	case VERB_URING_CLOSE:
	case VERB_URING_SHUTDOWN:
	case VERB_URING_RECV:
		return p->fd[act->slot] >= 0 && uring_can(act);
	case VERB_TLS:
		return p->fd[act->slot] >= 0 && tls_can();
	default:
		return p->fd[act->slot] >= 0;
	}
}

static __u64 cookie_of(const struct performer *p, const struct act *act)
{
	if (act->side == SIDE_SERVER && act->slot == SLOT_LISTENER &&
	    mptcp_wanted(p->scene, SLOT_LISTENER))
		return MPTCP_LISTENER;
	return tcp_pair_cookie(p->fd[act->slot]);
}

/**
 * do_act - do what stands there, and note it
 * @performer: who
 * @at: which act
 *
 * What needs a socket that is not there is left out.
 */
void do_act(struct performer *performer, int at)
{
	const struct act *act = act_of(performer, at);
	struct deed *deed = &performer->history->deed[at];

	if (!is_possible(performer, act))
		return;
	if (performer->fd[act->slot] >= 0 && act->verb != VERB_ACCEPT)
		deed->cookie = cookie_of(performer, act);
	deed->from = clock_now();
	deed->begun = true;
	errno = 0;
	deed->ret = do_verb(performer, at);
	deed->err = deed->ret < 0 ? errno : 0;
	deed->to = clock_now();
	if (!deed->cookie && performer->fd[act->slot] >= 0)
		deed->cookie = cookie_of(performer, act);
	deed->done = true;
}
