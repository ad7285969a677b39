// SPDX-License-Identifier: GPL-2.0-only
/*
 * May this have been the reason, after all that the program did?  The table says
 * what each reason takes, from the manual pages and RFC 9293.
 */
#include <names.h>

#include "facts.h"
#include "judges.h"
#include "record_fields.h"

enum sent_bit {
	NONE = 1 << SHUTWATCH_SENT_NONE,
	FIN = 1 << SHUTWATCH_SENT_FIN,
	RST = 1 << SHUTWATCH_SENT_RST,
};

/**
 * struct rule - a reason that there may be
 * @by: the cause, or the call
 * @why: the reason
 * @sent: what may be sent then, a bit each
 * @needs: facts without which it cannot be
 * @never: facts with which it cannot be
 */
struct rule {
	enum shutwatch_by by;
	enum shutwatch_why why;
	unsigned int sent;
	unsigned int needs;
	unsigned int never;
};

#define RULE(by_, why_, ...)						\
	{ .by = SHUTWATCH_BY_##by_, .why = SHUTWATCH_WHY_##why_, __VA_ARGS__ }

static const struct rule rule[] = {
	RULE(CLOSE, CLOSE, .sent = FIN,
	     .needs = FACT_CLOSED | FACT_CONNECTED,
	     .never = FACT_LINGER_ZERO_SET | FACT_LISTENED),
	RULE(CLOSE, UNREAD_DATA, .sent = RST,
	     .needs = FACT_CLOSED | FACT_DATA_CAME),
	RULE(CLOSE, LINGER_ZERO, .sent = RST,
	     .needs = FACT_CLOSED | FACT_LINGER_ZERO | FACT_CONNECTED),
	RULE(CLOSE, LINGER2_NEGATIVE, .sent = RST,
	     .needs = FACT_CLOSED | FACT_LINGER2_NEGATIVE | FACT_FIN_LEFT,
	     .never = FACT_LINGER_ZERO_SET),
	RULE(CLOSE, FIN_ALREADY_SENT, .sent = NONE,
	     .needs = FACT_CLOSED | FACT_SHUT_WR | FACT_CONNECTED),
	RULE(CLOSE, REPAIR, .sent = NONE, .needs = FACT_CLOSED | FACT_REPAIR,
	     .never = FACT_LISTENED),
	RULE(CLOSE, ALREADY_CLOSED, .sent = NONE, .needs = FACT_CLOSED),
	RULE(CLOSE, SYN_SENT, .sent = NONE, .needs = FACT_CLOSED,
	     .never = FACT_ACCEPTED | FACT_LISTENED),
	RULE(CLOSE, LISTENER_STOPPED, .sent = NONE,
	     .needs = FACT_CLOSED | FACT_LISTENED),

	RULE(SHUTDOWN, SHUTDOWN_WRITE, .sent = FIN,
	     .needs = FACT_SHUT_WR | FACT_CONNECTED, .never = FACT_LISTENED),
	RULE(SHUTDOWN, READ_SIDE_ONLY, .sent = NONE,
	     .needs = FACT_SHUT_RD | FACT_CONNECTED, .never = FACT_LISTENED),
	RULE(SHUTDOWN, FIN_ALREADY_SENT, .sent = NONE,
	     .needs = FACT_SHUT_WR | FACT_CONNECTED, .never = FACT_LISTENED),
	RULE(SHUTDOWN, ALREADY_CLOSED, .sent = NONE),
	RULE(SHUTDOWN, SYN_SENT, .sent = NONE,
	     .never = FACT_ACCEPTED | FACT_LISTENED),
	/* In SYN_SENT it is tcp_disconnect(), which asks for repair first. */
	RULE(SHUTDOWN, REPAIR, .sent = NONE, .needs = FACT_REPAIR,
	     .never = FACT_ACCEPTED | FACT_LISTENED),
	RULE(SHUTDOWN, BUSY, .sent = NONE),
	/* A child of Fast Open whose handshake is not over. */
	RULE(SHUTDOWN, SHUTDOWN_DEFERRED, .sent = NONE | FIN,
	     .needs = FACT_SHUT_WR | FACT_ACCEPTED | FACT_FASTOPEN),
	RULE(SHUTDOWN, LISTENING, .sent = NONE,
	     .needs = FACT_SHUT_WR | FACT_LISTENED),
	RULE(SHUTDOWN, LISTENER_STOPPED, .sent = NONE,
	     .needs = FACT_SHUT_RD | FACT_LISTENED),

	RULE(CONNECT_UNSPEC, CONNECT_UNSPEC, .sent = RST,
	     .needs = FACT_UNSPEC | FACT_CONNECTED, .never = FACT_LISTENED),
	RULE(CONNECT_UNSPEC, FIN_ALREADY_SENT, .sent = NONE,
	     .needs = FACT_UNSPEC | FACT_SHUT_WR, .never = FACT_LISTENED),
	RULE(CONNECT_UNSPEC, REPAIR, .sent = NONE,
	     .needs = FACT_UNSPEC | FACT_REPAIR, .never = FACT_LISTENED),
	RULE(CONNECT_UNSPEC, SYN_SENT, .sent = NONE, .needs = FACT_UNSPEC,
	     .never = FACT_ACCEPTED | FACT_LISTENED),
	RULE(CONNECT_UNSPEC, ALREADY_CLOSED, .sent = NONE, .needs = FACT_UNSPEC),
	RULE(CONNECT_UNSPEC, LISTENER_STOPPED, .sent = NONE,
	     .needs = FACT_UNSPEC | FACT_LISTENED),

	RULE(ABORT, ABORT, .sent = RST,
	     .needs = FACT_DESTROYED | FACT_CONNECTED, .never = FACT_LISTENED),
	RULE(ABORT, FIN_ALREADY_SENT, .sent = NONE,
	     .needs = FACT_DESTROYED | FACT_SHUT_WR),
	RULE(ABORT, SYN_SENT, .sent = NONE, .needs = FACT_DESTROYED,
	     .never = FACT_ACCEPTED),
	RULE(ABORT, ALREADY_CLOSED, .sent = NONE, .needs = FACT_DESTROYED),
	RULE(ABORT, LISTENER_STOPPED, .sent = NONE,
	     .needs = FACT_DESTROYED | FACT_LISTENED),

	RULE(RX, DATA_AFTER_SHUTDOWN, .sent = RST,
	     .needs = FACT_SHUT_RD | FACT_SHUT_WR | FACT_DATA_CAME),
	/* The FIN may still wait behind data. */
	RULE(RX, DATA_AFTER_CLOSE, .sent = RST,
	     .needs = FACT_CLOSED | FACT_DATA_CAME),
	RULE(RX, LINGER2_NEGATIVE, .sent = RST,
	     .needs = FACT_CLOSED | FACT_LINGER2_NEGATIVE | FACT_FIN_LEFT),
	RULE(RX, TIME_WAIT_SEGMENT, .sent = RST,
	     .needs = FACT_CLOSED | FACT_FIN_LEFT),
	RULE(RX, NO_SOCKET, .sent = RST, .never = FACT_PORT_OPEN),
	/* A SYN from a port that the other end has a connection with. */
	RULE(RX, BAD_HANDSHAKE, .sent = RST, .needs = FACT_PORT_AGAIN),
	RULE(RX, NO_CONNECTION, .sent = RST, .needs = FACT_LISTENED),
	RULE(RX, ACCEPT_QUEUE_FULL, .sent = NONE | RST, .needs = FACT_LISTENED),
	/* The last ACK of a handshake meets a listener that has stopped. */
	RULE(RX, LISTENER_STOPPED, .sent = RST,
	     .needs = FACT_LISTENED | FACT_PARENT_STOPPED),
	/* A child is born with the shutdown() of its listener (see facts.c). */
	RULE(RX, SHUTDOWN_DEFERRED, .sent = FIN,
	     .needs = FACT_SHUT_WR | FACT_CONNECTED, .never = FACT_LISTENED),

	RULE(TIMER, FIN_WAIT2_TIMEOUT, .sent = RST | NONE,
	     .needs = FACT_CLOSED | FACT_FIN_LEFT),
	RULE(TIMER, KEEPALIVE_TIMEOUT, .sent = RST,
	     .needs = FACT_KEEPALIVE | FACT_LOSSY | FACT_CONNECTED),
	RULE(TIMER, USER_TIMEOUT, .sent = RST,
	     .needs = FACT_USER_TIMEOUT | FACT_KEEPALIVE | FACT_LOSSY | FACT_CONNECTED),
	/* Data goes without an answer, or the peer has no room for it (tcp(7)). */
	RULE(TIMER, USER_TIMEOUT, .sent = NONE, .needs = FACT_USER_TIMEOUT),
	RULE(TIMER, RETRIES_EXHAUSTED, .sent = NONE, .needs = FACT_LOSSY),
	/* An MPTCP socket ends with a DATA_FIN; the FIN of its subflow comes later. */
	RULE(CLOSE, DATA_FIN, .sent = NONE, .needs = FACT_CLOSED | FACT_MPTCP),
	RULE(SHUTDOWN, DATA_FIN, .sent = NONE, .needs = FACT_SHUT_WR | FACT_MPTCP),
	/* In SYN_SENT, of which TCP says nothing, MPTCP resets, too. */
	RULE(SHUTDOWN, MPTCP, .sent = RST, .needs = FACT_MPTCP, .never = FACT_ACCEPTED),
	RULE(CLOSE, LINGER_ZERO, .sent = RST,
	     .needs = FACT_CLOSED | FACT_LINGER_ZERO | FACT_MPTCP),
	RULE(CONNECT_UNSPEC, CONNECT_UNSPEC, .sent = RST,
	     .needs = FACT_UNSPEC | FACT_MPTCP),
	RULE(MPTCP, CLOSE, .sent = FIN, .needs = FACT_CLOSED | FACT_MPTCP),
	RULE(MPTCP, SHUTDOWN_WRITE, .sent = FIN, .needs = FACT_SHUT_WR | FACT_MPTCP),
	RULE(MPTCP, UNREAD_DATA, .sent = RST,
	     .needs = FACT_CLOSED | FACT_DATA_CAME | FACT_MPTCP),
	RULE(MPTCP, LINGER_ZERO, .sent = RST,
	     .needs = FACT_CLOSED | FACT_LINGER_ZERO | FACT_MPTCP),
	RULE(MPTCP, CONNECT_UNSPEC, .sent = RST, .needs = FACT_UNSPEC | FACT_MPTCP),
	/* The peer has no MPTCP: the subflow closes as a TCP socket does. */
	RULE(MPTCP, LINGER2_NEGATIVE, .sent = RST,
	     .needs = FACT_CLOSED | FACT_LINGER2_NEGATIVE | FACT_FIN_LEFT | FACT_MPTCP),
	RULE(MPTCP, MPTCP, .sent = FIN | RST, .needs = FACT_MPTCP),

	RULE(LISTENER, LISTENER_STOPPED, .sent = RST,
	     .needs = FACT_PARENT_STOPPED | FACT_CONNECTED,
	     .never = FACT_ACCEPTED | FACT_LISTENED),
};

static bool is_right(const struct rule *it, unsigned int facts)
{
	return !(it->needs & ~facts) && !(it->never & facts);
}

/* The one that allows it, if there is one; else any that is about it. */
static const struct rule *find_rule(int by, int why, int sent, unsigned int facts)
{
	const struct rule *found = NULL;
	size_t i;

	for (i = 0; i < sizeof(rule) / sizeof(*rule); i++) {
		if (rule[i].by == by && rule[i].why == why &&
		    rule[i].sent & 1 << sent &&
		    (!found || is_right(&rule[i], facts)))
			found = &rule[i];
	}
	return found;
}

/* A RST that its own host drops is none: TCP is told, and so the record. */
static const struct rule *find_failed(int by, int why, int sent, unsigned int facts)
{
	return facts & FACT_WALLED && sent == SHUTWATCH_SENT_NONE ?
		find_rule(by, why, SHUTWATCH_SENT_RST, facts) : NULL;
}

static void judge_reason(struct view *view, const struct record *r)
{
	const bool call = view_kind(r, SHUTWATCH_KIND_CALL);
	const char *by = record_get(r, call ? SHUTWATCH_KEY_CALL : SHUTWATCH_KEY_BY);
	const char *why = record_get(r, SHUTWATCH_KEY_WHY);
	const char *sent = record_get(r, SHUTWATCH_KEY_SENT);
	const char *seq = record_get(r, SHUTWATCH_KEY_SEQ);
	const int cause = names_find(&by_names, by);
	const int reason = names_find(&why_names, why);
	const int outcome = names_find(&sent_names, sent);
	const unsigned int facts = facts_of(view, r);
	const struct rule *found = find_rule(cause, reason, outcome, facts) ?:
				   find_failed(cause, reason, outcome, facts);

	if (!found)
		remark(&view->remarks, "record %s: it cannot be: %s by=%s sent=%s why=%s",
		       seq, call ? "call" : "decision", by, sent, why);
	else if (!is_right(found, facts))
		remark(&view->remarks,
		       "record %s: by=%s why=%s after what was done: lacks %#x, excluded by %#x",
		       seq, by, why, found->needs & ~facts, found->never & facts);
}

/**
 * judge_reasons - hold what the records say was the reason against the history
 * @view: a scene that is over
 */
void judge_reasons(struct view *view)
{
	int i;

	for (i = 0; i < view->nr_records; i++) {
		if (view_kind(&view->record[i], SHUTWATCH_KIND_CALL) ||
		    view_kind(&view->record[i], SHUTWATCH_KIND_DECISION))
			judge_reason(view, &view->record[i]);
	}
}
