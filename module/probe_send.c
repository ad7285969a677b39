// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is sent: every FIN, and every RST of a socket's own accord.
 *
 * A RST takes two steps here.  Where it is decided, on entry of
 * tcp_send_active_reset(), the values are read and its caller tells who decides;
 * what became of it, the tracepoint behind the transmit says.  One outside a call
 * waits in its socket's entry for the transition that belongs to it, and is
 * written by sw_rst_write().
 */

#include <linux/kprobes.h>
#include <linux/sched.h>
#include <linux/tcp.h>
#include <net/mptcp.h>
#include <net/snmp.h>

#include "callers.h"
#include "counters.h"
#include "emit.h"
#include "probes.h"
#include "sock.h"

static void emit_for(const struct sw_entry *e, struct sw_decision *d)
{
	d->cookie = e->info.cookie;
	d->id = &e->info.id;
	d->owner = &e->info.owner;
	d->ipv6 = e->info.ipv6;
	d->msk = e->msk;
	sw_emit_decision(d);
}

static void remember(struct sw_entry *e, const struct sw_decision *d)
{
	struct sw_ending ending = {
		.by = d->by,
		.sent = d->sent,
		.why = d->why,
		.fin = d->fin,
	};

	sw_probe_remember(e, &ending, d->after == TCP_CLOSE);
}

/**
 * sw_probe_decision() - write a decision about a socket, and remember it
 * @e: the entry, locked
 * @d: what was decided; which socket it is about is filled in here
 *
 * Context: any, preemption disabled.
 */
