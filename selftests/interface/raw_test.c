// SPDX-License-Identifier: GPL-2.0-only
/*
 * events_raw: it says what events_pipe says, with the same positions and the
 * same word on what was lost; and readers of all kinds keep up with a burst.
 */
#include "module_main.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <decode.h>
#include <names.h>

#include "clock.h"
#include "module.h"
#include "netns.h"
#include "stream.h"
#include "sysctl.h"
#include "tcp_pair.h"

#define WAIT_SECONDS	10
#define TEST_SECONDS	180

/* Names the reader, if it is not where the sources have it. */
#define READER_ENV	"SHUTWATCH_READER"
#define READER		"../tools/shutwatch"

/* The smallest ring that the module takes. */
#define RING		1024

static int open_raw(int flags)
{
	return stream_open(SHUTWATCH_FILE_RAW, O_RDONLY | flags);
}

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

static struct shutwatch_raw record[4 * RING];

/* Reads all there is into record[]; returns how many, or -errno. */
static int read_all(int fd)
{
	char *at = (char *)record, *end = (char *)(record + 4 * RING);
	ssize_t n;

	while ((n = read(fd, at, end - at)) > 0)
		at += n;
	if (n < 0 && errno != EAGAIN)
		return -errno;
	return (at - (char *)record) / sizeof(*record);
}

/* ---- with the module as it is ---- */

FIXTURE(raw) {
	int maker;
	int fd;
};

FIXTURE_SETUP(raw)
{
	ASSERT_EQ(0, module_only_here());
	self->maker = new_maker();
	ASSERT_LE(0, self->maker);
	self->fd = open_raw(O_NONBLOCK);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, stream_drain(self->fd));
}

FIXTURE_TEARDOWN(raw)
{
	close(self->fd);
	EXPECT_EQ(0, module_set("netns", ""));
}

TEST_F(raw, each_says_what_it_is)
{
	int i;

	make_records(self->maker, 3);
	ASSERT_EQ(3, read_all(self->fd));
	for (i = 0; i < 3; i++) {
		EXPECT_EQ(sizeof(*record), record[i].size);
		EXPECT_EQ(SHUTWATCH_RAW_VERSION, record[i].version);
		EXPECT_EQ(SHUTWATCH_RAW_NAMES, record[i].names);
		EXPECT_EQ(record[0].seq + i, record[i].seq);
		EXPECT_EQ(SHUTWATCH_KIND_CALL, record[i].kind);
		EXPECT_EQ(SHUTWATCH_BY_SHUTDOWN, record[i].by);
		EXPECT_EQ(-ENOTCONN, record[i].err);
		EXPECT_EQ(getpid(), record[i].pid);
		EXPECT_EQ(netns_inode(), record[i].netns);
		EXPECT_EQ(tcp_pair_cookie(self->maker), record[i].cookie);
	}
}

/* Memory of the kernel's is nobody's business. */
static bool ends_in_nothing(const __u8 *addr)
{
	static const __u8 nothing[12];

	return !memcmp(addr + 4, nothing, sizeof(nothing));
}

static void check_unused(struct __test_metadata *_metadata, const struct shutwatch_raw *raw)
{
	if (raw->flags & SHUTWATCH_RAW_IPV6)
		return;
	EXPECT_TRUE(ends_in_nothing(raw->laddr));
	EXPECT_TRUE(ends_in_nothing(raw->raddr));
}

/* Those of ECN, which a client that asks for it has set, have no letter. */
TEST_F(raw, flags_are_those_with_a_letter)
{
	const struct sockaddr_in nobody = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(9),
	};
	__u64 deadline = clock_in(WAIT_SECONDS);
	int i, nr, seen = 0;

	ASSERT_EQ(0, sysctl_write("ipv4/tcp_ecn", "1"));
	EXPECT_EQ(-1, connect(self->maker, (const void *)&nobody, sizeof(nobody)));
	do {
		nr = read_all(self->fd);
		for (i = 0; i < nr; i++) {
			if (record[i].kind != SHUTWATCH_KIND_DECISION)
				continue;
			EXPECT_EQ(SHUTWATCH_WHY_NO_SOCKET, record[i].why);
			EXPECT_EQ(0x02, record[i].trigger.segment.flags);
			check_unused(_metadata, &record[i]);
			seen++;
		}
	} while (!seen && clock_wait(deadline));
	EXPECT_EQ(1, seen);
}

