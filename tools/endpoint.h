/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Addresses with a port, and address prefixes.
 */
#ifndef SHUTWATCH_ENDPOINT_H
#define SHUTWATCH_ENDPOINT_H

#include <stdbool.h>

/* "[", an IPv6 address, "]:", a port and a NUL. */
#define ENDPOINT_SIZE	64

/**
 * struct endpoint - one end of a connection
 * @family: AF_INET or AF_INET6; AF_INET also for ::ffff:192.0.2.1, because
 *	IPv4 is what such a connection speaks on the wire
 * @addr: the address, network byte order, 4 or 16 bytes of it
 * @port: the port, host byte order
 */
struct endpoint {
	int family;
	unsigned char addr[16];
	unsigned int port;
};

/**
 * struct prefix - the addresses that begin with the same bits
 * @family: AF_INET or AF_INET6, or 0 where no prefix was asked for
 * @addr: the address, network byte order; what is behind @len is ignored
 * @len: how many bits count
 */
struct prefix {
	int family;
	unsigned char addr[16];
	unsigned int len;
};

int endpoint_parse(struct endpoint *e, const char *text);
void endpoint_text(char *to, const struct endpoint *e);
bool endpoint_is(const struct endpoint *a, const struct endpoint *b);
int prefix_parse(struct prefix *p, const char *text);
bool prefix_has(const struct prefix *p, const struct endpoint *e);

#endif /* SHUTWATCH_ENDPOINT_H */
