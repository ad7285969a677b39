// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <names.h>

#include "mib.h"
#include "record_fields.h"

#define SPACE		"\n "

/* A line of names, and below it a line of their values. */
#define LINE_SIZE	8192

static const char * const name[] = { MIB_LIST(MIB_AS_NAME) };

/**
 * struct wanted - the counters that are looked for
 * @name: their names
 * @nr: how many
 * @count: receives their values
 */
struct wanted {
	const char * const *name;
	int nr;
	long long *count;
};

static void take(const struct wanted *wanted, const char *key, const char *value)
{
	int i;

	for (i = 0; i < wanted->nr; i++) {
		if (!strcmp(key, wanted->name[i]))
			wanted->count[i] = atoll(value);
	}
}

static void take_lines(const struct wanted *wanted, char *keys, char *values)
{
	char *key, *value, *more_keys, *more_values;

	key = strtok_r(keys, SPACE, &more_keys);
	value = strtok_r(values, SPACE, &more_values);
	while (key && value) {
		take(wanted, key, value);
		key = strtok_r(NULL, SPACE, &more_keys);
		value = strtok_r(NULL, SPACE, &more_values);
	}
}

static int read_file(const struct wanted *wanted, const char *path)
{
	static char keys[LINE_SIZE], values[LINE_SIZE];
	FILE *file = fopen(path, "re");

	if (!file)
		return -errno;
	while (fgets(keys, sizeof(keys), file) &&
	       fgets(values, sizeof(values), file)) {
		if (!strncmp(keys, "Tcp", 3))
			take_lines(wanted, keys, values);
	}
	fclose(file);
	return 0;
}

/**
 * mib_read - the counters now
 * @mib: where to
 *
 * Return: 0 or a negative errno.
 */
int mib_read(struct mib *mib)
{
	const struct wanted wanted = { name, MIB_COUNTERS, mib->count };
	int err, i;

	for (i = 0; i < MIB_COUNTERS; i++)
		mib->count[i] = -1;
	err = read_file(&wanted, "/proc/self/net/snmp");
	err = err ?: read_file(&wanted, "/proc/self/net/netstat");
	for (i = 0; i < MIB_COUNTERS && !err; i++) {
		if (mib->count[i] < 0)
			err = -ENODATA;
	}
	return err;
}

/**
 * mib_extra - one of the many other counters now
 * @counter: its name, of those that are TcpExt
 *
 * Return: its value, or -1 if there is none.
 */
long long mib_extra(const char *counter)
{
	long long count = -1;
	const struct wanted wanted = { &counter, 1, &count };

	read_file(&wanted, "/proc/self/net/netstat");
	return count;
}

static bool why_is(const struct record *record, enum shutwatch_why why)
{
	return record_is(record, SHUTWATCH_KEY_WHY, why_names.name[why]);
}

/*
 * The kernel counts a close() with SO_LINGER 0 as one because of data, whether
 * or not it sends something: that is, all that get as far as that decision.
 */
static bool lingers_not(const struct record *record)
{
	return record_is(record, SHUTWATCH_KEY_CALL, "close") &&
	       record_is(record, SHUTWATCH_KEY_LINGER, "0") &&
	       !why_is(record, SHUTWATCH_WHY_UNREAD_DATA) &&
	       !why_is(record, SHUTWATCH_WHY_ALREADY_CLOSED) &&
	       !why_is(record, SHUTWATCH_WHY_LISTENER_STOPPED) &&
	       !why_is(record, SHUTWATCH_WHY_REPAIR);
}

/*
 * What TCP_LINGER2 < 0 does is counted as such only by a close() in FIN_WAIT2;
 * if FIN_WAIT2 is reached later, it is one because of data, too.
 */
static bool because_of_data(const struct record *record)
{
	return why_is(record, SHUTWATCH_WHY_DATA_AFTER_SHUTDOWN) ||
	       why_is(record, SHUTWATCH_WHY_DATA_AFTER_CLOSE) ||
	       (why_is(record, SHUTWATCH_WHY_LINGER2_NEGATIVE) &&
		record_is(record, SHUTWATCH_KEY_BY, "rx"));
}

