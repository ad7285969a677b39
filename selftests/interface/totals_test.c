// SPDX-License-Identifier: GPL-2.0-only
/*
 * The file totals: it counts what the records tell, whether or not they are
 * kept.
 */
#include "module_main.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <names.h>

#include "clock.h"
#include "find_record.h"
#include "module.h"
#include "netns.h"
#include "record_fields.h"
#include "stream.h"
#include "tcp_pair.h"

#define FROM		"127.0.0.1:4000"
#define TO		"127.0.0.20:8000"

#define WAIT_MS		10000

/**
 * struct counts - how many calls and decisions there were
 * @since: of records, only what comes after this number: a full ring forgets
 *	what is older
 * @of: by cause, outcome and reason
 */
struct counts {
	unsigned long long since;
	long long of[SHUTWATCH_BY_COUNT][SHUTWATCH_SENT_COUNT][SHUTWATCH_WHY_COUNT];
};

static long long *count_of(struct counts *counts, const char *by,
			   const struct record *record)
{
	int cause = names_find(&by_names, by);
	int sent = names_find(&sent_names, record_get(record, SHUTWATCH_KEY_SENT));
	int why = names_find(&why_names, record_get(record, SHUTWATCH_KEY_WHY));

	return cause < 0 || sent < 0 || why < 0 ? NULL : &counts->of[cause][sent][why];
}

static void add_total(struct counts *counts, const struct record *record)
{
	long long *count = count_of(counts, record_get(record, SHUTWATCH_KEY_BY), record);

	if (count)
		*count += find_number(record, SHUTWATCH_KEY_COUNT);
}

/* Calls and decisions have an outcome. */
static void add_record(struct counts *counts, const struct record *record)
{
	const char *by = record_get(record, SHUTWATCH_KEY_BY);
	long long *count;

	if (find_number(record, SHUTWATCH_KEY_SEQ) <= counts->since)
		return;
	if (record_is(record, SHUTWATCH_KEY_KIND, "call"))
		by = record_get(record, SHUTWATCH_KEY_CALL);
	count = count_of(counts, by, record);
	if (count)
		++*count;
}

static int add_up(struct counts *counts, const char *name,
		  void (*add)(struct counts *counts, const struct record *record))
{
	struct record record;
	struct scan scan;

	memset(counts->of, 0, sizeof(counts->of));
	if (scan_begin(&scan, name))
		return -1;
	while (scan_next(&scan, &record))
		add(counts, &record);
	scan_end(&scan);
	return scan.bad ? -1 : 0;
}

static long long sum(const struct counts *counts)
{
	const long long *count = &counts->of[0][0][0];
	long long total = 0;
	size_t i;

	for (i = 0; i < sizeof(counts->of) / sizeof(*count); i++)
		total += count[i];
	return total;
}

static long long one(const struct counts *counts, enum shutwatch_by by,
		     enum shutwatch_sent sent, enum shutwatch_why why)
{
	return counts->of[by][sent][why];
}

static void subtract(struct counts *after, const struct counts *before)
{
	const long long *less = &before->of[0][0][0];
	long long *count = &after->of[0][0][0];
	size_t i;

	for (i = 0; i < sizeof(after->of) / sizeof(*count); i++)
		count[i] -= less[i];
}

/* Its number, 0 where there is none. */
static unsigned long long last_record(void)
{
	int fd = stream_open(SHUTWATCH_FILE_EVENTS, O_RDONLY);
	struct told told = stream_told(fd, 0);

	close(fd);
	return told.last;
}

FIXTURE(totals) {
	struct counts totals, totals_before, records;
};

/* What others left behind in their namespaces ends whenever those do. */
FIXTURE_SETUP(totals)
{
	char here[24];

	ASSERT_EQ(0, module_reset_filters());
	ASSERT_EQ(0, netns_enter());
	snprintf(here, sizeof(here), "%llu", netns_inode());
	ASSERT_EQ(0, module_set("netns", here));
	ASSERT_EQ(0, add_up(&self->totals_before, SHUTWATCH_FILE_TOTALS, add_total));
	self->records.since = last_record();
}

FIXTURE_TEARDOWN(totals)
{
	EXPECT_EQ(0, module_reset_filters());
}

