// SPDX-License-Identifier: GPL-2.0-only
/*
 * The cells: a value of the record, or the few that are read as one.  The
 * short forms exist because a line of 80 characters has to hold who, what,
 * between whom, and why; nothing is told that the record does not say.
 */
#include <string.h>

#include "cells.h"
#include "names.h"
#include "number.h"
#include "saved/wallclock.h"

/* shutdown() in the short form, where "how" follows it. */
#define SHUTDOWN_SHORT	"shut"

static const char state_short[SHUTWATCH_TCP_COUNT][4] = {
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

static void show_text(struct cell *cell, const char *text, size_t len)
{
	cell->text = text;
	cell->len = len;
}

static void show(struct cell *cell, const struct record *r, enum shutwatch_key key)
{
	show_text(cell, r->value[key] ? r->value[key] : "", r->value[key] ? r->len[key] : 0);
}

/* Build a text of its own, piece by piece. */
static void add(struct cell *cell, const char *text, size_t len)
{
	if (len > sizeof(cell->own) - cell->len)
		len = sizeof(cell->own) - cell->len;
	memcpy(cell->own + cell->len, text, len);
	cell->text = cell->own;
	cell->len += len;
}

static void add_word(struct cell *cell, const char *word)
{
	add(cell, word, strlen(word));
}

/**
 * cell_clock() - when, by the clock on the wall
 * @cell: the cell
 * @r: the record
 *
 * Of records that are not saved ones the distance of the two clocks is that of
 * now; see BUGS of the manual page.
 */
void cell_clock(struct cell *cell, const struct record *r)
{
	const char *ts = record_value(r, SHUTWATCH_KEY_TS);
	unsigned long long ns;

	cell->len = 0;
	if (ts && !number_parse_ns(&ns, ts))
		show_text(cell, cell->own, wallclock_text(cell->own, wallclock_of(ns)));
	if (!cell->len)
		add_word(cell, SHUTWATCH_NOTHING);
}

/**
 * cell_stamp() - when, as the record has it
 * @cell: the cell
 * @r: the record
 */
void cell_stamp(struct cell *cell, const struct record *r)
{
	show(cell, r, SHUTWATCH_KEY_TS);
}

/**
 * cell_owner_shown() - whether the owner stands where the task would, that asked
 * @r: the record
 *
 * Return: true where no task asked, and the owner is known.
 */
bool cell_owner_shown(const struct record *r)
{
	return !record_value(r, SHUTWATCH_KEY_PID) && record_value(r, SHUTWATCH_KEY_OWNER);
}

/**
 * cell_pid() - the task that asked, or else the process that has the socket
 * @cell: the cell
 * @r: the record
 */
void cell_pid(struct cell *cell, const struct record *r)
{
	bool owner = cell_owner_shown(r) || !r->value[SHUTWATCH_KEY_PID];

	show(cell, r, owner ? SHUTWATCH_KEY_OWNER : SHUTWATCH_KEY_PID);
}

/* A name may hold anything, also where the rest of the record is clean. */
static void show_comm(struct cell *cell, const struct record *r, enum shutwatch_key key)
{
	const char *comm = r->value[key];
	size_t i;

	if (!comm || !memchr(comm, '\\', r->len[key])) {
		show(cell, r, key);
		return;
	}
	record_unescape(cell->own, sizeof(cell->own), comm);
	show_text(cell, cell->own, strlen(cell->own));
	for (i = 0; i < cell->len; i++)
		if (cell->own[i] < ' ' || cell->own[i] > '~')
			cell->own[i] = '?';
}

/**
 * cell_comm() - its name
 * @cell: the cell
 * @r: the record
 */
void cell_comm(struct cell *cell, const struct record *r)
{
	bool owner = cell_owner_shown(r) || !r->value[SHUTWATCH_KEY_COMM];

	show_comm(cell, r, owner ? SHUTWATCH_KEY_OCOMM : SHUTWATCH_KEY_COMM);
}

/**
 * cell_netns() - the network namespace
 * @cell: the cell
 * @r: the record
 */
void cell_netns(struct cell *cell, const struct record *r)
{
	show(cell, r, SHUTWATCH_KEY_NETNS);
}

/**
 * cell_local_port() - the local port
 * @cell: the cell
 * @r: the record
 */
void cell_local_port(struct cell *cell, const struct record *r)
{
	const char *local = r->value[SHUTWATCH_KEY_LOCAL];
	const char *colon = local ? memrchr(local, ':', r->len[SHUTWATCH_KEY_LOCAL]) : NULL;

	show(cell, r, SHUTWATCH_KEY_LOCAL);
	if (!colon)
		return;
	cell->len -= (size_t)(colon + 1 - local);
	cell->text = colon + 1;
}

/**
 * cell_local() - the local address and port
 * @cell: the cell
 * @r: the record
 */
void cell_local(struct cell *cell, const struct record *r)
{
	show(cell, r, SHUTWATCH_KEY_LOCAL);
}

/**
 * cell_remote() - the remote address and port
 * @cell: the cell
 * @r: the record
 */
void cell_remote(struct cell *cell, const struct record *r)
{
	show(cell, r, SHUTWATCH_KEY_REMOTE);
}

/* The call with its "how", or what caused it without one, or what came in. */
static void by(struct cell *cell, const struct record *r, const char *shutdown)
{
	const char *call = r->value[SHUTWATCH_KEY_CALL];
	const char *how = record_value(r, SHUTWATCH_KEY_HOW);
	bool is_shutdown = names_is(&by_names, SHUTWATCH_BY_SHUTDOWN, call);

	if (!call && !r->value[SHUTWATCH_KEY_BY] && r->value[SHUTWATCH_KEY_ERROR]) {
		show(cell, r, SHUTWATCH_KEY_KIND);
		return;
	}
	show(cell, r, call ? SHUTWATCH_KEY_CALL : SHUTWATCH_KEY_BY);
	if (!call || !(how || is_shutdown))
		return;
	cell->len = 0;
	add_word(cell, is_shutdown ? shutdown : call);
	if (how) {
		add(cell, " ", 1);
		add_word(cell, how);
	}
}

/**
 * cell_by() - the call, or what else it was
 * @cell: the cell
 * @r: the record
 */
void cell_by(struct cell *cell, const struct record *r)
{
	by(cell, r, by_names.name[SHUTWATCH_BY_SHUTDOWN]);
}

/**
 * cell_by_short() - the same with shutdown() in short
 * @cell: the cell
 * @r: the record
 */
void cell_by_short(struct cell *cell, const struct record *r)
{
	by(cell, r, SHUTDOWN_SHORT);
}

/**
 * cell_state() - the state, or both of a transition
 * @cell: the cell
 * @r: the record
 */
void cell_state(struct cell *cell, const struct record *r)
{
	show(cell, r, SHUTWATCH_KEY_STATE);
}

static const char *state_short_of(unsigned int id)
{
	return state_short[id < SHUTWATCH_TCP_COUNT ? id : SHUTWATCH_TCP_NONE];
}

static void add_state_short(struct cell *cell, const char *state, size_t len)
{
	char name[SHUTWATCH_LINE_MAX];
	int id;

	memcpy(name, state, len);
	name[len] = '\0';
	id = names_find(&tcp_names, name);
	if (id < 0)
		add(cell, state, len);
	else
		add_word(cell, state_short[id]);
}

/* By their numbers, where there are numbers: one to three letters each. */
static void add_states_short(struct cell *cell, const struct shutwatch_raw *raw)
{
	const char *before = state_short_of(raw->before);
	const char *after = state_short_of(raw->after);
	size_t len = before[1] ? 2 + !!before[2] : 1;

	memcpy(cell->own, before, len);
	cell->text = cell->own;
	cell->len = len;
	if (!raw->before && !raw->after)
		return;
	cell->own[len++] = '>';
	memcpy(cell->own + len, after, 3);
	cell->len = len + (after[1] ? 2 + !!after[2] : 1);
}

/**
 * cell_state_short() - the same in three letters each
 * @cell: the cell
 * @r: the record
 *
 * A state that this reader does not know is written in full.
 */
void cell_state_short(struct cell *cell, const struct record *r)
{
	const char *state = r->value[SHUTWATCH_KEY_STATE];
	const char *end;

	cell->text = "";
	cell->len = 0;
	if (!state)
		return;
	if (r->raw) {
		add_states_short(cell, r->raw);
		return;
	}
	for (;;) {
		end = strchrnul(state, '>');
		add_state_short(cell, state, (size_t)(end - state));
		if (!*end)
			break;
		add(cell, ">", 1);
		state = end + 1;
	}
}

/*
 * What became of a FIN that is not out, NULL where there is nothing to say.  One for
 * which there was no memory is not sent, and a RST is more than it.
 */
static const char *fin_of(const struct record *r)
{
	const char *fin = record_value(r, SHUTWATCH_KEY_FIN);
	const char *sent = r->value[SHUTWATCH_KEY_SENT];

	if (!fin || names_is(&fin_names, SHUTWATCH_FIN_SENT, fin))
		return NULL;
	if (names_is(&sent_names, SHUTWATCH_SENT_FIN, sent))
		return fin;
	return names_is(&fin_names, SHUTWATCH_FIN_FAILED, fin) &&
	       names_is(&sent_names, SHUTWATCH_SENT_NONE, sent) ? fin : NULL;
}

static void sent(struct cell *cell, const struct record *r, const char *between, size_t len)
{
	const char *fin = fin_of(r);

	show(cell, r, SHUTWATCH_KEY_SENT);
	if (!fin)
		return;
	cell->len = 0;
	add_word(cell, sent_names.name[SHUTWATCH_SENT_FIN]);
	add_word(cell, between);
	add(cell, fin, strnlen(fin, len));
}

/**
 * cell_sent() - what was sent; a FIN that is not out says so
 * @cell: the cell
 * @r: the record
 */
void cell_sent(struct cell *cell, const struct record *r)
{
	sent(cell, r, " ", SHUTWATCH_LINE_MAX);
}

/**
 * cell_sent_short() - the same with one letter for what became of the FIN
 * @cell: the cell
 * @r: the record
 */
void cell_sent_short(struct cell *cell, const struct record *r)
{
	sent(cell, r, "", 1);
}

/**
 * cell_why() - the reason, and what the call returned if it failed; or the error
 * that the end of the connection left
 * @cell: the cell
 * @r: the record
 */
void cell_why(struct cell *cell, const struct record *r)
{
	const char *why = r->value[SHUTWATCH_KEY_WHY];
	const char *ret = record_value(r, SHUTWATCH_KEY_RET);

	show(cell, r, why ? SHUTWATCH_KEY_WHY : SHUTWATCH_KEY_ERROR);
	if (!why && !record_value(r, SHUTWATCH_KEY_ERROR))
		cell->len = 0;
	if (!why || !ret || !strcmp(ret, "0"))
		return;
	cell->len = 0;
	add_word(cell, why);
	add(cell, " ", 1);
	add_word(cell, ret);
}

static bool is_owner(const struct record *r, const char *pid, const char *owner)
{
	return r->raw ? r->raw->pid == r->raw->owner.pid : !strcmp(pid, owner);
}

/**
 * cell_other_owner() - the process that has the socket, where another one asked
 * @cell: the cell: server[812]
 * @r: the record
 */
void cell_other_owner(struct cell *cell, const struct record *r)
{
	const char *pid = record_value(r, SHUTWATCH_KEY_PID);
	const char *owner = record_value(r, SHUTWATCH_KEY_OWNER);
	struct cell name;

	cell->len = 0;
	if (!pid || !owner || is_owner(r, pid, owner))
		return;
	show_comm(&name, r, SHUTWATCH_KEY_OCOMM);
	add(cell, name.text, name.len);
	add(cell, "[", 1);
	add(cell, owner, r->len[SHUTWATCH_KEY_OWNER]);
	add(cell, "]", 1);
}

/**
 * cell_segment() - the flags of the segment that provoked it
 * @cell: the cell
 * @r: the record
 */
void cell_segment(struct cell *cell, const struct record *r)
{
	cell->len = 0;
	if (record_value(r, SHUTWATCH_KEY_FLAGS))
		show(cell, r, SHUTWATCH_KEY_FLAGS);
}

/**
 * cell_segment_len() - and how many bytes were in it
 * @cell: the cell: len 5
 * @r: the record
 */
void cell_segment_len(struct cell *cell, const struct record *r)
{
	const char *len = record_value(r, SHUTWATCH_KEY_LEN);

	cell->len = 0;
	if (!len || !strcmp(len, "0"))
		return;
	add_word(cell, "len ");
	add(cell, len, r->len[SHUTWATCH_KEY_LEN]);
}
