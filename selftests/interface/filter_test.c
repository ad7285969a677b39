// SPDX-License-Identifier: GPL-2.0-only
/*
 * The filter parameters, changed while the module runs: what passes, what does
 * not, and what is said to who writes nonsense.
 */
#include "module_main.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <names.h>

#include "clock.h"
#include "find_record.h"
#include "module.h"
#include "netns.h"
#include "record_fields.h"
#include "socket_records.h"
#include "tcp_pair.h"

#define DEATH_SECONDS	60

/* ---- what passes ---- */

FIXTURE(filter) {
	char netns[24];
};

FIXTURE_SETUP(filter)
{
	ASSERT_EQ(0, module_reset_filters());
	ASSERT_EQ(0, netns_enter());
	snprintf(self->netns, sizeof(self->netns), "%llu", netns_inode());
}

FIXTURE_TEARDOWN(filter)
{
	EXPECT_EQ(0, module_reset_filters());
}

/* Whole lives: these transitions, and a close() each. */
#define CLIENT_STATES	5	/* SYN_SENT ESTABLISHED FIN_WAIT1 FIN_WAIT2 TIME_WAIT */
#define SERVER_STATES	4	/* ESTABLISHED CLOSE_WAIT LAST_ACK CLOSE */

enum who_passes { NOBODY, CLIENT, SERVER, BOTH };

static void check_pass(struct __test_metadata *_metadata, const char *name,
		       const char *value, const char *from, const char *to,
		       enum who_passes pass)
{
	bool client = pass == CLIENT || pass == BOTH;
	bool server = pass == SERVER || pass == BOTH;
	long long filtered = module_stat("filtered");
	struct tcp_pair pair;
	struct socket_records records;

	ASSERT_EQ(0, module_set(name, value));
	ASSERT_EQ(0, tcp_pair_join(&pair, from, to))
		TH_LOG("from %s to %s", from, to);
	/* It can be accepted before it is known. */
	socket_records_with(pair.server_cookie, server);
	EXPECT_EQ(client, socket_records_go_on(pair.client_cookie));
	EXPECT_EQ(server, socket_records_go_on(pair.server_cookie));
	tcp_pair_part(&pair);
	records = socket_records_with(pair.client_cookie, client ? CLIENT_STATES + 1 : 0);
	EXPECT_EQ(client ? CLIENT_STATES + 1 : 0, records.all)
		TH_LOG("%s=%s: client", name, value);
	EXPECT_EQ(client ? CLIENT_STATES : 0, records.states);
	EXPECT_EQ(client, records.closes);
	records = socket_records_with(pair.server_cookie, server ? SERVER_STATES + 1 : 0);
	EXPECT_EQ(server ? SERVER_STATES + 1 : 0, records.all)
		TH_LOG("%s=%s: server", name, value);
	EXPECT_EQ(server ? SERVER_STATES : 0, records.states);
	EXPECT_EQ(server, records.closes);
	if (pass != BOTH)
		EXPECT_LT(filtered, module_stat("filtered"));
	EXPECT_EQ(0, module_set(name, ""));
}

#define C4	"127.0.0.1:4000"
#define S4	"127.0.0.20:8000"
#define C6	"[::1]:4000"
#define S6	"[::1]:8000"
#define CM	"[::ffff:127.0.0.1]:4000"
#define SM	"[::ffff:127.0.0.20]:8000"

#define PASS(name, value, from, to, pass)				\
	check_pass(_metadata, name, value, from, to, pass)

TEST_F(filter, lport)
{
	PASS("lport", "8000", C4, S4, SERVER);
	PASS("lport", "4000", C4, S4, CLIENT);
	PASS("lport", "1,4000,8000", C4, S4, BOTH);
	PASS("lport", "8001", C4, S4, NOBODY);
	PASS("lport", "8000", C6, S6, SERVER);
	PASS("lport", "4000", CM, SM, CLIENT);
}

/* A connect() chooses its port after the transition: that one is not seen. */
TEST_F(filter, lport_chosen_by_connect)
{
	struct tcp_pair pair;
	struct socket_records records;

	ASSERT_EQ(0, module_set("lport", "8000"));
	ASSERT_EQ(0, tcp_pair_join(&pair, "127.0.0.1:0", S4));
	tcp_pair_part(&pair);
	EXPECT_EQ(0, socket_records_of(pair.client_cookie).all);
	records = socket_records_with(pair.server_cookie, SERVER_STATES + 1);
	EXPECT_EQ(SERVER_STATES, records.states);
	EXPECT_EQ(1, records.closes);
}

