// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "events.h"
#include "netns.h"
#include "record_fields.h"

/**
 * watch_path - where a file of shutwatch's is
 * @path: where to
 * @size: how much fits
 * @file: its name, SHUTWATCH_FILE_*
 */
void watch_path(char *path, size_t size, const char *file)
{
	const char *dir = getenv(WATCH_DIR_ENV);

	snprintf(path, size, "%s/%s",
		 dir ?: SHUTWATCH_DEBUGFS "/" SHUTWATCH_DIR, file);
}

static bool debugfs_is_mounted(void)
{
	struct statfs fs;

	return !statfs(SHUTWATCH_DEBUGFS, &fs) && fs.f_type == DEBUGFS_MAGIC;
}

/**
 * watch_possible - can the records be read?
 * @why_not: if they cannot: why, and what helps
 * @size: how much fits
 *
 * Return: true if they can.
 */
bool watch_possible(char *why_not, size_t size)
{
	char path[256];

	watch_path(path, sizeof(path), SHUTWATCH_FILE_EVENTS);
	if (!access(path, R_OK))
		return true;
	if (geteuid())
		snprintf(why_not, size, "not root: try again with sudo");
	else if (!getenv(WATCH_DIR_ENV) && !debugfs_is_mounted())
		snprintf(why_not, size, "debugfs is not mounted: mount -t debugfs none "
			 SHUTWATCH_DEBUGFS);
	else
		snprintf(why_not, size,
			 "shutwatch is not loaded: build it with make, load it with insmod");
	return false;
}

static FILE *open_events(struct remarks *remarks)
{
	char path[256];
	FILE *file;

	watch_path(path, sizeof(path), SHUTWATCH_FILE_EVENTS);
	file = fopen(path, "re");
	if (!file)
		remark(remarks, "%s: %s", path, strerror(errno));
	return file;
}

/**
 * watch_open - begin to watch: what has been recorded so far is not ours
 * @watch: where to note where we are
 * @remarks: where to say what is wrong
 *
 * Return: 0, or -1 if there are no records to be had.
 */
int watch_open(struct watch *watch, struct remarks *remarks)
{
	FILE *file = open_events(remarks);
	char line[SHUTWATCH_LINE_MAX];
	struct record record;

	if (!file)
		return -1;
	watch->since = 0;
	snprintf(watch->netns, sizeof(watch->netns), "%llu", netns_inode());
	while (fgets(line, sizeof(line), file)) {
		if (!record_parse(&record, line))
			watch->since = record_seq(&record);
	}
	fclose(file);
	return 0;
}

static bool is_ours(const struct watch *watch, const struct record *record)
{
	return record_seq(record) > watch->since &&
	       record_is(record, SHUTWATCH_KEY_NETNS, watch->netns);
}

/**
 * watch_read - all the records of ours so far
 * @watch: where we were when we began
 * @record: where they go, oldest first
 * @max: how many fit
 * @remarks: where to tell of records that are missing or no records at all
 *
 * Return: how many there are.
 */
int watch_read(const struct watch *watch, struct record *record, int max,
	       struct remarks *remarks)
{
	FILE *file = open_events(remarks);
	char line[SHUTWATCH_LINE_MAX];
	__u64 expected = 0;
	int count = 0;

	if (!file)
		return 0;
	while (count < max && fgets(line, sizeof(line), file)) {
		if (record_parse(&record[count], line)) {
			remark(remarks, "not a record: %s", line);
			continue;
		}
		if (expected && record_seq(&record[count]) != expected)
			remark(remarks, "record %llu is missing", expected);
		expected = record_seq(&record[count]) + 1;
		if (is_ours(watch, &record[count]))
			count++;
	}
	if (count == max)
		remark(remarks, "more records than can be kept");
	fclose(file);
	return count;
}
