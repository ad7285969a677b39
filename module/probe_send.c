// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is sent: every FIN, every RST of the socket's own accord, every RST in
 * answer to a segment.
 *
 * A RST takes two steps here.  Where it is decided, on entry of
 * tcp_send_active_reset(), the values are read; it counts as sent only when
 * the tracepoint behind the transmit says so.
 */

#include <linux/kprobes.h>
#include <linux/tcp.h>
#include <net/mptcp.h>
#include <net/snmp.h>

#include "counters.h"
#include "emit.h"
#include "probes.h"
#include "sock.h"

static void emit_for(const struct sw_entry *e, struct sw_decision *d)
{
	d->cookie = e->info.cookie;
	d->id = &e->info.id;
	d->ipv6 = e->info.ipv6;
	sw_emit_decision(d);
}

static void remember(struct sw_entry *e, const struct sw_decision *d)
{
	e->info.call = d->by;
	e->info.how = SHUTWATCH_HOW_NONE;
	e->info.sent = d->sent;
	e->info.why = d->why;
}

/* ---- FIN ---- */

/**
 * struct fin_data - kept from the entry of tcp_send_fin() to its return
 * @sk: the socket, locked all the time
 * @write_seq: where the FIN will be, if there is one
 * @segs_out: segments sent so far
 */
struct fin_data {
	const struct sock	*sk;
	u32			write_seq;
	u32			segs_out;
};

static_assert(sizeof(struct fin_data) <= SW_FIN_DATA);

/**
 * sw_send_fin_entry() - tcp_send_fin(sk)
 * @ri: keeps struct fin_data
 * @regs: arguments
 *
 * Context: kretprobe at entry; socket lock held.
 * Return: 0 if the return is to be seen.
 */
int sw_send_fin_entry(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct fin_data *data = (struct fin_data *)ri->data;
	const struct sock *sk = (const struct sock *)sw_arg(regs, 0);

	sw_hit(SW_HOOK_SEND_FIN);
	if (!sw_call_on(sk) && !sw_probe_wanted(sk))
		return 1;
	data->sk = sk;
	data->write_seq = tcp_sk(sk)->write_seq;
	data->segs_out = tcp_sk(sk)->segs_out;
	return 0;
}
NOKPROBE_SYMBOL(sw_send_fin_entry);

/*
 * No sequence number taken: there was no memory for a FIN.  All sent, and
 * something went out: so did the FIN.  All sent, but nothing went out: it was
 * glued to a segment that is to be retransmitted.
 */
static u8 fin_fate(const struct fin_data *data)
{
	const struct tcp_sock *tp = tcp_sk(data->sk);

	if (tp->write_seq == data->write_seq)
		return SHUTWATCH_FIN_FAILED;
	if (tp->snd_nxt == tp->write_seq && tp->segs_out != data->segs_out)
		return SHUTWATCH_FIN_SENT;
	return SHUTWATCH_FIN_QUEUED;
}

/* A FIN that no task asked for: a shutdown() came before the handshake. */
static void judge_lone_fin(struct sw_decision *d, const struct sw_entry *e,
			   const struct sock *sk)
{
	if (in_serving_softirq() ||
	    e->info.why == SHUTWATCH_WHY_SHUTDOWN_DEFERRED) {
		d->by = SHUTWATCH_BY_RX;
		d->why = SHUTWATCH_WHY_SHUTDOWN_DEFERRED;
	} else if (sk_is_mptcp(sk)) {
		d->by = SHUTWATCH_BY_MPTCP;
		d->why = sk->sk_shutdown == SHUTDOWN_MASK ?
			 SHUTWATCH_WHY_CLOSE : SHUTWATCH_WHY_SHUTDOWN_WRITE;
	}
}

static void lone_fin(const struct sock *sk, u8 fate)
{
	struct sw_decision d = { .fin = fate };
	struct sw_values v;
	struct sw_held held;
	struct sw_entry *e;

	e = sw_probe_find(sk, &held);
	if (!e)
		return;
	sw_sock_values(sk, &v);
	d.v = &v;
	d.before = e->before;
	d.after = e->info.state;
	d.sent = fate == SHUTWATCH_FIN_FAILED ? SHUTWATCH_SENT_NONE :
						SHUTWATCH_SENT_FIN;
	judge_lone_fin(&d, e, sk);
	remember(e, &d);
	emit_for(e, &d);
	sw_entry_put(&held);
}

