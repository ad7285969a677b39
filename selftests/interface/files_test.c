// SPDX-License-Identifier: GPL-2.0-only
/*
 * The files in debugfs: who reads what, when a reader waits, what it is told
 * when it was too slow, and that nothing is lost in silence.
 */
#include "module_main.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <names.h>

#include "address.h"
#include "clock.h"
#include "find_record.h"
#include "module.h"
#include "netns.h"
#include "record_fields.h"
#include "stream.h"
#include "task.h"
#include "tcp_pair.h"

#define WAIT_SECONDS	10
#define TEST_SECONDS	120

/* The smallest ring and the smallest table that the module takes. */
#define RING		1024
#define TABLE		256

/* ---- making records, reading them ---- */

/* A socket without a connection: each shutdown() is one record, and no more. */
static int new_maker(void)
{
	return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static void make_records(int maker, int count)
{
	while (count--)
		shutdown(maker, SHUT_WR);
}

/* ---- with the module as it is ---- */

FIXTURE(files) {
	int maker;
};

FIXTURE_SETUP(files)
{
	ASSERT_EQ(0, module_only_here());
	self->maker = new_maker();
	ASSERT_LE(0, self->maker);
}

FIXTURE_TEARDOWN(files)
{
	EXPECT_EQ(0, module_set("netns", ""));
}

TEST_F(files, abi)
{
	int fd = stream_open(SHUTWATCH_FILE_ABI, O_RDONLY);
	struct text text;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, stream_slurp(&text, fd, 64));
	EXPECT_STREQ("1\n", text.data);
	EXPECT_EQ(1, SHUTWATCH_ABI);
}

static const char * const all_files[] = {
	SHUTWATCH_FILE_ABI, SHUTWATCH_FILE_EVENTS, SHUTWATCH_FILE_PIPE,
	SHUTWATCH_FILE_RAW, SHUTWATCH_FILE_SOCKETS, SHUTWATCH_FILE_STATS,
};

/* Mode 0400, and nothing but read(): so that they open under lockdown. */
TEST_F(files, can_only_be_read)
{
	char path[256];
	struct stat st;
	int i, fd;

	for (i = 0; i < ARRAY_SIZE(all_files); i++) {
		module_file(path, sizeof(path), all_files[i]);
		ASSERT_EQ(0, stat(path, &st));
		EXPECT_EQ(S_IFREG | 0400, st.st_mode);
		EXPECT_EQ(0, st.st_uid);

		fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
		if (fd < 0)
			continue;
		EXPECT_EQ(-1, write(fd, "1", 1));
		EXPECT_EQ(-1, ioctl(fd, 0, 0));
		EXPECT_EQ(ENOTTY, errno);
		EXPECT_EQ(MAP_FAILED, mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0));
		EXPECT_EQ(ENODEV, errno);
		close(fd);
	}
}

/* What comes after open() is not in it, and it ends for good. */
TEST_F(files, events_ends_by_itself)
{
	struct told told;
	char byte;
	int fd;

	make_records(self->maker, 10);
	fd = stream_open(SHUTWATCH_FILE_EVENTS, O_RDONLY);
	ASSERT_LE(0, fd);
	make_records(self->maker, 10);

	told = stream_told(fd, 0);
	EXPECT_LE(10, told.records);
	EXPECT_EQ(0, told.gaps);
	/* Of what the ring no longer has, and only of that. */
	EXPECT_EQ(told.first > 1, told.losses);
	EXPECT_EQ(told.losses ? told.first - 1 : 0, told.lost_seq);
	EXPECT_EQ(0, told.bad);
	make_records(self->maker, 1);
	EXPECT_EQ(0, read(fd, &byte, 1));
	close(fd);

	fd = stream_open(SHUTWATCH_FILE_EVENTS, O_RDONLY);
	EXPECT_EQ(told.last + 11, stream_told(fd, 0).last);
}

TEST_F(files, pipe_would_block)
{
	int fd = stream_pipe();
	char byte;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, stream_drain(fd));
	EXPECT_EQ(-1, read(fd, &byte, 1));
	EXPECT_EQ(EAGAIN, errno);
	EXPECT_EQ(0, read(fd, &byte, 0));
	make_records(self->maker, 3);
	EXPECT_EQ(3, stream_told(fd, 0).records);
	EXPECT_EQ(-1, read(fd, &byte, 1));
	EXPECT_EQ(EAGAIN, errno);
}

