// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a task asks of a socket: close(), shutdown(), connect(AF_UNSPEC) and
 * SOCK_DESTROY.
 *
 * A call is opened where the user's question enters TCP, decided where the
 * socket lock is held and the kernel makes up its mind, and written when it
 * returns.  In between, the other handlers add what they see of it.
 */

#include <linux/kprobes.h>
#include <linux/net.h>
#include <net/inet_timewait_sock.h>
#include <net/mptcp.h>

#include "callers.h"
#include "emit.h"
#include "probes.h"
#include "skipped.h"
#include "sock.h"
#include "why.h"

static struct sw_call **call_of(struct kretprobe_instance *ri)
{
	return (struct sw_call **)ri->data;
}

/* A connection that a mini-socket has taken over is not yet in CLOSE. */
static u8 state_of(const struct sock *sk, const struct sw_entry *e)
{
	return e->flags & SW_ENTRY_SHELL ? e->info.state : sk->sk_state;
}

/*
 * Between the entry and the lock, a segment may have closed it, or a mini-socket
 * taken it over.
 */
static u8 state_now(const struct sw_call *call, const struct sock *sk)
{
	u8 state = sk->sk_state;
	struct sw_held held;
	struct sw_entry *e;

	if (state != TCP_CLOSE || call->outcome.before == TCP_CLOSE)
		return state;
	e = sw_probe_find(sk, &held);
	if (!e)
		return state;
	state = state_of(sk, e);
	sw_entry_put(&held);
	return state;
}

static __always_inline void take_state(struct sw_call *call, u8 state)
{
	call->outcome.before = state;
	call->from = state;
	call->outcome.after = state;
}

/* Of a mini-socket, a request or MPTCP's socket, the values are not known. */
static __always_inline void read_values(struct sw_call *call,
					const struct sock *sk)
{
	if (likely(sk_fullsock(sk) && sw_sock_is_tcp(sk))) {
		sw_sock_values(sk, &call->v);
		return;
	}
	call->outcome.flags |= SW_RECORD_NO_VALUES;
	call->v.linger = sk_fullsock(sk) ? sw_sock_linger(sk) : SW_LINGER_OFF;
}

/*
 * Who has the socket's lock may be stuck with it, on a page that does not come: a
 * call that has to wait for it may sleep as long.
 */
static __always_inline u16 lingers_for_lock(const struct sock *sk)
{
	return unlikely(sock_owned_by_user_nocheck(sk)) ? SW_SEEN_LINGERS : 0;
}

/* Room for those that sleep is rationed. */
static noinline struct sw_call *begin_lingering(const struct sock *sk)
{
	struct sw_call *call;

	if (!sw_call_may_linger())
		return NULL;
	call = sw_call_begin(sk);
	if (!call)
		sw_call_lingers_no_more();
	return call;
}

/*
 * NULL if too many calls are in flight.  Values are read here, without the lock,
 * unless a hook that has it is sure to come.
 */
static __always_inline struct sw_call *
call_begin(const struct sock *sk, const struct sw_entry *e, u64 key, u8 kind,
	   u8 how, u16 seen, bool decided_later)
{
	struct sw_call *call = unlikely(seen & SW_SEEN_LINGERS) ?
			       begin_lingering(sk) : sw_call_begin(sk);

	if (unlikely(!call))
		return NULL;
	call->cookie = e->info.cookie;
	call->key = key;
	call->id = e->info.id;
	call->outcome.flags = e->info.ipv6 ? SW_RECORD_IPV6 : 0;
	call->call = kind;
	call->seen = seen;
	call->outcome.how = how;
	take_state(call, state_of(sk, e));
	if (seen & SW_SEEN_UNTOLD) {
		/* The one value that a record of it has, if one is wanted after all. */
		call->v.linger = sw_sock_linger(sk);
		return call;
	}
	call->start = sw_now();
	if (!decided_later)
		read_values(call, sk);
	return call;
}

/*
 * The FINs of MPTCP's subflows may come, in a worker, before the call is over; and
 * what they are reset for is known from the call alone.
 */
