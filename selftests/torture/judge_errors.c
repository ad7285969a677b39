// SPDX-License-Identifier: GPL-2.0-only
/*
 * The errors that a program got: is there a record that says where each came
 * from, and does the program get those that records say it gets?
 */
#include <errno.h>
#include <string.h>

#include <names.h>

#include "judges.h"
#include "mptcp.h"
#include "record_fields.h"
#include "tls.h"

/* Sending and receiving give the error of a connection that is over. */
static bool gives_error(enum verb verb)
{
	return verb == VERB_SEND || verb == VERB_URGENT || verb == VERB_RECV ||
	       verb == VERB_PEEK || verb == VERB_URING_RECV;
}

/* In repair a call fails before it looks for an error of the connection. */
static bool is_in_repair(const struct deed *deed)
{
	return deed->err == EPERM || deed->err == EINVAL;
}

static bool leaves(const struct record *r, int err)
{
	if (record_is(r, SHUTWATCH_KEY_ERROR, strerrorname_np(err)))
		return true;
	switch (err) {
	case ECONNRESET:
		/* These leave it to whoever asks next. */
		return view_says(r, SHUTWATCH_KEY_CALL, &by_names,
				 SHUTWATCH_BY_CONNECT_UNSPEC) ||
		       view_says(r, SHUTWATCH_KEY_WHY, &why_names,
				 SHUTWATCH_WHY_SYN_SENT) ||
		       view_says(r, SHUTWATCH_KEY_WHY, &why_names,
				 SHUTWATCH_WHY_DATA_AFTER_SHUTDOWN);
	case ECONNABORTED:
		/* Also what connect() says of a try that failed in between. */
		return view_says(r, SHUTWATCH_KEY_CALL, &by_names, SHUTWATCH_BY_ABORT) ||
		       strstr(record_get(r, SHUTWATCH_KEY_STATE), ">CLOSE");
	case ECONNREFUSED:
		return view_kind(r, SHUTWATCH_KIND_RESET);
	}
	return false;
}

static bool is_explained(const struct view *view, const struct deed *deed)
{
	int i;

	for (i = 0; i < view->nr_records; i++) {
		const struct record *r = &view->record[i];

		if (record_cookie(r) == deed->cookie && view_began(r) <= deed->to &&
		    (leaves(r, deed->err) ||
		     (deed->err == ECONNRESET && mptcp_resets(view, r))))
			return true;
	}
	return false;
}

static void judge_error(struct view *view, int at)
{
	const struct deed *deed = &view->history->deed[at];
	char text[64];

	if (!deed->done || !deed->cookie || is_explained(view, deed))
		return;
	scene_act_print(&view->scene->act[at], text, sizeof(text));
	remark(&view->remarks, "act %d: %s got %s, and no record says why", at, text,
	       strerrorname_np(deed->err));
}

/* The first one that asks gets it, unless there was data to be had. */
static const struct deed *who_asks(const struct view *view, const struct record *r)
{
	int i;

	for (i = 0; i < view->scene->nr_acts; i++) {
		const struct deed *deed = &view->history->deed[i];
		enum verb verb = view->scene->act[i].verb;

		if (!deed->done || deed->cookie != record_cookie(r) ||
		    deed->to < record_time(r))
			continue;
		/* It may have been there before, or take the error with it. */
		if (deed->from < record_time(r) || verb == VERB_CONNECT ||
		    verb == VERB_UNSPEC || verb == VERB_DESTROY)
			return NULL;
		if (gives_error(verb) && deed->ret <= 0 && !is_in_repair(deed))
			return deed;
	}
	return NULL;
}

static void judge_reset(struct view *view, const struct record *r)
{
	const struct deed *deed = who_asks(view, r);

	/* TLS may have another error for what it was about to decrypt, MPTCP no end. */
	if (deed && !tls_is_on(view, deed->cookie) && !mptcp_has(view, deed->cookie) &&
	    !record_is(r, SHUTWATCH_KEY_ERROR, strerrorname_np(deed->err)))
		remark(&view->remarks, "record %s: error=%s, but the program got %s",
		       record_get(r, SHUTWATCH_KEY_SEQ),
		       record_get(r, SHUTWATCH_KEY_ERROR), strerrorname_np(deed->err));
}

/* A socket that has got the peer's FIN tells of an end, not of an error. */
static bool is_error_told(const struct record *r)
{
	return view_kind(r, SHUTWATCH_KIND_RESET) &&
	       (record_is(r, SHUTWATCH_KEY_STATE, "ESTABLISHED>CLOSE") ||
		record_is(r, SHUTWATCH_KEY_STATE, "FIN_WAIT1>CLOSE") ||
		record_is(r, SHUTWATCH_KEY_STATE, "FIN_WAIT2>CLOSE"));
}

/**
 * judge_errors - hold the errors that the program got against the records
 * @view: a scene that is over
 */
void judge_errors(struct view *view)
{
	int i;

	for (i = 0; i < view->scene->nr_acts; i++) {
		switch (view->history->deed[i].err) {
		case ECONNRESET:
		case ECONNREFUSED:
		case ECONNABORTED:
		case ETIMEDOUT:
			judge_error(view, i);
		}
	}
	for (i = 0; i < view->nr_records; i++) {
		if (is_error_told(&view->record[i]))
			judge_reset(view, &view->record[i]);
	}
}
