// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cable.h"
#include "clock.h"
#include "flows.h"
#include "netns.h"
#include "paths.h"
#include "places.h"
#include "sysctl.h"

#include <shutwatch.h>

/* ---- the namespaces ---- */

static int put_settings(const struct world *world)
{
	static const char * const name[] = { WORLD_LIST(VERB_AS_NAME) };
	char value[16];
	int i, err = 0;

	for (i = 0; i < WORLD_SETTINGS && !err; i++) {
		snprintf(value, sizeof(value), "%d", world->value[i]);
		err = sysctl_write(name[i], value);
	}
	if (world->migrates)
		err = err ?: sysctl_write("ipv4/tcp_migrate_req", "1");
	return err;
}

/* What is lost for good is given up soon. */
static int put_patience(void)
{
	static const char * const setting[][2] = {
		{ "ipv4/tcp_syn_retries", "2" },
		{ "ipv4/tcp_synack_retries", "1" },
		{ "ipv4/tcp_retries2", "3" },
		{ "ipv4/tcp_orphan_retries", "2" },
		{ "ipv4/tcp_fin_timeout", "2" },
		/* A RST is no reason to go without Fast Open from then on. */
		{ "ipv4/tcp_fastopen_blackhole_timeout_sec", "0" },
	};
	size_t i;
	int err = 0;

	for (i = 0; i < sizeof(setting) / sizeof(*setting) && !err; i++)
		err = sysctl_write(setting[i][0], setting[i][1]);
	return err;
}

static int note_place(struct place *place)
{
	place->fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	snprintf(place->netns, sizeof(place->netns), "%llu", netns_inode());
	return place->fd < 0 ? -errno : 0;
}

/* Interfaces have no addresses but those that they are given. */
static int put_plain_interfaces(const struct world *world)
{
	return world->ways ? sysctl_write("ipv6/conf/default/addr_gen_mode", "1") : 0;
}

static int run_hosts(const char *what)
{
	char command[512], self[256];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (len < 0)
		return -errno;
	self[len] = '\0';
	*strrchr(self, '/') = '\0';
	snprintf(command, sizeof(command), "%s/hosts %s", self, what);
	return system(command) ? -EIO : 0;
}

/* In the namespace that we are in. */
static int put_wall(const struct world *world)
{
	return world->walls ? run_hosts("wall") : 0;
}

/* CPUs are to meet: netns_enter() keeps us on one of them. */
static int open_lo(struct places *places, const struct world *world,
		   struct remarks *remarks)
{
	struct place *place = &places->place[SIDE_CLIENT];
	cpu_set_t all;
	int err;

	if (sched_getaffinity(0, sizeof(all), &all))
		return -errno;
	err = netns_enter() ?: note_place(place);
	err = err ?: put_settings(world);
	err = err ?: put_patience();
	err = err ?: put_plain_interfaces(world);
	err = err ?: put_wall(world);
	if (sched_setaffinity(0, sizeof(all), &all))
		err = err ?: -errno;
	place->capture = capture_open(remarks);
	places->place[SIDE_SERVER] = *place;
	places->count = 1;
	return err;
}

