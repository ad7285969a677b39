// SPDX-License-Identifier: GPL-2.0-only
/*
 * Several network namespaces: the same addresses and ports in two of them, and
 * what remains when one goes away.
 */
#include "module_main.h"

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "clock.h"
#include "module.h"
#include "netns.h"
#include "record_fields.h"
#include "socket_records.h"
#include "stream.h"
#include "sysctl.h"
#include "tcp_pair.h"

#define CLIENT		"127.0.0.1:4000"
#define SERVER		"127.0.0.20:8000"

/* A namespace goes away when the kernel finds the time. */
#define DEATH_SECONDS	40
#define TEST_SECONDS	90

static bool went_through(__u64 cookie, const char *transition)
{
	struct record record;
	bool found = false;
	struct scan scan;

	scan_begin(&scan, SHUTWATCH_FILE_EVENTS);
	while (!found && scan_next(&scan, &record))
		found = record_cookie(&record) == cookie &&
			record_is(&record, SHUTWATCH_KEY_KIND, "state") &&
			record_is(&record, SHUTWATCH_KEY_STATE, transition);
	scan_end(&scan);
	return found;
}

/* It may not be the last: a FIN that is repeated ends TIME_WAIT by its RST. */
static bool comes_to(__u64 cookie, const char *transition)
{
	__u64 deadline = clock_in(DEATH_SECONDS);

	while (!went_through(cookie, transition)) {
		if (!clock_wait(deadline))
			return false;
	}
	return true;
}

/* ---- two that look the same ---- */

/**
 * struct place - a namespace with a connection in it
 * @fd: the namespace
 * @name: its name in the records
 * @pair: the connection
 */
struct place {
	int fd;
	char name[24];
	struct tcp_pair pair;
};

static int place_open(struct place *place)
{
	int err = netns_enter();

	if (err)
		return err;
	place->fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	snprintf(place->name, sizeof(place->name), "%llu", netns_inode());
	return tcp_pair_join(&place->pair, CLIENT, SERVER);
}

FIXTURE(netns) {
	struct place one;
	struct place two;
};

FIXTURE_SETUP(netns)
{
	ASSERT_EQ(0, place_open(&self->one));
	ASSERT_EQ(0, place_open(&self->two));
	ASSERT_STRNE(self->one.name, self->two.name);
}

FIXTURE_TEARDOWN(netns)
{
}

static void check_records(struct __test_metadata *_metadata, __u64 cookie,
			  const char *netns, const char *local, const char *remote)
{
	const struct socket_records records = socket_records_of(cookie);

	EXPECT_LT(0, records.all);
	EXPECT_STREQ(netns, records.netns);
	EXPECT_STREQ(local, records.local);
	EXPECT_STREQ(remote, records.remote);
}

static void check_place(struct __test_metadata *_metadata, const struct place *p)
{
	check_records(_metadata, p->pair.client_cookie, p->name, CLIENT, SERVER);
	check_records(_metadata, p->pair.server_cookie, p->name, SERVER, CLIENT);
}

/* Four sockets, two pairs of addresses, two ends: none is taken for another. */
TEST_F(netns, same_ports_are_told_apart)
{
	const struct linger reset = { .l_onoff = 1 };
	struct socket_records records;
	int server;

	server = self->two.pair.server;
	ASSERT_EQ(0, setsockopt(server, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)));
	close(server);
	records = socket_records_of(self->two.pair.server_cookie);
	EXPECT_STREQ("RST", records.sent);
	EXPECT_STREQ("linger_zero", records.why);
	EXPECT_STREQ("ESTABLISHED>CLOSE", records.last);
	/* The other one's client was reset, ours was not. */
	EXPECT_TRUE(comes_to(self->two.pair.client_cookie, "ESTABLISHED>CLOSE"));
	EXPECT_STREQ("SYN_SENT>ESTABLISHED",
		     socket_records_of(self->one.pair.client_cookie).last);
	EXPECT_STREQ("SYN_RECV>ESTABLISHED",
		     socket_records_with(self->one.pair.server_cookie, 1).last);

	close(self->one.pair.server);
	tcp_pair_hear_end(self->one.pair.client);
	close(self->one.pair.client);
	records = socket_records_of(self->one.pair.server_cookie);
	EXPECT_STREQ("FIN", records.sent);
	EXPECT_STREQ("close", records.why);
	EXPECT_TRUE(comes_to(self->one.pair.server_cookie,
			     "FIN_WAIT2>TIME_WAIT"));
	EXPECT_EQ(1, socket_records_of(self->one.pair.client_cookie).closes);
	EXPECT_EQ(0, socket_records_of(self->two.pair.client_cookie).closes);
	check_place(_metadata, &self->one);
	check_place(_metadata, &self->two);
}

/* A socket stays where it was made, wherever its program goes. */
TEST_F(netns, a_socket_stays_in_its_namespace)
{
	ASSERT_EQ(0, setns(self->two.fd, CLONE_NEWNET));
	close(self->one.pair.server);
	ASSERT_EQ(0, setns(self->one.fd, CLONE_NEWNET));
	close(self->two.pair.server);
	check_place(_metadata, &self->one);
	check_place(_metadata, &self->two);
}

