// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "act.h"
#include "act_io.h"
#include "step.h"

/**
 * act_send - s1.send("hello")
 * @play: the play
 * @who: the socket
 * @data: what to send
 */
void act_send(struct play *play, enum who who, const char *data)
{
	ssize_t sent = send(play->actor[who].fd, data, strlen(data), MSG_NOSIGNAL);
	char result[24];

	if (sent < 0)
		snprintf(result, sizeof(result), "%s", step_errno(errno));
	else
		snprintf(result, sizeof(result), "%zd", sent);
	step(play, result, "%s.send(\"%s\")", actor_name(who), data);
	if (sent != (ssize_t)strlen(data))
		remark(&play->wrong, "%s.send() gave %s, expected all of it",
		       actor_name(who), result);
}

/**
 * act_recv - s2.recv(5) gives data, or the end of the stream
 * @play: the play
 * @who: the socket
 * @want: the data, END for the end of the stream
 */
void act_recv(struct play *play, enum who who, const char *want)
{
	char data[6] = "", result[24];
	ssize_t got = recv(play->actor[who].fd, data, sizeof(data) - 1, 0);

	if (got < 0)
		snprintf(result, sizeof(result), "%s", step_errno(errno));
	else
		snprintf(result, sizeof(result), "\"%s\"", data);
	step(play, result, "%s.recv()", actor_name(who));
	if (got < 0 || strcmp(data, want))
		remark(&play->wrong, "%s.recv() gave %s, expected \"%s\"",
		       actor_name(who), result, want);
}

/**
 * act_recv_fails - s2.recv() gives an error
 * @play: the play
 * @who: the socket
 * @want: the errno that is expected
 */
void act_recv_fails(struct play *play, enum who who, int want)
{
	char data[6], text[32];
	int err = recv(play->actor[who].fd, data, sizeof(data), 0) < 0 ? errno : 0;

	snprintf(text, sizeof(text), "%s.recv()", actor_name(who));
	step_returned(play, text, err, want);
}

/**
 * act_send_fails - send() gives an error
 * @play: the play
 * @who: the socket
 * @want: its errno
 */
void act_send_fails(struct play *play, enum who who, int want)
{
	int err = send(play->actor[who].fd, "?", 1, MSG_NOSIGNAL) < 0 ? errno : 0;
	char text[48];

	snprintf(text, sizeof(text), "%s.send()", actor_name(who));
	step_returned(play, text, err, want);
}

static void take(struct play *play, enum who who, int bytes, int flags)
{
	char data[64], text[48];
	ssize_t got;

	got = recv(play->actor[who].fd, data, bytes, flags);
	snprintf(text, sizeof(text), "%s.recv(%d, %d)", actor_name(who), bytes,
		 flags);
	step_returned(play, text, got == bytes ? 0 : errno, FINE);
}

/**
 * act_peek - look at data without reading it
 * @play: the play
 * @who: the socket
 * @bytes: how much
 */
void act_peek(struct play *play, enum who who, int bytes)
{
	take(play, who, bytes, MSG_PEEK);
}

/**
 * act_read - read some of the data
 * @play: the play
 * @who: the socket
 * @bytes: how much
 */
void act_read(struct play *play, enum who who, int bytes)
{
	take(play, who, bytes, 0);
}
