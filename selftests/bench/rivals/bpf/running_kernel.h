/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the BPF program reads of the kernel's structures.  Where the members are
 * in the kernel that runs, libbpf finds out when the program is loaded.
 */
#ifndef BENCH_RUNNING_KERNEL_H
#define BENCH_RUNNING_KERNEL_H

#include <linux/types.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct ns_common {
	unsigned int inum;
};

struct net {
	struct ns_common ns;
};

struct in6_addr {
	union {
		__u32 u6_addr32[4];
	} in6_u;
};

struct sock_common {
	__u32 skc_daddr;
	__u32 skc_rcv_saddr;
	__u16 skc_dport;
	__u16 skc_num;
	unsigned short skc_family;
	unsigned char skc_state;
	struct {
		struct net *net;
	} skc_net;
	unsigned long skc_flags;
	struct in6_addr skc_v6_daddr;
	struct in6_addr skc_v6_rcv_saddr;
};

struct sock {
	struct sock_common __sk_common;
	__u16 sk_protocol;
	int sk_err;
};

struct inet_sock {
	__u16 inet_sport;
};

struct inet_connection_sock {
	struct inet_sock icsk_inet;
};

struct tcp_sock {
	struct inet_connection_sock inet_conn;
	__u32 rcv_nxt;
	__u32 copied_seq;
	__u32 snd_una;
	__u32 snd_nxt;
	__u32 write_seq;
};

struct task_struct {
	int tgid;
	char comm[16];
};

enum sock_flags {
	SOCK_DEAD,
	SOCK_DONE,
};

/* Since 6.10 a RST has a reason. */
enum sk_rst_reason {
	SK_RST_REASON_NOT_SPECIFIED,
};

#pragma clang attribute pop

#endif /* BENCH_RUNNING_KERNEL_H */
