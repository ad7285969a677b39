// SPDX-License-Identifier: GPL-2.0-only
/*
 * Connections that were there before the module: from then on they are followed
 * as any other, under the name that ss has for them, to their ends.
 */
#include "module_main.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "address.h"
#include "clock.h"
#include "find_record.h"
#include "netns.h"
#include "record_fields.h"
#include "sock_destroy.h"
#include "socket_records.h"
#include "tcp_pair.h"

/* TIME_WAIT takes 60 s. */
#define END_SECONDS	100
#define TEST_SECONDS	200

/* How far a connection was when the module came, and what ends it. */
enum early { EARLY_ESTABLISHED, EARLY_FIN_WAIT2, EARLY_COUNT };
enum fate { TIMES_OUT, IS_DESTROYED, FATE_COUNT };

static const char * const server_address[] = {
	[FAMILY_IPV4] = "127.0.0.20:8000",
	[FAMILY_IPV6] = "[::1]:8000",
	[FAMILY_MAPPED] = "[::ffff:127.0.0.21]:8000",
};

#define FAMILIES	(FAMILY_MAPPED + 1)

/**
 * struct old - a connection that is older than the module
 * @early: how far it was
 * @fate: what is to end it
 * @client: the end that is in TIME_WAIT, later
 * @server: the other
 * @cookie: of the client, asked for when that no longer makes one
 * @local: its address
 * @remote: its peer's
 */
struct old {
	enum early early;
	enum fate fate;
	int client;
	int server;
	__u64 cookie;
	struct sockaddr_storage local;
	struct sockaddr_storage remote;
};

#define OLD		(FAMILIES * EARLY_COUNT * FATE_COUNT)

FIXTURE(before) {
	struct old old[OLD];
};

