// SPDX-License-Identifier: GPL-2.0-only
/*
 * Thousands of threads asleep in close(), more than there is room for: each call
 * has its record, or is counted among those that were not followed; and there is
 * room for calls of others.
 *
 * interface/lost_test.c has what one process comes to, alone.
 */
#include "module_main.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <names.h>

#include "clock.h"
#include "lingerer.h"
#include "module.h"
#include "netns.h"
#include "record_fields.h"
#include "stream.h"
#include "tcp_pair.h"

#define PROCESSES	8
#define EACH		288
#define ALL		(PROCESSES * EACH)

/* There is room for so many that sleep, and for so many of one process; see ABI. */
#define ROOM		1024
#define ROOM_EACH	256

/* Calls of somebody else meanwhile. */
#define OTHERS		16

#define PORT		10000
#define WAIT_SECONDS	100
#define TEST_SECONDS	500

/**
 * struct stage - what all processes share
 * @ready: how many have all their connections
 * @begin: they are to close them
 * @asleep: how many have all their threads asleep
 * @awake: they are to wake them
 * @failed: something went wrong in one
 * @cookie: of the sockets that are closed
 */
struct stage {
	atomic_int ready;
	atomic_bool begin;
	atomic_int asleep;
	atomic_bool awake;
	atomic_int failed;
	__u64 cookie[ALL];
};

FIXTURE(asleep) {
	struct stage *stage;
	pid_t process[PROCESSES];
};

FIXTURE_SETUP(asleep)
{
	ASSERT_EQ(0, module_only_here());
	self->stage = mmap(NULL, sizeof(*self->stage), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->stage);
}

FIXTURE_TEARDOWN(asleep)
{
	EXPECT_EQ(0, module_set("netns", ""));
}

static bool start_all(struct lingerer *l, int number, pthread_mutex_t *gate)
{
	const struct rlimit files = { 2 * EACH + 64, 2 * EACH + 64 };
	char from[32], to[32];
	int i;

	setrlimit(RLIMIT_NOFILE, &files);
	for (i = 0; i < EACH; i++) {
		snprintf(from, sizeof(from), "127.0.2.%d:%d", number + 1, PORT + i);
		snprintf(to, sizeof(to), "127.0.3.%d:%d", number + 1, PORT + i);
		if (lingerer_start(&l[i], from, to, gate))
			return false;
	}
	return true;
}

static void process(struct stage *stage, int number)
{
	static struct lingerer lingerer[EACH];
	pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
	int i;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	pthread_mutex_lock(&gate);
	if (!start_all(lingerer, number, &gate)) {
		stage->failed++;
		_exit(1);
	}
	for (i = 0; i < EACH; i++)
		stage->cookie[number * EACH + i] = lingerer[i].pair.server_cookie;
	stage->ready++;
	while (!stage->begin)
		usleep(1000);
	pthread_mutex_unlock(&gate);
	if (!lingerers_sleep(lingerer, EACH, clock_in(WAIT_SECONDS)))
		stage->failed++;
	stage->asleep++;
	while (!stage->awake)
		usleep(1000);
	lingerers_end(lingerer, EACH);
	_exit(0);
}

static bool all_are(const struct stage *stage, const atomic_int *count)
{
	const __u64 deadline = clock_in(2 * WAIT_SECONDS);

	while (*count < PROCESSES && !stage->failed) {
		if (!clock_wait(deadline))
			return false;
	}
	return !stage->failed;
}

/* Records of the calls of close() that slept. */
static int count_calls(struct stage *stage)
{
	struct record r;
	struct scan scan;
	int count = 0;
	__u64 cookie;

	if (scan_begin(&scan, SHUTWATCH_FILE_EVENTS))
		return -1;
	qsort(stage->cookie, ALL, sizeof(cookie), tcp_pair_by_cookie);
	while (scan_next(&scan, &r)) {
		if (!record_is(&r, SHUTWATCH_KEY_CALL, "close"))
			continue;
		cookie = record_cookie(&r);
		count += !!bsearch(&cookie, stage->cookie, ALL, sizeof(cookie),
				   tcp_pair_by_cookie);
	}
	scan_end(&scan);
	return count;
}

static void others_close(struct __test_metadata *_metadata)
{
	const long long lost = module_stat("lost.calls");
	struct tcp_pair pair;
	int i;

	for (i = 0; i < OTHERS; i++) {
		ASSERT_EQ(0, tcp_pair_join(&pair, "127.0.4.1:0", "127.0.4.2:9999"));
		tcp_pair_part(&pair);
	}
	EXPECT_EQ(lost, module_stat("lost.calls"));
}

TEST_F_TIMEOUT(asleep, thousands_in_close, TEST_SECONDS)
{
	const long long unknown = module_stat("unknown");
	long long lost, not_followed;
	int i;

	for (i = 0; i < PROCESSES; i++) {
		self->process[i] = fork();
		ASSERT_LE(0, self->process[i]);
		if (!self->process[i])
			process(self->stage, i);
	}
	/* Nothing else is closed meanwhile: a listener is when it has its connection. */
	ASSERT_TRUE(all_are(self->stage, &self->stage->ready));
	lost = module_stat("lost.calls");
	self->stage->begin = true;
	EXPECT_TRUE(all_are(self->stage, &self->stage->asleep));
	not_followed = module_stat("lost.calls") - lost;
	TH_LOG("%d sleep in close(), %lld are not followed", ALL, not_followed);
	EXPECT_LE(PROCESSES * (EACH - ROOM_EACH), not_followed);
	EXPECT_LE(ALL - ROOM, not_followed);
	EXPECT_GT(ALL, not_followed);
	others_close(_metadata);

	self->stage->awake = true;
	for (i = 0; i < PROCESSES; i++)
		waitpid(self->process[i], NULL, 0);
	EXPECT_EQ(0, self->stage->failed);
	EXPECT_EQ(ALL - not_followed, count_calls(self->stage));
	EXPECT_EQ(unknown, module_stat("unknown"));
}

int main(int argc, char **argv)
{
	return module_main(argc, argv);
}
