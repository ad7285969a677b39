/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the records of a connection to a ladder.
 */
#ifndef SHUTWATCH_TELL_H
#define SHUTWATCH_TELL_H

#include "story/ladder.h"
#include "story/legs.h"

void tell_connection(struct ladder *l, const struct leg *leg, const struct leg_record *notes);

#endif /* SHUTWATCH_TELL_H */
