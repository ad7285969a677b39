/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The records of a scene against all else that is known of it: the wire, what
 * its processes did and which errors they got.  No line of it asks the module's
 * code, nor does what it goes by come from there.
 */
#ifndef JUDGES_H
#define JUDGES_H

#include "batch.h"
#include "view.h"

void judge_scene(struct view *view);
void judge_batch(struct remarks *remarks, const struct batch *batch);

/* One question each; what does not agree goes to the remarks of the view. */
void judge_calls(struct view *view);
void judge_errors(struct view *view);
void judge_owners(struct view *view);
void judge_reasons(struct view *view);
void judge_states(struct view *view);
void judge_values(struct view *view);

#endif /* JUDGES_H */
