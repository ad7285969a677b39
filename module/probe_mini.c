// SPDX-License-Identifier: GPL-2.0-only
/* Mini-sockets: TIME_WAIT, and FIN_WAIT2 of a socket that was closed. */

#include <linux/kprobes.h>
#include <linux/tcp.h>
#include <net/inet_timewait_sock.h>

#include "callers.h"
#include "emit.h"
#include "probes.h"
#include "sock.h"

static void tell(struct sw_entry *e, u8 by, u8 state, bool wanted)
{
	bool asked = by == SHUTWATCH_BY_CONNECT || by == SHUTWATCH_BY_ABORT;
	bool told = wanted && sw_emit_wanted(SHUTWATCH_KIND_STATE, 0, 0);
	u64 now = sw_now_for(told);

	if (told)
		sw_emit_state(e, by, asked, now, e->info.state, state, 0);
	sw_entry_move(e, state, now);
}

/*
 * It was made before its socket had a cookie: give it the same.  Nobody else can
 * find it yet.
 */
static void share_cookie(const struct inet_timewait_sock *tw,
			 const struct sw_entry *e)
{
	struct sock *mini = (struct sock *)tw;

	if (!atomic64_read(&mini->sk_cookie))
		atomic64_set(&mini->sk_cookie, e->info.cookie);
}

/**
 * sw_mini_born() - inet_twsk_hashdance(tw, sk, ...) or its successor
 * @arg0: struct inet_timewait_sock
 * @arg1: struct sock
 * @arg2: unused
 * @caller: unused
 *
 * From here on a mini-socket has the connection, in TIME_WAIT or, for a
 * socket that was closed, still in FIN_WAIT2.
 *
 * Context: ftrace; socket lock held.
 */
void sw_mini_born(unsigned long arg0, unsigned long arg1, unsigned long arg2,
		  unsigned long caller)
{
	const struct inet_timewait_sock *tw = (const void *)arg0;
	const struct sock *sk = (const struct sock *)arg1;
	struct sw_held held;
	struct sw_entry *e;

	sw_hit(SW_HOOK_MINI_BORN);
	if (!sw_sock_is_tcp(sk))
		return;		/* DCCP has them, too */
	if (!sw_hook_is_armed(SW_HOOK_MINI_KILL))
		return;		/* it would never end */
	e = sw_probe_get(sk, sk->sk_state, false, &held);
	if (!e)
		return;
	share_cookie(tw, e);
	e->flags |= SW_ENTRY_MINI | SW_ENTRY_SHELL;
	if (tw->tw_substate == TCP_TIME_WAIT) {
		sw_probe_fin_acked(e);
		tell(e, SHUTWATCH_BY_RX, TCP_TIME_WAIT, true);
	}
	sw_entry_put(&held);
}
NOKPROBE_SYMBOL(sw_mini_born);

/**
 * sw_mini_segment() - tcp_timewait_state_process(tw, skb, th, ...)
 * @arg0: struct inet_timewait_sock
 * @arg1: unused
 * @arg2: struct tcphdr
 * @caller: unused
 *
 * Context: ftrace; bottom halves disabled.
 */
void sw_mini_segment(unsigned long arg0, unsigned long arg1, unsigned long arg2,
		     unsigned long caller)
{
	const struct inet_timewait_sock *tw = (const void *)arg0;
	const struct tcphdr *th = (const struct tcphdr *)arg2;
	struct sw_held held;
	struct sw_entry *e;
	bool wanted;

	sw_hit(SW_HOOK_MINI_SEGMENT);
	e = sw_probe_find_mini(tw, &held, &wanted);
	if (!e)
		return;
	if (th->rst)
		e->flags |= SW_ENTRY_MINI_RST;
	else
		e->flags &= ~SW_ENTRY_MINI_RST;
	sw_entry_put(&held);
}
NOKPROBE_SYMBOL(sw_mini_segment);

/**
 * sw_mini_schedule() - __inet_twsk_schedule(tw, timeo, rearm)
 * @arg0: struct inet_timewait_sock
 * @arg1: unused
 * @arg2: whether its timer is set anew
 * @caller: unused
 *
 * The timer of a mini-socket is set anew; if it was in FIN_WAIT2 and no longer
 * is, the peer's FIN has come.
 *
 * Context: ftrace.
 */
