// SPDX-License-Identifier: GPL-2.0-only
/*
 * Filters by outcome - kind, sent, why - and by the process that a connection
 * belongs to, changed while the module runs; and what they leave to be counted.
 */
#include "trial_fixture.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <names.h>

#include "address.h"
#include "clock.h"
#include "events.h"
#include "find_record.h"
#include "hold_lock.h"
#include "netns.h"
#include "reach.h"
#include "record_fields.h"
#include "socket_records.h"
#include "stream.h"
#include "task.h"
#include "tcp_pair.h"

#define DATA		(PACKET_ACK | PACKET_PSH)

#define FROM		"127.0.0.1:4000"
#define TO		"127.0.0.20:8000"

#define WAIT_MS		10000

/* ---- by outcome ---- */

FIXTURE(outcome) {
	struct events events;
	struct remarks remarks;
};

FIXTURE_SETUP(outcome)
{
	ASSERT_EQ(0, module_reset_filters());
	ASSERT_EQ(0, netns_enter());
	ASSERT_EQ(0, events_open(&self->events, &self->remarks));
}

FIXTURE_TEARDOWN(outcome)
{
	EXPECT_EQ(0, module_reset_filters());
}

/* One connection is reset with unread data, another is closed in good order. */
static bool live(void)
{
	struct tcp_pair pair;
	bool ready;

	if (tcp_pair_join(&pair, FROM, TO) || send(pair.client, "hello", 5, 0) != 5)
		return false;
	ready = poll(&(struct pollfd){ .fd = pair.server, .events = POLLIN }, 1,
		     WAIT_MS) == 1;
	shutdown(pair.client, SHUT_RD);
	close(pair.server);
	ready = tcp_pair_hears_reset(pair.client, WAIT_MS) && ready;
	close(pair.client);
	if (tcp_pair_join(&pair, FROM, TO))
		return false;
	tcp_pair_part(&pair);
	return ready;
}

/* What live() waits by.  Its addresses are taken until the client has heard it. */
TEST(own_shutdown_is_no_reset)
{
	struct tcp_pair pair;

	ASSERT_EQ(0, netns_enter());
	ASSERT_EQ(0, tcp_pair_join(&pair, FROM, TO));
	ASSERT_EQ(5, send(pair.client, "hello", 5, 0));
	ASSERT_EQ(0, shutdown(pair.client, SHUT_RD));
	EXPECT_FALSE(tcp_pair_hears_reset(pair.client, 0));
	close(pair.server);
	EXPECT_TRUE(tcp_pair_hears_reset(pair.client, WAIT_MS));
	close(pair.client);
}

/*
 * The listeners among them.  In the order of the file: what is written on
 * another CPU may be a moment late, but nothing is, once a socket is gone.
 */
static int count(const struct events *events, enum shutwatch_key key,
		 const char *value)
{
	struct record record;
	struct scan scan;
	int found = 0;

	if (scan_begin(&scan, SHUTWATCH_FILE_EVENTS))
		return -1;
	while (scan_next(&scan, &record))
		found += events_has(events, &record) &&
			 (!value || record_is(&record, key, value));
	scan_end(&scan);
	return found;
}

/**
 * struct kept - how many records live() leaves
 * @call: of this kind
 * @decision: likewise
 * @state: likewise
 * @reset: likewise
 */
struct kept {
	int call, decision, state, reset;
};

/*
 * Two listeners, each CLOSE to LISTEN to CLOSE; the one that is reset: its client
 * SYN_SENT ESTABLISHED CLOSE, its server's end ESTABLISHED CLOSE; the other one:
 * five of the client to TIME_WAIT, four of the server.
 */
#define ALL_STATES	(2 * 2 + 3 + 2 + 5 + 4)

/* close() of each of six sockets, and shutdown() of one. */
#define ALL_CALLS	7

