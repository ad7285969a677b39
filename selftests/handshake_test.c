// SPDX-License-Identifier: GPL-2.0-only
/*
 * Connections that begin in unusual ways: a child of Fast Open that has sent
 * something before its handshake is done, a connect() that has sent nothing yet,
 * and a handshake that two segments complete at the same moment.  And one that
 * ends so.
 */
#include "trial_fixture.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "act_option.h"
#include "address.h"
#include "clock.h"
#include "events.h"
#include "find_record.h"
#include "netns.h"
#include "orphan.h"
#include "peer.h"
#include "record_fields.h"
#include "sock_destroy.h"
#include "stream.h"
#include "sysctl.h"
#include "tcp_pair.h"

/* ---- Fast Open ---- */

#define FASTOPEN	"1539"	/* both sides, no cookie, every listener */
#define NO_COOKIE	"5"	/* who calls, without one */

#define TEN		"0123456789"
#define HUNDRED		TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

TRIALS(fast_open);

/* S2 was accepted on the peer's SYN, and has sent 100 bytes. */
static void send_early(struct play *play, struct peer *peer)
{
	act_sysctl(play, "ipv4/tcp_fastopen", FASTOPEN);
	peer_open(peer, play);
	peer_may_call(peer, SERVER);
	address_on_wire(peer->socket, play->actor[SERVER].local);
	peer_sends(peer, PACKET_SYN, "hello");
	peer_hears(peer, PACKET_SYN | PACKET_ACK);
	act_accept(play, S2, SERVER);
	await_state(play, S2, SHUTWATCH_TCP_SYN_RECV);
	act_send(play, S2, HUNDRED);
	peer_hears(peer, PACKET_PSH);
	expect_path(play, SERVER, "CLOSE listen LISTEN");
}

/* The SYN,ACK is not acknowledged either, and is no data. */
TEST_F(fast_open, unacked_when_reset)
{
	struct peer peer;

	send_early(self->play, &peer);
	act_close(self->play, S2);
	expect_whole(self->play, S2, CLOSE
		     "state=SYN_RECV>CLOSE sent=RST why=unread_data unread=5 unacked=100");
	expect_path(self->play, S2, "SYN_RECV close CLOSE");
}

TEST_F(fast_open, unacked_when_closed)
{
	struct peer peer;

	send_early(self->play, &peer);
	act_recv(self->play, S2, "hello");
	act_close(self->play, S2);
	expect_whole(self->play, S2, CLOSE
		     "state=SYN_RECV>FIN_WAIT1 sent=FIN why=close fin=sent unacked=100");
	expect_path(self->play, S2, "SYN_RECV close FIN_WAIT1");
}

TEST_F(fast_open, unacked_when_disconnected)
{
	struct peer peer;

	send_early(self->play, &peer);
	act_disconnect(self->play, S2);
	expect_whole(self->play, S2, UNSPEC
		     "state=SYN_RECV>CLOSE sent=RST why=connect_unspec unread=5 unacked=100");
	expect_path(self->play, S2, "SYN_RECV connect_unspec CLOSE");
}

/* Once the handshake is done, it is as with any other. */
TEST_F(fast_open, unacked_when_established)
{
	struct peer peer;

	send_early(self->play, &peer);
	peer_sends_at(&peer, PACKET_ACK, peer.next, peer.heard - 60, NULL);
	await_state(self->play, S2, SHUTWATCH_TCP_ESTABLISHED);
	act_recv(self->play, S2, "hello");
	act_close(self->play, S2);
	expect_whole(self->play, S2, CLOSE
		     "state=ESTABLISHED>FIN_WAIT1 sent=FIN why=close fin=sent unacked=60");
	expect_path(self->play, S2, "SYN_RECV rx ESTABLISHED close FIN_WAIT1");
}

