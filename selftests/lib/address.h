/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Addresses, written as the records write them.
 */
#ifndef ADDRESS_H
#define ADDRESS_H

#include <linux/types.h>
#include <sys/socket.h>

/* "[0123:...:cdef]:65535" and its NUL, with room. */
#define ADDRESS_LEN	56

/**
 * enum family - what sockets and packets are made of
 * @FAMILY_IPV4: IPv4
 * @FAMILY_IPV6: IPv6
 * @FAMILY_MAPPED: IPv6 sockets, IPv4 packets
 */
enum family {
	FAMILY_IPV4,
	FAMILY_IPV6,
	FAMILY_MAPPED,
};

void address_print(char text[ADDRESS_LEN], int family, const void *ip,
		   __u16 port);
void address_of(char text[ADDRESS_LEN], const struct sockaddr_storage *addr);
socklen_t address_parse(struct sockaddr_storage *addr, const char *text);
int address_domain(enum family family);
const char *address_any(enum family family);
const char *address_on_wire(char wire[ADDRESS_LEN], const char *text);

#endif /* ADDRESS_H */
