// SPDX-License-Identifier: GPL-2.0-only
/*
 * MPTCP ends a subflow (F1, F4, F9, F11): no call on the subflow's socket does, but one
 * on MPTCP's.  Held against the wire, the kernel's counters and what the client got.
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
#include "tcp_pair.h"

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

static int rsts_on_wire(struct capture *capture, struct remarks *remarks)
{
	static struct packet packet[MANY];
	int nr = capture_read(capture, packet, MANY, remarks), rsts = 0;

	while (nr-- > 0)
		rsts += !!(packet[nr].flags & PACKET_RST);
	return rsts;
}

/* Unread data: MPTCP resets what a plain socket's close() would reset. */
TEST_F(mptcp, close_with_unread_data)
{
	static struct record record[MANY];
	const struct record *decided, *called;
	int nr, rsts;
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

	rsts = rsts_on_wire(self->capture, &self->remarks);
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

/**
 * struct wanted - what records of a socket are to say
 * @kind: call or decision
 * @cookie: of MPTCP's socket
 * @says: keys and values, as a line has them
 */
struct wanted {
	const char *kind;
	const char *cookie;
	const char *says;
};

/* The first record of that kind that names the socket, as itself or as msk. */
static const struct record *of_socket(const struct record *record, int nr,
				      const struct wanted *wanted)
{
	int i;

	for (i = 0; i < nr; i++)
		if (record_is(&record[i], SHUTWATCH_KEY_KIND, wanted->kind) &&
		    (record_is(&record[i], SHUTWATCH_KEY_COOKIE, wanted->cookie) ||
		     record_is(&record[i], SHUTWATCH_KEY_MSK, wanted->cookie)))
			return &record[i];
	return NULL;
}

static void check_wanted(struct __test_metadata *_metadata,
			 const struct record *record, const struct wanted *wanted)
{
	struct record says;
	int key;

	ASSERT_EQ(0, record_parse(&says, wanted->says));
	for (key = 0; key < SHUTWATCH_KEY__MAX; key++) {
		if (says.value[key])
			EXPECT_STREQ(says.value[key], record_get(record, key))
				TH_LOG("%s of %s", key_names.name[key], wanted->says);
	}
}

static void await_wanted(struct __test_metadata *_metadata,
			 const struct events *events, struct remarks *remarks,
			 const struct wanted *wanted, int count)
{
	static struct record record[MANY];
	__u64 deadline = clock_in(AWAIT_MS / 1000);
	int nr, i, found;

	do {
		nr = events_read(events, record, MANY, remarks);
		for (i = 0, found = 0; i < count; i++)
			found += !!of_socket(record, nr, &wanted[i]);
	} while (found < count && clock_wait(deadline));
	for (i = 0; i < count; i++) {
		ASSERT_NE(NULL, of_socket(record, nr, &wanted[i]))
			TH_LOG("no %s of %s", wanted[i].kind, wanted[i].cookie);
		check_wanted(_metadata, of_socket(record, nr, &wanted[i]), &wanted[i]);
	}
	for (i = 0; i < nr; i++)
		EXPECT_STRNE("unknown", record_get(&record[i], SHUTWATCH_KEY_WHY));
}

/* shutdown() says its end in a DATA_FIN; close(), then, has nothing to add. */
TEST_F(mptcp, shutdown_and_close)
{
	char client[24], served[24], says[128];
	const struct wanted wanted[] = {
		{ "call", cookie_of(self->client, client),
		  "call=shutdown how=wr ret=0 sent=none why=data_fin fin=- unread=-" },
		{ "call", cookie_of(self->served, served),
		  "call=close how=- ret=0 sent=none why=data_fin fin=- unread=-" },
		{ "decision", client, says },
	};

	snprintf(says, sizeof(says),
		 "by=mptcp sent=FIN why=shutdown_write fin=sent owner=%d", getpid());
	ASSERT_EQ(0, shutdown(self->client, SHUT_WR));
	ASSERT_TRUE(await_event(self->served, POLLIN));
	ASSERT_EQ(0, close(self->served));
	self->served = -1;
	await_wanted(_metadata, &self->events, &self->remarks, wanted,
		     ARRAY_SIZE(wanted));
}

/* Its FIN comes when it is gone already: it is still that of this close(). */
TEST_F(mptcp, close_of_who_was_accepted)
{
	char served[24], says[128], byte;
	const struct wanted wanted[] = {
		{ "call", cookie_of(self->served, served),
		  "call=close how=- ret=0 sent=none why=data_fin fin=- unread=-" },
		{ "decision", served, says },
	};

	snprintf(says, sizeof(says), "by=mptcp sent=FIN why=close fin=sent owner=%d",
		 getpid());
	ASSERT_EQ(0, close(self->served));
	self->served = -1;
	ASSERT_TRUE(await_event(self->client, POLLIN));
	EXPECT_EQ(0, recv(self->client, &byte, 1, 0));
	ASSERT_EQ(0, close(self->client));
	self->client = -1;
	await_wanted(_metadata, &self->events, &self->remarks, wanted,
		     ARRAY_SIZE(wanted));
}

TEST_F(mptcp, disconnect)
{
	const struct sockaddr unspec = { .sa_family = AF_UNSPEC };
	char served[24];
	const struct wanted wanted[] = {
		{ "call", cookie_of(self->served, served),
		  "call=connect_unspec ret=0 state=ESTABLISHED>CLOSE sent=RST why=connect_unspec" },
		{ "decision", served,
		  "by=mptcp state=ESTABLISHED>CLOSE sent=RST why=connect_unspec" },
	};

	ASSERT_EQ(0, connect(self->served, &unspec, sizeof(unspec)));
	await_wanted(_metadata, &self->events, &self->remarks, wanted,
		     ARRAY_SIZE(wanted));
}

/* ---- a connect() that is not answered ---- */

/* A listener that is asked too much drops the SYN. */
struct silent {
	struct sockaddr_in addr;
	int listener, other;
};

static bool silent_open(struct silent *silent)
{
	socklen_t len = sizeof(silent->addr);

	silent->addr = (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	silent->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	silent->other = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return !bind(silent->listener, (void *)&silent->addr, len) &&
	       !listen(silent->listener, 0) &&
	       !getsockname(silent->listener, (void *)&silent->addr, &len) &&
	       !connect(silent->other, (void *)&silent->addr, len) &&
	       await_event(silent->listener, POLLIN);
}

static void silent_close(struct silent *silent)
{
	close(silent->other);
	close(silent->listener);
}

static int mptcp_in_syn_sent(const struct silent *silent)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
			IPPROTO_MPTCP);

	if (connect(fd, (void *)&silent->addr, sizeof(silent->addr)) < 0 &&
	    errno == EINPROGRESS)
		return fd;
	close(fd);
	return -1;
}

