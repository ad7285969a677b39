// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>

#include "address.h"

/**
 * address_print - "127.0.0.20:8000" or "[::1]:8000"
 * @text: where to
 * @family: AF_INET or AF_INET6
 * @ip: the IP address, in network byte order
 * @port: the port, in host byte order
 */
void address_print(char text[ADDRESS_LEN], int family, const void *ip,
		   __u16 port)
{
	char host[INET6_ADDRSTRLEN] = "?";

	inet_ntop(family, ip, host, sizeof(host));
	snprintf(text, ADDRESS_LEN, family == AF_INET6 ? "[%s]:%u" : "%s:%u",
		 host, port);
}

/**
 * address_of - the same for a socket address
 * @text: where to
 * @addr: AF_INET or AF_INET6
 */
void address_of(char text[ADDRESS_LEN], const struct sockaddr_storage *addr)
{
	const struct sockaddr_in *in = (const void *)addr;
	const struct sockaddr_in6 *in6 = (const void *)addr;

	if (addr->ss_family == AF_INET6)
		address_print(text, AF_INET6, &in6->sin6_addr,
			      ntohs(in6->sin6_port));
	else
		address_print(text, AF_INET, &in->sin_addr,
			      ntohs(in->sin_port));
}
