// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "events.h"
#include "netns.h"
#include "record_fields.h"
#include "stream.h"

static void tell(int err, struct remarks *remarks)
{
	if (err)
		remark(remarks, SHUTWATCH_FILE_EVENTS ": %s", strerror(err));
}

static const char *last_line(const struct text *text)
{
	const char *line = text->data + text->len;

	if (line > text->data)
		line--;
	while (line > text->data && line[-1] != '\n')
		line--;
	return line;
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
	int err = scan_begin(&scan, SHUTWATCH_FILE_EVENTS);

	tell(err, remarks);
	if (err)
		return -1;
	events->since = 0;
	snprintf(events->netns, sizeof(events->netns), "%llu", netns_inode());
	/* The last line will do. */
	scan.rest = last_line(&scan.text);
	if (scan_next(&scan, &record))
		events->since = record_seq(&record);
	scan_end(&scan);
	return 0;
}

/**
 * events_scan - read the records for those that came after events_open()
 * @events: where we were then
 * @scan: where to note where one is, for scan_next() and scan_end()
 *
 * Return: 0; an errno if there are none to be had.
 */
int events_scan(const struct events *events, struct scan *scan)
{
	int err = scan_begin(scan, SHUTWATCH_FILE_EVENTS);

	scan_pass(scan, events->since);
	return err;
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
	struct scan scan;
	int err = events_scan(events, &scan);
	__u64 expected;
	int count = 0;

	tell(err, remarks);
	if (err)
		return 0;
	/* None is missing behind those either that were there before. */
	expected = scan.passed ? scan.passed + 1 : 0;
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
