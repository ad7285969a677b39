// SPDX-License-Identifier: GPL-2.0-only
/*
 * Floods: too many endings for the smallest ring, too many sockets for the
 * smallest table, and a reader that does not run meanwhile.  What a reader has,
 * and what it is told to have missed, is what was made, for each of them.
 *
 * ENDINGS is how many sockets are closed, if it is set.
 */
#include "module_main.h"

#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <shutwatch.h>

#include "clock.h"
#include "crowd.h"
#include "module.h"
#include "netns.h"
#include "stream.h"
#include "tcp_pair.h"

#define ENDINGS_ENV	"ENDINGS"
#define ENDINGS		4000
#define FLOOD_SECONDS	1200
#define WAIT_SECONDS	20
#define TEST_SECONDS	1500

/* The smallest that there are. */
#define RING		1024
#define TABLE		256
#define PARAMETERS	"ring=1024 sockets=256"

/* What a reader asks for at a time. */
#define ROOM		131072

/* Connections that stay, so that the table is full. */
#define IDLE		200

/* ---- readers ---- */

/**
 * struct account - what a reader has to say, in memory that it shares
 * @read: records that it has
 * @lost: records that it was told it missed
 * @last: number of the last of both, written when the rest is
 * @gaps: numbers that it was not told about
 * @bad: what is no record
 */
struct account {
	long long read;
	long long lost;
	atomic_ullong last;
	int gaps;
	int bad;
};

/**
 * struct reader - a process that reads
 * @file: what
 * @raw: whether that has raw records
 * @stopped: it does not run during the flood
 * @pid: it
 * @account: its
 */
struct reader {
	const char *file;
	bool raw;
	bool stopped;
	pid_t pid;
	struct account *account;
};

static struct reader readers[] = {
	{ .file = SHUTWATCH_FILE_PIPE },
	{ .file = SHUTWATCH_FILE_PIPE, .stopped = true },
	{ .file = SHUTWATCH_FILE_RAW, .raw = true },
	{ .file = SHUTWATCH_FILE_RAW, .raw = true, .stopped = true },
};

#define FOR_EACH_READER(r)	for (r = readers; r < readers + ARRAY_SIZE(readers); r++)

static void take_text(struct account *a, const struct text *text)
{
	const struct told told = stream_tell(text, a->last + 1);

	a->read += told.records;
	a->lost += told.lost;
	a->gaps += told.gaps;
	a->bad += told.bad;
	a->last = told.last > told.lost_seq ? told.last : told.lost_seq;
}

static void take_raw(struct account *a, const struct text *text)
{
	const struct shutwatch_raw *r = (const void *)text->data;
	const struct shutwatch_raw *end = r + text->len / sizeof(*r);
	__u64 last = a->last;

	a->bad += text->len % sizeof(*r) != 0;
	for (; r < end; r++) {
		const bool lost = r->kind == SHUTWATCH_KIND_LOST;

		a->gaps += r->seq != last + (lost ? r->count : 1);
		a->lost += lost ? r->count : 0;
		a->read += !lost;
		last = r->seq;
	}
	a->last = last;
}

/* Both files give whole records only. */
static void read_on(const struct reader *reader)
{
	static __u64 room[ROOM / sizeof(__u64) + 1];
	char *data = (char *)room;
	int fd = stream_open(reader->file, O_RDONLY);
	ssize_t n;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while ((n = read(fd, room, ROOM)) > 0) {
		const struct text text = { .data = data, .len = n };

		data[n] = '\0';
		if (reader->raw)
			take_raw(reader->account, &text);
		else
			take_text(reader->account, &text);
	}
}

