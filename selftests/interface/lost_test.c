// SPDX-License-Identifier: GPL-2.0-only
/*
 * What shutwatch cannot see is said, in the stream and in the numbers, and is
 * never blamed on somebody: kprobes that are switched off, and more threads of a
 * process asleep in close(), or waiting for a socket's lock, than can be followed.
 */
#include "module_main.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <names.h>

#include "clock.h"
#include "find_record.h"
#include "hold_lock.h"
#include "lingerer.h"
#include "netns.h"
#include "record_fields.h"
#include "stream.h"
#include "task.h"
#include "tcp_pair.h"

#define WAIT_SECONDS	20
#define TEST_SECONDS	180

FIXTURE(lost) {
	__u64 since;
	long long mismatch;
};

/* ---- the stream ---- */

/**
 * struct sum - what records say together
 * @since: those after this one
 * @what: that have this in what=
 * @records: how many there are
 * @count: what they have in count=, all in all
 * @last: number of the last record of all
 */
struct sum {
	__u64 since;
	const char *what;
	int records;
	long long count;
	__u64 last;
};

typedef void (*take_t)(const struct record *r, void *arg);

static void look_at_all(take_t take, void *arg)
{
	struct record r;
	struct scan scan;

	scan_begin(&scan, SHUTWATCH_FILE_EVENTS);
	while (scan_next(&scan, &r))
		take(&r, arg);
	scan_end(&scan);
}

static void add_up(const struct record *r, void *arg)
{
	struct sum *sum = arg;

	sum->last = record_seq(r);
	if (sum->last <= sum->since || !record_is(r, SHUTWATCH_KEY_WHAT, sum->what))
		return;
	sum->records++;
	sum->count += atoll(record_get(r, SHUTWATCH_KEY_COUNT));
}

static struct sum sum_of(__u64 since, const char *what)
{
	struct sum sum = { .since = since, .what = what };

	look_at_all(add_up, &sum);
	return sum;
}

static bool is_skipped(__u64 since, const char *what)
{
	__u64 deadline = clock_in(WAIT_SECONDS);

	while (!sum_of(since, what).records) {
		if (!clock_wait(deadline))
			return false;
	}
	return true;
}

FIXTURE_SETUP(lost)
{
	ASSERT_EQ(0, netns_enter());
	self->since = sum_of(0, "none").last;
	self->mismatch = module_stat("kreason_mismatch");
}

/* Nobody is no answer, so that no reason of the kernel's is another one. */
FIXTURE_TEARDOWN(lost)
{
	EXPECT_EQ(self->mismatch, module_stat("kreason_mismatch"));
}

/* ---- kprobes, switched off as a whole ---- */

static int switch_kprobes(bool on)
{
	int fd = open("/sys/kernel/debug/kprobes/enabled", O_WRONLY | O_CLOEXEC);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, on ? "1" : "0", 1) != 1)
		err = -errno;
	close(fd);
	return err;
}

/**
 * struct transition - one that is looked for
 * @cookie: of this socket
 * @state: from where to where
 * @by: who caused it; empty if it was not found
 */
struct transition {
	__u64 cookie;
	const char *state;
	char by[24];
};

static void take_transition(const struct record *r, void *arg)
{
	struct transition *t = arg;

	if (record_cookie(r) == t->cookie &&
	    record_is(r, SHUTWATCH_KEY_KIND, kind_names.name[SHUTWATCH_KIND_STATE]) &&
	    record_is(r, SHUTWATCH_KEY_STATE, t->state))
		snprintf(t->by, sizeof(t->by), "%s", record_get(r, SHUTWATCH_KEY_BY));
}

static struct transition transition(__u64 cookie, const char *state)
{
	__u64 deadline = clock_in(WAIT_SECONDS);
	struct transition t = { .cookie = cookie, .state = state };

	do {
		look_at_all(take_transition, &t);
	} while (!*t.by && clock_wait(deadline));
	return t;
}

