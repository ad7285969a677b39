// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include <names.h>

#include "find_record.h"
#include "record_fields.h"
#include "view.h"

/**
 * view_add_packet - a packet of this scene
 * @view: the scene
 * @packet: the packet
 */
void view_add_packet(struct view *view, const struct packet *packet)
{
	if (view->nr_packets == VIEW_PACKETS)
		remark(&view->remarks, "more packets than can be kept");
	else
		view->packet[view->nr_packets++] = *packet;
}

/**
 * view_add_cookie - a socket that a record of this scene names
 * @view: the scene
 * @cookie: the socket, 0 for none
 */
void view_add_cookie(struct view *view, __u64 cookie)
{
	int i;

	for (i = 0; i < view->nr_sockets; i++) {
		if (view->cookie[i] == cookie)
			return;
	}
	if (cookie && view->nr_sockets < VIEW_SOCKETS)
		view->cookie[view->nr_sockets++] = cookie;
}

/**
 * view_add_record - a record of this scene
 * @view: the scene
 * @line: it, as text
 */
void view_add_record(struct view *view, const char *line)
{
	struct record *record = &view->record[view->nr_records];

	if (view->nr_records == VIEW_RECORDS) {
		remark(&view->remarks, "more records than can be kept");
		return;
	}
	if (record_parse(record, line) || record->nr_unknown) {
		remark(&view->remarks, "not a record: %s", line);
		return;
	}
	view->nr_records++;
	view_add_cookie(view, record_cookie(record));
}

/**
 * view_port - the port of an address
 * @address: as records and packets write it
 *
 * Return: the port, 0 where there is none.
 */
int view_port(const char *address)
{
	const char *port = strrchr(address, ':');

	return port ? atoi(port + 1) : 0;
}

/**
 * view_says - does a record say this word?
 * @record: the record
 * @key: the key
 * @names: the vocabulary
 * @id: which of its words
 *
 * Return: true if it does.
 */
bool view_says(const struct record *record, enum shutwatch_key key,
	       const struct names *names, int id)
{
	return record_is(record, key, names->name[id]);
}

/**
 * view_kind - is it a record of this kind?
 * @record: the record
 * @kind: the kind
 *
 * Return: true if it is.
 */
bool view_kind(const struct record *record, enum shutwatch_kind kind)
{
	return view_says(record, SHUTWATCH_KEY_KIND, &kind_names, kind);
}

/**
 * view_birth - the act that made a socket a program's own
 * @view: the scene
 * @cookie: the socket
 * @side: receives whose it is; may be NULL
 *
 * Return: its first connect(), listen() or accept(); NULL if nobody had it.
 */
const struct deed *view_birth(const struct view *view, __u64 cookie, enum side *side)
{
	int i;

	for (i = 0; i < view->scene->nr_acts; i++) {
		const struct deed *deed = &view->history->deed[i];
		const int verb = view->scene->act[i].verb;

		if (!deed->begun || deed->cookie != cookie ||
		    (verb != VERB_CONNECT && verb != VERB_LISTEN && verb != VERB_ACCEPT))
			continue;
		if (side)
			*side = view->scene->act[i].side;
		return deed;
	}
	return NULL;
}

/**
 * view_is_listener - is a socket one that the server listens on?
 * @view: the scene
 * @cookie: the socket
 *
 * Return: true if it is, or was.
 */
bool view_is_listener(const struct view *view, __u64 cookie)
{
	int i;

	for (i = 0; i < view->scene->nr_acts; i++) {
		if (view->scene->act[i].verb == VERB_LISTEN &&
		    view->history->deed[i].begun &&
		    view->history->deed[i].cookie == cookie)
			return true;
	}
	return false;
}

/**
 * view_is_child - does a socket come from a listener?
 * @view: the scene
 * @cookie: the socket, 0 for none
 *
 * Return: true if somebody has accepted it; or nobody has: then it is nobody's.
 */
bool view_is_child(const struct view *view, __u64 cookie)
{
	const struct deed *birth = view_birth(view, cookie, NULL);

	if (!birth)
		return cookie;
	return view->scene->act[birth - view->history->deed].verb != VERB_CONNECT &&
	       !view_is_listener(view, cookie);
}

/**
 * view_has_ended - may the process of a side be at its end?
 * @view: the scene
 * @side: the side
 * @when: by then
 *
 * A process that ends closes what it has, from then on at the latest.
 *
 * Return: true if it has nothing more to do.
 */
bool view_has_ended(const struct view *view, enum side side, __u64 when)
{
	int i;

	for (i = 0; i < view->scene->nr_acts; i++) {
		const struct act *act = &view->scene->act[i];

		/* Its last act is over, or the process is. */
		if (act->side == side && view->history->deed[i].begun &&
		    view->history->deed[i].done && view->history->deed[i].to > when)
			return false;
	}
	return true;
}

/**
 * view_began - when began what a record tells of?
 * @record: the record
 *
 * Return: of a call, when it was entered; of anything else, the time of the
 * record.
 */
__u64 view_began(const struct record *record)
{
	__u64 took = find_number(record, SHUTWATCH_KEY_TOOK);

	return record_time(record) - (took == ~0ull ? 0 : took);
}

/**
 * view_closes - does the process have the socket no more, after that?
 * @act: the act
 *
 * Return: true if it gave up its descriptor.
 */
bool view_closes(const struct act *act)
{
	switch (act->verb) {
	case VERB_CLOSE:
	case VERB_CLOSE_WAITED:
	case VERB_GIVE:
	case VERB_URING_CLOSE:
	case VERB_URING_RECV:
		return true;
	}
	return false;
}

/**
 * view_shares - did an act give another process a copy of a socket?
 * @view: the scene
 * @side: the side that has the socket
 * @at: the act: a fork(), or a descriptor that is passed on
 * @cookie: the socket
 *
 * Return: true if another process had it, too.
 */
bool view_shares(const struct view *view, enum side side, int at, __u64 cookie)
{
	const struct act *act = &view->scene->act[at];
	bool there = false;
	int i;

	if (act->side != side || !view->history->deed[at].begun)
		return false;
	if (act->verb == VERB_GIVE || act->verb == VERB_LEND)
		return view->history->deed[at].cookie == cookie &&
		       view->history->deed[at].ret > 0;
	if (act->verb != VERB_FORK)
		return false;
	for (i = 0; i < at; i++) {
		if (!view->history->deed[i].begun ||
		    view->history->deed[i].cookie != cookie)
			continue;
		there = !view_closes(&view->scene->act[i]);
	}
	return there;
}