TEST_F(filter, rport)
{
	PASS("rport", "8000", C4, S4, CLIENT);
	PASS("rport", "4000", C4, S4, SERVER);
	PASS("rport", "4000,8000", C4, S4, BOTH);
	PASS("rport", "9", C4, S4, NOBODY);
	PASS("rport", "8000", C6, S6, CLIENT);
}

TEST_F(filter, port)
{
	PASS("port", "8000", C4, S4, BOTH);
	PASS("port", "4000", C4, S4, BOTH);
	PASS("port", "7999,8001", C4, S4, NOBODY);
	PASS("port", "8000", C6, S6, BOTH);
	PASS("port", "4000", CM, SM, BOTH);
}

/* Sixteen are as many as can be. */
TEST_F(filter, port_list)
{
	PASS("port", "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,8000", C4, S4, BOTH);
	PASS("port", "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16", C4, S4, NOBODY);
}

TEST_F(filter, addr)
{
	PASS("addr", "127.0.0.20", C4, S4, BOTH);
	PASS("addr", "127.0.0.1/32", C4, S4, BOTH);
	PASS("addr", "127.0.0.16/28", C4, S4, BOTH);
	PASS("addr", "127.0.0.0/8", C4, S4, BOTH);
	PASS("addr", "0.0.0.0/0", C4, S4, BOTH);
	PASS("addr", "127.0.0.2/32", C4, S4, NOBODY);
	PASS("addr", "192.0.2.0/24", C4, S4, NOBODY);
	PASS("addr", "::/0", C4, S4, NOBODY);
	PASS("addr", "::1", C6, S6, BOTH);
	PASS("addr", "::/0", C6, S6, BOTH);
	PASS("addr", "2001:db8::/32", C6, S6, NOBODY);
	PASS("addr", "127.0.0.0/8", C6, S6, NOBODY);
}

/* What is IPv4 on the wire is IPv4, whatever it is made of. */
TEST_F(filter, addr_mapped)
{
	PASS("addr", "127.0.0.20", CM, SM, BOTH);
	PASS("addr", "127.0.0.16/28", CM, SM, BOTH);
	PASS("addr", "127.0.0.2/32", CM, SM, NOBODY);
	PASS("addr", "::/0", CM, SM, NOBODY);
	PASS("addr", "::ffff:127.0.0.20/128", CM, SM, BOTH);
	PASS("addr", "::ffff:127.0.0.16/124", C4, S4, BOTH);
	PASS("addr", "::ffff:127.0.0.2", CM, SM, NOBODY);
	PASS("addr", "::ffff:0:0/96", C6, S6, NOBODY);
}

TEST_F(filter, family)
{
	PASS("family", "4", C4, S4, BOTH);
	PASS("family", "6", C4, S4, NOBODY);
	PASS("family", "4", C6, S6, NOBODY);
	PASS("family", "6", C6, S6, BOTH);
	PASS("family", "4", CM, SM, BOTH);
	PASS("family", "6", CM, SM, NOBODY);
}

TEST_F(filter, netns)
{
	char other[24];

	PASS("netns", self->netns, C4, S4, BOTH);
	ASSERT_EQ(0, netns_enter());
	PASS("netns", self->netns, C4, S4, NOBODY);
	snprintf(other, sizeof(other), "%llu", netns_inode());
	EXPECT_STRNE(self->netns, other);
	PASS("netns", other, C4, S4, BOTH);
}

/* All that are set must be met. */
TEST_F(filter, several)
{
	ASSERT_EQ(0, module_set("family", "4"));
	ASSERT_EQ(0, module_set("addr", "127.0.0.0/8"));
	ASSERT_EQ(0, module_set("netns", self->netns));
	PASS("lport", "8000", C4, S4, SERVER);
	PASS("rport", "8000", C4, S4, CLIENT);
	ASSERT_EQ(0, module_set("addr", "192.0.2.0/24"));
	PASS("port", "8000", C4, S4, NOBODY);
	ASSERT_EQ(0, module_set("addr", ""));
	ASSERT_EQ(0, module_set("family", "6"));
	PASS("port", "8000", C4, S4, NOBODY);
	PASS("port", "8000", C6, S6, BOTH);
}

