// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "events.h"
#include "netns.h"
#include "record_fields.h"
#include "stream.h"

static int begin(struct scan *scan, struct remarks *remarks)
{
	int err = scan_begin(scan, SHUTWATCH_FILE_EVENTS);

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
	struct record record;
	struct scan scan;

	if (begin(&scan, remarks))
		return -1;
	events->since = 0;
	snprintf(events->netns, sizeof(events->netns), "%llu", netns_inode());
	while (scan_next(&scan, &record))
		events->since = record_seq(&record);
	scan_end(&scan);
	return 0;
}

/**
 * events_has - is a record one of ours?
 * @events: where we were when we began
 * @record: the record
 *
 * Return: true if it is.
 */
bool events_has(const struct events *events, const struct record *record)
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
	__u64 expected = 0;
	struct scan scan;
	int count = 0;

	if (begin(&scan, remarks))
		return 0;
	while (count < max && scan_next(&scan, &record[count])) {
		if (expected && record_seq(&record[count]) != expected)
			remark(remarks, "record %llu is missing", expected);
		expected = record_seq(&record[count]) + 1;
		if (events_has(events, &record[count]))
			count++;
	}
	if (scan.bad)
		remark(remarks, "%d lines are no records", scan.bad);
	if (count == max)
		remark(remarks, "more records than can be kept");
	scan_end(&scan);
	return count;
}
