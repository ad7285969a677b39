/* SPDX-License-Identifier: GPL-2.0-only */
/* Which sockets are watched: the filter parameters. */
#ifndef _SHUTWATCH_FILTER_H
#define _SHUTWATCH_FILTER_H

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/jump_label.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

#include "uapi/shutwatch.h"

#define SW_FILTER_PORTS		16

/**
 * struct sw_ports - a port list
 * @n: how many; 0 lets all through
 * @port: the ports, host byte order
 */
struct sw_ports {
	unsigned int	n;
	u16		port[SW_FILTER_PORTS];
};

/**
 * struct sw_filter - a socket passes if it matches everything that is set
 * @generation: changes with every change of a parameter
 * @nothing: lets nothing through
 * @everything: nothing is set
 * @lport: local ports
 * @rport: remote ports
 * @port: ports of either side
 * @addr: prefix of either side's address, network byte order
 * @addr_bits: its length in bits
 * @addr_family: AF_INET or AF_INET6; 0 if not set
 * @family: AF_INET or AF_INET6; 0 if not set
 * @pid: thread group id of the owner, or of a task that acts on the socket; 0 if
 *	not set
 * @netns: inode number of the network namespace; 0 if not set
 * @kind: kinds of records that are kept, a bit each; 0 for all
 * @sent: likewise, of what was sent
 * @why: likewise, of reasons
 * @rcu: defers the free
 */
struct sw_filter {
	u32		generation;
	bool		nothing;
	bool		everything;
	struct sw_ports	lport;
	struct sw_ports	rport;
	struct sw_ports	port;
	u8		addr[16];
	u8		addr_bits;
	u16		addr_family;
	u16		family;
	u32		pid;
	u32		netns;
	u64		kind;
	u64		sent;
	u64		why;
	struct rcu_head	rcu;
};

/**
 * struct sw_subject - what the filter looks at
 * @laddr: local address, as many bytes as @family has
 * @raddr: remote address
 * @lport: local port, host byte order
 * @rport: remote port, host byte order
 * @family: AF_INET or AF_INET6; what is IPv4 on the wire is AF_INET
 * @netns: inode number of the network namespace
 * @pid: thread group id of the task that asks something of it; 0 if none does
 */
struct sw_subject {
	const u8	*laddr;
	const u8	*raddr;
	u16		lport;
	u16		rport;
	u16		family;
	u32		netns;
	u32		pid;
};

/**
 * enum sw_verdict - whether a socket is watched
 * @SW_REJECT: no
 * @SW_ACCEPT: yes
 * @SW_ACCEPT_KNOWN: only if the same filter has let it in before
 * @SW_ACCEPT_OWNED: likewise, or if it is known to be the process's
 */
enum sw_verdict {
	SW_REJECT,
	SW_ACCEPT,
	SW_ACCEPT_KNOWN,
	SW_ACCEPT_OWNED,
};

extern struct sw_filter __rcu *sw_filter;
DECLARE_STATIC_KEY_FALSE(sw_filter_asks_outcome);

static __always_inline bool sw_has_port(const struct sw_ports *list, u16 port)
{
	unsigned int i;

	for (i = 0; i < list->n; i++)
		if (list->port[i] == port)
			return true;
	return false;
}

/**
 * sw_filter_has_ports() - do the ports of a socket pass?
 * @f: the filter
 * @lport: local port, host byte order
 * @rport: remote port, host byte order
 *
 * Context: any.
 * Return: whether they do.
 */
static __always_inline bool sw_filter_has_ports(const struct sw_filter *f,
						u16 lport, u16 rport)
{
	if (f->lport.n && !sw_has_port(&f->lport, lport))
		return false;
	if (f->rport.n && !sw_has_port(&f->rport, rport))
		return false;
	return !f->port.n || sw_has_port(&f->port, lport) ||
	       sw_has_port(&f->port, rport);
}

/**
 * sw_filter_has_owner() - is a socket of the process that is asked for?
 * @f: the filter
 * @owner: thread group id of the process that has the socket; 0 if that is not
 *	known
 *
 * Context: any.
 * Return: whether it is.
 */
static inline bool sw_filter_has_owner(const struct sw_filter *f, u32 owner)
{
	return owner && owner == f->pid;
}

static_assert(SHUTWATCH_WHY_COUNT <= 64);

/**
 * sw_filter_has_outcome() - is a record one that is kept?
 * @f: the filter
 * @kind: enum shutwatch_kind
 * @sent: enum shutwatch_sent; none where the kind has no such key
 * @why: enum shutwatch_why; unknown where the kind has no such key
 *
 * Where sent or why is asked for, a record that has no such key is not kept.
 *
 * Context: any.
 * Return: whether it is.
 */
static inline bool sw_filter_has_outcome(const struct sw_filter *f, u8 kind,
					 u8 sent, u8 why)
{
	bool decides = kind == SHUTWATCH_KIND_CALL ||
		       kind == SHUTWATCH_KIND_DECISION;

	if (f->kind && !(f->kind & BIT_ULL(kind)))
		return false;
	if (f->sent && !(decides && f->sent & BIT_ULL(sent)))
		return false;
	return !f->why || (decides && f->why & BIT_ULL(why));
}

/**
 * sw_filter_may_have_outcome() - can a record be one that is kept?
 * @f: the filter
 * @kind: enum shutwatch_kind: call or decision
 * @sent: what it may have sent, a bit for each of enum shutwatch_sent
 *
 * Context: any.
 * Return: false if it is not, whatever its reason.
 */
static inline bool sw_filter_may_have_outcome(const struct sw_filter *f, u8 kind,
					      u64 sent)
{
	return (!f->kind || f->kind & BIT_ULL(kind)) &&
	       (!f->sent || f->sent & sent);
}

enum sw_verdict sw_filter_judge(const struct sw_filter *f,
				const struct sw_subject *subject);
int sw_filter_open(void);
void sw_filter_shut(void);
void sw_filter_exit(void);

#endif /* _SHUTWATCH_FILTER_H */