/* Of a process: whatever it acts on, until somebody else does. */
TEST_F(filter, pid)
{
	char mine[16], other[16];
	struct tcp_pair pair;

	snprintf(mine, sizeof(mine), "%d", getpid());
	snprintf(other, sizeof(other), "%d", getppid());
	PASS("pid", other, C4, S4, NOBODY);

	ASSERT_EQ(0, module_set("pid", mine));
	ASSERT_EQ(0, tcp_pair_join(&pair, C4, S4));
	tcp_pair_part(&pair);
	/* The server's end becomes known when we first act on it. */
	EXPECT_EQ(CLIENT_STATES,
		  socket_records_with(pair.client_cookie, CLIENT_STATES + 1).states);
	EXPECT_EQ(1, socket_records_of(pair.client_cookie).closes);
	EXPECT_EQ(1, socket_records_of(pair.server_cookie).closes);
}

static int shut_by_another(int fd)
{
	pid_t pid = fork();
	int status;

	if (!pid)
		_exit(shutdown(fd, SHUT_WR) != 0);
	return waitpid(pid, &status, 0) == pid ? status : -1;
}

/* Whose a socket is was known before the filter was set: nobody has to ask. */
TEST_F(filter, pid_of_a_known_owner)
{
	char mine[16], other[16];
	struct socket_records records;
	struct tcp_pair pair;

	snprintf(mine, sizeof(mine), "%d", getpid());
	snprintf(other, sizeof(other), "%d", getppid());
	ASSERT_EQ(0, tcp_pair_join(&pair, C4, S4));
	EXPECT_EQ(1, socket_records_with(pair.server_cookie, 1).all);
	ASSERT_EQ(0, module_set("pid", mine));
	ASSERT_EQ(0, shut_by_another(pair.client));
	records = socket_records_with(pair.server_cookie, 2);
	EXPECT_EQ(2, records.all);
	EXPECT_STREQ("ESTABLISHED>CLOSE_WAIT", records.last);
	/* the other end may have acknowledged it inside the call */
	EXPECT_EQ(0, strncmp("ESTABLISHED>FIN_WAIT",
			     socket_records_of(pair.client_cookie).called, 20));
	ASSERT_EQ(0, module_set("pid", other));
	ASSERT_EQ(0, shut_by_another(pair.server));
	EXPECT_EQ(2, socket_records_of(pair.server_cookie).all);
	ASSERT_EQ(0, module_set("pid", ""));
	tcp_pair_part(&pair);
	EXPECT_EQ(1, socket_records_of(pair.server_cookie).closes);
}

/* It is chosen by connect(), and nobody asks for what follows. */
TEST_F(filter, pid_and_the_local_port)
{
	char mine[16], port[ADDRESS_LEN];
	struct sockaddr_storage addr;
	struct socket_records records;
	socklen_t len = address_parse(&addr, S4);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	__u64 cookie = tcp_pair_cookie(fd);

	snprintf(mine, sizeof(mine), "%d", getpid());
	ASSERT_EQ(0, module_set("pid", mine));
	ASSERT_EQ(-1, connect(fd, (void *)&addr, len));
	EXPECT_EQ(ECONNREFUSED, errno);
	records = socket_records_with(cookie, 3);
	EXPECT_EQ(3, records.all);
	EXPECT_STREQ("SYN_SENT>CLOSE", records.last);
	EXPECT_STREQ(S4, records.remote);
	EXPECT_STRNE("127.0.0.1:0", records.local);
	strcpy(port, records.local);
	close(fd);
	records = socket_records_with(cookie, 4);
	EXPECT_EQ(1, records.closes);
	EXPECT_STREQ(S4, records.remote);
	EXPECT_STREQ(port, records.local);
}

/* ---- what a listener answers is of the segment's connection ---- */

/* Believes to be connected, without a word: TCP_REPAIR. */
static int open_stranger(const char *from, const char *to)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const int repair = 1, done = TCP_REPAIR_OFF_NO_WP;
	struct sockaddr_storage addr;
	socklen_t len = address_parse(&addr, from);

	if (setsockopt(fd, IPPROTO_TCP, TCP_REPAIR, &repair, sizeof(repair)) ||
	    bind(fd, (void *)&addr, len))
		return -1;
	len = address_parse(&addr, to);
	if (connect(fd, (void *)&addr, len) ||
	    setsockopt(fd, IPPROTO_TCP, TCP_REPAIR, &done, sizeof(done)))
		return -1;
	return fd;
}

