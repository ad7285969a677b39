// SPDX-License-Identifier: GPL-2.0-only
/*
 * A process that ends closes what it has, without a call: told apart from
 * close(), whatever comes of it, and whatever it ends by.
 */
#include "trial_fixture.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "act_option.h"
#include "child.h"

#define CLIENT		"CLOSE connect SYN_SENT rx ESTABLISHED"
#define SERVED		"SYN_RECV rx ESTABLISHED"
#define BY_FIN		"state=ESTABLISHED>FIN_WAIT1|ESTABLISHED>FIN_WAIT2 sent=FIN why=close fin=sent"

TRIALS(exit);

static void pair(struct play *play)
{
	act_listen(play, SERVER);
	act_connect(play, S1, NULL, FINE);
	await_child(play, SERVER, S1);
	act_accept(play, S2, SERVER);
	expect_path(play, SERVER, "CLOSE listen LISTEN");
}

/* Others have it; only they do. */
static void give_up(struct play *play, enum who who)
{
	close(play->actor[who].fd);
	play->actor[who].fd = -1;
}

static void expect_finished(struct play *play, const struct child *child,
			    const char *how, const char *comm)
{
	await_state(play, S1, SHUTWATCH_TCP_CLOSE_WAIT);
	expect_whole(play, S2, CLOSE BY_FIN " how=%s pid=%d comm=%s", how,
		     child->pid, comm);
	expect_path(play, S1, CLIENT " rx CLOSE_WAIT");
	expect_path(play, S2, SERVED " close FIN_WAIT1 rx FIN_WAIT2");
}

static void expect_reset(struct play *play, const struct child *child,
			 const char *says)
{
	await_state(play, S1, SHUTWATCH_TCP_CLOSE);
	expect_whole(play, S2, CLOSE "state=ESTABLISHED>CLOSE sent=RST how=exit pid=%d comm=leaver %s",
		     child->pid, says);
	expect_whole(play, S1, RESET "state=ESTABLISHED>CLOSE error=ECONNRESET");
	trial_recv_fails(play, S1, ECONNRESET);
	expect_path(play, S1, CLIENT " rx CLOSE");
	expect_path(play, S2, SERVED " close CLOSE");
}

static void close_s2(struct play *play)
{
	close(play->actor[S2].fd);
}

/* It closes, and exits right after: that is close(). */
TEST_F(exit, not_close)
{
	struct child child;

	pair(self->play);
	child = child_start(self->play, "leaver", close_s2);
	give_up(self->play, S2);
	child_go(&child);
	expect_finished(self->play, &child, "-", "leaver");
}

static void *leave_thread(void *arg)
{
	return arg;
}

/* What a thread has, its process has still. */
TEST_F(exit, not_a_thread)
{
	pthread_t thread;

	pair(self->play);
	ASSERT_EQ(0, pthread_create(&thread, NULL, leave_thread, NULL));
	ASSERT_EQ(0, pthread_join(thread, NULL));
	act_send(self->play, S1, "hello");
	act_recv(self->play, S2, "hello");
	expect_path(self->play, S1, CLIENT);
	expect_path(self->play, S2, SERVED);
}

TEST_F(exit, with_linger_zero)
{
	struct child child;

	pair(self->play);
	act_linger(self->play, S2, 0);
	child = child_start(self->play, "leaver", NULL);
	give_up(self->play, S2);
	child_kill(&child);
	expect_reset(self->play, &child, "why=linger_zero linger=0");
}

/* After a shutdown() there is nothing left to say, but who left it. */
TEST_F(exit, after_shutdown)
{
	struct play *play = self->play;
	struct child child;

	pair(play);
	act_shutdown(play, S2, SHUT_WR);
	expect_whole(play, S2, SHUTDOWN("wr")
		     "state=ESTABLISHED>FIN_WAIT1|ESTABLISHED>FIN_WAIT2 sent=FIN why=shutdown_write fin=sent");
	await_state(play, S2, SHUTWATCH_TCP_FIN_WAIT2);
	child = child_start(play, "leaver", NULL);
	give_up(play, S2);
	child_go(&child);
	expect_whole(play, S2, CLOSE
		     "state=FIN_WAIT2>FIN_WAIT2 sent=none why=fin_already_sent how=exit pid=%d comm=leaver",
		     child.pid);
	expect_path(play, S1, CLIENT " rx CLOSE_WAIT");
	expect_path(play, S2, SERVED " shutdown FIN_WAIT1 rx FIN_WAIT2");
}

TEST_F(exit, of_a_server)
{
	struct play *play = self->play;
	struct child child;

	act_listen(play, SERVER);
	act_connect(play, S1, NULL, FINE);
	await_child(play, SERVER, S1);
	child = child_start(play, "leaver", NULL);
	give_up(play, SERVER);
	child_kill(&child);
	expect_whole(play, CHILD, DECISION("listener")
		     "state=ESTABLISHED>CLOSE sent=RST why=listener_stopped parent=%llx pid=%d comm=leaver",
		     play->actor[SERVER].cookie, child.pid);
	expect_whole(play, SERVER, CLOSE
		     "state=LISTEN>CLOSE sent=none why=listener_stopped children=1 how=exit pid=%d comm=leaver",
		     child.pid);
	await_state(play, S1, SHUTWATCH_TCP_CLOSE);
	expect_whole(play, S1, RESET "state=ESTABLISHED>CLOSE error=ECONNRESET");
	expect_path(play, SERVER, "CLOSE listen LISTEN close CLOSE");
	expect_path(play, CHILD, SERVED " listener CLOSE");
	expect_path(play, S1, CLIENT " rx CLOSE");
}

TRIALS_MAIN;
