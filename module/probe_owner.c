// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whose a socket is: the process that accepts it, the listener that forgets it,
 * the MPTCP socket whose subflow it is.
 */

#include <linux/kprobes.h>
#include <linux/net.h>
#include <net/mptcp.h>

#include "emit.h"
#include "probes.h"
#include "skipped.h"
#include "sock.h"

/**
 * sw_accepted() - security_sock_graft(sk, parent)
 * @arg0: struct sock
 * @arg1: unused
 * @arg2: unused
 * @caller: unused
 *
 * accept() makes a connection the calling process's.  Other families pass here,
 * too.
 *
 * Context: ftrace; task.
 */
void sw_accepted(unsigned long arg0, unsigned long arg1, unsigned long arg2,
		 unsigned long caller)
{
	const struct sock *sk = (const struct sock *)arg0;
	struct sw_held held;
	struct sw_entry *e;

	sw_hit(SW_HOOK_ACCEPTED);
	if (sk->sk_family != AF_INET && sk->sk_family != AF_INET6)
		return;
	if (!sw_sock_is_tcp(sk) && !sw_sock_is_mptcp(sk))
		return;
	e = sw_probe_get(sk, sk->sk_state, true, &held);
	if (!e)
		return;
	sw_probe_owner(e);
	sw_entry_put(&held);
}
NOKPROBE_SYMBOL(sw_accepted);

/*
 * Only what once waited in the accept queue is forgotten by the task that stops
 * the listener; a child that comes too late for the queue, by a segment.  Fast
 * Open's is in the queue before its handshake is over: there it takes the call
 * on the listener to know.
 */
static bool is_asked(const struct sock *child, const struct sock *listener)
{
	const struct sw_call *call = sw_call_find();

	return child->sk_state != TCP_SYN_RECV || (call && call->sk == listener);
}

/**
 * sw_child_forget() - inet_child_forget(listener, req, child)
 * @arg0: struct sock, the listener
 * @arg1: unused
 * @arg2: struct sock, the child
 * @caller: unused
 *
 * A connection that was not accepted is about to be disconnected, because its
 * listener stops.
 *
 * Context: ftrace; the child's lock held.
 */
void sw_child_forget(unsigned long arg0, unsigned long arg1, unsigned long arg2,
		     unsigned long caller)
{
	const struct sock *listener = (const struct sock *)arg0;
	const struct sock *child = (const struct sock *)arg2;
	struct sw_held held;
	struct sw_entry *e;
	bool asked;
	u64 parent;

	sw_hit(SW_HOOK_CHILD_FORGET);
	if (!sw_sock_is_tcp(child) || child->sk_state == TCP_CLOSE)
		return;
	parent = sw_sock_cookie(listener);
	asked = is_asked(child, listener);
	e = sw_probe_get(child, child->sk_state, asked, &held);
	if (!e)
		return;
	e->flags |= SW_ENTRY_CHILD;
	if (asked)
		e->flags |= SW_ENTRY_CHILD_ASKED;
	e->parent = parent;
	sw_entry_put(&held);
}
NOKPROBE_SYMBOL(sw_child_forget);

/*
 * MPTCP copies the cookie of a listener to what that accepts.  Until it is accepted,
 * the entry found by it is the listener's, which has no remote port.
 */
static bool has_listeners_cookie(const struct sock *msk)
{
	struct sw_held held;
	struct sw_entry *e;
	bool copied;

	if (!msk->sk_dport)
		return false;
	e = sw_probe_find(msk, &held);
	if (!e)
		return false;
	copied = !e->info.id.rport &&
		 (e->info.state == TCP_LISTEN || e->before == TCP_LISTEN);
	sw_entry_put(&held);
	return copied;
}

static struct shutwatch_owner owner_of(const struct sock *sk)
{
	struct shutwatch_owner owner = {};
	struct sw_held held;
	struct sw_entry *e;

	e = sw_probe_find(sk, &held);
	if (!e)
		return owner;
	owner = e->info.owner;
	sw_entry_put(&held);
	return owner;
}

/* Of who has it listen, the subflow alone knows: see follow_mptcp(). */
static void learn_owner(const struct sock *msk, const struct shutwatch_owner *owner)
{
	struct sw_held held;
	struct sw_entry *e;

	e = sw_probe_find(msk, &held);
	if (!e)
		return;
	if (!e->info.owner.pid)
		e->info.owner = *owner;
	sw_entry_put(&held);
}

/*
 * What is known now may not be any more when the subflow tells something for the
 * first time; one that is closed may never do.
 */
static struct sw_entry *get_subflow(const struct sock *ssk, struct sw_held *held)
{
	u8 state = READ_ONCE(ssk->sk_state);