static int open_listener(const char *address)
{
	struct sockaddr_storage addr;
	socklen_t len = address_parse(&addr, address);
	int fd = socket(addr.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return bind(fd, (void *)&addr, len) || listen(fd, 1) ? -1 : fd;
}

static void check_answer(struct __test_metadata *_metadata, int listener,
			 const char *name, const char *value, bool told)
{
	const __u64 cookie = tcp_pair_cookie(listener);
	const int before = socket_records_of(cookie).all;
	struct socket_records records;
	int fd;

	ASSERT_EQ(0, module_set(name, value));
	fd = open_stranger(C4, S4);
	ASSERT_LE(0, fd);
	ASSERT_EQ(1, send(fd, "x", 1, 0));
	EXPECT_EQ(-1, recv(fd, &(char){ 0 }, 1, 0));
	EXPECT_EQ(ECONNRESET, errno);
	close(fd);
	records = socket_records_of(cookie);
	EXPECT_EQ(before + told, records.all)
		TH_LOG("%s=%s", name, value);
	if (told) {
		EXPECT_STREQ(S4, records.local);
		EXPECT_STREQ(C4, records.remote);
	}
	EXPECT_EQ(0, module_set(name, ""));
}

#define ANSWER(name, value, told)					\
	check_answer(_metadata, fd, name, value, told)

/* The listener is of IPv6, and of any address: what passes is what it answers. */
TEST_F(filter, answers_of_a_listener)
{
	int fd = open_listener("[::]:8000");
	char mine[16], other[16];

	ASSERT_LE(0, fd);
	snprintf(mine, sizeof(mine), "%d", getpid());
	snprintf(other, sizeof(other), "%d", getppid());
	ANSWER("lport", "", true);
	ANSWER("lport", "8000", true);
	ANSWER("lport", "4000", false);
	ANSWER("rport", "4000", true);
	ANSWER("rport", "4001", false);
	ANSWER("port", "4000", true);
	ANSWER("port", "8001", false);
	ANSWER("addr", "127.0.0.1", true);
	ANSWER("addr", "127.0.0.20", true);
	ANSWER("addr", "127.0.0.2", false);
	ANSWER("addr", "::/0", false);
	ANSWER("family", "4", true);
	ANSWER("family", "6", false);
	ANSWER("netns", self->netns, true);
	ANSWER("netns", "1", false);
	ANSWER("pid", mine, true);
	ANSWER("pid", other, false);
	close(fd);
}

/* ---- a filter that changes while a socket lives ---- */

/* What is known is looked at again when a filter changes. */
TEST_F(filter, change_while_a_socket_lives)
{
	struct tcp_pair pair;
	int before;

	ASSERT_EQ(0, tcp_pair_join(&pair, C4, S4));
	before = socket_records_with(pair.server_cookie, 1).all;
	EXPECT_EQ(1, before);
	ASSERT_EQ(0, module_set("port", "9"));
	shutdown(pair.server, SHUT_RD);
	EXPECT_EQ(before, socket_records_of(pair.server_cookie).all);
	ASSERT_EQ(0, module_set("port", "8000"));
	shutdown(pair.server, SHUT_RD);
	EXPECT_EQ(before + 1, socket_records_of(pair.server_cookie).all);
	ASSERT_EQ(0, module_set("port", ""));
	shutdown(pair.server, SHUT_RD);
	EXPECT_EQ(before + 2, socket_records_of(pair.server_cookie).all);
	tcp_pair_part(&pair);
	EXPECT_EQ(1, socket_records_of(pair.server_cookie).closes);
}

/* What happened while it was turned away is made up for, not carried on. */
TEST_F(filter, change_while_a_state_does)
{
	struct tcp_pair pair;
	char end;

	ASSERT_EQ(0, tcp_pair_join(&pair, C4, S4));
	EXPECT_EQ(1, socket_records_with(pair.server_cookie, 1).all);
	ASSERT_EQ(0, module_set("port", "9"));
	shutdown(pair.client, SHUT_WR);
	EXPECT_EQ(0, recv(pair.server, &end, sizeof(end), 0));
	EXPECT_EQ(1, socket_records_of(pair.server_cookie).all);
	ASSERT_EQ(0, module_set("port", ""));
	shutdown(pair.server, SHUT_RD);
	EXPECT_STREQ("CLOSE_WAIT>CLOSE_WAIT", socket_records_of(pair.server_cookie).called);
	tcp_pair_part(&pair);
}

/* ---- another connection of the same socket ---- */

#define S4_NEXT	"127.0.0.20:8001"

static int connect_again(int fd, const char *to)
{
	const struct sockaddr nobody = { .sa_family = AF_UNSPEC };
	struct sockaddr_storage addr;
	socklen_t len = address_parse(&addr, to);

	return connect(fd, &nobody, sizeof(nobody)) ||
	       connect(fd, (void *)&addr, len) ? errno : 0;
}

static void check_socket(struct __test_metadata *_metadata, __u64 cookie,
			 const char *remote, const char *path)
{
	struct record record;

	ASSERT_TRUE(find_socket(&record, cookie));
	EXPECT_STREQ(remote, record_get(&record, SHUTWATCH_KEY_REMOTE));
	EXPECT_STREQ(path, record_get(&record, SHUTWATCH_KEY_PATH));
}

/* It began unseen: that is where it goes on from, and who it is. */
static void check_unseen(struct __test_metadata *_metadata, struct tcp_pair *pair)
{
	struct socket_records records;

	EXPECT_EQ(0, module_set("port", ""));
	ASSERT_EQ(0, shutdown(pair->client, SHUT_RD));
	records = socket_records_of(pair->client_cookie);
	EXPECT_STREQ("ESTABLISHED>ESTABLISHED", records.called);
	EXPECT_STREQ(S4_NEXT, records.remote);
	check_socket(_metadata, pair->client_cookie, S4_NEXT, "ESTABLISHED");
}

TEST_F(filter, change_while_a_connection_does)
{
	int next = open_listener(S4_NEXT);
	struct tcp_pair pair;

	ASSERT_LE(0, next);
	ASSERT_EQ(0, tcp_pair_join(&pair, C4, S4));
	ASSERT_EQ(0, module_set("port", "9"));
	ASSERT_EQ(0, connect_again(pair.client, S4_NEXT));
	EXPECT_FALSE(socket_records_go_on(pair.client_cookie));
	check_unseen(_metadata, &pair);
	close(next);
	tcp_pair_part(&pair);
}

/* A mini-socket has the first one, which goes on. */
TEST_F(filter, change_while_a_connection_does_in_TIME_WAIT)
{
	int next = open_listener(S4_NEXT);
	struct tcp_pair pair;

	ASSERT_LE(0, next);
	ASSERT_EQ(0, tcp_pair_join(&pair, C4, S4));
	shutdown(pair.client, SHUT_WR);
	tcp_pair_hear_end(pair.server);
	close(pair.server);
	tcp_pair_hear_end(pair.client);
	ASSERT_EQ(0, module_set("port", "9"));
	ASSERT_EQ(0, connect_again(pair.client, S4_NEXT));
	check_socket(_metadata, pair.client_cookie, S4,
		     "CLOSE>SYN_SENT>ESTABLISHED>FIN_WAIT1>FIN_WAIT2>TIME_WAIT");
	ASSERT_EQ(0, module_set("port", ""));
	ASSERT_EQ(0, shutdown(pair.client, SHUT_RD));
	EXPECT_STREQ(S4_NEXT, socket_records_of(pair.client_cookie).remote);
	close(next);
	close(pair.client);
}

static void check_next(struct __test_metadata *_metadata, const char *name,
		       const char *value)
{
	int next = open_listener(S4_NEXT);
	struct tcp_pair pair;
	int told;

	ASSERT_LE(0, next);
	ASSERT_EQ(0, module_set(name, value));
	ASSERT_EQ(0, tcp_pair_join(&pair, "127.0.0.1:0", S4));
	told = socket_records_of(pair.client_cookie).all;
	EXPECT_EQ(2, told);
	ASSERT_EQ(0, connect_again(pair.client, S4_NEXT));
	/* the end of the first: a transition and a call */
	EXPECT_EQ(told + 2, socket_records_of(pair.client_cookie).all)
		TH_LOG("%s=%s", name, value);
	EXPECT_STREQ(S4, socket_records_of(pair.client_cookie).remote);
	EXPECT_FALSE(socket_records_go_on(pair.client_cookie));
	EXPECT_EQ(0, module_set(name, ""));
	close(next);
	tcp_pair_part(&pair);
}

/* That the first connection passed says nothing of the next one. */
TEST_F(filter, next_connection)
{
	check_next(_metadata, "rport", "8000");
	check_next(_metadata, "port", "8000");
}

/* What is not told is not known: no line that is out of date. */
TEST_F(filter, change_hides_what_is_out_of_date)
{
	struct tcp_pair pair;

	ASSERT_EQ(0, tcp_pair_join(&pair, C4, S4));
	ASSERT_EQ(0, module_set("port", "9"));
	shutdown(pair.client, SHUT_WR);
	tcp_pair_hear_end(pair.server);
	EXPECT_FALSE(socket_records_go_on(pair.client_cookie));
	EXPECT_FALSE(socket_records_go_on(pair.server_cookie));
	ASSERT_EQ(0, module_set("port", ""));
	shutdown(pair.server, SHUT_RD);
	check_socket(_metadata, pair.server_cookie, C4, "CLOSE_WAIT");
	tcp_pair_part(&pair);
}

static bool is_in_FIN_WAIT1(void)
{
	__u64 deadline = clock_in(DEATH_SECONDS);

	while (!netns_in_state(C4, S4, 1 << SHUTWATCH_TCP_FIN_WAIT1)) {
		if (!clock_wait(deadline))
			return false;
	}
	return true;
}

static void *close_socket(void *fd)
{
	close(*(int *)fd);
	return NULL;
}

/* Its end was not seen, and is not told as if nothing had happened since. */
TEST_F(filter, change_while_close_sleeps)
{
	const struct linger linger = { .l_onoff = 1, .l_linger = DEATH_SECONDS };
	static char data[1 << 16];
	struct tcp_pair pair;
	pthread_t thread;

	ASSERT_EQ(0, tcp_pair_join(&pair, C4, S4));
	ASSERT_EQ(0, setsockopt(pair.client, SOL_SOCKET, SO_LINGER, &linger,
				sizeof(linger)));
	while (send(pair.client, data, sizeof(data), MSG_DONTWAIT) > 0)
		;
	ASSERT_EQ(0, pthread_create(&thread, NULL, close_socket, &pair.client));
	EXPECT_TRUE(is_in_FIN_WAIT1());
	ASSERT_EQ(0, module_set("port", "9"));
	while (recv(pair.server, data, sizeof(data), 0) > 0)
		;
	ASSERT_EQ(0, pthread_join(thread, NULL));
	ASSERT_EQ(0, module_set("port", ""));
	EXPECT_EQ(0, socket_records_of(pair.client_cookie).closes);
	EXPECT_FALSE(socket_records_go_on(pair.client_cookie));
	close(pair.server);
}

/* Nothing is told of a mini-socket's end, but it does not stay in the table. */
TEST_F_TIMEOUT(filter, change_while_TIME_WAIT, DEATH_SECONDS + 30)
{
	__u64 deadline = clock_in(DEATH_SECONDS);
	struct tcp_pair pair;
	int told;

	ASSERT_EQ(0, tcp_pair_join(&pair, C4, S4));
	tcp_pair_part(&pair);
	told = socket_records_with(pair.client_cookie, CLIENT_STATES + 1).all;
	EXPECT_EQ(CLIENT_STATES + 1, told);
	ASSERT_EQ(0, module_set("port", "9"));
	/* The namespace goes, and its mini-sockets with it. */
	ASSERT_EQ(0, netns_enter());
	while (socket_records_go_on(pair.client_cookie) && clock_wait(deadline))
		;
	EXPECT_FALSE(socket_records_go_on(pair.client_cookie));
	EXPECT_EQ(told, socket_records_of(pair.client_cookie).all);
}

/* ---- what is refused ---- */

static int open_log(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd >= 0)
		lseek(fd, 0, SEEK_END);
	return fd;
}

