/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What programs do that no recipe does.
 */
#ifndef ACT_OPTION_H
#define ACT_OPTION_H

#include "play.h"

#define LINGER_OFF	(-1)

void act_linger(struct play *play, enum who who, int seconds);
void act_option(struct play *play, enum who who, int level, int name, int value);
void act_disconnect(struct play *play, enum who who);
void act_disconnect_fails(struct play *play, enum who who, int want);
void act_send_fails(struct play *play, enum who who, int want);
void act_peek(struct play *play, enum who who, int bytes);
void act_read(struct play *play, enum who who, int bytes);
int act_state(struct play *play, enum who who);

#endif /* ACT_OPTION_H */
