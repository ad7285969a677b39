// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sockets as saved records leave them: by the rules of the module for its file
 * sockets (ended.h), and what it goes by is taken from what a record says of it.
 */
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <shutwatch.h>
#include <ended.h>

#include "left.h"
#include "names.h"
#include "story/allocate.h"

static void set(char *to, size_t size, const char *value)
{
	snprintf(to, size, "%s", value ? value : SHUTWATCH_NOTHING);
}

/* What is not known now may have been before. */
static void learn(char *to, size_t size, const struct record *r, enum shutwatch_key key)
{
	if (!to[0] || record_value(r, key))
		set(to, size, record_value(r, key));
}

static int compare(const void *a, const void *b)
{
	const struct left *x = a, *y = b;

	return (x->cookie > y->cookie) - (x->cookie < y->cookie);
}

/* Of a boot that is not known, what does not follow may be of another one. */
static struct left_boot *find_boot(const struct lefts *l, const struct saved *saved)
{
	struct left_boot *b = l->boots;

	if (!strcmp(saved->boot, SHUTWATCH_NOTHING))
		return NULL;
	while (b && !saved_is_same_boot(&b->of, saved))
		b = b->next;
	return b;
}

static void begin_boot(struct lefts *l, const struct saved *saved)
{
	if (l->boot && saved_is_same_boot(&l->boot->of, saved))
		return;
	l->boot = find_boot(l, saved);
	if (l->boot)
		return;
	l->boot = allocate(sizeof(*l->boot));
	l->boot->of = *saved;
	l->boot->next = l->boots;
	l->boots = l->boot;
}

static void clear_ending(struct left_ending *e)
{
	set(e->by, sizeof(e->by), NULL);
	set(e->how, sizeof(e->how), NULL);
	set(e->sent, sizeof(e->sent), NULL);
	set(e->why, sizeof(e->why), NULL);
	set(e->fin, sizeof(e->fin), NULL);
}

static struct left *get(struct lefts *l, unsigned long long cookie)
{
	struct left like = { .cookie = cookie }, *s, **found;

	found = tfind(&like, &l->boot->by_cookie, compare);
	if (found)
		return *found;
	s = allocate(sizeof(*s));
	s->cookie = cookie;
	s->of = &l->boot->of;
	set(s->since, sizeof(s->since), NULL);
	clear_ending(&s->ended);
	clear_ending(&s->last);
	if (!tsearch(s, &l->boot->by_cookie, compare))
		err(EXIT_FAILURE, "records");
	if (!l->last)
		l->last = &l->first;
	*l->last = s;
	l->last = &s->next;
	return s;
}

/* ---- states ---- */

static bool is_state(const char *state, enum shutwatch_tcp id)
{
	return names_is(&tcp_names, (int)id, state);
}

static void push(struct left *s, const char *state)
{
	if (s->nr_path == LEFT_PATH) {
		memmove(s->path[0], s->path[1], sizeof(s->path) - sizeof(s->path[0]));
		s->nr_path--;
	}
	set(s->path[s->nr_path++], LEFT_WORD, state);
}

static const char *state_of(const struct left *s)
{
	return s->nr_path ? s->path[s->nr_path - 1] : SHUTWATCH_NOTHING;
}

/* What came between is not known: it begins anew. */
static void step(struct left *s, const char *before, const char *after, const char *since)
{
	if (strcmp(state_of(s), before)) {
		s->nr_path = 0;
		push(s, before);
	}
	push(s, after);
	set(s->since, sizeof(s->since), since);
}

static void move(struct left *s, const char *before, const char *after, const char *ts)
{
	/* A decision is written before the transition that it brings about. */
	if (s->is_told && s->nr_path > 1 && !strcmp(s->path[s->nr_path - 2], before) &&
	    !strcmp(state_of(s), after))
		set(s->since, sizeof(s->since), ts);
	else
		step(s, before, after, ts);
	s->is_told = false;
}

/* Whether the path has been there: a call's record is written when it is over. */
static bool was_there(const struct left *s, const char *before, const char *after)
{
	unsigned int from = s->nr_path, i;

	while (from && strcmp(s->path[from - 1], before))
		from--;
	if (!from)
		return false;
	for (i = from - 1; i < s->nr_path; i++)
		if (!strcmp(s->path[i], after))
			return true;
	return false;
}

