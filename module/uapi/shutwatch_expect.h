/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * shutwatch: tests in C that say what they expect of the end of a connection
 *
 *	struct shutwatch_watch watch;
 *
 *	if (!shutwatch_open(&watch))
 *		SKIP(return, "%s", watch.said);
 *	cookie = shutwatch_cookie(fd);
 *	shutwatch_mark(&watch);
 *	close(fd);
 *	SHUTWATCH_EXPECT(&watch, cookie, "call=close sent=RST why=unread_data");
 *	shutwatch_close(&watch);
 *
 * What is expected is explained in shutwatch_match.h.  It may have come at any
 * time since the mark, in any order, and is waited for if it has not.  Where it
 * does not come, it is said what came instead.  Needs root, libc, and nothing
 * to be linked.
 */
#ifndef _UAPI_SHUTWATCH_EXPECT_H
#define _UAPI_SHUTWATCH_EXPECT_H

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "shutwatch_match.h"

#ifndef SO_COOKIE
#define SO_COOKIE	57
#endif

/* How long a record is waited for, milliseconds, unless told otherwise. */
#define SHUTWATCH_WAIT_MS	10000

/* And how long one that is begun may take to be written. */
#define SHUTWATCH_SETTLE_MS	100

/* Of so many bytes of records since the mark the newest are remembered. */
#define SHUTWATCH_KEEP		(1024 * 1024)

/**
 * struct shutwatch_watch - where one is with the records
 * @fd: events_pipe
 * @wait_ms: how long a record is waited for; may be changed
 * @lost: whether some since the mark were not seen
 * @len: how many bytes of records there are since the mark
 * @records: they, line by line
 * @said: what was wrong
 */
struct shutwatch_watch {
	int fd;
	int wait_ms;
	bool lost;
	size_t len;
	char *records;
	char said[SHUTWATCH_COMPLAINT_SIZE];
};

/**
 * shutwatch_cookie() - the name of a socket in the records
 * @fd: the socket, not yet closed
 *
 * Return: its SO_COOKIE, 0 where it has none.
 */
static inline __u64 shutwatch_cookie(int fd)
{
	__u64 cookie = 0;
	socklen_t len = sizeof(cookie);

	getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &len);
	return cookie;
}

/**
 * shutwatch_mark() - only what happens from now on
 * @watch: of shutwatch_open()
 */
static inline void shutwatch_mark(struct shutwatch_watch *watch)
{
	lseek(watch->fd, 0, SEEK_END);
	watch->len = 0;
	watch->records[0] = '\0';
	watch->lost = false;
}

/**
 * shutwatch_close() - end it
 * @watch: of shutwatch_open()
 */
static inline void shutwatch_close(struct shutwatch_watch *watch)
{
	close(watch->fd);
	free(watch->records);
}

/**
 * shutwatch_open() - begin to watch, with a mark
 * @watch: for shutwatch_close()
 *
 * Return: false where it cannot be done; @watch->said says why.
 */
static inline bool shutwatch_open(struct shutwatch_watch *watch)
{
	static const char path[] = SHUTWATCH_DEBUGFS "/" SHUTWATCH_DIR "/" SHUTWATCH_FILE_PIPE;

	memset(watch, 0, sizeof(*watch));
	watch->wait_ms = SHUTWATCH_WAIT_MS;
	watch->fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (watch->fd < 0) {
		snprintf(watch->said, sizeof(watch->said), "%s: %s%s", path, strerror(errno),
			 errno == ENOENT ? ": load the module" : "");
		return false;
	}
	watch->records = malloc(SHUTWATCH_KEEP + 1);
	if (!watch->records) {
		snprintf(watch->said, sizeof(watch->said), "no memory");
		close(watch->fd);
		return false;
	}
	shutwatch_mark(watch);
	return true;
}

/* Half of what there is makes room, up to the end of a line. */
static inline void _shutwatch_make_room(struct shutwatch_watch *watch)
{
	const char *rest = strchr(watch->records + watch->len / 2, '\n');

	watch->lost = true;
	watch->len = rest ? strlen(rest + 1) : 0;
	memmove(watch->records, rest ? rest + 1 : "", watch->len);
	watch->records[watch->len] = '\0';
}

/* Take what there is.  Return: whether there was any. */
static inline bool _shutwatch_read(struct shutwatch_watch *watch)
{
	char *end;
	ssize_t n;

	if (SHUTWATCH_KEEP - watch->len < 2 * SHUTWATCH_LINE_MAX)
		_shutwatch_make_room(watch);
	end = watch->records + watch->len;
	n = read(watch->fd, end, SHUTWATCH_KEEP - watch->len);
	if (n <= 0)
		return false;
	watch->len += (size_t)n;
	end[n] = '\0';
	return true;
}

/* The next line.  Return: false where there is no more. */
static inline bool _shutwatch_line(const char **rest, char *line, size_t size)
{
	size_t len = strcspn(*rest, "\n");

	if (!(*rest)[len])
		return false;
	snprintf(line, size, "%.*s", (int)len, *rest);
	*rest += len + 1;
	return true;
}

/**
 * struct shutwatch_found - what the records since the mark have
 * @all: one is as expected
 * @lost: some were not seen
 * @of_socket: how many are of the socket
 * @nearness: how near the nearest of them comes
 * @line: that one
 */
struct shutwatch_found {
	bool all;
	bool lost;
	unsigned int of_socket;
	unsigned int nearness;
	char line[SHUTWATCH_LINE_MAX];
};

