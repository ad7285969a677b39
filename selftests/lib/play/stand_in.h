/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Without records: what is expected of them, in their place.
 */
#ifndef STAND_IN_H
#define STAND_IN_H

#include "play.h"

void stand_in_for_records(struct play *play);

#endif /* STAND_IN_H */
