// SPDX-License-Identifier: GPL-2.0-only
/*
 * What becomes of a socket: its transitions, the RSTs it receives, the
 * mini-socket that takes its connection over, its end.
 */

#include <linux/kprobes.h>
#include <linux/preempt.h>
#include <linux/tcp.h>
#include <net/inet_timewait_sock.h>
#include <net/mptcp.h>
#include <net/net_namespace.h>

#include "counters.h"
#include "emit.h"
#include "probes.h"
#include "sock.h"

/* ---- who caused a transition ---- */

/* Timers leave an error when they give up; the peer leaves none. */
static bool timer_gave_up(const struct sock *sk)
{
	return sk->sk_err == ETIMEDOUT ||
	       (sk->sk_err && sk->sk_err == sk->sk_err_soft);
}

/*
 * Inside the call, a transition to CLOSE may be the call's own or that of a
 * segment from the backlog, or of a timer that found the socket locked.  Once
 * it is an orphan, the backlog runs with bottom halves enabled, and what the
 * call still decides with them disabled.  Before, close() goes straight to
 * CLOSE only if data was unread or there was no connection yet, and shutdown()
 * only by tcp_disconnect().
 */
static bool own_close(const struct sw_call *call, const struct sock *sk, int old)
{
	if (call->seen & SW_SEEN_DISCONNECT || call->call == SHUTWATCH_BY_ABORT)
		return true;
	if (call->call != SHUTWATCH_BY_CLOSE)
		return false;
	if (sock_flag(sk, SOCK_DEAD))
		return softirq_count();
	return !(call->seen & SW_SEEN_FIN) &&
	       (call->v.unread || 1 << old & (TCPF_LISTEN | TCPF_SYN_SENT));
}

/* A segment that a tunnel or a NAPI thread brings comes in no softirq. */
static bool segment_runs(const struct sock *sk)
{
	return in_serving_softirq() || (softirq_count() && !sk_is_mptcp(sk));
}

static u8 by_of_close(const struct sw_entry *e, const struct sw_call *call,
		      const struct sock *sk, int old)
{
	if (e->flags & (SW_ENTRY_RST_RECEIVED | SW_ENTRY_REJECTED))
		return SHUTWATCH_BY_RX;
	if (e->flags & SW_ENTRY_CHILD)
		return SHUTWATCH_BY_LISTENER;
	if (call && own_close(call, sk, old))
		return call->call;
	if (timer_gave_up(sk) || e->flags & SW_ENTRY_TIMER ||
	    (e->flags & SW_ENTRY_RST && e->why != SHUTWATCH_WHY_MPTCP))
		return SHUTWATCH_BY_TIMER;
	if (call || segment_runs(sk) || old == TCP_LAST_ACK)
		return SHUTWATCH_BY_RX;
	if (sk_is_mptcp(sk))
		return SHUTWATCH_BY_MPTCP;
	return old == TCP_SYN_SENT ? SHUTWATCH_BY_CONNECT : SHUTWATCH_BY_NONE;
}

/* Most arcs of the state diagram have only one cause. */
static u8 by_of(const struct sw_entry *e, const struct sw_call *call,
		const struct sock *sk, int old, int new)
{
	switch (new) {
	case TCP_SYN_SENT:
		return SHUTWATCH_BY_CONNECT;
	case TCP_LISTEN:
		return SHUTWATCH_BY_LISTEN;
	case TCP_CLOSE:
		return by_of_close(e, call, sk, old);
	case TCP_FIN_WAIT1:
	case TCP_LAST_ACK:
		if (call)
			return call->call;
		return sk_is_mptcp(sk) ? SHUTWATCH_BY_MPTCP : SHUTWATCH_BY_RX;
	}
	return SHUTWATCH_BY_RX;
}

/* ---- transitions ---- */

/* A timer closed it and no RST was seen: silence has a reason too. */
static noinline void silent_end(struct sw_entry *e, const struct sock *sk, u8 before)
{
	struct sw_values v;
	struct sw_decision d = {
		.cookie = e->info.cookie,
		.id = &e->info.id,
		.ipv6 = e->info.ipv6,
		.v = &v,
		.by = SHUTWATCH_BY_TIMER,
		.before = before,
		.after = TCP_CLOSE,
		.why = SHUTWATCH_WHY_RETRIES_EXHAUSTED,
	};

	if (e->flags & SW_ENTRY_TIMER)
		d.why = check_net(sock_net(sk)) ? SHUTWATCH_WHY_ORPHAN_MEMORY :
						  SHUTWATCH_WHY_NETNS_EXIT;
	sw_sock_values(sk, &v);
	e->info.call = d.by;
	e->info.how = SHUTWATCH_HOW_NONE;
	e->info.sent = d.sent;
	e->info.why = d.why;
	sw_emit_decision(&d);
}

