// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "act.h"
#include "act_option.h"
#include "step.h"

/* Where the recipes' server is, and where it would be. */
static const char * const server_address[] = {
	[FAMILY_IPV4] = "127.0.0.20:8000",
	[FAMILY_IPV6] = "[::1]:8000",
	[FAMILY_MAPPED] = "[::ffff:127.0.0.20]:8000",
};

/* No call of ours blocks for longer, whatever the kernel does. */
#define CALL_SECONDS	10

/* A SYN is sent twice: connect() gives up after 3 s instead of 130 s. */
#define SYN_RETRIES	1

static void learn_addresses(struct actor *actor)
{
	struct sockaddr_storage addr;
	socklen_t len = sizeof(addr);

	if (!getsockname(actor->fd, (struct sockaddr *)&addr, &len))
		address_of(actor->local, &addr);
	len = sizeof(addr);
	if (!getpeername(actor->fd, (struct sockaddr *)&addr, &len))
		address_of(actor->remote, &addr);
	else if (*actor->local != '[' && *actor->remote == '[')
		strcpy(actor->remote, address_any(FAMILY_IPV4));
}

static void adopt(struct play *play, enum who who, int fd)
{
	const struct timeval bound = { .tv_sec = CALL_SECONDS };
	struct actor *actor = &play->actor[who];
	socklen_t len = sizeof(actor->cookie);
	const int retries = SYN_RETRIES;

	actor->fd = fd;
	actor->served = false;
	strcpy(actor->local, address_any(play->family));
	strcpy(actor->remote, address_any(play->family));
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &bound, sizeof(bound)) ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &bound, sizeof(bound)) ||
	    setsockopt(fd, IPPROTO_TCP, TCP_SYNCNT, &retries, sizeof(retries)) ||
	    getsockopt(fd, SOL_SOCKET, SO_COOKIE, &actor->cookie, &len))
		remark(&play->trouble, "%s: %s", actor_name(who), strerror(errno));
}

/**
 * act_socket - s = socket()
 * @play: the play
 * @who: the socket
 * @flags: SOCK_NONBLOCK or 0
 */
void act_socket(struct play *play, enum who who, int flags)
{
	int fd = socket(address_domain(play->family),
			SOCK_STREAM | SOCK_CLOEXEC | flags, 0);

	adopt(play, who, fd);
	if (flags & SOCK_NONBLOCK)
		step(play, "", "%s.setblocking(False)", actor_name(who));
}

static void listen_now(struct play *play, enum who who)
{
	struct actor *actor = &play->actor[who];
	int err = listen(actor->fd, 8) ? errno : 0;
	char text[32];

	strcpy(actor->remote, address_any(play->family));
	learn_addresses(actor);
	snprintf(text, sizeof(text), "%s.listen()", actor_name(who));
	step_returned(play, text, err, FINE);
}

/**
 * act_bind_and_listen - server.bind(), server.listen()
 * @play: the play
 * @who: a socket
 * @address: where, NULL for where the recipes' server is
 */
void act_bind_and_listen(struct play *play, enum who who, const char *address)
{
	struct sockaddr_storage addr;
	char text[48];
	socklen_t len;
	int err;

	address = address ?: server_address[play->family];
	len = address_parse(&addr, address);
	err = bind(play->actor[who].fd, (struct sockaddr *)&addr, len) ? errno : 0;
	snprintf(text, sizeof(text), "%s.bind(%s)", actor_name(who), address);
	step_returned(play, text, err, FINE);
	listen_now(play, who);
}

/**
 * act_listen - server = socket(), server.bind(), server.listen()
 * @play: the play
 * @who: the socket
 */
void act_listen(struct play *play, enum who who)
{
	act_socket(play, who, 0);
	act_bind_and_listen(play, who, NULL);
}

/**
 * act_listen_again - server.listen()
 * @play: the play
 * @who: a bound socket that does not listen
 */
void act_listen_again(struct play *play, enum who who)
{
	listen_now(play, who);
}

/**
 * act_connect - s.connect(), in a new socket if there is none
 * @play: the play
 * @who: the socket
 * @address: to where, NULL for the server
 * @want: FINE, or the errno that is expected
 */
