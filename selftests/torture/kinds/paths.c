// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <names.h>

#include "cable.h"
#include "chance.h"
#include "netns.h"
#include "paths.h"
#include "record_fields.h"

#define PATH_AS_NAME(id, name)	[id] = name,

/* Fewer records of segments than that prove nothing. */
#define ENOUGH	100

#define HOSTS_LINK	"eth0"

static const char * const path_name[] = { PATH_LIST(PATH_AS_NAME) };

/* Those that this kernel has, a bit each. */
static unsigned int there = ~0u;

/* The router's end of a cable, by host: it waits for that one to be opened. */
static int end_in_router[SIDES];

/* ---- the links ---- */

/* Each namespace has a sysfs of its own, which is seen where it is mounted. */
static int write_sysfs(const char *file, const char *text)
{
	char path[128];
	int fd, err = 0;

	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) ||
	    mount("sysfs", "/sys", "sysfs", 0, NULL))
		return -errno;
	snprintf(path, sizeof(path), "/sys/class/net/" HOSTS_LINK "/%s", file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

/* A mount is for good, and so it is a child's. */
static int put_sysfs(const char *file, const char *text)
{
	const pid_t pid = fork();
	int status;

	if (!pid)
		_exit(-write_sysfs(file, text));
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -ECHILD;
	return -WEXITSTATUS(status);
}

static int put_feature(const char *name, __u32 command, bool on)
{
	struct ethtool_value feature = { .cmd = command, .data = on };
	struct ifreq rq = { .ifr_data = (void *)&feature };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), err;

	snprintf(rq.ifr_name, sizeof(rq.ifr_name), "%s", name);
	err = ioctl(fd, SIOCETHTOOL, &rq) ? -errno : 0;
	close(fd);
	return err;
}

/* NAPI puts segments together, but for these: the wire is to know the same as TCP. */
static int put_no_room_for_two(void)
{
	struct netns_request rq = {
		.header = {
			.nlmsg_len = NLMSG_LENGTH(sizeof(rq.link)),
			.nlmsg_type = RTM_NEWLINK,
		},
		.link.ifi_index = if_nametoindex(HOSTS_LINK),
	};
	const __u32 size = 1;

	netns_attribute(&rq, IFLA_GRO_MAX_SIZE, &size, sizeof(size));
	return netns_ask(&rq);
}

/* A veth has NAPI if it may put segments together. */
static int put_threads(void)
{
	return put_feature(HOSTS_LINK, ETHTOOL_SGRO, true) ?: put_no_room_for_two() ?:
	       put_sysfs("threaded", "1");
}

/* And it goes by it for what comes from a device that has no segments to offload. */
static int put_no_tso(void)
{
	return put_feature("client", ETHTOOL_STSO, false) ?:
	       put_feature("server", ETHTOOL_STSO, false);
}

static int cpu_of(enum side host)
{
	return host == SIDE_CLIENT;
}

/* No matter who sent it, and where. */
static int put_rps(enum side host)
{
	return put_sysfs("queues/rx-0/rps_cpus", cpu_of(host) ? "2" : "1");
}

/**
 * paths_name - a path by name
 * @path: it
 *
 * Return: its name.
 */
const char *paths_name(enum path path)
{
	return path_name[path];
}

static bool is_tap(enum path path)
{
	return path == PATH_TAP || path == PATH_TAP_NAPI;
}

/**
 * paths_link - what the links of hosts are made of
 * @world: the world
 *
 * Return: "veth" or "tap", for the script hosts.
 */
const char *paths_link(const struct world *world)
{
	return path_name[is_tap(world->path) ? PATH_TAP : PATH_VETH];
}

/**
 * paths_open_router - the router's ends of the links
 * @world: the world; we are in the router's namespace
 *
 * Return: 0 or a negative errno.
 */
int paths_open_router(const struct world *world)
{
	if (world->path == PATH_THREADED)
		return put_no_tso();
	if (!is_tap(world->path))
		return 0;
	end_in_router[SIDE_CLIENT] = cable_tap("client", false);
	end_in_router[SIDE_SERVER] = cable_tap("server", false);
	return 0;
}

/* The address was there before the link was: IPv6 looks at it only now. */
static int plug(const struct world *world, enum side host)
{
	const struct in6_addr ip = {
		.s6_addr = { 0xfd, 0x09, 0x00, 1 + host, [15] = 1 },
	};

	const bool napi = world->path == PATH_TAP_NAPI;

	return cable_plug(end_in_router[host], cable_tap(HOSTS_LINK, napi)) ?:
	       (napi ? put_no_room_for_two() : 0) ?: netns_await_address6(&ip);
}

