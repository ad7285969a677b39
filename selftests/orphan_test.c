// SPDX-License-Identifier: GPL-2.0-only
/*
 * Too many connections that no program has any more: close() finds it (B12), or
 * a timer (T5).  The limit is that of the whole system: nothing else may run
 * meanwhile.
 */
#include "trial_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/prctl.h>

#include "clock.h"
#include "netns.h"
#include "orphan.h"
#include "sysctl.h"

#define LIMIT		"ipv4/tcp_max_orphans"
#define FILL_SECONDS	30

TRIALS(orphan);

static void in_state(struct play *play, int state, const char *says,
		     const char *adds)
{
	struct reached at;
	struct peer peer;

	peer_open(&peer, play);
	reach(&at, &peer, S, state, NULL);
	act_close(play, S);
	expect_whole(play, S, CLOSE "state=%s", says);
	expect_path(play, S, "%s%s", at.story, adds);
}

#define TOO_MANY	"sent=RST why=orphan_memory"

/* A FIN, and a RST right behind it, is what happens. */
#define ORPHAN_LIST(X)							\
	X(ESTABLISHED, "ESTABLISHED>CLOSE " TOO_MANY " fin=sent", " close FIN_WAIT1 close CLOSE") \
	X(CLOSE_WAIT, "CLOSE_WAIT>CLOSE " TOO_MANY " fin=sent", " close LAST_ACK close CLOSE") \
	X(FIN_WAIT1, "FIN_WAIT1>CLOSE " TOO_MANY, " close CLOSE")	\
	X(CLOSING, "CLOSING>CLOSE " TOO_MANY, " close CLOSE")		\
	X(LAST_ACK, "LAST_ACK>CLOSE " TOO_MANY, " close CLOSE")		\
	X(FIN_WAIT2, "FIN_WAIT2>FIN_WAIT2 sent=none why=fin_already_sent", "") \
	X(TIME_WAIT, "TIME_WAIT>TIME_WAIT sent=none why=already_closed", "")

#define TEST_ORPHAN(state, says, adds)					\
TEST_F(orphan, too_many_in_##state)					\
{									\
	in_state(self->play, REACH_##state, says, adds);		\
}

ORPHAN_LIST(TEST_ORPHAN)

static char limit[32];

static void restore_limit(void)
{
	sysctl_write(LIMIT, limit);
}

/* The limit is the machine's: only the first namespace shows it. */
static int set_limit(const char *value)
{
	int here = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	int first = open("/proc/1/ns/net", O_RDONLY | O_CLOEXEC);
	int err;

	if (here < 0 || first < 0 || setns(first, CLONE_NEWNET))
		return -errno;
	err = sysctl_write(LIMIT, value);
	if (setns(here, CLONE_NEWNET))
		err = -errno;
	close(here);
	close(first);
	return err;
}

TRIALS(limit);

/* close() still finds room for its orphan. */
TEST_F(limit, T5_orphan_memory)
{
	struct reached reached;
	struct peer peer;
	int err;

	err = set_limit(limit);
	orphan_make(&reached, &peer, self->play);
	err = set_limit("0") ?: err;
	if (err)
		remark(&self->play->trouble, LIMIT ": %s", strerror(-err));
	peer_hears(&peer, PACKET_RST);
	expect_whole(self->play, S, DECISION("timer")
		     "ctx=timer state=FIN_WAIT1>CLOSE sent=RST why=orphan_memory");
	expect_path(self->play, S, "%s timer CLOSE", reached.story);
}

/*
 * Orphans that stay: the peer does not finish, and they may wait for a quarter
 * of an hour.  The kernel counts them late and roughly; when it resets one, it
 * has noticed.
 */
static bool make_orphans(struct play *play)
{
	__u64 deadline = clock_in(FILL_SECONDS);
	struct mib mib;

	act_listen(play, SERVER);
	do {
		act_socket(play, S1, 0);
		act_connect(play, S1, NULL, FINE);
		act_accept(play, S2, SERVER);
		act_close(play, S1);
		play->nr_steps = 0;
		if (mib_read(&mib) || mib.count[MIB_ABORT_ON_MEMORY])
			return !play->wrong.count;
	} while (clock_wait(deadline));
	return false;
}

static void fill(int done)
{
	struct play *play = calloc(1, sizeof(*play));

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	play->bell = -1;
	if (netns_enter() || sysctl_write("ipv4/tcp_fin_timeout", "900") ||
	    !make_orphans(play))
		_exit(1);
	if (write(done, "", 1) != 1)
		_exit(1);
	pause();
	_exit(0);
}

/* In a process and a namespace of their own, as long as the tests run. */
static bool fill_up(void)
{
	int done[2];
	char byte;

	if (pipe(done))
		return false;
	if (!fork()) {
		close(done[0]);
		fill(done[1]);
	}
	close(done[1]);
	return read(done[0], &byte, 1) == 1;
}

/* The limit is not one of a namespace: it has to be lowered before. */
int main(int argc, char **argv)
{
	char why[256] = "the limit of orphans cannot be reached";

	if (!trial_possible(why, sizeof(why)))
		trial_cannot(why);
	if (sysctl_read(LIMIT, limit, sizeof(limit)) || sysctl_write(LIMIT, "0"))
		trial_cannot("no " LIMIT " here");
	atexit(restore_limit);
	if (!fill_up())
		trial_cannot(why);
	return test_harness_run(argc, argv);
}
