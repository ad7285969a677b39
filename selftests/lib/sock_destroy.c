// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "sock_destroy.h"

/* Some request in this process was not supported. */
static bool refused;

static void put_address(__be32 ip[4], __be16 *port,
			const struct sockaddr_storage *addr)
{
	const struct sockaddr_in6 *in6 = (const void *)addr;
	const struct sockaddr_in *in = (const void *)addr;

	if (addr->ss_family == AF_INET6) {
		memcpy(ip, &in6->sin6_addr, 16);
		*port = in6->sin6_port;
	} else {
		memcpy(ip, &in->sin_addr, 4);
		*port = in->sin_port;
	}
}

static void put_cookie(__u32 half[2], __u64 cookie)
{
	half[0] = cookie == SOCK_DESTROY_ANY ? INET_DIAG_NOCOOKIE : (__u32)cookie;
	half[1] = cookie == SOCK_DESTROY_ANY ? INET_DIAG_NOCOOKIE : cookie >> 32;
}

static int ask(const void *request, size_t len)
{
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
		char rest[512];
	} answer;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	int err;

	if (fd < 0)
		return -errno;
	if (send(fd, request, len, 0) < 0 || recv(fd, &answer, sizeof(answer), 0) < 0)
		err = -errno;
	else
		err = answer.error.error;
	close(fd);
	return err;
}

static int request_destroy(const struct sockaddr_storage *local,
			   const struct sockaddr_storage *remote, __u64 cookie)
{
	struct {
		struct nlmsghdr header;
		struct inet_diag_req_v2 req;
	} request = {
		.header = {
			.nlmsg_len = sizeof(request),
			.nlmsg_type = SOCK_DESTROY,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
		},
		.req = {
			.sdiag_family = local->ss_family,
			.sdiag_protocol = IPPROTO_TCP,
			.idiag_states = -1,
		},
	};
	struct inet_diag_sockid *id = &request.req.id;

	put_address(id->idiag_src, &id->idiag_sport, local);
	put_address(id->idiag_dst, &id->idiag_dport, remote);
	put_cookie(id->idiag_cookie, cookie);
	return ask(&request, sizeof(request));
}

/**
 * sock_destroy - destroy a socket of this network namespace
 * @local: its local address
 * @remote: its remote address; of a listener: all zeroes but the family
 * @cookie: its cookie, or SOCK_DESTROY_ANY
 *
 * Return: 0 or a negative errno.
 */
int sock_destroy(const struct sockaddr_storage *local,
		 const struct sockaddr_storage *remote, __u64 cookie)
{
	int err = request_destroy(local, remote, cookie);

	refused |= err == -EOPNOTSUPP;
	return err;
}

/**
 * sock_destroy_is_missing - was it that the kernel destroys no sockets at all?
 *
 * Return: true if a request was refused, and so is that for no socket, which a
 * kernel with CONFIG_INET_DIAG_DESTROY does not find.
 */
bool sock_destroy_is_missing(void)
{
	const struct sockaddr_storage nowhere = { .ss_family = AF_INET };

	return refused && request_destroy(&nowhere, &nowhere,
					  SOCK_DESTROY_ANY) == -EOPNOTSUPP;
}
