// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "events.h"
#include "netns.h"
#include "record_fields.h"
#include "stream.h"

static int read_text(struct text *text, struct remarks *remarks)
{
	int err = stream_file(text, SHUTWATCH_FILE_EVENTS);

	if (err)
		remark(remarks, SHUTWATCH_FILE_EVENTS ": %s", strerror(err));
	return err;
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
	char line[SHUTWATCH_LINE_MAX];
	struct record record;
	const char *rest;
	struct text text;

	if (read_text(&text, remarks))
		return -1;
	events->since = 0;
	snprintf(events->netns, sizeof(events->netns), "%llu", netns_inode());
	rest = text.data;
	while (stream_line(&rest, line, sizeof(line))) {
		if (!record_parse(&record, line))
			events->since = record_seq(&record);
	}
	free(text.data);
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
	char line[SHUTWATCH_LINE_MAX];
	__u64 expected = 0;
	const char *rest;
	struct text text;
	int count = 0;

	if (read_text(&text, remarks))
		return 0;
	rest = text.data;
	while (count < max && stream_line(&rest, line, sizeof(line))) {
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
	free(text.data);
	return count;
}
