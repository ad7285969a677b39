// SPDX-License-Identifier: GPL-2.0-only
/*
 * Why: from what the hooks saw inside a call to the word that names it.
 *
 * Nothing here asks what the kernel should have done.  What was sent is known
 * by then; the reason follows from which functions ran, in what state the
 * socket was, and whether it still had an owner.
 */

#ifdef __KERNEL__
#include <linux/errno.h>
#else
#include <errno.h>
#endif

#include "why.h"

static enum shutwatch_why why_orphan_reset(const struct sw_call *call)
{
	if (call->seen & SW_SEEN_LINGER2)
		return SHUTWATCH_WHY_LINGER2_NEGATIVE;
	return call->seen & SW_SEEN_MEMORY ? SHUTWATCH_WHY_ORPHAN_MEMORY :
					     SHUTWATCH_WHY_ORPHAN_COUNT;
}

/* __tcp_close() resets at four places; path and owner tell them apart. */
static enum shutwatch_why why_close_reset(const struct sw_call *call)
{
	if (call->seen & SW_SEEN_DISCONNECT)
		return SHUTWATCH_WHY_LINGER_ZERO;
	if (!(call->seen & SW_SEEN_ORPHAN))
		return SHUTWATCH_WHY_UNREAD_DATA;
	return why_orphan_reset(call);
}

static enum shutwatch_why why_reset(const struct sw_call *call)
{
	switch (call->call) {
	case SHUTWATCH_BY_CLOSE:
		return why_close_reset(call);
	case SHUTWATCH_BY_CONNECT_UNSPEC:
		return SHUTWATCH_WHY_CONNECT_UNSPEC;
	case SHUTWATCH_BY_ABORT:
		return SHUTWATCH_WHY_ABORT;
	}
	return SHUTWATCH_WHY_UNKNOWN;
}

static enum shutwatch_why why_fin(const struct sw_call *call)
{
	if (call->seen & SW_SEEN_DEFERRED)
		return SHUTWATCH_WHY_SHUTDOWN_DEFERRED;
	switch (call->call) {
	case SHUTWATCH_BY_CLOSE:
		return sw_fin_died(call) ? SHUTWATCH_WHY_NETNS_EXIT : SHUTWATCH_WHY_CLOSE;
	case SHUTWATCH_BY_SHUTDOWN:
		return SHUTWATCH_WHY_SHUTDOWN_WRITE;
	}
	return SHUTWATCH_WHY_UNKNOWN;
}

/* SHUT_RD tells the peer nothing, unless the handshake has only begun. */
static enum shutwatch_why why_silent_shutdown(const struct sw_call *call)
{
	if (call->outcome.how == SHUTWATCH_HOW_RD)
		return SHUTWATCH_WHY_READ_SIDE_ONLY;
	if (call->outcome.before == SHUTWATCH_TCP_SYN_RECV)
		return SHUTWATCH_WHY_SHUTDOWN_DEFERRED;
	return SHUTWATCH_WHY_UNKNOWN;
}

static enum shutwatch_why why_silent_open(const struct sw_call *call)
{
	return call->call == SHUTWATCH_BY_SHUTDOWN ? why_silent_shutdown(call) :
						      SHUTWATCH_WHY_UNKNOWN;
}

/* TCP_REPAIR keeps a connection from a RST: there has to be one. */
static bool is_repair(const struct sw_call *call)
{
	switch (call->outcome.before) {
	case SHUTWATCH_TCP_CLOSE:
	case SHUTWATCH_TCP_TIME_WAIT:
	case SHUTWATCH_TCP_LISTEN:
		return false;
	}
	return call->seen & SW_SEEN_REPAIR && call->seen & SW_SEEN_DISCONNECT;
}

/* A FIN was sent before.  FIN_WAIT2 waits in a mini-socket, in any namespace. */
static enum shutwatch_why why_silent_ending(const struct sw_call *call)
{
	if (call->call == SHUTWATCH_BY_SHUTDOWN && call->outcome.how == SHUTWATCH_HOW_RD)
		return SHUTWATCH_WHY_READ_SIDE_ONLY;
	if (call->call == SHUTWATCH_BY_CLOSE && call->seen & SW_SEEN_NETNS_EXIT &&
	    call->outcome.before != SHUTWATCH_TCP_FIN_WAIT2)
		return SHUTWATCH_WHY_NETNS_EXIT;
	return SHUTWATCH_WHY_FIN_ALREADY_SENT;
}