/**
 * sw_send_fin_return() - tcp_send_fin() returns
 * @ri: has struct fin_data
 * @regs: nothing is returned
 *
 * Context: kretprobe at return; socket lock held.
 * Return: 0.
 */
int sw_send_fin_return(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	const struct fin_data *data = (const struct fin_data *)ri->data;
	struct sw_call *call = sw_call_on(data->sk);
	u8 fate = fin_fate(data);

	if (call) {
		call->seen |= SW_SEEN_FIN;
		call->outcome.fin = fate;
	} else {
		lone_fin(data->sk, fate);
	}
	return 0;
}
NOKPROBE_SYMBOL(sw_send_fin_return);

/* ---- RST of the socket's own accord ---- */

static void rst_in_call(struct sw_call *call, const struct sock *sk)
{
	/* tcp_abort() locks by itself, and resets before it changes state. */
	if (call->call == SHUTWATCH_BY_ABORT)
		sw_call_snapshot(call, sk);
	call->seen |= SW_SEEN_RST;
	if (!sock_flag(sk, SOCK_DEAD))
		return;
	call->seen |= SW_SEEN_ORPHAN;
	if (call->from == TCP_FIN_WAIT2 && tcp_sk(sk)->linger2 < 0)
		call->seen |= SW_SEEN_LINGER2;
}

static u8 why_lone_rst(struct sw_entry *e, const struct sock *sk)
{
	if (e->flags & SW_ENTRY_CHILD)
		return SHUTWATCH_WHY_LISTENER_STOPPED;
	if (sk_is_mptcp(sk))
		return SHUTWATCH_WHY_MPTCP;
	if (e->flags & SW_ENTRY_TIMER)
		return SHUTWATCH_WHY_ORPHAN_MEMORY;
	/* Segments are answered elsewhere: in softirq, this is a timer. */
	if (!in_serving_softirq())
		return SHUTWATCH_WHY_UNKNOWN;
	if (sk->sk_state == TCP_FIN_WAIT2 && sock_flag(sk, SOCK_DEAD))
		return SHUTWATCH_WHY_FIN_WAIT2_TIMEOUT;
	return SHUTWATCH_WHY_KEEPALIVE_TIMEOUT;
}

static u8 by_of_lone_rst(u8 why)
{
	switch (why) {
	case SHUTWATCH_WHY_LISTENER_STOPPED:
		return SHUTWATCH_BY_LISTENER;
	case SHUTWATCH_WHY_MPTCP:
		return SHUTWATCH_BY_MPTCP;
	case SHUTWATCH_WHY_UNKNOWN:
		return SHUTWATCH_BY_NONE;
	}
	return SHUTWATCH_BY_TIMER;
}

static void rst_alone(const struct sock *sk)
{
	struct sw_held held;
	struct sw_entry *e;

	e = sw_probe_get(sk, sk->sk_state, &held);
	if (!e)
		return;
	e->why = why_lone_rst(e, sk);
	e->flags |= SW_ENTRY_RST;
	e->flags &= ~SW_ENTRY_RST_SENT;
	sw_sock_values(sk, &e->v);
	sw_entry_put(&held);
}

static bool timer_runs(const struct sock *sk)
{
	struct sw_held held;
	struct sw_entry *e;
	bool runs;

	if (!sock_flag(sk, SOCK_DEAD))
		return false;
	e = sw_probe_find(sk, &held);
	if (!e)
		return false;
	runs = e->flags & SW_ENTRY_TIMER;
	sw_entry_put(&held);
	return runs;
}

/**
 * sw_send_rst() - tcp_send_active_reset(sk, ...)
 * @arg0: struct sock
 * @arg1: not the same on all kernels
 * @arg2: likewise
 *
 * Context: ftrace; socket lock held.
 */
void sw_send_rst(unsigned long arg0, unsigned long arg1,
		 unsigned long arg2)
{
	const struct sock *sk = (const struct sock *)arg0;
	struct sw_call *call;

	sw_hit(SW_HOOK_SEND_RST);
	call = sw_call_on(sk);
	/* A timer that found the socket locked runs in its owner's task. */
	if (call && !timer_runs(sk))
		rst_in_call(call, sk);
	else
		rst_alone(sk);
}
NOKPROBE_SYMBOL(sw_send_rst);

