// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls on MPTCP's sockets (F1): whose they are, what for, and what becomes of
 * the subflows because of them.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "address.h"
#include "find_record.h"
#include "module_main.h"
#include "netns.h"
#include "record_fields.h"
#include "sock_destroy.h"
#include "sysctl.h"
#include "tcp_pair.h"
#include "turn_back.h"

#define AWAIT_MS	10000
#define COMM		"multipath"

FIXTURE(mptcp_call) {
	int listener, client, served;
	__u64 client_cookie, served_cookie;
};

FIXTURE_VARIANT(mptcp_call) {
	const char *address;
};

FIXTURE_VARIANT_ADD(mptcp_call, ipv4) { .address = "127.0.0.1:8000" };
FIXTURE_VARIANT_ADD(mptcp_call, ipv6) { .address = "[::1]:8000" };

static int mptcp_socket(const char *address)
{
	return socket(*address == '[' ? AF_INET6 : AF_INET,
		      SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_MPTCP);
}

/* Before 5.17 or so they are not followed. */
static bool can_follow(void)
{
	return module_stat("armed.mptcp_close") == 1;
}

FIXTURE_SETUP(mptcp_call)
{
	struct sockaddr_storage addr;
	socklen_t len = address_parse(&addr, variant->address);

	self->client = -1;
	self->served = -1;
	prctl(PR_SET_NAME, COMM);
	ASSERT_EQ(0, netns_enter());
	self->listener = mptcp_socket(variant->address);
	if (self->listener < 0)
		SKIP(return, "this kernel has no MPTCP: %s", strerror(errno));
	if (!can_follow())
		SKIP(return, "calls on MPTCP's sockets cannot be followed here");
	ASSERT_EQ(0, bind(self->listener, (void *)&addr, len));
	ASSERT_EQ(0, listen(self->listener, 1));
	self->client = mptcp_socket(variant->address);
	ASSERT_EQ(0, connect(self->client, (void *)&addr, len));
	self->served = accept4(self->listener, NULL, NULL, SOCK_CLOEXEC);
	ASSERT_LE(0, self->served);
	self->client_cookie = tcp_pair_cookie(self->client);
	self->served_cookie = tcp_pair_cookie(self->served);
}

FIXTURE_TEARDOWN(mptcp_call)
{
	close(self->client);
	close(self->served);
	close(self->listener);
}

static bool await_event(int fd, short events)
{
	struct pollfd pfd = { .fd = fd, .events = events };

	return poll(&pfd, 1, AWAIT_MS) == 1;
}

