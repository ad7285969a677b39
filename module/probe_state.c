// SPDX-License-Identifier: GPL-2.0-only
/* What becomes of a socket: its transitions, the RSTs it receives, its end. */

#include <linux/kprobes.h>
#include <linux/preempt.h>
#include <linux/tcp.h>
#include <net/mptcp.h>
#include <net/net_namespace.h>

#include "callers.h"
#include "emit.h"
#include "probes.h"
#include "skipped.h"
#include "sock.h"

/* ---- who caused a transition ---- */

static __always_inline u8 by_of_scene(const struct sw_entry *e,
				      const struct sw_call *call,
				      const struct sock *sk, int old, int new)
{
	const struct sw_scene scene = {
		.path = new == TCP_CLOSE ? e->path : e->fin_path,
		.call = call ? call->call : SHUTWATCH_BY_NONE,
		.before = old,
		.done = e->flags & SW_ENTRY_DONE,
		.reset = e->flags & (SW_ENTRY_RST_RECEIVED | SW_ENTRY_REJECTED),
		.child = e->flags & SW_ENTRY_CHILD,
		.mptcp = sk_is_mptcp(sk),
		/* without kprobes, no call is */
		.not_followed = e->flags & SW_ENTRY_NOT_FOLLOWED || !sw_kprobes_work(),
		.repair = tcp_sk(sk)->repair && !tcp_sk(sk)->segs_out,
	};

	return sw_cause_of_transition(&scene, new);
}

static __always_inline u8 by_of(const struct sw_entry *e,
				const struct sw_call *call,
				const struct sock *sk, int old, int new)
{
	return sw_cause_of_arc(old, new) ?: by_of_scene(e, call, sk, old, new);
}

/* ---- transitions ---- */

/* A timer closed it and no RST was seen: silence has a reason too. */
static noinline void silent_end(struct sw_entry *e, const struct sock *sk, u8 before)
{
	struct sw_scene scene = {
		.path = e->path,
		.before = before,
		.user_timeout = sw_sock_user_timeout(sk),
		.memory = sw_sock_memory_is_over(sk),
		.dying = !check_net(sock_net(sk)),
	};
	struct sw_values v;
	struct sw_decision d = {
		.v = &v,
		.by = SHUTWATCH_BY_TIMER,
		.before = before,
		.after = TCP_CLOSE,
		.why = sw_why_silent_timer(&scene),
	};

	sw_sock_timer(sk, &d.trigger.timer);
	sw_sock_values(sk, &v);
	sw_probe_decision(e, &d);
}

/* A RST, an ICMP error, a connect() that failed: no decision, but the end. */
static void ended_by(struct sw_entry *e, u8 by)
{
	if (!e->info.ended.by)
		e->info.ended = (struct sw_ending){ .by = by };
}

static bool is_end_without_decision(const struct sw_entry *e, u8 by)
{
	switch (by) {
	case SHUTWATCH_BY_CONNECT:
	case SHUTWATCH_BY_LISTEN:
		return true;
	}
	return e->flags & SW_ENTRY_DONE && e->path == SW_PATH_ICMP;
}

static void reset_received(struct sw_entry *e, u64 now, int err, u8 before)
{
	sw_emit_reset(e, now, err, before, TCP_CLOSE);
	ended_by(e, SHUTWATCH_BY_RX);
	e->flags &= ~SW_ENTRY_RST_RECEIVED;
}

