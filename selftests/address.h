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

/* The local address of a socket that has none, the remote one of a listener. */
#define ADDRESS_ANY	"0.0.0.0:0"

void address_print(char text[ADDRESS_LEN], int family, const void *ip,
		   __u16 port);
void address_of(char text[ADDRESS_LEN], const struct sockaddr_storage *addr);

#endif /* ADDRESS_H */
