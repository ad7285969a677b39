// SPDX-License-Identifier: GPL-2.0-only
/*
 * A BPF program that lets nothing pass, for a control group of our own: the
 * kernel's output drops, and says so, as it does for a rule of netfilter, without
 * anything but the kernel being needed.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <linux/types.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "way_out.h"

/* Where cgroup2 is, and where it is beside others. */
static const char * const place[] = { "/sys/fs/cgroup", "/sys/fs/cgroup/unified" };

static char group[64];

static const char *top(void)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/cgroup.procs", place[0]);
	return place[!!access(path, F_OK)];
}

static int move_to(const char *where)
{
	char path[96], me[16];
	int fd, len, err = 0;

	snprintf(path, sizeof(path), "%s/cgroup.procs", where);
	len = snprintf(me, sizeof(me), "%d", getpid());
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, me, len) != len)
		err = -errno;
	close(fd);
	return err;
}

static int load_program(void)
{
	/* r0 = 0; return: drop. */
	static const struct bpf_insn nothing[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_CGROUP_SKB,
		.expected_attach_type = BPF_CGROUP_INET_EGRESS,
		.insns = (__u64)(unsigned long)nothing,
		.insn_cnt = 2,
		.license = (__u64)(unsigned long)"GPL",
	};

	return syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
}

/**
 * way_out_prepare - the sockets that this process makes from now on are those
 *	whose way out can be closed
 *
 * Return: 0, -EOPNOTSUPP if the kernel lacks WAY_OUT_NEEDS, or a negative errno:
 *	there is no cgroup2 where it usually is.
 */
int way_out_prepare(void)
{
	int err, program = load_program();

	if (program < 0)
		return errno == EPERM ? -EPERM : -EOPNOTSUPP;
	close(program);
	snprintf(group, sizeof(group), "%s/shutwatch-%d", top(), getpid());
	if (mkdir(group, 0755))
		return -errno;
	err = move_to(group);
	if (err)
		rmdir(group);
	return err;
}

/**
 * way_out_close - from now on nothing leaves
 *
 * Return: 0 or a negative errno.
 */
int way_out_close(void)
{
	union bpf_attr attr = { .attach_type = BPF_CGROUP_INET_EGRESS };
	int program = load_program();
	int dir = open(group, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int err = 0;

	attr.attach_bpf_fd = program;
	attr.target_fd = dir;
	if (program < 0 || dir < 0 ||
	    syscall(SYS_bpf, BPF_PROG_ATTACH, &attr, sizeof(attr)))
		err = -errno;
	close(program);
	close(dir);
	return err;
}

/**
 * way_out_forget - the group goes, and its program with it
 */
void way_out_forget(void)
{
	move_to(top());
	rmdir(group);
}

#define INSN(_code, dst, src, _off, _imm)				\
	{ .code = (_code), .dst_reg = (dst), .src_reg = (src), .off = (_off), .imm = (_imm) }
#define LOAD(size, dst, src, off)	INSN(BPF_LDX | (size) | BPF_MEM, dst, src, off, 0)
#define STORE(size, dst, off, src)	INSN(BPF_STX | (size) | BPF_MEM, dst, src, off, 0)
#define JUMP_IMM(op, dst, imm, off)	INSN(BPF_JMP | (op) | BPF_K, dst, 0, off, imm)

/**
 * way_out_turn_back - a RST to a port of lo comes back as the peer's, while its
 *	sender still sends it
 * @port: the port
 * @ipv6: of which protocol
 *
 * The packet on lo becomes what the peer would send at that moment: its ports, and
 * its two sequence numbers, are swapped.  Both ends have one address.
 *
 * Return: a descriptor: until it is closed; or a negative errno.
 */
int way_out_turn_back(int port, bool ipv6)
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
