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
#include <linux/static_call.h>
#include <linux/tcp.h>
#include <net/ipv6.h>
#include <net/sock.h>
#include <net/tcp.h>

#include "callers.h"
#include "compat.h"
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

#if IS_ENABLED(CONFIG_IPV6)
/* A socket of IPv6 that is connected, or bound, to an IPv4 address. */
static bool is_mapped(const struct sock *sk)
{
	return ipv6_addr_v4mapped(&sk->sk_v6_daddr) ||
	       (ipv6_addr_any(&sk->sk_v6_daddr) &&
		ipv6_addr_v4mapped(&sk->sk_v6_rcv_saddr));
}

static u32 last_word(const struct in6_addr *addr)
{
	return (__force u32)addr->s6_addr32[3];
}
#endif

/* On the wire, whatever the program calls it. */
static bool is_ipv6(const struct sock *sk)
{
#if IS_ENABLED(CONFIG_IPV6)
	return sk->sk_family == AF_INET6 && !is_mapped(sk);
#else
	return false;
#endif
}

#if IS_ENABLED(CONFIG_IPV6)
static void put_word(u8 *addr, u32 word)
{
	memcpy(addr, &word, sizeof(word));
}
#endif

/**
 * sw_sock_ident() - which connection it is
 * @sk: full or mini-socket
 * @id: receives addresses, ports and namespace
 *
 * Context: any.
 * Return: whether the addresses are IPv6; those of a socket of IPv6 that speaks
 *	IPv4 are not.
 */
bool sw_sock_ident(const struct sock *sk, struct sw_ident *id)
{
	id->lport = sw_sock_local_port(sk);
	id->rport = ntohs(sk->sk_dport);
	id->netns = sock_net(sk)->ns.inum;
#if IS_ENABLED(CONFIG_IPV6)
	if (is_ipv6(sk)) {
		memcpy(id->laddr, &sk->sk_v6_rcv_saddr, 16);
		memcpy(id->raddr, &sk->sk_v6_daddr, 16);
		return true;
	}
	if (sk->sk_family == AF_INET6) {
		put_word(id->laddr, last_word(&sk->sk_v6_rcv_saddr));
		put_word(id->raddr, last_word(&sk->sk_v6_daddr));
		return false;
	}
#endif
	memcpy(id->laddr, &sk->sk_rcv_saddr, 4);
	memcpy(id->raddr, &sk->sk_daddr, 4);
	return false;
}

/**
 * sw_sock_is_opening() - is it a child of Fast Open whose handshake is not over?
 * @sk: the socket, no mini-socket
 *
 * close() does not wait for that: it may be in FIN_WAIT1.
 *
 * Context: any.
 * Return: true if it is.
 */
bool sw_sock_is_opening(const struct sock *sk)
{
	return rcu_access_pointer(tcp_sk(sk)->fastopen_rsk);
}

/**
 * sw_sock_linger() - SO_LINGER of a socket
 * @sk: full socket
 *
 * Context: any.
 * Return: seconds, or SW_LINGER_OFF.
 */
s32 sw_sock_linger(const struct sock *sk)
{
	if (!sock_flag(sk, SOCK_LINGER))
		return SW_LINGER_OFF;
	return min_t(unsigned long, sk->sk_lingertime / HZ, S32_MAX);
}

/*
 * SYN and FIN take a sequence number each, and are no bytes.  The SYN-ACK of a
 * Fast Open child was sent for its request, and is not in its numbers.
 */
static void without_flags(const struct sock *sk, struct sw_values *v)
{
	int state = sk->sk_state;

	if ((1 << state) & (TCPF_SYN_SENT | TCPF_SYN_RECV)) {
		if (v->unacked && !sw_sock_is_opening(sk))
			v->unacked--;
	} else if ((1 << state) & (TCPF_FIN_WAIT1 | TCPF_CLOSING | TCPF_LAST_ACK)) {
		if (v->unsent)
			v->unsent--;
		else if (v->unacked)
			v->unacked--;
	}
}

/*
 * All that is in the receive queue, as close() finds it.  SIOCINQ is something
 * else: it stops before urgent data, and denies what came with the SYN.
 */