static bool is_estab_reset(const struct record *record)
{
	return record_is(record, SHUTWATCH_KEY_KIND, "state") &&
	       (record_is(record, SHUTWATCH_KEY_STATE, "ESTABLISHED>CLOSE") ||
		record_is(record, SHUTWATCH_KEY_STATE, "CLOSE_WAIT>CLOSE"));
}

/*
 * A RST that could not leave is one that nothing was sent of, although there was
 * no other way; the kernel counts it as sent, and as failed.  (FIN_WAIT2 can be
 * over in silence, too: where there is no room for a mini-socket.)
 */
static bool rst_failed(const struct record *record)
{
	static const enum shutwatch_why needs_rst[] = {
		SHUTWATCH_WHY_UNREAD_DATA, SHUTWATCH_WHY_LINGER_ZERO,
		SHUTWATCH_WHY_LINGER2_NEGATIVE, SHUTWATCH_WHY_CONNECT_UNSPEC,
		SHUTWATCH_WHY_ABORT, SHUTWATCH_WHY_KEEPALIVE_TIMEOUT,
	};
	size_t i;

	if (!record_is(record, SHUTWATCH_KEY_SENT, sent_names.name[SHUTWATCH_SENT_NONE]))
		return false;
	for (i = 0; i < sizeof(needs_rst) / sizeof(*needs_rst); i++) {
		if (why_is(record, needs_rst[i]))
			return true;
	}
	return record_is(record, SHUTWATCH_KEY_BY, "listener");
}

/**
 * mib_tell - by how much the counters grow because of a record
 * @mib: where to add it
 * @record: the record
 */
void mib_tell(struct mib *mib, const struct record *record)
{
	const char *rst = sent_names.name[SHUTWATCH_SENT_RST];

	mib->count[MIB_OUT_RSTS] += record_is(record, SHUTWATCH_KEY_SENT, rst) ||
				     rst_failed(record);
	mib->count[MIB_ABORT_FAILED] += rst_failed(record);
	mib->count[MIB_ESTAB_RESETS] += is_estab_reset(record);
	mib->count[MIB_ABORT_ON_DATA] += because_of_data(record) ||
					  lingers_not(record);
	mib->count[MIB_ABORT_ON_CLOSE] +=
		why_is(record, SHUTWATCH_WHY_UNREAD_DATA);
	mib->count[MIB_ABORT_ON_MEMORY] +=
		why_is(record, SHUTWATCH_WHY_ORPHAN_MEMORY) ||
		why_is(record, SHUTWATCH_WHY_ORPHAN_COUNT);
	mib->count[MIB_ABORT_ON_TIMEOUT] +=
		why_is(record, SHUTWATCH_WHY_KEEPALIVE_TIMEOUT) ||
		why_is(record, SHUTWATCH_WHY_USER_TIMEOUT) ||
		why_is(record, SHUTWATCH_WHY_RETRIES_EXHAUSTED);
	mib->count[MIB_ABORT_ON_LINGER] +=
		why_is(record, SHUTWATCH_WHY_LINGER2_NEGATIVE) &&
		record_is(record, SHUTWATCH_KEY_CALL, "close");
}

/**
 * mib_told - by how much the counters have grown, if the records are right
 * @mib: where to
 * @record: the records
 * @nr_records: how many
 */
void mib_told(struct mib *mib, const struct record *record, int nr_records)
{
	int i;

	memset(mib, 0, sizeof(*mib));
	for (i = 0; i < nr_records; i++)
		mib_tell(mib, &record[i]);
}

/**
 * mib_judge - do the counters move as the records say?
 * @remarks: where to say what is different
 * @before: the counters before the first record
 * @after: after the last
 * @told: by how much they were to grow
 */
void mib_judge(struct remarks *remarks, const struct mib *before,
	       const struct mib *after, const struct mib *told)
{
	int i;

	for (i = 0; i < MIB_COUNTERS; i++) {
		long long grown = after->count[i] - before->count[i];

		if (grown != told->count[i])
			remark(remarks, "%s grew by %lld, the records say %lld",
			       name[i], grown, told->count[i]);
	}
}