/* Nor is TCP_USER_TIMEOUT what its timer goes by: it repeats the SYN,ACK. */
TEST_F(fast_open, gives_up_after_close)
{
	const int never_ms = 600000;
	struct play *play = self->play;
	struct peer peer;

	act_sysctl(play, "ipv4/tcp_synack_retries", "0");
	send_early(play, &peer);
	if (setsockopt(play->actor[S2].fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &never_ms,
		       sizeof(never_ms)))
		remark(&play->trouble, "TCP_USER_TIMEOUT: %s", strerror(errno));
	act_recv(play, S2, "hello");
	act_close(play, S2);
	orphan_await(play, S2, SHUTWATCH_TCP_CLOSE);
	expect_whole(play, S2, CLOSE
		     "state=SYN_RECV>FIN_WAIT1 sent=FIN why=close fin=sent unacked=100");
	expect_whole(play, S2, DECISION("timer")
		     "ctx=timer state=FIN_WAIT1>CLOSE sent=none why=retries_exhausted unacked=100 user_timeout=600000 retries=1|2");
	expect_path(play, S2, "SYN_RECV close FIN_WAIT1 timer CLOSE");
}

/* Another SYN, in the window: the socket stays, its peer is told that it is none. */
static void send_SYN_again(struct peer *peer)
{
	peer_sends_at(peer, PACKET_SYN, peer->next + 2, 0, NULL);
	peer_hears(peer, PACKET_RST);
}

TEST_F(fast_open, SYN_again)
{
	struct peer peer;

	send_early(self->play, &peer);
	send_SYN_again(&peer);
	expect_whole(self->play, S2, DECISION("rx")
		     "state=SYN_RECV>SYN_RECV sent=RST why=bad_handshake unread=5 unacked=100");
}

TEST_F(fast_open, SYN_again_when_closed)
{
	struct peer peer;

	send_early(self->play, &peer);
	act_recv(self->play, S2, "hello");
	act_close(self->play, S2);
	send_SYN_again(&peer);
	expect_whole(self->play, S2, CLOSE
		     "state=SYN_RECV>FIN_WAIT1 sent=FIN why=close fin=sent unacked=100");
	expect_whole(self->play, S2, DECISION("rx")
		     "state=FIN_WAIT1>FIN_WAIT1 sent=RST why=bad_handshake unacked=100");
	expect_path(self->play, S2, "SYN_RECV close FIN_WAIT1");
}

/* ---- connect() that puts its SYN off until there is something to send ---- */

FIXTURE(deferred) {
	int fd;
	__u64 cookie;
};

FIXTURE_VARIANT(deferred) {
	const char *address;
};

FIXTURE_VARIANT_ADD(deferred, ipv4) { .address = "127.0.0.1:8000" };
FIXTURE_VARIANT_ADD(deferred, ipv6) { .address = "[::1]:8000" };

