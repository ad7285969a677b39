// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <names.h>

#include "act.h"
#include "act_io.h"
#include "reach.h"
#include "trial.h"

static void went(struct reached *reached, const char *how, int state)
{
	size_t len = strlen(reached->story);

	reached->state = tcp_names.name[state];
	snprintf(reached->story + len, sizeof(reached->story) - len, "%s%s %s",
		 len ? " " : "", how, reached->state);
}

static void call(struct reached *reached, struct peer *peer, enum who who)
{
	peer_called(peer, who);
	strcpy(reached->story, "CLOSE");
	went(reached, "connect", SHUTWATCH_TCP_SYN_SENT);
}

static void cross(struct reached *reached, struct peer *peer, enum who who)
{
	peer_crosses(peer, who);
	strcpy(reached->story, "CLOSE connect SYN_SENT");
	went(reached, "rx", SHUTWATCH_TCP_SYN_RECV);
}

static void establish(struct reached *reached, struct peer *peer, enum who who,
		      const char *data)
{
	peer_connects(peer, who);
	strcpy(reached->story, "CLOSE connect SYN_SENT");
	went(reached, "rx", SHUTWATCH_TCP_ESTABLISHED);
	if (!data)
		return;
	peer_sends(peer, PACKET_ACK | PACKET_PSH, data);
	await_unread(peer->play, who, strlen(data));
}

static void peer_finishes(struct reached *reached, struct peer *peer,
			  enum who who, int state)
{
	peer_sends(peer, PACKET_FIN | PACKET_ACK, NULL);
	went(reached, "rx", state);
	if (state == SHUTWATCH_TCP_TIME_WAIT)
		await_time_wait(peer->play, who, true);
	else
		await_state(peer->play, who, state);
}

static void peer_acknowledges(struct reached *reached, struct peer *peer,
			      enum who who, int state)
{
	peer_acks(peer);
	went(reached, "rx", state);
	await_state(peer->play, who, state);
}

static void finish(struct reached *reached, struct peer *peer, enum who who,
		   int state, const char *data)
{
	const char *before = reached->state;
	int unread = data ? strlen(data) : 0;

	act_shutdown(peer->play, who, SHUT_WR);
	went(reached, "shutdown", state);
	expect_whole(peer->play, who, SHUTDOWN("wr")
		     "state=%s>%s sent=FIN why=shutdown_write fin=sent unread=%d",
		     before, reached->state, unread);
	peer_hears(peer, PACKET_FIN);
}

static void reach_by_closing(struct reached *reached, struct peer *peer,
			     enum who who, int state, const char *data)
{
	finish(reached, peer, who, SHUTWATCH_TCP_FIN_WAIT1, data);
	if (state == SHUTWATCH_TCP_FIN_WAIT1)
		return;
	if (state == SHUTWATCH_TCP_CLOSING) {
		peer_finishes(reached, peer, who, state);
		return;
	}
	peer_acknowledges(reached, peer, who, SHUTWATCH_TCP_FIN_WAIT2);
	if (state == SHUTWATCH_TCP_TIME_WAIT)
		peer_finishes(reached, peer, who, state);
}

static void reach_by_being_closed(struct reached *reached, struct peer *peer,
				  enum who who, int state, const char *data)
{
	peer_finishes(reached, peer, who, SHUTWATCH_TCP_CLOSE_WAIT);
	if (state == SHUTWATCH_TCP_CLOSE_WAIT)
		return;
	finish(reached, peer, who, SHUTWATCH_TCP_LAST_ACK, data);
	if (state == REACH_FINISHED)
		peer_acknowledges(reached, peer, who, SHUTWATCH_TCP_CLOSE);
}

static void reach_alone(struct reached *reached, struct peer *peer, enum who who,
			int state)
{
	if (state == SHUTWATCH_TCP_LISTEN) {
		peer_may_call(peer, who);
		strcpy(reached->story, "CLOSE listen LISTEN");
	} else {
		act_socket(peer->play, who, SOCK_NONBLOCK);
	}
	reached->state = tcp_names.name[state == REACH_FRESH ?
					SHUTWATCH_TCP_CLOSE : state];
}

/**
 * reach - a new socket is in a state
 * @reached: what was done
 * @peer: the peer, open
 * @who: the socket
 * @state: enum reach, or enum shutwatch_tcp
 * @data: what the peer has sent and the socket not read, NULL for nothing
 *
 * The records of it are expected by this.
 */
void reach(struct reached *reached, struct peer *peer, enum who who, int state,
	   const char *data)
{
	memset(reached, 0, sizeof(*reached));
	switch (state) {
	case REACH_LISTEN:
	case REACH_FRESH:
		reach_alone(reached, peer, who, state);
		return;
	case REACH_SYN_SENT:
		call(reached, peer, who);
		return;
	case REACH_SYN_RECV:
		cross(reached, peer, who);
		return;
	default:
		break;
	}
	establish(reached, peer, who, data);
	switch (state) {
	case REACH_FIN_WAIT1:
	case REACH_FIN_WAIT2:
	case REACH_CLOSING:
	case REACH_TIME_WAIT:
		reach_by_closing(reached, peer, who, state, data);
		break;
	case REACH_CLOSE_WAIT:
	case REACH_LAST_ACK:
	case REACH_FINISHED:
		reach_by_being_closed(reached, peer, who, state, data);
		break;
	default:
		break;
	}
}

/**
 * reach_held_back - S is connected, and has five bytes that its peer has no room for
 * @peer: the peer, opened
 * @play: the play
 */
void reach_held_back(struct peer *peer, struct play *play)
{
	peer_open(peer, play);
	peer->window = 0;
	peer_connects(peer, S);
	act_send(play, S, "hello");
}
