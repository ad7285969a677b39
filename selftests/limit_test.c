// SPDX-License-Identifier: GPL-2.0-only
/*
 * A timer finds that there are too many orphans (T5).  The limit is that of the
 * whole system: nothing else may run meanwhile.
 */
#include "trial_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>

#include "orphan.h"
#include "sysctl.h"

TRIALS(limit);

/* The limit is the machine's: only the first namespace shows it. */
static int limit_orphans(const char *value, char *before, size_t size)
{
	int here = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	int first = open("/proc/1/ns/net", O_RDONLY | O_CLOEXEC);
	int err;

	if (here < 0 || first < 0 || setns(first, CLONE_NEWNET))
		return -errno;
	err = before ? sysctl_read("ipv4/tcp_max_orphans", before, size) : 0;
	err = err ?: sysctl_write("ipv4/tcp_max_orphans", value);
	if (setns(here, CLONE_NEWNET))
		err = -errno;
	close(here);
	close(first);
	return err;
}

TEST_F(limit, T5_orphan_memory)
{
	struct reached reached;
	char before[24];
	struct peer peer;
	int err;

	orphan_make(&reached, &peer, self->play);
	err = limit_orphans("0", before, sizeof(before));
	if (err)
		remark(&self->play->trouble, "tcp_max_orphans: %s", strerror(-err));
	peer_hears(&peer, PACKET_RST);
	if (!err)
		limit_orphans(before, NULL, 0);
	expect_whole(self->play, S, DECISION("timer")
		     "ctx=timer state=FIN_WAIT1>CLOSE sent=RST why=orphan_memory");
	expect_path(self->play, S, "%s timer CLOSE", reached.story);
}

TRIALS_MAIN;
