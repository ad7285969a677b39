/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Threads that sleep in close(), for SO_LINGER.
 */
#ifndef LINGERER_H
#define LINGERER_H

#include <linux/types.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "tcp_pair.h"

/**
 * struct lingerer - a thread that sleeps in close()
 * @thread: it
 * @tid: its number, 0 before close() and after it
 * @pair: what it closes the server's end of
 * @gate: locked until it may
 */
struct lingerer {
	pthread_t thread;
	atomic_int tid;
	struct tcp_pair pair;
	pthread_mutex_t *gate;
};

int lingerer_fill(const struct tcp_pair *pair);
int lingerer_start(struct lingerer *l, const char *from, const char *to,
		   pthread_mutex_t *gate);
bool lingerers_sleep(const struct lingerer *l, int count, __u64 deadline);
void lingerers_end(struct lingerer *l, int count);

#endif /* LINGERER_H */
