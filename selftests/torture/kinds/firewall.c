// SPDX-License-Identifier: GPL-2.0-only
#include <netinet/in.h>
#include <sys/socket.h>

#include "firewall.h"

/**
 * do_firewall - let the router deal with what a socket sends from now on
 * @fd: the socket
 * @what: how, see hosts
 *
 * Return: 0 or -1.
 */
int do_firewall(int fd, enum firewall what)
{
	/* DSCP is the upper six bits. */
	const int tos = what << 2;
	int ipv4, ipv6;

	/* A socket of one family may have an address of the other. */
	ipv6 = setsockopt(fd, IPPROTO_IPV6, IPV6_TCLASS, &tos, sizeof(tos));
	ipv4 = setsockopt(fd, IPPROTO_IP, IP_TOS, &tos, sizeof(tos));
	return ipv4 && ipv6 ? -1 : 0;
}
