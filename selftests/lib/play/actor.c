// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include <names.h>

#include "actor.h"
#include "record_fields.h"

/**
 * actor_name - what the recipes call a socket
 * @who: which one
 *
 * Return: its name.
 */
const char *actor_name(enum who who)
{
	static const char * const name[] = { ACTOR_LIST(ACTOR_AS_NAME) };

	return name[who];
}

/**
 * actor_owns - is a record about this socket?
 * @actor: the socket
 * @record: the record
 *
 * Return: true if the cookie says so, or, where no program could ask for a
 * cookie, the addresses do.
 */
bool actor_owns(const struct actor *actor, const struct record *record)
{
	if (actor->cookie)
		return record_cookie(record) == actor->cookie;
	return *actor->local &&
	       record_is(record, SHUTWATCH_KEY_LOCAL, actor->local) &&
	       record_is(record, SHUTWATCH_KEY_REMOTE, actor->remote);
}

/**
 * actor_of - which socket is a record about?
 * @play: the play
 * @record: one of its records
 *
 * Return: the socket; NOBODY if it is none of the play's.
 */
enum who actor_of(const struct play *play, const struct record *record)
{
	enum who who;

	for (who = 0; who < NOBODY; who++) {
		if (actor_owns(&play->actor[who], record))
			break;
	}
	return who;
}

/* "ESTABLISHED>CLOSE" continues what ends in ESTABLISHED. */
static bool continues(const char *path, const char *state)
{
	const char *last = strrchr(path, '>');
	size_t len;

	last = last ? last + 1 : path;
	len = strlen(last);
	return !strncmp(last, state, len) && state[len] == '>';
}

/**
 * actor_path - the states that a socket went through, as the records tell them
 * @play: the play
 * @actor: the socket
 * @path: where to: "LISTEN>SYN_RECV>ESTABLISHED"
 * @size: how much fits
 *
 * Return: false if there is a gap in it; a "?" is there, then.
 */
bool actor_path(const struct play *play, const struct actor *actor, char *path,
		size_t size)
{
	const char *kind = kind_names.name[SHUTWATCH_KIND_STATE];
	bool whole = true;
	size_t len = 0;
	int i;

	*path = '\0';
	for (i = 0; i < play->nr_records && len < size; i++) {
		const struct record *r = &play->record[i];
		const char *state = record_get(r, SHUTWATCH_KEY_STATE);

		if (!play_tells(play, r) || !actor_owns(actor, r) ||
		    !record_is(r, SHUTWATCH_KEY_KIND, kind))
			continue;
		if (len && continues(path, state)) {
			state = strchr(state, '>');
		} else if (len) {
			whole = false;
			len += snprintf(path + len, size - len, "?");
		}
		if (len < size)
			len += snprintf(path + len, size - len, "%s", state);
	}
	return whole;
}

/**
 * actor_story - the same with what led from one state to the next
 * @play: the play
 * @actor: the socket
 * @story: where to: "SYN_RECV rx ESTABLISHED close FIN_WAIT1"; a "?" is there
 *	before a state that the one before it does not lead to
 * @size: how much fits
 * @errors: with what the end leaves to the program: "ESTABLISHED timer CLOSE
 *	ETIMEDOUT"
 */
void actor_story(const struct play *play, const struct actor *actor, char *story,
		 size_t size, bool errors)
{
	const char *kind = kind_names.name[SHUTWATCH_KIND_STATE];
	char before[16], after[16], last[16] = "";
	size_t len = 0;
	int i;

	*story = '\0';
	for (i = 0; i < play->nr_records && len < size; i++) {
		const struct record *r = &play->record[i];

		if (!play_tells(play, r) || !actor_owns(actor, r) ||
		    !record_is(r, SHUTWATCH_KEY_KIND, kind) ||
		    sscanf(record_get(r, SHUTWATCH_KEY_STATE), "%15[^>]>%15s",
			   before, after) != 2)
			continue;
		if (strcmp(last, before))
			len += snprintf(story + len, size - len, "%s%s",
					*last ? " ? " : "", before);
		strcpy(last, after);
		if (len < size)
			len += snprintf(story + len, size - len, " %s %s",
					record_get(r, SHUTWATCH_KEY_BY), after);
		if (errors && len < size &&
		    !record_is(r, SHUTWATCH_KEY_ERROR, SHUTWATCH_NOTHING))
			len += snprintf(story + len, size - len, " %s",
					record_get(r, SHUTWATCH_KEY_ERROR));
	}
}

/**
 * actor_story_has_error - does a story say what an end leaves to the program?
 * @story: it
 *
 * Return: true if there is an errno behind a CLOSE.
 */
bool actor_story_has_error(const char *story)
{
	return strstr(story, " CLOSE E");
}
