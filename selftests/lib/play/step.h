/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The steps of a program, as they are told.
 */
#ifndef STEP_H
#define STEP_H

#include "actor.h"

const char *step_errno(int err);

__printf(3, 4)
void step(struct play *play, const char *result, const char *format, ...);
void step_returned(struct play *play, const char *text, int err, int want);

#endif /* STEP_H */