TEST_F_TIMEOUT(lost, kprobes_off, TEST_SECONDS)
{
	long long unknown = module_stat("unknown");
	struct tcp_pair seen, unseen;
	struct record record;

	EXPECT_EQ(1, module_stat("kprobes"));
	ASSERT_EQ(0, tcp_pair_join(&unseen, "127.0.0.1:4000", "127.0.0.20:8000"));
	ASSERT_EQ(0, switch_kprobes(false));
	EXPECT_TRUE(is_skipped(self->since, "kprobes_off"));
	EXPECT_EQ(0, module_stat("kprobes"));
	shutdown(unseen.client, SHUT_WR);
	tcp_pair_hear_end(unseen.server);
	tcp_pair_part(&unseen);
	EXPECT_STREQ("-", transition(unseen.client_cookie, "ESTABLISHED>FIN_WAIT1").by);
	EXPECT_STREQ("-", transition(unseen.server_cookie, "CLOSE_WAIT>LAST_ACK").by);
	EXPECT_STREQ("rx", transition(unseen.client_cookie, "FIN_WAIT1>FIN_WAIT2").by);
	EXPECT_STREQ("rx", transition(unseen.server_cookie, "LAST_ACK>CLOSE").by);

	ASSERT_EQ(0, switch_kprobes(true));
	EXPECT_TRUE(is_skipped(self->since, "kprobes_on"));
	EXPECT_EQ(1, module_stat("kprobes"));
	EXPECT_EQ(1, sum_of(self->since, "kprobes_off").records);
	EXPECT_EQ(1, sum_of(self->since, "kprobes_on").records);
	EXPECT_EQ(unknown, module_stat("unknown"));

	ASSERT_EQ(0, tcp_pair_join(&seen, "127.0.0.2:4000", "127.0.0.20:8001"));
	tcp_pair_part(&seen);
	EXPECT_STREQ("close", transition(seen.client_cookie, "ESTABLISHED>FIN_WAIT1").by);
	EXPECT_TRUE(find_record(&record, seen.client_cookie, SHUTWATCH_KEY_CALL, "close"));
}

/* ---- a crowd that lingers ---- */

/* How many of one process are followed; see ABI on lost.calls. */
#define FOLLOWED	256
#define CROWD		300

static struct lingerer crowd[CROWD];

static int start(struct lingerer *l, int nr, pthread_mutex_t *gate)
{
	char from[32], to[32];

	snprintf(from, sizeof(from), "127.0.1.1:%d", 10000 + nr);
	snprintf(to, sizeof(to), "127.0.1.2:%d", 10000 + nr);
	return lingerer_start(l, from, to, gate);
}

/* Another process closes, and so does this one, without lingering. */
static void others_are_seen(struct __test_metadata *_metadata)
{
	struct tcp_pair pair;
	struct record record;
	char pid[16];
	pid_t other;

	ASSERT_EQ(0, tcp_pair_join(&pair, "127.0.0.1:4000", "127.0.0.20:8000"));
	other = fork();
	if (!other) {
		pause();
		_exit(0);
	}
	close(pair.server);
	kill(other, SIGKILL);
	waitpid(other, NULL, 0);
	ASSERT_TRUE(find_record(&record, pair.server_cookie, SHUTWATCH_KEY_CALL, "close"));
	snprintf(pid, sizeof(pid), "%d", other);
	EXPECT_STREQ(pid, record_get(&record, SHUTWATCH_KEY_PID));
	EXPECT_STREQ("close", record_get(&record, SHUTWATCH_KEY_WHY));
	close(pair.client);
	ASSERT_TRUE(find_record(&record, pair.client_cookie, SHUTWATCH_KEY_CALL, "close"));
}

/**
 * struct outcome - what was told of the crowd's sockets
 * @seen: transitions to FIN_WAIT1 that close() caused
 * @unseen: that nobody is known to have caused
 * @fins: FINs of calls that were not followed
 * @calls: calls of close()
 */
struct outcome {
	int seen;
	int unseen;
	int fins;
	int calls;
};

static bool is_of_crowd(const struct record *r)
{
	__u64 cookie = record_cookie(r);
	int i;

	for (i = 0; i < CROWD; i++) {
		if (crowd[i].pair.server_cookie == cookie)
			return true;
	}
	return false;
}

static void tell(const struct record *r, void *arg)
{
	struct outcome *told = arg;

	if (!is_of_crowd(r))
		return;
	if (record_is(r, SHUTWATCH_KEY_KIND, "state") &&
	    record_is(r, SHUTWATCH_KEY_STATE, "ESTABLISHED>FIN_WAIT1")) {
		told->seen += record_is(r, SHUTWATCH_KEY_BY, "close");
		told->unseen += record_is(r, SHUTWATCH_KEY_BY, SHUTWATCH_NOTHING);
	}
	told->fins += record_is(r, SHUTWATCH_KEY_KIND, "decision") &&
		      record_is(r, SHUTWATCH_KEY_BY, SHUTWATCH_NOTHING) &&
		      record_is(r, SHUTWATCH_KEY_SENT, "FIN") &&
		      record_is(r, SHUTWATCH_KEY_WHY, "not_followed");
	told->calls += record_is(r, SHUTWATCH_KEY_CALL, "close");
}

static struct outcome told_of_crowd(void)
{
	struct outcome told = {};

	look_at_all(tell, &told);
	return told;
}

static bool all_is_told(__u64 since, long long count)
{
	__u64 deadline = clock_in(WAIT_SECONDS);

	while (sum_of(since, "call").count < count) {
		if (!clock_wait(deadline))
			return false;
	}
	return sum_of(since, "call").count == count;
}