/**
 * struct sleeper - a thread in read() on a pipe
 * @thread: it
 * @fd: the pipe
 * @tid: its number
 * @result: of read()
 * @error: errno if that is -1
 * @done: it came back
 * @line: what it read
 */
struct sleeper {
	pthread_t thread;
	int fd;
	atomic_int tid;
	ssize_t result;
	int error;
	atomic_bool done;
	char line[2 * SHUTWATCH_LINE_MAX];
};

static void *sleep_in_read(void *arg)
{
	struct sleeper *s = arg;

	s->tid = gettid();
	s->result = read(s->fd, s->line, sizeof(s->line) - 1);
	s->error = errno;
	s->done = true;
	return NULL;
}

/* A blocking reader that has all there is, and waits for more. */
static bool start_sleeper(struct sleeper *s)
{
	__u64 deadline = clock_in(WAIT_SECONDS);

	s->fd = stream_pipe();
	if (s->fd < 0 || stream_drain(s->fd) ||
	    fcntl(s->fd, F_SETFL, 0) ||
	    pthread_create(&s->thread, NULL, sleep_in_read, s))
		return false;
	while (!(s->tid && task_sleeps(s->tid))) {
		if (!clock_wait(deadline))
			return false;
	}
	return true;
}

static bool wakes(const struct sleeper *s)
{
	__u64 deadline = clock_in(WAIT_SECONDS);

	while (!s->done) {
		if (!clock_wait(deadline))
			return false;
	}
	return true;
}

/* One record wakes all who wait, and each of them gets it. */
TEST_F(files, pipe_wakes_all_readers)
{
	static struct sleeper one, two;

	ASSERT_TRUE(start_sleeper(&one));
	ASSERT_TRUE(start_sleeper(&two));
	EXPECT_FALSE(one.done);
	EXPECT_FALSE(two.done);
	make_records(self->maker, 1);
	ASSERT_TRUE(wakes(&one));
	ASSERT_TRUE(wakes(&two));
	EXPECT_LT(0, one.result);
	EXPECT_NE(NULL, strstr(one.line, " call=shutdown how=wr ret=ENOTCONN "));
	EXPECT_STREQ(one.line, two.line);
}

static void nothing(int signal)
{
}

TEST_F(files, pipe_reader_can_be_interrupted)
{
	const struct sigaction action = { .sa_handler = nothing };
	static struct sleeper sleeper;

	ASSERT_EQ(0, sigaction(SIGUSR1, &action, NULL));
	ASSERT_TRUE(start_sleeper(&sleeper));
	ASSERT_EQ(0, pthread_kill(sleeper.thread, SIGUSR1));
	ASSERT_TRUE(wakes(&sleeper));
	EXPECT_EQ(-1, sleeper.result);
	EXPECT_EQ(EINTR, sleeper.error);
}

static void *make_one_later(void *arg)
{
	__u64 soon = clock_now() + NSEC_PER_SEC / 10;

	while (clock_wait(soon))
		;
	make_records(*(int *)arg, 1);
	return NULL;
}

TEST_F(files, pipe_poll)
{
	struct pollfd pfd = { .fd = stream_pipe(), .events = POLLIN | POLLOUT };
	pthread_t thread;

	ASSERT_LE(0, pfd.fd);
	ASSERT_EQ(0, stream_drain(pfd.fd));
	EXPECT_EQ(0, poll(&pfd, 1, 0));
	EXPECT_EQ(0, poll(&pfd, 1, 50));
	ASSERT_EQ(0, pthread_create(&thread, NULL, make_one_later, &self->maker));
	EXPECT_EQ(1, poll(&pfd, 1, WAIT_SECONDS * 1000));
	EXPECT_EQ(POLLIN, pfd.revents);
	EXPECT_EQ(1, poll(&pfd, 1, 0));
	EXPECT_EQ(1, stream_told(pfd.fd, 0).records);
	EXPECT_EQ(0, poll(&pfd, 1, 0));
	pthread_join(thread, NULL);
}

