// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tracepoints: they say what events_raw says, record by record, whatever is
 * kept or filtered; and the module can go while they are on.
 */
#include "module_main.h"

#include <fcntl.h>
#include <linux/perf_event.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <decode.h>
#include <names.h>

#include "clock.h"
#include "module.h"
#include "record_fields.h"
#include "stream.h"
#include "tcp_pair.h"

/* Loading and unloading takes seconds on a busy machine. */
#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT	120

#define TRACEFS		"/sys/kernel/tracing"
#define INSTANCE	TRACEFS "/instances/shutwatch_test"
#define EVENTS		"events/shutwatch"

#define RECORDS		1024
#define WAIT_SECONDS	10

static int write_file(const char *dir, const char *name, const char *text)
{
	char path[256];
	int fd, err = 0;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

static int read_file(const char *dir, const char *name, struct text *text)
{
	char path[256];
	int fd, err;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = stream_slurp(text, fd, 1 << 16);
	close(fd);
	return -err;
}

/* ---- what a line of the trace says ---- */

/**
 * struct seen - a record, as a tracepoint told it
 * @event: which tracepoint
 * @record: what it said, by its keys
 */
struct seen {
	const char *event;
	struct record record;
};

/* "... 12.345678: call: seq=17 ctx=task ...": the event's name, and the rest. */
static bool parse_line(char *line, struct seen *seen)
{
	char *text = strstr(line, ": seq="), *name;

	if (!text)
		return false;
	*text = '\0';
	name = strrchr(line, ' ');
	seen->event = name ? name + 1 : line;
	return !record_parse(&seen->record, text + 2);
}

static struct seen seen[RECORDS];

/* All that the instance has; the text is what the records point into. */
static int read_trace(struct text *text)
{
	char *line, *rest;
	int count = 0, err = read_file(INSTANCE, "trace", text);

	if (err)
		return err;
	for (line = strtok_r(text->data, "\n", &rest); line && count < RECORDS;
	     line = strtok_r(NULL, "\n", &rest))
		count += *line != '#' && parse_line(line, &seen[count]);
	return count;
}

static const struct seen *find_seen(int count, __u64 seq)
{
	int i;

	for (i = 0; i < count; i++)
		if (record_seq(&seen[i].record) == seq)
			return &seen[i];
	return NULL;
}

/* What a tracepoint says where the text has "-", or no such key at all. */
static const char *nothing(int key)
{
	switch (key) {
	case SHUTWATCH_KEY_PID:
	case SHUTWATCH_KEY_OWNER:
	case SHUTWATCH_KEY_COOKIE:
	case SHUTWATCH_KEY_PARENT:
	case SHUTWATCH_KEY_MSK:
		return "0";
	case SHUTWATCH_KEY_COMM:
	case SHUTWATCH_KEY_OCOMM:
	case SHUTWATCH_KEY_KREASON:
		return "";
	case SHUTWATCH_KEY_STATE:
		return "->-";
	case SHUTWATCH_KEY_HOW:
	case SHUTWATCH_KEY_BY:
	case SHUTWATCH_KEY_FIN:
	case SHUTWATCH_KEY_FLAGS:
	case SHUTWATCH_KEY_ERROR:
		return SHUTWATCH_NOTHING;
	}
	return "-1";
}

/* What is escaped in a line, a backslash and three digits, is a "?" in the trace. */
static bool is_same_name(const char *traced, const char *told)
{
	for (; *told; traced++) {
		if (*traced != (*told == '\\' ? '?' : *told))
			return false;
		told += *told == '\\' ? 4 : 1;
	}
	return !*traced;
}

static bool is_same(int key, const char *traced, const char *told)
{
	if (!told || !strcmp(told, SHUTWATCH_NOTHING))
		return !strcmp(traced, nothing(key));
	if (key == SHUTWATCH_KEY_COMM || key == SHUTWATCH_KEY_OCOMM)
		return is_same_name(traced, told);
	return !strcmp(traced, told);
}

/* The tools have these of their own. */
static bool is_not_printed(int key)
{
	return key == SHUTWATCH_KEY_TS || key == SHUTWATCH_KEY_CPU || key == SHUTWATCH_KEY_KIND;
}

static void check_same(struct __test_metadata *_metadata, const struct seen *traced,
		       const struct record *told)
{
	const char *kind = record_value(told, SHUTWATCH_KEY_KIND);
	int key;

	EXPECT_STREQ(kind, traced->event);
	EXPECT_EQ(0, traced->record.nr_unknown);
	for (key = 0; key < SHUTWATCH_KEY__MAX; key++) {
		const char *has = record_value(&traced->record, key);
		const char *value = record_value(told, key);

		if (is_not_printed(key))
			continue;
		EXPECT_TRUE(has ? is_same(key, has, value) : !value)
			TH_LOG("seq=%llu: %s is %s in the trace, and %s in events_raw",
			       record_seq(told), key_names.name[key], has ?: "missing",
			       value ?: "missing");
	}
}

/* ---- what is traced ---- */

static struct shutwatch_raw raw[RECORDS];

#define ALL_KINDS							\
	(1 << SHUTWATCH_KIND_CALL | 1 << SHUTWATCH_KIND_DECISION |	\
	 1 << SHUTWATCH_KIND_STATE | 1 << SHUTWATCH_KIND_RESET)

/* Reads until each of these kinds was there, since segments take their time. */
static int read_raw(int fd, int kinds)
{
	__u64 deadline = clock_in(WAIT_SECONDS);
	int count = 0, i, found = 0;
	ssize_t n;

	do {
		n = read(fd, raw + count, sizeof(raw) - count * sizeof(*raw));
		for (i = 0; n > 0 && i < n / (ssize_t)sizeof(*raw); i++)
			found |= 1 << raw[count++].kind;
	} while (n > 0 || ((found & kinds) != kinds && clock_wait(deadline)));
	return (found & kinds) == kinds ? count : -1;
}

/* Until it has data, or was reset; or for so long that it may as well never. */
static void hear(int fd, short what)
{
	struct pollfd pfd = { .fd = fd, .events = what };

	poll(&pfd, 1, WAIT_SECONDS * 1000);
}

/* One end of it is reset, or both are closed in peace. */
static void play_one(struct __test_metadata *_metadata, int how, const char *from,
		     const char *to)
{
	const struct linger linger = { .l_onoff = 1 };
	struct tcp_pair pair;

	ASSERT_EQ(0, tcp_pair_join(&pair, from, to));
	EXPECT_EQ(5, send(pair.client, "hello", 5, MSG_NOSIGNAL));
	hear(pair.server, POLLIN);
	switch (how) {
	case 0:
		shutdown(pair.client, SHUT_WR);
		shutdown(pair.server, SHUT_WR);
		break;
	case 1:
		setsockopt(pair.client, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
		break;
	case 2:
		/* Data for a socket that is shut down: a decision. */
		shutdown(pair.server, SHUT_RDWR);
		tcp_pair_hear_end(pair.client);
		EXPECT_EQ(5, send(pair.client, "hello", 5, MSG_NOSIGNAL));
		hear(pair.client, POLLERR);
		break;
	}
	tcp_pair_part(&pair);
}

static void play_some(struct __test_metadata *_metadata)
{
	static const char * const address[][2] = {
		{ "127.0.0.1:0", "127.0.0.20:8000" },
		{ "[::1]:0", "[::1]:8000" },
		{ "[::ffff:127.0.0.1]:0", "[::ffff:127.0.0.20]:8001" },
	};
	int i, how;

	for (i = 0; i < ARRAY_SIZE(address); i++)
		for (how = 0; how < 3; how++)
			play_one(_metadata, how, address[i][0], address[i][1]);
}

FIXTURE(trace) {
	int fd;
	struct text text;
};

/* What a test that died has left behind. */
static void remove_instance(void)
{
	write_file(INSTANCE, EVENTS "/enable", "0");
	rmdir(INSTANCE);
}

FIXTURE_SETUP(trace)
{
	if (access(TRACEFS "/instances", F_OK))
		SKIP(return, "no " TRACEFS "/instances: mount -t tracefs none " TRACEFS);
	remove_instance();
	ASSERT_EQ(0, mkdir(INSTANCE, 0700));
	ASSERT_EQ(0, module_only_here());
	self->fd = stream_open(SHUTWATCH_FILE_RAW, O_RDONLY | O_NONBLOCK);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, stream_drain(self->fd));
}

FIXTURE_TEARDOWN(trace)
{
	close(self->fd);
	remove_instance();
	free(self->text.data);
	EXPECT_EQ(0, module_set("kind", ""));
	EXPECT_EQ(0, module_set("netns", ""));
}

/*
 * A record is traced before it can be read: of the numbers from the first to the
 * last one that was read, both have the same.
 */
static void check_all_the_same(struct __test_metadata *_metadata, int fd, struct text *text)
{
	static struct raw_kept kept;
	int count, traced, i, both = 0;
	struct record told;

	ASSERT_EQ(0, write_file(INSTANCE, EVENTS "/enable", "1"));
	ASSERT_EQ(0, stream_drain(fd));
	play_some(_metadata);
	count = read_raw(fd, ALL_KINDS);
	ASSERT_LT(0, count);
	traced = read_trace(text);
	ASSERT_LE(count, traced);
	for (i = 0; i < count; i++) {
		const struct seen *one = find_seen(traced, raw[i].seq);

		ASSERT_NE(NULL, one)
			TH_LOG("seq=%llu is not in the trace", raw[i].seq);
		ASSERT_EQ(0, raw_check(&raw[i], sizeof(raw[i])));
		raw_record(&told, &raw[i], &kept);
		check_same(_metadata, one, &told);
	}
	for (i = 0; i < traced; i++)
		both += record_seq(&seen[i].record) >= raw[0].seq &&
			record_seq(&seen[i].record) <= raw[count - 1].seq;
	EXPECT_EQ(count, both);
}

TEST_F(trace, says_what_events_raw_says)
{
	check_all_the_same(_metadata, self->fd, &self->text);
}

/* No name forges a key, ends a line, or speaks to a terminal. */
TEST_F(trace, says_what_events_raw_says_of_a_hostile_name)
{
	ASSERT_EQ(0, prctl(PR_SET_NAME, "a  b=c\n\033[2J\\\377"));
	check_all_the_same(_metadata, self->fd, &self->text);
	EXPECT_STREQ("a??b?c??[2J??", record_get(&seen[0].record, SHUTWATCH_KEY_COMM));
}

/* What the module's filter turns away is no record, for nobody. */
TEST_F(trace, passes_the_filter_first)
{
	int count, traced, i;

	ASSERT_EQ(0, module_set("kind", "reset"));
	ASSERT_EQ(0, write_file(INSTANCE, EVENTS "/enable", "1"));
	play_some(_metadata);
	count = read_raw(self->fd, 1 << SHUTWATCH_KIND_RESET);
	traced = read_trace(&self->text);
	EXPECT_LT(0, count);
	EXPECT_LE(count, traced);
	/* What is skipped is of no connection, and passes all filters. */
	for (i = 0; i < traced; i++)
		if (strcmp("skipped", seen[i].event))
			EXPECT_STREQ("reset", seen[i].event);
}

/* Fields have types: the kernel compares numbers. */
TEST_F(trace, can_be_filtered)
{
	int traced, i;

	ASSERT_EQ(0, write_file(INSTANCE, EVENTS "/call/filter", "sent == 2 && rport == 8000"));
	ASSERT_EQ(0, write_file(INSTANCE, EVENTS "/call/enable", "1"));
	play_some(_metadata);
	traced = read_trace(&self->text);
	/* SO_LINGER 0, over IPv4 and IPv6. */
	EXPECT_EQ(2, traced);
	for (i = 0; i < traced; i++) {
		EXPECT_STREQ("RST", record_value(&seen[i].record, SHUTWATCH_KEY_SENT));
		EXPECT_STREQ("linger_zero", record_value(&seen[i].record, SHUTWATCH_KEY_WHY));
	}
}

/* Names, not numbers: those of the ABI, with the values that they have. */
TEST_F(trace, formats_have_names)
{
	char symbol[64];
	int why;

	ASSERT_EQ(0, read_file(TRACEFS, EVENTS "/decision/format", &self->text));
	for (why = 0; why < SHUTWATCH_WHY_COUNT; why++) {
		snprintf(symbol, sizeof(symbol), "{ %d, \"%s\" }", why, why_names.name[why]);
		EXPECT_NE(NULL, strstr(self->text.data, symbol))
			TH_LOG("there is no %s", symbol);
	}
}

/* ---- while the module goes ---- */

FIXTURE(unload) {
	int unused;
};

FIXTURE_SETUP(unload)
{
	if (!module_can_reload() && !getenv(MODULE_VM_ENV))
		SKIP(return, MODULE_KO_ENV " does not name the module");
	if (access(TRACEFS "/instances", F_OK))
		SKIP(return, "no " TRACEFS "/instances: mount -t tracefs none " TRACEFS);
	remove_instance();
	ASSERT_EQ(0, mkdir(INSTANCE, 0700));
	ASSERT_EQ(0, module_reload_here(""));
}

FIXTURE_TEARDOWN(unload)
{
	if (!module_can_reload())
		return;
	remove_instance();
	EXPECT_EQ(0, module_reload(""));
}

/* The kernel takes the tracepoints out of the trace first. */
TEST_F(unload, while_traced)
{
	ASSERT_EQ(0, write_file(INSTANCE, EVENTS "/enable", "1"));
	play_some(_metadata);
	EXPECT_EQ(0, module_unload());
	EXPECT_NE(0, access(INSTANCE "/" EVENTS, F_OK));
	play_some(_metadata);
	ASSERT_EQ(0, module_load(""));
	EXPECT_EQ(0, access(INSTANCE "/" EVENTS, F_OK));
}

static int perf_open(const char *event)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT, .size = sizeof(attr), .sample_period = 1,
	};
	struct text text;
	char path[64];

	snprintf(path, sizeof(path), EVENTS "/%s/id", event);
	if (read_file(TRACEFS, path, &text))
		return -1;
	attr.config = strtoull(text.data, NULL, 10);
	free(text.data);
	return syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

/* As long as perf has an event on, the module stays. */
TEST_F(unload, not_under_perf)
{
	int fd;

	if (access("/proc/sys/kernel/perf_event_paranoid", F_OK))
		SKIP(return, "this kernel has no perf events");
	fd = perf_open("call");
	ASSERT_LE(0, fd);
	play_some(_metadata);
	EXPECT_EQ(-1, syscall(SYS_delete_module, "shutwatch", O_NONBLOCK));
	EXPECT_EQ(EWOULDBLOCK, errno);
	close(fd);
	EXPECT_EQ(0, module_unload());
	ASSERT_EQ(0, module_load(""));
}

int main(int argc, char **argv)
{
	return module_main(argc, argv);
}
