// SPDX-License-Identifier: GPL-2.0-only
/*
 * What passes through TCP's hooks without being TCP: DCCP shares its states and
 * its mini-sockets, SCTP its tracepoint, UDP its calls.  Nothing is told of them.
 */
#include "module_main.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "events.h"
#include "netns.h"
#include "socket_records.h"
#include "tcp_pair.h"

#ifndef SOCK_DCCP
#define SOCK_DCCP	6
#endif
#define SOL_DCCP_OWN	269
#define SERVICE_OPTION	2

#define MANY		16

FIXTURE(foreign) {
	struct remarks remarks;
	struct events events;
	struct tcp_pair last;
};

FIXTURE_SETUP(foreign)
{
	ASSERT_EQ(0, netns_enter());
	ASSERT_EQ(0, events_open(&self->events, &self->remarks));
}

FIXTURE_TEARDOWN(foreign)
{
}

/**
 * struct protocol - what to make sockets of
 * @type: SOCK_*
 * @number: IPPROTO_*
 * @module: the kernel's module, which may have to be loaded
 */
struct protocol {
	int type;
	int number;
	const char *module;
};

/* The kernel asks for it by itself, but not of everybody. */
static void load(const char *module)
{
	pid_t pid = fork();

	if (!pid) {
		execlp("modprobe", "modprobe", "-q", module, NULL);
		_exit(1);
	}
	waitpid(pid, NULL, 0);
}

static int open_socket(const struct protocol *p)
{
	const __be32 service = htonl(42);
	int fd = socket(AF_INET, p->type | SOCK_CLOEXEC, p->number);

	if (fd >= 0 && p->type == SOCK_DCCP)
		setsockopt(fd, SOL_DCCP_OWN, SERVICE_OPTION, &service,
			   sizeof(service));
	return fd;
}

/**
 * struct ends - a connection
 * @listener: where it was made
 * @client: one end
 * @server: the other
 */
struct ends {
	int listener;
	int client;
	int server;
};

static int join(struct ends *ends, const struct protocol *p)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(addr);

	ends->listener = open_socket(p);
	ends->client = open_socket(p);
	if (ends->listener < 0 || ends->client < 0 ||
	    bind(ends->listener, (struct sockaddr *)&addr, len) ||
	    listen(ends->listener, 1) ||
	    getsockname(ends->listener, (struct sockaddr *)&addr, &len) ||
	    connect(ends->client, (struct sockaddr *)&addr, len))
		return errno;
	ends->server = accept(ends->listener, NULL, NULL);
	return ends->server < 0 ? errno : 0;
}

/* All calls that are told of TCP, and a mini-socket where there are such. */
static void end(const struct ends *ends)
{
	const struct sockaddr unspec = { .sa_family = AF_UNSPEC };

	shutdown(ends->client, SHUT_WR);
	shutdown(ends->server, SHUT_RDWR);
	close(ends->client);
	close(ends->server);
	connect(ends->listener, &unspec, sizeof(unspec));
	close(ends->listener);
}

/*
 * Whether nothing comes, only something that comes later can tell: a connection
 * of TCP.
 */
static int records_before_tcp(struct events *events, struct remarks *remarks)
{
	static struct record record[MANY];
	struct tcp_pair pair;
	int i, nr, before = 0;

	if (tcp_pair_join(&pair, "127.0.0.1:4000", "127.0.0.1:8000"))
		return -1;
	socket_records_with(pair.server_cookie, 1);
	nr = events_read(events, record, MANY, remarks);
	for (i = 0; i < nr; i++) {
		if (!strncmp(record[i].value[SHUTWATCH_KEY_STATE] ?: "", "CLOSE>LISTEN", 12))
			break;
		before++;
	}
	tcp_pair_part(&pair);
	return before;
}

static void check(struct __test_metadata *_metadata, struct events *events,
		  struct remarks *remarks, const struct protocol *p)
{
	struct ends ends = { .server = -1 };
	__u64 cookies[2];

	ASSERT_EQ(0, join(&ends, p));
	cookies[0] = tcp_pair_cookie(ends.client);
	cookies[1] = tcp_pair_cookie(ends.server);
	EXPECT_FALSE(socket_records_go_on(cookies[0]));
	EXPECT_FALSE(socket_records_go_on(cookies[1]));
	end(&ends);
	EXPECT_EQ(0, records_before_tcp(events, remarks));
	EXPECT_FALSE(socket_records_go_on(cookies[0]));
	EXPECT_FALSE(socket_records_go_on(cookies[1]));
}

#define FOREIGN_LIST(X)							\
	X(dccp, SOCK_DCCP, IPPROTO_DCCP, "dccp_ipv4")			\
	X(sctp, SOCK_STREAM, IPPROTO_SCTP, "sctp")

static void test_protocol(struct __test_metadata *_metadata, struct events *events,
			  struct remarks *remarks, const char *name,
			  const struct protocol *p)
{
	int fd;

	load(p->module);
	fd = open_socket(p);
	if (fd < 0)
		SKIP(return, "no %s: %s", name, strerror(errno));
	close(fd);
	check(_metadata, events, remarks, p);
}

#define TEST_FOREIGN(name, sock_type, ip_protocol, ko)			\
TEST_F(foreign, name)							\
{									\
	static const struct protocol p = { sock_type, ip_protocol, ko };	\
									\
	test_protocol(_metadata, &self->events, &self->remarks, #name, &p);	\
}

FOREIGN_LIST(TEST_FOREIGN)

/* It has no connections, but all of the calls. */
TEST_F(foreign, udp)
{
	const struct sockaddr unspec = { .sa_family = AF_UNSPEC };
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(9),
	};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	ASSERT_EQ(0, connect(fd, (struct sockaddr *)&addr, sizeof(addr)));
	shutdown(fd, SHUT_RDWR);
	ASSERT_EQ(0, connect(fd, &unspec, sizeof(unspec)));
	close(fd);
	EXPECT_EQ(0, records_before_tcp(&self->events, &self->remarks));
}

int main(int argc, char **argv)
{
	return module_main(argc, argv);
}