/* Half a line is something to read, too. */
TEST_F(files, pipe_poll_tells_of_the_rest_of_a_line)
{
	struct pollfd pfd = { .fd = stream_pipe(), .events = POLLIN };
	char byte;

	ASSERT_LE(0, pfd.fd);
	ASSERT_EQ(0, stream_drain(pfd.fd));
	make_records(self->maker, 1);
	ASSERT_EQ(1, read(pfd.fd, &byte, 1));
	EXPECT_EQ(1, poll(&pfd, 1, 0));
	ASSERT_EQ(0, stream_drain(pfd.fd));
	EXPECT_EQ(0, poll(&pfd, 1, 0));
}

static void check_epoll(struct __test_metadata *_metadata, int maker, __u32 edge)
{
	struct epoll_event event = { .events = EPOLLIN | edge };
	int pipe = stream_pipe(), fd = epoll_create1(EPOLL_CLOEXEC);
	pthread_t thread;

	ASSERT_LE(0, pipe);
	ASSERT_EQ(0, stream_drain(pipe));
	ASSERT_EQ(0, epoll_ctl(fd, EPOLL_CTL_ADD, pipe, &event));
	EXPECT_EQ(0, epoll_wait(fd, &event, 1, 0));
	ASSERT_EQ(0, pthread_create(&thread, NULL, make_one_later, &maker));
	EXPECT_EQ(1, epoll_wait(fd, &event, 1, WAIT_SECONDS * 1000));
	EXPECT_EQ(EPOLLIN, event.events);
	pthread_join(thread, NULL);
	/* The level stays until it is read, the edge was told. */
	EXPECT_EQ(!edge, epoll_wait(fd, &event, 1, 0));
	EXPECT_EQ(1, stream_told(pipe, 0).records);
	EXPECT_EQ(0, epoll_wait(fd, &event, 1, 0));
	make_records(maker, 1);
	EXPECT_EQ(1, epoll_wait(fd, &event, 1, WAIT_SECONDS * 1000));
	close(fd);
	close(pipe);
}

TEST_F(files, pipe_epoll)
{
	check_epoll(_metadata, self->maker, 0);
}

TEST_F(files, pipe_epoll_edge)
{
	check_epoll(_metadata, self->maker, EPOLLET);
}

/* It was half way through a line when it asked to be woken, and took the rest. */
TEST_F(files, pipe_epoll_edge_after_the_rest_of_a_line)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLET };
	int pipe = stream_pipe(), fd = epoll_create1(EPOLL_CLOEXEC);
	pthread_t thread;
	char byte;

	ASSERT_LE(0, pipe);
	ASSERT_EQ(0, stream_drain(pipe));
	make_records(self->maker, 1);
	ASSERT_EQ(1, read(pipe, &byte, 1));
	ASSERT_EQ(0, epoll_ctl(fd, EPOLL_CTL_ADD, pipe, &event));
	EXPECT_EQ(1, epoll_wait(fd, &event, 1, 0));
	ASSERT_EQ(0, stream_drain(pipe));
	ASSERT_EQ(0, pthread_create(&thread, NULL, make_one_later, &self->maker));
	EXPECT_EQ(1, epoll_wait(fd, &event, 1, WAIT_SECONDS * 1000));
	pthread_join(thread, NULL);
	close(fd);
	close(pipe);
}

static int longest_line(const struct text *text)
{
	const char *at = text->data, *end;
	int longest = 0;

	while ((end = strchr(at, '\n'))) {
		if (longest < end - at + 1)
			longest = end - at + 1;
		at = end + 1;
	}
	return longest;
}

/* A reader that reads little at a time reads the same. */
TEST_F(files, small_buffers)
{
	static const int chunk[] = { 1, 2, 7, 100, 638, 639, 640, 1000, 4096 };
	struct text text[ARRAY_SIZE(chunk)];
	int fd[ARRAY_SIZE(chunk)];
	int i, longest;

	for (i = 0; i < ARRAY_SIZE(chunk); i++) {
		fd[i] = stream_pipe();
		ASSERT_LE(0, fd[i]);
		ASSERT_EQ(0, stream_drain(fd[i]));
	}
	make_records(self->maker, 50);
	for (i = 0; i < ARRAY_SIZE(chunk); i++) {
		ASSERT_EQ(0, stream_slurp(&text[i], fd[i], chunk[i]));
		EXPECT_STREQ(text[0].data, text[i].data);
		longest = longest_line(&text[i]);
		EXPECT_GE(639, longest);
		EXPECT_EQ(chunk[i] < longest, text[i].cut)
			TH_LOG("reads of %d bytes", chunk[i]);
	}
	EXPECT_EQ(50, stream_tell(&text[0], 0).records);
	EXPECT_EQ(0, stream_tell(&text[0], 0).gaps);
}