static bool reader_start(struct reader *reader)
{
	const __u64 deadline = clock_in(WAIT_SECONDS);
	const int before = module_stat("readers");

	reader->account = mmap(NULL, sizeof(*reader->account), PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	reader->pid = fork();
	if (!reader->pid) {
		read_on(reader);
		_exit(0);
	}
	while (module_stat("readers") == before) {
		if (!clock_wait(deadline))
			return false;
	}
	if (!reader->stopped)
		return true;
	kill(reader->pid, SIGSTOP);
	return waitpid(reader->pid, NULL, WUNTRACED) == reader->pid;
}

static bool reader_is_at(const struct reader *reader, __u64 number)
{
	const __u64 deadline = clock_in(WAIT_SECONDS);

	while (reader->account->last < number) {
		if (!clock_wait(deadline))
			return false;
	}
	return true;
}

static void reader_end(struct reader *reader)
{
	if (reader->pid <= 0)
		return;
	kill(reader->pid, SIGKILL);
	waitpid(reader->pid, NULL, 0);
}

/* ---- the flood ---- */

static struct worker worker[CROWD_THREADS];

static int endings(void)
{
	const char *wanted = getenv(ENDINGS_ENV);

	return wanted ? atoi(wanted) : ENDINGS;
}

static int idle(void)
{
	const struct rlimit files = { 2 * IDLE + 256, 2 * IDLE + 256 };
	static struct tcp_pair pair[IDLE];
	char from[32], to[32];
	int i, err = 0;

	setrlimit(RLIMIT_NOFILE, &files);
	for (i = 0; i < IDLE && !err; i++) {
		snprintf(from, sizeof(from), "127.0.1.1:%d", 10000 + i);
		snprintf(to, sizeof(to), "127.0.1.2:%d", 10000 + i);
		err = tcp_pair_join(&pair[i], from, to);
	}
	return err;
}

/* How many records were made; from then on there are no more. */
static long long made(void)
{
	long long now = -1, before;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	/* The last one, behind all, is surely kept. */
	shutdown(fd, SHUT_WR);
	close(fd);
	module_set("netns", "1");
	do {
		before = now;
		usleep(1000);
		now = module_stat("records") + module_stat("lost.ring");
	} while (now != before);
	return now;
}

FIXTURE(flood) {
};

FIXTURE_SETUP(flood)
{
	if (!module_can_reload())
		SKIP(return, MODULE_KO_ENV " does not name the module, to load it anew");
	ASSERT_EQ(0, module_reload_here(PARAMETERS));
}

FIXTURE_TEARDOWN(flood)
{
	struct reader *r;

	if (!module_can_reload())
		return;
	FOR_EACH_READER(r)
		reader_end(r);
	EXPECT_EQ(0, module_reload(""));
}

TEST_F_TIMEOUT(flood, each_reader_has_or_is_told, TEST_SECONDS)
{
	const int wanted = endings();
	long long lost = 0;
	int i, closes = 0;
	long long number;
	struct reader *r;

	FOR_EACH_READER(r)
		ASSERT_TRUE(reader_start(r));
	ASSERT_EQ(0, idle());
	for (i = 0; i < CROWD_THREADS; i++)
		ASSERT_EQ(0, crowd_start(&worker[i], i, FLOOD_SECONDS,
					 wanted / CROWD_THREADS));
	for (i = 0; i < CROWD_THREADS; i++) {
		pthread_join(worker[i].thread, NULL);
		EXPECT_EQ(0, worker[i].error);
		closes += worker[i].count;
	}
	EXPECT_LE(wanted - 2 * CROWD_THREADS, closes);
	EXPECT_LT(0, module_stat("evicted"));
	FOR_EACH_READER(r)
		kill(r->pid, SIGCONT);

	number = made();
	FOR_EACH_READER(r) {
		const struct account *a = r->account;

		EXPECT_TRUE(reader_is_at(r, number));
		TH_LOG("%d closes, %lld records: %s%s has %lld, is told that it lost %lld",
		       closes, number, r->file, r->stopped ? ", stopped," : "",
		       a->read, a->lost);
		EXPECT_EQ(number, a->read + a->lost);
		EXPECT_EQ(0, a->gaps);
		EXPECT_EQ(0, a->bad);
		/* What is in its page and in its hand is not lost to it. */
		if (r->stopped)
			EXPECT_LT(number - 2 * RING, a->lost);
		lost += a->lost;
	}
	EXPECT_EQ(lost, module_stat("lost.readers"));
}

int main(int argc, char **argv)
{
	return module_main(argc, argv);
}
