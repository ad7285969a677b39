// SPDX-License-Identifier: GPL-2.0-only
/*
 * What shutwatch tells of a connection's end, as far as a BPF program can tell
 * it that is made to cost little: a record for each call, for each transition,
 * for each RST received, and for a FIN or RST outside of calls.
 *
 * The end of a probe comes before its beginning here, and is attached first: so
 * nothing is begun that would not be ended.
 */

#include "running_kernel.h"
#include <linux/bpf.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "fact.h"

#define AF_INET		2
#define IPPROTO_TCP	6
#define TCP_SYN_RECV	3
#define TCP_LISTEN	10
#define CALLS		2048

/**
 * struct call - a call in flight
 * @sk: whose it is; 0 where there is none
 * @owner: the thread that is in it
 * @fact: what is known so far
 */
struct call {
	__u64 sk;
	__u64 owner;
	struct fact fact;
};

/* Looked up without a call of a helper, as no other kind of map is. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, CALLS);
	__type(key, __u32);
	__type(value, struct call);
} calls SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20);
} facts SEC(".maps");

/* Records that did not fit, and calls that were not followed. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} lost SEC(".maps");

static __always_inline void count_lost(void)
{
	__u32 first = 0;
	__u64 *count = bpf_map_lookup_elem(&lost, &first);

	if (count)
		__sync_fetch_and_add(count, 1);
}

static __always_inline struct fact *reserve(void)
{
	struct fact *fact = bpf_ringbuf_reserve(&facts, sizeof(*fact), 0);

	if (!fact)
		count_lost();
	return fact;
}

/* Two words: the kernel's string function would go byte by byte. */
static __always_inline void fill_task(struct fact *fact)
{
	struct task_struct *task = bpf_get_current_task_btf();
	const __u64 *comm = (const __u64 *)task->comm;
	__u64 *to = (__u64 *)fact->comm;

	fact->pid = task->tgid;
	to[0] = comm[0];
	to[1] = comm[1];
}

/* The hash forgets the port of a socket that is closed, before its transition. */
static __always_inline __u16 local_port(struct sock *sk)
{
	struct tcp_sock *tp = bpf_skc_to_tcp_sock(sk);

	return tp ? bpf_ntohs(tp->inet_conn.icsk_inet.inet_sport) : sk->__sk_common.skc_num;
}

static __always_inline void fill_socket(struct fact *fact, struct sock *sk)
{
	const struct sock_common *common = &sk->__sk_common;
	int i;

	fact->ts = bpf_ktime_get_ns();
	fact->cookie = bpf_get_socket_cookie(sk);
	fact->netns = common->skc_net.net->ns.inum;
	fact->family = common->skc_family;
	fact->lport = local_port(sk);
	fact->rport = common->skc_dport;
	if (fact->family == AF_INET) {
		fact->laddr[0] = common->skc_rcv_saddr;
		fact->raddr[0] = common->skc_daddr;
		return;
	}
	for (i = 0; i < 4; i++) {
		fact->laddr[i] = common->skc_v6_rcv_saddr.in6_u.u6_addr32[i];
		fact->raddr[i] = common->skc_v6_daddr.in6_u.u6_addr32[i];
	}
}

static __always_inline void fill_values(struct fact *fact, struct sock *sk)
{
	struct tcp_sock *tp = bpf_skc_to_tcp_sock(sk);

	if (!tp) {
		fact->unread = 0;
		fact->unsent = 0;
		fact->unacked = 0;
		return;
	}
	fact->unread = tp->rcv_nxt - tp->copied_seq;
	/* The peer's FIN is counted there, too, until it is read. */
	if (fact->unread && sk->__sk_common.skc_flags & 1 << SOCK_DONE)
		fact->unread--;
	fact->unsent = tp->write_seq - tp->snd_nxt;
	fact->unacked = tp->snd_nxt - tp->snd_una;
}

/* All but what was sent, and the values. */
static __always_inline void fill(struct fact *fact, enum fact_kind kind, struct sock *sk,
				 int before, int after)
{
	fact->kind = kind;
	fact->call = FACT_NO_CALL;
	fact->how = 0;
	fact->before = before;
	fact->after = after;
	fact->sent = FACT_SENT_NONE;
	fact->queued = 0;
	fact->disconnected = 0;
	fact->kreason = 0;
	fact->err = 0;
	fact->took = 0;
	fill_task(fact);
	fill_socket(fact, sk);
}

/* ---- calls ---- */

static __always_inline struct call *call_slot(__u64 thread)
{
	__u32 key = (__u32)thread % CALLS;

	return bpf_map_lookup_elem(&calls, &key);
}

/* The call that the current thread is in on this socket. */
static __always_inline struct call *call_on(struct sock *sk)
{
	__u64 thread = bpf_get_current_pid_tgid();
	struct call *call = call_slot(thread);

	return call && call->sk == (__u64)sk && call->owner == thread ? call : NULL;
}

