/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sockets in BPF maps, SOCKMAP and SOCKHASH, without any program: close() and recv()
 * are the map's then, and an older kernel's unhash.  Nothing of what is told of the
 * socket is any different: nobody else closes it, not who lets go of a map either, and
 * who calls gets what TCP gives.  So the judge has no word for it.
 */
#ifndef SOCKMAP_H
#define SOCKMAP_H

#include "perform.h"

/* The argument of VERB_SOCKMAP. */
enum sockmap {
	SOCKMAP_ARRAY,		/* it is put into the process's SOCKMAP */
	SOCKMAP_HASH,		/* into its SOCKHASH */
	SOCKMAP_TAKE,		/* it is taken out of both */
	SOCKMAP_FREE,		/* the maps are closed, which a kworker frees */
};

bool sockmap_prepare(void);
int do_sockmap(const struct performer *performer, int at);

#endif /* SOCKMAP_H */
