/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What programs do that no recipe does.
 */
#ifndef ACT_OPTION_H
#define ACT_OPTION_H

#include "play.h"

#define LINGER_OFF	(-1)

void deed_linger(struct play *play, enum who who, int seconds);
void deed_option(struct play *play, enum who who, int level, int name, int value);
void deed_disconnect(struct play *play, enum who who);
void deed_disconnect_fails(struct play *play, enum who who, int want);
void deed_send_fails(struct play *play, enum who who, int want);
void deed_peek(struct play *play, enum who who, int bytes);
void deed_read(struct play *play, enum who who, int bytes);
int deed_state(struct play *play, enum who who);

#endif /* ACT_OPTION_H */
