/* SPDX-License-Identifier: GPL-2.0-only */
/* Connections that are opened and left alone. */
#ifndef _BENCH_IDLERS_H
#define _BENCH_IDLERS_H

#include "rounds.h"

void idlers_open(struct place *place, unsigned int sockets);

#endif /* _BENCH_IDLERS_H */
