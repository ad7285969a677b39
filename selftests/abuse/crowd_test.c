// SPDX-License-Identifier: GPL-2.0-only
/*
 * Eight threads end connections on all CPUs at once, one reads along: each
 * close() has its record, or is among those that are said to be lost.  Where it
 * may be, also while a CPU goes and comes back.
 */
#include "module_main.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/resource.h>

#include <names.h>

#include "clock.h"
#include "crowd.h"
#include "module.h"
#include "netns.h"
#include "record_fields.h"
#include "stream.h"
#include "tcp_pair.h"

/* Set where a CPU may be switched off. */
#define ABUSE_ENV	"ABUSE"

#define CROWD_SECONDS	10
#define SWITCH_SECONDS	10
#define TEST_SECONDS	180

static struct worker worker[CROWD_THREADS];

/* ---- what the records say ---- */

/**
 * struct seen - what the reader saw
 * @pipe: where it reads
 * @stop: it is to end with what there is now
 * @text: all that it read; looked at later, so that it does not fall behind
 * @len: how much
 * @netns: our network namespace
 * @count: closes of ours
 * @cookie: of which sockets
 * @lost: records that it was told it missed
 * @gaps: numbers that it was not told about
 * @odd: records that are not as they should be
 * @example: one of these
 */
struct seen {
	int pipe;
	atomic_bool stop;
	char *text;
	size_t len;
	char netns[24];
	int count;
	__u64 cookie[CROWD_THREADS * CROWD_CLOSES];
	__u64 lost;
	int gaps;
	int odd;
	char example[SHUTWATCH_LINE_MAX];
};

static struct seen seen;

static bool is(const struct record *r, enum shutwatch_key key, const char *value)
{
	return record_is(r, key, value);
}

/* The process closed it, whatever thread it was. */
static bool is_odd(const struct record *r)
{
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", getpid());
	return is(r, SHUTWATCH_KEY_WHY, why_names.name[SHUTWATCH_WHY_UNKNOWN]) ||
	       !is(r, SHUTWATCH_KEY_PID, pid) || !is(r, SHUTWATCH_KEY_CTX, "task") ||
	       !is(r, SHUTWATCH_KEY_RET, "0");
}

static void see_line(const char *line)
{
	struct record r;

	if (record_parse(&r, line) || !is(&r, SHUTWATCH_KEY_CALL, "close") ||
	    !is(&r, SHUTWATCH_KEY_NETNS, seen.netns))
		return;
	seen.cookie[seen.count++] = record_cookie(&r);
	if (is_odd(&r)) {
		seen.odd++;
		snprintf(seen.example, sizeof(seen.example), "%s", line);
	}
}

/* A reader that falls behind loses records: it goes before the workers. */
static void *read_along(void *arg)
{
	bool last;

	setpriority(PRIO_PROCESS, 0, -20);
	do {
		struct text text;

		last = seen.stop;
		if (stream_slurp(&text, seen.pipe, 1 << 18))
			break;
		seen.text = realloc(seen.text, seen.len + text.len + 1);
		memcpy(seen.text + seen.len, text.data, text.len + 1);
		seen.len += text.len;
		free(text.data);
		if (!last)
			usleep(1000);
	} while (!last);
	return NULL;
}

static void look_at_text(void)
{
	const struct text text = { .data = seen.text, .len = seen.len };
	const struct told told = stream_tell(&text, 0);
	char *line, *rest;

	seen.lost = told.lost;
	seen.gaps = told.gaps + told.bad;
	for (line = strtok_r(seen.text, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest))
		see_line(line);
}

/* Records that are there twice. */
static int count_twice(const __u64 *cookie, int count)
{
	int i, twice = 0;

	for (i = 1; i < count; i++)
		twice += cookie[i] == cookie[i - 1];
	return twice;
}

static int count_missing(const struct worker *w)
{
	int i, missing = 0;

	for (i = 0; i < w->count; i++)
		missing += !bsearch(&w->cookie[i], seen.cookie, seen.count,
				    sizeof(*seen.cookie), tcp_pair_by_cookie);
	return missing;
}

/**
 * struct losses - what the module says is lost
 * @ring: in the ring
 * @calls: calls not followed
 * @nmissed: hits of hooks that the kernel skipped
 */
struct losses {
	long long ring;
	long long calls;
	long long nmissed;
};

static struct losses losses_now(void)
{
	return (struct losses){
		.ring = module_stat("lost.ring"),
		.calls = module_stat("lost.calls") + module_stat("lost.returns"),
		.nmissed = module_stats("nmissed."),
	};
}

/* ---- a CPU that goes and comes back ---- */

/**
 * struct cpu - a CPU that can go
 * @fd: its switch in sysfs, -1 if there is no such CPU
 * @rounds: how often it went and came back
 * @error: errno of what went wrong
 * @forgotten: how many times less was counted after it had gone
 */
