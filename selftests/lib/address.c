// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "address.h"

/**
 * address_print - "127.0.0.20:8000" or "[::1]:8000"
 * @text: where to
 * @family: AF_INET or AF_INET6
 * @ip: the IP address, in network byte order
 * @port: the port, in host byte order
 *
 * What is IPv4 on the wire is IPv4, whatever the socket is made of.
 */
void address_print(char text[ADDRESS_LEN], int family, const void *ip,
		   __u16 port)
{
	static const __u8 mapped[12] = { [10] = 0xff, [11] = 0xff };
	char host[INET6_ADDRSTRLEN] = "?";

	if (family == AF_INET6 && !memcmp(ip, mapped, sizeof(mapped))) {
		family = AF_INET;
		ip = (const __u8 *)ip + sizeof(mapped);
	}
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

/**
 * address_parse - the reverse: a socket address
 * @addr: where to
 * @text: "127.0.0.20:8000" or "[::1]:8000"
 *
 * Return: how long it is.
 */
socklen_t address_parse(struct sockaddr_storage *addr, const char *text)
{
	struct sockaddr_in6 *in6 = (void *)addr;
	struct sockaddr_in *in = (void *)addr;
	const char *port = strrchr(text, ':');
	char host[INET6_ADDRSTRLEN];

	memset(addr, 0, sizeof(*addr));
	if (*text == '[') {
		snprintf(host, sizeof(host), "%.*s", (int)(port - text - 2),
			 text + 1);
		in6->sin6_family = AF_INET6;
		inet_pton(AF_INET6, host, &in6->sin6_addr);
		in6->sin6_port = htons(atoi(port + 1));
		return sizeof(*in6);
	}
	snprintf(host, sizeof(host), "%.*s", (int)(port - text), text);
	in->sin_family = AF_INET;
	inet_pton(AF_INET, host, &in->sin_addr);
	in->sin_port = htons(atoi(port + 1));
	return sizeof(*in);
}

/**
 * address_domain - the domain of sockets
 * @family: theirs
 *
 * Return: AF_INET or AF_INET6.
 */
int address_domain(enum family family)
{
	return family == FAMILY_IPV4 ? AF_INET : AF_INET6;
}

/**
 * address_any - the local address of a socket that has none
 * @family: the socket's
 *
 * Return: the same as the remote address of a listener.
 */
const char *address_any(enum family family)
{
	return family == FAMILY_IPV4 ? "0.0.0.0:0" : "[::]:0";
}

/**
 * address_on_wire - what packets say where a socket says this
 * @wire: where to
 * @text: "[::ffff:127.0.0.20]:8000", or any other
 *
 * Return: @wire: "127.0.0.20:8000"; the others as they are.
 */
const char *address_on_wire(char wire[ADDRESS_LEN], const char *text)
{
	static const char mapped[] = "[::ffff:";
	const char *host = text + sizeof(mapped) - 1;
	size_t len;

	if (strncmp(text, mapped, sizeof(mapped) - 1) || !strchr(host, '.')) {
		snprintf(wire, ADDRESS_LEN, "%s", text);
		return wire;
	}
	len = strcspn(host, "]");
	snprintf(wire, ADDRESS_LEN, "%.*s%s", (int)len, host, host + len + 1);
	return wire;
}
