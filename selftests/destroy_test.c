// SPDX-License-Identifier: GPL-2.0-only
/*
 * SOCK_DESTROY (ss -K) in every state, of orphans, requests and mini-sockets.
 */
#include "trial_fixture.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "act_option.h"
#include "actor.h"
#include "clock.h"
#include "hold_lock.h"
#include "lingerer.h"
#include "netns.h"
#include "orphan.h"
#include "sock_destroy.h"
#include "step.h"
#include "task.h"

#define WAIT_SECONDS	10

TRIALS(destroy);

/* Destroys it, and says what the kernel answered: an errno or 0. */
static int act_destroy(struct play *play, enum who who)
{
	const struct actor *actor = &play->actor[who];
	struct sockaddr_storage local, remote;

	address_parse(&local, actor->local);
	address_parse(&remote, actor->remote);
	play->err = -sock_destroy(&local, &remote, actor->cookie);
	step(play, step_errno(play->err), "ss -K %s", actor_name(who));
	return play->err;
}

static void must_be(struct play *play, int err, int want)
{
	if (err != want)
		remark(&play->wrong, "ss -K gave %s, not %s", step_errno(err),
		       step_errno(want));
}

static void destroy_in(struct play *play, int state, const char *sent_why)
{
	struct reached reached;
	struct peer peer;

	peer_open(&peer, play);
	reach(&reached, &peer, S, state, NULL);
	must_be(play, act_destroy(play, S), 0);
	expect_whole(play, S, ABORT "state=%s>CLOSE %s", reached.state, sent_why);
	expect_path(play, S, "%s abort CLOSE ECONNABORTED", reached.story);
	/* There is nothing left to be found. */
	must_be(play, act_destroy(play, S), ENOENT);
}

#define RESET_IT	"sent=RST why=abort"
#define SILENT		"sent=none why=fin_already_sent"

TEST_F(destroy, ESTABLISHED)
{
	destroy_in(self->play, SHUTWATCH_TCP_ESTABLISHED, RESET_IT);
	act_recv_fails(self->play, S, ECONNABORTED);
}

TEST_F(destroy, SYN_SENT)
{
	destroy_in(self->play, SHUTWATCH_TCP_SYN_SENT, "sent=none why=syn_sent");
}

TEST_F(destroy, SYN_RECV)
{
	destroy_in(self->play, SHUTWATCH_TCP_SYN_RECV, RESET_IT);
}

TEST_F(destroy, FIN_WAIT1)
{
	destroy_in(self->play, SHUTWATCH_TCP_FIN_WAIT1, RESET_IT);
}

TEST_F(destroy, FIN_WAIT2)
{
	destroy_in(self->play, SHUTWATCH_TCP_FIN_WAIT2, RESET_IT);
}

TEST_F(destroy, CLOSE_WAIT)
{
	destroy_in(self->play, SHUTWATCH_TCP_CLOSE_WAIT, RESET_IT);
}

TEST_F(destroy, CLOSING)
{
	destroy_in(self->play, SHUTWATCH_TCP_CLOSING, SILENT);
}

TEST_F(destroy, LAST_ACK)
{
	destroy_in(self->play, SHUTWATCH_TCP_LAST_ACK, SILENT);
}

TEST_F(destroy, with_values)
{
	struct reached reached;
	struct peer peer;

	peer_open(&peer, self->play);
	reach(&reached, &peer, S, SHUTWATCH_TCP_ESTABLISHED, "hello");
	act_send(self->play, S, "hi");
	must_be(self->play, act_destroy(self->play, S), 0);
	expect_whole(self->play, S, ABORT
		     "state=ESTABLISHED>CLOSE sent=RST why=abort unread=5 unacked=2");
	expect_path(self->play, S, "%s abort CLOSE ECONNABORTED", reached.story);
}