FIXTURE_SETUP(deferred)
{
	struct sockaddr_storage to;
	socklen_t len = address_parse(&to, variant->address);
	const int on = 1;
	char why[256];
	int err;

	if (!module_is_there(why, sizeof(why)))
		SKIP(return, "%s", why);
	ASSERT_EQ(0, netns_enter());
	err = sysctl_write("ipv4/tcp_fastopen", NO_COOKIE);
	if (sysctl_is_closed(err))
		SKIP(return, "needs " SYSCTL_OPEN);
	ASSERT_EQ(0, err);
	self->fd = socket(to.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ASSERT_EQ(0, setsockopt(self->fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, &on, sizeof(on)));
	/* Nobody listens there, and nobody is asked. */
	ASSERT_EQ(0, connect(self->fd, (void *)&to, len));
	self->cookie = tcp_pair_cookie(self->fd);
}

FIXTURE_TEARDOWN(deferred)
{
}

static void ends_unsent(struct __test_metadata *_metadata, __u64 cookie, const char *call)
{
	struct record record;

	ASSERT_TRUE(find_record(&record, cookie, SHUTWATCH_KEY_CALL, call));
	EXPECT_STREQ("SYN_SENT>CLOSE", record_get(&record, SHUTWATCH_KEY_STATE));
	EXPECT_STREQ("syn_sent", record_get(&record, SHUTWATCH_KEY_WHY));
	EXPECT_STREQ("0", record_get(&record, SHUTWATCH_KEY_UNREAD));
	EXPECT_STREQ("0", record_get(&record, SHUTWATCH_KEY_UNSENT));
	EXPECT_STREQ("0", record_get(&record, SHUTWATCH_KEY_UNACKED));
}

TEST_F(deferred, close)
{
	close(self->fd);
	ends_unsent(_metadata, self->cookie, "close");
}

TEST_F(deferred, shutdown)
{
	EXPECT_EQ(0, shutdown(self->fd, SHUT_WR));
	ends_unsent(_metadata, self->cookie, "shutdown");
	close(self->fd);
}

TEST_F(deferred, disconnect)
{
	const struct sockaddr nobody = { .sa_family = AF_UNSPEC };

	EXPECT_EQ(0, connect(self->fd, &nobody, sizeof(nobody)));
	ends_unsent(_metadata, self->cookie, "connect_unspec");
	close(self->fd);
}

/* ---- two segments, two CPUs, one connection ---- */

#define ROUNDS		150
#define WRONG_COOKIE	1	/* no socket made later has it */
#define MINI_ROUNDS	30	/* more segments, more time each */
#define WAIT_MS		10000
#define RACE_SECONDS	180	/* where a VM's CPUs take turns, and others want them */

/**
 * struct race - a segment of the peer's, from two threads at once
 * @peer: the peer
 * @play: what it needs to exist
 * @flags: of the segment, PACKET_*
 * @data: what it carries, or NULL
 * @round: which round the threads may run, -1 for the end
 * @there: how many threads have got there, all rounds together
 * @done: how many have sent
 */
struct race {
	struct peer peer;
	struct play play;
	__u8 flags;
	const char *data;
	atomic_int round;
	atomic_int there;
	atomic_int done;
};

/**
 * struct racer - one of the two
 * @race: the race
 * @cpu: where it runs
 * @thread: it
 */
struct racer {
	struct race *race;
	int cpu;
	pthread_t thread;
};

FIXTURE(race) {
	struct race *race;
	struct racer racer[2];
	struct events events;
};

FIXTURE_VARIANT(race) {
	enum family family;
};

FIXTURE_VARIANT_ADD(race, ipv4) { .family = FAMILY_IPV4 };
FIXTURE_VARIANT_ADD(race, ipv6) { .family = FAMILY_IPV6 };
FIXTURE_VARIANT_ADD(race, v4mapped) { .family = FAMILY_MAPPED };

FIXTURE_SETUP(race)
{
	char why[256];
	int who;

	if (!module_is_there(why, sizeof(why)))
		SKIP(return, "%s", why);
	self->race = calloc(1, sizeof(*self->race));
	ASSERT_NE(NULL, self->race);
	self->race->play.family = variant->family;
	self->race->play.bell = -1;
	for (who = 0; who < ACTORS; who++)
		self->race->play.actor[who].fd = -1;
	ASSERT_EQ(0, netns_enter());
	ASSERT_EQ(0, netns_dig_blackhole());
	ASSERT_EQ(0, events_open(&self->events, &self->race->play.trouble));
}

FIXTURE_TEARDOWN(race)
{
	const struct remarks *trouble = &self->race->play.trouble;
	const struct remarks *wrong = &self->race->play.wrong;

	EXPECT_EQ(0, trouble->count)
		TH_LOG("%s", trouble->text[0]);
	EXPECT_EQ(0, wrong->count)
		TH_LOG("%s", wrong->text[0]);
	act_leave(&self->race->play);
	free(self->race);
}

static void *run(void *arg)
{
	struct racer *racer = arg;
	struct race *race = racer->race;
	cpu_set_t set;
	int round, last = 0;

	CPU_ZERO(&set);
	CPU_SET(racer->cpu, &set);
	pthread_setaffinity_np(pthread_self(), sizeof(set), &set);
	for (;;) {
		while ((round = race->round) == last)
			sched_yield();
		if (round < 0)
			return NULL;
		last = round;
		race->there++;
		while (race->there < 2 * round)
			;
		peer_transmits(&race->peer, race->flags, race->peer.next,
			       race->peer.heard, race->data);
		race->done++;
	}
}

static void begin(struct race *race, struct racer racer[2], __u8 flags, const char *data)
{
	int i;

	race->flags = flags;
	race->data = data;
	peer_open(&race->peer, &race->play);
	peer_may_call(&race->peer, SERVER);
	for (i = 0; i < 2; i++) {
		racer[i].race = race;
		racer[i].cpu = i;
		if (pthread_create(&racer[i].thread, NULL, run, &racer[i]))
			remark(&race->play.trouble, "no thread");
	}
}

static void end(struct race *race, const struct racer racer[2])
{
	int i;

	race->round = -1;
	for (i = 0; i < 2; i++)
		pthread_join(racer[i].thread, NULL);
}

static void both_send(struct race *race)
{
	const int round = race->round + 1;

	race->round = round;
	while (race->done < 2 * round)
		sched_yield();
}

/* Each round is another connection: the one before was reset. */
static void call_again(struct race *race)
{
	race->play.nr_steps = 0;
	peer_calls(&race->peer, SERVER);
}

static int served(const struct race *race)
{
	struct pollfd pfd = { .fd = race->play.actor[SERVER].fd, .events = POLLIN };

	if (poll(&pfd, 1, WAIT_MS) != 1)
		return -1;
	return accept4(pfd.fd, NULL, NULL, SOCK_CLOEXEC);
}

static bool reset(int fd)
{
	const struct linger hard = { .l_onoff = 1 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
	return fd >= 0 && !close(fd);
}

/* What has closed it is a mini-socket in FIN_WAIT2 now. */
static bool close_first(struct race *race, int fd)
{
	if (fd < 0 || close(fd))
		return false;
	peer_hears(&race->peer, PACKET_FIN);
	peer_acks(&race->peer);
	await_minis(&race->play, 1);
	return true;
}

/* How often the records of this network namespace say so. */
static int count_of(const struct events *events, enum shutwatch_key key,
		    const char *value, const char *owner)
{
	struct record record;
	struct scan scan;
	int found = 0;

	if (events_scan(events, &scan))
		return -1;
	while (scan_next(&scan, &record))
		found += events_has(events, &record) &&
			 record_is(&record, key, value) &&
			 (!owner || record_is(&record, SHUTWATCH_KEY_OWNER, owner));
	scan_end(&scan);
	return found;
}

static int count(const struct events *events, enum shutwatch_key key, const char *value)
{
	return count_of(events, key, value, NULL);
}

/* The peer hears a RST a moment before it is told. */
static int await_rsts(const struct events *events, int want)
{
	const __u64 deadline = clock_in(WAIT_MS / 1000);
	int rsts;

	do {
		rsts = count(events, SHUTWATCH_KEY_SENT, "RST");
	} while (rsts < want && clock_wait(deadline));
	return rsts;
}

static int count_ours(const struct events *events, const char *why)
{
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", getpid());
	return count_of(events, SHUTWATCH_KEY_WHY, why, pid);
}

/*
 * Where all takes long: the request is still there when its answer was sent three
 * times, and the last of these is not taken for the next answer.
 */
TEST_F(race, answer_is_repeated)
{
	struct race *race = self->race;
	struct peer other;
	int round, times;

	peer_open(&race->peer, &race->play);
	peer_may_call(&race->peer, SERVER);
	peer_open(&other, &race->play);
	for (round = 0; round < 2; round++) {
		call_again(race);
		if (round == 0) {
			strcpy(other.socket, race->peer.socket);
			other.next = race->peer.next;
			for (times = 0; times < 3; times++)
				peer_hears(&other, PACKET_SYN | PACKET_ACK);
		}
		peer_acks(&race->peer);
		EXPECT_TRUE(reset(served(race)));
	}
}

/* To ask for a socket by a cookie gives it one; so does ss, which shows all. */
static void look_at_request(struct race *race)
{
	struct sockaddr_storage local, remote;

	address_parse(&local, race->peer.socket);
	address_parse(&remote, race->peer.address);
	if (!sock_destroy(&local, &remote, WRONG_COOKIE))
		remark(&race->play.trouble, "the request had that cookie");
}

static int complete_twice(struct race *race, struct racer racer[2],
			  void (*first)(struct race *race))
{
	int round;

	begin(race, racer, PACKET_ACK, NULL);
	for (round = 0; round < ROUNDS; round++) {
		call_again(race);
		if (first)
			first(race);
		both_send(race);
		if (!reset(served(race)))
			break;
	}
	end(race, racer);
	return round;
}

static void expect_one_each(struct __test_metadata *_metadata, const struct events *events)
{
	EXPECT_EQ(ROUNDS, count(events, SHUTWATCH_KEY_STATE, "SYN_RECV>ESTABLISHED"));
	EXPECT_EQ(0, count(events, SHUTWATCH_KEY_STATE, "SYN_RECV>CLOSE"));
	EXPECT_EQ(ROUNDS, count(events, SHUTWATCH_KEY_WHY, "linger_zero"));
	EXPECT_EQ(0, count(events, SHUTWATCH_KEY_WHY, "unknown"));
}

/*
 * Both make a connection of it, and one of them is too late: it never was one,
 * and there is no record of it.  Nobody can tell how often that came to pass.
 */
TEST_F_TIMEOUT(race, completed_twice, RACE_SECONDS)
{
	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		SKIP(return, "there is only one CPU");
	EXPECT_EQ(ROUNDS, complete_twice(self->race, self->racer, NULL));
	expect_one_each(_metadata, &self->events);
}

/* The same, and both have the cookie of their request. */
TEST_F_TIMEOUT(race, completed_twice_and_looked_at, RACE_SECONDS)
{
	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		SKIP(return, "there is only one CPU");
	EXPECT_EQ(ROUNDS, complete_twice(self->race, self->racer, look_at_request));
	expect_one_each(_metadata, &self->events);
}

/*
 * A mini-socket that both CPUs have found answers both; else the listener answers
 * one.  Each RST is told, and whose it was.
 */
TEST_F_TIMEOUT(race, answered_twice, RACE_SECONDS)
{
	struct race *race = self->race;
	int round, by_mini;

	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		SKIP(return, "there is only one CPU");
	begin(race, self->racer, PACKET_ACK | PACKET_PSH, "hello");
	for (round = 0; round < MINI_ROUNDS; round++) {
		call_again(race);
		peer_acks(&race->peer);
		if (!close_first(race, served(race)))
			break;
		both_send(race);
		peer_hears(&race->peer, PACKET_RST);
		peer_hears(&race->peer, PACKET_RST);
		await_minis(&race->play, 0);
	}
	EXPECT_EQ(MINI_ROUNDS, round);
	end(race, self->racer);
	EXPECT_EQ(2 * MINI_ROUNDS, await_rsts(&self->events, 2 * MINI_ROUNDS));
	by_mini = count(&self->events, SHUTWATCH_KEY_WHY, "time_wait_segment");
	EXPECT_LE(MINI_ROUNDS, by_mini);
	EXPECT_EQ(2 * MINI_ROUNDS,
		  by_mini + count(&self->events, SHUTWATCH_KEY_WHY, "no_connection"));
	EXPECT_EQ(by_mini, count_ours(&self->events, "time_wait_segment"));
	/* The one that ends it, and the transition; the other one. */
	EXPECT_EQ(2 * MINI_ROUNDS, count(&self->events, SHUTWATCH_KEY_STATE, "FIN_WAIT2>CLOSE"));
	EXPECT_EQ(by_mini - MINI_ROUNDS,
		  count(&self->events, SHUTWATCH_KEY_STATE, "FIN_WAIT2>FIN_WAIT2"));
}

TRIALS_MAIN;