#define IS(key, value)							\
	EXPECT_STREQ(value, record_get(&record, SHUTWATCH_KEY_##key))

/* Either is as good: which of them depends on how much is sent at once. */
#define IS_ONE_OF(key, a, b)						\
do {									\
	if (!record_is(&record, SHUTWATCH_KEY_##key, a))		\
		IS(key, b);						\
} while (0)

/* There is a call, it is ours, and what TCP would say of its queues is not known. */
#define CHECK_CALL(cookie, name, is_how, sent_is, why_is)		\
do {									\
	struct record record;						\
	char pid[16];							\
									\
	snprintf(pid, sizeof(pid), "%d", getpid());			\
	ASSERT_TRUE(find_record(&record, cookie, SHUTWATCH_KEY_CALL, name)); \
	IS(KIND, "call");						\
	IS(CTX, "task");						\
	IS(PID, pid);							\
	IS(COMM, COMM);							\
	IS(OWNER, pid);							\
	IS(OCOMM, COMM);						\
	IS(HOW, is_how);						\
	IS(RET, "0");							\
	sent_is;							\
	why_is;								\
	IS(UNREAD, "-");						\
	IS(UNSENT, "-");						\
	IS(UNACKED, "-");						\
} while (0)

/* A subflow of it did this, and names it; nobody called anything on the subflow. */
#define CHECK_SUBFLOW(cookie, is_sent, is_why)				\
do {									\
	struct record record;						\
	char msk[24], pid[16];						\
									\
	snprintf(msk, sizeof(msk), "%llx", cookie);			\
	snprintf(pid, sizeof(pid), "%d", getpid());			\
	ASSERT_TRUE(find_record(&record, 0, SHUTWATCH_KEY_MSK, msk));	\
	IS(KIND, "decision");						\
	IS(BY, "mptcp");						\
	IS(OWNER, pid);							\
	IS(SENT, is_sent);						\
	is_why;								\
	EXPECT_NE(cookie, record_cookie(&record));			\
} while (0)

#define RST	IS(SENT, "RST")

TEST_F(mptcp_call, close_with_unread_data)
{
	ASSERT_EQ(5, send(self->client, "hello", 5, 0));
	ASSERT_TRUE(await_event(self->served, POLLIN));
	ASSERT_EQ(0, close(self->served));
	self->served = -1;
	CHECK_CALL(self->served_cookie, "close", "-", RST, IS(WHY, "unread_data"));
	CHECK_SUBFLOW(self->served_cookie, "RST", IS(WHY, "unread_data"));
}

TEST_F(mptcp_call, close_with_linger_zero)
{
	const struct linger reset = { .l_onoff = 1 };

	ASSERT_EQ(0, setsockopt(self->served, SOL_SOCKET, SO_LINGER, &reset,
				sizeof(reset)));
	ASSERT_EQ(0, close(self->served));
	self->served = -1;
	CHECK_CALL(self->served_cookie, "close", "-", RST, IS(WHY, "linger_zero"));
	CHECK_SUBFLOW(self->served_cookie, "RST", IS(WHY, "linger_zero"));
}

/*
 * The end of the stream is no FIN of a subflow's: that follows.  Where that of the
 * peer's subflow is there first, MPTCP's worker has shut ours down before close()
 * asks for it: then the record names no task.
 */
#define IS_OF_CLOSE_OR_WORKER						\
do {									\
	if (record_is(&record, SHUTWATCH_KEY_WHY, "mptcp")) {		\
		IS(CTX, "kthread");					\
		IS(PID, SHUTWATCH_NOTHING);				\
	} else {							\
		IS_ONE_OF(WHY, "shutdown_write", "close");		\
	}								\
} while (0)

TEST_F(mptcp_call, close_in_order)
{
	char byte;

	ASSERT_EQ(0, close(self->served));
	self->served = -1;
	ASSERT_TRUE(await_event(self->client, POLLIN));
	EXPECT_EQ(0, recv(self->client, &byte, 1, 0));
	CHECK_CALL(self->served_cookie, "close", "-", IS_ONE_OF(SENT, "none", "FIN"),
		   IS_ONE_OF(WHY, "data_fin", "close"));
	ASSERT_EQ(0, close(self->client));
	self->client = -1;
	CHECK_CALL(self->client_cookie, "close", "-", IS_ONE_OF(SENT, "none", "FIN"),
		   IS_ONE_OF(WHY, "data_fin", "close"));
	CHECK_SUBFLOW(self->client_cookie, "FIN", IS_OF_CLOSE_OR_WORKER);
}

/*
 * It waits for what the peer acknowledges; the FIN comes before that is over, from
 * MPTCP's worker.  A shutdown() of the reading side has asked for none.
 */
TEST_F(mptcp_call, close_that_waits)
{
	const struct linger wait = { .l_onoff = 1, .l_linger = 10 };
	char byte;

	ASSERT_EQ(0, setsockopt(self->client, SOL_SOCKET, SO_LINGER, &wait,
				sizeof(wait)));
	ASSERT_EQ(0, close(self->served));
	self->served = -1;
	ASSERT_TRUE(await_event(self->client, POLLIN));
	EXPECT_EQ(0, recv(self->client, &byte, 1, 0));
	ASSERT_EQ(0, shutdown(self->client, SHUT_RD));
	ASSERT_EQ(0, close(self->client));
	self->client = -1;
	CHECK_SUBFLOW(self->client_cookie, "FIN", IS(WHY, "close"));
}

static const char much[1 << 16];

/* Until all is sent, nothing happens to the subflow; then the peer resets it. */
TEST_F(mptcp_call, reset_after_close)
{
	struct sockaddr_storage addr;
	socklen_t len = sizeof(addr);
	char remote[ADDRESS_LEN], pid[16];
	struct record record;
	__u64 subflow;

	while (send(self->served, much, sizeof(much), MSG_DONTWAIT) > 0)
		;
	ASSERT_EQ(EAGAIN, errno);
	ASSERT_EQ(0, getsockname(self->client, (void *)&addr, &len));
	address_of(remote, &addr);
	/* Of the MPTCP socket with these ends nothing is told before close(). */
	ASSERT_TRUE(find_record(&record, 0, SHUTWATCH_KEY_REMOTE, remote));
	subflow = record_cookie(&record);
	ASSERT_NE(self->served_cookie, subflow);
	ASSERT_EQ(0, close(self->served));
	self->served = -1;
	ASSERT_EQ(0, close(self->client));
	self->client = -1;
	snprintf(pid, sizeof(pid), "%d", getpid());
	ASSERT_TRUE(find_record(&record, subflow, SHUTWATCH_KEY_KIND, "reset"));
	IS(OWNER, pid);
	IS(OCOMM, COMM);
}

/*
 * The FIN of the subflow, which names its MPTCP socket, was acknowledged.  Returns
 * the subflow's cookie.
 */
static __u64 await_fin_wait2(__u64 cookie)
{
	struct record record;
	__u64 subflow;
	char msk[24];

	snprintf(msk, sizeof(msk), "%llx", cookie);
	if (!find_record(&record, 0, SHUTWATCH_KEY_MSK, msk))
		return 0;
	subflow = record_cookie(&record);
	return find_record(&record, subflow, SHUTWATCH_KEY_STATE,
			   "FIN_WAIT1>FIN_WAIT2") ? subflow : 0;
}

/* A client whose peer has no MPTCP: TCP's options are the subflow's. */
static int connect_to_tcp(const char *address, int *served)
{
	const int listener = socket(*address == '[' ? AF_INET6 : AF_INET, SOCK_STREAM, 0);
	const int client = mptcp_socket(address);
	struct sockaddr_storage addr;
	socklen_t len = sizeof(addr);

	if (listen(listener, 1) || getsockname(listener, (void *)&addr, &len) ||
	    connect(client, (void *)&addr, len))
		return -1;
	*served = accept(listener, NULL, NULL);
	close(listener);
	return client;
}

/* Unread data is no reason to reset it. */
TEST_F(mptcp_call, linger2_negative)
{
	const int none = -1;
	int client, served;
	__u64 cookie;
	char byte;

	client = connect_to_tcp(variant->address, &served);
	ASSERT_LE(0, client);
	ASSERT_LE(0, served);
	if (setsockopt(client, IPPROTO_TCP, TCP_LINGER2, &none, sizeof(none)))
		SKIP(return, "TCP_LINGER2 of MPTCP: %s", strerror(errno));
	cookie = tcp_pair_cookie(client);
	ASSERT_EQ(5, send(served, "hello", 5, 0));
	ASSERT_TRUE(await_event(client, POLLIN));
	ASSERT_EQ(0, shutdown(client, SHUT_WR));
	EXPECT_EQ(0, recv(served, &byte, 1, 0));
	ASSERT_NE(0, await_fin_wait2(cookie));
	ASSERT_EQ(0, close(client));
	CHECK_CALL(cookie, "close", "-", RST, IS(WHY, "linger2_negative"));
	CHECK_SUBFLOW(cookie, "RST", IS(WHY, "linger2_negative"));
}

/* Is it MPTCP, for us, that took it there? */
static void expect_by_mptcp(struct __test_metadata *_metadata, __u64 subflow,
			    const char *state)
{
	struct record record;
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", getpid());
	ASSERT_TRUE(find_record(&record, subflow, SHUTWATCH_KEY_STATE, state));
	IS(KIND, "state");
	IS(BY, "mptcp");
	IS(PID, pid);
	IS(OWNER, pid);
}

/*
 * Nothing is left that could wait for the peer's FIN: __tcp_close() ends it, at once
 * since there is unread data.
 */
TEST_F(mptcp_call, close_without_a_mini_socket)
{
	const int err = sysctl_write("ipv4/tcp_max_tw_buckets", "0");
	int client, served;
	__u64 subflow;
	char byte;

	if (sysctl_is_closed(err))
		SKIP(return, "this needs " SYSCTL_OPEN);
	ASSERT_EQ(0, err);
	client = connect_to_tcp(variant->address, &served);
	ASSERT_LE(0, client);
	ASSERT_LE(0, served);
	ASSERT_EQ(5, send(served, "hello", 5, 0));
	ASSERT_TRUE(await_event(client, POLLIN));
	ASSERT_EQ(0, shutdown(client, SHUT_WR));
	EXPECT_EQ(0, recv(served, &byte, 1, 0));
	subflow = await_fin_wait2(tcp_pair_cookie(client));
	ASSERT_NE(0, subflow);
	ASSERT_EQ(0, close(client));
	expect_by_mptcp(_metadata, subflow, "FIN_WAIT2>CLOSE");
}

/* The last that it decided, its FIN before. */
static void expect_subflow_reset(struct __test_metadata *_metadata, __u64 cookie,
				 const char *why)
{
	struct record record;
	__u64 subflow;
	char msk[24];

	snprintf(msk, sizeof(msk), "%llx", cookie);
	ASSERT_TRUE(find_record(&record, 0, SHUTWATCH_KEY_MSK, msk));
	subflow = record_cookie(&record);
	ASSERT_TRUE(find_record(&record, subflow, SHUTWATCH_KEY_SENT, "RST"));
	IS(BY, "mptcp");
	IS(WHY, why);
}

/*
 * Without MPTCP's options, what was unread is MPTCP's, and no reason for TCP; but
 * there may be one orphan too many.  Then a RST follows the FIN.
 */
TEST_F(mptcp_call, one_orphan_too_many)
{
	int client, served, err;
	char before[24];
	__u64 cookie;

	client = connect_to_tcp(variant->address, &served);
	ASSERT_LE(0, client);
	ASSERT_LE(0, served);
	cookie = tcp_pair_cookie(client);
	ASSERT_EQ(5, send(served, "hello", 5, 0));
	ASSERT_TRUE(await_event(client, POLLIN));
	/* Behind data that the peer has no room for, it cannot acknowledge the FIN. */
	while (send(client, much, sizeof(much), MSG_DONTWAIT) > 0)
		;
	/* Whatever the kernel has noted, it is more. */
	err = sysctl_exchange_first("ipv4/tcp_max_orphans", "-1", before, sizeof(before));
	if (sysctl_is_closed(err))
		SKIP(return, "this needs " SYSCTL_OPEN);
	ASSERT_EQ(0, err);
	EXPECT_EQ(0, close(client));
	ASSERT_EQ(0, sysctl_exchange_first("ipv4/tcp_max_orphans", before, NULL, 0));
	CHECK_CALL(cookie, "close", "-", RST, IS(WHY, "orphan_count"));
	expect_subflow_reset(_metadata, cookie, "orphan_count");
	close(served);
}

TEST_F(mptcp_call, shutdown)
{
	char byte;

	ASSERT_EQ(0, shutdown(self->served, SHUT_WR));
	ASSERT_TRUE(await_event(self->client, POLLIN));
	EXPECT_EQ(0, recv(self->client, &byte, 1, 0));
	CHECK_CALL(self->served_cookie, "shutdown", "wr", IS(SENT, "none"),
		   IS(WHY, "data_fin"));
}

TEST_F(mptcp_call, shutdown_of_the_reading_side)
{
	ASSERT_EQ(0, shutdown(self->served, SHUT_RD));
	CHECK_CALL(self->served_cookie, "shutdown", "rd", IS(SENT, "none"),
		   IS(WHY, "read_side_only"));
}

TEST_F(mptcp_call, disconnect)
{
	const struct sockaddr unspec = { .sa_family = AF_UNSPEC };

	if (connect(self->client, &unspec, sizeof(unspec)))
		SKIP(return, "MPTCP does not disconnect here: %s", strerror(errno));
	CHECK_CALL(self->client_cookie, "connect_unspec", "-",
		   IS_ONE_OF(SENT, "RST", "none"), IS(WHY, "connect_unspec"));
}

/*
 * Of what waits for a subflow's lock, some kernels let a RST of the peer's end it
 * before MPTCP does: what was sent comes first, nevertheless, and in its call.
 */
TEST_F(mptcp_call, disconnect_meets_a_reset)
{
	const struct sockaddr unspec = { .sa_family = AF_UNSPEC };
	struct record found;
	__u64 told, call;
	char msk[24], state[48];
	int way;

	way = turn_back_rst(8000, *variant->address == '[');
	if (way < 0)
		SKIP(return, "no XDP here: %s", strerror(-way));
	if (connect(self->client, &unspec, sizeof(unspec)))
		SKIP(return, "MPTCP does not disconnect here: %s", strerror(errno));
	close(way);
	CHECK_CALL(self->client_cookie, "connect_unspec", "-", RST,
		   IS(WHY, "connect_unspec"));
	ASSERT_TRUE(find_record(&found, self->client_cookie, SHUTWATCH_KEY_CALL,
				"connect_unspec"));
	call = record_seq(&found);
	close(self->client);
	self->client = -1;
	snprintf(msk, sizeof(msk), "%llx", self->client_cookie);
	CHECK_CALL(self->client_cookie, "close", "-", IS(SENT, "none"),
		   IS(WHY, "already_closed"));
	ASSERT_TRUE(find_record(&found, 0, SHUTWATCH_KEY_MSK, msk));
	EXPECT_TRUE(record_is(&found, SHUTWATCH_KEY_WHY, "connect_unspec"));
	EXPECT_TRUE(record_is(&found, SHUTWATCH_KEY_SENT, "RST"));
	told = record_seq(&found);
	EXPECT_GT(call, told);
	strcpy(state, record_get(&found, SHUTWATCH_KEY_STATE));
	ASSERT_TRUE(find_record(&found, record_cookie(&found), SHUTWATCH_KEY_KIND,
				"state"));
	EXPECT_STREQ(record_is(&found, SHUTWATCH_KEY_BY, "rx") ?
		     "ESTABLISHED>ESTABLISHED" : "ESTABLISHED>CLOSE", state);
}

/* Its subflow is gone before it asks: there is nobody to tell. */
TEST_F(mptcp_call, disconnect_without_a_subflow)
{
	const struct sockaddr unspec = { .sa_family = AF_UNSPEC };
	struct sockaddr_storage local, remote;
	socklen_t len = sizeof(local);

	if (sock_destroy_is_missing())
		SKIP(return, "this kernel has no SOCK_DESTROY");
	ASSERT_EQ(0, getsockname(self->served, (void *)&local, &len));
	len = sizeof(remote);
	ASSERT_EQ(0, getpeername(self->served, (void *)&remote, &len));
	ASSERT_EQ(0, sock_destroy(&local, &remote, SOCK_DESTROY_ANY));
	if (connect(self->served, &unspec, sizeof(unspec)))
		SKIP(return, "MPTCP does not disconnect here: %s", strerror(errno));
	CHECK_CALL(self->served_cookie, "connect_unspec", "-", IS(SENT, "none"),
		   IS(WHY, "already_closed"));
}

/* What it accepts gets a copy of its cookie: it is asked for only at the end. */
TEST_F(mptcp_call, listener_stops)
{
	__u64 cookie = tcp_pair_cookie(self->listener);

	ASSERT_EQ(0, close(self->listener));
	self->listener = -1;
	CHECK_CALL(cookie, "close", "-", IS(SENT, "none"),
		   IS(WHY, "listener_stopped"));
}

/* A connection that nobody accepts, and its own address: a descriptor, or -1. */
static int queue_one(int listener, const char *address, char local[ADDRESS_LEN])
{
	struct sockaddr_storage addr;
	socklen_t len = address_parse(&addr, address);
	int queued = mptcp_socket(address);

	if (connect(queued, (void *)&addr, len) || !await_event(listener, POLLIN))
		return -1;
	len = sizeof(addr);
	if (getsockname(queued, (void *)&addr, &len))
		return -1;
	address_of(local, &addr);
	return queued;
}

/* A child that was not accepted is reset, and told, as that of any listener. */
TEST_F(mptcp_call, listener_stops_with_a_child)
{
	char local[ADDRESS_LEN];
	struct record child;
	__u64 cookie;
	int queued;

	queued = queue_one(self->listener, variant->address, local);
	ASSERT_LE(0, queued);
	cookie = tcp_pair_cookie(self->listener);
	ASSERT_EQ(0, close(self->listener));
	self->listener = -1;
	CHECK_CALL(cookie, "close", "-", IS(SENT, "none"),
		   IS(WHY, "listener_stopped"));
	ASSERT_TRUE(find_record(&child, 0, SHUTWATCH_KEY_REMOTE, local));
	close(queued);
}

/*
 * What comes once the listener has a cookie has a copy of that, and not its owner: it
 * was never accepted.
 */
TEST_F(mptcp_call, listener_stops_with_a_copy_of_it)
{
	__u64 cookie = tcp_pair_cookie(self->listener);
	char local[ADDRESS_LEN];
	struct record copy;
	int queued;

	queued = queue_one(self->listener, variant->address, local);
	ASSERT_LE(0, queued);
	ASSERT_EQ(0, close(self->listener));
	self->listener = -1;
	CHECK_CALL(cookie, "close", "-", IS(SENT, "none"),
		   IS(WHY, "listener_stopped"));
	ASSERT_TRUE(find_record(&copy, cookie, SHUTWATCH_KEY_CALL, "close"));
	EXPECT_STREQ("LISTEN>CLOSE", record_get(&copy, SHUTWATCH_KEY_STATE));
	ASSERT_TRUE(find_record(&copy, 0, SHUTWATCH_KEY_REMOTE, local));
	EXPECT_NE(cookie, record_cookie(&copy));
	EXPECT_STREQ(SHUTWATCH_NOTHING, record_get(&copy, SHUTWATCH_KEY_OWNER));
	close(queued);
}

/* Each is one of its own, and none is its listener. */
TEST_F(mptcp_call, children)
{
	struct sockaddr_storage addr;
	socklen_t len = address_parse(&addr, variant->address);
	__u64 cookie, listener;
	int client, served;

	client = mptcp_socket(variant->address);
	ASSERT_EQ(0, connect(client, (void *)&addr, len));
	served = accept4(self->listener, NULL, NULL, SOCK_CLOEXEC);
	ASSERT_LE(0, served);
	cookie = tcp_pair_cookie(served);
	listener = tcp_pair_cookie(self->listener);
	EXPECT_NE(cookie, self->served_cookie);
	EXPECT_NE(cookie, listener);
	EXPECT_NE(self->served_cookie, listener);
	ASSERT_EQ(5, send(client, "hello", 5, 0));
	ASSERT_TRUE(await_event(served, POLLIN));
	ASSERT_EQ(0, close(served));
	CHECK_CALL(cookie, "close", "-", RST, IS(WHY, "unread_data"));
	CHECK_SUBFLOW(cookie, "RST", IS(WHY, "unread_data"));
	close(client);
}

/* The process ends, and what it has: that is no close(), and whose it was stays. */
static pid_t exit_with(struct __test_metadata *_metadata, int *fd)
{
	pid_t child;

	child = fork();
	if (!child) {
		pause();
		_exit(0);
	}
	ASSERT_EQ(0, close(*fd));
	*fd = -1;
	kill(child, SIGKILL);
	ASSERT_EQ(child, waitpid(child, NULL, 0));
	return child;
}

#define CHECK_EXIT(cookie, child)					\
do {									\
	struct record record;						\
	char pid[16];							\
									\
	snprintf(pid, sizeof(pid), "%d", child);			\
	ASSERT_TRUE(find_record(&record, cookie, SHUTWATCH_KEY_CALL,	\
				"close"));				\
	IS(HOW, "exit");						\
	IS(PID, pid);							\
	snprintf(pid, sizeof(pid), "%d", getpid());			\
	IS(OWNER, pid);							\
} while (0)

TEST_F(mptcp_call, exit)
{
	pid_t child = exit_with(_metadata, &self->served);

	CHECK_EXIT(self->served_cookie, child);
}

TEST_F(mptcp_call, exit_with_the_listener)
{
	__u64 cookie = tcp_pair_cookie(self->listener);
	pid_t child = exit_with(_metadata, &self->listener);

	CHECK_EXIT(cookie, child);
}

int main(int argc, char **argv)
{
	return module_main(argc, argv);
}
