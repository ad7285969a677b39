// SPDX-License-Identifier: GPL-2.0-only
/*
 * A RST is decided, and cannot leave: there is no route any more, or the output
 * drops it.  Nothing was sent then, for the reason that there was.
 */
#include "trial_fixture.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "act_option.h"
#include "mib.h"
#include "module.h"
#include "netns.h"
#include "reach.h"
#include "sock_destroy.h"
#include "step.h"
#include "tcp_pair.h"
#include "way_out.h"

TRIALS(rst_failed);

enum obstacle { NO_ROUTE, DROPPED };

/**
 * struct stuck - a connection whose way out gets closed
 * @play: the play
 * @obstacle: by what
 * @peer: its other end
 * @reached: what was done
 */
struct stuck {
	struct play *play;
	enum obstacle obstacle;
	struct peer peer;
	struct reached reached;
};

static void open_way(struct stuck *stuck, struct play *play, enum obstacle obstacle)
{
	int err = 0;

	stuck->play = play;
	stuck->obstacle = obstacle;
	if (obstacle == DROPPED)
		err = way_out_prepare();
	if (err == -EOPNOTSUPP)
		play->lacks = WAY_OUT_NEEDS;
	else if (err)
		remark(&play->trouble, "no cgroup2: %s", strerror(-err));
	peer_open(&stuck->peer, play);
}

static void close_way(struct stuck *stuck)
{
	int err = stuck->obstacle == DROPPED ? way_out_close() :
					       netns_lose_blackhole();

	step(stuck->play, step_errno(-err), "the way out is closed");
	if (err)
		remark(&stuck->play->trouble, "the way out stays open: %s",
		       strerror(-err));
}

static void begin(struct stuck *stuck, struct play *play, enum obstacle obstacle,
		  int state, const char *data)
{
	open_way(stuck, play, obstacle);
	reach(&stuck->reached, &stuck->peer, S, state, data);
	close_way(stuck);
}

static void over(struct stuck *stuck, const char *by)
{
	trial_rst_fails(stuck->play);
	expect_path(stuck->play, S, "%s %s CLOSE", stuck->reached.story, by);
	if (stuck->obstacle == DROPPED)
		way_out_forget();
}

static void fail_close_unread(struct play *play, enum obstacle obstacle)
{
	struct stuck stuck;

	begin(&stuck, play, obstacle, REACH_ESTABLISHED, "hello");
	act_close(play, S);
	expect_whole(play, S, CLOSE
		     "state=ESTABLISHED>CLOSE sent=none why=unread_data unread=5");
	over(&stuck, "close");
}

static void fail_linger_zero(struct play *play, enum obstacle obstacle)
{
	struct stuck stuck;

	begin(&stuck, play, obstacle, REACH_ESTABLISHED, NULL);
	act_linger(play, S, 0);
	act_close(play, S);
	expect_whole(play, S, CLOSE
		     "state=ESTABLISHED>CLOSE sent=none why=linger_zero linger=0");
	over(&stuck, "close");
}

static void fail_linger2_negative(struct play *play, enum obstacle obstacle)
{
	struct stuck stuck;

	begin(&stuck, play, obstacle, REACH_FIN_WAIT2, NULL);
	act_option(play, S, IPPROTO_TCP, TCP_LINGER2, -1);
	act_close(play, S);
	expect_whole(play, S, CLOSE
		     "state=FIN_WAIT2>CLOSE sent=none why=linger2_negative");
	over(&stuck, "close");
}

static void fail_disconnect(struct play *play, enum obstacle obstacle)
{
	struct stuck stuck;

	begin(&stuck, play, obstacle, REACH_CLOSE_WAIT, NULL);
	act_disconnect(play, S);
	expect_whole(play, S, UNSPEC "state=CLOSE_WAIT>CLOSE sent=none why=connect_unspec");
	over(&stuck, "connect_unspec");
}

static void fail_destroy(struct play *play, enum obstacle obstacle)
{
	const struct actor *s = &play->actor[S];
	struct sockaddr_storage local, remote;
	struct stuck stuck;

	begin(&stuck, play, obstacle, REACH_ESTABLISHED, NULL);
	address_parse(&local, s->local);
	address_parse(&remote, s->remote);
	play->err = -sock_destroy(&local, &remote, s->cookie);
	step(play, step_errno(play->err), "ss -K s");
	expect_whole(play, S, ABORT "ret=0 state=ESTABLISHED>CLOSE sent=none why=abort");
	expect_path(play, S, "%s abort CLOSE ECONNABORTED", stuck.reached.story);
	trial_rst_fails(play);
	if (obstacle == DROPPED)
		way_out_forget();
}

