// SPDX-License-Identifier: GPL-2.0-only
/*
 * The cells: a value of the record, or the few that are read as one.  The
 * short forms exist because a line of 80 characters has to hold who, what,
 * between whom, and why; nothing is told that the record does not say.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cells.h"
#include "names.h"
#include "number.h"

#define NS_PER_SEC	1000000000LL

/* shutdown() in the short form, where "how" follows it. */
#define SHUTDOWN_SHORT	"shut"

static const char * const state_short[SHUTWATCH_TCP_COUNT] = {
	[SHUTWATCH_TCP_NONE] = SHUTWATCH_NOTHING,
	[SHUTWATCH_TCP_ESTABLISHED] = "EST",
	[SHUTWATCH_TCP_SYN_SENT] = "SYS",
	[SHUTWATCH_TCP_SYN_RECV] = "SYR",
	[SHUTWATCH_TCP_FIN_WAIT1] = "FW1",
	[SHUTWATCH_TCP_FIN_WAIT2] = "FW2",
	[SHUTWATCH_TCP_TIME_WAIT] = "TW",
	[SHUTWATCH_TCP_CLOSE] = "CLO",
	[SHUTWATCH_TCP_CLOSE_WAIT] = "CW",
	[SHUTWATCH_TCP_LAST_ACK] = "LA",
	[SHUTWATCH_TCP_LISTEN] = "LIS",
	[SHUTWATCH_TCP_CLOSING] = "CLG",
	[SHUTWATCH_TCP_NEW_SYN_RECV] = "NSR",
};

static void copy(char *cell, const char *value)
{
	snprintf(cell, CELL_SIZE, "%s", value ? value : "");
}

/**
 * cell_clock() - when, by the clock on the wall
 * @cell: where to
 * @r: the record
 *
 * The distance of the two clocks is that of now; see BUGS of the manual page.
 */
void cell_clock(char *cell, const struct record *r)
{
	const char *ts = record_value(r, SHUTWATCH_KEY_TS);
	struct timespec wall, mono;
	unsigned long long ns;
	long long now, then;
	struct tm tm;
	time_t t;

	copy(cell, SHUTWATCH_NOTHING);
	if (!ts || number_parse_ns(&ns, ts))
		return;
	clock_gettime(CLOCK_REALTIME, &wall);
	clock_gettime(CLOCK_MONOTONIC, &mono);
	now = (wall.tv_sec - mono.tv_sec) * NS_PER_SEC + wall.tv_nsec - mono.tv_nsec;
	then = now + (long long)ns;
	t = (time_t)(then / NS_PER_SEC);
	if (localtime_r(&t, &tm))
		strftime(cell, CELL_SIZE, "%H:%M:%S", &tm);
}

/**
 * cell_stamp() - when, as the record has it
 * @cell: where to
 * @r: the record
 */
void cell_stamp(char *cell, const struct record *r)
{
	copy(cell, r->value[SHUTWATCH_KEY_TS]);
}

/**
 * cell_pid() - the task that asked
 * @cell: where to
 * @r: the record
 */
void cell_pid(char *cell, const struct record *r)
{
	copy(cell, r->value[SHUTWATCH_KEY_PID]);
}

/**
 * cell_comm() - the name of the task that asked
 * @cell: where to
 * @r: the record
 */
void cell_comm(char *cell, const struct record *r)
{
	const char *comm = r->value[SHUTWATCH_KEY_COMM];

	record_unescape(cell, CELL_SIZE, comm ? comm : "");
}

/**
 * cell_local_port() - the local port
 * @cell: where to
 * @r: the record
 */
void cell_local_port(char *cell, const struct record *r)
{
	const char *local = r->value[SHUTWATCH_KEY_LOCAL];
	const char *colon = local ? strrchr(local, ':') : NULL;

	copy(cell, colon ? colon + 1 : local);
}

/**
 * cell_local() - the local address and port
 * @cell: where to
 * @r: the record
 */