TEST_F(raw, whole_records_only)
{
	const size_t size = sizeof(*record);
	char bytes[3 * sizeof(*record)];

	EXPECT_EQ(0, read(self->fd, bytes, 0));
	EXPECT_EQ(-1, read(self->fd, bytes, size - 1));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, read(self->fd, bytes, size));
	EXPECT_EQ(EAGAIN, errno);
	make_records(self->maker, 4);
	EXPECT_EQ(-1, read(self->fd, bytes, 1));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(size, read(self->fd, bytes, size));
	EXPECT_EQ(2 * size, read(self->fd, bytes, 3 * size - 1));
	EXPECT_EQ(size, read(self->fd, bytes, 3 * size));
	EXPECT_EQ(-1, read(self->fd, bytes, size));
	EXPECT_EQ(EAGAIN, errno);
}

TEST_F(raw, poll)
{
	struct pollfd pfd = { .fd = self->fd, .events = POLLIN };

	EXPECT_EQ(0, poll(&pfd, 1, 0));
	make_records(self->maker, 1);
	EXPECT_EQ(1, poll(&pfd, 1, WAIT_SECONDS * 1000));
	EXPECT_EQ(POLLIN, pfd.revents);
	EXPECT_EQ(1, read_all(self->fd));
	EXPECT_EQ(0, poll(&pfd, 1, 0));
}