static noinline void note_mptcp(struct sw_entry *e, u8 kind, u8 how, bool followed)
{
	if (followed)
		e->flags &= ~SW_ENTRY_NOT_FOLLOWED;
	else
		e->flags |= SW_ENTRY_NOT_FOLLOWED;
	if (kind == SHUTWATCH_BY_CLOSE)
		e->flags |= SW_ENTRY_CLOSING;
	else if (kind == SHUTWATCH_BY_SHUTDOWN)
		e->info.shut |= how;
}

/* Of an MPTCP listener, the subflow tells inside the call: see learn_owner(). */
static bool subflow_knows_owner(const struct sock *sk)
{
	return sk->sk_state == TCP_LISTEN && !sw_sock_is_tcp(sk);
}

/* NULL if the socket is not watched, or too many calls are in flight. */
static __always_inline struct sw_call *
call_open(const struct sock *sk, u8 kind, u8 how, u16 seen, bool decided_later)
{
	struct sw_held held;
	struct sw_entry *e;
	struct sw_call *call;

	e = sw_probe_get(sk, sk->sk_state, true, &held);
	if (!e) {
		sw_probe_turned_away(sk, false);
		return NULL;
	}
	if (unlikely(!e->info.owner.pid) && !subflow_knows_owner(sk))
		sw_probe_owner(e);
	call = call_begin(sk, e, e->info.cookie, kind, how, seen, decided_later);
	if (unlikely(seen & SW_SEEN_MPTCP))
		note_mptcp(e, kind, how, call);
	sw_entry_put(&held);
	return call;
}

/**
 * sw_call_snapshot() - the socket lock is held, the kernel makes up its mind
 * @call: the call
 * @sk: its socket
 *
 * The first of the call's hooks that comes with the lock takes state and values;
 * what the kernel does afterwards changes them.
 *
 * Context: task, socket lock held, preemption disabled.
 */
void sw_call_snapshot(struct sw_call *call, const struct sock *sk)
{
	if (call->seen & SW_SEEN_LOCKED)
		return;
	call->seen |= SW_SEEN_LOCKED;
	if (tcp_sk(sk)->repair)
		call->seen |= SW_SEEN_REPAIR;
	take_state(call, state_now(call, sk));
	if (!(call->seen & SW_SEEN_UNTOLD))
		sw_sock_values(sk, &call->v);
}

/* A shutdown() of one side, or one that failed, leaves the connection open. */
static bool ends_connection(const struct sw_call *call)
{
	return call->outcome.after == TCP_CLOSE &&
	       call->outcome.before != TCP_CLOSE;
}

/* TIME_WAIT goes on without the socket: connect(AF_UNSPEC) does nothing to it. */
static bool undoes_shutdown(const struct sw_call *call)
{
	return call->seen & SW_SEEN_DISCONNECT &&
	       call->outcome.before != TCP_TIME_WAIT;
}

/* The entry knows the state that the call led to, and remembers the call. */
static __always_inline void settle(struct sw_call *call, struct sw_entry *e)
{
	struct sw_ending ending = {
		.by = call->call,
		.how = call->outcome.how,
		.sent = call->outcome.sent,
		.why = call->outcome.why,
		.fin = call->outcome.fin,
	};

	if (unlikely(!e->info.owner.pid) && call->call != SHUTWATCH_BY_ABORT)
		sw_probe_owner(e);
	e->info.shut = sw_shut_after(call->call, call->outcome.how, call->outcome.why,
				     undoes_shutdown(call), call->ret,
				     e->info.shut);
	sw_probe_remember(e, &ending, ends_connection(call));
}