static u32 unread(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 bytes;

	if ((1 << sk->sk_state) & (TCPF_SYN_SENT | TCPF_LISTEN))
		return 0;
	bytes = READ_ONCE(tp->rcv_nxt) - READ_ONCE(tp->copied_seq);
	/* the FIN has a number, too */
	return bytes && sock_flag(sk, SOCK_DONE) ? bytes - 1 : bytes;
}

/*
 * A connect() may put its SYN off until there is something to go with it
 * (TCP_FASTOPEN_CONNECT): then one of the numbers is new, and the others are not.
 */
static bool is_deferred(const struct sock *sk)
{
	return sk->sk_state == TCP_SYN_SENT && !tcp_sk(sk)->segs_out;
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

	v->unread = unread(sk);
	v->unsent = 0;
	v->unacked = 0;
	/* Without a connection the sequence numbers mean nothing. */
	if (!((1 << state) & (TCPF_CLOSE | TCPF_LISTEN)) && !is_deferred(sk)) {
		v->unsent = tp->write_seq - tp->snd_nxt;
		v->unacked = tp->snd_nxt - tp->snd_una;
		without_flags(sk, v);
	}
	v->linger = sw_sock_linger(sk);
}

static int no_orphans(void)
{
	return 0;
}

/*
 * tcp_orphan_count_sum(), which no kernel exports, and some not even the numbers
 * that it sums up.  Called directly: a function whose address the kernel itself
 * never takes has no landing pad for a call by pointer, where the CPU wants one.
 */
DEFINE_STATIC_CALL(sw_count_orphans, no_orphans);

/**
 * sw_sock_init() - find what the kernel does not export
 *
 * Context: process, sleeps.
 */
void __init sw_sock_init(void)
{
	unsigned long address = sw_function_address("tcp_orphan_count_sum");

	if (address)
		static_call_update(sw_count_orphans, (int (*)(void))address);
}

/**
 * sw_sock_timer() - what a timer's decision was taken on
 * @sk: full socket
 * @timer: receives it
 *
 * Context: any; exact only where the socket lock is held.
 */
void sw_sock_timer(const struct sock *sk, struct shutwatch_timer *timer)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);

	timer->user_timeout = READ_ONCE(icsk->icsk_user_timeout);
	timer->probes = icsk->icsk_probes_out;
	timer->retries = icsk->icsk_retransmits;
	/* A sum over all CPUs: only where it may be the reason. */
	timer->orphans = sock_flag(sk, SOCK_DEAD) ?
			 static_call(sw_count_orphans)() : 0;
}

/* How often a SYN, or a SYN-ACK of a full socket, is sent again. */
static unsigned int syn_retries(const struct sock *sk)
{
	return READ_ONCE(inet_csk(sk)->icsk_syn_retries) ?:
	       READ_ONCE(sock_net(sk)->ipv4.sysctl_tcp_syn_retries);
}

/**
 * sw_sock_user_timeout() - is it TCP_USER_TIMEOUT that has run out?
 * @sk: full socket, about to be given up by a timer
 *
 * Where it is set, TCP goes by it alone, but for a handshake and for probes of a
 * closed window, which may run out before.  A Fast Open child does not look at it
 * before its handshake is done.
 *
 * Context: any; exact only where the socket lock is held.
 * Return: whether it is.
 */
bool sw_sock_user_timeout(const struct sock *sk)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	u32 limit = READ_ONCE(icsk->icsk_user_timeout);
	u32 since = icsk->icsk_probes_tstamp;

	if (!limit || sw_sock_is_opening(sk))
		return false;
	switch (sk->sk_state) {
	case TCP_SYN_SENT:
	case TCP_SYN_RECV:
		return icsk->icsk_retransmits < syn_retries(sk);
	}
	return !since || tcp_jiffies32 - since >= msecs_to_jiffies(limit);
}

/**
 * sw_sock_memory_is_over() - is TCP's memory above its limit, and this socket's
 *	more than the least?
 * @sk: full socket
 *
 * Of an orphan that is reset for its kind being too much, this tells which of
 * the two limits it was.
 *
 * Context: any.
 * Return: whether it is.
 */
bool sw_sock_memory_is_over(const struct sock *sk)
{
	return sk->sk_wmem_queued > SOCK_MIN_SNDBUF &&
	       sk_memory_allocated(sk) > sk_prot_mem_limits(sk, 2);
}