static void play_some(struct __test_metadata *_metadata)
{
	static const char * const address[][2] = {
		{ "127.0.0.1:0", "127.0.0.20:8000" },
		{ "[::1]:0", "[::1]:8000" },
		{ "[::ffff:127.0.0.1]:0", "[::ffff:127.0.0.20]:8001" },
	};
	const struct linger linger = { .l_onoff = 1 };
	struct tcp_pair pair;
	int i;

	for (i = 0; i < 2 * ARRAY_SIZE(address); i++) {
		ASSERT_EQ(0, tcp_pair_join(&pair, address[i / 2][0], address[i / 2][1]));
		EXPECT_EQ(5, send(pair.client, "hello", 5, MSG_NOSIGNAL));
		shutdown(pair.client, SHUT_WR);
		if (i % 2)
			setsockopt(pair.client, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
		tcp_pair_part(&pair);
	}
}

static const char *value_of(const struct record *r, int key)
{
	return r->value[key] ?: "(none)";
}

static void check_same(struct __test_metadata *_metadata, const char *line,
		       const struct shutwatch_raw *raw)
{
	static struct raw_kept kept;
	struct record text, numbers;
	int key;

	ASSERT_EQ(0, record_parse(&text, line));
	ASSERT_EQ(0, raw_check(raw, sizeof(*raw)));
	check_unused(_metadata, raw);
	raw_record(&numbers, raw, &kept);
	EXPECT_EQ(0, text.nr_unknown);
	for (key = 0; key < SHUTWATCH_KEY__MAX; key++)
		EXPECT_STREQ(value_of(&text, key), value_of(&numbers, key))
			TH_LOG("%s of %s", key_names.name[key], line);
}

/* Each record, each key, to the letter. */
TEST_F(raw, says_what_the_text_says)
{
	int pipe = stream_pipe(), count, i;
	char *line, *rest;
	struct text text;

	ASSERT_LE(0, pipe);
	ASSERT_EQ(0, stream_drain(pipe));
	play_some(_metadata);
	ASSERT_EQ(0, stream_slurp(&text, pipe, 1 << 16));
	count = read_all(self->fd);
	/* One that was made meanwhile has no line. */
	line = strtok_r(text.data, "\n", &rest);
	for (i = 0; line; i++, line = strtok_r(NULL, "\n", &rest)) {
		ASSERT_LT(i, count);
		check_same(_metadata, line, &record[i]);
	}
	EXPECT_LT(40, i);
	close(pipe);
}

/* ---- with a small ring ---- */

FIXTURE(small) {
	int maker;
	int fd;
};

FIXTURE_SETUP(small)
{
	if (!module_can_reload() && !getenv(MODULE_VM_ENV))
		SKIP(return, MODULE_KO_ENV " does not name the module");
	ASSERT_EQ(0, module_reload_here("ring=1024"));
	self->maker = new_maker();
	self->fd = open_raw(O_NONBLOCK);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(small)
{
	if (!module_can_reload())
		return;
	close(self->fd);
	EXPECT_EQ(0, module_reload(""));
}

TEST_F(small, a_slow_reader_is_told)
{
	int i;

	make_records(self->maker, 3 * RING);
	ASSERT_EQ(RING + 1, read_all(self->fd));
	EXPECT_EQ(SHUTWATCH_KIND_LOST, record[0].kind);
	EXPECT_EQ(2 * RING, record[0].count);
	EXPECT_EQ(2 * RING, record[0].seq);
	EXPECT_EQ(sizeof(*record), record[0].size);
	for (i = 1; i <= RING; i++)
		EXPECT_EQ(2 * RING + i, record[i].seq);
	EXPECT_EQ(2 * RING, module_stat("lost.readers"));
}

/* A reader that gathers is not woken until a quarter of the ring is unread. */
TEST_F(small, poll_tells_when_it_is_time)
{
	struct pollfd pfd = { .fd = self->fd, .events = POLLPRI };

	EXPECT_EQ(0, poll(&pfd, 1, 0));
	make_records(self->maker, RING / 4 - 1);
	EXPECT_EQ(0, poll(&pfd, 1, 0));
	make_records(self->maker, 1);
	EXPECT_EQ(1, poll(&pfd, 1, 0));
	EXPECT_EQ(POLLPRI, pfd.revents);
	EXPECT_EQ(RING / 4, read_all(self->fd));
	EXPECT_EQ(0, poll(&pfd, 1, 0));
}

/* Unlike task_sleeps(), of another process. */
static bool sleeps(pid_t pid)
{
	char path[32], line[256], *state;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "r");
	state = file && fgets(line, sizeof(line), file) ? strrchr(line, ')') : NULL;
	if (file)
		fclose(file);
	return state && state[1] == ' ' && state[2] == 'S';
}

/* It does not outlive a test that fails: an open file holds the module. */
static pid_t start(void)
{
	pid_t pid = fork();

	if (!pid)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	return pid;
}

static pid_t start_poll(int fd, short events)
{
	struct pollfd pfd = { .fd = fd, .events = events };
	__u64 deadline = clock_in(WAIT_SECONDS);
	pid_t pid = start();

	if (!pid)
		_exit(poll(&pfd, 1, WAIT_SECONDS * 1000) == 1 &&
		      pfd.revents == events ? 0 : 1);
	while (pid > 0 && !sleeps(pid) && clock_wait(deadline))
		;
	return pid;
}

TEST_F(small, poll_is_woken_when_it_is_time)
{
	__u64 deadline = clock_in(WAIT_SECONDS);
	pid_t pid = start_poll(self->fd, POLLPRI);
	int status;

	ASSERT_LT(0, pid);
	make_records(self->maker, RING / 4);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_GT(deadline, clock_now());
}

/* ---- a burst ---- */

#define PAIRS		5000

FIXTURE(burst) {
	pid_t reader;
};

FIXTURE_VARIANT(burst) {
	const char *argv[4];
};

#define SHUTWATCH_PIPE	SHUTWATCH_DEBUGFS "/" SHUTWATCH_DIR "/" SHUTWATCH_FILE_PIPE
#define SHUTWATCH_RAW	SHUTWATCH_DEBUGFS "/" SHUTWATCH_DIR "/" SHUTWATCH_FILE_RAW

FIXTURE_VARIANT_ADD(burst, cat) { .argv = { "cat", SHUTWATCH_PIPE } };
FIXTURE_VARIANT_ADD(burst, cat_raw) { .argv = { "cat", SHUTWATCH_RAW } };
FIXTURE_VARIANT_ADD(burst, shutwatch) { .argv = { READER, "-s" } };
FIXTURE_VARIANT_ADD(burst, json) { .argv = { READER, "-sj" } };

static const char *program(const char *name)
{
	return strcmp(name, READER) ? name : getenv(READER_ENV) ?: READER;
}

static pid_t start_reader(const char * const *argv)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	pid_t pid = start();

	if (pid)
		return pid;
	dup2(null, STDOUT_FILENO);
	execvp(program(argv[0]), (char * const *)argv);
	_exit(127);
}

