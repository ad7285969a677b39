// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <shutwatch.h>

#include "clock.h"
#include "events.h"
#include "module.h"
#include "netns.h"

/* Files that were closed a moment ago still hold the module. */
#define UNLOAD_SECONDS	5

/**
 * loaded_can_be_anew - may this test load the module with other parameters?
 *
 * Return: true if we were told where its file is.
 */
bool loaded_can_be_anew(void)
{
	const char *ko = getenv(LOADED_KO_ENV);

	return ko && !access(ko, R_OK);
}

static int unload(void)
{
	__u64 deadline = clock_in(UNLOAD_SECONDS);

	while (syscall(SYS_delete_module, "shutwatch", O_NONBLOCK)) {
		if (errno == ENOENT)
			break;
		if (!clock_wait(deadline))
			return -errno;
	}
	return 0;
}

/**
 * loaded_anew - unload the module, load it with other parameters
 * @parameters: as on insmod's command line; "" for none
 *
 * Return: 0 or a negative errno.
 */
int loaded_anew(const char *parameters)
{
	int fd = open(getenv(LOADED_KO_ENV) ?: "", O_RDONLY | O_CLOEXEC);
	int err;

	if (fd < 0)
		return -errno;
	err = unload();
	if (!err && syscall(SYS_finit_module, fd, parameters, 0))
		err = -errno;
	close(fd);
	return err;
}

/**
 * loaded_anew_here - load the module anew, for a network namespace of our own
 * @parameters: as for loaded_anew()
 *
 * What others do, or leave behind, does not become a record from the start on.
 *
 * Return: 0 or a negative errno.
 */
int loaded_anew_here(const char *parameters)
{
	char all[256];
	int err = netns_enter();

	snprintf(all, sizeof(all), "%s netns=%llu", parameters, netns_inode());
	return err ?: loaded_anew(all);
}

static int open_parameter(const char *name, int flags)
{
	char path[128];

	snprintf(path, sizeof(path), SHUTWATCH_PARAMETERS "/%s", name);
	return open(path, flags | O_CLOEXEC);
}

/**
 * loaded_set - write a parameter
 * @parameter: its name
 * @value: what to write; the empty one is written as echo does
 *
 * Return: 0 or a negative errno.
 */
int loaded_set(const char *parameter, const char *value)
{
	int fd = open_parameter(parameter, O_WRONLY);
	char line[256];
	int len, err = 0;

	if (fd < 0)
		return -errno;
	len = snprintf(line, sizeof(line), "%s\n", value);
	if (write(fd, line, len) != len)
		err = -errno;
	close(fd);
	return err;
}

/**
 * loaded_get - read a parameter
 * @parameter: its name
 * @value: where to, without the newline
 * @size: how much fits
 *
 * Return: 0 or a negative errno.
 */
int loaded_get(const char *parameter, char *value, size_t size)
{
	int fd = open_parameter(parameter, O_RDONLY);
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
 * loaded_stats - a sum over the module's counters
 * @prefix: how their names begin
 *
 * Return: the sum; -1 if there is no such counter.
 */
long long loaded_stats(const char *prefix)
{
	long long value, sum = -1;
	char path[256], name[128];
	FILE *file;

	watch_path(path, sizeof(path), SHUTWATCH_FILE_STATS);
	file = fopen(path, "re");
	if (!file)
		return -1;
	while (fscanf(file, "%127s %lld", name, &value) == 2) {
		if (!strncmp(name, prefix, strlen(prefix)))
			sum = (sum < 0 ? 0 : sum) + value;
	}
	fclose(file);
	return sum;
}

/**
 * loaded_stat - one of the module's counters
 * @name: its name
 *
 * Return: its value; -1 if there is no such counter.
 */
long long loaded_stat(const char *name)
{
	long long value, found = -1;
	char path[256], key[128];
	FILE *file;

	watch_path(path, sizeof(path), SHUTWATCH_FILE_STATS);
	file = fopen(path, "re");
	if (!file)
		return -1;
	while (fscanf(file, "%127s %lld", key, &value) == 2) {
		if (!strcmp(key, name))
			found = value;
	}
	fclose(file);
	return found;
}

/**
 * loaded_only_here - have records of a network namespace of our own only
 *
 * Return: 0 or a negative errno.
 */
int loaded_only_here(void)
{
	char inode[24];
	int err = netns_enter();

	snprintf(inode, sizeof(inode), "%llu", netns_inode());
	return err ?: loaded_set("netns", inode);
}