/* Another one than was meant: not found, and nothing happens. */
TEST_F(destroy, wrong_cookie)
{
	struct reached reached;
	struct actor *s = &self->play->actor[S];
	struct peer peer;

	peer_open(&peer, self->play);
	reach(&reached, &peer, S, SHUTWATCH_TCP_ESTABLISHED, NULL);
	s->cookie += 1000000;
	must_be(self->play, act_destroy(self->play, S), ENOENT);
	s->cookie -= 1000000;
	expect_path(self->play, S, "%s", reached.story);
}

TEST_F(destroy, LISTEN)
{
	act_listen(self->play, SERVER);
	must_be(self->play, act_destroy(self->play, SERVER), 0);
	expect_whole(self->play, SERVER, ABORT
		     "state=LISTEN>CLOSE sent=none why=listener_stopped children=0");
	expect_path(self->play, SERVER, "CLOSE listen LISTEN abort CLOSE");
}

TEST_F(destroy, LISTEN_with_a_child)
{
	struct play *play = self->play;

	act_listen(play, SERVER);
	act_connect(play, S1, NULL, FINE);
	await_child(play, SERVER, S1);
	must_be(play, act_destroy(play, SERVER), 0);
	expect_whole(play, CHILD, DECISION("listener")
		     "state=ESTABLISHED>CLOSE sent=RST why=listener_stopped parent=%llx",
		     play->actor[SERVER].cookie);
	expect_whole(play, SERVER, ABORT
		     "state=LISTEN>CLOSE sent=none why=listener_stopped children=1");
	expect_whole(play, S1, RESET "state=ESTABLISHED>CLOSE error=ECONNRESET");
	trial_recv_fails(play, S1, ECONNRESET);
	expect_path(play, SERVER, "CLOSE listen LISTEN abort CLOSE");
	expect_path(play, CHILD, "SYN_RECV rx ESTABLISHED listener CLOSE");
	expect_path(play, S1, "CLOSE connect SYN_SENT rx ESTABLISHED rx CLOSE");
}

/* A connection that waits to be accepted can be destroyed by itself. */
TEST_F(destroy, child)
{
	struct play *play = self->play;

	act_listen(play, SERVER);
	act_connect(play, S1, NULL, FINE);
	await_child(play, SERVER, S1);
	must_be(play, act_destroy(play, CHILD), 0);
	expect_whole(play, CHILD, ABORT
		     "state=ESTABLISHED>CLOSE sent=RST why=abort");
	expect_whole(play, S1, RESET "state=ESTABLISHED>CLOSE error=ECONNRESET");
	expect_path(play, SERVER, "CLOSE listen LISTEN");
	expect_path(play, CHILD, "SYN_RECV rx ESTABLISHED abort CLOSE ECONNABORTED");
	expect_path(play, S1, "CLOSE connect SYN_SENT rx ESTABLISHED rx CLOSE");
}

/* Half open: the client is not told. */
TEST_F(destroy, request)
{
	struct play *play = self->play;
	struct peer peer;

	act_sysctl(play, "ipv4/conf/all/route_localnet", "1");
	peer_open(&peer, play);
	act_listen(play, SERVER);
	peer_calls(&peer, SERVER);
	strcpy(play->actor[CHILD].local, play->actor[SERVER].local);
	strcpy(play->actor[CHILD].remote, peer.address);
	must_be(play, act_destroy(play, CHILD), 0);
	expect_whole(play, CHILD, ABORT
		     "state=NEW_SYN_RECV>CLOSE sent=none why=syn_sent " NO_VALUES);
	expect_path(play, SERVER, "CLOSE listen LISTEN");
}

/*
 * What is left when no program has it any more: kernels differ, older ones
 * leave it alone.  What they answer, and what is on the wire, is what counts.
 */
static bool sent_rst(struct play *play)
{
	int i;

	trial_sees(play, play->actor[S].local, PACKET_FIN, 1);
	for (i = 0; i < play->nr_packets; i++) {
		if (play->packet[i].flags & PACKET_RST && !play->packet[i].ours)
			return true;
	}
	return false;
}

