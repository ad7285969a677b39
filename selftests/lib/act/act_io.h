/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What programs send and read, and which errors they get.
 */
#ifndef ACT_IO_H
#define ACT_IO_H

#include "play.h"

/* Of a recv(): the end of the stream. */
#define END	""

void act_send(struct play *play, enum who who, const char *data);
void act_send_fails(struct play *play, enum who who, int want);
void act_recv(struct play *play, enum who who, const char *want);
void act_recv_fails(struct play *play, enum who who, int want);
void act_peek(struct play *play, enum who who, int bytes);
void act_read(struct play *play, enum who who, int bytes);

#endif /* ACT_IO_H */
