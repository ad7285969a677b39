// SPDX-License-Identifier: GPL-2.0-only
/*
 * Telling a connection.  A record of a call is written when the call is over, and
 * on loopback the other end has acted inside it: told in the order of the records,
 * the effect would stand before its cause.  So a call is told where its first
 * transition is, or else where it began; and a transition that another record has
 * too is told once.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "note.h"
#include "number.h"
#include "saved/saved.h"
#include "story/tell.h"
#include "saved/wallclock.h"
#include "story/who.h"

#define NS_PER_US	1000ULL

/* Longer than this, and there is no room for all digits. */
#define DAY_US		86400000000ULL

/**
 * struct moment - a record with its place in the story
 * @side: whose it is
 * @r: the record
 * @at: when it happened, nanoseconds
 * @order: of those at the same time
 * @transition: a record of the same change of state that is told with it
 * @is_told: another one tells it
 */
struct moment {
	enum ladder_side side;
	struct record r;
	unsigned long long at;
	unsigned long order;
	const struct record *transition;
	bool is_told;
};

/**
 * struct story - what is being told
 * @l: the ladder
 * @moment: the records of both sides
 * @nr: how many
 * @sorted: those that are told, by time
 * @nr_sorted: how many
 * @start: when it began, nanoseconds
 * @fins: how many FINs each side was seen to send
 * @rsts: how many RSTs, likewise
 * @why: the reasons that were given
 */
struct story {
	struct ladder *l;
	struct moment *moment;
	size_t nr;
	struct moment **sorted;
	size_t nr_sorted;
	unsigned long long start;
	unsigned int fins[LADDER_SIDES], rsts[LADDER_SIDES];
	unsigned long long why;
};

static bool is_kind(const struct record *r, enum shutwatch_kind kind)
{
	return names_is(&kind_names, kind, r->value[SHUTWATCH_KEY_KIND]);
}

static bool same_value(const struct record *a, enum shutwatch_key x, const struct record *b,
		       enum shutwatch_key y)
{
	const char *value = record_value(a, x), *other = record_value(b, y);

	return value && other && !strcmp(value, other);
}

static unsigned long long time_of(const struct record *r)
{
	const char *ts = record_value(r, SHUTWATCH_KEY_TS);
	unsigned long long ns = 0;

	if (ts)
		number_parse_ns(&ns, ts);
	return ns;
}

/* ---- what happened when ---- */

static size_t count(const struct leg *leg)
{
	const struct leg_record *kept;
	size_t nr = 0;

	for (kept = leg->first; kept; kept = kept->next)
		nr++;
	return nr;
}

static void add_records(struct story *s, const struct leg *leg, enum ladder_side side)
{
	const struct leg_record *kept;
	struct moment *m;

	for (kept = leg->first; kept; kept = kept->next) {
		m = &s->moment[s->nr];
		if (record_parse(&m->r, kept->line))
			continue;
		m->side = side;
		m->at = time_of(&m->r);
		m->order = kept->order;
		m->transition = is_kind(&m->r, SHUTWATCH_KIND_STATE) ? &m->r : NULL;
		s->nr++;
	}
}

static void tell_with(struct moment *m, struct moment *transition)
{
	m->transition = &transition->r;
	transition->is_told = true;
	if (transition->at < m->at || transition->order < m->order) {
		m->at = transition->at;
		m->order = transition->order;
	}
}

static bool is_free_transition(const struct moment *m)
{
	return is_kind(&m->r, SHUTWATCH_KIND_STATE) && !m->is_told;
}

/*
 * The first transition inside a call that is the call's own.  Where none is recorded,
 * the call tells what became of the state.
 */
static void place_call(struct moment *first, struct moment *call)
{
	const char *took = record_value(&call->r, SHUTWATCH_KEY_TOOK);
	unsigned long long ns = took ? strtoull(took, NULL, 10) : 0;
	unsigned long long began = ns < call->at ? call->at - ns : 0;
	struct moment *m, *own = NULL;
	bool recorded = false;

	for (m = call; m-- > first && m->at >= began;) {
		recorded |= is_kind(&m->r, SHUTWATCH_KIND_STATE);
		if (is_free_transition(m) &&
		    same_value(&m->r, SHUTWATCH_KEY_BY, &call->r, SHUTWATCH_KEY_CALL))
			own = m;
	}
	if (own) {
		tell_with(call, own);
		return;
	}
	call->at = began;
	if (!recorded)
		call->transition = &call->r;
}

