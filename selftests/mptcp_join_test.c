// SPDX-License-Identifier: GPL-2.0-only
/*
 * Further subflows of an MPTCP connection (F1, F10): MPTCP connects them from a
 * worker, or in the task that adds an address, and takes them away with it.  They
 * are of the process that has the connection.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "address.h"
#include "clock.h"
#include "events.h"
#include "module_main.h"
#include "netns.h"
#include "record_fields.h"
#include "tcp_pair.h"

/* Slow machines start a process, ip, in seconds. */
#define TEST_SECONDS	90
#define AWAIT_SECONDS	30
#define MANY		128

/**
 * struct sought - a record that is waited for
 * @kind: its kind
 * @key: what it is to say
 * @value: of @key
 */
struct sought {
	const char *kind;
	enum shutwatch_key key;
	const char *value;
};

static const struct sought established = {
	"state", SHUTWATCH_KEY_STATE, "SYN_SENT>ESTABLISHED"
};
static const struct sought closed = {
	"state", SHUTWATCH_KEY_STATE, "ESTABLISHED>CLOSE"
};
static const struct sought fin = { "decision", SHUTWATCH_KEY_SENT, "FIN" };

/**
 * struct told - what was told of a further subflow
 * @events: where it is read
 * @remarks: what went wrong
 * @local: its address, without the port
 * @remote: that of the listener
 * @record: all records
 * @of_it: those of it
 * @nr: how many of these
 */
struct told {
	struct events events;
	struct remarks remarks;
	const char *local, *remote;
	struct record record[MANY];
	const struct record *of_it[MANY];
	int nr;
};

FIXTURE(mptcp_join) {
	struct told *told;
	int listener, client, served;
};

FIXTURE_VARIANT(mptcp_join) {
	const char *address;
	const char *further;
};

FIXTURE_VARIANT_ADD(mptcp_join, ipv4) {
	.address = "127.0.0.1:8000",
	.further = "127.0.0.2",
};

FIXTURE_VARIANT_ADD(mptcp_join, ipv6) {
	.address = "[::1]:8000",
	.further = "2001:db8::2",
};

static int mptcp_socket(const char *address)
{
	return socket(*address == '[' ? AF_INET6 : AF_INET,
		      SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_MPTCP);
}

/* A process of its own, that has nothing to do with the connection. */
static int run_ip(const char *what, const char *address, const char *how)
{
	char command[128];

	snprintf(command, sizeof(command), "exec ip %s %s %s", what, address, how);
	return system(command);
}

static int add_subflow(const char *address)
{
	return run_ip("mptcp endpoint add", address, "id 5 subflow");
}

static int remove_subflow(void)
{
	return run_ip("mptcp endpoint delete id 5", "", "");
}

FIXTURE_SETUP(mptcp_join)
{
	struct sockaddr_storage addr;
	socklen_t len = address_parse(&addr, variant->address);

	self->told = NULL;
	self->client = -1;
	self->served = -1;
	ASSERT_EQ(0, netns_enter());
	self->listener = mptcp_socket(variant->address);
	if (self->listener < 0)
		SKIP(return, "this kernel has no MPTCP: %s", strerror(errno));
	if (system("ip mptcp limits set subflows 2 add_addr_accepted 2"))
		SKIP(return, "no ip that knows MPTCP (package iproute2)");
	self->told = calloc(1, sizeof(*self->told));
	ASSERT_NE(NULL, self->told);
	self->told->local = variant->further;
	self->told->remote = variant->address;
	ASSERT_EQ(0, events_open(&self->told->events, &self->told->remarks));
	if (*variant->address == '[')
		ASSERT_EQ(0, run_ip("addr add", variant->further, "dev lo nodad"));
	ASSERT_EQ(0, bind(self->listener, (void *)&addr, len));
	ASSERT_EQ(0, listen(self->listener, 1));
}

FIXTURE_TEARDOWN(mptcp_join)
{
	close(self->client);
	close(self->served);
	close(self->listener);
	free(self->told);
}

static void exchange(struct __test_metadata *_metadata, int from, int to)
{
	char byte;

	ASSERT_EQ(1, send(from, "x", 1, 0));
	ASSERT_EQ(1, recv(to, &byte, 1, 0));
}

/* A side that has heard nothing from the peer makes no further subflow. */
#define PAIR()								\
do {									\
	struct sockaddr_storage addr;					\
	socklen_t len = address_parse(&addr, variant->address);		\
									\
	self->client = mptcp_socket(variant->address);			\
	ASSERT_EQ(0, connect(self->client, (void *)&addr, len));	\
	self->served = accept4(self->listener, NULL, NULL, SOCK_CLOEXEC); \
	ASSERT_LE(0, self->served);					\
	exchange(_metadata, self->client, self->served);		\
	exchange(_metadata, self->served, self->client);		\
} while (0)

