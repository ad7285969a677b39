/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is left of a socket that was closed, while the peer has not finished.
 */
#ifndef ORPHAN_H
#define ORPHAN_H

#include "reach.h"

void orphan_close(struct reached *reached, struct peer *peer, enum who who);
void orphan_make(struct reached *reached, struct peer *peer, struct play *play);
void orphan_make_mini(struct reached *reached, struct peer *peer,
		      struct play *play);
void orphan_await(struct play *play, enum who who, int state);
void orphan_forbid(struct play *play);
void orphan_allow(struct play *play);

#endif /* ORPHAN_H */
