// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <shutwatch.h>

#include "clock.h"
#include "module.h"
#include "netns.h"

/* Files that were closed a moment ago still hold the module. */
#define UNLOAD_SECONDS	5

/**
 * module_file - where a file of shutwatch's is
 * @path: where to
 * @size: how much fits
 * @file: its name, SHUTWATCH_FILE_*
 */
void module_file(char *path, size_t size, const char *file)
{
	const char *dir = getenv(MODULE_DIR_ENV);

	snprintf(path, size, "%s/%s",
		 dir ?: SHUTWATCH_DEBUGFS "/" SHUTWATCH_DIR, file);
}

static bool debugfs_is_mounted(void)
{
	struct statfs fs;

	return !statfs(SHUTWATCH_DEBUGFS, &fs) && fs.f_type == DEBUGFS_MAGIC;
}

static bool is_loaded(void)
{
	return !access("/sys/module/shutwatch", F_OK);
}

static bool is_set(const char *variable)
{
	const char *value = getenv(variable);

	return value && *value;
}

/**
 * module_is_left_out - is the module not to be asked?
 *
 * Return: true if whoever runs the tests wants it so.
 */
bool module_is_left_out(void)
{
	return is_set(MODULE_WITHOUT_ENV);
}

/**
 * module_is_done_without - are the tests to do what they can without records?
 *
 * Where the module could be loaded, or is, that there are no records is not what
 * anybody wants.
 *
 * Return: true if that was asked for, or if there is no module to be loaded.
 */
bool module_is_done_without(void)
{
	if (geteuid())
		return false;
	return module_is_left_out() ||
	       (!is_set(MODULE_VM_ENV) && !is_set(MODULE_DIR_ENV) &&
		!module_can_reload() && !is_loaded());
}

/**
 * module_is_there - can the records be read?
 * @why_not: if they cannot: why, and what helps
 * @size: how much fits
 *
 * Return: true if they can.
 */
bool module_is_there(char *why_not, size_t size)
{
	char path[256];

	module_file(path, sizeof(path), SHUTWATCH_FILE_EVENTS);
	if (!module_is_left_out() && !access(path, R_OK))
		return true;
	if (geteuid())
		snprintf(why_not, size, "not root: try again with sudo");
	else if (module_is_left_out())
		snprintf(why_not, size, MODULE_WITHOUT_ENV " leaves the records out");
	else if (!getenv(MODULE_DIR_ENV) && is_loaded() && !debugfs_is_mounted())
		snprintf(why_not, size, "debugfs is not mounted: mount -t debugfs none "
			 SHUTWATCH_DEBUGFS);
	else
		snprintf(why_not, size,
			 "shutwatch is not loaded: build it with make, load it with insmod");
	return false;
}

/**
 * module_can_reload - may this test load the module with other parameters?
 *
 * Return: true if we were told where its file is.
 */
bool module_can_reload(void)
{
	const char *ko = getenv(MODULE_KO_ENV);

	return ko && !access(ko, R_OK);
}

/**
 * module_unload - take the module away, if it is there
 *
 * Return: 0 or a negative errno.
 */
int module_unload(void)
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
 * module_load - load the module
 * @parameters: as on insmod's command line; "" for none
 *
 * Return: 0 or a negative errno.
 */
int module_load(const char *parameters)
{
	int fd = open(getenv(MODULE_KO_ENV) ?: "", O_RDONLY | O_CLOEXEC);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (syscall(SYS_finit_module, fd, parameters, 0))
		err = -errno;
	close(fd);
	return err;
}

/**
 * module_reload - unload the module, load it with other parameters
 * @parameters: as on insmod's command line; "" for none
 *
 * Return: 0 or a negative errno.
 */
int module_reload(const char *parameters)
{
	int err = module_can_reload() ? module_unload() : -ENOENT;

	return err ?: module_load(parameters);
}

/**
 * module_reload_here - load the module anew, for a network namespace of our own
 * @parameters: as for module_reload()
 *
 * What others do, or leave behind, does not become a record from the start on.
 *
 * Return: 0 or a negative errno.
 */
int module_reload_here(const char *parameters)
{
	char all[256];
	int err = netns_enter();

	snprintf(all, sizeof(all), "%s netns=%llu", parameters, netns_inode());
	return err ?: module_reload(all);
}

static int open_parameter(const char *name, int flags)
{
	char path[128];

	snprintf(path, sizeof(path), SHUTWATCH_PARAMETERS "/%s", name);
	return open(path, flags | O_CLOEXEC);
}

/**
 * module_set - write a parameter
 * @parameter: its name
 * @value: what to write; the empty one is written as echo does
 *
 * Return: 0 or a negative errno.
 */
int module_set(const char *parameter, const char *value)
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
 * module_get - read a parameter
 * @parameter: its name
 * @value: where to, without the newline
 * @size: how much fits
 *
 * Return: 0 or a negative errno.
 */
int module_get(const char *parameter, char *value, size_t size)
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
 * module_stats - a sum over the module's counters
 * @prefix: how their names begin
 *
 * Return: the sum; -1 if there is no such counter.
 */
long long module_stats(const char *prefix)
{
	long long value, sum = -1;
	char path[256], name[128];
	FILE *file;

	module_file(path, sizeof(path), SHUTWATCH_FILE_STATS);
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
 * module_stat - one of the module's counters
 * @name: its name
 *
 * Return: its value; -1 if there is no such counter.
 */
long long module_stat(const char *name)
{
	long long value, found = -1;
	char path[256], key[128];
	FILE *file;

	module_file(path, sizeof(path), SHUTWATCH_FILE_STATS);
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
 * module_only_here - have records of a network namespace of our own only
 *
 * Return: 0 or a negative errno.
 */
int module_only_here(void)
{
	char inode[24];
	int err = netns_enter();

	snprintf(inode, sizeof(inode), "%llu", netns_inode());
	return err ?: module_set("netns", inode);
}

/**
 * module_reset_filters - let all records be written again
 *
 * Return: 0 or a negative errno.
 */
int module_reset_filters(void)
{
	static const char * const filter[] = {
		"lport", "rport", "port", "addr", "family", "pid", "netns",
		"kind", "sent", "why",
	};
	int err = 0;
	size_t i;

	for (i = 0; i < sizeof(filter) / sizeof(*filter); i++)
		err = err ?: module_set(filter[i], "");
	return err;
}