/* It sleeps, whenever one looks: there is nothing left for it to read. */
static bool has_read_all(pid_t pid)
{
	__u64 deadline = clock_in(6 * WAIT_SECONDS);
	int calm = 0;

	while (calm < 100 && clock_wait(deadline))
		calm = sleeps(pid) ? calm + 1 : 0;
	return calm == 100;
}

static bool is_reading(pid_t pid)
{
	__u64 deadline = clock_in(WAIT_SECONDS);

	while (module_stat("readers") != 1 && clock_wait(deadline))
		;
	return module_stat("readers") == 1 && has_read_all(pid);
}

FIXTURE_SETUP(burst)
{
	if (!module_can_reload() && !getenv(MODULE_VM_ENV))
		SKIP(return, MODULE_KO_ENV " does not name the module");
	if (!strcmp(variant->argv[0], READER) && access(program(READER), X_OK))
		SKIP(return, "there is no reader: " READER_ENV);
	ASSERT_EQ(0, module_reload(""));
	ASSERT_EQ(0, netns_enter());
	self->reader = start_reader(variant->argv);
	ASSERT_LT(0, self->reader);
	ASSERT_TRUE(is_reading(self->reader));
}

FIXTURE_TEARDOWN(burst)
{
	if (!self->reader)
		return;
	kill(self->reader, SIGTERM);
	waitpid(self->reader, NULL, 0);
	EXPECT_EQ(0, module_reload(""));
}

static int end_of[2 * PAIRS];

static int allow_files(int count)
{
	const struct rlimit limit = { .rlim_cur = count, .rlim_max = count };

	return setrlimit(RLIMIT_NOFILE, &limit);
}

static int join_all(void)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_port = htons(8000) };
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), i;

	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (allow_files(2 * PAIRS + 100) ||
	    bind(listener, (struct sockaddr *)&addr, sizeof(addr)) || listen(listener, 8))
		return -errno;
	for (i = 0; i < 2 * PAIRS; i += 2) {
		end_of[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (connect(end_of[i], (struct sockaddr *)&addr, sizeof(addr)))
			return -errno;
		end_of[i + 1] = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		if (end_of[i + 1] < 0)
			return -errno;
	}
	close(listener);
	return 0;
}

/* Half of them with a RST, and as fast as close() goes. */
static void end_all(void)
{
	const struct linger linger = { .l_onoff = 1 };
	int i;

	for (i = 0; i < 2 * PAIRS; i += 4)
		setsockopt(end_of[i], SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	for (i = 0; i < 2 * PAIRS; i++)
		close(end_of[i]);
}

/*
 * Ten thousand sockets are opened and closed as fast as it goes, which is more
 * than the ring holds, and who follows sees it all.
 */
TEST_F_TIMEOUT(burst, is_read_without_loss, TEST_SECONDS)
{
	long long before;
	__u64 began;

	before = module_stat("records");
	began = clock_now();
	ASSERT_EQ(0, join_all());
	end_all();
	TH_LOG("%lld records in %llu ms", module_stat("records") - before,
	       (clock_now() - began) / 1000000);
	ASSERT_TRUE(has_read_all(self->reader));
	EXPECT_LT(SHUTWATCH_RING_DEFAULT, module_stat("records") - before);
	EXPECT_EQ(0, module_stat("lost.readers"));
	EXPECT_EQ(0, module_stat("lost.ring"));
}

int main(int argc, char **argv)
{
	return module_main(argc, argv);
}