/* What led to CLOSE is written before the transition; returns the latter's time. */
static __always_inline u64 before_close(struct sw_entry *e,
					const struct sock *sk, u8 by, int old)
{
	u64 now = sw_now();

	if (e->flags & SW_ENTRY_RST_RECEIVED) {
		sw_emit_reset(e, now, sk->sk_err, old, TCP_CLOSE);
		e->flags &= ~SW_ENTRY_RST_RECEIVED;
		return now;
	}
	if (e->flags & SW_ENTRY_RST)
		sw_pending_rst(e, old, TCP_CLOSE);
	else if (by == SHUTWATCH_BY_TIMER)
		silent_end(e, sk, old);
	else
		return now;
	return sw_now();
}

static void note_in_call(struct sw_call *call, const struct sock *sk, int old,
			 int new)
{
	call->from = old;
	call->outcome.after = new;
	if (new == TCP_CLOSE && sock_flag(sk, SOCK_DEAD) &&
	    !check_net(sock_net(sk)))
		call->seen |= SW_SEEN_NETNS_EXIT;
}

static __always_inline void transition(struct sw_entry *e,
				       struct sw_call *call,
				       const struct sock *sk, int old, int new)
{
	u8 by = by_of(e, call, sk, old, new);
	bool asked = sw_task_asked(by);
	u64 now;

	now = new == TCP_CLOSE ? before_close(e, sk, by, old) : sw_now();
	sw_emit_state(e, by, asked, now, old, new);
	sw_entry_move(e, new);
	sw_probe_owner(e, by, asked);
	if (call)
		note_in_call(call, sk, old, new);
}

/* Out of CLOSE: the next connection, perhaps while a mini-socket has the last. */
static void begin_connection(struct sw_entry *e, const struct sock *sk)
{
	if (e->flags & SW_ENTRY_RST)	/* decided, but not sent */
		sw_pending_rst(e, e->before, e->info.state);
	e->flags &= ~SW_ENTRY_CONNECTION;
	sw_probe_catch_up(e, TCP_CLOSE);
	/* Else it was read just now: see sw_probe_accept(). */
	if (e->info.id.lport && e->info.id.rport)
		sw_probe_ident(e, sk);
}

static void set_state(const struct sock *sk, int old, int new)
{
	struct sw_held held;
	struct sw_entry *e;

	e = sw_probe_get(sk, old, &held);
	if (!e)
		return;
	if (old == TCP_CLOSE)
		begin_connection(e, sk);
	/* The mini-socket has the connection: the shell is closed unseen. */
	if (!(e->flags & SW_ENTRY_MINI) || new != TCP_CLOSE)
		transition(e, sw_call_on(sk), sk, old, new);
	sw_entry_put(&held);
}

/**
 * sw_tp_set_state() - tracepoint inet_sock_set_state
 * @data: unused
 * @sk: full socket; its state is still @old
 * @old: TCP_* before
 * @new: TCP_* after
 *
 * A child's first one, LISTEN to SYN_RECV, is left out: the child is still a
 * copy of its listener then, cookie and addresses included.
 *
 * Context: any.
 */
void sw_tp_set_state(void *data, const struct sock *sk, const int old,
		     const int new)
{
	preempt_disable_notrace();	/* 7.x calls us preemptible */
	sw_hit(SW_HOOK_TP_STATE);
	if (sw_sock_is_tcp(sk) && old != new &&
	    !(old == TCP_LISTEN && new == TCP_SYN_RECV))
		set_state(sk, old, new);
	preempt_enable_notrace();
}

/* ---- RST received ---- */

static void note_reset(const struct sock *sk)
{
	struct sw_held held;
	struct sw_entry *e;

	e = sw_probe_get(sk, sk->sk_state, &held);
	if (!e)
		return;
	if (!(e->flags & SW_ENTRY_REJECTED))
		e->flags |= SW_ENTRY_RST_RECEIVED;
	sw_entry_put(&held);
}

