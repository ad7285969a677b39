// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the notes sleep, we wait for what they slept for.
 */
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <names.h>

#include "act.h"
#include "act_option.h"
#include "clock.h"
#include "mib.h"
#include "netns.h"
#include "step.h"

/* For what happens at once; TIME_WAIT takes 60 s, and some more. */
#define AWAIT_SECONDS		20
#define TIME_WAIT_SECONDS	90

static void over(struct play *play, bool happened)
{
	if (!happened)
		remark(&play->wrong, "waited in vain: %s",
		       play->step[play->nr_steps - 1].text);
}

static int unread(int fd)
{
	int bytes = -1;

	return ioctl(fd, SIOCINQ, &bytes) ? -1 : bytes;
}

/**
 * await_unread - wait until data is there to be read
 * @play: the play
 * @who: the socket
 * @bytes: how much
 */
void await_unread(struct play *play, enum who who, int bytes)
{
	__u64 deadline = clock_in(AWAIT_SECONDS);
	bool there;

	do {
		there = unread(play->actor[who].fd) == bytes;
	} while (!there && clock_wait(deadline));
	step(play, "", "wait: %s has %d unread bytes", actor_name(who), bytes);
	over(play, there);
}

/**
 * await_acked - wait until a socket has heard that all it sent has arrived
 * @play: the play
 * @who: the socket
 */
void await_acked(struct play *play, enum who who)
{
	__u64 deadline = clock_in(AWAIT_SECONDS);
	int bytes;

	do {
		if (ioctl(play->actor[who].fd, SIOCOUTQ, &bytes))
			bytes = -1;
	} while (bytes && clock_wait(deadline));
	step(play, "", "wait: what %s sent has arrived", actor_name(who));
	over(play, !bytes);
}

static int state_of(int fd)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len))
		return SHUTWATCH_TCP_NONE;
	return info.tcpi_state;
}

/**
 * await_state - wait until a socket is in a state
 * @play: the play
 * @who: the socket
 * @state: enum shutwatch_tcp; not TIME_WAIT, which no socket is in
 */
void await_state(struct play *play, enum who who, int state)
{
	__u64 deadline = clock_in(AWAIT_SECONDS);
	bool there;

	do {
		there = state_of(play->actor[who].fd) == state;
	} while (!there && clock_wait(deadline));
	step(play, "", "wait: %s is %s", actor_name(who), tcp_names.name[state]);
	over(play, there);
}

static bool has_room(int fd)
{
	struct tcp_info info = { .tcpi_snd_wnd = 1 };
	socklen_t len = sizeof(info);

	return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) || info.tcpi_snd_wnd;
}

/**
 * await_closed_window - wait until a socket has heard that its peer has no room
 * @play: the play
 * @who: the socket
 *
 * What was sent to it may still wait for a busy CPU.
 */
void await_closed_window(struct play *play, enum who who)
{
	__u64 deadline = clock_in(AWAIT_SECONDS);
	bool closed;

	do {
		closed = !has_room(play->actor[who].fd);
	} while (!closed && clock_wait(deadline));
	step(play, "", "wait: %s may not send", actor_name(who));
	over(play, closed);
}

/**
 * await_time_wait - wait until a connection enters or leaves TIME_WAIT
 * @play: the play
 * @who: its socket, which by now is CLOSE
 * @in: it is to enter
 */
void await_time_wait(struct play *play, enum who who, bool in)
{
	__u64 deadline = clock_in(in ? AWAIT_SECONDS : TIME_WAIT_SECONDS);
	const struct actor *actor = &play->actor[who];
	bool there;

	do {
		there = netns_in_state(actor->local, actor->remote,
				       1 << SHUTWATCH_TCP_TIME_WAIT) == in;
	} while (!there && clock_wait(deadline));
	step(play, "", "wait: %s is %s in TIME_WAIT", actor_name(who),
	     in ? "now" : "no longer");
	over(play, there);
}

/*
 * It is in the listener's queue before the ACK that brought it there has made
 * it ESTABLISHED.
 */
static const unsigned int served = 1 << SHUTWATCH_TCP_ESTABLISHED |
				   1 << SHUTWATCH_TCP_CLOSE_WAIT;