TEST_F_TIMEOUT(lost, more_lingering_calls_than_are_followed, TEST_SECONDS)
{
	const struct rlimit files = { 2 * CROWD + 64, 2 * CROWD + 64 };
	long long unknown = module_stat("unknown");
	long long lost = module_stat("lost.calls");
	pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
	struct outcome told;
	int i;

	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &files));
	pthread_mutex_lock(&gate);
	for (i = 0; i < CROWD; i++)
		ASSERT_EQ(0, start(&crowd[i], i, &gate));
	pthread_mutex_unlock(&gate);
	ASSERT_TRUE(lingerers_sleep(crowd, CROWD, clock_in(WAIT_SECONDS)));

	EXPECT_EQ(CROWD - FOLLOWED, module_stat("lost.calls") - lost);
	told = told_of_crowd();
	EXPECT_EQ(FOLLOWED, told.seen);
	EXPECT_EQ(CROWD - FOLLOWED, told.unseen);
	EXPECT_EQ(CROWD - FOLLOWED, told.fins);
	EXPECT_EQ(0, told.calls);
	EXPECT_TRUE(all_is_told(self->since, CROWD - FOLLOWED));
	others_are_seen(_metadata);

	lingerers_end(crowd, CROWD);
	EXPECT_EQ(FOLLOWED, told_of_crowd().calls);
	EXPECT_EQ(CROWD - FOLLOWED, module_stat("lost.calls") - lost);
	EXPECT_EQ(unknown, module_stat("unknown"));
}

/* What was full is empty again. */
TEST_F(lost, lingering_calls_are_followed_after_a_crowd)
{
	struct record record;
	struct tcp_pair pair;

	ASSERT_EQ(0, tcp_pair_join(&pair, "127.0.0.1:4000", "127.0.0.20:8000"));
	ASSERT_EQ(0, lingerer_fill(&pair));
	close(pair.client);
	close(pair.server);
	EXPECT_TRUE(find_record(&record, pair.server_cookie, SHUTWATCH_KEY_CALL, "close"));
}

/* ---- a crowd that waits for a lock ---- */

/**
 * struct waiter - a thread whose call waits until its socket is unlocked
 * @thread: it
 * @tid: its number, 0 before the call
 * @fd: of the socket
 */
struct waiter {
	pthread_t thread;
	atomic_int tid;
	int fd;
};

static void *shut(void *arg)
{
	struct waiter *waiter = arg;

	waiter->tid = gettid();
	shutdown(waiter->fd, SHUT_RD);
	return NULL;
}

static void *disconnect(void *arg)
{
	const struct sockaddr unspec = { .sa_family = AF_UNSPEC };
	struct waiter *waiter = arg;

	waiter->tid = gettid();
	connect(waiter->fd, &unspec, sizeof(unspec));
	return NULL;
}

static bool all_wait(const struct waiter *waiter)
{
	__u64 deadline = clock_in(WAIT_SECONDS);
	int i;

	for (i = 0; i < CROWD; i++) {
		while (!waiter[i].tid || !task_waits_in(waiter[i].tid, "lock_sock")) {
			if (!clock_wait(deadline))
				return false;
		}
	}
	return true;
}

/**
 * struct calls - how many records there are
 * @cookie: of this socket
 * @call: of this call
 * @count: so many
 */
struct calls {
	__u64 cookie;
	const char *call;
	int count;
};

static void take_call(const struct record *r, void *arg)
{
	struct calls *calls = arg;

	calls->count += record_cookie(r) == calls->cookie &&
			record_is(r, SHUTWATCH_KEY_CALL, calls->call);
}

/* Others' calls are followed meanwhile, and what this process does without waiting. */
static void crowd_waits(struct __test_metadata *_metadata, void *(*call)(void *),
			const char *name)
{
	static struct waiter waiter[CROWD];
	static struct play play;
	long long unknown = module_stat("unknown");
	long long lost = module_stat("lost.calls");
	struct calls calls = { .call = name };
	struct hold_lock hold;
	struct tcp_pair pair;
	struct record record;
	int i;

	ASSERT_EQ(0, tcp_pair_join(&pair, "127.0.0.3:4000", "127.0.0.20:8003"));
	calls.cookie = pair.server_cookie;
	play.bell = -1;
	play.actor[S].fd = pair.server;
	hold_lock_begin(&hold, &play, S);
	if (play.lacks)
		SKIP(return, "this kernel lacks %s", play.lacks);
	for (i = 0; i < CROWD; i++) {
		waiter[i].fd = pair.server;
		ASSERT_EQ(0, pthread_create(&waiter[i].thread, NULL, call, &waiter[i]));
	}
	EXPECT_TRUE(all_wait(waiter));
	EXPECT_EQ(CROWD - FOLLOWED, module_stat("lost.calls") - lost);
	shutdown(pair.client, SHUT_WR);
	EXPECT_TRUE(find_record(&record, pair.client_cookie, SHUTWATCH_KEY_CALL, "shutdown"));
	others_are_seen(_metadata);

	hold_lock_end(&hold);
	for (i = 0; i < CROWD; i++)
		pthread_join(waiter[i].thread, NULL);
	look_at_all(take_call, &calls);
	EXPECT_EQ(FOLLOWED, calls.count);
	EXPECT_EQ(CROWD - FOLLOWED, module_stat("lost.calls") - lost);
	EXPECT_EQ(unknown, module_stat("unknown"));
	EXPECT_EQ(0, play.trouble.count);
	tcp_pair_part(&pair);
}