/* TCP's own shutdown() there sends nothing; MPTCP resets. */
TEST_F(mptcp, shutdown_in_SYN_SENT)
{
	char asks[24], says[128];
	const struct wanted wanted[] = {
		{ "call", asks,
		  "call=shutdown how=wr ret=0 state=SYN_SENT>CLOSE sent=RST why=mptcp" },
		{ "decision", asks, says },
	};
	struct silent silent;
	int fd;

	snprintf(says, sizeof(says),
		 "by=mptcp state=SYN_SENT>CLOSE sent=RST why=mptcp owner=%d", getpid());
	ASSERT_TRUE(silent_open(&silent));
	fd = mptcp_in_syn_sent(&silent);
	ASSERT_LE(0, fd);
	cookie_of(fd, asks);
	EXPECT_EQ(0, shutdown(fd, SHUT_WR));
	await_wanted(_metadata, &self->events, &self->remarks, wanted,
		     ARRAY_SIZE(wanted));
	EXPECT_EQ(1, rsts_on_wire(self->capture, &self->remarks));
	close(fd);
	silent_close(&silent);
}

TEST_F(mptcp, disconnect_in_SYN_SENT)
{
	const struct sockaddr unspec = { .sa_family = AF_UNSPEC };
	char asks[24];
	const struct wanted wanted[] = {
		{ "call", asks,
		  "call=connect_unspec ret=0 state=SYN_SENT>CLOSE sent=RST why=connect_unspec" },
		{ "decision", asks,
		  "by=mptcp state=SYN_SENT>CLOSE sent=RST why=connect_unspec" },
	};
	struct silent silent;
	int fd;

	ASSERT_TRUE(silent_open(&silent));
	fd = mptcp_in_syn_sent(&silent);
	ASSERT_LE(0, fd);
	cookie_of(fd, asks);
	EXPECT_EQ(0, connect(fd, &unspec, sizeof(unspec)));
	await_wanted(_metadata, &self->events, &self->remarks, wanted,
		     ARRAY_SIZE(wanted));
	EXPECT_EQ(1, rsts_on_wire(self->capture, &self->remarks));
	close(fd);
	silent_close(&silent);
}

/* ---- other ends ---- */

TEST_F(mptcp, linger_zero)
{
	const struct linger linger = { .l_onoff = 1 };
	char served[24];
	const struct wanted wanted[] = {
		{ "call", cookie_of(self->served, served),
		  "call=close state=ESTABLISHED>CLOSE sent=RST why=linger_zero linger=0" },
		{ "decision", served,
		  "by=mptcp state=ESTABLISHED>CLOSE sent=RST why=linger_zero" },
	};

	ASSERT_EQ(0, setsockopt(self->served, SOL_SOCKET, SO_LINGER, &linger,
				sizeof(linger)));
	ASSERT_EQ(0, close(self->served));
	self->served = -1;
	await_wanted(_metadata, &self->events, &self->remarks, wanted,
		     ARRAY_SIZE(wanted));
}

/* Its children are reset, as those of any listener. */
TEST_F(mptcp, listener)
{
	char listener[24];
	const struct wanted wanted[] = {
		{ "call", cookie_of(self->listener, listener),
		  "call=close how=- ret=0 state=LISTEN>CLOSE sent=none why=listener_stopped" },
	};

	ASSERT_EQ(0, close(self->listener));
	self->listener = -1;
	await_wanted(_metadata, &self->events, &self->remarks, wanted,
		     ARRAY_SIZE(wanted));
}

int main(int argc, char **argv)
{
	return module_main(argc, argv);
}
