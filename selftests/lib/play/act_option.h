/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Options of a socket: what programs set and ask for.
 */
#ifndef ACT_OPTION_H
#define ACT_OPTION_H

#include "play.h"

#define LINGER_OFF	(-1)

void act_linger(struct play *play, enum who who, int seconds);
void act_option(struct play *play, enum who who, int level, int name, int value);
int act_state(struct play *play, enum who who);

#endif /* ACT_OPTION_H */