/* One reads at once, one after each, one in the end: none takes from another. */
TEST_F(files, readers_have_places_of_their_own)
{
	int early = stream_pipe(), late = stream_pipe(), i, records = 0;
	struct told told;

	ASSERT_LE(0, early);
	ASSERT_LE(0, late);
	ASSERT_EQ(0, stream_drain(early));
	ASSERT_EQ(0, stream_drain(late));
	for (i = 0; i < 100; i++) {
		make_records(self->maker, 1);
		records += stream_told(early, 0).records;
	}
	EXPECT_EQ(100, records);
	told = stream_told(late, 0);
	EXPECT_EQ(100, told.records);
	EXPECT_EQ(0, told.gaps);
	EXPECT_EQ(0, told.losses);
}

/* A position belongs to the open file, so that those who share it share that. */
TEST_F(files, a_shared_file_has_one_place)
{
	int one = stream_pipe(), two = dup(one);

	ASSERT_EQ(0, stream_drain(one));
	make_records(self->maker, 5);
	EXPECT_EQ(5, stream_told(two, 0).records);
	EXPECT_EQ(0, stream_told(one, 0).records);
}

/* What was there is left out, the rest of a line that was begun, too. */
TEST_F(files, pipe_seeks_to_its_end)
{
	int fd = stream_pipe();
	char byte;

	ASSERT_LE(0, fd);
	make_records(self->maker, 5);
	ASSERT_EQ(1, read(fd, &byte, 1));
	EXPECT_EQ(0, lseek(fd, 0, SEEK_END));
	EXPECT_EQ(-1, read(fd, &byte, 1));
	EXPECT_EQ(EAGAIN, errno);
	make_records(self->maker, 3);
	EXPECT_EQ(3, stream_told(fd, 0).records);
	EXPECT_EQ(0, lseek(fd, 0, SEEK_END));
	EXPECT_EQ(0, stream_told(fd, 0).records);
}

TEST_F(files, pipe_seeks_to_its_beginning)
{
	struct told told, first;
	int fd = stream_pipe();

	ASSERT_LE(0, fd);
	make_records(self->maker, 5);
	first = stream_told(fd, 0);
	EXPECT_LE(5, first.records);
	EXPECT_EQ(0, lseek(fd, 0, SEEK_SET));
	told = stream_told(fd, 0);
	/* Others go on meanwhile, and may push the oldest out. */
	EXPECT_LE(first.first, told.first);
	EXPECT_LE(first.last, told.last);
	EXPECT_GE(first.last - 4, told.first);
	EXPECT_EQ(0, told.gaps);
}

/* What programs try on any file is no error, and moves nothing. */
TEST_F(files, pipe_seeks_nowhere_else)
{
	int fd = stream_pipe();

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, stream_drain(fd));
	make_records(self->maker, 3);
	EXPECT_EQ(0, lseek(fd, 0, SEEK_CUR));
	EXPECT_EQ(0, lseek(fd, -10, SEEK_CUR));
	EXPECT_EQ(0, lseek(fd, -10, SEEK_END));
	EXPECT_EQ(0, lseek(fd, 10, SEEK_SET));
	EXPECT_EQ(3, stream_told(fd, 0).records);
}

TEST_F(files, stats_counts_readers)
{
	long long before = module_stat("readers");
	int fd[3], i;

	ASSERT_LE(0, before);
	for (i = 0; i < ARRAY_SIZE(fd); i++)
		fd[i] = i ? stream_pipe() : stream_open(SHUTWATCH_FILE_EVENTS, O_RDONLY);
	EXPECT_EQ(before + 3, module_stat("readers"));
	for (i = 0; i < ARRAY_SIZE(fd); i++)
		close(fd[i]);
	EXPECT_EQ(before, module_stat("readers"));
}

