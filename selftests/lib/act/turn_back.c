// SPDX-License-Identifier: GPL-2.0-only
/*
 * A BPF program for XDP: both sides reset a connection at the same moment.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "turn_back.h"

#define INSN(_code, dst, src, _off, _imm)				\
	{ .code = (_code), .dst_reg = (dst), .src_reg = (src), .off = (_off), .imm = (_imm) }
#define LOAD(size, dst, src, off)	INSN(BPF_LDX | (size) | BPF_MEM, dst, src, off, 0)
#define STORE(size, dst, off, src)	INSN(BPF_STX | (size) | BPF_MEM, dst, src, off, 0)
#define JUMP_IMM(op, dst, imm, off)	INSN(BPF_JMP | (op) | BPF_K, dst, 0, off, imm)

/**
 * turn_back_rst - a RST to a port of lo comes back as the peer's, while its
 *	sender still sends it
 * @port: the port
 * @ipv6: of which protocol
 *
 * The packet on lo becomes what the peer would send at that moment: its ports, and
 * its two sequence numbers, are swapped.  Both ends have one address.
 *
 * Return: a descriptor: until it is closed; or a negative errno.
 */
int turn_back_rst(int port, bool ipv6)
{
	const short tcp = 14 + (ipv6 ? 40 : 20);
	const struct bpf_insn swap[] = {
		LOAD(BPF_W, 2, 1, 0),				/* data */
		LOAD(BPF_W, 3, 1, 4),				/* its end */
		INSN(BPF_ALU64 | BPF_MOV | BPF_X, 4, 2, 0, 0),
		INSN(BPF_ALU64 | BPF_ADD | BPF_K, 4, 0, 0, tcp + 20),
		INSN(BPF_JMP | BPF_JGT | BPF_X, 4, 3, 14, 0),
		LOAD(BPF_B, 5, 2, ipv6 ? 20 : 23),
		JUMP_IMM(BPF_JNE, 5, 6 /* TCP */, 12),
		LOAD(BPF_H, 5, 2, tcp + 2),
		JUMP_IMM(BPF_JNE, 5, htons(port), 10),
		LOAD(BPF_B, 6, 2, tcp + 13),
		INSN(BPF_ALU64 | BPF_AND | BPF_K, 6, 0, 0, 4 /* RST */),
		JUMP_IMM(BPF_JEQ, 6, 0, 7),
		LOAD(BPF_H, 6, 2, tcp),
		STORE(BPF_H, 2, tcp, 5),
		STORE(BPF_H, 2, tcp + 2, 6),
		LOAD(BPF_W, 5, 2, tcp + 4),
		LOAD(BPF_W, 6, 2, tcp + 8),
		STORE(BPF_W, 2, tcp + 4, 6),
		STORE(BPF_W, 2, tcp + 8, 5),
		INSN(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, XDP_PASS),
		INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
	};
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_XDP,
		.insns = (__u64)(unsigned long)swap,
		.insn_cnt = sizeof(swap) / sizeof(*swap),
		.license = (__u64)(unsigned long)"GPL",
	};
	int program = syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr)), link;

	if (program < 0)
		return -errno;
	memset(&attr, 0, sizeof(attr));
	attr.link_create.prog_fd = program;
	attr.link_create.target_ifindex = 1;	/* lo, in every namespace */
	attr.link_create.attach_type = BPF_XDP;
	attr.link_create.flags = XDP_FLAGS_SKB_MODE;
	link = syscall(SYS_bpf, BPF_LINK_CREATE, &attr, sizeof(attr));
	if (link < 0)
		link = -errno;
	close(program);
	return link;
}