TEST_F_TIMEOUT(lost, more_waiting_shutdowns_than_are_followed, TEST_SECONDS)
{
	crowd_waits(_metadata, shut, "shutdown");
}

TEST_F_TIMEOUT(lost, more_waiting_disconnects_than_are_followed, TEST_SECONDS)
{
	crowd_waits(_metadata, disconnect, "connect_unspec");
}

/* ---- MPTCP, which resets its subflows for a call ---- */

/* A connection of which the client has not read all; or a negative errno. */
static int multipath(void)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_port = htons(8004) };
	struct pollfd pfd = { .events = POLLIN };
	int listener, served;

	inet_pton(AF_INET, "127.0.0.1", &addr.sin_addr);
	listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_MPTCP);
	pfd.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_MPTCP);
	if (listener < 0 || pfd.fd < 0 ||
	    bind(listener, (struct sockaddr *)&addr, sizeof(addr)) || listen(listener, 1) ||
	    connect(pfd.fd, (struct sockaddr *)&addr, sizeof(addr)))
		return -errno;
	served = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (served < 0 || send(served, "hello", 5, 0) != 5)
		return -errno;
	return poll(&pfd, 1, WAIT_SECONDS * 1000) == 1 ? pfd.fd : -ETIMEDOUT;
}

/* Its close() is seen by nobody: what it came to is nobody's. */
static void check_unseen(struct __test_metadata *_metadata, int fd)
{
	const struct linger linger = { .l_onoff = 1, .l_linger = 7 };
	struct record record;
	char msk[24];

	snprintf(msk, sizeof(msk), "%llx", (unsigned long long)tcp_pair_cookie(fd));
	ASSERT_EQ(0, setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)));
	close(fd);
	ASSERT_TRUE(find_record(&record, 0, SHUTWATCH_KEY_MSK, msk));
	EXPECT_STREQ("RST", record_get(&record, SHUTWATCH_KEY_SENT));
	EXPECT_STREQ("not_followed", record_get(&record, SHUTWATCH_KEY_WHY));
	EXPECT_STREQ(SHUTWATCH_NOTHING, record_get(&record, SHUTWATCH_KEY_BY));
}

/* -1 where there is none, and why is said. */
static int need_multipath(struct __test_metadata *_metadata)
{
	int fd = multipath();

	if (fd == -EPROTONOSUPPORT)
		SKIP(return -1, "this kernel has no MPTCP");
	if (module_stat("armed.mptcp_close") != 1)
		SKIP(return -1, "calls on MPTCP's sockets cannot be followed here");
	EXPECT_LE(0, fd);
	return fd;
}

TEST_F_TIMEOUT(lost, mptcp_close_that_is_not_followed, TEST_SECONDS)
{
	const struct rlimit files = { 2 * FOLLOWED + 64, 2 * FOLLOWED + 64 };
	pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
	long long lost;
	int fd = need_multipath(_metadata), i;

	if (fd < 0)
		return;
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &files));
	pthread_mutex_lock(&gate);
	for (i = 0; i < FOLLOWED; i++)
		ASSERT_EQ(0, start(&crowd[i], i, &gate));
	pthread_mutex_unlock(&gate);
	ASSERT_TRUE(lingerers_sleep(crowd, FOLLOWED, clock_in(WAIT_SECONDS)));
	lost = module_stat("lost.calls");
	check_unseen(_metadata, fd);
	EXPECT_EQ(1, module_stat("lost.calls") - lost);
	lingerers_end(crowd, FOLLOWED);
}

TEST_F_TIMEOUT(lost, mptcp_close_without_kprobes, TEST_SECONDS)
{
	int fd = need_multipath(_metadata);

	if (fd < 0)
		return;
	ASSERT_EQ(0, switch_kprobes(false));
	EXPECT_TRUE(is_skipped(self->since, "kprobes_off"));
	check_unseen(_metadata, fd);
	EXPECT_EQ(0, switch_kprobes(true));
	EXPECT_TRUE(is_skipped(self->since, "kprobes_on"));
}

int main(int argc, char **argv)
{
	return module_main(argc, argv);
}