static void fail_listener_child(struct play *play, enum obstacle obstacle)
{
	struct stuck stuck;

	open_way(&stuck, play, obstacle);
	peer_may_call(&stuck.peer, SERVER);
	peer_is_served(&stuck.peer, SERVER);
	await_served(play, CHILD);
	close_way(&stuck);
	act_close(play, SERVER);
	expect_whole(play, SERVER, CLOSE
		     "state=LISTEN>CLOSE sent=none why=listener_stopped children=1");
	expect_whole(play, CHILD, DECISION("listener")
		     "state=ESTABLISHED>CLOSE sent=none why=listener_stopped parent=%llx",
		     play->actor[SERVER].cookie);
	expect_path(play, SERVER, "CLOSE listen LISTEN close CLOSE");
	expect_path(play, CHILD, "SYN_RECV rx ESTABLISHED listener CLOSE");
	trial_rst_fails(play);
	if (obstacle == DROPPED)
		way_out_forget();
}

/* Without a route, IPv6 in 5.10 remembers that rather than the time. */
static int error_of(struct play *play, enum who who)
{
	socklen_t len = sizeof(int);
	int err = 0;

	if (getsockopt(play->actor[who].fd, SOL_SOCKET, SO_ERROR, &err, &len))
		remark(&play->trouble, "SO_ERROR: %s", strerror(errno));
	return err;
}

/* Probes do not get out either, but count as such. */
static void fail_keepalive(struct play *play, enum obstacle obstacle)
{
	struct stuck stuck;

	begin(&stuck, play, obstacle, REACH_ESTABLISHED, NULL);
	act_option(play, S, IPPROTO_TCP, TCP_KEEPIDLE, 1);
	act_option(play, S, IPPROTO_TCP, TCP_KEEPINTVL, 1);
	act_option(play, S, IPPROTO_TCP, TCP_KEEPCNT, 1);
	act_option(play, S, SOL_SOCKET, SO_KEEPALIVE, 1);
	await_state(play, S, SHUTWATCH_TCP_CLOSE);
	expect_whole(play, S, DECISION("timer")
		     "ctx=timer state=ESTABLISHED>CLOSE sent=none why=keepalive_timeout probes=1");
	trial_rst_fails(play);
	expect_path(play, S, "%s timer CLOSE %s", stuck.reached.story,
		    strerrorname_np(error_of(play, S)));
	if (obstacle == DROPPED)
		way_out_forget();
}

#define FAILED_LIST(X)							\
	X(close_unread)							\
	X(linger_zero)							\
	X(linger2_negative)						\
	X(disconnect)							\
	X(destroy)							\
	X(listener_child)						\
	X(keepalive)

#define TEST_FAILED(what)						\
TEST_F(rst_failed, what##_without_a_route)				\
{									\
	fail_##what(self->play, NO_ROUTE);				\
}									\
									\
TEST_F(rst_failed, what##_dropped)					\
{									\
	fail_##what(self->play, DROPPED);				\
}

FAILED_LIST(TEST_FAILED)

/*
 * The call on an MPTCP socket, and what becomes of its subflow, are one RST.  The
 * client is made first, where its way out stays open: MPTCP would reset it a
 * minute later, in somebody else's test, and fail.
 */
TEST(MPTCP_counts_once)
{
	const struct linger reset = { .l_onoff = 1 };
	struct sockaddr_storage addr;
	socklen_t len = address_parse(&addr, "127.0.0.1:8000");
	int err, listener, client, served;
	long long failed;

	if (module_stat("armed.mptcp_close") != 1)
		SKIP(return, "calls on MPTCP's sockets cannot be followed here");
	ASSERT_EQ(0, netns_enter());
	client = socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP);
	err = way_out_prepare();
	if (err == -EOPNOTSUPP)
		SKIP(return, "this kernel lacks " WAY_OUT_NEEDS);
	ASSERT_EQ(0, err);
	listener = socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP);
	ASSERT_EQ(0, bind(listener, (struct sockaddr *)&addr, len));
	ASSERT_EQ(0, listen(listener, 1));
	ASSERT_EQ(0, connect(client, (struct sockaddr *)&addr, len));
	served = accept(listener, NULL, NULL);
	ASSERT_LE(0, served);
	ASSERT_EQ(0, setsockopt(served, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)));
	ASSERT_EQ(0, setsockopt(client, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)));
	failed = module_stat("rst_failed");
	ASSERT_EQ(0, way_out_close());
	ASSERT_EQ(0, close(served));
	ASSERT_EQ(0, close(client));
	EXPECT_EQ(failed + 1, module_stat("rst_failed"));
	way_out_forget();
}

