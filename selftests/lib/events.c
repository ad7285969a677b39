// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "events.h"
#include "module.h"
#include "netns.h"
#include "record_fields.h"

static FILE *open_events(struct remarks *remarks)
{
	char path[256];
	FILE *file;

	module_file(path, sizeof(path), SHUTWATCH_FILE_EVENTS);
	file = fopen(path, "re");
	if (!file)
		remark(remarks, "%s: %s", path, strerror(errno));
	return file;
}

/**
 * events_open - begin to watch: what has been recorded so far is not ours
 * @events: where to note where we are
 * @remarks: where to say what is wrong
 *
 * Return: 0, or -1 if there are no records to be had.
 */
int events_open(struct events *events, struct remarks *remarks)
{
	FILE *file = open_events(remarks);
	char line[SHUTWATCH_LINE_MAX];
	struct record record;

	if (!file)
		return -1;
	events->since = 0;
	snprintf(events->netns, sizeof(events->netns), "%llu", netns_inode());
	while (fgets(line, sizeof(line), file)) {
		if (!record_parse(&record, line))
			events->since = record_seq(&record);
	}
	fclose(file);
	return 0;
}

static bool is_ours(const struct events *events, const struct record *record)
{
	return record_seq(record) > events->since &&
	       record_is(record, SHUTWATCH_KEY_NETNS, events->netns);
}

/**
 * events_read - all the records of ours so far
 * @events: where we were when we began
 * @record: where they go, oldest first
 * @max: how many fit
 * @remarks: where to tell of records that are missing or no records at all
 *
 * Return: how many there are.
 */
int events_read(const struct events *events, struct record *record, int max,
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
		if (is_ours(events, &record[count]))
			count++;
	}
	if (count == max)
		remark(remarks, "more records than can be kept");
	fclose(file);
	return count;
}
