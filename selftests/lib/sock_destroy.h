/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SOCK_DESTROY: what ss -K asks of the kernel.
 */
#ifndef SOCK_DESTROY_H
#define SOCK_DESTROY_H

#include <linux/types.h>
#include <stdbool.h>
#include <sys/socket.h>

/* Whatever socket is there. */
#define SOCK_DESTROY_ANY	0

int sock_destroy(const struct sockaddr_storage *local,
		 const struct sockaddr_storage *remote, __u64 cookie);
bool sock_destroy_is_missing(void);

#endif /* SOCK_DESTROY_H */
