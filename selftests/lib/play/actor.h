/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The sockets of a recipe: their names, their records, their paths.
 */
#ifndef ACTOR_H
#define ACTOR_H

#include "play.h"

const char *actor_name(enum who who);
bool actor_owns(const struct actor *actor, const struct record *record);
enum who actor_of(const struct play *play, const struct record *record);
bool actor_path(const struct play *play, const struct actor *actor, char *path,
		size_t size);
void actor_story(const struct play *play, const struct actor *actor, char *story,
		 size_t size, bool errors);
bool actor_story_has_error(const char *story);

#endif /* ACTOR_H */