static bool is_of_it(const struct told *told, const struct record *record)
{
	const char *local = record_get(record, SHUTWATCH_KEY_LOCAL);

	local += *local == '[';
	return !strncmp(local, told->local, strlen(told->local)) &&
	       record_is(record, SHUTWATCH_KEY_REMOTE, told->remote);
}

/* The last of it until then, NULL if that is not told. */
static const struct record *await_told(struct told *told, const struct sought *sought)
{
	__u64 deadline = clock_in(AWAIT_SECONDS);
	int nr, i;

	do {
		nr = events_read(&told->events, told->record, MANY, &told->remarks);
		for (i = 0, told->nr = 0; i < nr; i++) {
			const struct record *record = &told->record[i];

			if (!is_of_it(told, record))
				continue;
			told->of_it[told->nr++] = record;
			if (record_is(record, SHUTWATCH_KEY_KIND, sought->kind) &&
			    record_is(record, sought->key, sought->value))
				return record;
		}
	} while (clock_wait(deadline));
	return NULL;
}

/*
 * Whose it is follows from its MPTCP socket, which it has once its SYN is sent.  On
 * the loopback, its handshake may be over by then.
 */
static bool may_be_nobodys(const struct record *record)
{
	return record_is(record, SHUTWATCH_KEY_STATE, "CLOSE>SYN_SENT") ||
	       record_is(record, SHUTWATCH_KEY_STATE, "SYN_SENT>ESTABLISHED");
}

static void check_owner(struct __test_metadata *_metadata, const struct told *told)
{
	char pid[16];
	int i;

	snprintf(pid, sizeof(pid), "%d", getpid());
	/* Its end, and what led there, beside the handshake. */
	EXPECT_LT(2, told->nr);
	for (i = 0; i < told->nr; i++) {
		const struct record *record = told->of_it[i];
		const char *owner = record_get(record, SHUTWATCH_KEY_OWNER);

		if (may_be_nobodys(record) && !strcmp(owner, SHUTWATCH_NOTHING))
			continue;
		EXPECT_STREQ(pid, owner)
			TH_LOG("%s %s", record_get(record, SHUTWATCH_KEY_KIND),
			       record_get(record, SHUTWATCH_KEY_STATE));
	}
	EXPECT_EQ(0, told->remarks.count)
		TH_LOG("%s", told->remarks.text[0]);
}

#define JOIN_AND_CLOSE()						\
do {									\
	const struct linger reset = { .l_onoff = 1 };			\
									\
	ASSERT_NE(NULL, await_told(self->told, &established));		\
	ASSERT_EQ(0, setsockopt(self->client, SOL_SOCKET, SO_LINGER,	\
				&reset, sizeof(reset)));		\
	ASSERT_EQ(0, close(self->client));				\
	self->client = -1;						\
	ASSERT_NE(NULL, await_told(self->told, &closed));		\
	check_owner(_metadata, self->told);				\
} while (0)

/* The address was there before: a worker connects. */
TEST_F_TIMEOUT(mptcp_join, by_a_worker, TEST_SECONDS)
{
	ASSERT_EQ(0, add_subflow(variant->further));
	PAIR();
	JOIN_AND_CLOSE();
}

/* It is added now: the task that does so connects. */
TEST_F_TIMEOUT(mptcp_join, by_who_adds_the_address, TEST_SECONDS)
{
	PAIR();
	ASSERT_EQ(0, add_subflow(variant->further));
	JOIN_AND_CLOSE();
}

/* Nobody has closed the connection, which goes on. */
TEST_F_TIMEOUT(mptcp_join, its_address_is_removed, TEST_SECONDS)
{
	const struct record *decision;

	PAIR();
	ASSERT_EQ(0, add_subflow(variant->further));
	ASSERT_NE(NULL, await_told(self->told, &established));
	ASSERT_EQ(0, remove_subflow());
	decision = await_told(self->told, &fin);
	ASSERT_NE(NULL, decision);
	check_owner(_metadata, self->told);
	EXPECT_STREQ("mptcp", record_get(decision, SHUTWATCH_KEY_BY));
	EXPECT_STREQ("mptcp", record_get(decision, SHUTWATCH_KEY_WHY));
	EXPECT_STREQ(SHUTWATCH_NOTHING, record_get(decision, SHUTWATCH_KEY_PID));
}

int main(int argc, char **argv)
{
	return module_main(argc, argv);
}