void act_connect(struct play *play, enum who who, const char *address, int want)
{
	const char *to = address ?: server_address[play->family];
	struct actor *actor = &play->actor[who];
	struct sockaddr_storage addr;
	socklen_t len = address_parse(&addr, to);
	char text[56];
	int err;

	if (actor->fd < 0)
		act_socket(play, who, 0);
	err = connect(actor->fd, (struct sockaddr *)&addr, len) ? errno : 0;
	if (err != EISCONN)
		address_on_wire(actor->remote, to);
	learn_addresses(actor);
	snprintf(text, sizeof(text), "%s.connect(%s)", actor_name(who), to);
	step_returned(play, text, err, want);
}

/**
 * act_queue - s.connect() to the server, which does not accept it
 * @play: the play
 * @client: the socket
 * @child: what it is connected to
 */
void act_queue(struct play *play, enum who client, enum who child)
{
	act_connect(play, client, NULL, FINE);
	await_child(play, SERVER, client);
	if (child != CHILD)
		play->actor[child] = play->actor[CHILD];
}

/**
 * act_accept - s2 = server.accept()
 * @play: the play
 * @who: the new socket
 * @listener: the one that it comes from
 */
void act_accept(struct play *play, enum who who, enum who listener)
{
	int fd = accept4(play->actor[listener].fd, NULL, NULL, SOCK_CLOEXEC);
	int err = fd < 0 ? errno : 0;
	char text[32];

	adopt(play, who, fd);
	play->accepts = true;
	play->actor[who].served = act_state(play, who) != SHUTWATCH_TCP_SYN_RECV;
	learn_addresses(&play->actor[who]);
	snprintf(text, sizeof(text), "%s = %s.accept()", actor_name(who),
		 actor_name(listener));
	step_returned(play, text, err, FINE);
}

/**
 * act_pair - how most recipes begin: s1 and s2 are connected
 * @play: the play
 */
void act_pair(struct play *play)
{
	act_listen(play, SERVER);
	act_connect(play, S1, NULL, FINE);
	act_accept(play, S2, SERVER);
}

/**
 * act_shutdown_try - s.shutdown(), where kernels differ in what it returns
 * @play: the play
 * @who: the socket
 * @how: SHUT_RD, SHUT_WR or SHUT_RDWR
 * @other: an errno that is as good as success
 *
 * Return: its errno, or 0.
 */
int act_shutdown_try(struct play *play, enum who who, int how, int other)
{
	static const char * const name[] = {
		[SHUT_RD] = "SHUT_RD",
		[SHUT_WR] = "SHUT_WR",
		[SHUT_RDWR] = "SHUT_RDWR",
	};
	int err = shutdown(play->actor[who].fd, how) ? errno : 0;
	char text[40];

	snprintf(text, sizeof(text), "%s.shutdown(%s)", actor_name(who), name[how]);
	step_returned(play, text, err, err == other ? other : FINE);
	return err;
}

/**
 * act_shutdown - s.shutdown()
 * @play: the play
 * @who: the socket
 * @how: SHUT_RD, SHUT_WR or SHUT_RDWR
 */
void act_shutdown(struct play *play, enum who who, int how)
{
	act_shutdown_try(play, who, how, FINE);
}

/**
 * act_disconnect_fails - connect() to AF_UNSPEC gives an error
 * @play: the play
 * @who: the socket
 * @want: its errno
 */
void act_disconnect_fails(struct play *play, enum who who, int want)
{
	const struct sockaddr unspec = { .sa_family = AF_UNSPEC };
	int err = connect(play->actor[who].fd, &unspec, sizeof(unspec)) ?
		  errno : 0;
	char text[48];

	snprintf(text, sizeof(text), "%s.connect(AF_UNSPEC)", actor_name(who));
	step_returned(play, text, err, want);
}

/**
 * act_disconnect - connect() to AF_UNSPEC
 * @play: the play
 * @who: the socket
 */
void act_disconnect(struct play *play, enum who who)
{
	act_disconnect_fails(play, who, FINE);
}

/**
 * act_close - s.close()
 * @play: the play
 * @who: the socket
 */
void act_close(struct play *play, enum who who)
{
	int err = close(play->actor[who].fd) ? errno : 0;
	char text[32];

	play->actor[who].fd = -1;
	snprintf(text, sizeof(text), "%s.close()", actor_name(who));
	step_returned(play, text, err, FINE);
}

/**
 * act_leave - the program ends, and its sockets are closed with it
 * @play: the play
 */
void act_leave(struct play *play)
{
	int who;

	for (who = 0; who < ACTORS; who++) {
		if (play->actor[who].fd >= 0)
			close(play->actor[who].fd);
		play->actor[who].fd = -1;
	}
}