/* "shutwatch: port=http: not a port list; write ..." */
static bool log_names_the_cure(int fd, const char *name, const char *value)
{
	char line[1024], begin[256];
	bool found = false;
	const char *at;
	ssize_t n;

	snprintf(begin, sizeof(begin), "shutwatch: %s=%s: ", name, value);
	while ((n = read(fd, line, sizeof(line) - 1)) > 0) {
		line[n] = '\0';
		at = strstr(line, begin);
		found |= at && strstr(at, "write");
	}
	return found;
}

static const struct {
	const char *name;
	const char *fine;
	const char *wrong;
} refused[] = {
	{ "port", "80", "0" },
	{ "port", "80", "65536" },
	{ "port", "80", "-1" },
	{ "port", "80,443", "http" },
	{ "port", "80,443", "80,,443" },
	{ "port", "80,443", ",80" },
	{ "port", "80,443", "80 443" },
	{ "lport", "80", "80," },
	{ "lport", "80", "0x50" },
	{ "lport", "80", "+80" },
	{ "lport", "80", "080" },
	{ "port", "80,443", "80,+443" },
	{ "lport", "80", "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17" },
	{ "rport", "80", "80-90" },
	{ "addr", "192.0.2.0/24", "192.0.2" },
	{ "addr", "192.0.2.0/24", "192.0.2.0/33" },
	{ "addr", "192.0.2.0/24", "192.0.2.0/" },
	{ "addr", "192.0.2.0/24", "192.0.2.0/-1" },
	{ "addr", "192.0.2.0/24", "192.0.2.0/+24" },
	{ "addr", "192.0.2.0/24", "192.0.2.0/024" },
	{ "addr", "2001:db8::/32", "2001:db8::/129" },
	{ "addr", "::ffff:127.0.0.0/104", "::ffff:127.0.0.0/90" },
	{ "addr", "::/0", "::ffff:0:0/0" },
	{ "addr", "2001:db8::/32", "localhost" },
	{ "addr", "2001:db8::/32", "192.0.2.1:80" },
	{ "family", "4", "5" },
	{ "family", "6", "ipv4" },
	{ "pid", "1", "me" },
	{ "pid", "1", "-1" },
	{ "pid", "1", "+1" },
	{ "pid", "1", "01" },
	{ "pid", "1", "0" },
	{ "pid", "1", "4294967296" },
	{ "netns", "1", "init" },
	{ "netns", "1", "0" },
	{ "netns", "1", "+4026531840" },
	{ "netns", "1", "/proc/self/ns/net" },
	{ "kind", "call", "calls" },
	{ "kind", "call,decision", "call,,decision" },
	{ "kind", "call,decision", "call, decision" },
	{ "kind", "call,decision", "call decision" },
	{ "kind", "call,decision", ",call" },
	{ "kind", "state", "1" },
	{ "sent", "RST", "rst" },
	{ "sent", "FIN,RST", "FIN," },
	{ "sent", "none", "nothing" },
	{ "sent", "none", "-" },
	{ "why", "unread_data", "unread" },
	{ "why", "unread_data,abort", "unread_data,unread_dat" },
	{ "why", "close", "close=1" },
};