/**
 * sw_sock_judge_closely() - ask the filter about a socket that may pass
 * @sk: full or mini-socket
 * @asked: the task that runs asks something of it
 * @f: the filter
 *
 * Context: any, preemption disabled.
 * Return: the filter's verdict.
 */
enum sw_verdict sw_sock_judge_closely(const struct sock *sk, bool asked,
				      const struct sw_filter *f)
{
	struct sw_subject subject;

	subject.family = AF_INET;
	subject.lport = sw_sock_local_port(sk);
	subject.rport = ntohs(sk->sk_dport);
	subject.laddr = (const u8 *)&sk->sk_rcv_saddr;
	subject.raddr = (const u8 *)&sk->sk_daddr;
#if IS_ENABLED(CONFIG_IPV6)
	if (is_ipv6(sk)) {
		subject.family = AF_INET6;
		subject.laddr = (const u8 *)&sk->sk_v6_rcv_saddr;
		subject.raddr = (const u8 *)&sk->sk_v6_daddr;
	} else if (sk->sk_family == AF_INET6) {
		subject.laddr = &sk->sk_v6_rcv_saddr.s6_addr[12];
		subject.raddr = &sk->sk_v6_daddr.s6_addr[12];
	}
#endif
	subject.netns = f->netns ? sock_net(sk)->ns.inum : 0;
	subject.pid = asked && f->pid ? task_tgid_nr(current) : 0;
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

/**
 * sw_skb_ident() - who answers a received segment
 * @skb: the segment
 * @net: the namespace that it came to
 * @id: receives our side as local, the sender as remote
 *
 * Context: softirq, or under the socket lock.
 * Return: whether the addresses are IPv6.
 */
bool sw_skb_ident(const struct sk_buff *skb, const struct net *net,
		  struct sw_ident *id)
{
	const struct tcphdr *th = tcp_hdr(skb);

	/* The caller's is on its stack, and IPv4 does not fill it. */
	*id = (struct sw_ident){
		.lport = ntohs(th->dest),
		.rport = ntohs(th->source),
		.netns = net->ns.inum,
	};
	if (ip_hdr(skb)->version == 6) {
		memcpy(id->laddr, &ipv6_hdr(skb)->daddr, 16);
		memcpy(id->raddr, &ipv6_hdr(skb)->saddr, 16);
		return true;
	}
	memcpy(id->laddr, &ip_hdr(skb)->daddr, 4);
	memcpy(id->raddr, &ip_hdr(skb)->saddr, 4);
	return false;
}

/* Those that have a letter; ECN's have none. */
#define SEGMENT_FLAGS	GENMASK(sizeof(SHUTWATCH_FLAGS) - 2, 0)

/**
 * sw_skb_segment() - what a received segment is
 * @skb: the segment, its data at the TCP header or behind it
 * @segment: receives it
 *
 * Context: any.
 */
void sw_skb_segment(const struct sk_buff *skb, struct shutwatch_segment *segment)
{
	const struct tcphdr *th = tcp_hdr(skb);

	segment->seq = ntohl(th->seq);
	segment->flags = tcp_flag_byte(th) & SEGMENT_FLAGS;
	segment->len = skb_tail_pointer(skb) + skb->data_len -
		       (skb_transport_header(skb) + th->doff * 4);
	segment->seen = true;
}

/**
 * sw_skb_judge() - ask the filter about a segment that belongs to no connection
 * @skb: the segment
 * @net: the namespace that it came to
 * @generation: receives the filter's generation
 *
 * Context: softirq, preemption disabled.
 * Return: the filter's verdict.
 */
enum sw_verdict sw_skb_judge(const struct sk_buff *skb, const struct net *net,
			     u32 *generation)
{
	const struct sw_filter *f = rcu_dereference_sched(sw_filter);
	struct sw_subject subject;
	struct sw_ident id;
	bool ipv6;

	*generation = f->generation;
	if (f->everything || f->nothing)
		return f->everything ? SW_ACCEPT : SW_REJECT;
	ipv6 = sw_skb_ident(skb, net, &id);
	subject.family = ipv6 ? AF_INET6 : AF_INET;
	subject.laddr = id.laddr;
	subject.raddr = id.raddr;
	subject.lport = id.lport;
	subject.rport = id.rport;
	subject.netns = id.netns;
	subject.pid = 0;
	return sw_filter_judge(f, &subject);
}
