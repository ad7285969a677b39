// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cable.h"

#define FRAME_MAX	70000
#define CABLE_ENDS	2

/**
 * struct cable - two ends
 * @tap: the ends
 * @stop: readable when it is to end
 * @thread: who carries frames
 */
struct cable {
	int tap[CABLE_ENDS];
	int stop;
	pthread_t thread;
};

static struct cable cable[CABLES];
static int plugged;

/**
 * cable_tap - one end, in the network namespace that we are in
 * @name: the interface, which is there
 * @napi: what is written to it is left to NAPI
 *
 * Return: a file, or a negative errno.
 */
int cable_tap(const char *name, bool napi)
{
	struct ifreq rq = { .ifr_flags = IFF_TAP | IFF_NO_PI | (napi ? IFF_NAPI : 0) };
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC), err;

	if (fd < 0)
		return -errno;
	snprintf(rq.ifr_name, sizeof(rq.ifr_name), "%s", name);
	if (!ioctl(fd, TUNSETIFF, &rq))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

/* All that waits at one end; what the other has no room for is lost. */
static void carry(int from, int to)
{
	char frame[FRAME_MAX];
	ssize_t len;

	while ((len = read(from, frame, sizeof(frame))) > 0) {
		if (write(to, frame, len) != len)
			continue;
	}
}

static void *carry_on(void *arg)
{
	const struct cable *it = arg;
	struct pollfd pfd[] = {
		{ .fd = it->tap[0], .events = POLLIN },
		{ .fd = it->tap[1], .events = POLLIN },
		{ .fd = it->stop, .events = POLLIN },
	};

	while (poll(pfd, sizeof(pfd) / sizeof(*pfd), -1) >= 0 && !pfd[2].revents) {
		if (pfd[0].revents)
			carry(it->tap[0], it->tap[1]);
		if (pfd[1].revents)
			carry(it->tap[1], it->tap[0]);
	}
	return NULL;
}

/**
 * cable_plug - begin to carry frames from each of two taps to the other
 * @one: a tap
 * @other: a tap
 *
 * Return: 0 or a negative errno; either way both are the cable's from now on.
 */
int cable_plug(int one, int other)
{
	struct cable *it = &cable[plugged];
	int err = one < 0 ? one : other < 0 ? other : plugged == CABLES ? -ENOSPC : 0;

	if (!err) {
		it->stop = eventfd(0, EFD_CLOEXEC);
		it->tap[0] = one;
		it->tap[1] = other;
		err = it->stop < 0 ? -errno : -pthread_create(&it->thread, NULL, carry_on, it);
		if (!err) {
			plugged++;
			return 0;
		}
	}
	if (one >= 0)
		close(one);
	if (other >= 0)
		close(other);
	return err;
}

/**
 * cables_unplug - end all cables; their taps are without a carrier then
 */
void cables_unplug(void)
{
	const eventfd_t stop = 1;
	int end;

	while (plugged) {
		struct cable *it = &cable[--plugged];

		eventfd_write(it->stop, stop);
		pthread_join(it->thread, NULL);
		for (end = 0; end < CABLE_ENDS; end++)
			close(it->tap[end]);
		close(it->stop);
	}
}