/* A decision, or a RST that came: its transition is written before or behind it. */
static void place_other(struct moment *first, struct moment *behind, struct moment *m)
{
	if (m + 1 < behind && is_free_transition(m + 1) &&
	    same_value(&m[1].r, SHUTWATCH_KEY_STATE, &m->r, SHUTWATCH_KEY_STATE))
		tell_with(m, m + 1);
	else if (m > first && is_free_transition(m - 1) &&
		 same_value(&m[-1].r, SHUTWATCH_KEY_STATE, &m->r, SHUTWATCH_KEY_STATE))
		tell_with(m, m - 1);
	else
		m->transition = &m->r;
}

static void place(struct moment *first, struct moment *behind)
{
	struct moment *m;

	for (m = first; m < behind; m++) {
		if (is_kind(&m->r, SHUTWATCH_KIND_CALL))
			place_call(first, m);
		else if (!is_kind(&m->r, SHUTWATCH_KIND_STATE))
			place_other(first, behind, m);
	}
}

static int by_time(const void *a, const void *b)
{
	const struct moment *const *x = a, *const *y = b;

	if ((*x)->at != (*y)->at)
		return (*x)->at < (*y)->at ? -1 : 1;
	return ((*x)->order > (*y)->order) - ((*x)->order < (*y)->order);
}

/* ---- what is told of it ---- */

static enum ladder_side other(enum ladder_side side)
{
	return side == LADDER_LEFT ? LADDER_RIGHT : LADDER_LEFT;
}

static void set_time(const struct story *s, struct rung *rung, const struct moment *m)
{
	unsigned long long us = (m->at - s->start) / NS_PER_US;

	if (us < DAY_US)
		sprintf(rung->time, "%llu.%06llu", us / 1000000, us % 1000000);
	else
		sprintf(rung->time, "%llu.%llu", us / 1000000, us / 100000 % 10);
}

static void set_state(struct rung *rung, const struct record *transition)
{
	const char *states = transition ? record_value(transition, SHUTWATCH_KEY_STATE) : NULL;
	const char *after = states ? strrchr(states, '>') : NULL;
	size_t len = after ? (size_t)(after - states) : 0;

	/* What stays as it was is no news. */
	if (!after || (strlen(after + 1) == len && !memcmp(states, after + 1, len)))
		return;
	snprintf(rung->state, sizeof(rung->state), "%s", after + 1);
	what_make_printable(rung->state);
}

static const char *sent_of(const struct record *r)
{
	const char *sent = record_value(r, SHUTWATCH_KEY_SENT);

	return sent ? sent : "";
}

static bool was_sent(const struct record *r, enum shutwatch_sent sent)
{
	return names_is(&sent_names, sent, sent_of(r));
}

/* A call or a decision.  What was sent has a line of its own. */
static void say_what(char *to, const struct record *r)
{
	const char *why = record_value(r, SHUTWATCH_KEY_WHY);

	what_happened(to, r);
	if (!was_sent(r, SHUTWATCH_SENT_NONE))
		return;
	what_add(to, ": ", "nothing sent");
	what_add(to, ", ", why ? why : "");
}

/* A transition by itself; most speak for themselves. */
static void say_transition(char *to, const struct record *r)
{
	const char *by = record_value(r, SHUTWATCH_KEY_BY);
	const char *error = record_value(r, SHUTWATCH_KEY_ERROR);
	char who[WHO_SIZE];

	to[0] = '\0';
	if (by && !names_is(&by_names, SHUTWATCH_BY_RX, by)) {
		what_provoked(to, r);
		if (who_asked(who, r))
			what_add(to, " by ", who);
	}
	if (error)
		what_add(to, to[0] ? ": " : "", error);
}

static void say_reset(char *to, const struct record *r)
{
	const char *error = record_value(r, SHUTWATCH_KEY_ERROR);

	snprintf(to, WHAT_SIZE, "RST received");
	what_add(to, ": ", error ? error : "");
}

static void tell_step(struct story *s, const struct moment *m)
{
	size_t first = s->l->nr;
	char text[WHAT_SIZE];

	if (is_kind(&m->r, SHUTWATCH_KIND_STATE))
		say_transition(text, &m->r);
	else if (is_kind(&m->r, SHUTWATCH_KIND_RESET))
		say_reset(text, &m->r);
	else
		say_what(text, &m->r);
	what_make_printable(text);
	ladder_text(s->l, RUNG_STEP, m->side, text);
	set_time(s, &s->l->rung[first], m);
	set_state(&s->l->rung[first], m->transition);
}