void cell_local(char *cell, const struct record *r)
{
	copy(cell, r->value[SHUTWATCH_KEY_LOCAL]);
}

/**
 * cell_remote() - the remote address and port
 * @cell: where to
 * @r: the record
 */
void cell_remote(char *cell, const struct record *r)
{
	copy(cell, r->value[SHUTWATCH_KEY_REMOTE]);
}

/* The call with its "how", or what caused it without one, or what came in. */
static void by(char *cell, const struct record *r, const char *shutdown)
{
	const char *call = r->value[SHUTWATCH_KEY_CALL];
	const char *how = record_value(r, SHUTWATCH_KEY_HOW);

	if (!call) {
		call = r->value[SHUTWATCH_KEY_BY];
		if (!call && r->value[SHUTWATCH_KEY_ERROR])
			call = r->value[SHUTWATCH_KEY_KIND];
		copy(cell, call);
		return;
	}
	if (names_is(&by_names, SHUTWATCH_BY_SHUTDOWN, call))
		call = shutdown;
	snprintf(cell, CELL_SIZE, "%s%s%s", call, how ? " " : "", how ? how : "");
}

/**
 * cell_by() - the call, or what else it was
 * @cell: where to
 * @r: the record
 */
void cell_by(char *cell, const struct record *r)
{
	by(cell, r, by_names.name[SHUTWATCH_BY_SHUTDOWN]);
}

/**
 * cell_by_short() - the same with shutdown() in short
 * @cell: where to
 * @r: the record
 */
void cell_by_short(char *cell, const struct record *r)
{
	by(cell, r, SHUTDOWN_SHORT);
}

/**
 * cell_state() - the state, or both of a transition
 * @cell: where to
 * @r: the record
 */
void cell_state(char *cell, const struct record *r)
{
	copy(cell, r->value[SHUTWATCH_KEY_STATE]);
}

/**
 * cell_state_short() - the same in three letters each
 * @cell: where to
 * @r: the record
 *
 * A state that this reader does not know is written in full.
 */
void cell_state_short(char *cell, const struct record *r)
{
	const char *value = r->value[SHUTWATCH_KEY_STATE];
	char states[SHUTWATCH_LINE_MAX];
	char *rest = states;
	const char *state;
	int id, n = 0;

	*cell = '\0';
	if (!value)
		return;
	snprintf(states, sizeof(states), "%s", value);
	for (state = strsep(&rest, ">"); state; state = strsep(&rest, ">")) {
		id = names_find(&tcp_names, state);
		n += snprintf(cell + n, CELL_SIZE - (size_t)n, "%s%s", n ? ">" : "",
			      id < 0 ? state : state_short[id]);
	}
}

/**
 * cell_sent() - what was sent; a FIN that is not out says so
 * @cell: where to
 * @r: the record
 */
void cell_sent(char *cell, const struct record *r)
{
	const char *sent = r->value[SHUTWATCH_KEY_SENT];
	const char *fin = record_value(r, SHUTWATCH_KEY_FIN);

	copy(cell, sent);
	if (names_is(&sent_names, SHUTWATCH_SENT_FIN, sent) && fin &&
	    !names_is(&fin_names, SHUTWATCH_FIN_SENT, fin))
		snprintf(cell, CELL_SIZE, "%s %s", sent, fin);
}

/**
 * cell_sent_short() - the same with one letter for what became of the FIN
 * @cell: where to
 * @r: the record
 */
void cell_sent_short(char *cell, const struct record *r)
{
	char *space;

	cell_sent(cell, r);
	space = strchr(cell, ' ');
	if (space) {
		space[0] = space[1];
		space[1] = '\0';
	}
}

/**
 * cell_why() - the reason, or the error that a received RST means
 * @cell: where to
 * @r: the record
 */
void cell_why(char *cell, const struct record *r)
{
	const char *why = r->value[SHUTWATCH_KEY_WHY];

	copy(cell, why ? why : r->value[SHUTWATCH_KEY_ERROR]);
}
