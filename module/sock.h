/* SPDX-License-Identifier: GPL-2.0-only */
/* Reading a socket: the only place that knows where things are in it. */
#ifndef _SHUTWATCH_SOCK_H
#define _SHUTWATCH_SOCK_H

#include <linux/types.h>
#include <net/sock.h>

#include "filter.h"
#include "record.h"

/**
 * sw_sock_is_tcp() - is it a TCP socket?
 * @sk: a full socket
 *
 * MPTCP, SCTP and SMC sockets pass the same functions and tracepoints.
 *
 * Context: any.
 * Return: whether it is.
 */
static inline bool sw_sock_is_tcp(const struct sock *sk)
{
	return sk->sk_protocol == IPPROTO_TCP && sk->sk_type == SOCK_STREAM;
}

u64 sw_sock_cookie(const struct sock *sk);
bool sw_sock_ident(const struct sock *sk, struct sw_ident *id);
void sw_sock_values(const struct sock *sk, struct sw_values *v);
enum sw_verdict sw_sock_judge(const struct sock *sk, u32 *generation);

struct sk_buff;

bool sw_skb_ident(const struct sk_buff *skb, const struct sock *sk,
		  struct sw_ident *id);
bool sw_skb_wanted(const struct sk_buff *skb);
struct net *sw_skb_net(const struct sk_buff *skb);

#endif /* _SHUTWATCH_SOCK_H */
