// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include <names.h>

#include "find_record.h"
#include "record_fields.h"
#include "stream.h"
#include "sums.h"

#define CELLS	(SHUTWATCH_BY_COUNT * SHUTWATCH_SENT_COUNT * SHUTWATCH_WHY_COUNT)

static void add(struct sums *sums, const struct record *record, const char *by,
		long long count)
{
	int cause = names_find(&by_names, by);
	int sent = names_find(&sent_names, record_get(record, SHUTWATCH_KEY_SENT));
	int why = names_find(&why_names, record_get(record, SHUTWATCH_KEY_WHY));

	if (cause >= 0 && sent >= 0 && why >= 0)
		sums->of[cause][sent][why] += count;
}

/**
 * sums_read - what the file totals says now
 * @sums: where to
 *
 * Return: 0 or an errno.
 */
int sums_read(struct sums *sums)
{
	struct record record;
	struct scan scan;
	int err;

	memset(sums, 0, sizeof(*sums));
	err = scan_begin(&scan, SHUTWATCH_FILE_TOTALS);
	while (scan_next(&scan, &record))
		add(sums, &record, record_get(&record, SHUTWATCH_KEY_BY),
		    find_number(&record, SHUTWATCH_KEY_COUNT));
	scan_end(&scan);
	return err;
}

/**
 * sums_record - count a record in
 * @sums: where
 * @record: one of any kind; those without an outcome do not count
 */
void sums_record(struct sums *sums, const struct record *record)
{
	const bool call = record_is(record, SHUTWATCH_KEY_KIND,
				    kind_names.name[SHUTWATCH_KIND_CALL]);

	add(sums, record, record_get(record, call ? SHUTWATCH_KEY_CALL :
						     SHUTWATCH_KEY_BY), 1);
}

static long long cell(const struct sums *sums, int at)
{
	return (&sums->of[0][0][0])[at];
}

static long long excess(const struct sums *before, const struct sums *after,
			const struct sums *told, int at)
{
	return cell(after, at) - cell(before, at) - cell(told, at);
}

/**
 * sums_agrees - did the file grow by what the records say?
 * @before: the file before the first record
 * @after: after the last
 * @told: the records
 *
 * Return: true if it did.
 */
bool sums_agrees(const struct sums *before, const struct sums *after,
		 const struct sums *told)
{
	int i;

	for (i = 0; i < CELLS; i++) {
		if (excess(before, after, told, i))
			return false;
	}
	return true;
}

/**
 * sums_judge - the same, and what is different
 * @remarks: where to say it
 * @before: the file before the first record
 * @after: after the last
 * @told: the records
 */
void sums_judge(struct remarks *remarks, const struct sums *before,
		const struct sums *after, const struct sums *told)
{
	int i;

	for (i = 0; i < CELLS; i++) {
		if (!excess(before, after, told, i))
			continue;
		remark(remarks, "totals: by=%s sent=%s why=%s grew by %lld, the records say %lld",
		       by_names.name[i / (SHUTWATCH_SENT_COUNT * SHUTWATCH_WHY_COUNT)],
		       sent_names.name[i / SHUTWATCH_WHY_COUNT % SHUTWATCH_SENT_COUNT],
		       why_names.name[i % SHUTWATCH_WHY_COUNT],
		       cell(after, i) - cell(before, i), cell(told, i));
	}
}