/* Not by tcp_pair_join(): who asks for a cookie makes one. */
static int join(struct old *old, enum family family)
{
	struct sockaddr_storage addr;
	socklen_t len = address_parse(&addr, server_address[family]);
	const int on = 1;
	int listener = socket(addr.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	old->client = socket(addr.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
	    bind(listener, (struct sockaddr *)&addr, len) || listen(listener, 1) ||
	    connect(old->client, (struct sockaddr *)&addr, len))
		return errno;
	old->server = accept(listener, NULL, NULL);
	close(listener);
	old->remote = addr;
	len = sizeof(old->local);
	return getsockname(old->client, (struct sockaddr *)&old->local, &len) ?
	       errno : 0;
}

static bool is_in(const struct old *old, int state)
{
	char local[ADDRESS_LEN], remote[ADDRESS_LEN];
	__u64 deadline = clock_in(10);

	address_of(local, &old->local);
	address_of(remote, &old->remote);
	while (!netns_in_state(local, remote, 1 << state)) {
		if (!clock_wait(deadline))
			return false;
	}
	return true;
}

static void make_old(struct __test_metadata *_metadata, struct old *old,
		     enum family family)
{
	ASSERT_EQ(0, join(old, family));
	if (old->early == EARLY_FIN_WAIT2) {
		ASSERT_EQ(0, shutdown(old->client, SHUT_WR));
		ASSERT_TRUE(is_in(old, SHUTWATCH_TCP_FIN_WAIT2));
	}
}

FIXTURE_SETUP(before)
{
	enum family family;
	int early, fate, nr = 0;

	if (!module_can_reload())
		SKIP(return, "the module cannot be loaded by a test without " MODULE_KO_ENV);
	ASSERT_EQ(0, netns_enter());
	ASSERT_EQ(0, module_unload());
	for (family = 0; family < FAMILIES; family++)
		for (early = 0; early < EARLY_COUNT; early++)
			for (fate = 0; fate < FATE_COUNT; fate++) {
				self->old[nr].early = early;
				self->old[nr].fate = fate;
				make_old(_metadata, &self->old[nr++], family);
			}
	ASSERT_EQ(0, module_load(""));
}

FIXTURE_TEARDOWN(before)
{
	if (module_can_reload())
		module_reload("");
}

/* It is in TIME_WAIT, and that was told. */
static void finish(struct __test_metadata *_metadata, struct old *old)
{
	struct record record;

	if (old->early == EARLY_ESTABLISHED)
		ASSERT_EQ(0, shutdown(old->client, SHUT_WR));
	tcp_pair_hear_end(old->server);
	ASSERT_EQ(0, close(old->server));
	ASSERT_TRUE(is_in(old, SHUTWATCH_TCP_TIME_WAIT));
	old->cookie = tcp_pair_cookie(old->client);
	ASSERT_TRUE(find_record(&record, old->cookie, SHUTWATCH_KEY_STATE,
				"FIN_WAIT2>TIME_WAIT"));
	EXPECT_STREQ("rx", record_get(&record, SHUTWATCH_KEY_BY));
	ASSERT_EQ(0, close(old->client));
}

static bool comes_to_its_end(const struct old *old)
{
	__u64 deadline = clock_in(END_SECONDS);

	while (strcmp(socket_records_of(old->cookie).last, "TIME_WAIT>CLOSE")) {
		if (!clock_wait(deadline))
			return false;
	}
	return true;
}

static void check_end(struct __test_metadata *_metadata, const struct old *old,
		      const char *by)
{
	EXPECT_TRUE(comes_to_its_end(old));
	EXPECT_STREQ(by, socket_records_of(old->cookie).by);
	EXPECT_FALSE(socket_records_go_on(old->cookie));
}

/* By its cookie: the kernel finds none if that is not what ss shows. */
static void destroy(struct __test_metadata *_metadata, struct old *old)
{
	int err = sock_destroy(&old->local, &old->remote, old->cookie);
	struct record record;

	if (err == -EOPNOTSUPP) {	/* as older kernels say of what they found */
		old->fate = TIMES_OUT;
		return;
	}
	ASSERT_EQ(0, err);
	ASSERT_TRUE(find_record(&record, old->cookie, SHUTWATCH_KEY_CALL, "abort"));
	EXPECT_STREQ("TIME_WAIT>CLOSE", record_get(&record, SHUTWATCH_KEY_STATE));
	check_end(_metadata, old, "abort");
}

TEST_F_TIMEOUT(before, end_of_TIME_WAIT_is_told, TEST_SECONDS)
{
	int nr;

	for (nr = 0; nr < OLD; nr++)
		finish(_metadata, &self->old[nr]);
	for (nr = 0; nr < OLD; nr++)
		if (self->old[nr].fate == IS_DESTROYED)
			destroy(_metadata, &self->old[nr]);
	for (nr = 0; nr < OLD; nr++)
		if (self->old[nr].fate == TIMES_OUT)
			check_end(_metadata, &self->old[nr], "timer");
}

/* The other end, which becomes an orphan: it ends in LAST_ACK. */
TEST_F(before, other_end_is_told)
{
	struct record record;
	__u64 cookie;
	int nr;

	for (nr = 0; nr < OLD; nr++) {
		struct old *old = &self->old[nr];

		if (old->early == EARLY_ESTABLISHED)
			shutdown(old->client, SHUT_WR);
		tcp_pair_hear_end(old->server);
		cookie = tcp_pair_cookie(old->server);
		close(old->server);
		ASSERT_TRUE(find_record(&record, cookie, SHUTWATCH_KEY_STATE,
					"LAST_ACK>CLOSE"));
		ASSERT_TRUE(find_record(&record, cookie, SHUTWATCH_KEY_CALL, "close"));
		EXPECT_STREQ("FIN", record_get(&record, SHUTWATCH_KEY_SENT));
		EXPECT_FALSE(socket_records_go_on(cookie));
	}
}

/* ---- closed: before the module came, or after ---- */

#define HERE	"127.0.0.20:8000"

FIXTURE(before_close) {
	int client;
	int server;
};

FIXTURE_SETUP(before_close)
{
	if (!module_can_reload())
		SKIP(return, "the module cannot be loaded by a test without " MODULE_KO_ENV);
	ASSERT_EQ(0, netns_enter());
	ASSERT_EQ(0, module_unload());
}

FIXTURE_TEARDOWN(before_close)
{
	if (module_can_reload())
		module_reload("");
}

/* MPTCP is sure of the other side when it has had data from it. */
static bool talk(int from, int to)
{
	char byte = 'x';

	return send(from, &byte, 1, 0) == 1 && recv(to, &byte, 1, 0) == 1;
}

static int connect_by(int protocol, int *client, int *server)
{
	struct sockaddr_storage addr;
	socklen_t len = address_parse(&addr, HERE);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, protocol);

	if (listener < 0)
		return errno;
	*client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, protocol);
	if (bind(listener, (void *)&addr, len) || listen(listener, 1) ||
	    connect(*client, (void *)&addr, len))
		return errno;
	*server = accept(listener, NULL, NULL);
	close(listener);
	return talk(*client, *server) && talk(*server, *client) ? 0 : errno;
}