static struct rung *tell_segment(struct story *s, enum ladder_side from, bool is_rst,
				 const char *why)
{
	struct rung *rung = ladder_add(s->l, RUNG_SEGMENT, from);

	rung->is_rst = is_rst;
	snprintf(rung->text, sizeof(rung->text), "%s%s%.*s",
		 sent_names.name[is_rst ? SHUTWATCH_SENT_RST : SHUTWATCH_SENT_FIN],
		 why ? " " : "", LADDER_BETWEEN - 12, why ? why : "");
	what_make_printable(rung->text);
	return rung;
}

/* What a side sent.  A RST may have followed a FIN in the same call. */
static void tell_sent(struct story *s, const struct moment *m)
{
	const char *why = record_value(&m->r, SHUTWATCH_KEY_WHY);
	const char *fin = record_value(&m->r, SHUTWATCH_KEY_FIN);
	bool rst = was_sent(&m->r, SHUTWATCH_SENT_RST);
	bool queued = names_is(&fin_names, SHUTWATCH_FIN_QUEUED, fin);
	struct rung *rung;

	if (names_is(&fin_names, SHUTWATCH_FIN_FAILED, fin)) {
		ladder_text(s->l, RUNG_STEP, m->side, "no memory for a FIN");
	} else if (was_sent(&m->r, SHUTWATCH_SENT_FIN) || (fin && rst)) {
		rung = tell_segment(s, m->side, false, rst ? NULL : why);
		rung->waits = queued;
		s->fins[m->side] += !queued;
	}
	if (rst) {
		tell_segment(s, m->side, true, why);
		s->rsts[m->side]++;
	}
}

/* A FIN shows in the state of the side that got it. */
static bool got_fin(const struct record *r)
{
	static const char * const arcs[] = {
		"ESTABLISHED>CLOSE_WAIT", "SYN_RECV>CLOSE_WAIT", "FIN_WAIT1>CLOSING",
		"FIN_WAIT1>TIME_WAIT", "FIN_WAIT2>TIME_WAIT", NULL
	};
	const char *states = record_value(r, SHUTWATCH_KEY_STATE);
	int i;

	if (!states || !names_is(&by_names, SHUTWATCH_BY_RX, record_value(r, SHUTWATCH_KEY_BY)))
		return false;
	for (i = 0; arcs[i]; i++) {
		if (!strcmp(states, arcs[i]))
			return true;
	}
	return false;
}

/* What came from a side that has not told of it. */
static void tell_received(struct story *s, const struct moment *m)
{
	enum ladder_side from = other(m->side);
	size_t before = s->l->nr;

	if (is_kind(&m->r, SHUTWATCH_KIND_RESET) && !s->rsts[from]) {
		tell_segment(s, from, true, NULL);
		s->rsts[from]++;
	} else if (is_kind(&m->r, SHUTWATCH_KIND_STATE) && got_fin(&m->r) && !s->fins[from]) {
		tell_segment(s, from, false, NULL);
		s->fins[from]++;
	}
	if (s->l->nr > before)
		set_time(s, &s->l->rung[before], m);
}

static void tell_moment(struct story *s, const struct moment *m)
{
	const char *why = record_value(&m->r, SHUTWATCH_KEY_WHY);
	int id = why ? names_find(&why_names, why) : -1;

	if (id >= 0)
		s->why |= 1ULL << id;
	tell_received(s, m);
	tell_step(s, m);
	tell_sent(s, m);
}

/* What was not seen while the connection was there may be missing. */
static const struct leg_record *tell_notes(struct story *s, const struct leg_record *note,
					   unsigned long before)
{
	char text[NOTE_SIZE];
	struct record r;

	for (; note && note->order < before; note = note->next) {
		if (record_parse(&r, note->line))
			continue;
		note_text(text, &r);
		ladder_text(s->l, RUNG_GAP, LADDER_LEFT, text);
	}
	return note;
}

static void sort_moments(struct story *s)
{
	size_t i;

	s->sorted = reallocarray(NULL, s->nr + 1, sizeof(struct moment *));
	if (!s->sorted)
		err(EXIT_FAILURE, "a story");
	for (i = 0; i < s->nr; i++) {
		if (!s->moment[i].is_told)
			s->sorted[s->nr_sorted++] = &s->moment[i];
	}
	qsort(s->sorted, s->nr_sorted, sizeof(*s->sorted), by_time);
	s->start = s->nr_sorted ? s->sorted[0]->at : 0;
}

