// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading a socket.
 *
 * Identity stands in struct sock_common, which mini-sockets (TIME_WAIT,
 * requests) have too.  Everything else is read from full sockets only.
 */

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <net/ipv6.h>
#include <net/tcp.h>

#include "sock.h"

/**
 * sw_sock_new_cookie() - give a socket its SO_COOKIE
 * @sk: full or mini-socket
 *
 * Context: any.
 * Return: the cookie.
 */
u64 sw_sock_new_cookie(const struct sock *sk)
{
	u32 halves[2];

	sock_diag_save_cookie((struct sock *)sk, halves);
	return (u64)halves[1] << 32 | halves[0];
}

static bool is_ipv6(const struct sock *sk)
{
	return sk->sk_family == AF_INET6;
}

/*
 * On the way to CLOSE the port is given back before the transition is told;
 * the copy that goes into packets stays, and in CLOSE is out of date.
 */
static u16 local_port(const struct sock *sk)
{
	if (!sk->sk_num && sk_fullsock(sk) && sk->sk_state != TCP_CLOSE)
		return ntohs(inet_sk(sk)->inet_sport);
	return sk->sk_num;
}

/**
 * sw_sock_ident() - which connection it is
 * @sk: full or mini-socket
 * @id: receives addresses, ports and namespace
 *
 * Context: any.
 * Return: whether the addresses are IPv6.
 */
bool sw_sock_ident(const struct sock *sk, struct sw_ident *id)
{
	id->lport = local_port(sk);
	id->rport = ntohs(sk->sk_dport);
	id->netns = sock_net(sk)->ns.inum;
#if IS_ENABLED(CONFIG_IPV6)
	if (is_ipv6(sk)) {
		memcpy(id->laddr, &sk->sk_v6_rcv_saddr, 16);
		memcpy(id->raddr, &sk->sk_v6_daddr, 16);
		return true;
	}
#endif
	memcpy(id->laddr, &sk->sk_rcv_saddr, 4);
	memcpy(id->raddr, &sk->sk_daddr, 4);
	return false;
}

/* SYN and FIN take a sequence number each, and are no bytes. */
static void without_flags(int state, struct sw_values *v)
{
	if ((1 << state) & (TCPF_SYN_SENT | TCPF_SYN_RECV)) {
		if (v->unacked)
			v->unacked--;
	} else if ((1 << state) & (TCPF_FIN_WAIT1 | TCPF_CLOSING | TCPF_LAST_ACK)) {
		if (v->unsent)
			v->unsent--;
		else if (v->unacked)
			v->unacked--;
	}
}

/**
 * sw_sock_values() - the values that decisions are taken on
 * @sk: full socket
 * @v: receives them
 *
 * Context: any; exact only where the socket lock is held.
 */
void sw_sock_values(const struct sock *sk, struct sw_values *v)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	int state = sk->sk_state;

	/* SIOCINQ denies what came with the SYN (TCP Fast Open). */
	if (state == TCP_SYN_RECV)
		v->unread = tp->rcv_nxt - tp->copied_seq;
	else
		v->unread = tcp_inq((struct sock *)sk);
	v->unsent = 0;
	v->unacked = 0;
	/* Without a connection the sequence numbers mean nothing. */
	if (!((1 << state) & (TCPF_CLOSE | TCPF_LISTEN))) {
		v->unsent = tp->write_seq - tp->snd_nxt;
		v->unacked = tp->snd_nxt - tp->snd_una;
		without_flags(state, v);
	}
	v->linger = SW_LINGER_OFF;
	if (sock_flag(sk, SOCK_LINGER))
		v->linger = min_t(unsigned long, sk->sk_lingertime / HZ, S32_MAX);
}

/**
 * sw_sock_judge_closely() - ask the filter about a socket that may pass
 * @sk: full or mini-socket
 * @f: the filter
 *
 * Context: any, preemption disabled.
 * Return: the filter's verdict.
 */
enum sw_verdict sw_sock_judge_closely(const struct sock *sk,
				      const struct sw_filter *f)
{
	struct sw_subject subject;

	subject.family = sk->sk_family;
	subject.lport = local_port(sk);
	subject.rport = ntohs(sk->sk_dport);
	subject.laddr = (const u8 *)&sk->sk_rcv_saddr;
	subject.raddr = (const u8 *)&sk->sk_daddr;
#if IS_ENABLED(CONFIG_IPV6)
	if (is_ipv6(sk)) {
		subject.laddr = (const u8 *)&sk->sk_v6_rcv_saddr;
		subject.raddr = (const u8 *)&sk->sk_v6_daddr;
	}
#endif
	subject.netns = f->netns ? sock_net(sk)->ns.inum : 0;
	return sw_filter_judge(f, &subject);
}

/**
 * sw_skb_net() - namespace of a received segment that belongs to no socket
 * @skb: the segment
 *
 * Context: softirq, RCU read side.
 * Return: the namespace.
 */
struct net *sw_skb_net(const struct sk_buff *skb)
{
	return dev_net(skb_dst(skb) ? skb_dst(skb)->dev : skb->dev);
}

static void put_ipv4(u8 *addr, const __be32 *ipv4, bool mapped)
{
	memset(addr, 0, 16);
	if (mapped)
		memset(addr + 10, 0xff, 2);
	memcpy(mapped ? addr + 12 : addr, ipv4, 4);
}

/**
 * sw_skb_ident() - who answers a received segment
 * @skb: the segment
 * @sk: the socket that it came to, for namespace and family; may be NULL
 * @id: receives our side as local, the sender as remote
 *
 * Context: softirq, or under the socket lock.
 * Return: whether the addresses are IPv6.
 */
bool sw_skb_ident(const struct sk_buff *skb, const struct sock *sk,
		  struct sw_ident *id)
{
	const struct tcphdr *th = tcp_hdr(skb);
	bool mapped = sk && is_ipv6(sk);

	id->lport = ntohs(th->dest);
	id->rport = ntohs(th->source);
	id->netns = (sk ? sock_net(sk) : sw_skb_net(skb))->ns.inum;
	if (ip_hdr(skb)->version == 6) {
		memcpy(id->laddr, &ipv6_hdr(skb)->daddr, 16);
		memcpy(id->raddr, &ipv6_hdr(skb)->saddr, 16);
		return true;
	}
	put_ipv4(id->laddr, &ip_hdr(skb)->daddr, mapped);
	put_ipv4(id->raddr, &ip_hdr(skb)->saddr, mapped);
	return mapped;
}

/**
 * sw_skb_wanted() - ask the filter about a segment that belongs to no socket
 * @skb: the segment
 *
 * Context: softirq, preemption disabled.
 * Return: whether it passes.
 */
bool sw_skb_wanted(const struct sk_buff *skb)
{
	const struct sw_filter *f = rcu_dereference_sched(sw_filter);
	struct sw_subject subject;
	struct sw_ident id;
	bool ipv6;

	if (f->everything || f->nothing)
		return f->everything;
	ipv6 = sw_skb_ident(skb, NULL, &id);
	subject.family = ipv6 ? AF_INET6 : AF_INET;
	subject.laddr = id.laddr;
	subject.raddr = id.raddr;
	subject.lport = id.lport;
	subject.rport = id.rport;
	subject.netns = id.netns;
	return sw_filter_judge(f, &subject) == SW_ACCEPT;
}
