/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whose the sockets of a play are, as its records tell it.
 */
#ifndef OWNERS_H
#define OWNERS_H

#include "play.h"

__printf(3, 4)
void expect_owners(struct play *play, enum who who, const char *format, ...);
void expect_ours(struct play *play, enum who who);
void expect_accepted(struct play *play, enum who who);
bool owners_said(const struct play *play, const struct actor *actor);
void owners_judge(struct play *play);

#endif /* OWNERS_H */
