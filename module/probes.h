/* SPDX-License-Identifier: GPL-2.0-only */
/* The handlers: what each hook reads from the kernel, and where it goes. */
#ifndef _SHUTWATCH_PROBES_H
#define _SHUTWATCH_PROBES_H

#include "calls.h"
#include "compat.h"
#include "hooks.h"
#include "probe_socket.h"

extern struct sw_hook sw_hooks[SW_HOOK_COUNT];

/**
 * sw_hook_is_sure() - will this hook be called, whatever happens?
 * @id: which
 *
 * Probes are skipped inside other probes' handlers, and can be switched off.
 *
 * Context: any.
 * Return: whether it will.
 */
static __always_inline bool sw_hook_is_sure(enum sw_hook_id id)
{
	return sw_hooks[id].type == SW_FUNCTION && sw_hooks[id].proved;
}

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
void sw_connect_entry(unsigned long arg0, unsigned long arg1,
		      unsigned long arg2);
void sw_close_locked(unsigned long arg0, unsigned long arg1,
		     unsigned long arg2);
int sw_tcp_shutdown(struct kprobe *kp, struct pt_regs *regs);
void sw_call_snapshot(struct sw_call *call, const struct sock *sk);

/* What is sent: probe_send.c */
int sw_send_fin_entry(struct kretprobe_instance *ri, struct pt_regs *regs);
int sw_send_fin_return(struct kretprobe_instance *ri, struct pt_regs *regs);
void sw_send_rst(unsigned long arg0, unsigned long arg1,
		 unsigned long arg2);
int sw_out_of_resources_entry(struct kretprobe_instance *ri, struct pt_regs *regs);
int sw_out_of_resources_return(struct kretprobe_instance *ri, struct pt_regs *regs);
int sw_reply_rst4_entry(struct kretprobe_instance *ri, struct pt_regs *regs);
int sw_reply_rst6_entry(struct kretprobe_instance *ri, struct pt_regs *regs);
int sw_reply_rst_return(struct kretprobe_instance *ri, struct pt_regs *regs);
#if SW_HAVE_RST_REASON
void sw_tp_send_reset(void *data, const struct sock *sk,
		      const struct sk_buff *skb, const enum sk_rst_reason reason);
#else
void sw_tp_send_reset(void *data, const struct sock *sk,
		      const struct sk_buff *skb);
#endif
void sw_pending_rst(struct sw_entry *e, u8 before, u8 after);

/* bytes of kretprobe data */
#define SW_FIN_DATA	(2 * sizeof(u64))
#define SW_REPLY_DATA	(3 * sizeof(u64))

/* What becomes of a socket: probe_state.c */
void sw_tp_set_state(void *data, const struct sock *sk, const int old,
		     const int new);
void sw_tp_receive_reset(void *data, struct sock *sk);
void sw_tp_destroy_sock(void *data, struct sock *sk);
void sw_reset(unsigned long arg0, unsigned long arg1,
	      unsigned long arg2);
void sw_mini_born(unsigned long arg0, unsigned long arg1,
		  unsigned long arg2);
void sw_mini_schedule(unsigned long arg0, unsigned long arg1,
		      unsigned long arg2);
void sw_mini_put(unsigned long arg0, unsigned long arg1,
		 unsigned long arg2);
void sw_mini_kill(unsigned long arg0, unsigned long arg1,
		  unsigned long arg2);

#endif /* _SHUTWATCH_PROBES_H */