static void call_over(struct sw_call *call)
{
	struct sw_held held;
	struct sw_entry *e;

	/* By cookie: the struct sock may be gone. */
	e = sw_entry_find(call->key, &held);
	/* Since it began, the filter has turned its socket away. */
	if (unlikely(e && e->flags & SW_ENTRY_AWAY)) {
		sw_count(SW_COUNT_FILTERED);
		sw_entry_put(&held);
		sw_call_end(call);
		return;
	}
	if (likely(e)) {
		/*
		 * A request is dropped without a transition; one that has become
		 * a connection meanwhile is not, although the call says so.
		 */
		if (call->outcome.before == TCP_NEW_SYN_RECV && !call->ret &&
		    e->info.state == TCP_NEW_SYN_RECV) {
			sw_entry_move(e, TCP_CLOSE, sw_now());
			sw_entry_end(e);
		}
		call->outcome.after = e->info.state;
	}
	/* Of MPTCP's, the subflow's decision is counted: sw_rst_write(). */
	if (unlikely((call->seen & (SW_SEEN_RST | SW_SEEN_RST_SENT | SW_SEEN_MPTCP)) ==
		     SW_SEEN_RST))
		sw_count(SW_COUNT_RST_FAILED);
	call->outcome.sent = sw_call_sent(call);
	call->outcome.why = sw_call_why(call);
	if (likely(e)) {
		settle(call, e);
		sw_emit_call(call, &e->info.id, sw_not_null(&e->info.owner));
		/* No tracepoint tells when MPTCP's socket is gone. */
		if (unlikely(call->seen & SW_SEEN_MPTCP) &&
		    call->call == SHUTWATCH_BY_CLOSE)
			sw_entry_end(e);
		sw_entry_put(&held);
	} else {	/* forgotten meanwhile, to make room */
		sw_emit_call(call, &call->id, NULL);
	}
	sw_call_end(call);
}

/* Something else goes on already, so its return was missed. */
static noinline void abandon(struct sw_call *call)
{
	sw_count(SW_COUNT_LOST_RETURNS);
	sw_call_end(call);
}

/* A call's own code runs, and no call was seen to begin. */
static noinline void not_followed(const struct sock *sk, u8 path)
{
	struct sw_held held;
	struct sw_entry *e;

	e = sw_probe_get(sk, sk->sk_state, false, &held);
	if (!e)
		return;
	e->fin_path = path;
	/* A subflow's calls are MPTCP's; a segment may be late for a shutdown(). */
	if (path != SW_PATH_SEGMENT && !sk_is_mptcp(sk))
		e->flags |= SW_ENTRY_NOT_FOLLOWED;
	sw_entry_put(&held);
}

/* ---- shutdown() ---- */

/* It sends a FIN or nothing: who asks for RSTs alone does not want its record. */
static bool shutdown_is_told(void)
{
	return sw_emit_may_want(SHUTWATCH_KIND_CALL, BIT(SHUTWATCH_SENT_NONE) |
						     BIT(SHUTWATCH_SENT_FIN));
}

/**
 * sw_shutdown_entry() - inet_shutdown(sock, how)
 * @ri: keeps the call
 * @regs: arguments
 *
 * What the user asked: inside, a SYN_SENT or LISTEN socket goes to
 * tcp_disconnect() instead of tcp_shutdown().
 *
 * Context: kretprobe at entry; no lock held.
 * Return: 0 if the return is to be seen.
 */
int sw_shutdown_entry(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	const struct socket *sock = (const struct socket *)sw_arg(regs, 0);
	int how = (int)sw_arg(regs, 1) + 1;
	const struct sock *sk = sock->sk;

	sw_hit(SW_HOOK_SYSCALL_SHUTDOWN);
	if (how < SHUTWATCH_HOW_RD || how > SHUTWATCH_HOW_RDWR)
		return 1;	/* EINVAL: nothing was asked */
	if (likely(sw_sock_is_tcp(sk)))
		*call_of(ri) = call_open(sk, SHUTWATCH_BY_SHUTDOWN, how,
					 lingers_for_lock(sk) |
					 (shutdown_is_told() ? 0 : SW_SEEN_UNTOLD),
					 true);
	else if (sw_sock_is_mptcp(sk))
		*call_of(ri) = call_open(sk, SHUTWATCH_BY_SHUTDOWN, how,
					 lingers_for_lock(sk) | SW_SEEN_MPTCP, false);
	else
		return 1;
	return !*call_of(ri);
}
NOKPROBE_SYMBOL(sw_shutdown_entry);

/**
 * sw_shutdown_return() - inet_shutdown() returns
 * @ri: has the call
 * @regs: return value
 *
 * Context: kretprobe at return; the caller holds the socket.
 * Return: 0.
 */