static __always_inline int begin(struct sock *sk, enum fact_call what, int how)
{
	__u64 thread = bpf_get_current_pid_tgid(), owner;
	struct call *call = call_slot(thread);
	struct fact *fact;

	if (!call)
		return 0;
	owner = __sync_val_compare_and_swap(&call->owner, 0, thread);
	if (owner && owner != thread) {
		count_lost();
		return 0;
	}
	call->sk = (__u64)sk;
	fact = &call->fact;
	fill(fact, FACT_CALL, sk, sk->__sk_common.skc_state, 0);
	fact->call = what;
	fact->how = how;
	fill_values(fact, sk);
	return 0;
}

static __always_inline int end(struct sock *sk, struct call *call)
{
	struct fact *fact;

	if (!call)
		return 0;
	fact = reserve();
	if (fact) {
		__builtin_memcpy(fact, &call->fact, sizeof(*fact));
		fact->after = sk->__sk_common.skc_state;
		fact->took = bpf_ktime_get_ns() - fact->ts;
		bpf_ringbuf_submit(fact, 0);
	}
	call->sk = 0;
	call->owner = 0;
	return 0;
}

SEC("fexit/tcp_shutdown")
int BPF_PROG(shutdown_ends, struct sock *sk)
{
	return end(sk, call_on(sk));
}

SEC("fentry/tcp_shutdown")
int BPF_PROG(shutdown_begins, struct sock *sk, int how)
{
	return begin(sk, FACT_SHUTDOWN, how);
}

SEC("fexit/__tcp_close")
int BPF_PROG(close_ends, struct sock *sk)
{
	return end(sk, call_on(sk));
}

SEC("fentry/__tcp_close")
int BPF_PROG(close_begins, struct sock *sk)
{
	return begin(sk, FACT_CLOSE, 0);
}

SEC("fexit/tcp_disconnect")
int BPF_PROG(disconnect_ends, struct sock *sk)
{
	struct call *call = call_on(sk);

	return call && call->fact.call == FACT_DISCONNECT ? end(sk, call) : 0;
}

SEC("fentry/tcp_disconnect")
int BPF_PROG(disconnect_begins, struct sock *sk)
{
	struct call *call = call_on(sk);

	if (!call)
		return begin(sk, FACT_DISCONNECT, 0);
	call->fact.disconnected = 1;
	return 0;
}

/* ---- what is sent ---- */

static __always_inline int sent(struct sock *sk, enum fact_sent what, int queued, __u32 kreason)
{
	struct call *call = call_on(sk);
	struct fact *fact;

	if (call) {
		call->fact.sent = what;
		call->fact.queued = queued;
		call->fact.kreason = kreason;
		return 0;
	}
	fact = reserve();
	if (!fact)
		return 0;
	fill(fact, FACT_DECISION, sk, sk->__sk_common.skc_state, sk->__sk_common.skc_state);
	fact->sent = what;
	fact->queued = queued;
	fact->kreason = kreason;
	fill_values(fact, sk);
	bpf_ringbuf_submit(fact, 0);
	return 0;
}

SEC("fexit/tcp_send_fin")
int BPF_PROG(fin_sent, struct sock *sk)
{
	struct tcp_sock *tp = bpf_skc_to_tcp_sock(sk);

	return tp ? sent(sk, FACT_SENT_FIN, tp->snd_nxt != tp->write_seq, 0) : 0;
}

/* With a reason there is a third argument. */
SEC("tp_btf/tcp_send_reset")
int BPF_PROG(rst_sent, struct sock *sk)
{
	__u32 kreason = 0;

	if (!sk)
		return 0;
	if (bpf_core_type_exists(enum sk_rst_reason))
		kreason = ctx[2];
	return sent(sk, FACT_SENT_RST, 0, kreason);
}

/* ---- transitions ---- */

static __always_inline int moved(struct sock *sk, enum fact_kind kind, int before, int after)
{
	struct fact *fact = reserve();

	if (!fact)
		return 0;
	fill(fact, kind, sk, before, after);
	fact->err = sk->sk_err;
	bpf_ringbuf_submit(fact, 0);
	return 0;
}

/* What a listener is copied into still has the listener's cookie. */
SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(state_moved, struct sock *sk, int before, int after)
{
	if (sk->sk_protocol != IPPROTO_TCP || (before == TCP_LISTEN && after == TCP_SYN_RECV))
		return 0;
	return moved(sk, FACT_STATE, before, after);
}

SEC("tp_btf/tcp_receive_reset")
int BPF_PROG(rst_received, struct sock *sk)
{
	int state = sk->__sk_common.skc_state;

	return moved(sk, FACT_RESET, state, state);
}

char LICENSE[] SEC("license") = "GPL";