/* Those that the ABI names are there; each line is a name and a number. */
TEST_F(files, stats)
{
	static const char * const name[] = {
		"records", "filtered", "lost.ring", "lost.readers", "lost.calls",
		"lost.returns", "evicted", "unknown", "rst_failed",
		"kreason_mismatch", "sockets", "readers", "kprobes",
	};
	int fd = stream_open(SHUTWATCH_FILE_STATS, O_RDONLY), i;
	int lines = 0, armed = 0, callers = 0;
	char *line, *rest, key[128];
	unsigned long long value;
	struct text text;
	long long before;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, stream_slurp(&text, fd, 100));
	for (line = strtok_r(text.data, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest)) {
		char again[256];

		if (sscanf(line, "%127s %llu", key, &value) != 2)
			value = -1;
		snprintf(again, sizeof(again), "%s %llu", key, value);
		EXPECT_STREQ(again, line);
		lines++;
		if (!strncmp(key, "armed.", 6)) {
			/* Not every kernel has it. */
			if (strcmp(key, "armed.tcp_done_with_error"))
				EXPECT_EQ(1, value)
					TH_LOG("%s", line);
			armed++;
		}
		if (!strncmp(key, "caller.", 7)) {
			EXPECT_GE(1, value)
				TH_LOG("%s", line);
			callers++;
		}
	}
	EXPECT_LT(0, armed);
	EXPECT_LT(0, callers);
	EXPECT_EQ(ARRAY_SIZE(name) + 3 * armed + callers, lines);
	for (i = 0; i < ARRAY_SIZE(name); i++) {
		EXPECT_LE(0, module_stat(name[i]))
			TH_LOG("no %s", name[i]);
	}
	before = module_stat("records");
	make_records(self->maker, 7);
	EXPECT_EQ(before + 7, module_stat("records"));
	EXPECT_EQ(0, module_stat("unknown"));
	EXPECT_EQ(0, module_stat("kreason_mismatch"));
	EXPECT_EQ(1, module_stat("kprobes"));
}

static int allow_files(int count)
{
	const struct rlimit limit = { .rlim_cur = count, .rlim_max = count };

	return setrlimit(RLIMIT_NOFILE, &limit);
}

/* The cookies in the sockets file, sorted; returns how many, or -1. */
static int read_sockets(__u64 *cookie, int max, size_t chunk)
{
	int fd = stream_open(SHUTWATCH_FILE_SOCKETS, O_RDONLY);
	struct record record;
	struct text text;
	char *line, *rest;
	int count = 0;

	if (fd < 0 || stream_slurp(&text, fd, chunk))
		return -1;
	close(fd);
	for (line = strtok_r(text.data, "\n", &rest); line && count < max;
	     line = strtok_r(NULL, "\n", &rest)) {
		if (record_parse(&record, line) || record.nr_unknown ||
		    record_is(&record, SHUTWATCH_KEY_STATE, SHUTWATCH_NOTHING))
			return -1;
		cookie[count++] = record_cookie(&record);
	}
	free(text.data);
	qsort(cookie, count, sizeof(*cookie), tcp_pair_by_cookie);
	return count;
}

#define MANY		5000

static int make_sockets(int *fd, __u64 *cookie, int count)
{
	int i;

	if (allow_files(count + 100))
		return -1;
	for (i = 0; i < count; i++) {
		fd[i] = new_maker();
		if (fd[i] < 0)
			return -1;
		cookie[i] = tcp_pair_cookie(fd[i]);
		make_records(fd[i], 1);
	}
	qsort(cookie, count, sizeof(*cookie), tcp_pair_by_cookie);
	return 0;
}

/* Thousands, read in pieces: each is there once. */
TEST_F_TIMEOUT(files, sockets_shows_thousands, TEST_SECONDS)
{
	static __u64 made[MANY], shown[2 * MANY];
	long long evicted = module_stat("evicted");
	int i, at = 0, found = 0, twice = 0, count;
	static int fd[MANY];

	ASSERT_EQ(0, make_sockets(fd, made, MANY));
	EXPECT_EQ(evicted, module_stat("evicted"));
	count = read_sockets(shown, ARRAY_SIZE(shown), 4096);
	ASSERT_LE(MANY, count);
	EXPECT_LE(MANY, module_stat("sockets"));
	for (i = 0; i < count; i++) {
		twice += i && shown[i] == shown[i - 1];
		while (at < MANY && made[at] < shown[i])
			at++;
		found += at < MANY && made[at] == shown[i];
	}
	EXPECT_EQ(MANY, found);
	EXPECT_EQ(0, twice);

	for (i = 0; i < MANY; i++)
		close(fd[i]);
	count = read_sockets(shown, ARRAY_SIZE(shown), 1 << 16);
	for (i = 0, found = 0; i < count; i++)
		found += !!bsearch(&shown[i], made, MANY, sizeof(*made), tcp_pair_by_cookie);
	EXPECT_EQ(0, found);
}