int sw_shutdown_return(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct sw_call *call = *call_of(ri);

	call->ret = (int)regs_return_value(regs);
	/* SHUT_WR does nothing to a listener: nobody decided anything. */
	if (unlikely(!(call->seen & (SW_SEEN_LOCKED | SW_SEEN_MPTCP | SW_SEEN_UNTOLD))))
		read_values(call, call->sk);
	call_over(call);
	return 0;
}
NOKPROBE_SYMBOL(sw_shutdown_return);

static noinline void shutdown_alone(const struct sock *sk, struct pt_regs *regs)
{
	if (!sw_probe_is_far(sk))
		not_followed(sk, sw_caller_path(SW_CALLER(regs)));
}

/**
 * sw_tcp_shutdown() - tcp_shutdown(sk, how)
 * @kp: unused
 * @regs: arguments
 *
 * Runs for the user's shutdown(), for MPTCP, and once more, by a segment, where
 * shutdown() came before the handshake was done.
 *
 * Context: kprobe; socket lock held.
 * Return: 0.
 */
int sw_tcp_shutdown(struct kprobe *kp, struct pt_regs *regs)
{
	const struct sock *sk = (const struct sock *)sw_arg(regs, 0);
	struct sw_call *call;

	sw_hit(SW_HOOK_SHUTDOWN);
	call = sw_probe_call(sk);
	if (!call)
		shutdown_alone(sk, regs);
	else if (call->seen & SW_SEEN_LOCKED)
		call->seen |= SW_SEEN_DEFERRED;
	else
		sw_call_snapshot(call, sk);
	return 0;
}
NOKPROBE_SYMBOL(sw_tcp_shutdown);

/* ---- close() ---- */

/* A process that goes away closes what it has, killed or not. */
static u8 how_of_close(void)
{
	return current->flags & PF_EXITING ? SHUTWATCH_HOW_EXIT :
					     SHUTWATCH_HOW_NONE;
}

/* Nothing comes of it, and no record of that is wanted. */
static __always_inline bool is_in_vain(const struct sock *sk)
{
	/* also where a mini-socket has the connection, in TIME_WAIT */
	return sk->sk_state == TCP_CLOSE &&
	       !sw_emit_wants(SHUTWATCH_KIND_CALL, SHUTWATCH_SENT_NONE,
			      SHUTWATCH_WHY_ALREADY_CLOSED);
}

/*
 * A socket in CLOSE stays so: nobody else has it.  So the call is over here, and
 * its return need not be seen.
 */
static noinline void close_in_vain(const struct sock *sk)
{
	struct sw_ending ending = {
		.by = SHUTWATCH_BY_CLOSE,
		.how = how_of_close(),
		.sent = SHUTWATCH_SENT_NONE,
		.why = SHUTWATCH_WHY_ALREADY_CLOSED,
	};
	struct sw_held held;
	struct sw_entry *e;

	e = sw_probe_get(sk, TCP_CLOSE, true, &held);
	if (!e)
		return;
	if (!e->info.owner.pid)
		sw_probe_owner(e);
	e->info.shut = SHUTWATCH_HOW_RDWR;
	sw_probe_remember(e, &ending, false);
	sw_entry_put(&held);
	sw_count_total(ending.by, ending.sent, ending.why);
	sw_count(SW_COUNT_FILTERED);
}

/**
 * sw_close_entry() - tcp_close(sk, timeout)
 * @ri: keeps the call
 * @regs: arguments
 *
 * Context: kretprobe at entry; no lock held.
 * Return: 0 if the return is to be seen.
 */
int sw_close_entry(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	const struct sock *sk = (const struct sock *)sw_arg(regs, 0);
	bool lingers = (long)sw_arg(regs, 1) > 0;

	sw_hit(SW_HOOK_CLOSE);
	if (!sw_sock_is_tcp(sk))
		return 1;
	if (is_in_vain(sk)) {
		close_in_vain(sk);
		return 1;
	}
	*call_of(ri) = call_open(sk, SHUTWATCH_BY_CLOSE, how_of_close(),
				 lingers ? SW_SEEN_LINGERS : 0,
				 sw_hook_is_sure(SW_HOOK_CLOSE_LOCKED));
	return !*call_of(ri);
}
NOKPROBE_SYMBOL(sw_close_entry);

