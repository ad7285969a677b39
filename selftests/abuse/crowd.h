/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Threads that end connections over lo, on all CPUs at once.
 */
#ifndef CROWD_H
#define CROWD_H

#include <linux/types.h>
#include <netinet/in.h>
#include <pthread.h>

/* How many of them a test has. */
#define CROWD_THREADS	8

/* How many sockets one of them can close. */
#define CROWD_CLOSES	60000

/**
 * struct worker - a thread that ends connections
 * @thread: it
 * @listener: its own
 * @address: of the listener
 * @until: when it stops
 * @most: how many sockets it closes, at most
 * @count: sockets that it closed
 * @cookie: which ones
 * @error: errno of what went wrong
 */
struct worker {
	pthread_t thread;
	int listener;
	struct sockaddr_in address;
	__u64 until;
	int most;
	int count;
	__u64 cookie[CROWD_CLOSES];
	int error;
};

int crowd_start(struct worker *w, int number, unsigned int seconds, int most);

#endif /* CROWD_H */