/**
 * sw_pending_rst() - a lone RST and its transition are complete: write it
 * @e: the entry, locked
 * @before: enum shutwatch_tcp before the transition
 * @after: enum shutwatch_tcp after it
 *
 * Context: any, preemption disabled.
 */
void sw_pending_rst(struct sw_entry *e, u8 before, u8 after)
{
	struct sw_decision d = {
		.v = &e->v,
		.parent = e->parent,
		.by = by_of_lone_rst(e->why),
		.before = before,
		.after = after,
		.why = e->why,
		.kreason = e->kreason,
		.kreason_known = e->kreason_known,
	};

	if (e->why == SHUTWATCH_WHY_TIME_WAIT_SEGMENT)
		d.by = SHUTWATCH_BY_RX;
	if (e->flags & SW_ENTRY_RST_SENT)
		d.sent = SHUTWATCH_SENT_RST;
	else
		sw_count(SW_COUNT_RST_FAILED);
	e->flags &= ~(SW_ENTRY_RST | SW_ENTRY_RST_SENT);
	remember(e, &d);
	emit_for(e, &d);
}

/* The tracepoint behind the transmit: the RST that was decided did leave. */
static void active_rst_sent(const struct sock *sk, u8 kreason, bool known)
{
	struct sw_call *call = sw_call_on(sk);
	struct sw_held held;
	struct sw_entry *e;

	if (call && call->seen & SW_SEEN_RST && !(call->seen & SW_SEEN_RST_SENT)) {
		call->seen |= SW_SEEN_RST_SENT | (known ? SW_SEEN_KREASON : 0);
		call->outcome.kreason = kreason;
		return;
	}
	e = sw_probe_find(sk, &held);
	if (!e)
		return;
	if (e->flags & SW_ENTRY_RST) {
		e->flags |= SW_ENTRY_RST_SENT;
		e->kreason = kreason;
		e->kreason_known = known;
		/* tcp_disconnect() changes the state first, timers after. */
		if (e->info.state == TCP_CLOSE)
			sw_pending_rst(e, e->before, e->info.state);
	}
	sw_entry_put(&held);
}

/* ---- the write timer of an orphan: T5, T6 ---- */

static u64 *cookie_of(struct kretprobe_instance *ri)
{
	return (u64 *)ri->data;
}

/**
 * sw_out_of_resources_entry() - tcp_out_of_resources(sk, do_reset)
 * @ri: keeps the cookie
 * @regs: arguments
 *
 * Context: kretprobe at entry; socket lock held.
 * Return: 0 if the return is to be seen.
 */
int sw_out_of_resources_entry(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	const struct sock *sk = (const struct sock *)sw_arg(regs, 0);
	struct sw_held held;
	struct sw_entry *e;

	sw_hit(SW_HOOK_OUT_OF_RESOURCES);
	e = sw_probe_get(sk, sk->sk_state, &held);
	if (!e)
		return 1;
	e->flags |= SW_ENTRY_TIMER;
	*cookie_of(ri) = e->info.cookie;
	sw_entry_put(&held);
	return 0;
}
NOKPROBE_SYMBOL(sw_out_of_resources_entry);

/**
 * sw_out_of_resources_return() - tcp_out_of_resources() returns
 * @ri: has the cookie
 * @regs: return value
 *
 * Context: kretprobe at return.
 * Return: 0.
 */
int sw_out_of_resources_return(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct sw_held held;
	struct sw_entry *e;

	e = sw_entry_find(*cookie_of(ri), &held);
	if (!e)
		return 0;
	e->flags &= ~SW_ENTRY_TIMER;
	sw_entry_put(&held);
	return 0;
}
NOKPROBE_SYMBOL(sw_out_of_resources_return);

/* ---- RST in answer to a segment ---- */