static bool comes_to_be_served(const struct actor *actor)
{
	__u64 deadline = clock_in(AWAIT_SECONDS);
	bool there;

	do {
		there = netns_in_state(actor->local, actor->remote, served);
	} while (!there && clock_wait(deadline));
	return there;
}

/**
 * await_served - wait until a connection that nobody has accepted is there
 * @play: the play
 * @who: it, by its addresses
 */
void await_served(struct play *play, enum who who)
{
	bool there = comes_to_be_served(&play->actor[who]);

	step(play, "", "wait: %s waits to be accepted", actor_name(who));
	over(play, there);
}

/**
 * await_queued_reset - wait until a connection that nobody has accepted was reset
 * @play: the play
 * @who: it, by its addresses
 */
void await_queued_reset(struct play *play, enum who who)
{
	const struct actor *actor = &play->actor[who];
	__u64 deadline = clock_in(AWAIT_SECONDS);
	bool there;

	do {
		there = netns_in_state(actor->local, actor->remote, served);
	} while (there && clock_wait(deadline));
	step(play, "", "wait: %s is reset, and not accepted yet", actor_name(who));
	over(play, !there);
}

/* The later the timer, the longer it waits for the next time. */
#define REQUEST_SECONDS		30

/**
 * await_request_ends - wait until a listener has given a request up
 * @play: the play
 * @listener: the listener
 * @who: the request, by its addresses
 *
 * From now on the SYN,ACK is repeated once, if it has not been.
 */
void await_request_ends(struct play *play, enum who listener, enum who who)
{
	const struct actor *actor = &play->actor[who];
	__u64 deadline = clock_in(REQUEST_SECONDS);
	bool gone;

	act_option(play, listener, IPPROTO_TCP, TCP_SYNCNT, 1);
	do {
		gone = !netns_in_state(actor->local, actor->remote,
				       1 << SHUTWATCH_TCP_SYN_RECV);
	} while (!gone && clock_wait(deadline));
	step(play, "", "wait: the request is gone");
	over(play, gone);
}

/**
 * await_child - wait until a connection waits to be accepted
 * @play: the play
 * @who: the listener
 * @client: the other end; from now on CHILD is this one
 */
void await_child(struct play *play, enum who who, enum who client)
{
	struct pollfd pfd = { .fd = play->actor[who].fd, .events = POLLIN };
	struct actor *child = &play->actor[CHILD];
	bool there = poll(&pfd, 1, AWAIT_SECONDS * 1000) == 1;

	strcpy(child->local, play->actor[client].remote);
	strcpy(child->remote, play->actor[client].local);
	there = there && comes_to_be_served(child);
	step(play, "", "wait: a connection waits to be accepted");
	over(play, there);
}

static int count_minis(void)
{
	FILE *file = fopen("/proc/self/net/sockstat", "re");
	char line[256];
	int count = -1;

	if (!file)
		return -1;
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "TCP: inuse %*d orphan %*d tw %d", &count) == 1)
			break;
	}
	fclose(file);
	return count;
}

/**
 * await_minis - wait until there are so many mini-sockets
 * @play: the play
 * @count: in TIME_WAIT, or in FIN_WAIT2 without a socket
 */
void await_minis(struct play *play, int count)
{
	__u64 deadline = clock_in(AWAIT_SECONDS);
	bool there;

	do {
		there = count_minis() == count;
	} while (!there && clock_wait(deadline));
	step(play, "", "wait: %d mini-sockets", count);
	over(play, there);
}

/* Of either kind: the kernel tells those of at most 4 s apart. */
static bool mini_has_timed_out(void)
{
	return mib_extra("TW") > 0 || mib_extra("TWKilled") > 0;
}

/**
 * await_mini_times_out - wait until a timer has ended the mini-socket
 * @play: the play, in which it is the only one
 *
 * It may be there for so short a time that who looks for it comes too late, but
 * the kernel has counted it.
 */
void await_mini_times_out(struct play *play)
{
	__u64 deadline = clock_in(TIME_WAIT_SECONDS);
	bool gone;

	do {
		gone = mini_has_timed_out() && !count_minis();
	} while (!gone && clock_wait(deadline));
	step(play, "", "wait: the mini-socket's time is over");
	over(play, gone);
}