TEST_F(filter, nonsense_is_refused)
{
	char before[256], now[256];
	int i, fd;

	for (i = 0; i < ARRAY_SIZE(refused); i++) {
		ASSERT_EQ(0, module_set(refused[i].name, refused[i].fine));
		ASSERT_EQ(0, module_get(refused[i].name, before, sizeof(before)));
		fd = open_log();
		ASSERT_LE(0, fd);
		EXPECT_EQ(-EINVAL, module_set(refused[i].name, refused[i].wrong))
			TH_LOG("%s=%s", refused[i].name, refused[i].wrong);
		EXPECT_TRUE(log_names_the_cure(fd, refused[i].name,
					       refused[i].wrong))
			TH_LOG("%s=%s", refused[i].name, refused[i].wrong);
		close(fd);
		ASSERT_EQ(0, module_get(refused[i].name, now, sizeof(now)));
		EXPECT_STREQ(before, now);
		ASSERT_EQ(0, module_set(refused[i].name, ""));
		ASSERT_EQ(0, module_get(refused[i].name, now, sizeof(now)));
		EXPECT_STREQ("", now);
	}
}

/* What decides how much memory is taken is for the load only. */
TEST_F(filter, sizes_cannot_be_written)
{
	char now[16];

	EXPECT_EQ(-EACCES, module_set("ring", "2048"));
	EXPECT_EQ(-EACCES, module_set("sockets", "2048"));
	ASSERT_EQ(0, module_get("ring", now, sizeof(now)));
	EXPECT_LE(1024, atoi(now));
	ASSERT_EQ(0, module_get("sockets", now, sizeof(now)));
	EXPECT_LE(256, atoi(now));
}

int main(int argc, char **argv)
{
	return module_main(argc, argv);
}
