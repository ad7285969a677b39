// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "step.h"
#include "sysctl.h"

#define AWAIT_SECONDS	10

static int open_sysctl(const char *name, int flags)
{
	char path[128];

	snprintf(path, sizeof(path), "/proc/sys/net/%s", name);
	return open(path, flags | O_CLOEXEC);
}

/**
 * sysctl_read - what a setting is now
 * @name: its name, below net/
 * @value: where to, without the newline
 * @size: how much fits
 *
 * Return: 0 or a negative errno.
 */
int sysctl_read(const char *name, char *value, size_t size)
{
	int fd = open_sysctl(name, O_RDONLY);
	ssize_t len;

	if (fd < 0)
		return -errno;
	len = read(fd, value, size - 1);
	close(fd);
	if (len < 0)
		return -EIO;
	value[len] = '\0';
	value[strcspn(value, "\n")] = '\0';
	return 0;
}

/**
 * sysctl_write - change a setting
 * @name: its name, below net/
 * @value: what it is to be
 *
 * Return: 0 or a negative errno.
 */
int sysctl_write(const char *name, const char *value)
{
	int fd = open_sysctl(name, O_WRONLY);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, value, strlen(value)) != (ssize_t)strlen(value))
		err = -errno;
	close(fd);
	return err;
}

/**
 * sysctl_be - change a setting of the network namespace, for a play
 * @play: the play
 * @name: its name, below net/
 * @value: what it is to be
 */
void sysctl_be(struct play *play, const char *name, const char *value)
{
	int err = sysctl_write(name, value);

	step(play, step_errno(-err), "%s = %s", name, value);
	if (err)
		remark(&play->trouble, "%s cannot be %s: %s", name, value,
		       strerror(-err));
}

static int count_minis(void)
{
	FILE *file = fopen("/proc/self/net/sockstat", "re");
	char line[256];
	int count = -1;

	if (!file)
		return -1;
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "TCP: inuse %*d orphan %*d tw %d", &count) == 1)
			break;
	}
	fclose(file);
	return count;
}

/**
 * sysctl_await_minis - wait until there are so many mini-sockets
 * @play: the play
 * @count: in TIME_WAIT, or in FIN_WAIT2 without a socket
 */
void sysctl_await_minis(struct play *play, int count)
{
	__u64 deadline = clock_in(AWAIT_SECONDS);
	bool there;

	do {
		there = count_minis() == count;
	} while (!there && clock_wait(deadline));
	step(play, "", "wait: %d mini-sockets", count);
	if (!there)
		remark(&play->wrong, "waited in vain for %d mini-sockets", count);
}