	return state == TCP_CLOSE ? sw_probe_find(ssk, held) :
				    sw_probe_get(ssk, state, false, held);
}

/*
 * Whose subflow a socket is: it has no process but the one that has MPTCP's
 * socket.  The subflow's lock is held, or MPTCP's.
 */
static void note_msk(const struct sock *ssk, const struct sock *msk)
{
	struct shutwatch_owner owner, of_subflow;
	struct sw_held held;
	struct sw_entry *e;

	/* Its children would have the same cookie. */
	if (msk->sk_state == TCP_LISTEN && !atomic64_read(&msk->sk_cookie))
		return;
	if (has_listeners_cookie(msk))
		return;
	owner = owner_of(msk);
	e = get_subflow(ssk, &held);
	if (!e)
		return;
	e->msk = sw_sock_cookie(msk);
	if (!e->info.owner.pid)
		e->info.owner = owner;
	of_subflow = e->info.owner;
	sw_entry_put(&held);
	if (!owner.pid && of_subflow.pid)
		learn_owner(msk, &of_subflow);
}

/**
 * sw_mptcp_close_subflow() - __mptcp_close_ssk(msk, ssk, ...)
 * @arg0: struct sock, MPTCP's
 * @arg1: struct sock, the subflow
 * @arg2: unused
 * @caller: unused
 *
 * Context: ftrace; task, the lock of MPTCP's socket held.
 */
void sw_mptcp_close_subflow(unsigned long arg0, unsigned long arg1,
			    unsigned long arg2, unsigned long caller)
{
	sw_hit(SW_HOOK_MPTCP_CLOSE_SUBFLOW);
	note_msk((const struct sock *)arg1, (const struct sock *)arg0);
}
NOKPROBE_SYMBOL(sw_mptcp_close_subflow);

/**
 * sw_mptcp_shut_subflow() - mptcp_subflow_shutdown(msk, ssk, how)
 * @arg0: struct sock, MPTCP's
 * @arg1: struct sock, the subflow
 * @arg2: unused
 * @caller: unused
 *
 * Sends the DATA_FIN of a shutdown() or close() on each subflow.  Their FINs come
 * later, when close() may have parted the two.
 *
 * Context: ftrace; the lock of MPTCP's socket held.
 */
void sw_mptcp_shut_subflow(unsigned long arg0, unsigned long arg1,
			   unsigned long arg2, unsigned long caller)
{
	sw_hit(SW_HOOK_MPTCP_SHUT_SUBFLOW);
	note_msk((const struct sock *)arg1, (const struct sock *)arg0);
}
NOKPROBE_SYMBOL(sw_mptcp_shut_subflow);

/* NULL while a subflow does not share the struct socket of MPTCP's. */
static const struct sock *msk_of(const struct sock *ssk)
{
	const struct socket *sock = READ_ONCE(ssk->sk_socket);
	const struct sock *msk = sock ? READ_ONCE(sock->sk) : NULL;

	return msk && sw_sock_is_mptcp(msk) ? msk : NULL;
}

/**
 * sw_mptcp_lock_subflow() - __lock_sock_fast(sk)
 * @arg0: struct sock
 * @arg1: unused
 * @arg2: unused
 * @caller: unused
 *
 * close() of an MPTCP socket locks each of its subflows so, to part them from the
 * struct socket that they share.  What was accepted may have had nothing to tell
 * until then, and has no owner yet.  Others lock so, too.
 *
 * Context: ftrace; task.  A call on an MPTCP socket holds that and its lock.
 */
void sw_mptcp_lock_subflow(unsigned long arg0, unsigned long arg1,
			   unsigned long arg2, unsigned long caller)
{
	const struct sock *sk = (const struct sock *)arg0;
	const struct sw_call *call = sw_call_find();

	sw_hit(SW_HOOK_MPTCP_LOCK_SUBFLOW);
	if (likely(!call) || !(call->seen & SW_SEEN_MPTCP))
		return;
	if (sw_sock_is_tcp(sk) && sk_is_mptcp(sk) && msk_of(sk) == call->sk)
		note_msk(sk, call->sk);
}
NOKPROBE_SYMBOL(sw_mptcp_lock_subflow);

/**
 * sw_subflow_is_first() - is it the subflow that an MPTCP socket begins with?
 * @ssk: a subflow that begins to connect or to listen
 *
 * That one shares the struct socket of MPTCP's from its making on.  A further one
 * is given it when its SYN is sent: until then it has one of its own, and the task
 * that connects it is MPTCP's worker, or one that adds an address.
 *
 * Context: any; the subflow's lock held.
 * Return: whether the task that runs has asked for it.
 */