#define check_kept(...)							\
do {									\
	const struct kept want = { __VA_ARGS__ };			\
	const int all = want.call + want.decision + want.state + want.reset; \
	__u64 deadline = clock_in(WAIT_MS / 1000);			\
									\
	ASSERT_TRUE(live());						\
	while (count(&self->events, 0, NULL) < all && clock_wait(deadline)) \
		;							\
	EXPECT_EQ(want.call, count(&self->events, SHUTWATCH_KEY_KIND, "call")); \
	EXPECT_EQ(want.decision, count(&self->events, SHUTWATCH_KEY_KIND, "decision")); \
	EXPECT_EQ(want.state, count(&self->events, SHUTWATCH_KEY_KIND, "state")); \
	EXPECT_EQ(want.reset, count(&self->events, SHUTWATCH_KEY_KIND, "reset")); \
} while (0)

#define SET(name, value)	ASSERT_EQ(0, module_set(name, value))

TEST_F(outcome, none)
{
	check_kept(.call = ALL_CALLS, .state = ALL_STATES, .reset = 1);
}

TEST_F(outcome, kind)
{
	SET("kind", "call");
	check_kept(.call = ALL_CALLS);
}

TEST_F(outcome, kinds)
{
	SET("kind", "state,reset");
	check_kept(.state = ALL_STATES, .reset = 1);
}

TEST_F(outcome, kind_that_does_not_come)
{
	SET("kind", "decision");
	check_kept(0);
}

TEST_F(outcome, sent)
{
	SET("sent", "RST");
	check_kept(.call = 1);
	EXPECT_EQ(1, count(&self->events, SHUTWATCH_KEY_WHY, "unread_data"));
}

/* Two of the ends in good order. */
TEST_F(outcome, sent_several)
{
	SET("sent", "RST,FIN");
	check_kept(.call = 3);
	EXPECT_EQ(1, count(&self->events, SHUTWATCH_KEY_SENT, "RST"));
	EXPECT_EQ(2, count(&self->events, SHUTWATCH_KEY_SENT, "FIN"));
}

/* A shutdown(), a close() after the RST, and the listeners. */
TEST_F(outcome, sent_none)
{
	SET("sent", "none");
	check_kept(.call = ALL_CALLS - 3);
}

TEST_F(outcome, why)
{
	SET("why", "close");
	check_kept(.call = 2);
	EXPECT_EQ(2, count(&self->events, SHUTWATCH_KEY_WHY, "close"));
}

TEST_F(outcome, why_several)
{
	SET("why", "read_side_only,unread_data,abort");
	check_kept(.call = 2);
	EXPECT_EQ(1, count(&self->events, SHUTWATCH_KEY_WHY, "read_side_only"));
	EXPECT_EQ(1, count(&self->events, SHUTWATCH_KEY_WHY, "unread_data"));
}

/* All that are set must be met. */
TEST_F(outcome, sent_and_why)
{
	SET("sent", "RST");
	SET("why", "close,unread_data");
	check_kept(.call = 1);
}

TEST_F(outcome, sent_and_another_why)
{
	SET("sent", "RST");
	SET("why", "close");
	check_kept(0);
}

/* What has no outcome does not have this one. */
TEST_F(outcome, sent_and_a_kind_without)
{
	SET("kind", "state,reset");
	SET("sent", "RST,FIN,none");
	check_kept(0);
}

TEST_F(outcome, with_a_subject)
{
	SET("port", "9");
	SET("sent", "RST");
	check_kept(0);
	SET("port", "8000");
	check_kept(.call = 1);
}

/* It may have been acknowledged, too. */
#define PATH		"CLOSE>SYN_SENT>ESTABLISHED>FIN_WAIT1"

