/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The records that a recipe must leave, and no others.
 */
#ifndef EXPECT_H
#define EXPECT_H

#include "play.h"

__printf(3, 4)
void expect(struct play *play, enum who who, const char *format, ...);
void expect_late(struct play *play, __u64 not_before);
__printf(3, 4)
void expect_path(struct play *play, enum who who, const char *format, ...);
bool expect_meets(const char *value, const char *wanted);
void expect_judge(struct play *play);

#endif /* EXPECT_H */