/* Ends of all sorts. */
static bool live(void)
{
	const struct sockaddr unspec = { .sa_family = AF_UNSPEC };
	const struct linger reset = { .l_onoff = 1 };
	struct pollfd arrives = { .events = POLLIN };
	struct tcp_pair pair;

	if (tcp_pair_join(&pair, FROM, TO) || send(pair.client, "hello", 5, 0) != 5)
		return false;
	arrives.fd = pair.server;
	if (poll(&arrives, 1, WAIT_MS) != 1)
		return false;
	shutdown(pair.client, SHUT_RD);
	close(pair.server);			/* unread_data */
	if (!tcp_pair_hears_reset(pair.client, WAIT_MS))
		return false;
	close(pair.client);
	if (tcp_pair_join(&pair, FROM, TO))
		return false;
	setsockopt(pair.server, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	tcp_pair_part(&pair);			/* linger_zero after close */
	if (tcp_pair_join(&pair, "127.0.0.1:4001", TO))
		return false;
	connect(pair.client, &unspec, sizeof(unspec));
	tcp_pair_hear_end(pair.server);
	tcp_pair_part(&pair);
	if (tcp_pair_join(&pair, "127.0.0.1:4002", TO))
		return false;
	shutdown(pair.server, SHUT_RDWR);
	tcp_pair_hear_end(pair.client);
	send(pair.client, "hello", 5, MSG_NOSIGNAL);	/* data_after_shutdown */
	if (!tcp_pair_hears_reset(pair.client, WAIT_MS))
		return false;
	close(pair.client);
	close(pair.server);
	return true;
}

#define READ()								\
do {									\
	ASSERT_EQ(0, add_up(&self->totals, SHUTWATCH_FILE_TOTALS, add_total)); \
	ASSERT_EQ(0, add_up(&self->records, SHUTWATCH_FILE_EVENTS, add_record)); \
	subtract(&self->totals, &self->totals_before);			\
} while (0)

#define EXPECT_LIFE()							\
do {									\
	EXPECT_EQ(1, one(&self->totals, SHUTWATCH_BY_CLOSE,		\
			 SHUTWATCH_SENT_RST, SHUTWATCH_WHY_UNREAD_DATA)); \
	EXPECT_EQ(1, one(&self->totals, SHUTWATCH_BY_CONNECT_UNSPEC,	\
			 SHUTWATCH_SENT_RST, SHUTWATCH_WHY_CONNECT_UNSPEC)); \
	EXPECT_EQ(1, one(&self->totals, SHUTWATCH_BY_RX,		\
			 SHUTWATCH_SENT_RST, SHUTWATCH_WHY_DATA_AFTER_SHUTDOWN)); \
	EXPECT_EQ(1, one(&self->totals, SHUTWATCH_BY_SHUTDOWN,		\
			 SHUTWATCH_SENT_FIN, SHUTWATCH_WHY_SHUTDOWN_WRITE)); \
	EXPECT_EQ(1, one(&self->totals, SHUTWATCH_BY_SHUTDOWN,		\
			 SHUTWATCH_SENT_NONE, SHUTWATCH_WHY_READ_SIDE_ONLY)); \
	/* and those that had heard of the RST, or not */		\
	EXPECT_LE(3, one(&self->totals, SHUTWATCH_BY_CLOSE,		\
			 SHUTWATCH_SENT_NONE, SHUTWATCH_WHY_ALREADY_CLOSED)); \
	EXPECT_EQ(4, one(&self->totals, SHUTWATCH_BY_CLOSE,		\
			 SHUTWATCH_SENT_NONE, SHUTWATCH_WHY_LISTENER_STOPPED)); \
} while (0)

/* Each of them, and nothing besides. */
TEST_F(totals, are_those_of_the_records)
{
	int by, sent, why;

	ASSERT_TRUE(live());
	READ();
	EXPECT_LE(10, sum(&self->records));
	for (by = 0; by < SHUTWATCH_BY_COUNT; by++) {
		for (sent = 0; sent < SHUTWATCH_SENT_COUNT; sent++) {
			for (why = 0; why < SHUTWATCH_WHY_COUNT; why++) {
				EXPECT_EQ(one(&self->records, by, sent, why),
					  one(&self->totals, by, sent, why))
					TH_LOG("by=%s sent=%s why=%s",
					       by_names.name[by],
					       sent_names.name[sent],
					       why_names.name[why]);
			}
		}
	}
	EXPECT_LIFE();
}

TEST_F(totals, although_the_kind_is_not_kept)
{
	ASSERT_EQ(0, module_set("kind", "state"));
	ASSERT_TRUE(live());
	READ();
	EXPECT_EQ(0, sum(&self->records));
	EXPECT_LIFE();
}

TEST_F(totals, although_the_outcome_is_not_kept)
{
	ASSERT_EQ(0, module_set("sent", "FIN"));
	ASSERT_EQ(0, module_set("why", "abort"));
	ASSERT_TRUE(live());
	READ();
	EXPECT_EQ(0, sum(&self->records));
	EXPECT_LIFE();
}

/* What the filter turns away is not counted, either. */
TEST_F(totals, not_of_who_is_filtered)
{
	ASSERT_EQ(0, module_set("port", "9"));
	ASSERT_TRUE(live());
	READ();
	EXPECT_EQ(0, sum(&self->records));
	EXPECT_EQ(0, sum(&self->totals));
}

/* One line for each sort, and none that is 0. */
TEST_F(totals, lines)
{
	struct counts seen = {};
	struct record record;
	struct scan scan;

	ASSERT_TRUE(live());
	ASSERT_EQ(0, scan_begin(&scan, SHUTWATCH_FILE_TOTALS));
	while (scan_next(&scan, &record)) {
		long long *count;

		EXPECT_EQ(0, strncmp(scan.line, "by=", 3));
		EXPECT_EQ(0, record.nr_unknown);
		count = count_of(&seen, record_get(&record, SHUTWATCH_KEY_BY), &record);
		ASSERT_NE(NULL, count);
		EXPECT_EQ(0, *count);
		++*count;
		EXPECT_LE(1, find_number(&record, SHUTWATCH_KEY_COUNT));
	}
	EXPECT_EQ(0, scan.bad);
	scan_end(&scan);
	EXPECT_LE(6, sum(&seen));
}

int main(int argc, char **argv)
{
	return module_main(argc, argv);
}
