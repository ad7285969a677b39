// SPDX-License-Identifier: GPL-2.0-only
/* Connections that are opened and left alone. */

#include <err.h>
#include <sys/resource.h>

#include "idlers.h"

/* What else the program has open. */
#define SPARE_FILES	256

/**
 * idlers_open() - open connections that stay open until the program ends
 * @place: the listener to which they go
 * @sockets: how many sockets: two for each connection
 */
void idlers_open(struct place *place, unsigned int sockets)
{
	struct rlimit limit;
	int client, server;

	getrlimit(RLIMIT_NOFILE, &limit);
	if (limit.rlim_cur < sockets + SPARE_FILES) {
		limit.rlim_cur = sockets + SPARE_FILES;
		if (limit.rlim_max < limit.rlim_cur)
			limit.rlim_max = limit.rlim_cur;
		if (setrlimit(RLIMIT_NOFILE, &limit))
			err(1, "cannot have %u open files", sockets);
	}
	for (; sockets >= 2; sockets -= 2)
		place_connect(place, &client, &server);
}