bool sw_subflow_is_first(const struct sock *ssk)
{
	return msk_of(ssk);
}

/**
 * sw_subflow_call() - a subflow is about to tell something
 * @sk: full socket, a subflow
 *
 * Notes whose it is, while MPTCP's socket has it.
 *
 * Context: any, preemption disabled; socket lock held.
 * Return: the call on MPTCP's socket in which this happens, or NULL.
 */
struct sw_call *sw_subflow_call(const struct sock *sk)
{
	const struct sock *msk = msk_of(sk);
	struct sw_call *call = sw_call_find();

	if (msk)
		note_msk(sk, msk);
	/* A segment on top of that call has not locked the subflow. */
	if (!call || !(call->seen & SW_SEEN_MPTCP) || !sock_owned_by_user_nocheck(sk))
		return NULL;
	return call;
}

/* What is known of the MPTCP socket of a subflow, locked; or NULL. */
static struct sw_entry *find_msk(const struct sock *ssk, struct sw_held *held)
{
	struct sw_entry *e = sw_probe_find(ssk, held);
	u64 msk;

	if (!e)
		return NULL;
	msk = e->msk;
	sw_entry_put(held);
	return msk ? sw_entry_find(msk, held) : NULL;
}

/*
 * The last call on the MPTCP socket of a subflow that asked for its end; it may be
 * over, or still run in another task, or wait there for SO_LINGER.
 */
static u8 last_call_above(const struct sock *ssk)
{
	u8 by = SHUTWATCH_BY_NONE;
	struct sw_held held;
	struct sw_entry *e;

	e = find_msk(ssk, &held);
	if (!e)
		return by;
	if (e->flags & SW_ENTRY_CLOSING)
		by = SHUTWATCH_BY_CLOSE;
	else if (e->info.shut & SHUTWATCH_HOW_WR)
		by = SHUTWATCH_BY_SHUTDOWN;
	sw_entry_put(&held);
	return by;
}

/**
 * sw_subflow_why_fin() - what MPTCP sends a FIN on a subflow for
 * @ssk: the subflow
 * @above: the call on its MPTCP socket in which it does, or NULL
 *
 * MPTCP says its end in a DATA_FIN first; the FINs follow when that was
 * acknowledged, mostly after the call, and from a worker.
 *
 * Context: any, preemption disabled; the subflow's lock held.
 * Return: enum shutwatch_why; unknown where no call was seen.
 */
u8 sw_subflow_why_fin(const struct sock *ssk, const struct sw_call *above)
{
	bool asks = above && above->outcome.how != SHUTWATCH_HOW_RD;

	switch (asks ? above->call : last_call_above(ssk)) {
	case SHUTWATCH_BY_CLOSE:
		return SHUTWATCH_WHY_CLOSE;
	case SHUTWATCH_BY_SHUTDOWN:
		return SHUTWATCH_WHY_SHUTDOWN_WRITE;
	}
	return SHUTWATCH_WHY_UNKNOWN;
}

/**
 * sw_subflow_not_followed() - may a call that was not followed have reset it?
 * @ssk: a subflow, no call on its MPTCP socket in sight
 *
 * Context: any, preemption disabled; the subflow's lock held.
 * Return: whether the last one on that socket was not, or none can be.
 */
bool sw_subflow_not_followed(const struct sock *ssk)
{
	struct sw_held held;
	struct sw_entry *e;
	bool lost;

	if (!sw_kprobes_work())
		return true;
	e = find_msk(ssk, &held);
	if (!e)
		return false;
	lost = e->flags & SW_ENTRY_NOT_FOLLOWED;
	sw_entry_put(&held);
	return lost;
}

/**
 * sw_subflow_why_rst() - what MPTCP resets a subflow for
 * @above: the call on its MPTCP socket in which it does, or NULL
 *
 * Context: any.
 * Return: enum shutwatch_why; unknown where no call was seen.
 */
u8 sw_subflow_why_rst(const struct sw_call *above)
{
	if (!above)
		return SHUTWATCH_WHY_UNKNOWN;
	if (above->outcome.before == TCP_LISTEN)
		return SHUTWATCH_WHY_LISTENER_STOPPED;
	switch (above->call) {
	case SHUTWATCH_BY_CLOSE:
		/* A fastclose, for one of two reasons; of both, this is told. */
		return above->v.linger == 0 ? SHUTWATCH_WHY_LINGER_ZERO :
					      SHUTWATCH_WHY_UNREAD_DATA;
	case SHUTWATCH_BY_CONNECT_UNSPEC:
		return SHUTWATCH_WHY_CONNECT_UNSPEC;
	}
	return SHUTWATCH_WHY_UNKNOWN;
}
