// SPDX-License-Identifier: GPL-2.0-only
/*
 * A socket is told by its cookie, a connection of it by its ends: a socket may
 * have several, one after the other.  The other end, if it is a socket of this
 * host, has the same ends the other way round.
 */
#include <err.h>
#include <errno.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "story/allocate.h"
#include "names.h"
#include "saved/saved.h"
#include "story/legs.h"
#include "saved/wallclock.h"

static int compare_cookies(const void *a, const void *b)
{
	const struct leg *x = a, *y = b;

	return (x->cookie > y->cookie) - (x->cookie < y->cookie);
}

static int compare_ends(const void *a, const void *b)
{
	const struct leg *x = a, *y = b;
	int order = memcmp(&x->local, &y->local, sizeof(x->local));

	return order ? order : memcmp(&x->remote, &y->remote, sizeof(x->remote));
}

/* The same ends may be in use in several network namespaces. */
static int compare_places(const void *a, const void *b)
{
	const struct leg *x = a, *y = b;
	int order = compare_ends(x, y);

	return order ? order : strcmp(x->netns, y->netns);
}

/* The newest of those that compare equal. */
static struct leg *find(void *const *tree, const struct leg *like,
			int (*compare)(const void *a, const void *b))
{
	struct leg **found = tfind(like, tree, compare);

	return found ? *found : NULL;
}

static void remember(void **tree, struct leg *leg, int (*compare)(const void *a, const void *b))
{
	struct leg **found = tsearch(leg, tree, compare);

	if (!found)
		err(EXIT_FAILURE, "records");
	*found = leg;
}

/**
 * legs_begin() - begin without any
 * @legs: what is to be begun
 */
void legs_begin(struct legs *legs)
{
	*legs = (struct legs) { 0 };
	legs->last = &legs->first;
	legs->last_note = &legs->notes;
}

static void keep_node(void *node)
{
	(void)node;
}

/**
 * legs_source() - say where the next records come from
 * @legs: what was read so far
 * @saved: what their file tells
 *
 * After a boot, and of another host, a cookie is another socket's.
 */
void legs_source(struct legs *legs, const struct saved *saved)
{
	if (legs->source && !strcmp(legs->source->boot, saved->boot) &&
	    !strcmp(legs->source->host, saved->host))
		return;
	legs->source = allocate(sizeof(*saved));
	*legs->source = *saved;
	tdestroy(legs->by_cookie, keep_node);
	tdestroy(legs->by_ends, keep_node);
	tdestroy(legs->by_place, keep_node);
	legs->by_cookie = NULL;
	legs->by_ends = NULL;
	legs->by_place = NULL;
}

static struct leg_record *keep(struct legs *legs, const char *line)
{
	size_t size = strlen(line) + 1;
	struct leg_record *kept = allocate(sizeof(*kept) + size);

	kept->order = legs->nr_records++;
	memcpy(kept->line, line, size);
	return kept;
}

static bool state_is(const struct record *r, bool after, enum shutwatch_tcp state)
{
	const char *states = record_value(r, SHUTWATCH_KEY_STATE);
	const char *name = tcp_names.name[state];
	size_t len = strlen(name);

	if (!states)
		return false;
	if (!after)
		return !strncmp(states, name, len) && states[len] == '>';
	states = strrchr(states, '>');
	return states && !strcmp(states + 1, name);
}

/* Both ends, where there are two: a connect() begins without a local port. */
static bool ends_of(struct leg *leg, const struct record *r)
{
	const char *local = record_value(r, SHUTWATCH_KEY_LOCAL);
	const char *remote = record_value(r, SHUTWATCH_KEY_REMOTE);

	memset(&leg->local, 0, sizeof(leg->local));
	memset(&leg->remote, 0, sizeof(leg->remote));
	return local && remote && !endpoint_parse(&leg->local, local) &&
	       !endpoint_parse(&leg->remote, remote) && leg->local.port && leg->remote.port;
}

