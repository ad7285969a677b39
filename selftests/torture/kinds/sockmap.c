// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bpf.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sockmap.h"

/* The process's own; one is made when a socket is to be put into it. */
static int map[] = { [SOCKMAP_ARRAY] = -1, [SOCKMAP_HASH] = -1 };

#define MAPS	(sizeof(map) / sizeof(*map))

static int make_map(enum sockmap which)
{
	union bpf_attr attr = {
		.map_type = which == SOCKMAP_HASH ? BPF_MAP_TYPE_SOCKHASH :
						    BPF_MAP_TYPE_SOCKMAP,
		.key_size = sizeof(__u32),
		.value_size = sizeof(__u32),
		.max_entries = SCENE_SOCKETS,
	};

	return syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr));
}

/* Each socket has the place of its slot. */
static int change(int cmd, int map_fd, __u32 slot, __u32 fd)
{
	union bpf_attr attr = {
		.map_fd = map_fd,
		.key = (__u64)(unsigned long)&slot,
		.value = (__u64)(unsigned long)&fd,
	};

	return syscall(SYS_bpf, cmd, &attr, sizeof(attr));
}

static int put(enum sockmap which, int slot, int fd)
{
	if (map[which] < 0)
		map[which] = make_map(which);
	return change(BPF_MAP_UPDATE_ELEM, map[which], slot, fd);
}

/* From one at least. */
static int take(int slot)
{
	int ret = -1;
	size_t i;

	for (i = 0; i < MAPS; i++) {
		if (!change(BPF_MAP_DELETE_ELEM, map[i], slot, 0))
			ret = 0;
	}
	return ret;
}

static int free_maps(void)
{
	int ret = -1;
	size_t i;

	for (i = 0; i < MAPS; i++) {
		if (map[i] >= 0)
			ret = close(map[i]);
		map[i] = -1;
	}
	return ret;
}

/**
 * sockmap_prepare - has this kernel such maps?
 *
 * Return: true if it has.
 */
bool sockmap_prepare(void)
{
	const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
	size_t i;
	int fd;

	/* Older kernels count the memory of maps as locked. */
	setrlimit(RLIMIT_MEMLOCK, &all);
	for (i = 0; i < MAPS; i++) {
		fd = make_map(i);
		if (fd < 0)
			return false;
		close(fd);
	}
	return true;
}

/**
 * do_sockmap - put a socket into a map, or take it out
 * @performer: whose
 * @at: the act
 *
 * Only what is connected, or listens, can be put.
 *
 * Return: 0 or -1.
 */
int do_sockmap(const struct performer *performer, int at)
{
	const struct act *act = &performer->scene->act[at];

	switch (act->arg) {
	case SOCKMAP_ARRAY:
	case SOCKMAP_HASH:
		return put(act->arg, act->slot, performer->fd[act->slot]);
	case SOCKMAP_TAKE:
		return take(act->slot);
	default:
		return free_maps();
	}
}