void sw_probe_decision(struct sw_entry *e, struct sw_decision *d)
{
	remember(e, d);
	emit_for(e, d);
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
	if (!sw_probe_call(sk) && !sw_probe_wanted(sk))
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

static void lone_fin(const struct sock *sk, u8 fate)
{
	struct sw_call *above = sw_probe_subflow(sk);
	struct sw_decision d = { .fin = fate };
	struct sw_scene scene = { .mptcp = sk_is_mptcp(sk) };
	struct sw_cause cause;
	struct sw_values v;
	struct sw_held held;
	struct sw_entry *e;

	if (scene.mptcp)
		scene.asked = sw_subflow_why_fin(sk, above);
	e = sw_probe_find(sk, &held);
	if (!e)
		return;
	scene.path = e->fin_path;
	scene.not_followed = e->flags & SW_ENTRY_NOT_FOLLOWED;
	cause = sw_cause_of_fin(&scene);
	d.by = cause.by;
	d.why = cause.why;
	d.asked = sw_probe_asked(e, cause.by, above);
	sw_sock_values(sk, &v);
	d.v = &v;
	d.before = e->before;
	d.after = e->info.state;
	d.sent = fate == SHUTWATCH_FIN_FAILED ? SHUTWATCH_SENT_NONE :
						SHUTWATCH_SENT_FIN;
	if (above)
		sw_call_saw_fin(above, fate);
	sw_probe_decision(e, &d);
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
	struct sw_call *call = sw_probe_call(data->sk);
	u8 fate = fin_fate(data);

	if (call)
		sw_call_saw_fin(call, fate);
	else
		lone_fin(data->sk, fate);
	return 0;
}
NOKPROBE_SYMBOL(sw_send_fin_return);

/* ---- did a RST leave? ---- */

/*
 * RSTs that were found to be stuck on this CPU.  Sending one over loopback runs
 * its receiver, who may send one too: what that one's failure added to the
 * kernel's number is in here as well by then, and the difference is ours alone.
 */
static DEFINE_PER_CPU(u32, failures_told);

static u32 failures_untold(const struct sock *sk)
{
	const struct net *net = sock_net(sk);

	return this_cpu_read(net->mib.net_statistics->mibs[LINUX_MIB_TCPABORTFAILED]) -
	       this_cpu_read(failures_told);
}

/* How often the task went to another CPU so far, modulo 2^16. */
static u16 task_moves(void)
{
	return current->se.nr_migrations;
}

/*
 * The kernel's number is one of this CPU's: for a task that was elsewhere
 * meanwhile, what became of the segment tells.
 */
static bool has_left(const struct sock *sk, u32 failed, u16 moves, bool freed)
{
	bool stayed = moves == task_moves();

	if (stayed ? (s32)(failures_untold(sk) - failed) <= 0 : !freed)
		return true;
	this_cpu_inc(failures_told);
	return false;
}

/*
 * The packet is asked first.  What stands in its owner's place need not be a socket,
 * not even with a destructor: a Bluetooth tty is none, whose packets have no header
 * of a transport.
 */
static bool is_rst_of(const struct sk_buff *skb, const struct sock *sk)
{
	const struct tcphdr *th;

	if (!skb_transport_header_was_set(skb) ||
	    skb_tail_pointer(skb) < skb_transport_header(skb) + sizeof(*th))
		return false;
	th = tcp_hdr(skb);
	if (!th->rst || !sk_fullsock(sk) || !sw_sock_is_tcp(sk))
		return false;
	/* The peer's, on its way to the socket, has the ports the other way round. */
	return th->source == inet_sk(sk)->inet_sport &&
	       th->dest == inet_sk(sk)->inet_dport;
}

/**
 * sw_active_rst_freed() - the kernel lets go of a packet that has an owner
 * @skb: the packet; perhaps a RST that cannot leave
 * @sk: the owner
 *
 * Context: any, preemption disabled.
 */
void sw_active_rst_freed(const struct sk_buff *skb, const struct sock *sk)
{
	struct sw_call *call;
	struct sw_held held;
	struct sw_entry *e;

	if (!is_rst_of(skb, sk))
		return;
	call = sw_call_find();
	if (call && call->sk == sk && call->seen & SW_SEEN_RST) {
		call->seen |= SW_SEEN_RST_FREED;
		return;
	}
	e = sw_probe_find(sk, &held);
	if (!e)
		return;
	e->rst.freed = true;
	sw_entry_put(&held);
}

/* ---- RST of the socket's own accord ---- */

static void rst_in_call(struct sw_call *call, const struct sock *sk)
{
	/* tcp_abort() locks by itself, and resets before it changes state. */
	if (call->call == SHUTWATCH_BY_ABORT)
		sw_call_snapshot(call, sk);
	call->seen |= SW_SEEN_RST;
	call->failed = failures_untold(sk);
	call->moves = task_moves();
	if (!sock_flag(sk, SOCK_DEAD))
		return;
	call->seen |= SW_SEEN_ORPHAN;
	if (call->from == TCP_FIN_WAIT2 && tcp_sk(sk)->linger2 < 0)
		call->seen |= SW_SEEN_LINGER2;
	if (sw_sock_memory_is_over(sk))
		call->seen |= SW_SEEN_MEMORY;
}

/* The call's own code: not a timer that found the socket locked. */
static bool is_own_rst(const struct sw_call *call, enum sw_path path)
{
	switch (path) {
	case SW_PATH_NONE:
	case SW_PATH_CLOSE:
	case SW_PATH_DISCONNECT:
		return true;
	case SW_PATH_ABORT:
		return call->call == SHUTWATCH_BY_ABORT;
	default:
		return false;
	}
}

static void set_scene(struct sw_scene *scene, const struct sw_entry *e,
		      const struct sock *sk)
{
	scene->before = e->flags & SW_ENTRY_CHILD ? e->before : sk->sk_state;
	scene->child = e->flags & SW_ENTRY_CHILD;
	scene->mptcp = sk_is_mptcp(sk);
	scene->orphan = sock_flag(sk, SOCK_DEAD);
	scene->linger2 = e->before == TCP_FIN_WAIT2 && sk->sk_state == TCP_CLOSE &&
			 tcp_sk(sk)->linger2 < 0;
	scene->user_timeout = sw_sock_user_timeout(sk);
	scene->memory = sw_sock_memory_is_over(sk);
	scene->dying = !check_net(sock_net(sk));
}

/* A listener's call says how many of its children have a record of their own. */
static void count_child(struct sw_entry *e)
{
	struct sw_call *call = sw_call_find();

	if (!call || !(e->flags & SW_ENTRY_CHILD_ASKED) ||
	    e->flags & SW_ENTRY_CHILD_COUNTED)
		return;
	e->flags |= SW_ENTRY_CHILD_COUNTED;
	if (call->cookie == e->parent ||
	    (call->seen & SW_SEEN_MPTCP && call->outcome.before == TCP_LISTEN))
		call->children++;
}

/* What a subflow was reset for when it was nobody's is the call's reason, too. */
static u16 seen_of_orphan(u8 why)
{
	switch (why) {
	case SHUTWATCH_WHY_LINGER2_NEGATIVE:
		return SW_SEEN_ORPHAN | SW_SEEN_LINGER2;
	case SHUTWATCH_WHY_ORPHAN_MEMORY:
		return SW_SEEN_ORPHAN | SW_SEEN_MEMORY;
	case SHUTWATCH_WHY_ORPHAN_COUNT:
		return SW_SEEN_ORPHAN;
	}
	return 0;
}

static noinline void rst_alone(const struct sock *sk, unsigned long caller)
{
	enum sw_path path = sw_caller_path(caller);
	struct sw_call *above = sw_probe_subflow(sk);
	struct sw_scene scene = { .path = path, .asked = sw_subflow_why_rst(above) };
	struct sw_cause cause;
	struct sw_held held;
	struct sw_entry *e;

	if (unlikely(sk_is_mptcp(sk)) && !above)
		scene.not_followed = sw_subflow_not_followed(sk);
	e = sw_probe_get(sk, sk->sk_state, false, &held);
	if (!e)
		return;
	set_scene(&scene, e, sk);
	cause = sw_cause_of_rst(&scene);
	if (cause.by == SHUTWATCH_BY_LISTENER)
		count_child(e);
	e->rst = (struct sw_rst){
		.by = cause.by,
		.why = cause.why,
		.asker = sw_probe_asked(e, cause.by, above) ? current->pid : 0,
		.failed = failures_untold(sk),
		.moves = task_moves(),
	};
	sw_sock_values(sk, &e->rst.v);
	if (cause.by == SHUTWATCH_BY_TIMER)
		sw_sock_timer(sk, &e->rst.trigger.timer);
	e->flags |= SW_ENTRY_RST;
	e->flags &= ~SW_ENTRY_RST_SENT;
	/* A listener's call tells what became of its children otherwise. */
	if (above && above->outcome.before != TCP_LISTEN)
		above->seen |= SW_SEEN_RST | seen_of_orphan(cause.why);
	sw_entry_put(&held);
}

/**
 * sw_send_rst() - tcp_send_active_reset(sk, ...)
 * @arg0: struct sock
 * @arg1: not the same on all kernels
 * @arg2: likewise
 * @caller: who decided it
 *
 * Context: ftrace; socket lock held.
 */
void sw_send_rst(unsigned long arg0, unsigned long arg1, unsigned long arg2,
		 unsigned long caller)
{
	const struct sock *sk = (const struct sock *)arg0;
	struct sw_call *call;

	sw_hit(SW_HOOK_SEND_RST);
	call = sw_probe_call(sk);
	if (call && is_own_rst(call, sw_caller_path(caller)))
		rst_in_call(call, sk);
	else if (!sw_probe_is_far(sk))
		rst_alone(sk, caller);
}
NOKPROBE_SYMBOL(sw_send_rst);

/* What a segment on another CPU tells is not of the task that runs there. */
static bool is_asker(const struct sw_entry *e)
{
	return e->rst.asker && e->rst.asker == current->pid;
}

/**
 * sw_rst_write() - write the RST that waits in an entry
 * @e: the entry, locked; with SW_ENTRY_RST
 * @before: enum shutwatch_tcp before the transition that belongs to it
 * @after: enum shutwatch_tcp after it
 *
 * Context: any, preemption disabled.
 */
void sw_rst_write(struct sw_entry *e, u8 before, u8 after)
{
	struct sw_decision d = {
		.v = e->rst.no_values ? NULL : &e->rst.v,
		.trigger = e->rst.trigger,
		.parent = e->parent,
		.by = e->rst.by,
		.before = before,
		.after = after,
		.why = e->rst.why,
		.kreason = e->rst.kreason,
		.kreason_known = e->rst.kreason_known,
		.asked = is_asker(e),
	};

	if (e->flags & SW_ENTRY_RST_SENT)
		d.sent = SHUTWATCH_SENT_RST;
	else
		sw_count(SW_COUNT_RST_FAILED);
	e->flags &= ~(SW_ENTRY_RST | SW_ENTRY_RST_SENT);
	sw_probe_decision(e, &d);
}

static void rst_of_call_sent(struct sw_call *call, const struct sock *sk,
			     u8 kreason, bool known)
{
	if (!has_left(sk, call->failed, call->moves,
		      call->seen & SW_SEEN_RST_FREED))
		return;
	call->seen |= SW_SEEN_RST_SENT | (known ? SW_SEEN_KREASON : 0);
	call->outcome.kreason = kreason;
}

static noinline void rst_alone_sent(const struct sock *sk, u8 kreason, bool known)
{
	struct sw_call *above = sw_probe_subflow(sk);
	struct sw_held held;
	struct sw_entry *e;

	e = sw_probe_find(sk, &held);
	if (!e)
		return;
	if (e->flags & SW_ENTRY_RST) {
		if (has_left(sk, e->rst.failed, e->rst.moves, e->rst.freed)) {
			e->flags |= SW_ENTRY_RST_SENT;
			e->rst.kreason = kreason;
			e->rst.kreason_known = known;
			if (above && above->seen & SW_SEEN_RST)
				above->seen |= SW_SEEN_RST_SENT;
		}
		/* tcp_disconnect() changes the state first, timers after. */
		if (e->info.state == TCP_CLOSE)
			sw_rst_write(e, e->before, e->info.state);
	}
	sw_entry_put(&held);
}

/**
 * sw_active_rst_sent() - the kernel is done with a RST of a socket's own accord
 * @sk: full socket
 * @kreason: the kernel's reason
 * @known: it gave one
 *
 * Context: tracepoint behind the transmit, preemption disabled.
 */
void sw_active_rst_sent(const struct sock *sk, u8 kreason, bool known)
{
	struct sw_call *call = sw_probe_call(sk);

	if (call && (call->seen & (SW_SEEN_RST | SW_SEEN_RST_SENT)) == SW_SEEN_RST)
		rst_of_call_sent(call, sk, kreason, known);
	else
		rst_alone_sent(sk, kreason, known);
}