/* tcp_reset() ran: shut down.  It did not: tcp_done(), on a closed socket. */
static u8 why_rejected(const struct sw_entry *e, const struct sock *sk)
{
	bool orphan = sock_flag(sk, SOCK_DEAD);

	if (e->flags & SW_ENTRY_REJECTED)
		return orphan ? SHUTWATCH_WHY_DATA_AFTER_CLOSE :
				SHUTWATCH_WHY_DATA_AFTER_SHUTDOWN;
	if (!orphan)
		return SHUTWATCH_WHY_UNKNOWN;
	return tcp_sk(sk)->linger2 < 0 ? SHUTWATCH_WHY_LINGER2_NEGATIVE :
					 SHUTWATCH_WHY_DATA_AFTER_CLOSE;
}

static void judge_reply(struct sw_decision *d, const struct sw_entry *e,
			const struct sock *sk)
{
	d->before = sk->sk_state;
	d->after = sk->sk_state;
	switch (sk->sk_state) {
	case TCP_LISTEN:
	case TCP_SYN_SENT:
	case TCP_SYN_RECV:
	case TCP_NEW_SYN_RECV:
		d->why = SHUTWATCH_WHY_BAD_HANDSHAKE;
		break;
	case TCP_CLOSE:
		d->before = e->before;
		d->after = e->info.state;
		d->why = why_rejected(e, sk);
		break;
	}
}

/* A listener answers for many: the segment says to whom. */
static void reply_of_socket(const struct sock *sk, const struct sk_buff *skb,
			    struct sw_decision *d)
{
	struct sw_values v;
	struct sw_ident id;
	struct sw_held held;
	struct sw_entry *e;

	e = sw_probe_get(sk, sk->sk_state, &held);
	if (!e)
		return;
	judge_reply(d, e, sk);
	sw_sock_values(sk, &v);
	d->v = &v;
	remember(e, d);
	e->flags &= ~SW_ENTRY_REJECTED;
	if (e->info.id.rport) {
		emit_for(e, d);
	} else {
		d->cookie = e->info.cookie;
		d->ipv6 = sw_skb_ident(skb, sk, &id);
		d->id = &id;
		sw_emit_decision(d);
	}
	sw_entry_put(&held);
}

static void reply_of_nobody(const struct sk_buff *skb, struct sw_decision *d)
{
	struct sw_ident id;

	if (!sw_skb_wanted(skb)) {
		sw_count(SW_COUNT_FILTERED);
		return;
	}
	d->why = SHUTWATCH_WHY_NO_SOCKET;
	d->ipv6 = sw_skb_ident(skb, NULL, &id);
	d->id = &id;
	sw_emit_decision(d);
}

/* The mini-socket goes right after: the record waits for that. */
static void reply_of_mini(const struct sock *sk, const struct sk_buff *skb,
			  struct sw_decision *d)
{
	struct sw_held held;
	struct sw_entry *e;
	struct sw_ident id;
	bool wanted;

	e = sw_probe_find_mini(inet_twsk(sk), &held, &wanted);
	if (e && !wanted) {
		sw_entry_put(&held);
		return;
	}
	if (e) {
		e->why = SHUTWATCH_WHY_TIME_WAIT_SEGMENT;
		e->flags |= SW_ENTRY_RST | SW_ENTRY_RST_SENT;
		e->kreason = d->kreason;
		e->kreason_known = d->kreason_known;
		memset(&e->v, 0, sizeof(e->v));
		sw_entry_put(&held);
		return;
	}
	if (!sw_probe_wanted(sk))
		return;
	d->why = SHUTWATCH_WHY_TIME_WAIT_SEGMENT;
	d->cookie = sw_sock_cookie(sk);
	d->ipv6 = sw_skb_ident(skb, sk, &id);
	d->id = &id;
	d->before = inet_twsk(sk)->tw_substate;
	sw_emit_decision(d);
}

static void reply_rst_sent(const struct sock *sk, const struct sk_buff *skb,
			   u8 kreason, bool known)
{
	struct sw_decision d = {
		.by = SHUTWATCH_BY_RX,
		.sent = SHUTWATCH_SENT_RST,
		.kreason = kreason,
		.kreason_known = known,
	};

	if (!sk)
		reply_of_nobody(skb, &d);
	else if (sk->sk_state == TCP_TIME_WAIT)
		reply_of_mini(sk, skb, &d);
	else
		reply_of_socket(sk, skb, &d);
}