#define CONNECTIONS	1000
#define MOVE_US		50

/**
 * struct mover - a thread that has a task go from CPU to CPU
 * @thread: the thread
 * @tid: the task
 * @over: it is to end
 */
struct mover {
	pthread_t thread;
	pid_t tid;
	bool over;
};

static int put_on(pid_t tid, int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return sched_setaffinity(tid, sizeof(set), &set);
}

/*
 * It comes before all others, so that a task on its CPU makes way where the kernel
 * lets it, and stops in between, so that this task gets somewhere.
 */
static void *move(void *arg)
{
	const struct sched_param first = { .sched_priority = 1 };
	struct mover *mover = arg;
	int cpu = 0;

	put_on(0, 1);
	sched_setscheduler(0, SCHED_FIFO, &first);
	while (!__atomic_load_n(&mover->over, __ATOMIC_RELAXED)) {
		put_on(mover->tid, cpu);
		cpu = !cpu;
		usleep(MOVE_US);
	}
	return NULL;
}

static int join_and_linger(struct tcp_pair *pair, int number)
{
	const struct linger reset = { .l_onoff = 1 };
	char from[32];
	int err;

	snprintf(from, sizeof(from), "127.0.0.1:%d", 10000 + number);
	err = tcp_pair_join(pair, from, "127.0.0.1:8000");
	if (err)
		return err;
	if (setsockopt(pair->client, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)) ||
	    setsockopt(pair->server, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)))
		return -errno;
	return 0;
}

static int close_on_the_move(struct tcp_pair *pairs)
{
	struct mover mover = { .tid = gettid() };
	int i, err = pthread_create(&mover.thread, NULL, move, &mover);

	for (i = 0; i < CONNECTIONS; i++) {
		close(pairs[i].client);
		close(pairs[i].server);
	}
	__atomic_store_n(&mover.over, true, __ATOMIC_RELAXED);
	return err ?: pthread_join(mover.thread, NULL);
}

/*
 * The kernel may sleep between its decision and the transmit, for memory, and the
 * task move to another CPU.  What cannot leave there has not left.
 */
TEST(task_moves_on)
{
	/* and some that were open before */
	const struct rlimit files = { 2 * CONNECTIONS + 100, 2 * CONNECTIONS + 100 };
	struct tcp_pair pairs[CONNECTIONS];
	struct mib before, after;
	long long failed;
	int i, err;

	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		SKIP(return, "there is only one CPU");
	ASSERT_EQ(0, netns_enter());
	err = way_out_prepare();
	if (err == -EOPNOTSUPP)
		SKIP(return, "this kernel lacks " WAY_OUT_NEEDS);
	ASSERT_EQ(0, err);
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &files));
	for (i = 0; i < CONNECTIONS; i++)
		ASSERT_EQ(0, join_and_linger(&pairs[i], i));
	ASSERT_EQ(0, way_out_close());
	failed = module_stat("rst_failed");
	ASSERT_EQ(0, mib_read(&before));
	ASSERT_EQ(0, close_on_the_move(pairs));
	ASSERT_EQ(0, mib_read(&after));
	EXPECT_EQ(2 * CONNECTIONS, after.count[MIB_ABORT_FAILED] -
				   before.count[MIB_ABORT_FAILED]);
	if (!module_is_done_without())
		EXPECT_EQ(failed + 2 * CONNECTIONS, module_stat("rst_failed"));
	way_out_forget();
}

/* As it always was for a FIN: it waits. */
TEST_F(rst_failed, not_FIN_dropped)
{
	struct stuck stuck;

	begin(&stuck, self->play, DROPPED, REACH_ESTABLISHED, NULL);
	act_close(self->play, S);
	expect_whole(self->play, S, CLOSE
		     "state=ESTABLISHED>FIN_WAIT1 sent=FIN why=close fin=queued");
	expect_path(self->play, S, "%s close FIN_WAIT1", stuck.reached.story);
	way_out_forget();
}

TRIALS_MAIN;