/**
 * sw_close_return() - tcp_close() or mptcp_close() returns
 * @ri: has the call; the struct sock may be gone
 * @regs: nothing is returned
 *
 * Context: kretprobe at return.
 * Return: 0.
 */
int sw_close_return(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	call_over(*call_of(ri));
	return 0;
}
NOKPROBE_SYMBOL(sw_close_return);

/* While it waits for SO_LINGER, the socket is not locked, nor yet an orphan. */
static void note_closing(u64 key)
{
	struct sw_held held;
	struct sw_entry *e = sw_entry_find(key, &held);

	if (!e)
		return;
	e->flags |= SW_ENTRY_CLOSING;
	sw_entry_put(&held);
}

/**
 * sw_close_locked() - __tcp_close(sk, timeout)
 * @arg0: struct sock
 * @arg1: unused
 * @arg2: unused
 * @caller: unused
 *
 * Inside tcp_close(), now with the socket lock and the receive queue as the
 * kernel will find it.
 *
 * Context: ftrace; socket lock held.
 */
void sw_close_locked(unsigned long arg0, unsigned long arg1,
		     unsigned long arg2, unsigned long caller)
{
	const struct sock *sk = (const struct sock *)arg0;
	struct sw_call *call;

	sw_hit(SW_HOOK_CLOSE_LOCKED);
	call = sw_probe_call(sk);
	if (likely(call) && likely(call->call == SHUTWATCH_BY_CLOSE)) {
		sw_call_snapshot(call, sk);
		if (unlikely(call->seen & SW_SEEN_LINGERS))
			note_closing(call->key);
		return;
	}
	if (call)
		abandon(call);
	/* Nothing comes of it, followed or not: see close_in_vain(). */
	if (sk->sk_state != TCP_CLOSE && !sw_probe_is_far(sk))
		not_followed(sk, SW_PATH_CLOSE);
}
NOKPROBE_SYMBOL(sw_close_locked);

/* ---- tcp_disconnect(), and those who lead there ---- */

/* kTLS has a disconnect() of its own, which refuses. */
static bool can_disconnect(const struct sock *sk)
{
	return sw_sock_is_tcp(sk) &&
	       sk->sk_prot->disconnect == tcp_prot.disconnect;
}

/* Its end is seen by a kprobe alone: without those, it would never come. */
static noinline void connect_unspec(const struct sock *sk)
{
	if (!sw_kprobes_work())
		return;
	if (can_disconnect(sk))
		call_open(sk, SHUTWATCH_BY_CONNECT_UNSPEC, SHUTWATCH_HOW_NONE,
			  lingers_for_lock(sk), false);
	else if (sw_sock_is_mptcp(sk) &&
		 sw_hook_is_armed(SW_HOOK_MPTCP_DISCONNECT))
		call_open(sk, SHUTWATCH_BY_CONNECT_UNSPEC, SHUTWATCH_HOW_NONE,
			  lingers_for_lock(sk) | SW_SEEN_MPTCP, false);
}

/**
 * sw_connect_entry() - inet_stream_connect(sock, uaddr, addr_len, flags)
 * @arg0: struct socket
 * @arg1: struct sockaddr
 * @arg2: length of the address
 * @caller: unused
 *
 * connect() cleans up with tcp_disconnect() when it fails, too: only here one
 * can see that AF_UNSPEC was asked for.
 *
 * Context: ftrace; no lock held.
 */
void sw_connect_entry(unsigned long arg0, unsigned long arg1,
		      unsigned long arg2, unsigned long caller)
{
	const struct socket *sock = (const struct socket *)arg0;
	const struct sockaddr *uaddr = (const struct sockaddr *)arg1;

	sw_hit(SW_HOOK_SYSCALL_CONNECT);
	if (unlikely(uaddr->sa_family == AF_UNSPEC) &&
	    (int)arg2 >= (int)sizeof(uaddr->sa_family))
		connect_unspec(sock->sk);
}
NOKPROBE_SYMBOL(sw_connect_entry);

/*
 * Of those who get here without a call, an embryo was marked on the way, and
 * connect() only tidies up.  What a mini-socket has stays as it is.
 */
