// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sysctl.h"

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

static int exchange(const char *name, const char *value, char *before, size_t size)
{
	int err = before ? sysctl_read(name, before, size) : 0;

	return err ?: sysctl_write(name, value);
}

/**
 * sysctl_exchange_first - change a setting that is the whole machine's
 * @name: its name, below net/
 * @value: what it is to be
 * @before: receives what it was, unless NULL
 * @size: how much fits there
 *
 * Only the first network namespace shows such a setting, so that this process
 * has to go there for a moment.  Nothing else may run until it is as before: a
 * program that does this is one of those that run alone, see Makefile.
 *
 * Return: 0 or a negative errno; -EBUSY if other programs run beside this one.
 */
int sysctl_exchange_first(const char *name, const char *value, char *before,
			  size_t size)
{
	int here, first, err;

	if (getenv("SHUTWATCH_TOGETHER"))
		return -EBUSY;
	here = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	first = open("/proc/1/ns/net", O_RDONLY | O_CLOEXEC);
	if (here < 0 || first < 0 || setns(first, CLONE_NEWNET)) {
		err = -errno;
	} else {
		err = exchange(name, value, before, size);
		if (setns(here, CLONE_NEWNET))
			err = -errno;
	}
	if (here >= 0)
		close(here);
	if (first >= 0)
		close(first);
	return err;
}

/**
 * sysctl_is_closed - may not even root change settings here?
 * @err: what a change of one came to
 *
 * As in many containers.
 *
 * Return: true if @err says so.
 */
bool sysctl_is_closed(int err)
{
	return err == -EACCES || err == -EROFS;
}
