/* SPDX-License-Identifier: GPL-2.0-only */
/* Connections that are opened and left alone, or ended all at once. */
#ifndef _BENCH_IDLERS_H
#define _BENCH_IDLERS_H

#include "rounds.h"

/**
 * struct pair - a connection
 * @client: the side that connected
 * @server: the side that was accepted
 */
struct pair {
	int	client;
	int	server;
};

struct pair *idlers_open(struct place *place, unsigned int connections);
void idlers_end(struct pair *pairs, unsigned int connections, enum kind kind);

#endif /* _BENCH_IDLERS_H */