static inline bool _shutwatch_has(const char *line, const char *key, const char *value)
{
	struct shutwatch_pair pair;

	return shutwatch_find_pair(&pair, line, key, strlen(key)) &&
	       shutwatch_same(pair.value, pair.value_len, value, strlen(value));
}

static inline struct shutwatch_found _shutwatch_find(const struct shutwatch_watch *watch,
						     __u64 cookie, const char *expected)
{
	struct shutwatch_found found = { .lost = watch->lost };
	char line[SHUTWATCH_LINE_MAX], name[24];
	const char *rest = watch->records;
	unsigned int near;

	snprintf(name, sizeof(name), "%llx", (unsigned long long)cookie);
	while (!found.all && _shutwatch_line(&rest, line, sizeof(line))) {
		found.lost |= _shutwatch_has(line, "kind", "lost") ||
			      _shutwatch_has(line, "kind", "skipped");
		if (!_shutwatch_has(line, "cookie", name))
			continue;
		near = shutwatch_nearness(line, expected, &found.all);
		if (!found.of_socket++ || near > found.nearness) {
			memcpy(found.line, line, sizeof(line));
			found.nearness = near;
		}
	}
	return found;
}

static inline long long _shutwatch_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* Look until it has come, or the time is up. */
static inline struct shutwatch_found _shutwatch_await(struct shutwatch_watch *watch, __u64 cookie,
						      const char *expected, int wait_ms)
{
	struct pollfd pfd = { .fd = watch->fd, .events = POLLIN };
	long long end = _shutwatch_now_ms() + wait_ms, left;
	struct shutwatch_found found;

	do {
		left = end - _shutwatch_now_ms();
		while (_shutwatch_read(watch))
			;
		found = _shutwatch_find(watch, cookie, expected);
		if (!found.all && left > 0)
			poll(&pfd, 1, (int)left);
	} while (!found.all && left > 0);
	return found;
}

static inline bool _shutwatch_makes_sense(struct shutwatch_watch *watch, __u64 cookie,
					  const char *expected)
{
	struct shutwatch_text said = { watch->said, sizeof(watch->said), 0 };

	watch->said[0] = '\0';
	if (!shutwatch_expectation_check(expected, watch->said, sizeof(watch->said)))
		return false;
	if (!cookie)
		shutwatch_add(&said, "no cookie: take it before the socket is closed");
	return cookie;
}

/**
 * shutwatch_came() - whether a record of a socket came that is as expected
 * @watch: of shutwatch_open()
 * @cookie: the socket's, of shutwatch_cookie()
 * @expected: the expectation
 *
 * If it has not come since the mark, it is waited for.
 *
 * Return: whether it came; @watch->said says what came instead.
 */
static inline bool shutwatch_came(struct shutwatch_watch *watch, __u64 cookie,
				  const char *expected)
{
	struct shutwatch_text said = { watch->said, sizeof(watch->said), 0 };
	struct shutwatch_found found;

	if (!_shutwatch_makes_sense(watch, cookie, expected))
		return false;
	found = _shutwatch_await(watch, cookie, expected, watch->wait_ms);
	if (found.all)
		return true;
	shutwatch_add(&said, "did not come: %s\n  of %u records of socket %llx%s\n", expected,
		      found.of_socket, (unsigned long long)cookie,
		      found.of_socket ? ", the nearest:" : "");
	if (found.of_socket)
		shutwatch_add_difference(&said, found.line, expected);
	if (found.lost)
		shutwatch_add(&said, "not all was seen: it may have come, and been lost\n");
	return false;
}

/**
 * shutwatch_came_not() - whether no record of a socket came that is as described
 * @watch: of shutwatch_open()
 * @cookie: the socket's, of shutwatch_cookie()
 * @expected: what must not have come since the mark
 *
 * It is not waited for: expect what comes last first.
 *
 * Return: whether none came; @watch->said says what did.
 */
static inline bool shutwatch_came_not(struct shutwatch_watch *watch, __u64 cookie,
				      const char *expected)
{
	struct shutwatch_text said = { watch->said, sizeof(watch->said), 0 };
	struct shutwatch_found found;

	if (!_shutwatch_makes_sense(watch, cookie, expected))
		return false;
	found = _shutwatch_await(watch, cookie, expected, SHUTWATCH_SETTLE_MS);
	if (found.all) {
		shutwatch_add(&said, "was not to come: %s\n", expected);
		shutwatch_add_difference(&said, found.line, expected);
	} else if (found.lost) {
		shutwatch_add(&said, "not all was seen: it may have come, and been lost\n");
	}
	return !found.all && !found.lost;
}

/*
 * For kselftest_harness.h: the test fails, and goes on; with ASSERT_TRUE() in the
 * place of EXPECT_TRUE() it would end.
 */
#define SHUTWATCH_EXPECT(watch, cookie, expected)			\
	EXPECT_TRUE(shutwatch_came(watch, cookie, expected))		\
		TH_LOG("%s", (watch)->said)
#define SHUTWATCH_EXPECT_NOT(watch, cookie, expected)			\
	EXPECT_TRUE(shutwatch_came_not(watch, cookie, expected))	\
		TH_LOG("%s", (watch)->said)

/* Without a harness, as assert(): say what is wrong, and abort. */
#define shutwatch_assert(condition, watch)				\
	do {								\
		if (!(condition)) {					\
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, \
				(watch)->said);				\
			abort();					\
		}							\
	} while (0)

#endif /* _UAPI_SHUTWATCH_EXPECT_H */
