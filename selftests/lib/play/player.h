/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Playing a recipe, in a process of its own, and watching it.
 */
#ifndef PLAYER_H
#define PLAYER_H

#include "play.h"

struct play *play_start(const struct recipe *recipe, bool with_records);
bool play_watch(struct play *play);
void play_wait(struct play *play);
void play_free(struct play *play);

#endif /* PLAYER_H */