static noinline void disconnect_alone(const struct sock *sk, struct pt_regs *regs)
{
	struct sw_held held;
	struct sw_entry *e;
	bool known;

	if (sw_probe_is_far(sk) || sk_is_mptcp(sk))
		return;
	known = sw_caller_path(SW_CALLER(regs)) == SW_PATH_CONNECT;
	e = sw_probe_find(sk, &held);
	if (e) {
		known |= e->flags & SW_ENTRY_CHILD;
		if (!(e->flags & SW_ENTRY_MINI))
			e->info.shut = SHUTWATCH_HOW_NONE;
		sw_entry_put(&held);
	}
	if (!known)
		not_followed(sk, SW_PATH_DISCONNECT);
}

/**
 * sw_disconnect_entry() - tcp_disconnect(sk, flags)
 * @ri: keeps the call, if it is a connect(AF_UNSPEC)
 * @regs: arguments
 *
 * Context: kretprobe at entry; socket lock held, or the socket is an embryo
 * that nobody else has.
 * Return: 0 if the return is to be seen.
 */
int sw_disconnect_entry(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	const struct sock *sk = (const struct sock *)sw_arg(regs, 0);
	struct sw_call *call;

	sw_hit(SW_HOOK_DISCONNECT);
	call = sw_probe_call(sk);
	if (!call) {
		disconnect_alone(sk, regs);
		return 1;
	}
	sw_call_snapshot(call, sk);
	call->seen |= SW_SEEN_DISCONNECT;
	*call_of(ri) = call;
	return call->call != SHUTWATCH_BY_CONNECT_UNSPEC;
}
NOKPROBE_SYMBOL(sw_disconnect_entry);

/**
 * sw_disconnect_return() - tcp_disconnect() or mptcp_disconnect() returns from a
 *	connect(AF_UNSPEC)
 * @ri: has the call
 * @regs: return value
 *
 * Context: kretprobe at return; socket lock held.
 * Return: 0.
 */
int sw_disconnect_return(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct sw_call *call = *call_of(ri);

	call->ret = (int)regs_return_value(regs);
	call_over(call);
	return 0;
}
NOKPROBE_SYMBOL(sw_disconnect_return);

/* ---- SOCK_DESTROY ---- */

/* It was there before us, or before the filter let it through. */
static struct sw_entry *mini_before_us(const struct sock *sk, struct sw_held *held)
{
	struct sw_entry *e;

	e = sw_probe_get(sk, inet_twsk(sk)->tw_substate, true, held);
	if (e)
		e->flags |= SW_ENTRY_MINI | SW_ENTRY_SHELL | SW_ENTRY_DESTROYED;
	return e;
}

/* A mini-socket's entry is not that of the socket that has gone on. */
static struct sw_entry *entry_of_any(const struct sock *sk, struct sw_held *held)
{
	struct sw_entry *e;
	bool wanted;

	if (sk->sk_state == TCP_TIME_WAIT) {
		e = sw_probe_find_mini(inet_twsk(sk), held, &wanted);
		if (!e)
			return mini_before_us(sk, held);
		if (wanted)
			return e;
		sw_entry_put(held);
		return NULL;
	}
	return sw_probe_get(sk, sk->sk_state, true, held);
}

static struct sw_call *abort_open(const struct sock *sk)
{
	struct sw_call *call;
	struct sw_held held;
	struct sw_entry *e;

	e = entry_of_any(sk, &held);
	if (!e)
		return NULL;
	call = call_begin(sk, e, sw_entry_key(&held, e), SHUTWATCH_BY_ABORT,
			  SHUTWATCH_HOW_NONE, 0, false);
	sw_entry_put(&held);
	return call;
}

/**
 * sw_abort_entry() - tcp_abort(sk, err)
 * @ri: keeps the call
 * @regs: arguments; the socket may be a mini-socket
 *
 * Context: kretprobe at entry; no lock held.
 * Return: 0 if the return is to be seen.
 */
int sw_abort_entry(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	const struct sock *sk = (const struct sock *)sw_arg(regs, 0);

	sw_hit(SW_HOOK_ABORT);
	*call_of(ri) = abort_open(sk);
	if (unlikely(!*call_of(ri)) && sk_fullsock(sk))
		not_followed(sk, SW_PATH_ABORT);
	return !*call_of(ri);
}
NOKPROBE_SYMBOL(sw_abort_entry);

