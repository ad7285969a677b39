// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "actor.h"
#include "owners.h"
#include "record_fields.h"

/**
 * expect_owners - the records of a socket must name these owners
 * @play: the play, at its end
 * @who: the socket
 * @format: pid/comm of each, in the order in which they have it; "-" where
 *	nobody does: "- 123/server"
 *
 * Every record of the socket counts, of whatever kind, whether or not somebody
 * expects it.
 */
void expect_owners(struct play *play, enum who who, const char *format, ...)
{
	struct owned *owned = &play->owned[play->nr_owned];
	va_list args;

	if (play->nr_owned == PLAY_OWNED_MAX) {
		remark(&play->trouble, "more owners than can be kept");
		return;
	}
	play->nr_owned++;
	owned->who = who;
	owned->actor = play->actor[who];
	va_start(args, format);
	vsnprintf(owned->text, sizeof(owned->text), format, args);
	va_end(args);
}

/**
 * expect_ours - a socket is ours from its first record on
 * @play: the play
 * @who: the socket
 */
void expect_ours(struct play *play, enum who who)
{
	expect_owners(play, who, "%d/%s", play->pid, play->comm);
}

/**
 * expect_accepted - a socket is ours once it is accepted, and nobody's before
 * @play: the play
 * @who: the socket
 */
void expect_accepted(struct play *play, enum who who)
{
	expect_owners(play, who, "- %d/%s", play->pid, play->comm);
}

/**
 * owners_said - does the test itself say whose a socket is?
 * @play: the play
 * @actor: the socket, as it was at some moment
 *
 * Return: true if it does, so that nothing goes without saying.
 */
bool owners_said(const struct play *play, const struct actor *actor)
{
	int i;

	for (i = 0; i < play->nr_owned; i++) {
		if (play->owned[i].actor.cookie == actor->cookie)
			return true;
	}
	return false;
}

/* "123/server", or "-"; half of it shows as what it is. */
static void owner_of(const struct record *record, char *text, size_t size)
{
	const char *pid = record_get(record, SHUTWATCH_KEY_OWNER);
	const char *comm = record_get(record, SHUTWATCH_KEY_OCOMM);

	if (!strcmp(pid, SHUTWATCH_NOTHING) && !strcmp(comm, SHUTWATCH_NOTHING))
		snprintf(text, size, "-");
	else
		snprintf(text, size, "%s/%s", pid, comm);
}

static void owners_of(const struct play *play, const struct actor *actor,
		      char *text, size_t size)
{
	char owner[96], last[96] = "";
	size_t len = 0;
	int i;

	*text = '\0';
	for (i = 0; i < play->nr_records && len < size; i++) {
		if (!play_tells(play, &play->record[i]) ||
		    !actor_owns(actor, &play->record[i]))
			continue;
		owner_of(&play->record[i], owner, sizeof(owner));
		if (!strcmp(owner, last))
			continue;
		len += snprintf(text + len, size - len, "%s%s", len ? " " : "",
				owner);
		strcpy(last, owner);
	}
}

/**
 * owners_judge - are the owners those that were expected?
 * @play: a play with its records; what is not as expected goes to its unmet
 */
void owners_judge(struct play *play)
{
	char text[256];
	int i;

	for (i = 0; i < play->nr_owned; i++) {
		const struct owned *owned = &play->owned[i];

		owners_of(play, &owned->actor, text, sizeof(text));
		if (strcmp(text, owned->text))
			remark(&play->unmet, "%s belongs to %s, expected %s",
			       actor_name(owned->who), *text ? text : "nobody's record",
			       owned->text);
	}
}
