/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A socket that is locked for as long as a test wants it to be: what comes
 * meanwhile waits in its backlog.
 */
#ifndef HOLD_LOCK_H
#define HOLD_LOCK_H

#include <pthread.h>

#include "play.h"

/**
 * struct hold_lock - a thread that is stuck in send() or recv(), on a page that is
 *	not there
 * @play: the play
 * @thread: it
 * @fd: of the socket
 * @uffd: who is asked for the page
 * @page: the page
 * @receives: it is recv()
 * @waiting: what its backlog had when hold_lock_hears() looked last, in bytes
 * @sent: what it returned
 */
struct hold_lock {
	struct play *play;
	pthread_t thread;
	int fd;
	int uffd;
	void *page;
	bool receives;
	__u32 waiting;
	ssize_t sent;
};

/* How many bytes it sends or receives, in the end. */
#define HOLD_LOCK_BYTES	5

void hold_lock_begin(struct hold_lock *hold, struct play *play, enum who who);
void hold_lock_receive(struct hold_lock *hold, struct play *play, enum who who);
bool hold_lock_hears(struct hold_lock *hold);
void hold_lock_end(struct hold_lock *hold);

#endif /* HOLD_LOCK_H */