/* What led to CLOSE is written before the transition; returns the latter's time. */
static __always_inline u64 before_close(struct sw_entry *e,
					const struct sock *sk, u8 by, int old,
					bool told)
{
	bool rst = e->flags & SW_ENTRY_RST;
	u64 now;

	/*
	 * MPTCP lets a subflow go between its RST and its transition: what was
	 * received meanwhile may close it, and the RST, sent before, has not.
	 */
	if (unlikely(rst))
		sw_rst_write(e, old, by == SHUTWATCH_BY_RX ? old : TCP_CLOSE);
	if (e->flags & SW_ENTRY_RST_RECEIVED) {
		now = sw_now_for(told || sw_emit_wants(SHUTWATCH_KIND_RESET, 0, 0));
		reset_received(e, now, sk->sk_err, old);
		return now;
	}
	if (by == SHUTWATCH_BY_TIMER && !rst)
		silent_end(e, sk, old);
	else if (is_end_without_decision(e, by))
		ended_by(e, by);
	return sw_now_for(told);
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

/*
 * Of the FIN; where the peer's came first, there is no FIN_WAIT2.  CLOSING ends so
 * for want of a mini-socket.
 */
static bool is_acknowledged(u8 by, int old, int new, int err)
{
	if (new == TCP_FIN_WAIT2)
		return true;
	return (old == TCP_LAST_ACK || old == TCP_CLOSING) && new == TCP_CLOSE &&
	       by == SHUTWATCH_BY_RX && !err;
}

/* A further subflow is connected by MPTCP, in whatever task: see note_msk(). */
static __always_inline void note_owner(struct sw_entry *e, const struct sock *sk)
{
	if (likely(!sk_is_mptcp(sk)) || sw_subflow_is_first(sk))
		sw_probe_owner(e);
}

/* Where no record of it is wanted, who caused it matters only at the end. */
static __always_inline void transition(struct sw_entry *e,
				       struct sw_call *call,
				       const struct sw_call *above,
				       const struct sock *sk, int old, int new,
				       bool told)
{
	u8 by = told || new == TCP_CLOSE ? by_of(e, call, sk, old, new) :
					   SHUTWATCH_BY_NONE;
	int err = 0;
	u64 now;

	if (new == TCP_SYN_SENT || new == TCP_LISTEN)
		note_owner(e, sk);
	if (new == TCP_CLOSE) {
		now = before_close(e, sk, by, old, told);
		err = sk->sk_err;
	} else {
		now = sw_now_for(told);
	}
	if (is_acknowledged(by, old, new, err))
		sw_probe_fin_acked(e);
	if (told)
		sw_emit_state(e, by, sw_probe_asked(e, by, call ?: above), now,
			      old, new, err);
	sw_entry_move(e, new, now);
	if (call)
		note_in_call(call, sk, old, new);
}

static noinline void transition_untold(struct sw_entry *e, struct sw_call *call,
				       const struct sock *sk, int old, int new)
{
	transition(e, call, NULL, sk, old, new, false);
}

/* What shutdown() has shut before there was a connection is still shut. */
static u8 shut_of(const struct sock *sk)
{
	BUILD_BUG_ON((RCV_SHUTDOWN ^ SHUTWATCH_HOW_RD) |
		     (SEND_SHUTDOWN ^ SHUTWATCH_HOW_WR));
	return sk->sk_shutdown & SHUTDOWN_MASK;
}

/* Out of CLOSE: the next connection, perhaps while a mini-socket has the last. */
static void begin_connection(struct sw_set *set, struct sw_entry *e,
			     const struct sock *sk)
{
	if (e->flags & SW_ENTRY_MINI) {
		sw_entry_split(set, e);
		e->info.path = 0;
	} else if (e->flags & SW_ENTRY_RST) {	/* decided, but not sent */
		sw_rst_write(e, e->before, e->info.state);
	}
	e->flags &= ~SW_ENTRY_CONNECTION;
	e->fin_path = SW_PATH_NONE;
	e->msk = 0;
	e->info.shut = shut_of(sk);
	e->info.ended = (struct sw_ending){};
	sw_probe_catch_up(e, TCP_CLOSE);
	/* Without a port it was read just now, by sw_probe_refresh(). */
	if (e->info.id.lport)
		sw_probe_ident(e, sk);
}

/*
 * Two segments that complete one handshake make two children: the loser is
 * closed before it was anything.  So is a child whose listener has just given its
 * port back.  Both have the cookie of the request, if somebody has asked for that
 * one, and so has the winner.
 */
static bool is_stillborn(const struct sock *sk, int old, int new)
{
	return old == TCP_SYN_RECV && new == TCP_CLOSE &&
	       (!atomic64_read(&sk->sk_cookie) || sock_flag(sk, SOCK_DEAD) ||
		sw_sock_has_lost(sk));
}

static void set_state(const struct sock *sk, int old, int new)
{
	const bool begins = old == TCP_CLOSE;
	const struct sw_call *above;
	struct sw_call *call;
	struct sw_held held;
	struct sw_entry *e;

	if (old == TCP_SYN_RECV) {
		bool stillborn = is_stillborn(sk, old, new);

		/* The loser's segment goes on to the winner, without the listener. */
		if (!stillborn || sw_sock_has_lost(sk))
			sw_handshake_done();
		if (stillborn)
			return;
	}
	if (sw_probe_is_far(sk)) {
		sw_probe_turned_away(sk, begins);
		return;
	}
	if (begins)
		sw_probe_begins(sk);
	call = sw_probe_call(sk);
	above = sw_probe_subflow(sk);
	/* Out of CLOSE, connect() or listen() takes it. */
	e = sw_probe_get(sk, old, call || begins, &held);
	if (!e) {
		sw_probe_turned_away(sk, begins);
		return;
	}
	if (begins)
		begin_connection(held.set, e, sk);
	/* The mini-socket has the connection: the shell is closed unseen. */
	if (e->flags & SW_ENTRY_SHELL && new == TCP_CLOSE)
		;
	else if (likely(sw_emit_wanted(SHUTWATCH_KIND_STATE, 0, 0)))
		transition(e, call, above, sk, old, new, true);
	else
		transition_untold(e, call, sk, old, new);
	e->flags &= ~SW_ENTRY_DONE;
	sw_entry_put(&held);
}

/*
 * MPTCP has a state machine of its own; only the calls on it are told.  It is
 * whose who connects it; where its end is not seen, it is not worth a place.  One
 * that listens is not given a cookie before it is closed: MPTCP copies it to what
 * is accepted.
 */
static void follow_mptcp(const struct sock *sk, int old, int new)
{
	bool connects = new == TCP_SYN_SENT;
	struct sw_held held;
	struct sw_entry *e;

	if (connects && sw_hook_is_armed(SW_HOOK_MPTCP_CLOSE))
		e = sw_probe_get(sk, old, true, &held);
	else
		e = sw_probe_find(sk, &held);
	if (!e)
		return;
	if (connects)
		sw_probe_owner(e);
	sw_probe_catch_up(e, new);
	sw_entry_put(&held);
}

/**
 * sw_tp_set_state() - tracepoint inet_sock_set_state
 * @data: unused
 * @sk: full socket; its state is still @old
 * @old: TCP_* before
 * @new: TCP_* after
 *
 * A child's first one, to SYN_RECV, is left out: the child is still a copy of its
 * listener then, cookie and addresses included, which is in LISTEN or, if another
 * CPU has just stopped it, in CLOSE.  A socket of its own comes from SYN_SENT.
 *
 * Context: any.
 */
void sw_tp_set_state(void *data, const struct sock *sk, const int old,
		     const int new)
{
	preempt_disable_notrace();	/* 7.x calls us preemptible */
	sw_hit(SW_HOOK_TP_STATE);
	if (likely(sw_sock_is_tcp(sk))) {
		if (likely(old != new) &&
		    (likely(new != TCP_SYN_RECV) || old == TCP_SYN_SENT))
			set_state(sk, old, new);
	} else if (sw_sock_is_mptcp(sk)) {
		follow_mptcp(sk, old, new);
	}
	preempt_enable_notrace();
}

/* ---- tcp_done() ---- */

/*
 * On whose behalf: its caller tells.  Where that is not known, a socket that is
 * not followed yet need not be.
 */
static noinline void note_path(const struct sock *sk, enum sw_path path)
{
	struct sw_held held;
	struct sw_entry *e;

	if (path == SW_PATH_NONE)
		e = sw_probe_find(sk, &held);
	else
		e = sw_probe_get(sk, sk->sk_state, path == SW_PATH_ABORT, &held);
	if (!e)
		return;
	e->flags |= SW_ENTRY_DONE;
	e->path = path;
	sw_entry_put(&held);
}

static void note_done(const struct sock *sk, unsigned long caller)
{
	enum sw_path path = sw_caller_path(caller);

	if (path == SW_PATH_INNER || sk->sk_state == TCP_CLOSE)
		return;
	if (unlikely(path == SW_PATH_ABORT))
		sw_probe_aborts(sk);
	if (path == SW_PATH_TIME_WAIT && sw_hook_is_armed(SW_HOOK_TIME_WAIT))
		return;		/* noted there, by who called it */
	note_path(sk, path);
}

/**
 * sw_done() - tcp_done(sk)
 * @arg0: struct sock
 * @arg1: unused
 * @arg2: unused
 * @caller: who ends the connection
 *
 * Context: ftrace; socket lock held.
 */
void sw_done(unsigned long arg0, unsigned long arg1, unsigned long arg2,
	     unsigned long caller)
{
	sw_hit(SW_HOOK_DONE);
	note_done((const struct sock *)arg0, caller);
}
NOKPROBE_SYMBOL(sw_done);

/**
 * sw_done_with_error() - tcp_done_with_error(sk, err)
 * @arg0: struct sock
 * @arg1: unused
 * @arg2: unused
 * @caller: who ends the connection
 *
 * Context: ftrace; socket lock held.
 */
void sw_done_with_error(unsigned long arg0, unsigned long arg1,
			unsigned long arg2, unsigned long caller)
{
	sw_hit(SW_HOOK_DONE_WITH_ERROR);
	note_done((const struct sock *)arg0, caller);
}
NOKPROBE_SYMBOL(sw_done_with_error);

/**
 * sw_time_wait() - tcp_time_wait(sk, state, timeo)
 * @arg0: struct sock
 * @arg1: unused
 * @arg2: unused
 * @caller: who ends the connection
 *
 * Calls tcp_done(), for want of a mini-socket or since it has one now.
 *
 * Context: ftrace; socket lock held.
 */
void sw_time_wait(unsigned long arg0, unsigned long arg1, unsigned long arg2,
		  unsigned long caller)
{
	sw_hit(SW_HOOK_TIME_WAIT);
	note_done((const struct sock *)arg0, caller);
}
NOKPROBE_SYMBOL(sw_time_wait);

/* ---- RST received ---- */

static void note(const struct sock *sk, u32 flag)
{
	struct sw_held held;
	struct sw_entry *e;

	e = sw_probe_get(sk, sk->sk_state, false, &held);
	if (!e)
		return;
	/* Below tcp_reset(), what was not sent or acknowledged is thrown away. */
	if (flag == SW_ENTRY_REJECTED && !(e->flags & SW_ENTRY_REJECTED))
		sw_sock_values(sk, &e->rst.v);
	if (flag != SW_ENTRY_RST_RECEIVED || !(e->flags & SW_ENTRY_REJECTED))
		e->flags |= flag;
	sw_entry_put(&held);
}

/* Data that comes then may be answered with a RST. */
static bool may_reject(const struct sock *sk)
{
	return sk->sk_shutdown & RCV_SHUTDOWN &&
	       (1 << sk->sk_state) & (TCPF_FIN_WAIT1 | TCPF_FIN_WAIT2 |
				      TCPF_CLOSE_WAIT | TCPF_CLOSING |
				      TCPF_LAST_ACK);
}

/*
 * Only where tcp_reset() is not told the segment: tcp_rcv_state_process() is, a
 * moment before.
 */
static void note_segment(const struct sock *sk, bool rst)
{
	struct sw_held held;
	struct sw_entry *e;

	/* That it is data must be known of a socket that is new to us, too. */
	if (!rst && may_reject(sk))
		e = sw_probe_get(sk, sk->sk_state, false, &held);
	else
		e = sw_probe_find(sk, &held);
	if (!e)
		return;
	if (rst)
		e->flags |= SW_ENTRY_SEGMENT_RST;
	else
		e->flags &= ~SW_ENTRY_SEGMENT_RST;
	sw_entry_put(&held);
}

static bool segment_is_data(const struct sock *sk)
{
	struct sw_held held;
	struct sw_entry *e;
	bool data;

	if (SW_TCP_RESET_HAS_SKB || sk->sk_state == TCP_ESTABLISHED)
		return false;
	e = sw_probe_find(sk, &held);
	if (!e)
		return false;
	data = !(e->flags & SW_ENTRY_SEGMENT_RST);
	sw_entry_put(&held);
	return data;
}

/**
 * sw_reset() - tcp_reset(sk, skb) or tcp_rcv_state_process(sk, skb)
 * @arg0: struct sock
 * @arg1: struct sk_buff
 * @arg2: unused
 * @caller: unused
 *
 * The kernel calls tcp_reset() also when it rejects data for a socket that was
 * shut down, although no RST came.  The segment tells the two apart.
 *
 * Context: ftrace; socket lock held.
 */
void sw_reset(unsigned long arg0, unsigned long arg1, unsigned long arg2,
	      unsigned long caller)
{
	const struct sock *sk = (const struct sock *)arg0;
	const struct sk_buff *skb = (const struct sk_buff *)arg1;
	bool rst = tcp_hdr(skb)->rst;

	sw_hit(SW_HOOK_RESET);
	if (!SW_TCP_RESET_HAS_SKB)
		note_segment(sk, rst);
	else if (!rst)
		note(sk, SW_ENTRY_REJECTED);
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
	if (sk->sk_state != TCP_CLOSE)
		note(sk, segment_is_data(sk) ? SW_ENTRY_REJECTED :
					       SW_ENTRY_RST_RECEIVED);
	preempt_enable_notrace();
}

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
	e = unlikely(sw_sock_has_lost(sk)) ? NULL : sw_probe_find(sk, &held);
	if (e) {
		/* Decided, but not sent; once there is a mini-socket, it is that one's. */
		if ((e->flags & (SW_ENTRY_RST | SW_ENTRY_MINI)) == SW_ENTRY_RST)
			sw_rst_write(e, e->before, e->info.state);
		e->flags |= SW_ENTRY_DESTROYED;
		if (!(e->flags & SW_ENTRY_MINI))
			sw_entry_end(e);
		sw_entry_put(&held);
	}
	preempt_enable_notrace();
}
