// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

#include <shutwatch.h>

#include "address.h"
#include "clock.h"
#include "netns.h"
#include "tcp_pair.h"

#define HEAR_MS		10000

/**
 * tcp_pair_cookie - the name of a socket in the records
 * @fd: the socket
 *
 * Return: its SO_COOKIE.
 */
__u64 tcp_pair_cookie(int fd)
{
	socklen_t len = sizeof(__u64);
	__u64 cookie = 0;

	getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &len);
	return cookie;
}

/**
 * tcp_pair_by_cookie - for qsort() and bsearch(): smaller cookies first
 * @a: a cookie
 * @b: another
 *
 * Return: -1, 0 or 1.
 */
int tcp_pair_by_cookie(const void *a, const void *b)
{
	__u64 x = *(const __u64 *)a, y = *(const __u64 *)b;

	return x < y ? -1 : x > y;
}

/* Addresses are used again at once: a TIME_WAIT is not to be in the way. */
static int bound(const char *address, struct sockaddr_storage *addr, socklen_t *len)
{
	const int on = 1;
	int fd;

	*len = address_parse(addr, address);
	fd = socket(addr->ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
	    bind(fd, (struct sockaddr *)addr, *len)) {
		close(fd);
		return -errno;
	}
	return fd;
}

/**
 * tcp_pair_join - connect two sockets
 * @pair: receives them
 * @from: address and port of the client
 * @to: of the server
 *
 * Return: 0 or a negative errno.
 */
int tcp_pair_join(struct tcp_pair *pair, const char *from, const char *to)
{
	struct sockaddr_storage addr;
	int listener, err = 0;
	socklen_t len;

	pair->client = bound(from, &addr, &len);
	pair->server = -1;
	listener = bound(to, &addr, &len);
	if (pair->client < 0 || listener < 0)
		return pair->client < 0 ? pair->client : listener;
	if (listen(listener, 1) ||
	    connect(pair->client, (struct sockaddr *)&addr, len))
		err = -errno;
	else
		pair->server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (pair->server < 0)
		err = err ?: -errno;
	close(listener);
	pair->client_cookie = tcp_pair_cookie(pair->client);
	pair->server_cookie = tcp_pair_cookie(pair->server);
	return err;
}

/**
 * tcp_pair_hear_end - wait until a socket has heard that the other end is closed
 * @fd: the socket
 *
 * Or shut down, or reset; or for so long that it may as well never hear of it.  Not
 * of one that has stopped to listen itself, by SHUT_RD: for that it is over at once.
 */
void tcp_pair_hear_end(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLRDHUP };

	poll(&pfd, 1, HEAR_MS);
}

/**
 * tcp_pair_hears_reset - wait until a socket has heard that it was reset
 * @fd: the socket; SHUT_RD has nothing to say in this
 * @ms: for how long
 *
 * Return: false if it was not.
 */
bool tcp_pair_hears_reset(int fd, int ms)
{
	/* Errors are told unasked. */
	struct pollfd pfd = { .fd = fd };

	return poll(&pfd, 1, ms) == 1 && pfd.revents & POLLERR;
}

/**
 * tcp_pair_in_fin_wait2 - wait until the FIN of a socket is acknowledged
 * @fd: the socket, which was shut down
 *
 * Return: false if it was not, for so long that it may as well never be.
 */
bool tcp_pair_in_fin_wait2(int fd)
{
	__u64 deadline = clock_in(HEAR_MS / 1000);
	socklen_t len = sizeof(struct tcp_info);
	struct tcp_info info;

	do {
		if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len))
			return false;
	} while (info.tcpi_state != SHUTWATCH_TCP_FIN_WAIT2 && clock_wait(deadline));
	return info.tcpi_state == SHUTWATCH_TCP_FIN_WAIT2;
}

/**
 * tcp_pair_leave_mini - end one direction, and leave a mini-socket in FIN_WAIT2
 * @fd: the socket, which is closed
 *
 * By close() alone it would be left to chance: where the ACK of the FIN comes while
 * close() still has the socket, the kernel keeps it, as an orphan in FIN_WAIT2, until
 * its keepalive timer ends it by a RST.
 *
 * Return: 0 or a negative errno.
 */
int tcp_pair_leave_mini(int fd)
{
	int err = 0;

	if (shutdown(fd, SHUT_WR))
		err = -errno;
	else if (!tcp_pair_in_fin_wait2(fd))
		err = -ETIMEDOUT;
	close(fd);
	return err;
}

static bool learn_addresses(int fd, char *local, char *remote)
{
	struct sockaddr_storage here, there;
	socklen_t len = sizeof(here);

	if (getsockname(fd, (struct sockaddr *)&here, &len))
		return false;
	len = sizeof(there);
	if (getpeername(fd, (struct sockaddr *)&there, &len))
		return false;
	address_of(local, &here);
	address_of(remote, &there);
	return true;
}

/* As long as its addresses cannot be used again, as they can in TIME_WAIT. */
static const unsigned int in_the_way = 1 << SHUTWATCH_TCP_FIN_WAIT1 |
				       1 << SHUTWATCH_TCP_FIN_WAIT2 |
				       1 << SHUTWATCH_TCP_CLOSING;

/**
 * tcp_pair_part - close both ends, the client's first
 * @pair: the connection
 *
 * They do not cross: the server's has heard of it before it is closed, and the
 * client's of that when this returns.
 */
void tcp_pair_part(struct tcp_pair *pair)
{
	char local[ADDRESS_LEN], remote[ADDRESS_LEN];
	bool known = learn_addresses(pair->client, local, remote);
	__u64 deadline = clock_in(HEAR_MS / 1000);

	close(pair->client);
	tcp_pair_hear_end(pair->server);
	close(pair->server);
	pair->client = -1;
	pair->server = -1;
	while (known && netns_in_state(local, remote, in_the_way) && clock_wait(deadline))
		;
}
