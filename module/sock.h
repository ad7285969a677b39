/* SPDX-License-Identifier: GPL-2.0-only */
/* Reading a socket: the only place that knows where things are in it. */
#ifndef _SHUTWATCH_SOCK_H
#define _SHUTWATCH_SOCK_H

#include <linux/types.h>
#include <net/inet_connection_sock.h>
#include <net/inet_sock.h>
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

void sw_sock_init(void);
u64 sw_sock_new_cookie(const struct sock *sk);
bool sw_sock_ident(const struct sock *sk, struct sw_ident *id);
bool sw_sock_is_opening(const struct sock *sk);
s32 sw_sock_linger(const struct sock *sk);
void sw_sock_values(const struct sock *sk, struct sw_values *v);
void sw_sock_timer(const struct sock *sk, struct shutwatch_timer *timer);
bool sw_sock_user_timeout(const struct sock *sk);
bool sw_sock_memory_is_over(const struct sock *sk);
enum sw_verdict sw_sock_judge_closely(const struct sock *sk, bool asked,
				      const struct sw_filter *f);

/**
 * sw_sock_is_mptcp() - is it an MPTCP socket, the one that programs have?
 * @sk: a full socket
 *
 * Its subflows are TCP sockets.
 *
 * Context: any.
 * Return: whether it is.
 */
static inline bool sw_sock_is_mptcp(const struct sock *sk)
{
	return sk->sk_protocol == IPPROTO_MPTCP && sk->sk_type == SOCK_STREAM;
}

/**
 * sw_sock_has_lost() - is it a child whose handshake has made another one before?
 * @sk: full socket, in CLOSE or on the way there
 *
 * It is closed without giving its port back, which comes first for all others, but
 * for one that was chosen by bind().
 *
 * Context: any.
 * Return: whether it is.
 */
static inline bool sw_sock_has_lost(const struct sock *sk)
{
	return inet_csk(sk)->icsk_bind_hash && sk->sk_dport &&
	       !(sk->sk_userlocks & SOCK_BINDPORT_LOCK);
}

/**
 * sw_sock_cookie() - SO_COOKIE of a socket
 * @sk: full or mini-socket
 *
 * A socket that has none is given one: it is the only name that is never used
 * again.
 *
 * Context: any.
 * Return: the cookie.
 */
static __always_inline u64 sw_sock_cookie(const struct sock *sk)
{
	u64 cookie = atomic64_read(&sk->sk_cookie);

	return likely(cookie) ? cookie : sw_sock_new_cookie(sk);
}

/**
 * sw_sock_local_port() - the port that a socket has, or had until now
 * @sk: full or mini-socket
 *
 * On the way to CLOSE the port is given back before the transition is told;
 * the copy that goes into packets stays, and in CLOSE is out of date.
 *
 * Context: any.
 * Return: the port, host byte order.
 */
static inline u16 sw_sock_local_port(const struct sock *sk)
{
	if (!sk->sk_num && sk_fullsock(sk) && sk->sk_state != TCP_CLOSE)
		return ntohs(inet_sk(sk)->inet_sport);
	return sk->sk_num;
}

/*
 * Most are turned away by their namespace or ports: before anything is locked or
 * called.  One whose ports are not yet known stays if it was once let in; it has
 * a cookie then.
 */
static __always_inline bool sw_sock_is_far(const struct sock *sk,
					   const struct sw_filter *f)
{
	u16 lport = sw_sock_local_port(sk), rport = ntohs(sk->sk_dport);

	if (f->netns && f->netns != sock_net(sk)->ns.inum)
		return true;
	return ((lport && rport) || !atomic64_read(&sk->sk_cookie)) &&
	       !sw_filter_has_ports(f, lport, rport);
}

/**
 * sw_sock_judge() - ask the filter about a socket
 * @sk: full or mini-socket
 * @asked: the task that runs asks something of it
 * @generation: receives the filter's generation
 *
 * Context: any, preemption disabled.
 * Return: the filter's verdict.
 */
static __always_inline enum sw_verdict
sw_sock_judge(const struct sock *sk, bool asked, u32 *generation)
{
	const struct sw_filter *f = rcu_dereference_sched(sw_filter);

	*generation = f->generation;
	if (likely(f->everything))
		return SW_ACCEPT;
	if (f->nothing || sw_sock_is_far(sk, f))
		return SW_REJECT;
	return sw_sock_judge_closely(sk, asked, f);
}

struct sk_buff;

bool sw_skb_ident(const struct sk_buff *skb, const struct net *net,
		  struct sw_ident *id);
void sw_skb_segment(const struct sk_buff *skb, struct shutwatch_segment *segment);
enum sw_verdict sw_skb_judge(const struct sk_buff *skb, const struct net *net,
			     u32 *generation);
struct net *sw_skb_net(const struct sk_buff *skb);

#endif /* _SHUTWATCH_SOCK_H */