TEST_F(destroy, orphan)
{
	struct reached reached;
	struct peer peer;

	orphan_make(&reached, &peer, self->play);
	must_be(self->play, act_destroy(self->play, S), 0);
	if (sent_rst(self->play)) {
		expect_whole(self->play, S, ABORT
			     "state=FIN_WAIT1>CLOSE sent=RST why=abort");
		expect_path(self->play, S, "%s abort CLOSE ECONNABORTED", reached.story);
	} else {
		expect_whole(self->play, S, ABORT
			     "state=FIN_WAIT1>FIN_WAIT1 sent=none why=fin_already_sent");
		expect_path(self->play, S, "%s", reached.story);
	}
}

static void expect_mini_destroyed(struct play *play, int err, const char *state,
				  const char *story)
{
	if (err == EOPNOTSUPP) {
		expect_whole(play, S, ABORT "ret=EOPNOTSUPP state=%s>%s " SILENT " " NO_VALUES,
			     state, state);
		await_minis(play, 1);
		expect_path(play, S, "%s", story);
		return;
	}
	must_be(play, err, 0);
	expect_whole(play, S, ABORT "state=%s>CLOSE " SILENT " " NO_VALUES, state);
	await_minis(play, 0);
	expect_path(play, S, "%s abort CLOSE", story);
	must_be(play, act_destroy(play, S), ENOENT);
}

/**
 * struct destroyer - a thread that destroys a socket
 * @play: the play
 * @tid: it, once it runs
 * @err: what the kernel answered
 */
struct destroyer {
	struct play *play;
	atomic_int tid;
	int err;
};

static void *destroy_it(void *arg)
{
	struct destroyer *destroyer = arg;

	destroyer->tid = syscall(SYS_gettid);
	destroyer->err = act_destroy(destroyer->play, S);
	return NULL;
}

/*
 * Begins, has found the socket, and waits for its lock.  Its own netlink socket has
 * one, too.
 */
static bool destroy_waits(struct destroyer *destroyer, pthread_t *thread)
{
	__u64 deadline = clock_in(WAIT_SECONDS);

	if (pthread_create(thread, NULL, destroy_it, destroyer))
		return false;
	while (!(destroyer->tid && task_waits_in(destroyer->tid, "tcp_abort"))) {
		if (!clock_wait(deadline))
			return false;
	}
	return true;
}

/* A segment is there before the lock, and done with when it is ss -K's turn. */
static bool destroy_behind(struct destroyer *destroyer, struct reached *reached,
			   struct peer *peer, int state, __u8 flags)
{
	struct hold_lock hold;
	pthread_t thread;
	bool in_time;

	peer_open(peer, destroyer->play);
	reach(reached, peer, S, state, "hello");
	hold_lock_receive(&hold, peer->play, S);
	if (!destroy_waits(destroyer, &thread))
		return false;
	peer_sends(peer, flags, NULL);
	in_time = hold_lock_hears(&hold);
	hold_lock_end(&hold);
	pthread_join(thread, NULL);
	return in_time && hold.sent == HOLD_LOCK_BYTES;
}

#define TELLS_STACKS	"CONFIG_STACKTRACE"

static bool can_see_it_wait(struct play *play)
{
	if (!access("/proc/self/stack", F_OK))
		return true;
	play->lacks = TELLS_STACKS;
	return false;
}

/* It is in another state then, and there is nothing unread any more. */
TEST_F(destroy, CLOSING_while_it_waits)
{
	struct destroyer destroyer = { .play = self->play };
	struct reached reached;
	struct peer peer;

	if (!can_see_it_wait(self->play))
		return;
	ASSERT_TRUE(destroy_behind(&destroyer, &reached, &peer,
				   SHUTWATCH_TCP_FIN_WAIT1, PACKET_FIN | PACKET_ACK));
	must_be(self->play, destroyer.err, 0);
	expect_whole(self->play, S, ABORT "state=CLOSING>CLOSE " SILENT " unread=0");
	expect_path(self->play, S, "%s rx CLOSING abort CLOSE ECONNABORTED", reached.story);
}