/* ---- the end of one ---- */

/**
 * struct legacy - what the last program of a namespace left there
 * @err: it could not do what it was to do
 * @pair: the connection, seen last by it
 */
struct legacy {
	int err;
	struct tcp_pair pair;
};

static struct legacy *legacy;

FIXTURE(death) {
};

FIXTURE_SETUP(death)
{
	legacy = mmap(NULL, sizeof(*legacy), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, legacy);
}

FIXTURE_TEARDOWN(death)
{
	munmap(legacy, sizeof(*legacy));
}

/* A process enters a namespace of its own, does something, and is gone. */
static void let_die(struct __test_metadata *_metadata, void (*does)(void))
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		legacy->err = netns_enter();
		legacy->err = legacy->err ?: tcp_pair_join(&legacy->pair, CLIENT, SERVER);
		if (!legacy->err)
			does();
		_exit(0);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	ASSERT_EQ(0, status);
	ASSERT_EQ(0, legacy->err);
}

static void part(void)
{
	tcp_pair_part(&legacy->pair);
}

static void leave(void)
{
}

/* It is forgotten when its last record has been made, not before. */
static bool is_forgotten(__u64 cookie)
{
	__u64 deadline = clock_in(DEATH_SECONDS);

	while (socket_records_go_on(cookie)) {
		if (!clock_wait(deadline))
			return false;
	}
	return true;
}

/* No timer and no segment ends it, and nobody asked for it. */
static void check_purged(struct __test_metadata *_metadata, __u64 cookie,
			 const char *last)
{
	EXPECT_TRUE(comes_to(cookie, last))
		TH_LOG("the last is %s", socket_records_of(cookie).last);
	EXPECT_STREQ("-", socket_records_of(cookie).by);
	EXPECT_TRUE(is_forgotten(cookie));
}

TEST_F_TIMEOUT(death, TIME_WAIT, TEST_SECONDS)
{
	let_die(_metadata, part);
	check_purged(_metadata, legacy->pair.client_cookie, "TIME_WAIT>CLOSE");
	EXPECT_TRUE(comes_to(legacy->pair.server_cookie, "LAST_ACK>CLOSE"));
	EXPECT_TRUE(is_forgotten(legacy->pair.server_cookie));
}

static bool is_over(const struct socket_records *records)
{
	const char *to = strrchr(records->last, '>');

	return to && !strcmp(to, ">CLOSE");
}

/* By the other end's ACK, or with the namespace. */
static bool check_over(struct __test_metadata *_metadata, __u64 cookie)
{
	__u64 deadline = clock_in(DEATH_SECONDS);
	const struct socket_records begun = socket_records_of(cookie);
	struct socket_records records;

	EXPECT_STREQ("FIN", begun.sent);
	EXPECT_EQ(1, begun.closes);
	do {
		records = socket_records_of(cookie);
	} while (!is_over(&records) && clock_wait(deadline));
	if (!strcmp(records.last, "LAST_ACK>CLOSE"))
		return false;
	check_purged(_metadata, cookie, "TIME_WAIT>CLOSE");
	return true;
}

/* Sockets that a program has hold the namespace: first they are closed. */
TEST_F_TIMEOUT(death, ESTABLISHED, TEST_SECONDS)
{
	int purged;

	let_die(_metadata, leave);
	purged = check_over(_metadata, legacy->pair.client_cookie);
	purged += check_over(_metadata, legacy->pair.server_cookie);
	/* What is closed first has the TIME_WAIT; if the FINs cross, both have. */
	EXPECT_LE(1, purged);
}

static int lo_down(void)
{
	struct ifreq ifr = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int err = ioctl(fd, SIOCSIFFLAGS, &ifr);

	close(fd);
	return err;
}

/* One end is a mini-socket in FIN_WAIT2; the FIN of the other does not come through. */
static void part_in_FIN_WAIT2(void)
{
	legacy->err = tcp_pair_leave_mini(legacy->pair.client);
	legacy->err = legacy->err ?: sysctl_write("ipv4/tcp_orphan_retries", "1");
	legacy->err = legacy->err ?: lo_down();
	close(legacy->pair.server);
}

/* An orphan that has something to send holds its namespace until it gives up. */
TEST_F_TIMEOUT(death, FIN_WAIT2, TEST_SECONDS)
{
	let_die(_metadata, part_in_FIN_WAIT2);
	EXPECT_TRUE(comes_to(legacy->pair.server_cookie, "LAST_ACK>CLOSE"));
	EXPECT_STREQ("timer", socket_records_of(legacy->pair.server_cookie).by);
	check_purged(_metadata, legacy->pair.client_cookie, "FIN_WAIT2>CLOSE");
}

int main(int argc, char **argv)
{
	return module_main(argc, argv);
}