/* Socket and path are followed, whatever is kept of it. */
TEST_F(outcome, sockets_are_followed)
{
	struct tcp_pair pair;
	struct record line;

	SET("sent", "RST");
	SET("kind", "decision");
	ASSERT_EQ(0, tcp_pair_join(&pair, FROM, TO));
	shutdown(pair.client, SHUT_WR);
	tcp_pair_hear_end(pair.server);
	ASSERT_TRUE(find_socket(&line, pair.client_cookie));
	EXPECT_STREQ("shutdown", record_get(&line, SHUTWATCH_KEY_CALL));
	EXPECT_STREQ("FIN", record_get(&line, SHUTWATCH_KEY_SENT));
	EXPECT_EQ(0, strncmp(record_get(&line, SHUTWATCH_KEY_PATH), PATH, strlen(PATH)));
	EXPECT_EQ(0, count(&self->events, 0, NULL));
	tcp_pair_part(&pair);
}

static bool around(const char *time, __u64 begin, __u64 end)
{
	const double slack = 10, second = NSEC_PER_SEC;
	double at = strtod(time, NULL);

	return at > begin / second - slack && at < end / second + slack;
}

/* Where no record tells it, the time of a transition is known to the tick. */
TEST_F(outcome, since_is_known)
{
	__u64 begin = clock_now();
	struct tcp_pair pair;
	struct record line;

	SET("sent", "RST");
	ASSERT_EQ(0, tcp_pair_join(&pair, FROM, TO));
	ASSERT_TRUE(find_socket(&line, pair.client_cookie));
	EXPECT_STREQ("ESTABLISHED", record_get(&line, SHUTWATCH_KEY_STATE));
	EXPECT_TRUE(around(record_get(&line, SHUTWATCH_KEY_SINCE), begin, clock_now()))
		TH_LOG("since=%s", record_get(&line, SHUTWATCH_KEY_SINCE));
	EXPECT_EQ(0, count(&self->events, 0, NULL));
	tcp_pair_part(&pair);
}

/* What is not kept now may be kept in a moment. */
TEST_F(outcome, change_while_a_socket_lives)
{
	struct tcp_pair pair;

	SET("kind", "reset");
	ASSERT_EQ(0, tcp_pair_join(&pair, FROM, TO));
	shutdown(pair.server, SHUT_RD);
	EXPECT_EQ(0, count(&self->events, 0, NULL));
	SET("kind", "");
	shutdown(pair.server, SHUT_RD);
	EXPECT_EQ(1, count(&self->events, 0, NULL));
	SET("why", "read_side_only");
	shutdown(pair.server, SHUT_RD);
	EXPECT_EQ(2, count(&self->events, 0, NULL));
	tcp_pair_part(&pair);
	EXPECT_EQ(2, count(&self->events, 0, NULL));
}

/**
 * struct shutter - a thread that waits in shutdown() for the socket lock
 * @fd: of the socket
 * @tid: the thread, once it has begun
 */
struct shutter {
	int fd;
	atomic_int tid;
};

static void *shut(void *arg)
{
	struct shutter *shutter = arg;

	shutter->tid = gettid();
	shutdown(shutter->fd, SHUT_WR);
	return NULL;
}

/* Its values are not known any more, but linger is. */
TEST_F(outcome, wanted_while_a_shutdown_waits)
{
	const struct linger linger = { .l_onoff = 1, .l_linger = 7 };
	const __u64 deadline = clock_in(WAIT_MS / 1000);
	static struct play play;
	struct shutter shutter = {};
	struct hold_lock hold;
	struct tcp_pair pair;
	struct record record;
	pthread_t thread;

	SET("sent", "RST");
	ASSERT_EQ(0, tcp_pair_join(&pair, FROM, TO));
	ASSERT_EQ(0, setsockopt(pair.client, SOL_SOCKET, SO_LINGER, &linger,
				sizeof(linger)));
	shutter.fd = pair.client;
	play.bell = -1;
	play.actor[S].fd = pair.client;
	hold_lock_begin(&hold, &play, S);
	if (play.lacks)
		SKIP(return, "this kernel lacks %s", play.lacks);
	ASSERT_EQ(0, pthread_create(&thread, NULL, shut, &shutter));
	while (!shutter.tid || !task_waits_in(shutter.tid, "lock_sock"))
		ASSERT_TRUE(clock_wait(deadline));
	SET("sent", "");
	hold_lock_end(&hold);
	pthread_join(thread, NULL);
	EXPECT_EQ(0, play.trouble.count);
	ASSERT_TRUE(find_record(&record, pair.client_cookie, SHUTWATCH_KEY_CALL,
				"shutdown"));
	EXPECT_STREQ("7", record_get(&record, SHUTWATCH_KEY_LINGER));
	EXPECT_STREQ("-", record_get(&record, SHUTWATCH_KEY_TOOK));
	tcp_pair_part(&pair);
}

