// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a record says, in words: which process, which call, what was unread.  For
 * whoever writes sentences, and not columns.  All is printable ASCII: a process
 * may call itself whatever it likes.
 */
#include <stdio.h>
#include <string.h>

#include "names.h"
#include "story/who.h"

/**
 * what_make_printable() - replace all but printable ASCII
 * @text: the text
 */
void what_make_printable(char *text)
{
	for (; *text; text++) {
		if (*text < ' ' || *text > '~')
			*text = '?';
	}
}

/**
 * what_add() - add to a sentence, as much as there is room for
 * @to: the sentence, WHAT_SIZE bytes
 * @between: what is put before it
 * @text: what is added; if it is empty, nothing is
 */
void what_add(char *to, const char *between, const char *text)
{
	if (!*text)
		return;
	strncat(to, between, WHAT_SIZE - strlen(to) - 1);
	strncat(to, text, WHAT_SIZE - strlen(to) - 1);
}

static bool process(char *to, const struct record *r, enum shutwatch_key pid,
		    enum shutwatch_key comm)
{
	const char *name = record_value(r, comm);
	char plain[WHO_SIZE / 2] = "?";

	to[0] = '\0';
	if (!record_value(r, pid))
		return false;
	if (name)
		record_unescape(plain, sizeof(plain), name);
	snprintf(to, WHO_SIZE, "%s[%.20s]", plain, record_value(r, pid));
	what_make_printable(to);
	return true;
}

/**
 * who_asked() - the task that asked, as in server[812]
 * @to: where to, WHO_SIZE bytes
 * @r: the record
 *
 * Return: false where none did.
 */
bool who_asked(char *to, const struct record *r)
{
	return process(to, r, SHUTWATCH_KEY_PID, SHUTWATCH_KEY_COMM);
}

/**
 * who_has_it() - the process that has the socket, likewise
 * @to: where to, WHO_SIZE bytes
 * @r: the record
 *
 * Return: false where it is not known.
 */
bool who_has_it(char *to, const struct record *r)
{
	return process(to, r, SHUTWATCH_KEY_OWNER, SHUTWATCH_KEY_OCOMM);
}

static void shutdown_call(char *to, const char *how)
{
	size_t i;

	snprintf(to, WHAT_SIZE, "shutdown(SHUT_%.8s)", how ? how : "?");
	for (i = strlen("shutdown("); to[i]; i++) {
		if (to[i] >= 'a' && to[i] <= 'z')
			to[i] = (char)(to[i] - 'a' + 'A');
	}
}

/* The call, as a program writes it; @to has WHAT_SIZE bytes. */
static void what_call(char *to, const struct record *r)
{
	const char *call = record_value(r, SHUTWATCH_KEY_CALL);
	const char *how = record_value(r, SHUTWATCH_KEY_HOW);

	switch (names_find(&by_names, call ? call : SHUTWATCH_NOTHING)) {
	case SHUTWATCH_BY_CLOSE:
		snprintf(to, WHAT_SIZE, "close()%s", how ? " at exit" : "");
		break;
	case SHUTWATCH_BY_SHUTDOWN:
		shutdown_call(to, how);
		break;
	case SHUTWATCH_BY_CONNECT_UNSPEC:
		snprintf(to, WHAT_SIZE, "connect(AF_UNSPEC)");
		break;
	case SHUTWATCH_BY_ABORT:
		snprintf(to, WHAT_SIZE, "SOCK_DESTROY");
		break;
	default:
		snprintf(to, WHAT_SIZE, "%.100s", call ? call : "a call that was not seen");
	}
	what_make_printable(to);
}

/* Append what there is, and is not 0, with its name. */
static void add_value(char *to, const struct record *r, enum shutwatch_key key)
{
	const char *value = record_value(r, key);

	if (!value || !strcmp(value, "0"))
		return;
	what_add(to, to[0] ? ", " : "", key_names.name[key]);
	what_add(to, " ", value);
}

static void describe_segment(char *to, const struct record *r)
{
	const char *flags = record_value(r, SHUTWATCH_KEY_FLAGS);
	const char *len = record_value(r, SHUTWATCH_KEY_LEN);

	if (!flags)
		snprintf(to, WHAT_SIZE, "a segment");
	else if (!len || !strcmp(len, "0"))
		snprintf(to, WHAT_SIZE, "a segment %.8s", flags);
	else
		snprintf(to, WHAT_SIZE, "a segment %.8s with %.20s byte%s", flags, len,
			 strcmp(len, "1") ? "s" : "");
}

static void describe_timer(char *to, const struct record *r)
{
	char values[WHAT_SIZE] = "";

	add_value(values, r, SHUTWATCH_KEY_USER_TIMEOUT);
	add_value(values, r, SHUTWATCH_KEY_PROBES);
	add_value(values, r, SHUTWATCH_KEY_RETRIES);
	add_value(values, r, SHUTWATCH_KEY_ORPHANS);
	snprintf(to, WHAT_SIZE, "a timer");
	what_add(to, ": ", values);
}

/**
 * what_provoked() - what a decision outside a call goes back to
 * @to: where to, WHAT_SIZE bytes
 * @r: a record that is not of kind call
 */
void what_provoked(char *to, const struct record *r)
{
	const char *by = record_value(r, SHUTWATCH_KEY_BY);

	switch (names_find(&by_names, by ? by : SHUTWATCH_NOTHING)) {
	case SHUTWATCH_BY_RX:
		describe_segment(to, r);
		break;
	case SHUTWATCH_BY_TIMER:
		describe_timer(to, r);
		break;
	case SHUTWATCH_BY_LISTENER:
		snprintf(to, WHAT_SIZE, "listener stopped");
		break;
	case SHUTWATCH_BY_MPTCP:
		snprintf(to, WHAT_SIZE, "MPTCP");
		break;
	case SHUTWATCH_BY_ABORT:
		snprintf(to, WHAT_SIZE, "SOCK_DESTROY");
		break;
	case SHUTWATCH_BY_CONNECT:
	case SHUTWATCH_BY_LISTEN:
	case SHUTWATCH_BY_CLOSE:
	case SHUTWATCH_BY_SHUTDOWN:
		snprintf(to, WHAT_SIZE, "%s()", by);
		break;
	default:
		snprintf(to, WHAT_SIZE, "%.100s", by ? by : "something that was not seen");
	}
	what_make_printable(to);
}

/* What the decision was taken on, as far as it is not 0. */
static void what_values(char *to, const struct record *r)
{
	to[0] = '\0';
	add_value(to, r, SHUTWATCH_KEY_UNREAD);
	add_value(to, r, SHUTWATCH_KEY_UNSENT);
	add_value(to, r, SHUTWATCH_KEY_UNACKED);
	add_value(to, r, SHUTWATCH_KEY_CHILDREN);
	what_make_printable(to);
}

/**
 * what_happened() - a call, or what else it was, by whom, with its values
 * @to: where to, WHAT_SIZE bytes
 * @r: the record, of kind call or decision
 */
void what_happened(char *to, const struct record *r)
{
	const char *ret = record_value(r, SHUTWATCH_KEY_RET);
	char values[WHAT_SIZE], who[WHO_SIZE];

	if (r->value[SHUTWATCH_KEY_CALL])
		what_call(to, r);
	else
		what_provoked(to, r);
	if (who_asked(who, r))
		what_add(to, " by ", who);
	if (ret && strcmp(ret, "0"))
		what_add(to, " = ", ret);
	what_values(values, r);
	what_add(to, ", ", values);
	what_make_printable(to);
}
