/* SPDX-License-Identifier: GPL-2.0-only */
/* The handlers: what each hook reads from the kernel, and where it goes. */
#ifndef _SHUTWATCH_PROBES_H
#define _SHUTWATCH_PROBES_H

#include <net/mptcp.h>

#include "calls.h"
#include "compat.h"
#include "compat_ftrace.h"
#include "hooks.h"
#include "probe_socket.h"

struct inet_timewait_sock;

/* For who arms it; a handler asks sw_hook_is_armed(). */
extern struct sw_hook sw_hooks[SW_HOOK_COUNT];

/**
 * sw_arg() - an argument of the probed function
 * @regs: registers at its entry
 * @n: which, from 0
 *
 * Context: a kprobe handler, or a kretprobe handler at entry.
 * Return: the argument; the upper half is undefined for an int.
 */
#define sw_arg(regs, n)	regs_get_kernel_argument(regs, n)

/* What a task asks: probe_call.c */
int sw_shutdown_entry(struct kretprobe_instance *ri, struct pt_regs *regs);
int sw_shutdown_return(struct kretprobe_instance *ri, struct pt_regs *regs);
int sw_close_entry(struct kretprobe_instance *ri, struct pt_regs *regs);
int sw_close_return(struct kretprobe_instance *ri, struct pt_regs *regs);
int sw_disconnect_entry(struct kretprobe_instance *ri, struct pt_regs *regs);
int sw_disconnect_return(struct kretprobe_instance *ri, struct pt_regs *regs);
int sw_abort_entry(struct kretprobe_instance *ri, struct pt_regs *regs);
int sw_abort_return(struct kretprobe_instance *ri, struct pt_regs *regs);
int sw_mptcp_close_entry(struct kretprobe_instance *ri, struct pt_regs *regs);
int sw_mptcp_disconnect_entry(struct kretprobe_instance *ri, struct pt_regs *regs);
void sw_connect_entry(unsigned long arg0, unsigned long arg1,
		      unsigned long arg2, unsigned long caller);
void sw_close_locked(unsigned long arg0, unsigned long arg1,
		     unsigned long arg2, unsigned long caller);
int sw_tcp_shutdown(struct kprobe *kp, struct pt_regs *regs);
void sw_call_snapshot(struct sw_call *call, const struct sock *sk);
void sw_probe_aborts(const struct sock *sk);

/* What is sent: probe_send.c */
int sw_send_fin_entry(struct kretprobe_instance *ri, struct pt_regs *regs);
int sw_send_fin_return(struct kretprobe_instance *ri, struct pt_regs *regs);
void sw_send_rst(unsigned long arg0, unsigned long arg1, unsigned long arg2,
		 unsigned long caller);
void sw_active_rst_sent(const struct sock *sk, u8 kreason, bool known);
void sw_active_rst_freed(const struct sk_buff *skb, const struct sock *sk);
void sw_probe_decision(struct sw_entry *e, struct sw_decision *d);
void sw_rst_write(struct sw_entry *e, u8 before, u8 after);

/* bytes of kretprobe data */
#define SW_FIN_DATA	(2 * sizeof(u64))

/* What is answered: probe_reply.c */
void sw_check_req(unsigned long arg0, unsigned long arg1, unsigned long arg2,
		  unsigned long caller);
void sw_handshake_done(void);
void sw_reply_rst4(unsigned long arg0, unsigned long arg1, unsigned long arg2,
		   unsigned long caller);
void sw_reply_rst6(unsigned long arg0, unsigned long arg1, unsigned long arg2,
		   unsigned long caller);
void sw_reply_of_mini(const struct inet_timewait_sock *tw);
void sw_segment_freed(const struct sk_buff *skb);
#if SW_HAVE_RST_REASON
void sw_tp_send_reset(void *data, const struct sock *sk,
		      const struct sk_buff *skb, const enum sk_rst_reason reason);
#else
void sw_tp_send_reset(void *data, const struct sock *sk,
		      const struct sk_buff *skb);
#endif

/* What becomes of a socket: probe_state.c */
void sw_tp_set_state(void *data, const struct sock *sk, const int old,
		     const int new);
void sw_tp_receive_reset(void *data, struct sock *sk);
void sw_tp_destroy_sock(void *data, struct sock *sk);
void sw_reset(unsigned long arg0, unsigned long arg1, unsigned long arg2,
	      unsigned long caller);
void sw_done(unsigned long arg0, unsigned long arg1, unsigned long arg2,
	     unsigned long caller);
void sw_done_with_error(unsigned long arg0, unsigned long arg1,
			unsigned long arg2, unsigned long caller);
void sw_time_wait(unsigned long arg0, unsigned long arg1, unsigned long arg2,
		  unsigned long caller);

/* What goes on without it: probe_mini.c */
void sw_mini_born(unsigned long arg0, unsigned long arg1, unsigned long arg2,
		  unsigned long caller);
void sw_mini_segment(unsigned long arg0, unsigned long arg1, unsigned long arg2,
		     unsigned long caller);
void sw_mini_schedule(unsigned long arg0, unsigned long arg1,
		      unsigned long arg2, unsigned long caller);
void sw_mini_put(unsigned long arg0, unsigned long arg1, unsigned long arg2,
		 unsigned long caller);
void sw_mini_timer(unsigned long arg0, unsigned long arg1, unsigned long arg2,
		   unsigned long caller);
void sw_mini_kill(unsigned long arg0, unsigned long arg1, unsigned long arg2,
		  unsigned long caller);

/* Whose it is: probe_owner.c */
void sw_accepted(unsigned long arg0, unsigned long arg1, unsigned long arg2,
		 unsigned long caller);
void sw_child_forget(unsigned long arg0, unsigned long arg1, unsigned long arg2,
		     unsigned long caller);
void sw_mptcp_close_subflow(unsigned long arg0, unsigned long arg1,
			    unsigned long arg2, unsigned long caller);
void sw_mptcp_shut_subflow(unsigned long arg0, unsigned long arg1,
			   unsigned long arg2, unsigned long caller);
void sw_mptcp_lock_subflow(unsigned long arg0, unsigned long arg1,
			   unsigned long arg2, unsigned long caller);
bool sw_subflow_is_first(const struct sock *ssk);
struct sw_call *sw_subflow_call(const struct sock *sk);
u8 sw_subflow_why_fin(const struct sock *ssk, const struct sw_call *above);
u8 sw_subflow_why_rst(const struct sw_call *above);
bool sw_subflow_not_followed(const struct sock *ssk);

/**
 * sw_probe_subflow() - is this a subflow, about to tell something?
 * @sk: full socket
 *
 * Context: any, preemption disabled; socket lock held.
 * Return: the call on its MPTCP socket in which this happens, or NULL.
 */
static __always_inline struct sw_call *sw_probe_subflow(const struct sock *sk)
{
	return unlikely(sk_is_mptcp(sk)) ? sw_subflow_call(sk) : NULL;
}

#endif /* _SHUTWATCH_PROBES_H */