/* An older kernel does nothing then, either, but does not say so. */
static void expect_over(struct play *play, int err, const char *state)
{
	if (err)
		must_be(play, err, ENOENT);
	expect_whole(play, S, ABORT "ret=%s state=%s>%s sent=none why=already_closed unread=0",
		     err ? "ENOENT" : "0", state, state);
}

/* The peer was first. */
TEST_F(destroy, RST_while_it_waits)
{
	struct destroyer destroyer = { .play = self->play };
	struct reached reached;
	struct peer peer;

	if (!can_see_it_wait(self->play))
		return;
	ASSERT_TRUE(destroy_behind(&destroyer, &reached, &peer,
				   SHUTWATCH_TCP_ESTABLISHED, PACKET_RST | PACKET_ACK));
	expect_whole(self->play, S, RESET "state=ESTABLISHED>CLOSE error=ECONNRESET");
	expect_over(self->play, destroyer.err, "CLOSE");
	expect_path(self->play, S, "%s rx CLOSE", reached.story);
}

/* A mini-socket has the connection then. */
TEST_F(destroy, TIME_WAIT_while_it_waits)
{
	struct destroyer destroyer = { .play = self->play };
	struct reached reached;
	struct peer peer;

	if (!can_see_it_wait(self->play))
		return;
	ASSERT_TRUE(destroy_behind(&destroyer, &reached, &peer,
				   SHUTWATCH_TCP_FIN_WAIT2, PACKET_FIN | PACKET_ACK));
	expect_over(self->play, destroyer.err, "TIME_WAIT");
	expect_path(self->play, S, "%s rx TIME_WAIT", reached.story);
}

static void nothing(int signal)
{
}

/*
 * What these tests see a thread wait by.  It is woken here by one on the same CPU
 * that comes before it: it could go on, and is still where it was.
 */
TEST(woken_thread_does_not_wait)
{
	const struct sched_param first = { .sched_priority = 1 }, last = {};
	const struct sigaction action = { .sa_handler = nothing };
	pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
	static struct lingerer lingerer;
	pid_t tid;

	if (access("/proc/self/stack", F_OK))
		SKIP(return, "this kernel lacks " TELLS_STACKS);
	ASSERT_EQ(0, sigaction(SIGUSR1, &action, NULL));
	ASSERT_EQ(0, netns_enter());
	ASSERT_EQ(0, lingerer_start(&lingerer, "127.0.0.1:4000", "127.0.0.1:8000", &gate));
	ASSERT_TRUE(lingerers_sleep(&lingerer, 1, clock_in(WAIT_SECONDS)));
	tid = lingerer.tid;
	EXPECT_TRUE(task_waits_in(tid, "tcp_close"));
	ASSERT_EQ(0, sched_setscheduler(0, SCHED_FIFO, &first));
	ASSERT_EQ(0, pthread_kill(lingerer.thread, SIGUSR1));
	EXPECT_FALSE(task_waits_in(tid, "tcp_close"));
	ASSERT_EQ(0, sched_setscheduler(0, SCHED_OTHER, &last));
	lingerers_end(&lingerer, 1);
}

TEST_F(destroy, mini_FIN_WAIT2)
{
	struct reached reached;
	struct peer peer;

	orphan_make_mini(&reached, &peer, self->play);
	expect_mini_destroyed(self->play, act_destroy(self->play, S),
			      "FIN_WAIT2", reached.story);
}

TEST_F(destroy, mini_TIME_WAIT)
{
	struct reached reached;
	struct peer peer;

	peer_open(&peer, self->play);
	reach(&reached, &peer, S, SHUTWATCH_TCP_TIME_WAIT, NULL);
	expect_mini_destroyed(self->play, act_destroy(self->play, S),
			      "TIME_WAIT", reached.story);
}

TRIALS_MAIN;