static void shut_is(struct __test_metadata *_metadata, int fd, const char *shut)
{
	struct record line;

	ASSERT_TRUE(find_socket(&line, tcp_pair_cookie(fd)));
	EXPECT_STREQ(shut, record_get(&line, SHUTWATCH_KEY_SHUT));
}

/* It has no sending side: nothing is shut, and it goes on. */
TEST_F(files, sockets_shut_of_a_listener)
{
	int fd = new_maker();

	ASSERT_EQ(0, listen(fd, 1));
	ASSERT_EQ(0, shutdown(fd, SHUT_WR));
	shut_is(_metadata, fd, SHUTWATCH_NOTHING);
	ASSERT_EQ(0, shutdown(fd, SHUT_RD));
	shut_is(_metadata, fd, SHUTWATCH_NOTHING);
	EXPECT_EQ(-1, shutdown(fd, SHUT_RD));
	shut_is(_metadata, fd, "rd");
	close(fd);
}

/* One that is shut before it connects stays so, until connect() has failed. */
TEST_F(files, sockets_shut_before_connect)
{
	struct sockaddr_storage addr;
	socklen_t len = address_parse(&addr, "127.0.0.1:1");
	int fd = new_maker();

	EXPECT_EQ(-1, shutdown(fd, SHUT_WR));
	shut_is(_metadata, fd, "wr");
	ASSERT_EQ(-1, connect(fd, (void *)&addr, len));
	EXPECT_EQ(ECONNREFUSED, errno);
	shut_is(_metadata, fd, SHUTWATCH_NOTHING);
	close(fd);
}

/* ---- with little room ---- */

/* Files that are open hold the module: the fixture knows them, to close them. */
FIXTURE(small) {
	int maker;
	int fd[3];
};

FIXTURE_SETUP(small)
{
	if (!module_can_reload() && !getenv(MODULE_VM_ENV))
		SKIP(return, MODULE_KO_ENV " does not name the module");
	ASSERT_EQ(0, module_reload_here("ring=1024 sockets=256"));
	self->maker = new_maker();
	ASSERT_LE(0, self->maker);
	memset(self->fd, -1, sizeof(self->fd));
}

FIXTURE_TEARDOWN(small)
{
	int i;

	if (!module_can_reload())
		return;
	for (i = 0; i < ARRAY_SIZE(self->fd); i++)
		close(self->fd[i]);
	EXPECT_EQ(0, module_reload(""));
}

/* Numbers begin with 1, and the ring keeps as many as it was asked to. */
TEST_F(small, ring_keeps_what_it_says)
{
	int fd = stream_open(SHUTWATCH_FILE_EVENTS, O_RDONLY);
	struct told told;

	EXPECT_EQ(0, stream_told(fd, 0).records);
	close(fd);
	make_records(self->maker, RING);
	fd = stream_open(SHUTWATCH_FILE_EVENTS, O_RDONLY);
	told = stream_told(fd, 1);
	EXPECT_EQ(RING, told.records);
	EXPECT_EQ(1, told.first);
	EXPECT_EQ(0, told.gaps);
	EXPECT_EQ(0, told.losses);
	close(fd);

	make_records(self->maker, 1);
	fd = stream_open(SHUTWATCH_FILE_EVENTS, O_RDONLY);
	told = stream_told(fd, 2);
	EXPECT_EQ(RING, told.records);
	EXPECT_EQ(2, told.first);
	EXPECT_EQ(0, told.losses);
	close(fd);
	EXPECT_EQ(0, module_stat("lost.readers"));
}

static void check_lost(struct __test_metadata *_metadata, const struct told *told,
		       __u64 lost, __u64 lost_seq, int records)
{
	EXPECT_EQ(1, told->losses);
	EXPECT_EQ(lost, told->lost);
	EXPECT_EQ(lost_seq, told->lost_seq);
	EXPECT_EQ(records, told->records);
	EXPECT_EQ(0, told->gaps);
	EXPECT_EQ(0, told->bad);
}

