// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "act.h"
#include "act_option.h"
#include "actor.h"
#include "step.h"
#include "sysctl.h"

/**
 * act_option - set an option of a socket
 * @play: the play
 * @who: the socket
 * @level: SOL_SOCKET, IPPROTO_TCP
 * @name: the option
 * @value: its value
 */
void act_option(struct play *play, enum who who, int level, int name, int value)
{
	int err = setsockopt(play->actor[who].fd, level, name, &value,
			     sizeof(value)) ? errno : 0;
	char text[48];

	snprintf(text, sizeof(text), "%s.setsockopt(%d, %d, %d)",
		 actor_name(who), level, name, value);
	step_returned(play, text, err, FINE);
}

/**
 * act_keep_alive - set SO_KEEPALIVE, with a second before each probe
 * @play: the play
 * @who: the socket
 * @probes: how many go without an answer
 */
void act_keep_alive(struct play *play, enum who who, int probes)
{
	act_option(play, who, IPPROTO_TCP, TCP_KEEPIDLE, 1);
	act_option(play, who, IPPROTO_TCP, TCP_KEEPINTVL, 1);
	act_option(play, who, IPPROTO_TCP, TCP_KEEPCNT, probes);
	act_option(play, who, SOL_SOCKET, SO_KEEPALIVE, 1);
}

/**
 * act_linger - set SO_LINGER
 * @play: the play
 * @who: the socket
 * @seconds: for how long, or LINGER_OFF
 */
void act_linger(struct play *play, enum who who, int seconds)
{
	const struct linger linger = {
		.l_onoff = seconds != LINGER_OFF,
		.l_linger = seconds,
	};
	int err = setsockopt(play->actor[who].fd, SOL_SOCKET, SO_LINGER, &linger,
			     sizeof(linger)) ? errno : 0;
	char text[48];

	snprintf(text, sizeof(text), "%s.setsockopt(SO_LINGER, %d)",
		 actor_name(who), seconds);
	step_returned(play, text, err, FINE);
}

/**
 * act_sysctl - change a setting of the network namespace, for a play
 * @play: the play
 * @name: its name, below net/
 * @value: what it is to be
 */
void act_sysctl(struct play *play, const char *name, const char *value)
{
	int err = sysctl_write(name, value);

	step(play, step_errno(-err), "%s = %s", name, value);
	if (err)
		remark(&play->trouble, "%s cannot be %s: %s", name, value,
		       strerror(-err));
}

/**
 * act_needs_sysctl - a kernel without this setting is not up to the play
 * @play: the play
 * @name: the setting's name, below net/
 * @option: what it lacks, then
 */
void act_needs_sysctl(struct play *play, const char *name, const char *option)
{
	char value[16];

	if (sysctl_read(name, value, sizeof(value)) == -ENOENT)
		play->lacks = option;
}

/**
 * act_state - ask for the state of a socket, where kernels differ in it
 * @play: the play
 * @who: the socket
 *
 * Return: enum shutwatch_tcp.
 */
int act_state(struct play *play, enum who who)
{
	struct tcp_info info = {};
	socklen_t len = sizeof(info);

	if (getsockopt(play->actor[who].fd, IPPROTO_TCP, TCP_INFO, &info, &len))
		remark(&play->trouble, "no TCP_INFO: %s", strerror(errno));
	return info.tcpi_state;
}
