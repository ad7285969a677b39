// SPDX-License-Identifier: GPL-2.0-only
/*
 * Further subflows of an MPTCP connection (F1): MPTCP connects them from a worker,
 * or in the task that adds an address.  They are of the process that has the
 * connection.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <names.h>

#include "address.h"
#include "clock.h"
#include "events.h"
#include "module_main.h"
#include "netns.h"
#include "record_fields.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP	262
#endif

/* Slow machines start a process, ip, in seconds. */
#define TEST_SECONDS	90
#define AWAIT_SECONDS	30
#define MANY		128

FIXTURE(mptcp_join) {
	struct remarks remarks;
	struct events events;
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
	return run_ip("mptcp endpoint add", address, "subflow");
}

FIXTURE_SETUP(mptcp_join)
{
	struct sockaddr_storage addr;
	socklen_t len = address_parse(&addr, variant->address);

	self->client = -1;
	self->served = -1;
	ASSERT_EQ(0, netns_enter());
	self->listener = mptcp_socket(variant->address);
	if (self->listener < 0)
		SKIP(return, "this kernel has no MPTCP: %s", strerror(errno));
	if (system("ip mptcp limits set subflows 2 add_addr_accepted 2"))
		SKIP(return, "no ip that knows MPTCP (package iproute2)");
	ASSERT_EQ(0, events_open(&self->events, &self->remarks));
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
}

static void pair(struct __test_metadata *_metadata, FIXTURE_DATA(mptcp_join) *self,
		 const char *address)
{
	struct sockaddr_storage addr;
	socklen_t len = address_parse(&addr, address);
	char byte;

	self->client = mptcp_socket(address);
	ASSERT_EQ(0, connect(self->client, (void *)&addr, len));
	self->served = accept4(self->listener, NULL, NULL, SOCK_CLOEXEC);
	ASSERT_LE(0, self->served);
	/* Whoever has heard nothing from the peer makes no further subflow. */
	ASSERT_EQ(1, send(self->client, "c", 1, 0));
	ASSERT_EQ(1, recv(self->served, &byte, 1, 0));
	ASSERT_EQ(1, send(self->served, "s", 1, 0));
	ASSERT_EQ(1, recv(self->client, &byte, 1, 0));
}

/* Of the subflow from the further address to the listener. */
static bool is_further(const struct record *record,
		       const FIXTURE_VARIANT(mptcp_join) *variant)
{
	const char *local = record_get(record, SHUTWATCH_KEY_LOCAL);

	local += *local == '[';
	return !strncmp(local, variant->further, strlen(variant->further)) &&
	       record_is(record, SHUTWATCH_KEY_REMOTE, variant->address);
}

/* All that is told of it until a transition into that state, 0 if there is none. */
static int await_told(FIXTURE_DATA(mptcp_join) *self, struct record record[MANY],
		      const FIXTURE_VARIANT(mptcp_join) *variant, const char *state)
{
	__u64 deadline = clock_in(AWAIT_SECONDS);
	int nr, i, told;

	do {
		nr = events_read(&self->events, record, MANY, &self->remarks);
		for (i = 0, told = 0; i < nr; i++) {
			if (!is_further(&record[i], variant))
				continue;
			record[told++] = record[i];
			if (record_is(&record[i], SHUTWATCH_KEY_STATE, state) &&
			    record_is(&record[i], SHUTWATCH_KEY_KIND, "state"))
				return told;
		}
	} while (clock_wait(deadline));
	return 0;
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

static void check_owner(struct __test_metadata *_metadata, FIXTURE_DATA(mptcp_join) *self,
			const FIXTURE_VARIANT(mptcp_join) *variant)
{
	const struct linger reset = { .l_onoff = 1 };
	static struct record record[MANY];
	char pid[16];
	int nr, i;

	ASSERT_LT(0, await_told(self, record, variant, "SYN_SENT>ESTABLISHED"));
	ASSERT_EQ(0, setsockopt(self->client, SOL_SOCKET, SO_LINGER, &reset,
				sizeof(reset)));
	ASSERT_EQ(0, close(self->client));
	self->client = -1;
	nr = await_told(self, record, variant, "ESTABLISHED>CLOSE");
	EXPECT_LT(2, nr);
	snprintf(pid, sizeof(pid), "%d", getpid());
	for (i = 0; i < nr; i++) {
		const char *owner = record_get(&record[i], SHUTWATCH_KEY_OWNER);

		if (may_be_nobodys(&record[i]) && !strcmp(owner, SHUTWATCH_NOTHING))
			continue;
		EXPECT_STREQ(pid, owner)
			TH_LOG("%s %s", record_get(&record[i], SHUTWATCH_KEY_KIND),
			       record_get(&record[i], SHUTWATCH_KEY_STATE));
	}
	EXPECT_EQ(0, self->remarks.count)
		TH_LOG("%s", self->remarks.text[0]);
}

/* The address was there before: a worker connects. */
TEST_F_TIMEOUT(mptcp_join, by_a_worker, TEST_SECONDS)
{
	ASSERT_EQ(0, add_subflow(variant->further));
	pair(_metadata, self, variant->address);
	check_owner(_metadata, self, variant);
}

/* It is added now: the task that does so connects. */
TEST_F_TIMEOUT(mptcp_join, by_who_adds_the_address, TEST_SECONDS)
{
	pair(_metadata, self, variant->address);
	ASSERT_EQ(0, add_subflow(variant->further));
	check_owner(_metadata, self, variant);
}

int main(int argc, char **argv)
{
	return module_main(argc, argv);
}