/* Read back as they are in force: each once, in the order of their list. */
TEST_F(outcome, read_back)
{
	char now[256];

	SET("kind", "reset,call,reset");
	ASSERT_EQ(0, module_get("kind", now, sizeof(now)));
	EXPECT_STREQ("call,reset", now);
	SET("sent", "RST,none");
	ASSERT_EQ(0, module_get("sent", now, sizeof(now)));
	EXPECT_STREQ("none,RST", now);
	SET("why", " not_followed,close ");
	ASSERT_EQ(0, module_get("why", now, sizeof(now)));
	EXPECT_STREQ("close,not_followed", now);
}

/* Every name that there is. */
TEST_F(outcome, all_names)
{
	char now[256];
	int i;

	for (i = 0; i < SHUTWATCH_WHY_COUNT; i++) {
		SET("why", why_names.name[i]);
		ASSERT_EQ(0, module_get("why", now, sizeof(now)));
		EXPECT_STREQ(why_names.name[i], now);
	}
	for (i = 0; i < SHUTWATCH_SENT_COUNT; i++)
		SET("sent", sent_names.name[i]);
	for (i = 0; i < SHUTWATCH_KIND_COUNT; i++)
		SET("kind", kind_names.name[i]);
}

/* ---- by process: what is another's ---- */

static void set_pid(struct __test_metadata *_metadata, pid_t pid)
{
	char value[16];

	snprintf(value, sizeof(value), "%d", pid);
	ASSERT_EQ(0, module_set("pid", value));
}

TEST_F(outcome, pid_of_another)
{
	set_pid(_metadata, getppid());
	check_kept(0);
}

/* A client in a process of its own, which goes when the server does. */
static pid_t start_client(void)
{
	struct sockaddr_storage from, to;
	socklen_t len = address_parse(&from, FROM);
	pid_t pid = fork();
	char byte;
	int fd;

	if (pid)
		return pid;
	address_parse(&to, TO);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(fd, (void *)&from, len) || connect(fd, (void *)&to, len))
		_exit(1);
	_exit(recv(fd, &byte, 1, 0) != 0);
}