/**
 * paths_open_host - make the link of a host what it is to be
 * @world: the world
 * @host: which of the two, in whose namespace we are
 *
 * Return: 0 or a negative errno.
 */
int paths_open_host(const struct world *world, enum side host)
{
	switch (world->path) {
	case PATH_TAP:
	case PATH_TAP_NAPI:
		return plug(world, host);
	case PATH_THREADED:
		return put_threads();
	case PATH_RPS:
		return put_rps(host);
	}
	return 0;
}

/* ---- which there are ---- */

static int try_tap(bool napi)
{
	const int fd = cable_tap(HOSTS_LINK, napi);

	return fd < 0 ? fd : napi ? put_no_room_for_two() : 0;
}

static int try_veth(int (*put)(void))
{
	if (system("ip link add " HOSTS_LINK " type veth peer name other 2>/dev/null") ||
	    system("ip link set " HOSTS_LINK " up && ip link set other up"))
		return -EIO;
	return put();
}

static int put_any_rps(void)
{
	return sysconf(_SC_NPROCESSORS_ONLN) < 2 ? -ENODEV : put_rps(SIDE_CLIENT);
}

static int try_path(enum path path)
{
	switch (path) {
	case PATH_TAP:
		return try_tap(false);
	case PATH_TAP_NAPI:
		return try_tap(true);
	case PATH_THREADED:
		return try_veth(put_threads);
	case PATH_RPS:
		return try_veth(put_any_rps);
	default:
		return 0;
	}
}

static bool is_there(enum path path)
{
	const pid_t pid = fork();
	int status;

	if (!pid)
		_exit(netns_enter() || try_path(path));
	return waitpid(pid, &status, 0) == pid && !status;
}

/**
 * paths_prepare - which of them has this kernel?
 *
 * Those that it has not are left out from now on, and are told.
 */
void paths_prepare(void)
{
	enum path path;

	/* The device's file is there once the driver is. */
	if (system("modprobe -q tun"))
		fputs("torture: no module tun\n", stderr);
	for (path = 0; path < PATHS; path++) {
		if (is_there(path))
			continue;
		fprintf(stderr, "torture: this kernel has no path \"%s\": a veth is\n",
			path_name[path]);
		there &= ~(1 << path);
	}
}

/**
 * paths_draw - how segments get to the hosts of a world
 * @seed: of a program; its neighbours have the same
 *
 * Return: any of those that are there.
 */
enum path paths_draw(__u64 seed)
{
	__u64 state = ~(seed / WORLD_SEEDS) * PATHS;
	const enum path path = below(&state, PATHS);

	return there & 1 << path ? path : PATH_VETH;
}

/* ---- the judge ---- */

static bool is_on_its_cpu(const struct batch *batch, const struct record *r)
{
	const bool client = record_is(r, SHUTWATCH_KEY_NETNS,
				      batch->places.place[SIDE_CLIENT].netns);

	return atoi(record_get(r, SHUTWATCH_KEY_CPU)) ==
	       cpu_of(client ? SIDE_CLIENT : SIDE_SERVER);
}

/* By what a record shows that its segment has come that way. */
static bool shows(const struct batch *batch, const struct record *r)
{
	switch (batch->world.path) {
	case PATH_TAP:
		return record_is(r, SHUTWATCH_KEY_CTX, "task");
	case PATH_THREADED:
		return record_is(r, SHUTWATCH_KEY_CTX, "kthread");
	case PATH_RPS:
		return is_on_its_cpu(batch, r);
	default:
		return true;
	}
}

/**
 * judge_paths - have segments come the way that they were to come?
 * @remarks: where to say that they have not
 * @batch: a batch that was played
 */
void judge_paths(struct remarks *remarks, const struct batch *batch)
{
	int i, seen = 0, right = 0;
	struct record r;

	for (i = 0; i < batch->nr_lines; i++) {
		if (record_parse(&r, batch->line[i]) ||
		    !record_is(&r, SHUTWATCH_KEY_BY, by_names.name[SHUTWATCH_BY_RX]))
			continue;
		seen++;
		right += shows(batch, &r);
	}
	if (seen >= ENOUGH && right < seen / 2)
		remark(remarks, "only %d of %d segments have come by the path \"%s\"",
		       right, seen, path_name[batch->world.path]);
}
