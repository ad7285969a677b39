/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Two taps, and a thread that writes to one what the other has sent: a cable
 * between two network namespaces.
 */
#ifndef CABLE_H
#define CABLE_H

#include <stdbool.h>

#define CABLES	2

int cable_tap(const char *name, bool napi);
int cable_plug(int one, int other);
void cables_unplug(void);

#endif /* CABLE_H */
