// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "lingerer.h"
#include "task.h"

/* For ever. */
#define PATIENCE	3600

/**
 * lingerer_fill - send more than the peer, who does not read, has room for
 * @pair: the server's end sends, and will linger when it is closed
 *
 * Return: 0 or a negative errno.
 */
int lingerer_fill(const struct tcp_pair *pair)
{
	const struct linger patience = { .l_onoff = 1, .l_linger = PATIENCE };
	static const char data[4096];
	const int little = sizeof(data);

	/* There are many: what they have in flight must not be all memory. */
	if (setsockopt(pair->client, SOL_SOCKET, SO_RCVBUF, &little, sizeof(little)) ||
	    setsockopt(pair->server, SOL_SOCKET, SO_SNDBUF, &little, sizeof(little)))
		return -errno;
	while (send(pair->server, data, sizeof(data), MSG_DONTWAIT | MSG_NOSIGNAL) > 0)
		;
	return setsockopt(pair->server, SOL_SOCKET, SO_LINGER, &patience,
			  sizeof(patience)) ? -errno : 0;
}

static void *linger(void *arg)
{
	struct lingerer *l = arg;

	pthread_mutex_lock(l->gate);
	pthread_mutex_unlock(l->gate);
	l->tid = gettid();
	close(l->pair.server);
	l->tid = 0;
	return NULL;
}

/**
 * lingerer_start - a connection, and a thread that will close one end of it
 * @l: the thread
 * @from: the client's address
 * @to: the server's
 * @gate: locked, until it is time to close
 *
 * Return: 0 or a negative errno.
 */
int lingerer_start(struct lingerer *l, const char *from, const char *to,
		   pthread_mutex_t *gate)
{
	int err = tcp_pair_join(&l->pair, from, to);
	pthread_attr_t attr;

	err = err ?: lingerer_fill(&l->pair);
	if (err)
		return err;
	l->gate = gate;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 1 << 16);
	return -pthread_create(&l->thread, &attr, linger, l);
}

/**
 * lingerers_sleep - wait until all sleep in close()
 * @l: they
 * @count: how many
 * @deadline: for how long
 *
 * Return: true if they do.
 */
bool lingerers_sleep(const struct lingerer *l, int count, __u64 deadline)
{
	int i;

	for (i = 0; i < count; i++) {
		while (!l[i].tid || !task_sleeps(l[i].tid)) {
			if (!clock_wait(deadline))
				return false;
		}
	}
	return true;
}

/**
 * lingerers_end - wake them and see them end
 * @l: they
 * @count: how many
 *
 * Nobody reads any more: that is a RST.
 */
void lingerers_end(struct lingerer *l, int count)
{
	int i;

	for (i = 0; i < count; i++)
		close(l[i].pair.client);
	for (i = 0; i < count; i++)
		pthread_join(l[i].thread, NULL);
}