void sw_mini_schedule(unsigned long arg0, unsigned long arg1,
		      unsigned long arg2, unsigned long caller)
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
		tell(e, SHUTWATCH_BY_RX, TCP_TIME_WAIT, wanted);
	sw_entry_put(&held);
}
NOKPROBE_SYMBOL(sw_mini_schedule);

/**
 * sw_mini_put() - inet_twsk_deschedule_put(tw)
 * @arg0: struct inet_timewait_sock
 * @arg1: unused
 * @arg2: unused
 * @caller: who ends it: a segment, a connect() that takes its port, tcp_abort(),
 *	or nobody that we know (its namespace goes away)
 *
 * Context: ftrace.
 */
void sw_mini_put(unsigned long arg0, unsigned long arg1, unsigned long arg2,
		 unsigned long caller)
{
	const struct inet_timewait_sock *tw = (const void *)arg0;
	struct sw_held held;
	struct sw_entry *e;
	bool wanted;

	sw_hit(SW_HOOK_MINI_PUT);
	sw_reply_of_mini(tw);
	e = sw_probe_find_mini(tw, &held, &wanted);
	if (!e)
		return;
	e->mini_by = sw_cause_of_path(sw_caller_path(caller));
	e->flags |= SW_ENTRY_MINI_PUT;
	sw_entry_put(&held);
}
NOKPROBE_SYMBOL(sw_mini_put);

/**
 * sw_mini_timer() - tw_timer_handler(timer)
 * @arg0: struct timer_list
 * @arg1: unused
 * @arg2: unused
 * @caller: unused
 *
 * Context: ftrace; softirq.
 */
void sw_mini_timer(unsigned long arg0, unsigned long arg1, unsigned long arg2,
		   unsigned long caller)
{
	const struct timer_list *timer = (const struct timer_list *)arg0;
	const struct inet_timewait_sock *tw;
	struct sw_held held;
	struct sw_entry *e;
	bool wanted;

	sw_hit(SW_HOOK_MINI_TIMER);
	tw = container_of(timer, struct inet_timewait_sock, tw_timer);
	e = sw_probe_find_mini(tw, &held, &wanted);
	if (!e)
		return;
	e->flags |= SW_ENTRY_MINI_TIMER;
	sw_entry_put(&held);
}
NOKPROBE_SYMBOL(sw_mini_timer);

static u8 by_of_kill(const struct sw_entry *e)
{
	if (e->flags & SW_ENTRY_MINI_PUT)
		return e->mini_by;
	return e->flags & SW_ENTRY_MINI_TIMER ? SHUTWATCH_BY_TIMER :
						SHUTWATCH_BY_NONE;
}

/* A RST that was sent in its place, or one that was received. */
static void tell_why(struct sw_entry *e, u8 by, bool wanted)
{
	if (e->flags & SW_ENTRY_RST)
		sw_rst_write(e, e->info.state, TCP_CLOSE);
	else if (wanted && by == SHUTWATCH_BY_RX && e->flags & SW_ENTRY_MINI_RST)
		sw_emit_reset(e, sw_now(), 0, e->info.state, TCP_CLOSE);
}

/**
 * sw_mini_kill() - inet_twsk_kill(tw)
 * @arg0: struct inet_timewait_sock
 * @arg1: unused
 * @arg2: unused
 * @caller: unused
 *
 * The connection is over.
 *
 * Context: ftrace.
 */
void sw_mini_kill(unsigned long arg0, unsigned long arg1, unsigned long arg2,
		  unsigned long caller)
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
	by = by_of_kill(e);
	tell_why(e, by, wanted);
	tell(e, by, TCP_CLOSE, wanted);
	e->flags &= ~(SW_ENTRY_MINI | SW_ENTRY_MINI_PUT | SW_ENTRY_MINI_TIMER);
	if (e->flags & SW_ENTRY_DESTROYED)
		sw_entry_end(e);
	sw_entry_put(&held);
}
NOKPROBE_SYMBOL(sw_mini_kill);