/* What we accept is ours, its other end is not. */
TEST_F(outcome, pid_and_not_the_other_end)
{
	struct sockaddr_storage to;
	socklen_t len = address_parse(&to, TO);
	int listener, served, status = -1;
	struct record record;
	__u64 cookie;
	pid_t client;

	set_pid(_metadata, getpid());
	listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ASSERT_EQ(0, bind(listener, (void *)&to, len));
	ASSERT_EQ(0, listen(listener, 1));
	client = start_client();
	served = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	ASSERT_LE(0, served);
	cookie = tcp_pair_cookie(served);
	close(served);
	ASSERT_EQ(client, waitpid(client, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_TRUE(find_record(&record, cookie, SHUTWATCH_KEY_CALL, "close"));
	EXPECT_TRUE(find_record(&record, cookie, SHUTWATCH_KEY_BY, "rx"));
	EXPECT_EQ(0, count(&self->events, SHUTWATCH_KEY_LOCAL, FROM));
	close(listener);
}

/* ---- by process: what is its own, whoever acts on it ---- */

TRIALS(of_process);

static void of_process(struct play *play, int pid)
{
	char value[16];
	int err;

	snprintf(value, sizeof(value), "%d", pid);
	err = module_reset_filters() ?: module_set("pid", value);
	if (err)
		remark(&play->trouble, "no filter: %s", strerror(-err));
}

/* The rest, of whoever, is told again. */
static void of_all(struct play *play)
{
	if (module_reset_filters())
		remark(&play->trouble, "the filters stay");
}

static void serve(struct play *play, struct peer *peer)
{
	of_process(play, play->pid);
	peer_open(peer, play);
	peer_may_call(peer, SERVER);
	peer_is_served(peer, SERVER);
	act_accept(play, S2, SERVER);
	expect_path(play, SERVER, "CLOSE listen LISTEN");
}

/* Before, it was nobody's. */
#define SERVED	"ESTABLISHED"

/* None of these has a task that asks for it. */
TEST_F(of_process, reset_received)
{
	struct peer peer;

	serve(self->play, &peer);
	peer_sends(&peer, PACKET_RST, NULL);
	await_state(self->play, S2, SHUTWATCH_TCP_CLOSE);
	of_all(self->play);
	expect_whole(self->play, S2, RESET "state=ESTABLISHED>CLOSE error=ECONNRESET");
	expect_path(self->play, S2, SERVED " rx CLOSE");
}

TEST_F(of_process, decision_by_rx)
{
	struct peer peer;

	serve(self->play, &peer);
	act_shutdown(self->play, S2, SHUT_RDWR);
	expect_whole(self->play, S2, SHUTDOWN("rdwr")
		     "state=ESTABLISHED>FIN_WAIT1 sent=FIN why=shutdown_write fin=sent");
	peer_hears(&peer, PACKET_FIN);
	peer_sends(&peer, DATA, "x");
	peer_hears(&peer, PACKET_RST);
	await_state(self->play, S2, SHUTWATCH_TCP_CLOSE);
	of_all(self->play);
	expect_whole(self->play, S2, DECISION("rx")
		     "state=FIN_WAIT1>CLOSE sent=RST why=data_after_shutdown");
	expect_path(self->play, S2, SERVED " shutdown FIN_WAIT1 rx CLOSE");
}

TEST_F(of_process, decision_by_timer)
{
	const int ms = 500;
	struct peer peer;

	serve(self->play, &peer);
	if (setsockopt(self->play->actor[S2].fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &ms,
		       sizeof(ms)))
		remark(&self->play->trouble, "no TCP_USER_TIMEOUT");
	act_send(self->play, S2, "hello");
	await_state(self->play, S2, SHUTWATCH_TCP_CLOSE);
	of_all(self->play);
	expect_whole(self->play, S2, DECISION("timer")
		     "ctx=timer state=ESTABLISHED>CLOSE sent=none why=user_timeout unacked=5 user_timeout=500 retries=1|2|3|4|5");
	expect_path(self->play, S2, SERVED " timer CLOSE");
}

/* Closed, and nobody's any more. */
TEST_F(of_process, orphan)
{
	struct peer peer;

	serve(self->play, &peer);
	act_close(self->play, S2);
	expect_whole(self->play, S2, CLOSE
		     "state=ESTABLISHED>FIN_WAIT1 sent=FIN why=close fin=sent");
	peer_hears(&peer, PACKET_FIN);
	peer_acks(&peer);
	await_minis(self->play, 1);
	peer_sends(&peer, DATA, "x");
	peer_hears(&peer, PACKET_RST);
	await_minis(self->play, 0);
	of_all(self->play);
	expect_whole(self->play, S2, DECISION("rx")
		     "state=FIN_WAIT2>CLOSE sent=RST why=time_wait_segment unread=- unsent=- unacked=-");
	expect_path(self->play, S2, SERVED " close FIN_WAIT1 rx FIN_WAIT2 rx CLOSE");
}

TRIALS_MAIN_RECORDS;