static void note_rejected(const struct sock *sk)
{
	struct sw_held held;
	struct sw_entry *e;

	e = sw_probe_get(sk, sk->sk_state, &held);
	if (!e)
		return;
	e->flags |= SW_ENTRY_REJECTED;
	sw_entry_put(&held);
}

/**
 * struct segment - what tcp_rcv_state_process() is looking at, on this CPU
 * @sk: the socket
 * @rst: the segment is a RST
 *
 * Only where tcp_reset() is not told.  A task that looks at its backlog may be
 * interrupted by a softirq that looks at something else.
 */
struct segment {
	const struct sock	*sk;
	bool			rst;
};

static DEFINE_PER_CPU(struct segment [2], last_segment);

static struct segment *this_segment(void)
{
	return this_cpu_ptr(&last_segment[!!in_serving_softirq()]);
}

static bool segment_is_data(const struct sock *sk)
{
	const struct segment *last = this_segment();

	return !SW_TCP_RESET_HAS_SKB && last->sk == sk && !last->rst &&
	       sk->sk_state != TCP_ESTABLISHED;
}

/**
 * sw_reset() - tcp_reset(sk, skb) or tcp_rcv_state_process(sk, skb)
 * @arg0: struct sock
 * @arg1: struct sk_buff
 * @arg2: unused
 *
 * The kernel calls tcp_reset() also when it rejects data for a socket that was
 * shut down, although no RST came.  The segment tells the two apart.
 *
 * Context: ftrace; socket lock held.
 */
void sw_reset(unsigned long arg0, unsigned long arg1,
	      unsigned long arg2)
{
	const struct sock *sk = (const struct sock *)arg0;
	const struct sk_buff *skb = (const struct sk_buff *)arg1;

	sw_hit(SW_HOOK_RESET);
	if (!SW_TCP_RESET_HAS_SKB) {
		*this_segment() = (struct segment){
			.sk = sk,
			.rst = tcp_hdr(skb)->rst,
		};
	} else if (!tcp_hdr(skb)->rst) {
		note_rejected(sk);
	}
}
NOKPROBE_SYMBOL(sw_reset);

/**
 * sw_tp_receive_reset() - tracepoint tcp_receive_reset
 * @data: unused
 * @sk: full socket, its state and sk_err still as before
 *
 * Context: any.
 */
void sw_tp_receive_reset(void *data, struct sock *sk)
{
	preempt_disable_notrace();	/* 7.x calls us preemptible */
	sw_hit(SW_HOOK_TP_RECEIVE_RESET);
	if (sk->sk_state != TCP_CLOSE) {
		if (segment_is_data(sk))
			note_rejected(sk);
		else
			note_reset(sk);
	}
	preempt_enable_notrace();
}

/* ---- mini-sockets ---- */

static void tell_mini(struct sw_entry *e, u8 by, u8 state, bool wanted)
{
	if (wanted)
		sw_emit_state(e, by, sw_task_asked(by), sw_now(), e->info.state,
			      state);
	sw_entry_move(e, state);
}

/**
 * sw_mini_born() - inet_twsk_hashdance(tw, sk, ...) or its successor
 * @arg0: struct inet_timewait_sock
 * @arg1: struct sock
 * @arg2: unused
 *
 * From here on a mini-socket has the connection, in TIME_WAIT or, for a
 * socket that was closed, still in FIN_WAIT2.
 *
 * Context: ftrace; socket lock held.
 */
void sw_mini_born(unsigned long arg0, unsigned long arg1,
		  unsigned long arg2)
{
	const struct inet_timewait_sock *tw = (const void *)arg0;
	const struct sock *sk = (const struct sock *)arg1;
	struct sw_held held;
	struct sw_entry *e;

	sw_hit(SW_HOOK_MINI_BORN);
	e = sw_probe_get(sk, sk->sk_state, &held);
	if (!e)
		return;
	e->flags |= SW_ENTRY_MINI;
	if (tw->tw_substate == TCP_TIME_WAIT)
		tell_mini(e, SHUTWATCH_BY_RX, TCP_TIME_WAIT, true);
	sw_entry_put(&held);
}
NOKPROBE_SYMBOL(sw_mini_born);

/**
 * sw_mini_schedule() - __inet_twsk_schedule(tw, timeo, rearm)
 * @arg0: struct inet_timewait_sock
 * @arg1: unused
 * @arg2: whether its timer is set anew
 *
 * The timer of a mini-socket is set anew; if it was in FIN_WAIT2 and no longer
 * is, the peer's FIN has come.
 *
 * Context: ftrace.
 */