static void rst_sent(const struct sock *sk, const struct sk_buff *skb,
		     u8 kreason, bool known)
{
	preempt_disable_notrace();	/* 7.x calls us preemptible */
	sw_hit(SW_HOOK_TP_SEND_RESET);
	if (skb)
		reply_rst_sent(sk, skb, kreason, known);
	else
		active_rst_sent(sk, kreason, known);
	preempt_enable_notrace();
}

/**
 * sw_tp_send_reset() - tracepoint tcp_send_reset
 * @data: unused
 * @sk: full socket, mini-socket, listener or NULL
 * @skb: the segment that is answered; NULL for a RST of our own accord
 * @reason: the kernel's reason, where it has one
 *
 * Context: any.
 */
#if SW_HAVE_RST_REASON
void sw_tp_send_reset(void *data, const struct sock *sk,
		      const struct sk_buff *skb, const enum sk_rst_reason reason)
{
	rst_sent(sk, skb, reason, true);
}
#else
void sw_tp_send_reset(void *data, const struct sock *sk,
		      const struct sk_buff *skb)
{
	rst_sent(sk, skb, 0, false);
}
#endif

/*
 * Before 6.10 the tracepoint is silent for mini-sockets and for no socket.
 * tcp_v[46]_send_reset() may still send nothing (no route, a key that does not
 * fit): the kernel's own count of RSTs, on this CPU, says whether it did.  It
 * runs in softirq there, so nothing else can send meanwhile.
 */

/**
 * struct reply_data - kept from the entry of tcp_v[46]_send_reset()
 * @sk: mini-socket or NULL; the caller holds it
 * @skb: the segment; the caller holds it
 * @sent: RSTs sent so far by this namespace on this CPU
 */
struct reply_data {
	const struct sock	*sk;
	const struct sk_buff	*skb;
	unsigned long		sent;
};

static_assert(sizeof(struct reply_data) <= SW_REPLY_DATA);

static unsigned long rsts_sent(const struct sock *sk, const struct sk_buff *skb)
{
	struct net *net = sk ? sock_net(sk) : sw_skb_net(skb);

	return this_cpu_read(net->mib.tcp_statistics->mibs[TCP_MIB_OUTRSTS]);
}

static int reply_entry(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct reply_data *data = (struct reply_data *)ri->data;
	const struct sock *sk = (const struct sock *)sw_arg(regs, 0);

	if (sk && sk_fullsock(sk))
		return 1;	/* the tracepoint tells */
	data->sk = sk;
	data->skb = (const struct sk_buff *)sw_arg(regs, 1);
	data->sent = rsts_sent(sk, data->skb);
	return 0;
}

/**
 * sw_reply_rst4_entry() - tcp_v4_send_reset(sk, skb)
 * @ri: keeps struct reply_data
 * @regs: arguments
 *
 * Context: kretprobe at entry; softirq.
 * Return: 0 if the return is to be seen.
 */
int sw_reply_rst4_entry(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	sw_hit(SW_HOOK_REPLY_RST4);
	return reply_entry(ri, regs);
}
NOKPROBE_SYMBOL(sw_reply_rst4_entry);

/**
 * sw_reply_rst6_entry() - tcp_v6_send_reset(sk, skb)
 * @ri: keeps struct reply_data
 * @regs: arguments
 *
 * Context: kretprobe at entry; softirq.
 * Return: 0 if the return is to be seen.
 */
int sw_reply_rst6_entry(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	sw_hit(SW_HOOK_REPLY_RST6);
	return reply_entry(ri, regs);
}
NOKPROBE_SYMBOL(sw_reply_rst6_entry);

/**
 * sw_reply_rst_return() - tcp_v4_send_reset() or tcp_v6_send_reset() returns
 * @ri: has struct reply_data
 * @regs: nothing is returned
 *
 * Context: kretprobe at return; softirq.
 * Return: 0.
 */
int sw_reply_rst_return(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	const struct reply_data *data = (const struct reply_data *)ri->data;

	if (rsts_sent(data->sk, data->skb) != data->sent)
		reply_rst_sent(data->sk, data->skb, 0, false);
	return 0;
}
NOKPROBE_SYMBOL(sw_reply_rst_return);
