// SPDX-License-Identifier: GPL-2.0-only
/*
 * connect() in a thread of its own, so that another can end what it waits for.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "act.h"
#include "clock.h"
#include "netns.h"
#include "step.h"

#define PORT		8067
#define WAIT_SECONDS	20

/* There is one such thread in a program, and it has one call to make. */
static struct {
	pthread_t thread;
	int fd;
	int err;
	__u64 begun;
	__u64 done;
} caller;

static void *call_connect(void *arg)
{
	struct sockaddr_in in = {
		.sin_family = AF_INET,
		.sin_port = htons(PORT),
	};

	(void)arg;
	inet_pton(AF_INET, NETNS_BLACKHOLE, &in.sin_addr);
	caller.begun = clock_now();
	caller.err = connect(caller.fd, (struct sockaddr *)&in, sizeof(in)) ?
		     errno : 0;
	caller.done = clock_now();
	return NULL;
}

/**
 * act_thread_connect - a thread calls s.connect(), to where nobody answers
 * @play: the play
 * @who: the socket
 *
 * When this returns, the SYN has been sent, and if the call is one that
 * blocks, it does: TCP_INFO needs the lock that connect() lets go to sleep.
 */
void act_thread_connect(struct play *play, enum who who)
{
	struct actor *actor = &play->actor[who];
	struct sockaddr_storage addr;
	socklen_t len = sizeof(addr);
	int err;

	caller.fd = actor->fd;
	err = pthread_create(&caller.thread, NULL, call_connect, NULL);
	if (err) {
		remark(&play->trouble, "no thread: %s", strerror(err));
		return;
	}
	step(play, "", "thread: %s.connect(%s:%d)", actor_name(who),
	     NETNS_BLACKHOLE, PORT);
	await_state(play, who, SHUTWATCH_TCP_SYN_SENT);
	snprintf(actor->remote, sizeof(actor->remote), "%s:%d", NETNS_BLACKHOLE,
		 PORT);
	if (!getsockname(actor->fd, (struct sockaddr *)&addr, &len))
		address_of(actor->local, &addr);
}

/**
 * act_thread_returns - the thread's connect() returns
 * @play: the play
 * @who: the socket
 * @want: the errno that it is to return
 */
void act_thread_returns(struct play *play, enum who who, int want)
{
	struct timespec until;
	char text[56];

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += WAIT_SECONDS;
	if (pthread_timedjoin_np(caller.thread, NULL, &until)) {
		remark(&play->wrong, "%s.connect() does not return",
		       actor_name(who));
		return;
	}
	snprintf(text, sizeof(text), "thread: %s.connect() returns after %.1f s",
		 actor_name(who),
		 (caller.done - caller.begun) / (double)NSEC_PER_SEC);
	step_returned(play, text, caller.err, want);
}