/* The record of the subflow that says why; @named: the MPTCP socket. */
static void check_subflow(struct __test_metadata *_metadata, __u64 named,
			  const char *why)
{
	char pid[16], msk[24];
	struct record record;

	snprintf(pid, sizeof(pid), "%d", getpid());
	snprintf(msk, sizeof(msk), "%llx", (unsigned long long)named);
	ASSERT_TRUE(find_record(&record, 0, SHUTWATCH_KEY_MSK, msk));
	EXPECT_STREQ(why, record_get(&record, SHUTWATCH_KEY_WHY));
	EXPECT_STREQ(pid, record_get(&record, SHUTWATCH_KEY_OWNER));
}

static void subflow_of_old(struct __test_metadata *_metadata, int *client,
			   int *server, bool unread, const char *why)
{
	int err = connect_by(IPPROTO_MPTCP, client, server);
	__u64 cookie;

	if (err == EPROTONOSUPPORT || err == ENOPROTOOPT)
		SKIP(return, "this kernel has no MPTCP");
	ASSERT_EQ(0, err);
	ASSERT_EQ(0, module_load(""));
	if (module_stat("armed.mptcp_close") != 1)
		SKIP(return, "calls on MPTCP's sockets cannot be followed here");
	cookie = tcp_pair_cookie(*client);
	if (unread) {
		ASSERT_EQ(1, send(*server, "x", 1, 0));
		ASSERT_EQ(1, recv(*client, &(char){ 0 }, 1, MSG_PEEK));
	}
	close(*client);
	if (!unread)
		tcp_pair_hear_end(*server);
	close(*server);
	check_subflow(_metadata, cookie, why);
}

TEST_F(before_close, subflow_FIN)
{
	subflow_of_old(_metadata, &self->client, &self->server, false, "close");
}

TEST_F(before_close, subflow_RST)
{
	subflow_of_old(_metadata, &self->client, &self->server, true, "unread_data");
}

/* What its shutdown() makes of data is no RST that was received. */
TEST_F(before_close, data_after_shutdown)
{
	struct record record;
	__u64 cookie;

	ASSERT_EQ(0, connect_by(0, &self->client, &self->server));
	ASSERT_EQ(0, shutdown(self->client, SHUT_RDWR));
	tcp_pair_hear_end(self->server);
	ASSERT_TRUE(tcp_pair_in_fin_wait2(self->client));
	ASSERT_EQ(0, module_load(""));
	ASSERT_EQ(1, send(self->server, "x", 1, 0));
	ASSERT_TRUE(find_record(&record, 0, SHUTWATCH_KEY_SENT, "RST"));
	EXPECT_STREQ("rx", record_get(&record, SHUTWATCH_KEY_BY));
	EXPECT_STREQ("data_after_shutdown", record_get(&record, SHUTWATCH_KEY_WHY));
	cookie = record_cookie(&record);
	EXPECT_EQ(tcp_pair_cookie(self->client), cookie);
	/* The one reset that was received is that of the other end. */
	ASSERT_TRUE(find_record(&record, 0, SHUTWATCH_KEY_KIND, "reset"));
	EXPECT_EQ(tcp_pair_cookie(self->server), record_cookie(&record));
	EXPECT_EQ(0, module_stat("unknown"));
	close(self->client);
	close(self->server);
}

/* In FIN_WAIT2, and nobody followed it: its RST ends it all the same. */
TEST_F(before_close, mini)
{
	struct record record;

	ASSERT_EQ(0, connect_by(0, &self->client, &self->server));
	ASSERT_EQ(0, tcp_pair_leave_mini(self->client));
	ASSERT_EQ(0, module_load(""));
	ASSERT_EQ(1, send(self->server, "x", 1, 0));
	ASSERT_TRUE(find_record(&record, 0, SHUTWATCH_KEY_WHY, "time_wait_segment"));
	EXPECT_STREQ(HERE, record_get(&record, SHUTWATCH_KEY_REMOTE));
	EXPECT_STREQ("FIN_WAIT2>CLOSE", record_get(&record, SHUTWATCH_KEY_STATE));
	close(self->server);
}

int main(int argc, char **argv)
{
	return module_main(argc, argv);
}