/* Not of the full socket, whose connection a mini-socket has: that has values. */
static bool is_abort_of_mini(const struct sw_call *call)
{
	return call->call == SHUTWATCH_BY_ABORT &&
	       call->outcome.flags & SW_RECORD_NO_VALUES;
}

static enum shutwatch_why why_silent(const struct sw_call *call)
{
	if (call->ret == -EBUSY)
		return SHUTWATCH_WHY_BUSY;
	if (call->ret == -ENOENT)
		return SHUTWATCH_WHY_ALREADY_CLOSED;
	if (is_repair(call))
		return SHUTWATCH_WHY_REPAIR;
	switch (call->outcome.before) {
	case SHUTWATCH_TCP_CLOSE:
		return SHUTWATCH_WHY_ALREADY_CLOSED;
	case SHUTWATCH_TCP_TIME_WAIT:
		return is_abort_of_mini(call) ? SHUTWATCH_WHY_FIN_ALREADY_SENT :
						SHUTWATCH_WHY_ALREADY_CLOSED;
	case SHUTWATCH_TCP_LISTEN:
		return call->outcome.after == SHUTWATCH_TCP_LISTEN ?
			SHUTWATCH_WHY_LISTENING :
			SHUTWATCH_WHY_LISTENER_STOPPED;
	case SHUTWATCH_TCP_SYN_SENT:
	case SHUTWATCH_TCP_NEW_SYN_RECV:
		return SHUTWATCH_WHY_SYN_SENT;
	case SHUTWATCH_TCP_FIN_WAIT1:
	case SHUTWATCH_TCP_FIN_WAIT2:
	case SHUTWATCH_TCP_CLOSING:
	case SHUTWATCH_TCP_LAST_ACK:
		return why_silent_ending(call);
	}
	return why_silent_open(call);
}

/*
 * A fastclose resets the subflows; a DATA_FIN goes out on an ACK.  connect(AF_UNSPEC)
 * sends none: where it resets nothing, no subflow was left.
 */
static enum shutwatch_why why_mptcp_sent(const struct sw_call *call)
{
	bool rst = call->seen & SW_SEEN_RST;

	switch (call->call) {
	case SHUTWATCH_BY_CLOSE:
		if (!rst)
			return SHUTWATCH_WHY_CLOSE;
		if (call->seen & SW_SEEN_ORPHAN)
			return why_orphan_reset(call);
		return call->v.linger ? SHUTWATCH_WHY_UNREAD_DATA :
					SHUTWATCH_WHY_LINGER_ZERO;
	case SHUTWATCH_BY_SHUTDOWN:
		return rst ? SHUTWATCH_WHY_MPTCP : SHUTWATCH_WHY_SHUTDOWN_WRITE;
	case SHUTWATCH_BY_CONNECT_UNSPEC:
		return SHUTWATCH_WHY_CONNECT_UNSPEC;
	}
	return SHUTWATCH_WHY_MPTCP;
}

static enum shutwatch_why why_mptcp(const struct sw_call *call)
{
	if (call->seen & (SW_SEEN_RST | SW_SEEN_FIN))
		return why_mptcp_sent(call);
	switch (call->outcome.before) {
	case SHUTWATCH_TCP_ESTABLISHED:
	case SHUTWATCH_TCP_CLOSE_WAIT:
	case SHUTWATCH_TCP_SYN_RECV:
		if (call->call == SHUTWATCH_BY_CONNECT_UNSPEC)
			return SHUTWATCH_WHY_ALREADY_CLOSED;
		return call->outcome.how == SHUTWATCH_HOW_RD ?
			SHUTWATCH_WHY_READ_SIDE_ONLY : SHUTWATCH_WHY_DATA_FIN;
	}
	return why_silent(call);
}

/**
 * sw_call_why() - the reason for what was sent, or not sent
 * @call: the call, over
 *
 * A FIN or RST that could not be built keeps the reason that it would have
 * had.
 *
 * Return: the reason; unknown where what was seen does not fit together.
 */
enum shutwatch_why sw_call_why(const struct sw_call *call)
{
	if (call->seen & SW_SEEN_MPTCP)
		return why_mptcp(call);
	if (call->seen & SW_SEEN_RST)
		return why_reset(call);
	if (call->seen & SW_SEEN_FIN)
		return why_fin(call);
	return why_silent(call);
}
