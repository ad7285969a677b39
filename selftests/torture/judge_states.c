// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does each socket have a life without a gap, from its birth to its end, of
 * which each step is one that TCP takes, for a cause that takes it?
 */
#include <stdio.h>
#include <string.h>

#include <names.h>

#include "facts.h"
#include "judges.h"
#include "mptcp.h"
#include "record_fields.h"

#define STATE_LEN	16
#define LIFE_MAX	64

/* One state to the next, and what may lead there. */
struct arc {
	const char *state;
	const char *by;
};

#define ENDS	"rx close connect_unspec abort timer"

static const struct arc arc[] = {
	{ "CLOSE>SYN_SENT",		"connect" },
	{ "CLOSE>LISTEN",		"listen" },
	{ "LISTEN>CLOSE",		"close shutdown connect_unspec abort listen" },
	{ "SYN_SENT>ESTABLISHED",	"rx" },
	{ "SYN_SENT>CLOSE",		"shutdown connect " ENDS },
	{ "SYN_RECV>ESTABLISHED",	"rx" },
	{ "SYN_RECV>CLOSE",		"rx listener" },
	/* The last one: what its listener had shut down, see facts.c. */
	{ "ESTABLISHED>FIN_WAIT1",	"shutdown close rx" },
	{ "ESTABLISHED>CLOSE_WAIT",	"rx" },
	{ "ESTABLISHED>CLOSE",		"listener " ENDS },
	{ "CLOSE_WAIT>LAST_ACK",	"shutdown close" },
	{ "CLOSE_WAIT>CLOSE",		"listener " ENDS },
	{ "FIN_WAIT1>FIN_WAIT2",	"rx" },
	{ "FIN_WAIT1>CLOSING",		"rx" },
	{ "FIN_WAIT1>TIME_WAIT",	"rx" },
	/* With "listener": a child that began with a FIN. */
	{ "FIN_WAIT1>CLOSE",		"listener " ENDS },
	{ "FIN_WAIT2>TIME_WAIT",	"rx" },
	/* The last two: what close() left, its port taken or its namespace gone. */
	{ "FIN_WAIT2>CLOSE",		"listener connect - " ENDS },
	{ "CLOSING>TIME_WAIT",		"rx" },
	/* With "listener": such a child, whose peer has sent a FIN as well. */
	{ "CLOSING>CLOSE",		"listener " ENDS },
	{ "LAST_ACK>CLOSE",		ENDS },
	{ "TIME_WAIT>CLOSE",		"rx abort timer connect -" },
};

/* A child of Fast Open may be accepted before the handshake is over. */
static const struct arc fast_arc[] = {
	{ "SYN_RECV>CLOSE",		ENDS },
	{ "SYN_RECV>FIN_WAIT1",		"close" },
};

/* What MPTCP does to a subflow. */
static const struct arc mptcp_arc[] = {
	{ "LISTEN>CLOSE",		"mptcp" },
	{ "ESTABLISHED>FIN_WAIT1",	"mptcp" },
	{ "CLOSE_WAIT>LAST_ACK",	"mptcp" },
	{ "SYN_SENT>CLOSE",		"mptcp" },
	{ "ESTABLISHED>CLOSE",		"mptcp" },
	{ "CLOSE_WAIT>CLOSE",		"mptcp" },
	{ "FIN_WAIT1>CLOSE",		"mptcp" },
	{ "FIN_WAIT2>CLOSE",		"mptcp" },
	{ "CLOSING>CLOSE",		"mptcp" },
	{ "LAST_ACK>CLOSE",		"mptcp" },
};

static bool has_word(const char *words, const char *word)
{
	size_t len = strlen(word);
	const char *at = words;

	while ((at = strstr(at, word))) {
		if ((at == words || at[-1] == ' ') && (!at[len] || at[len] == ' '))
			return true;
		at += len;
	}
	return false;
}

static bool is_one_of(const struct record *record, const struct arc *table, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		if (record_is(record, SHUTWATCH_KEY_STATE, table[i].state))
			return has_word(table[i].by, record_get(record, SHUTWATCH_KEY_BY));
	}
	return false;
}

static bool may_go(const struct view *view, const struct record *record)
{
	return is_one_of(record, arc, sizeof(arc) / sizeof(*arc)) ||
	       (is_one_of(record, fast_arc, sizeof(fast_arc) / sizeof(*fast_arc)) &&
		facts_of(view, record) & FACT_FASTOPEN) ||
	       (is_one_of(record, mptcp_arc, sizeof(mptcp_arc) / sizeof(*mptcp_arc)) &&
		mptcp_may_have(view, record));
}

static bool split(const struct record *record, char before[STATE_LEN],
		  char after[STATE_LEN])
{
	return sscanf(record_get(record, SHUTWATCH_KEY_STATE), "%15[^>]>%15s",
		      before, after) == 2;
}