void sw_mini_schedule(unsigned long arg0, unsigned long arg1,
		      unsigned long arg2)
{
	const struct inet_timewait_sock *tw = (const void *)arg0;
	struct sw_held held;
	struct sw_entry *e;
	bool wanted;

	sw_hit(SW_HOOK_MINI_SCHEDULE);
	if (!(arg2 & 1) || tw->tw_substate != TCP_TIME_WAIT)
		return;
	e = sw_probe_find_mini(tw, &held, &wanted);
	if (!e)
		return;
	if (e->info.state == TCP_FIN_WAIT2)
		tell_mini(e, SHUTWATCH_BY_RX, TCP_TIME_WAIT, wanted);
	sw_entry_put(&held);
}
NOKPROBE_SYMBOL(sw_mini_schedule);

/* Not its timer: a segment, ss -K, a connect() to reuse it, a dying netns. */
static u8 by_of_put(void)
{
	const struct sw_call *call = sw_call_find();

	if (in_serving_softirq())
		return SHUTWATCH_BY_RX;
	if (call)
		return call->call;
	return current->flags & PF_KTHREAD ? SHUTWATCH_BY_NONE :
					     SHUTWATCH_BY_CONNECT;
}

/**
 * sw_mini_put() - inet_twsk_deschedule_put(tw)
 * @arg0: struct inet_timewait_sock
 * @arg1: unused
 * @arg2: unused
 *
 * Context: ftrace.
 */
void sw_mini_put(unsigned long arg0, unsigned long arg1,
		 unsigned long arg2)
{
	const struct inet_timewait_sock *tw = (const void *)arg0;
	struct sw_held held;
	struct sw_entry *e;
	bool wanted;

	sw_hit(SW_HOOK_MINI_PUT);
	e = sw_probe_find_mini(tw, &held, &wanted);
	if (!e)
		return;
	e->mini_by = by_of_put();
	e->flags |= SW_ENTRY_MINI_PUT;
	sw_entry_put(&held);
}
NOKPROBE_SYMBOL(sw_mini_put);

/**
 * sw_mini_kill() - inet_twsk_kill(tw)
 * @arg0: struct inet_timewait_sock
 * @arg1: unused
 * @arg2: unused
 *
 * The connection is over.
 *
 * Context: ftrace.
 */
void sw_mini_kill(unsigned long arg0, unsigned long arg1,
		  unsigned long arg2)
{
	const struct inet_timewait_sock *tw = (const void *)arg0;
	struct sw_held held;
	struct sw_entry *e;
	bool wanted;
	u8 by;

	sw_hit(SW_HOOK_MINI_KILL);
	e = sw_probe_find_mini(tw, &held, &wanted);
	if (!e)
		return;
	if (e->flags & SW_ENTRY_MINI_PUT)
		by = e->mini_by;
	else	/* its timer runs in softirq; a purge may have the put inlined */
		by = in_serving_softirq() ? SHUTWATCH_BY_TIMER : by_of_put();
	if (e->flags & SW_ENTRY_RST)
		sw_pending_rst(e, e->info.state, TCP_CLOSE);
	tell_mini(e, by, TCP_CLOSE, wanted);
	e->flags &= ~(SW_ENTRY_MINI | SW_ENTRY_MINI_PUT);
	if (e->flags & SW_ENTRY_DESTROYED)
		sw_entry_end(e);
	sw_entry_put(&held);
}
NOKPROBE_SYMBOL(sw_mini_kill);

/* ---- the end ---- */

/**
 * sw_tp_destroy_sock() - tracepoint tcp_destroy_sock
 * @data: unused
 * @sk: full socket
 *
 * Context: any.
 */
void sw_tp_destroy_sock(void *data, struct sock *sk)
{
	struct sw_held held;
	struct sw_entry *e;

	preempt_disable_notrace();	/* 7.x calls us preemptible */
	sw_hit(SW_HOOK_TP_DESTROY);
	e = sw_probe_find(sk, &held);
	if (e) {
		if (e->flags & SW_ENTRY_RST)	/* decided, but not sent */
			sw_pending_rst(e, e->before, e->info.state);
		e->flags |= SW_ENTRY_DESTROYED;
		if (!(e->flags & SW_ENTRY_MINI))
			sw_entry_end(e);
		sw_entry_put(&held);
	}
	preempt_enable_notrace();
}