/* Another record tells of the state, too, perhaps the only one that does. */
static void hear(struct left *s, const char *before, const char *after)
{
	if (was_there(s, before, after))
		return;
	if (!strcmp(before, after) && strcmp(state_of(s), before)) {
		s->nr_path = 0;
		push(s, after);
		set(s->since, sizeof(s->since), NULL);
	} else {
		step(s, before, after, NULL);
	}
	s->is_told = true;
}

/* ---- endings ---- */

/* Of a name that only a newer module has, nothing follows. */
static unsigned int id_of(const struct names *names, const char *name)
{
	int id = name ? names_find(names, name) : -1;

	return id < 0 ? 0 : (unsigned int)id;
}

/* shutdown() of what is connecting, or listens, is tcp_disconnect(). */
static bool disconnects(unsigned int call, unsigned int why, const char *before)
{
	if (call == SHUTWATCH_BY_CONNECT_UNSPEC)
		return true;
	return call == SHUTWATCH_BY_SHUTDOWN && why != SHUTWATCH_WHY_LISTENING &&
	       (is_state(before, SHUTWATCH_TCP_SYN_SENT) ||
		is_state(before, SHUTWATCH_TCP_LISTEN));
}

static unsigned int shut_after(const struct record *r, const char *before, unsigned int shut)
{
	unsigned int call = id_of(&by_names, record_value(r, SHUTWATCH_KEY_CALL));
	unsigned int why = id_of(&why_names, record_value(r, SHUTWATCH_KEY_WHY));
	const char *ret = record_value(r, SHUTWATCH_KEY_RET);

	return sw_shut_after(call, id_of(&how_names, record_value(r, SHUTWATCH_KEY_HOW)), why,
			     disconnects(call, why, before), !ret || strcmp(ret, "0"), shut);
}

/* TIME_WAIT goes on without its socket: connect(AF_UNSPEC) does nothing to it. */
static void take_shut(struct left *s, const struct record *r, const char *call, const char *before)
{
	s->next_shut = shut_after(r, before, s->next_shut);
	if (!names_is(&by_names, SHUTWATCH_BY_CONNECT_UNSPEC, call) ||
	    !is_state(before, SHUTWATCH_TCP_TIME_WAIT))
		s->shut = shut_after(r, before, s->shut);
}

static void remember(struct left *s, const struct record *r, const char *by, bool over)
{
	const char *sent = record_value(r, SHUTWATCH_KEY_SENT);
	const char *why = record_value(r, SHUTWATCH_KEY_WHY);

	set(s->last.by, LEFT_WORD, by);
	set(s->last.how, LEFT_WORD, record_value(r, SHUTWATCH_KEY_HOW));
	set(s->last.sent, LEFT_WORD, sent);
	set(s->last.why, LEFT_WORD, why);
	set(s->last.fin, LEFT_WORD, record_value(r, SHUTWATCH_KEY_FIN));
	if (sw_is_the_end(id_of(&sent_names, sent), id_of(&why_names, why), over,
			  strcmp(s->ended.by, SHUTWATCH_NOTHING),
			  id_of(&sent_names, s->ended.sent)))
		s->ended = s->last;
}

/* A RST, an ICMP error, a connect() that failed: no decision, but the end. */
static void ended_by(struct left *s, enum shutwatch_by by)
{
	if (strcmp(s->ended.by, SHUTWATCH_NOTHING))
		return;
	set(s->ended.by, LEFT_WORD, by_names.name[by]);
	set(s->ended.sent, LEFT_WORD, sent_names.name[SHUTWATCH_SENT_NONE]);
}

/* ---- records ---- */

/* All that these wait for is the ACK of the FIN. */
static bool awaits_last_ack(const char *before)
{
	return is_state(before, SHUTWATCH_TCP_LAST_ACK) ||
	       is_state(before, SHUTWATCH_TCP_CLOSING);
}

static void take_transition(struct left *s, const struct record *r, const char *before,
			    const char *after)
{
	unsigned int by = id_of(&by_names, record_value(r, SHUTWATCH_KEY_BY));
	bool closed = is_state(after, SHUTWATCH_TCP_CLOSE);
	bool by_rx = by == SHUTWATCH_BY_RX;
	bool failed = record_value(r, SHUTWATCH_KEY_ERROR);

	if (is_state(before, SHUTWATCH_TCP_CLOSE)) {
		clear_ending(&s->ended);
		s->shut = s->next_shut;
	}
	if (closed && ((by_rx && failed) || by == SHUTWATCH_BY_CONNECT ||
		       by == SHUTWATCH_BY_LISTEN))
		ended_by(s, by);
	if (names_is(&fin_names, SHUTWATCH_FIN_QUEUED, s->ended.fin) &&
	    (is_state(after, SHUTWATCH_TCP_FIN_WAIT2) || is_state(after, SHUTWATCH_TCP_TIME_WAIT) ||
	     (awaits_last_ack(before) && closed && by_rx && !failed)))
		set(s->ended.fin, LEFT_WORD, fin_names.name[SHUTWATCH_FIN_SENT]);
	move(s, before, after, record_value(r, SHUTWATCH_KEY_TS));
}