static void tell_moments(struct story *s, const struct leg_record *notes)
{
	unsigned long first = -1UL;
	size_t i;

	for (i = 0; i < s->nr; i++) {
		if (s->moment[i].order < first)
			first = s->moment[i].order;
	}
	while (notes && notes->order < first)
		notes = notes->next;
	for (i = 0; i < s->nr_sorted; i++) {
		notes = tell_notes(s, notes, s->sorted[i]->order);
		tell_moment(s, s->sorted[i]);
	}
}

/* ---- what stands around it ---- */

/* The ends as the records have them, and the process that had the socket last. */
static void describe_side(struct story *s, const struct leg *leg, const char *side)
{
	char text[WHAT_SIZE], who[WHO_SIZE] = "", seen[WHO_SIZE];
	const struct leg_record *kept;
	char local[WHO_SIZE] = "?";
	struct record r;

	for (kept = leg->first; kept; kept = kept->next) {
		if (record_parse(&r, kept->line))
			continue;
		if (who_has_it(seen, &r))
			strcpy(who, seen);
		if (record_value(&r, SHUTWATCH_KEY_LOCAL))
			snprintf(local, sizeof(local), "%s", r.value[SHUTWATCH_KEY_LOCAL]);
	}
	snprintf(text, sizeof(text), "%-6s %s%s%s", side, local, who[0] ? ", " : "", who);
	if (leg->cookie)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), ", cookie %llx",
			 leg->cookie);
	what_add(text, ", netns ", leg->netns);
	what_make_printable(text);
	ladder_text(s->l, RUNG_TITLE, LADDER_LEFT, text);
}

static void describe_far_side(struct story *s, const struct leg *leg)
{
	char text[WHAT_SIZE];
	struct record r;

	if (!leg->first || record_parse(&r, leg->first->line))
		return;
	snprintf(text, sizeof(text), "right  %.60s, of which there are no records",
		 r.value[SHUTWATCH_KEY_REMOTE] ? r.value[SHUTWATCH_KEY_REMOTE] : "?");
	what_make_printable(text);
	ladder_text(s->l, RUNG_TITLE, LADDER_LEFT, text);
}

static void describe(struct story *s, const struct leg *left)
{
	char text[WHAT_SIZE], clock[WALLCLOCK_SIZE];

	wallclock_text(clock, (long long)s->start + left->offset);
	snprintf(text, sizeof(text), "%s", clock);
	if (left->source) {
		what_add(text, ", host ", left->source->host);
		what_add(text, ", kernel ", left->source->kernel);
	}
	what_make_printable(text);
	ladder_text(s->l, RUNG_TITLE, LADDER_LEFT, text);
}

static void explain(struct story *s)
{
	char text[WHAT_SIZE];
	int id;

	ladder_add(s->l, RUNG_TITLE, LADDER_LEFT);
	for (id = 0; id < why_names.count; id++) {
		if (!(s->why >> id & 1))
			continue;
		snprintf(text, sizeof(text), "%s: %s", why_names.name[id],
			 names_why_means(id));
		ladder_text(s->l, RUNG_TITLE, LADDER_LEFT, text);
	}
}

/* The side that called connect() is on the left, or else the one that is here. */
static const struct leg *choose_left(const struct leg *leg)
{
	if (!leg->peer || leg->opened)
		return leg;
	return leg->peer->opened || leg->accepted ? leg->peer : leg;
}

/**
 * tell_connection() - add a connection to a ladder
 * @l: the ladder
 * @leg: one of its ends
 * @notes: all that was not seen
 */
void tell_connection(struct ladder *l, const struct leg *leg, const struct leg_record *notes)
{
	const struct leg *left = choose_left(leg), *right = left->peer;
	struct story s = { .l = l };
	size_t nr_left;

	s.moment = calloc(count(left) + (right ? count(right) : 0) + 1, sizeof(*s.moment));
	if (!s.moment)
		err(EXIT_FAILURE, "a story");
	add_records(&s, left, LADDER_LEFT);
	nr_left = s.nr;
	if (right)
		add_records(&s, right, LADDER_RIGHT);
	place(s.moment, s.moment + nr_left);
	place(s.moment + nr_left, s.moment + s.nr);
	sort_moments(&s);
	if (l->nr)
		ladder_add(l, RUNG_TITLE, LADDER_LEFT);
	describe(&s, left);
	describe_side(&s, left, "left");
	if (right)
		describe_side(&s, right, "right");
	else
		describe_far_side(&s, left);
	ladder_add(l, RUNG_TITLE, LADDER_LEFT);
	tell_moments(&s, notes);
	if (s.why)
		explain(&s);
	free(s.sorted);
	free(s.moment);
}
