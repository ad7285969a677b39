/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Another process, that has what the test has.
 */
#ifndef CHILD_H
#define CHILD_H

#include <sys/types.h>

#include "play.h"

/**
 * struct child - another process, that has what we have
 * @pid: it
 * @go: a byte in it lets it go on; the end of file, too
 */
struct child {
	pid_t pid;
	int go;
};

struct child child_start(struct play *play, const char *name,
			 void (*does)(struct play *play));
void child_let_go(struct child *child);
void child_go(struct child *child);
void child_kill(struct child *child);

#endif /* CHILD_H */
