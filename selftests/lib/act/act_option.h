/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What programs set and ask for: options of a socket, settings of its network
 * namespace.
 */
#ifndef ACT_OPTION_H
#define ACT_OPTION_H

#include "play.h"

#define LINGER_OFF	(-1)

void act_linger(struct play *play, enum who who, int seconds);
void act_option(struct play *play, enum who who, int level, int name, int value);
void act_keep_alive(struct play *play, enum who who, int probes);
void act_sysctl(struct play *play, const char *name, const char *value);
void act_needs_sysctl(struct play *play, const char *name, const char *option);
int act_state(struct play *play, enum who who);

#endif /* ACT_OPTION_H */
