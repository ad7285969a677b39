// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <errno.h>
#include <sched.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "crowd.h"
#include "tcp_pair.h"

static void end(struct worker *w, int fd)
{
	w->cookie[w->count++] = tcp_pair_cookie(fd);
	close(fd);
}

static void reset_on_close(int fd)
{
	const struct linger linger = { .l_onoff = 1 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
}

/* The ways take turns, so that FIN and RST and nothing meet each other. */
static void end_pair(struct worker *w, int client, int server, int way)
{
	switch (way % 5) {
	case 0:
		shutdown(client, SHUT_WR);
		shutdown(server, SHUT_RDWR);
		break;
	case 1:
		if (send(client, "hello", 5, MSG_NOSIGNAL) != 5)
			w->error = errno;
		break;
	case 2:
		reset_on_close(server);
		break;
	case 3:
		shutdown(server, SHUT_RDWR);
		send(client, "hello", 5, MSG_NOSIGNAL);
		break;
	}
	end(w, server);
	end(w, client);
}

static bool one_round(struct worker *w, int way)
{
	int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int server = -1;

	if (!connect(client, (struct sockaddr *)&w->address, sizeof(w->address)))
		server = accept(w->listener, NULL, NULL);
	if (server < 0) {
		w->error = errno;
		return false;
	}
	end_pair(w, client, server, way);
	return !w->error;
}

/* netns_enter() keeps a thread on its CPU; these are to meet on all. */
static void leave_cpu(void)
{
	cpu_set_t all;

	memset(&all, 0xff, sizeof(all));
	sched_setaffinity(0, sizeof(all), &all);
}

static void *work(void *arg)
{
	struct worker *w = arg;
	int way = 0;

	leave_cpu();
	while (clock_now() < w->until && w->count + 2 <= w->most) {
		if (!one_round(w, way++))
			break;
	}
	return NULL;
}

/**
 * crowd_start - have a thread end connections
 * @w: it, its count is 0
 * @number: of the thread, from 0 on
 * @seconds: for how long, at most
 * @most: how many sockets it closes, at most CROWD_CLOSES
 *
 * Return: 0 or an errno.
 */
int crowd_start(struct worker *w, int number, unsigned int seconds, int most)
{
	socklen_t len = sizeof(w->address);

	w->address.sin_family = AF_INET;
	w->address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + number);
	w->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	w->until = clock_in(seconds);
	w->most = most;
	if (bind(w->listener, (struct sockaddr *)&w->address, sizeof(w->address)) ||
	    listen(w->listener, 8) ||
	    getsockname(w->listener, (struct sockaddr *)&w->address, &len))
		return errno;
	return pthread_create(&w->thread, NULL, work, w);
}
