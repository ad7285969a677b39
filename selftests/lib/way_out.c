// SPDX-License-Identifier: GPL-2.0-only
/*
 * A BPF program that lets nothing pass, for a control group of our own: the
 * kernel's output drops, and says so, as it does for a rule of netfilter, without
 * anything but the kernel being needed.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
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