/* Whether a record of the socket is the first of its next connection. */
static bool begins_anew(const struct leg *leg, const struct leg *like, const struct record *r)
{
	if (leg->has_ends && like->has_ends && compare_ends(leg, like))
		return true;
	return state_is(r, true, SHUTWATCH_TCP_SYN_SENT) && (leg->has_ends || leg->ended);
}

static struct leg *find_leg(struct legs *legs, const struct leg *like, const struct record *r)
{
	struct leg *leg;

	/* Of a segment that met no socket it matters whose it could have been. */
	if (!like->cookie)
		return like->has_ends ? find(&legs->by_place, like, compare_places) : NULL;
	leg = find(&legs->by_cookie, like, compare_cookies);
	return leg && !begins_anew(leg, like, r) ? leg : NULL;
}

static struct leg *add_leg(struct legs *legs, const struct leg *like, const struct record *r)
{
	struct leg *leg = allocate(sizeof(*leg));

	leg->cookie = like->cookie;
	memcpy(leg->netns, like->netns, sizeof(leg->netns));
	leg->opened = state_is(r, true, SHUTWATCH_TCP_SYN_SENT);
	leg->accepted = state_is(r, false, SHUTWATCH_TCP_SYN_RECV) ||
			state_is(r, false, SHUTWATCH_TCP_LISTEN);
	leg->source = legs->source;
	leg->offset = wallclock_of(0);
	leg->last = &leg->first;
	*legs->last = leg;
	legs->last = &leg->next;
	if (leg->cookie)
		remember(&legs->by_cookie, leg, compare_cookies);
	return leg;
}

/*
 * The other end, if we have seen it: not one of an older connection that had the
 * same ends.  An end that has ended before this one was seen is another one's,
 * unless it is the client of a server that begins, or this one was there before
 * there were records.
 */
static struct leg *find_peer(struct legs *legs, const struct leg *leg)
{
	struct leg swapped = { .local = leg->remote, .remote = leg->local };
	struct leg *peer = find(&legs->by_ends, &swapped, compare_ends);

	if (!peer || peer->peer)
		return NULL;
	if (!peer->ended || (leg->accepted && peer->opened))
		return peer;
	return leg->opened || leg->accepted ? NULL : peer;
}

static void set_ends(struct legs *legs, struct leg *leg, const struct leg *like)
{
	leg->has_ends = true;
	leg->local = like->local;
	leg->remote = like->remote;
	leg->peer = find_peer(legs, leg);
	if (leg->peer)
		leg->peer->peer = leg;
	remember(&legs->by_place, leg, compare_places);
	/* A segment that met no socket is not the newest connection. */
	if (leg->cookie || !find(&legs->by_ends, leg, compare_ends))
		remember(&legs->by_ends, leg, compare_ends);
}

/**
 * legs_take() - keep a record
 * @legs: what was read so far
 * @r: the record
 * @line: the same as it was read
 *
 * Return: the leg that it belongs to, or NULL where it is of no connection.
 */
struct leg *legs_take(struct legs *legs, const struct record *r, const char *line)
{
	const char *cookie = record_value(r, SHUTWATCH_KEY_COOKIE);
	const char *netns = record_value(r, SHUTWATCH_KEY_NETNS);
	struct leg like = { .cookie = cookie ? strtoull(cookie, NULL, 16) : 0 };
	struct leg_record *kept;
	struct leg *leg;

	if (record_is_note(r)) {
		kept = keep(legs, line);
		*legs->last_note = kept;
		legs->last_note = &kept->next;
		return NULL;
	}
	snprintf(like.netns, sizeof(like.netns), "%s", netns ? netns : SHUTWATCH_NOTHING);
	like.has_ends = ends_of(&like, r);
	if (!like.cookie && !like.has_ends)
		return NULL;
	leg = find_leg(legs, &like, r);
	if (!leg)
		leg = add_leg(legs, &like, r);
	if (like.has_ends && !leg->has_ends)
		set_ends(legs, leg, &like);
	if (record_value(r, SHUTWATCH_KEY_STATE))
		leg->ended = state_is(r, true, SHUTWATCH_TCP_CLOSE);
	kept = keep(legs, line);
	*leg->last = kept;
	leg->last = &kept->next;
	return leg;
}