static int enter_named(const char *name)
{
	char path[64];
	int fd, err;

	snprintf(path, sizeof(path), "/run/netns/torture-%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	err = fd < 0 || setns(fd, CLONE_NEWNET) ? -errno : 0;
	if (fd >= 0)
		close(fd);
	return err;
}

static int open_host(struct places *places, enum side host, const struct world *world,
		     struct remarks *remarks)
{
	static const char * const name[] = {
		[SIDE_CLIENT] = "client",
		[SIDE_SERVER] = "server",
	};
	struct place *place = &places->place[host];
	int err;

	err = enter_named(name[host]) ?: note_place(place);
	err = err ?: paths_open_host(world, host);
	err = err ?: put_settings(world);
	err = err ?: put_patience();
	err = err ?: put_plain_interfaces(world);
	err = err ?: put_wall(world);
	place->capture = capture_open_sent("eth0", remarks);
	return err;
}

static int open_hosts(struct places *places, const struct world *world,
		      struct remarks *remarks)
{
	char what[128];
	int err;

	snprintf(what, sizeof(what), "up %s delay %dms %dms loss %d%% duplicate %d%%",
		 paths_link(world), world->delay, world->delay / 2, world->loss, world->duplicate);
	places->count = SIDES;
	err = run_hosts(what);
	err = err ?: enter_named("router") ?: paths_open_router(world);
	err = err ?: open_host(places, SIDE_CLIENT, world, remarks);
	return err ?: open_host(places, SIDE_SERVER, world, remarks);
}

/**
 * places_open - make the namespaces, and begin to capture
 * @places: where to
 * @world: what they are to be like
 * @remarks: where to say what is wrong
 *
 * Return: 0 or a negative errno.
 */
int places_open(struct places *places, const struct world *world,
		struct remarks *remarks)
{
	int err;

	memset(places, 0, sizeof(*places));
	places->place[SIDE_CLIENT].fd = -1;
	places->place[SIDE_SERVER].fd = -1;
	places->home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (places->home < 0)
		return -errno;
	places->apart = world->apart;
	err = world->apart ? open_hosts(places, world, remarks) :
			     open_lo(places, world, remarks);
	if (setns(places->home, CLONE_NEWNET))
		err = err ?: -errno;
	return err;
}

/**
 * places_enter - move this thread to where a side is
 * @places: the namespaces
 * @side: the side
 *
 * Return: 0 or a negative errno.
 */
int places_enter(const struct places *places, enum side side)
{
	return setns(places->place[side].fd, CLONE_NEWNET) ? -errno : 0;
}

/**
 * places_leave - move this thread back to where it came from
 * @places: the namespaces
 */
void places_leave(const struct places *places)
{
	if (setns(places->home, CLONE_NEWNET))
		abort();
}

/* The kernel takes its time. */
#define CUT_SECONDS	5

/**
 * places_cut - take the links from the hosts
 * @places: the namespaces
 *
 * Return: true if there were hosts, and what they send finds no route from now on.
 */
bool places_cut(struct places *places)
{
	const __u64 deadline = clock_in(CUT_SECONDS);
	bool cut = places->apart;
	int i;

	if (!places->apart)
		return false;
	run_hosts("down");
	places->cut = true;
	for (i = 0; i < places->count && cut; i++) {
		cut = !places_enter(places, i);
		while (cut && if_nametoindex("eth0"))
			cut = clock_wait(deadline);
	}
	places_leave(places);
	return cut;
}

/**
 * places_close - leave, so that the namespaces go when their last socket does
 * @places: the namespaces
 */
void places_close(struct places *places)
{
	int i;

	for (i = 0; i < places->count; i++) {
		if (places->place[i].capture)
			capture_close(places->place[i].capture);
		close(places->place[i].fd);
	}
	cables_unplug();
	if (places->apart && !places->cut)
		run_hosts("down");
	close(places->home);
}

/* ---- what is seen there ---- */

/* What two sides sent, each in its order, in the order of time. */
static void merge(struct packet *packet, int first, int count)
{
	struct packet *all = malloc(count * sizeof(*all) + 1);
	int one = 0, other = first, i;

	for (i = 0; i < count; i++) {
		bool is_one = one < first &&
			      (other == count || packet[one].time <= packet[other].time);

		all[i] = packet[is_one ? one++ : other++];
	}
	memcpy(packet, all, count * sizeof(*all));
	free(all);
}

static void follow(struct packet *packet, int count, struct remarks *remarks)
{
	static struct flows flows;
	int i;

	memset(&flows, 0, sizeof(flows));
	for (i = 0; i < count; i++) {
		if (!flows_follow(&flows, &packet[i])) {
			remark(remarks, "more connections than can be followed");
			return;
		}
	}
}

/**
 * places_packets - the wire
 * @places: the namespaces, which are quiet
 * @packet: where to
 * @max: how many fit
 * @remarks: where to tell of packets that are missing
 *
 * Return: how many there are.
 */
int places_packets(struct places *places, struct packet *packet, int max,
		   struct remarks *remarks)
{
	int i, first = 0, count = 0;

	for (i = 0; i < places->count; i++) {
		first = count;
		if (!places->place[i].capture || places_enter(places, i))
			continue;
		count += capture_read(places->place[i].capture, packet + count,
				      max - count, remarks);
	}
	places_leave(places);
	if (places->apart) {
		merge(packet, first, count);
		follow(packet, count, remarks);
	}
	return count;
}

/**
 * places_mib - the kernel's counters, summed up
 * @places: the namespaces
 * @mib: where to
 *
 * Return: 0 or a negative errno.
 */
int places_mib(const struct places *places, struct mib *mib)
{
	int i, counter, err = 0;
	struct mib one;

	memset(mib, 0, sizeof(*mib));
	for (i = 0; i < places->count && !err; i++) {
		err = places_enter(places, i) ?: mib_read(&one);
		for (counter = 0; counter < MIB_COUNTERS; counter++)
			mib->count[counter] += one.count[counter];
	}
	places_leave(places);
	return err;
}

static bool is_quiet(const char *path)
{
	FILE *file = fopen(path, "re");
	unsigned int state;
	bool quiet = true;
	char line[512];

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%*u: %*s %*s %x", &state) == 1)
			quiet &= state == SHUTWATCH_TCP_TIME_WAIT;
	}
	if (file)
		fclose(file);
	return quiet;
}

/**
 * places_are_quiet - is TIME_WAIT all that is left of connections, if anything?
 * @places: the namespaces
 *
 * Return: true if it is.
 */
bool places_are_quiet(const struct places *places)
{
	bool quiet = true;
	int i;

	for (i = 0; i < places->count && quiet; i++)
		quiet = !places_enter(places, i) && is_quiet("/proc/self/net/tcp") &&
			is_quiet("/proc/self/net/tcp6");
	places_leave(places);
	return quiet;
}
