// SPDX-License-Identifier: GPL-2.0-only
/*
 * Eight threads end connections on all CPUs at once, one reads along: each
 * close() has its record, or is among those that are said to be lost.
 */
#include "module_main.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <names.h>

#include "clock.h"
#include "module.h"
#include "netns.h"
#include "record_fields.h"
#include "stream.h"
#include "tcp_pair.h"

#define THREADS		8
#define CROWD_SECONDS	10
#define TEST_SECONDS	180
#define CLOSES_MAX	60000

/**
 * struct worker - a thread that ends connections
 * @thread: it
 * @listener: its own
 * @address: of the listener
 * @until: when it stops
 * @count: sockets that it closed
 * @cookie: which ones
 * @error: errno of what went wrong
 */
struct worker {
	pthread_t thread;
	int listener;
	struct sockaddr_in address;
	__u64 until;
	int count;
	__u64 cookie[CLOSES_MAX];
	int error;
};

static struct worker worker[THREADS];

/* ---- ending connections ---- */

static void end(struct worker *w, int fd)
{
	w->cookie[w->count++] = tcp_pair_cookie(fd);
	close(fd);
}

static void reset_on_close(int fd)
{
	const struct linger linger = { .l_onoff = 1 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
}

/* The ways take turns, so that FIN and RST and nothing meet each other. */
static void end_pair(struct worker *w, int client, int server, int way)
{
	switch (way % 5) {
	case 0:
		shutdown(client, SHUT_WR);
		shutdown(server, SHUT_RDWR);
		break;
	case 1:
		if (send(client, "hello", 5, MSG_NOSIGNAL) != 5)
			w->error = errno;
		break;
	case 2:
		reset_on_close(server);
		break;
	case 3:
		shutdown(server, SHUT_RDWR);
		send(client, "hello", 5, MSG_NOSIGNAL);
		break;
	}
	end(w, server);
	end(w, client);
}

static bool one_round(struct worker *w, int way)
{
	int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int server = -1;

	if (!connect(client, (struct sockaddr *)&w->address, sizeof(w->address)))
		server = accept(w->listener, NULL, NULL);
	if (server < 0) {
		w->error = errno;
		return false;
	}
	end_pair(w, client, server, way);
	return !w->error;
}

/* netns_enter() keeps a thread on its CPU; these are to meet on all. */
static void leave_cpu(void)
{
	cpu_set_t all;

	memset(&all, 0xff, sizeof(all));
	sched_setaffinity(0, sizeof(all), &all);
}

static void *work(void *arg)
{
	struct worker *w = arg;
	int way = 0;

	leave_cpu();
	while (clock_now() < w->until && w->count + 2 < CLOSES_MAX) {
		if (!one_round(w, way++))
			break;
	}
	return NULL;
}

static int start_worker(struct worker *w, int number)
{
	socklen_t len = sizeof(w->address);

	w->address.sin_family = AF_INET;
	w->address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + number);
	w->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	w->until = clock_in(CROWD_SECONDS);
	if (bind(w->listener, (struct sockaddr *)&w->address, sizeof(w->address)) ||
	    listen(w->listener, 8) ||
	    getsockname(w->listener, (struct sockaddr *)&w->address, &len))
		return errno;
	return pthread_create(&w->thread, NULL, work, w);
}

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
	__u64 cookie[THREADS * CLOSES_MAX];
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

/* Who closed it is the process, whatever thread it was. */
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

/* Whoever falls behind loses: the reader goes before the workers. */
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

FIXTURE(crowd) {
};

FIXTURE_SETUP(crowd)
{
	ASSERT_EQ(0, netns_enter());
}

FIXTURE_TEARDOWN(crowd)
{
}

TEST_F_TIMEOUT(crowd, each_close_has_its_record, TEST_SECONDS)
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
	for (i = 0; i < THREADS; i++)
		ASSERT_EQ(0, start_worker(&worker[i], i));
	for (i = 0; i < THREADS; i++) {
		pthread_join(worker[i].thread, NULL);
		EXPECT_EQ(0, worker[i].error);
		closes += worker[i].count;
	}
	seen.stop = true;
	pthread_join(reader, NULL);

	after = losses_now();
	look_at_text();
	qsort(seen.cookie, seen.count, sizeof(*seen.cookie), tcp_pair_by_cookie);
	for (i = 0; i < THREADS; i++)
		missing += count_missing(&worker[i]);
	TH_LOG("%d closes, %d have their record; said to be lost: %llu by the reader, %lld in the ring, %lld calls, %lld hits",
	       closes, seen.count, seen.lost, after.ring - before.ring,
	       after.calls - before.calls, after.nmissed - before.nmissed);
	EXPECT_LT(THREADS * 10, closes);
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

int main(int argc, char **argv)
{
	return module_main(argc, argv);
}