/* Only who is slow loses, only its own, and it is told how many. */
TEST_F(small, a_slow_reader_is_told)
{
	int slow = self->fd[0] = stream_pipe();
	int slower = self->fd[1] = stream_pipe();
	int quick = self->fd[2] = stream_pipe();
	struct told told;
	__u64 next = 1;
	int i;

	make_records(self->maker, 100);
	EXPECT_EQ(100, stream_told(slow, 1).records);
	for (i = 0; i < 10; i++) {
		make_records(self->maker, 300);
		told = stream_told(quick, next);
		EXPECT_EQ(i ? 300 : 400, told.records);
		EXPECT_EQ(0, told.losses);
		EXPECT_EQ(0, told.gaps);
		next = told.last + 1;
	}
	/* 3100 were made, those after 2076 are kept. */
	told = stream_told(slow, 101);
	check_lost(_metadata, &told, 3100 - RING - 100, 3100 - RING, RING);
	told = stream_told(slower, 1);
	check_lost(_metadata, &told, 3100 - RING, 3100 - RING, RING);
	EXPECT_EQ(2 * (3100 - RING) - 100, module_stat("lost.readers"));
	EXPECT_EQ(0, module_stat("lost.ring"));
	EXPECT_EQ(3100, module_stat("records"));

	/* And then all is as before. */
	make_records(self->maker, 5);
	told = stream_told(slow, 3101);
	EXPECT_EQ(5, told.records);
	EXPECT_EQ(0, told.losses + told.gaps);
}

/* One that stopped in the middle of a line gets the rest of it first. */
TEST_F(small, a_slow_reader_keeps_its_line)
{
	int fd = self->fd[0] = stream_pipe();
	struct text rest;
	struct told told;
	char line[2];

	make_records(self->maker, 1);
	ASSERT_EQ(1, read(fd, line, 1));
	EXPECT_EQ('s', *line);
	make_records(self->maker, 2 * RING);
	ASSERT_EQ(0, stream_slurp(&rest, fd, 1 << 16));
	EXPECT_EQ(0, strncmp("eq=1 ", rest.data, 5));
	memmove(rest.data, strchr(rest.data, '\n') + 1,
		strlen(strchr(rest.data, '\n')));
	told = stream_tell(&rest, 2);
	check_lost(_metadata, &told, RING, RING + 1, RING);
}

/* A file that ends at its open() loses what it had, not what came later. */
TEST_F(small, a_slow_reader_of_events_is_told)
{
	struct told told;
	int fd;

	make_records(self->maker, 100);
	fd = stream_open(SHUTWATCH_FILE_EVENTS, O_RDONLY);
	self->fd[0] = fd;
	make_records(self->maker, 3 * RING);
	told = stream_told(fd, 1);
	check_lost(_metadata, &told, 100, 100, 0);
}

/* More than the table holds: some are forgotten, and counted. */
TEST_F_TIMEOUT(small, more_sockets_than_room, TEST_SECONDS)
{
	static __u64 made[MANY], shown[MANY];
	const __u64 begun = clock_now();
	static int fd[MANY];
	long long records;
	int i, count;

	ASSERT_EQ(0, make_sockets(fd, made, MANY));
	count = read_sockets(shown, MANY, 1 << 16);
	EXPECT_LT(0, count);
	EXPECT_GE(TABLE, count);
	EXPECT_EQ(count, module_stat("sockets"));
	/* The maker of the fixture was not told of yet: no slot. */
	EXPECT_EQ(MANY - count, module_stat("evicted"));
	for (i = 1; i < count; i++)
		EXPECT_LT(shown[i - 1], shown[i]);

	/* What was forgotten can still end, and be told of. */
	for (i = 0; i < MANY; i++)
		close(fd[i]);
	records = module_stat("records");
	EXPECT_LE(2 * MANY, records);
	/* One more for each second in which some were forgotten. */
	EXPECT_GE(2 * MANY + 2 + (long long)((clock_now() - begun) / NSEC_PER_SEC), records);
	EXPECT_EQ(0, module_stat("unknown"));
	EXPECT_EQ(0, module_stat("sockets"));
}

/* A place in the table is used again, and again. */
TEST_F_TIMEOUT(small, places_are_used_again, TEST_SECONDS)
{
	int i, fd;

	for (i = 0; i < MANY; i++) {
		fd = new_maker();
		make_records(fd, 1);
		close(fd);
	}
	EXPECT_EQ(0, module_stat("evicted"));
	EXPECT_EQ(0, module_stat("sockets"));
	EXPECT_EQ(2 * MANY, module_stat("records"));
}

int main(int argc, char **argv)
{
	return module_main(argc, argv);
}
