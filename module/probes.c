// SPDX-License-Identifier: GPL-2.0-only
/* The table of hooks, and the proof that their handlers fit the kernel. */

#include <trace/events/skb.h>
#include <trace/events/sock.h>
#include <trace/events/tcp.h>

#include "probes.h"

/*
 * Never called.  The tracepoints are found by name, so nothing else makes the
 * compiler compare our callbacks with theirs.
 */
static void __maybe_unused callbacks_fit(void)
{
	void (*set_state)(void *, const struct sock *, const int, const int) =
		sw_tp_set_state;

	check_trace_callback_type_inet_sock_set_state(set_state);
	check_trace_callback_type_tcp_send_reset(sw_tp_send_reset);
	check_trace_callback_type_tcp_receive_reset(sw_tp_receive_reset);
	check_trace_callback_type_tcp_destroy_sock(sw_tp_destroy_sock);
}

/*
 * kfree_skb has got more and more arguments; the callback has to have the very
 * same, where calls by pointer are checked.
 */
static void freed(void *data, struct sk_buff *skb, void *location)
{
	sw_segment_freed(skb);
}

#if __has_include("net/dropreason.h")
static void freed_why(void *data, struct sk_buff *skb, void *location,
		      enum skb_drop_reason reason)
{
	sw_segment_freed(skb);
}

static void freed_for(void *data, struct sk_buff *skb, void *location,
		      enum skb_drop_reason reason, struct sock *rx_sk)
{
	sw_segment_freed(skb);
}

static void freed_for_const(void *data, struct sk_buff *skb, void *location,
			    enum skb_drop_reason reason, const struct sock *rx_sk)
{
	sw_segment_freed(skb);
}

#define TOLD(...)	__same_type(trace_kfree_skb, void (__VA_ARGS__))

#define KFREE_SKB_CALLBACK						\
	__builtin_choose_expr(						\
		TOLD(struct sk_buff *, void *), (void *)freed,		\
	__builtin_choose_expr(						\
		TOLD(struct sk_buff *, void *, enum skb_drop_reason),	\
		(void *)freed_why,					\
	__builtin_choose_expr(						\
		TOLD(struct sk_buff *, void *, enum skb_drop_reason,	\
		     struct sock *),					\
		(void *)freed_for, (void *)freed_for_const)))
#else
#define KFREE_SKB_CALLBACK	((void *)freed)
#endif

/* Tasks that may be inside at a time: of what may sleep long, as many as are followed. */
#define MANY	2048
#define SOME	256

#define CALL_DATA	sizeof(struct sw_call *)

