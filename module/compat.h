/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How the kernels that shutwatch runs on, 5.10 to 7.x, differ, but for ftrace:
 * compat_ftrace.h, for what knows no sockets; and for what kfree_skb is called
 * with: probes.c, where its callbacks are.
 *
 * Found by asking the compiler, never by version: stable series take patches
 * across releases, and sublevels are clamped at 255.  What C cannot ask, a
 * symbol's name, is asked of the running kernel: see struct sw_hook.symbol.
 */
#ifndef _SHUTWATCH_COMPAT_H
#define _SHUTWATCH_COMPAT_H

#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <net/tcp.h>
#include <net/inet_common.h>	/* 5.10: not without <net/tcp.h> before it */

/*
 * The probed functions have the arguments that the handlers read.  If one of
 * these fires, the kernel changed a prototype: mend the handler, then this.
 */
static_assert(__same_type(inet_shutdown, int (struct socket *, int)));
static_assert(__same_type(tcp_close, void (struct sock *, long)));
static_assert(__same_type(tcp_shutdown, void (struct sock *, int)));
static_assert(__same_type(tcp_disconnect, int (struct sock *, int)));
static_assert(__same_type(tcp_send_fin, void (struct sock *)));
static_assert(__same_type(tcp_abort, int (struct sock *, int)));

/* sparse does not know the question: it checks what stands for "no". */
#ifndef __has_include
#define __has_include(header) 0
#endif

/*
 * Since 6.10 (net/rstreason.h) the tracepoint tcp_send_reset gives a reason,
 * and fires for TIME_WAIT and for no socket at all.  Before, those two are seen
 * only in tcp_v[46]_send_reset().
 */
#if __has_include("net/rstreason.h")
#include <net/rstreason.h>
#define SW_HAVE_RST_REASON 1
#else
#define SW_HAVE_RST_REASON 0
#endif

#if __has_include("net/proto_memory.h")
#include <net/proto_memory.h>	/* sk_memory_allocated(), 6.18 */
#endif

/*
 * Since 5.11 (MPTCP options in resets) tcp_reset() is told the segment.  Before,
 * the segment is only known to tcp_rcv_state_process().
 */
#define SW_TCP_RESET_HAS_SKB \
	__same_type(tcp_reset, void (struct sock *, struct sk_buff *))

#endif /* _SHUTWATCH_COMPAT_H */
