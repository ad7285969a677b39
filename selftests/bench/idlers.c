// SPDX-License-Identifier: GPL-2.0-only
/* Connections that are opened and left alone, or ended all at once. */

#include <err.h>
#include <stdlib.h>

#include "file_limit.h"
#include "idlers.h"

/**
 * idlers_open() - open connections
 * @place: the listener to which they go
 * @connections: how many
 *
 * Return: the connections, for idlers_end(), or to be left until the program
 * ends.
 */
struct pair *idlers_open(struct place *place, unsigned int connections)
{
	struct pair *pairs = calloc(connections + 1, sizeof(*pairs));
	unsigned int i;

	if (!pairs)
		err(1, "no memory");
	file_limit_raise(2 * connections);
	for (i = 0; i < connections; i++)
		place_connect(place, &pairs[i].client, &pairs[i].server);
	return pairs;
}

/**
 * idlers_end() - end connections, one right after the other
 * @pairs: from idlers_open(), given back
 * @connections: how many
 * @kind: how they are ended
 */
void idlers_end(struct pair *pairs, unsigned int connections, enum kind kind)
{
	unsigned int i;

	for (i = 0; i < connections; i++)
		place_end(kind, pairs[i].client, pairs[i].server);
	free(pairs);
}