/*
 * tcp_abort() waited for the lock, and then the connection was over, or a
 * mini-socket had it, or it was an orphan, with which older kernels do nothing.
 */
static u8 state_when_over(const struct sw_call *call)
{
	u8 state = call->ret == -ENOENT ? TCP_CLOSE : call->outcome.before;
	struct sw_held held;
	struct sw_entry *e;

	e = sw_probe_find(call->sk, &held);
	if (!e)
		return state;
	state = e->info.state;
	sw_entry_put(&held);
	return state;
}

/**
 * sw_probe_aborts() - tcp_abort() has the lock, and ends the connection
 * @sk: full socket, its state and values still as before
 *
 * Where it resets, too, sw_send_rst() was there before.
 *
 * Context: socket lock held, preemption disabled.
 */
void sw_probe_aborts(const struct sock *sk)
{
	struct sw_call *call = sw_probe_call(sk);

	if (call && call->call == SHUTWATCH_BY_ABORT)
		sw_call_snapshot(call, sk);
}

/*
 * It waited for the lock, and then there was nothing for it to do: what it came to
 * is told by what was seen of the socket meanwhile.
 */
static bool did_nothing(const struct sw_call *call)
{
	return !(call->seen & SW_SEEN_LOCKED) && sk_fullsock(call->sk) &&
	       call->outcome.after == call->outcome.before;
}

/**
 * sw_abort_return() - tcp_abort() returns
 * @ri: has the call
 * @regs: return value
 *
 * Context: kretprobe at return.
 * Return: 0.
 */
int sw_abort_return(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct sw_call *call = *call_of(ri);

	call->ret = (int)regs_return_value(regs);
	if (unlikely(call->ret == -ENOENT || did_nothing(call))) {
		take_state(call, state_when_over(call));
		read_values(call, call->sk);
	}
	call_over(call);
	return 0;
}
NOKPROBE_SYMBOL(sw_abort_return);

/* ---- the calls of MPTCP's sockets ---- */

/* It is not followed any more, and nothing else will tell of its end. */
static void forget(const struct sock *sk)
{
	struct sw_held held;
	struct sw_entry *e;

	e = sw_probe_find(sk, &held);
	if (!e)
		return;
	sw_entry_end(e);
	sw_entry_put(&held);
}

/**
 * sw_mptcp_close_entry() - mptcp_close(sk, timeout)
 * @ri: keeps the call
 * @regs: arguments
 *
 * Context: kretprobe at entry; no lock held.
 * Return: 0 if the return is to be seen.
 */
int sw_mptcp_close_entry(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	const struct sock *sk = (const struct sock *)sw_arg(regs, 0);
	bool lingers = (long)sw_arg(regs, 1) > 0;

	sw_hit(SW_HOOK_MPTCP_CLOSE);
	*call_of(ri) = call_open(sk, SHUTWATCH_BY_CLOSE, how_of_close(),
				 SW_SEEN_MPTCP | (lingers ? SW_SEEN_LINGERS : 0), false);
	if (unlikely(!*call_of(ri)))
		forget(sk);
	return !*call_of(ri);
}
NOKPROBE_SYMBOL(sw_mptcp_close_entry);

/**
 * sw_mptcp_disconnect_entry() - mptcp_disconnect(sk, flags)
 * @ri: keeps the call, if it is a connect(AF_UNSPEC)
 * @regs: arguments
 *
 * Context: kretprobe at entry; socket lock held.
 * Return: 0 if the return is to be seen.
 */
int sw_mptcp_disconnect_entry(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	const struct sock *sk = (const struct sock *)sw_arg(regs, 0);
	struct sw_call *call;

	sw_hit(SW_HOOK_MPTCP_DISCONNECT);
	call = sw_probe_call(sk);
	if (!call)
		return 1;
	call->seen |= SW_SEEN_DISCONNECT;
	*call_of(ri) = call;
	return call->call != SHUTWATCH_BY_CONNECT_UNSPEC;
}
NOKPROBE_SYMBOL(sw_mptcp_disconnect_entry);