/**
 * struct life - the states of a socket
 * @count: how many
 * @state: one after the other
 * @minis: earlier connections of it that are still in TIME_WAIT
 */
struct life {
	int count;
	char state[LIFE_MAX][STATE_LEN];
	int minis;
};

static void live(struct life *life, const char *state)
{
	if (life->count < LIFE_MAX)
		strcpy(life->state[life->count++], state);
}

static bool is_now(const struct life *life, const char *state)
{
	return life->count && !strcmp(life->state[life->count - 1], state);
}

/* Who connects or listens begins in CLOSE; who is accepted was in a handshake. */
static bool may_begin(const struct view *view, __u64 cookie, const char *state)
{
	return !strcmp(state, view_is_child(view, cookie) ? "SYN_RECV" : "CLOSE");
}

/*
 * What is in TIME_WAIT is a mini-socket: the socket itself may have gone back to
 * CLOSE with AF_UNSPEC and connect again, while that goes on beside it.
 */
static bool is_beside(struct view *view, struct life *life, const struct record *r)
{
	if (is_now(life, "TIME_WAIT") &&
	    record_is(r, SHUTWATCH_KEY_STATE, "CLOSE>SYN_SENT") &&
	    facts_of(view, r) & FACT_UNSPEC) {
		life->minis++;
		live(life, "CLOSE");
	} else if (!is_now(life, "TIME_WAIT") && life->minis &&
		   record_is(r, SHUTWATCH_KEY_STATE, "TIME_WAIT>CLOSE")) {
		life->minis--;
		return true;
	}
	return false;
}

static void take_state(struct view *view, struct life *life, const struct record *r)
{
	char before[STATE_LEN], after[STATE_LEN];
	const char *seq = record_get(r, SHUTWATCH_KEY_SEQ);
	const char *state = record_get(r, SHUTWATCH_KEY_STATE);

	if (!split(r, before, after)) {
		remark(&view->remarks, "record %s: not a transition: %s", seq, state);
		return;
	}
	if (!life->count && !may_begin(view, record_cookie(r), before))
		remark(&view->remarks, "record %s: a life that begins with %s", seq,
		       state);
	if (!may_go(view, r))
		remark(&view->remarks, "record %s: no such step: %s by=%s", seq, state,
		       record_get(r, SHUTWATCH_KEY_BY));
	if (is_beside(view, life, r))
		return;
	if (life->count && !is_now(life, before))
		remark(&view->remarks, "record %s: from %s to %s, but it was in %s",
		       seq, before, after, life->state[life->count - 1]);
	if (!life->count)
		live(life, before);
	live(life, after);
}

/* What a call or decision says must be a part of that life so far. */
static void take_outcome(struct view *view, const struct life *life,
			 const struct record *r)
{
	char before[STATE_LEN], after[STATE_LEN];
	int from, to;

	if (!split(r, before, after))
		return;
	if (!life->count && !strcmp(before, "CLOSE") && !strcmp(after, "CLOSE"))
		return;
	for (from = 0; from < life->count; from++) {
		if (strcmp(life->state[from], before))
			continue;
		for (to = from; to < life->count; to++) {
			if (!strcmp(life->state[to], after))
				return;
		}
	}
	remark(&view->remarks, "record %s: %s was no part of its life so far",
	       record_get(r, SHUTWATCH_KEY_SEQ), record_get(r, SHUTWATCH_KEY_STATE));
}

/*
 * A decision may stand before the transition that it makes, and so may a RST
 * that was received: what they say is looked at when all is known.
 */
static void judge_life(struct view *view, __u64 cookie)
{
	struct life life = {};
	int i;

	for (i = 0; i < view->nr_records; i++) {
		if (record_cookie(&view->record[i]) == cookie &&
		    view_kind(&view->record[i], SHUTWATCH_KIND_STATE))
			take_state(view, &life, &view->record[i]);
	}
	for (i = 0; i < view->nr_records; i++) {
		/* An MPTCP socket has states of its own, which nobody tells. */
		if (record_cookie(&view->record[i]) == cookie &&
		    !view_kind(&view->record[i], SHUTWATCH_KIND_STATE) &&
		    !mptcp_called(view, &view->record[i]))
			take_outcome(view, &life, &view->record[i]);
	}
	if (life.count && !is_now(&life, "CLOSE"))
		remark(&view->remarks, "cookie %llx: it ends in %s", cookie,
		       life.state[life.count - 1]);
	if (life.minis)
		remark(&view->remarks, "cookie %llx: %d stay in TIME_WAIT", cookie,
		       life.minis);
}

/**
 * judge_states - hold the transitions against each other
 * @view: a scene that is over
 */
void judge_states(struct view *view)
{
	int i;

	for (i = 0; i < view->nr_sockets; i++)
		judge_life(view, view->cookie[i]);
}
