/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A connection and its two ends, where no more is needed than that.
 */
#ifndef TCP_PAIR_H
#define TCP_PAIR_H

#include <linux/types.h>
#include <netinet/in.h>
#include <stdbool.h>

/* What the headers of 5.10 do not have: the protocol of a socket of MPTCP. */
#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP	262
#endif

/**
 * struct tcp_pair - a connection over lo
 * @client: one end, -1 once it is closed
 * @server: the other end, likewise
 * @client_cookie: its SO_COOKIE
 * @server_cookie: its SO_COOKIE
 */
struct tcp_pair {
	int client;
	int server;
	__u64 client_cookie;
	__u64 server_cookie;
};

void tcp_pair_hear_end(int fd);
bool tcp_pair_in_fin_wait2(int fd);
int tcp_pair_leave_mini(int fd);
bool tcp_pair_hears_reset(int fd, int ms);
int tcp_pair_join(struct tcp_pair *pair, const char *from, const char *to);
void tcp_pair_part(struct tcp_pair *pair);
__u64 tcp_pair_cookie(int fd);
int tcp_pair_by_cookie(const void *a, const void *b);

#endif /* TCP_PAIR_H */
