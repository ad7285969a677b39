// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

#include "address.h"
#include "tcp_pair.h"

/**
 * couple_cookie - the name of a socket in the records
 * @fd: the socket
 *
 * Return: its SO_COOKIE.
 */
__u64 couple_cookie(int fd)
{
	socklen_t len = sizeof(__u64);
	__u64 cookie = 0;

	getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &len);
	return cookie;
}

/**
 * couple_by_cookie - for qsort() and bsearch(): smaller cookies first
 * @a: a cookie
 * @b: another
 *
 * Return: -1, 0 or 1.
 */
int couple_by_cookie(const void *a, const void *b)
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
 * couple_join - connect two sockets
 * @couple: receives them
 * @from: address and port of the client
 * @to: of the server
 *
 * Return: 0 or a negative errno.
 */
int couple_join(struct couple *couple, const char *from, const char *to)
{
	struct sockaddr_storage addr;
	int listener, err = 0;
	socklen_t len;

	couple->client = bound(from, &addr, &len);
	couple->server = -1;
	listener = bound(to, &addr, &len);
	if (couple->client < 0 || listener < 0)
		return couple->client < 0 ? couple->client : listener;
	if (listen(listener, 1) ||
	    connect(couple->client, (struct sockaddr *)&addr, len))
		err = -errno;
	else
		couple->server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (couple->server < 0)
		err = err ?: -errno;
	close(listener);
	couple->client_cookie = couple_cookie(couple->client);
	couple->server_cookie = couple_cookie(couple->server);
	return err;
}

/**
 * couple_part - close both ends, the client's first
 * @couple: the connection
 */
void couple_part(struct couple *couple)
{
	close(couple->client);
	close(couple->server);
	couple->client = -1;
	couple->server = -1;
}
