// SPDX-License-Identifier: GPL-2.0-only
/*
 * MPTCP ends a subflow (F1): no call on the subflow's socket does, but one on
 * MPTCP's.  Held against the wire, the kernel's counters and what the client got.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <names.h>

#include "capture.h"
#include "clock.h"
#include "events.h"
#include "mib.h"
#include "module_main.h"
#include "netns.h"
#include "record_fields.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP	262
#endif

#define MANY		64
#define AWAIT_MS	10000

FIXTURE(mptcp) {
	struct remarks remarks;
	struct capture *capture;
	struct events events;
	struct mib before;
	int listener, client, served;
};

static int mptcp_socket(void)
{
	return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_MPTCP);
}

FIXTURE_SETUP(mptcp)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(addr);

	self->listener = -1;
	self->client = -1;
	self->served = -1;
	ASSERT_EQ(0, netns_enter());
	self->listener = mptcp_socket();
	if (self->listener < 0)
		SKIP(return, "this kernel has no MPTCP: %s", strerror(errno));
	ASSERT_EQ(0, events_open(&self->events, &self->remarks));
	ASSERT_EQ(0, mib_read(&self->before));
	self->capture = capture_open(&self->remarks);
	ASSERT_NE(NULL, self->capture);
	ASSERT_EQ(0, bind(self->listener, (void *)&addr, len));
	ASSERT_EQ(0, listen(self->listener, 1));
	ASSERT_EQ(0, getsockname(self->listener, (void *)&addr, &len));
	self->client = mptcp_socket();
	ASSERT_EQ(0, connect(self->client, (void *)&addr, len));
	self->served = accept(self->listener, NULL, NULL);
	ASSERT_LE(0, self->served);
}

FIXTURE_TEARDOWN(mptcp)
{
	if (self->capture)
		capture_close(self->capture);
	close(self->client);
	close(self->served);
	close(self->listener);
}

static bool await_event(int fd, short events)
{
	struct pollfd pfd = { .fd = fd, .events = events };

	return poll(&pfd, 1, AWAIT_MS) == 1;
}

static int count(const struct record *record, int nr, const char *kind,
		 enum shutwatch_key key, const char *value)
{
	int i, found = 0;

	for (i = 0; i < nr; i++)
		found += record_is(&record[i], SHUTWATCH_KEY_KIND, kind) &&
			 record_is(&record[i], key, value);
	return found;
}

static const struct record *first(const struct record *record, int nr,
				  const char *kind)
{
	int i;

	for (i = 0; i < nr; i++)
		if (record_is(&record[i], SHUTWATCH_KEY_KIND, kind))
			return &record[i];
	return NULL;
}

static const char *cookie_of(int fd, char text[24])
{
	socklen_t len = sizeof(__u64);
	__u64 cookie = 0;

	getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &len);
	snprintf(text, 24, "%llx", cookie);
	return text;
}

#define EXPECT_KEY(record, key, value)					\
	EXPECT_STREQ(value, record_get(record, SHUTWATCH_KEY_##key))

/* What the program asked of MPTCP's socket. */
static void check_call(struct __test_metadata *_metadata, const struct record *call,
		       const char *cookie)
{
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", getpid());
	EXPECT_KEY(call, COOKIE, cookie);
	EXPECT_KEY(call, PID, pid);
	EXPECT_KEY(call, OWNER, pid);
	EXPECT_KEY(call, CALL, "close");
	EXPECT_KEY(call, HOW, "-");
	EXPECT_KEY(call, STATE, "ESTABLISHED>CLOSE");
	EXPECT_KEY(call, SENT, "RST");
	EXPECT_KEY(call, WHY, "unread_data");
	EXPECT_KEY(call, FIN, "-");
	EXPECT_KEY(call, UNREAD, "-");
	EXPECT_KEY(call, UNSENT, "-");
	EXPECT_KEY(call, UNACKED, "-");
}

/* And what became of its subflow. */
static void check_decision(struct __test_metadata *_metadata,
			   const struct record *decided, const char *msk)
{
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", getpid());
	EXPECT_KEY(decided, BY, "mptcp");
	EXPECT_KEY(decided, PID, pid);
	EXPECT_KEY(decided, OWNER, pid);
	EXPECT_KEY(decided, MSK, msk);
	EXPECT_KEY(decided, STATE, "ESTABLISHED>CLOSE");
	EXPECT_KEY(decided, SENT, "RST");
	EXPECT_KEY(decided, WHY, "unread_data");
}

/* Unread data: MPTCP resets what a plain socket's close() would reset. */
TEST_F(mptcp, close_with_unread_data)
{
	static struct packet packet[MANY];
	static struct record record[MANY];
	const struct record *decided, *called;
	int nr, nr_packets, rsts = 0;
	char byte, cookie[24];
	struct mib after;
	__u64 deadline;

	ASSERT_EQ(5, send(self->client, "hello", 5, 0));
	ASSERT_TRUE(await_event(self->served, POLLIN));
	cookie_of(self->served, cookie);
	ASSERT_EQ(0, close(self->served));
	self->served = -1;
	ASSERT_TRUE(await_event(self->client, POLLIN));
	EXPECT_EQ(-1, recv(self->client, &byte, 1, 0));
	EXPECT_EQ(ECONNRESET, errno);

	nr_packets = capture_read(self->capture, packet, MANY, &self->remarks);
	while (nr_packets--)
		rsts += !!(packet[nr_packets].flags & PACKET_RST);
	ASSERT_EQ(0, mib_read(&after));
	EXPECT_EQ(rsts, after.count[MIB_OUT_RSTS] - self->before.count[MIB_OUT_RSTS]);

	deadline = clock_in(AWAIT_MS / 1000);
	/* The peer may know before the sender has told. */
	do {
		nr = events_read(&self->events, record, MANY, &self->remarks);
		decided = first(record, nr, "decision");
		called = first(record, nr, "call");
	} while (!(decided && called) && clock_wait(deadline));
	EXPECT_EQ(1, rsts);
	EXPECT_EQ(rsts, count(record, nr, "decision", SHUTWATCH_KEY_SENT, "RST"));
	EXPECT_EQ(1, count(record, nr, "reset", SHUTWATCH_KEY_ERROR, "ECONNRESET"));
	EXPECT_EQ(1, count(record, nr, "call", SHUTWATCH_KEY_SENT, "RST"));
	EXPECT_EQ(0, self->remarks.count)
		TH_LOG("%s", self->remarks.text[0]);
	ASSERT_NE(NULL, decided);
	ASSERT_NE(NULL, called);
	check_call(_metadata, called, cookie);
	check_decision(_metadata, decided, cookie);
}

int main(int argc, char **argv)
{
	return module_main(argc, argv);
}