static void take_call(struct left *s, const struct record *r, const char *before,
		      const char *after)
{
	const char *call = record_value(r, SHUTWATCH_KEY_CALL);
	bool closed = is_state(after, SHUTWATCH_TCP_CLOSE);

	if (call)
		take_shut(s, r, call, before);
	if (r->value[SHUTWATCH_KEY_SENT])
		remember(s, r, call ? call : record_value(r, SHUTWATCH_KEY_BY),
			 closed && (!call || !is_state(before, SHUTWATCH_TCP_CLOSE)));
	else
		ended_by(s, SHUTWATCH_BY_RX);
	hear(s, before, after);
}

static void take_states(struct left *s, const struct record *r)
{
	const char *states = record_value(r, SHUTWATCH_KEY_STATE);
	const char *after = states ? strchr(states, '>') : NULL;
	char before[LEFT_WORD];

	if (!after || (size_t)(after - states) >= sizeof(before) || strlen(after) >= LEFT_WORD)
		return;
	snprintf(before, sizeof(before), "%.*s", (int)(after - states), states);
	if (names_is(&kind_names, SHUTWATCH_KIND_STATE, r->value[SHUTWATCH_KEY_KIND]))
		take_transition(s, r, before, after + 1);
	else
		take_call(s, r, before, after + 1);
}

static bool parse_cookie(unsigned long long *cookie, const struct record *r)
{
	const char *text = record_value(r, SHUTWATCH_KEY_COOKIE);
	char *end;

	if (!text || strspn(text, "0123456789abcdef") != strlen(text))
		return false;
	*cookie = strtoull(text, &end, 16);
	return !*end;
}

/**
 * lefts_take() - take notice of a record
 * @l: the sockets
 * @r: the record
 * @saved: what its file tells
 */
void lefts_take(struct lefts *l, const struct record *r, const struct saved *saved)
{
	unsigned long long cookie;
	struct left *s;

	begin_boot(l, saved);
	if (record_is_note(r) || !parse_cookie(&cookie, r))
		return;
	s = get(l, cookie);
	learn(s->netns, sizeof(s->netns), r, SHUTWATCH_KEY_NETNS);
	learn(s->local, sizeof(s->local), r, SHUTWATCH_KEY_LOCAL);
	learn(s->remote, sizeof(s->remote), r, SHUTWATCH_KEY_REMOTE);
	if (!s->owner[0] || record_value(r, SHUTWATCH_KEY_OWNER))
		set(s->ocomm, sizeof(s->ocomm), record_value(r, SHUTWATCH_KEY_OCOMM));
	learn(s->owner, sizeof(s->owner), r, SHUTWATCH_KEY_OWNER);
	take_states(s, r);
}

static char *put_path(char *to, const struct left *s)
{
	unsigned int i;

	for (i = 0; i < s->nr_path; i++)
		to += sprintf(to, "%s%s", i ? ">" : "", s->path[i]);
	return s->nr_path ? to : stpcpy(to, SHUTWATCH_NOTHING);
}

/**
 * left_line() - what would be a line of sockets
 * @r: where to
 * @s: the socket
 *
 * Return: 0, or -EINVAL where somebody has made it up, and it is too long.
 */
int left_line(struct record *r, const struct left *s)
{
	const struct left_ending *e = &s->ended, *l = &s->last;
	char line[2 * SHUTWATCH_LINE_MAX], *to = line;

	to += sprintf(to, "netns=%s cookie=%llx local=%s remote=%s owner=%s ocomm=%s state=%s since=%s path=",
		      s->netns, s->cookie, s->local, s->remote, s->owner, s->ocomm, state_of(s),
		      s->since);
	to = put_path(to, s);
	to += sprintf(to, " shut=%s call=%s how=%s sent=%s why=%s fin=%s", how_names.name[s->shut],
		      e->by, e->how, e->sent, e->why, e->fin);
	sprintf(to, " last=%s last_how=%s last_sent=%s last_why=%s of=records", l->by, l->how,
		l->sent, l->why);
	return record_parse(r, line);
}