struct cpu {
	int fd;
	int rounds;
	int error;
	int forgotten;
};

/* The first CPU mostly cannot go, so the last one does. */
static void cpu_find(struct cpu *cpu)
{
	int number = sysconf(_SC_NPROCESSORS_CONF);
	char path[64];

	*cpu = (struct cpu){ .fd = -1 };
	while (cpu->fd < 0 && number-- > 0) {
		snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/online",
			 number);
		cpu->fd = open(path, O_RDWR | O_CLOEXEC);
	}
}

/* Somebody else may be doing so: then it is busy. */
static bool cpu_turn(struct cpu *cpu, const char *to)
{
	__u64 deadline = clock_in(SWITCH_SECONDS);

	do {
		if (pwrite(cpu->fd, to, 1, 0) == 1)
			return true;
	} while (errno == EBUSY && clock_wait(deadline));
	cpu->error = errno;
	return false;
}

/* Once at least, however long that takes. */
static void cpu_goes_and_comes(struct cpu *cpu, __u64 until)
{
	long long records;

	do {
		records = module_stat("records");
		if (!cpu_turn(cpu, "0"))
			return;
		cpu->forgotten += module_stat("records") < records;
		if (!cpu_turn(cpu, "1"))
			return;
		cpu->rounds++;
	} while (clock_now() < until);
}

FIXTURE(crowd) {
};

FIXTURE_SETUP(crowd)
{
	ASSERT_EQ(0, netns_enter());
}

FIXTURE_TEARDOWN(crowd)
{
}

static void test_crowd(struct __test_metadata *_metadata, struct cpu *cpu)
{
	long long unknown = module_stat("unknown");
	long long mismatch = module_stat("kreason_mismatch");
	const struct losses before = losses_now();
	struct losses after;
	int i, closes = 0, missing = 0;
	pthread_t reader;

	snprintf(seen.netns, sizeof(seen.netns), "%llu", netns_inode());
	seen.pipe = stream_pipe();
	ASSERT_LE(0, seen.pipe);
	ASSERT_EQ(0, stream_drain(seen.pipe));
	ASSERT_EQ(0, pthread_create(&reader, NULL, read_along, NULL));
	for (i = 0; i < CROWD_THREADS; i++)
		ASSERT_EQ(0, crowd_start(&worker[i], i, CROWD_SECONDS, CROWD_CLOSES));
	if (cpu)
		cpu_goes_and_comes(cpu, worker[0].until);
	for (i = 0; i < CROWD_THREADS; i++) {
		pthread_join(worker[i].thread, NULL);
		EXPECT_EQ(0, worker[i].error);
		closes += worker[i].count;
	}
	seen.stop = true;
	pthread_join(reader, NULL);

	after = losses_now();
	look_at_text();
	qsort(seen.cookie, seen.count, sizeof(*seen.cookie), tcp_pair_by_cookie);
	for (i = 0; i < CROWD_THREADS; i++)
		missing += count_missing(&worker[i]);
	TH_LOG("%d closes, %d have their record; said to be lost: %llu by the reader, %lld in the ring, %lld calls, %lld hits",
	       closes, seen.count, seen.lost, after.ring - before.ring,
	       after.calls - before.calls, after.nmissed - before.nmissed);
	EXPECT_LT(CROWD_THREADS * 10, closes);
	EXPECT_EQ(closes, seen.count + missing);
	EXPECT_EQ(0, count_twice(seen.cookie, seen.count));
	EXPECT_LE(missing, seen.lost + after.ring - before.ring +
			   after.calls - before.calls +
			   after.nmissed - before.nmissed);
	EXPECT_EQ(0, seen.gaps);
	EXPECT_EQ(0, seen.odd)
		TH_LOG("%s", seen.example);
	EXPECT_EQ(unknown, module_stat("unknown"));
	EXPECT_EQ(mismatch, module_stat("kreason_mismatch"));
}

TEST_F_TIMEOUT(crowd, each_close_has_its_record, TEST_SECONDS)
{
	test_crowd(_metadata, NULL);
}

TEST_F_TIMEOUT(crowd, CPU_goes_and_comes_back, TEST_SECONDS)
{
	struct cpu cpu;

	if (!getenv(ABUSE_ENV))
		SKIP(return, "only with " ABUSE_ENV "=1, as make abuse does");
	cpu_find(&cpu);
	if (cpu.fd < 0)
		SKIP(return, "there is no CPU that could be switched off");
	test_crowd(_metadata, &cpu);
	TH_LOG("it went and came back %d times", cpu.rounds);
	EXPECT_EQ(0, cpu.error);
	EXPECT_LT(0, cpu.rounds);
	EXPECT_EQ(0, cpu.forgotten);
}

int main(int argc, char **argv)
{
	return module_main(argc, argv);
}