struct sw_hook sw_hooks[SW_HOOK_COUNT] = {
	[SW_HOOK_SHUTDOWN] = {
		.symbol = { "tcp_shutdown" },
		.lost = "state and values of a shutdown() are not those under the socket lock",
		.type = SW_KPROBE,
		.needed = true,
		.proof = SW_PROOF_SOCKET,
		.entry = sw_tcp_shutdown,
	},
	[SW_HOOK_CLOSE] = {
		.symbol = { "tcp_close" },
		.lost = "no close() is seen",
		.type = SW_KRETPROBE,
		.needed = true,
		.proof = SW_PROOF_SOCKET,
		.maxactive = MANY,
		.ret_entry = sw_close_entry,
		.ret = sw_close_return,
		.data_size = CALL_DATA,
	},
	[SW_HOOK_DISCONNECT] = {
		.symbol = { "tcp_disconnect" },
		.lost = "no connect(AF_UNSPEC) is seen, nor a close() by SO_LINGER 0, nor a listener's children",
		.type = SW_KRETPROBE,
		.needed = true,
		.proof = SW_PROOF_SOCKET,
		.maxactive = SOME,
		.ret_entry = sw_disconnect_entry,
		.ret = sw_disconnect_return,
		.data_size = CALL_DATA,
	},
	[SW_HOOK_SYSCALL_SHUTDOWN] = {
		.symbol = { "inet_shutdown" },
		.lost = "no shutdown() is seen",
		.type = SW_KRETPROBE,
		.needed = true,
		.proof = SW_PROOF_SOCKET,
		.maxactive = MANY,
		.ret_entry = sw_shutdown_entry,
		.ret = sw_shutdown_return,
		.data_size = CALL_DATA,
	},
	[SW_HOOK_SYSCALL_CONNECT] = {
		.symbol = { "inet_stream_connect" },
		.lost = "no connect(AF_UNSPEC) is seen",
		.type = SW_FUNCTION,
		.proof = SW_PROOF_CONNECTION,
		.entered = sw_connect_entry,
	},
	[SW_HOOK_CLOSE_LOCKED] = {
		.symbol = { "__tcp_close" },
		.lost = "state and values of a close() are read before the socket lock is held",
		.type = SW_FUNCTION,
		.proof = SW_PROOF_SOCKET,
		.entered = sw_close_locked,
	},
	[SW_HOOK_ABORT] = {
		.symbol = { "tcp_abort" },
		.lost = "ss -K and BPF's SOCK_DESTROY are not seen; their RSTs are unknown",
		.type = SW_KRETPROBE,
		.maxactive = SOME,
		.ret_entry = sw_abort_entry,
		.ret = sw_abort_return,
		.data_size = CALL_DATA,
	},
	[SW_HOOK_SEND_FIN] = {
		.symbol = { "tcp_send_fin" },
		.lost = "no FIN is seen",
		.type = SW_KRETPROBE,
		.needed = true,
		.proof = SW_PROOF_CONNECTION,
		.maxactive = SOME,
		.ret_entry = sw_send_fin_entry,
		.ret = sw_send_fin_return,
		.data_size = SW_FIN_DATA,
	},
	[SW_HOOK_SEND_RST] = {
		.symbol = { "tcp_send_active_reset" },
		.lost = "no RST of a socket's own accord is seen",
		.type = SW_FUNCTION,
		.needed = true,
		.proof = SW_PROOF_CONNECTION,
		.entered = sw_send_rst,
	},
#if !SW_HAVE_RST_REASON
	[SW_HOOK_REPLY_RST4] = {
		.symbol = { "tcp_v4_send_reset" },
		.lost = "IPv4: RSTs sent for TIME_WAIT and for no socket are not seen",
		.type = SW_FUNCTION,
		.entered = sw_reply_rst4,
	},
	[SW_HOOK_REPLY_RST6] = {
		.symbol = { "tcp_v6_send_reset" },
		.lost = "IPv6: RSTs sent for TIME_WAIT and for no socket are not seen",
		.type = SW_FUNCTION,
		.entered = sw_reply_rst6,
	},
#endif
	[SW_HOOK_RESET] = {
		.symbol = {
			SW_TCP_RESET_HAS_SKB ? "tcp_reset" : "tcp_rcv_state_process",
		},
		.lost = "data rejected after shutdown() looks like a received RST, too",
		.type = SW_FUNCTION,
		.proof = SW_PROOF_CONNECTION,
		.entered = sw_reset,
	},
	[SW_HOOK_DONE] = {
		.symbol = { "tcp_done" },
		.lost = "a transition to CLOSE by a segment or a timer has no cause",
		.type = SW_FUNCTION,
		.needed = true,
		.proof = SW_PROOF_CONNECTION,
		.entered = sw_done,
	},
	[SW_HOOK_DONE_WITH_ERROR] = {
		.symbol = { "tcp_done_with_error" },
		.lost = "a transition to CLOSE with an error has no cause",
		.type = SW_FUNCTION,
		.younger = true,
		.proof = SW_PROOF_CONNECTION,
		.entered = sw_done_with_error,
	},
	[SW_HOOK_TIME_WAIT] = {
		.symbol = { "tcp_time_wait" },
		.lost = "an end for want of a mini-socket may have no cause",
		.type = SW_FUNCTION,
		.entered = sw_time_wait,
	},
	[SW_HOOK_CHECK_REQ] = {
		.symbol = { "tcp_check_req" },
		.lost = "a full accept queue and a bad handshake look like no connection",
		.type = SW_FUNCTION,
		.proof = SW_PROOF_CONNECTION,
		.entered = sw_check_req,
	},
	[SW_HOOK_ACCEPTED] = {
		.symbol = { "security_sock_graft" },
		.lost = "a connection that is accepted has no owner until its process calls on it",
		.type = SW_FUNCTION,
		.entered = sw_accepted,
	},
	[SW_HOOK_CHILD_FORGET] = {
		.symbol = { "inet_child_forget" },
		.lost = "connections that are reset because their listener stopped have no cause",
		.type = SW_FUNCTION,
		.proof = SW_PROOF_CONNECTION,
		.entered = sw_child_forget,
	},
	[SW_HOOK_MINI_BORN] = {
		.symbol = { "inet_twsk_hashdance_schedule", "inet_twsk_hashdance" },
		.lost = "TIME_WAIT is not seen: connections seem to go straight to CLOSE",
		.type = SW_FUNCTION,
		.entered = sw_mini_born,
	},
	[SW_HOOK_MINI_SEGMENT] = {
		.symbol = { "tcp_timewait_state_process" },
		.lost = "a RST that ends TIME_WAIT looks like any segment",
		.type = SW_FUNCTION,
		.entered = sw_mini_segment,
	},
	[SW_HOOK_MINI_SCHEDULE] = {
		.symbol = { "__inet_twsk_schedule" },
		.lost = "FIN_WAIT2 to TIME_WAIT is not seen once the socket is closed",
		.type = SW_FUNCTION,
		.entered = sw_mini_schedule,
	},
	[SW_HOOK_MINI_PUT] = {
		.symbol = { "inet_twsk_deschedule_put" },
		.lost = "an end of TIME_WAIT that is not the timer's has no cause",
		.type = SW_FUNCTION,
		.entered = sw_mini_put,
	},
	[SW_HOOK_MINI_TIMER] = {
		.symbol = { "tw_timer_handler" },
		.lost = "an end of TIME_WAIT by its timer has no cause",
		.type = SW_FUNCTION,
		.entered = sw_mini_timer,
	},
	[SW_HOOK_MINI_KILL] = {
		.symbol = { "inet_twsk_kill" },
		.lost = "the end of TIME_WAIT is not seen, nor RSTs sent in it",
		.type = SW_FUNCTION,
		.entered = sw_mini_kill,
	},
#ifdef CONFIG_MPTCP
	[SW_HOOK_MPTCP_CLOSE] = {
		.symbol = { "mptcp_close" },
		.lost = "no close() of an MPTCP socket is seen",
		.type = SW_KRETPROBE,
		.maxactive = MANY,
		.ret_entry = sw_mptcp_close_entry,
		.ret = sw_close_return,
		.data_size = CALL_DATA,
	},
	[SW_HOOK_MPTCP_DISCONNECT] = {
		.symbol = { "mptcp_disconnect" },
		.lost = "no connect(AF_UNSPEC) of an MPTCP socket is seen",
		.type = SW_KRETPROBE,
		.maxactive = SOME,
		.ret_entry = sw_mptcp_disconnect_entry,
		.ret = sw_disconnect_return,
		.data_size = CALL_DATA,
	},
	[SW_HOOK_MPTCP_CLOSE_SUBFLOW] = {
		.symbol = { "__mptcp_close_ssk" },
		.lost = "subflows do not name their MPTCP socket once it is closed",
		.type = SW_FUNCTION,
		.entered = sw_mptcp_close_subflow,
	},
	[SW_HOOK_MPTCP_SHUT_SUBFLOW] = {
		.symbol = { "mptcp_subflow_shutdown" },
		.lost = "FINs that MPTCP sends after close() or shutdown() have no owner and no reason",
		.type = SW_FUNCTION,
		.entered = sw_mptcp_shut_subflow,
	},
	[SW_HOOK_MPTCP_LOCK_SUBFLOW] = {
		.symbol = { "__lock_sock_fast", "lock_sock_fast" },
		.lost = "what a peer does to an accepted MPTCP socket after close() may have no owner",
		.type = SW_FUNCTION,
		.entered = sw_mptcp_lock_subflow,
	},
#endif
	[SW_HOOK_TP_STATE] = {
		.symbol = { "inet_sock_set_state" },
		.lost = "no transition is seen",
		.type = SW_TRACEPOINT,
		.needed = true,
		.proof = SW_PROOF_SOCKET,
		.callback = sw_tp_set_state,
	},
	[SW_HOOK_TP_SEND_RESET] = {
		.symbol = { "tcp_send_reset" },
		.lost = "no RST is seen to be sent",
		.type = SW_TRACEPOINT,
		.needed = true,
		.proof = SW_PROOF_CONNECTION,
		.callback = sw_tp_send_reset,
	},
	[SW_HOOK_TP_RECEIVE_RESET] = {
		.symbol = { "tcp_receive_reset" },
		.lost = "no received RST is seen",
		.type = SW_TRACEPOINT,
		.needed = true,
		.proof = SW_PROOF_CONNECTION,
		.callback = sw_tp_receive_reset,
	},
	[SW_HOOK_TP_DESTROY] = {
		.symbol = { "tcp_destroy_sock" },
		.lost = "the table of sockets keeps dead ones until it is full",
		.type = SW_TRACEPOINT,
		.proof = SW_PROOF_SOCKET,
		.callback = sw_tp_destroy_sock,
	},
	[SW_HOOK_TP_KFREE_SKB] = {
		.symbol = { "kfree_skb" },
		.lost = "handshakes that the accept queue has no room for are not seen, nor, before 6.10, RSTs for no socket; a RST that cannot leave may be told as sent",
		.type = SW_TRACEPOINT,
		.callback = KFREE_SKB_CALLBACK,
	},
};
