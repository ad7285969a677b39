// SPDX-License-Identifier: GPL-2.0-only
/*
 * Connections that begin in unusual ways: a child of Fast Open that has sent
 * something before its handshake is done, and a handshake that two segments
 * complete at the same moment.
 */
#include "trial_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <names.h>

#include "act_option.h"
#include "events.h"
#include "netns.h"
#include "peer.h"
#include "record_fields.h"
#include "stream.h"

/* ---- Fast Open ---- */

#define FASTOPEN	"1539"	/* both sides, no cookie, every listener */

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

/* ---- two segments, two CPUs, one handshake ---- */

#define ROUNDS		150
#define WAIT_MS		10000

/**
 * struct race - the peer's last ACK, from two threads at once
 * @peer: the peer
 * @play: what it needs to exist
 * @round: which round the threads may run, -1 for the end
 * @there: how many threads have got there, all rounds together
 * @done: how many have sent
 */
struct race {
	struct peer peer;
	struct play play;
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

FIXTURE(handshake) {
	struct race *race;
	struct events events;
};

FIXTURE_VARIANT(handshake) {
	enum family family;
};

FIXTURE_VARIANT_ADD(handshake, ipv4) { .family = FAMILY_IPV4 };
FIXTURE_VARIANT_ADD(handshake, ipv6) { .family = FAMILY_IPV6 };
FIXTURE_VARIANT_ADD(handshake, v4mapped) { .family = FAMILY_MAPPED };

FIXTURE_SETUP(handshake)
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

FIXTURE_TEARDOWN(handshake)
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
		peer_transmits(&race->peer, PACKET_ACK, race->peer.next,
			       race->peer.heard, NULL);
		race->done++;
	}
}

/* Each round is another connection: the one before was reset. */
static void call_again(struct race *race)
{
	race->play.nr_steps = 0;
	peer_calls(&race->peer, SERVER);
}

static bool finish(struct race *race, int round)
{
	struct pollfd pfd = { .fd = race->play.actor[SERVER].fd, .events = POLLIN };
	const struct linger reset = { .l_onoff = 1 };
	int fd;

	while (race->done < 2 * round)
		sched_yield();
	if (poll(&pfd, 1, WAIT_MS) != 1)
		return false;
	fd = accept4(pfd.fd, NULL, NULL, SOCK_CLOEXEC);
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	return fd >= 0 && !close(fd);
}

/* How often the records of this network namespace say so. */
static int count(const struct events *events, enum shutwatch_key key,
		 const char *value)
{
	int fd = stream_open(SHUTWATCH_FILE_EVENTS, O_RDONLY), found = 0;
	char *line, *more;
	struct record record;
	struct text text;

	if (fd < 0 || stream_slurp(&text, fd, 1 << 16))
		return -1;
	close(fd);
	for (line = strtok_r(text.data, "\n", &more); line;
	     line = strtok_r(NULL, "\n", &more))
		found += !record_parse(&record, line) &&
			 record_seq(&record) > events->since &&
			 record_is(&record, SHUTWATCH_KEY_NETNS, events->netns) &&
			 record_is(&record, key, value);
	free(text.data);
	return found;
}

/*
 * Both make a connection of it, and one of them is too late: it never was one,
 * and there is no record of it.  Nobody can tell how often that came to pass.
 */
TEST_F(handshake, completed_twice)
{
	struct race *race = self->race;
	struct racer racer[2] = {
		{ .race = race, .cpu = 0 }, { .race = race, .cpu = 1 },
	};
	int i, round;

	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		SKIP(return, "there is only one CPU");
	peer_open(&race->peer, &race->play);
	peer_may_call(&race->peer, SERVER);
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, pthread_create(&racer[i].thread, NULL, run, &racer[i]));
	for (round = 1; round <= ROUNDS; round++) {
		call_again(race);
		race->round = round;
		if (!finish(race, round))
			break;
	}
	EXPECT_EQ(ROUNDS + 1, round);
	race->round = -1;
	for (i = 0; i < 2; i++)
		pthread_join(racer[i].thread, NULL);
	EXPECT_EQ(ROUNDS, count(&self->events, SHUTWATCH_KEY_STATE, "SYN_RECV>ESTABLISHED"));
	EXPECT_EQ(0, count(&self->events, SHUTWATCH_KEY_STATE, "SYN_RECV>CLOSE"));
	EXPECT_EQ(ROUNDS, count(&self->events, SHUTWATCH_KEY_WHY, "linger_zero"));
	EXPECT_EQ(0, count(&self->events, SHUTWATCH_KEY_WHY, "unknown"));
}

TRIALS_MAIN;
