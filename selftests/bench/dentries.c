// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's cache of dentries, in a state that is always the same.
 *
 * A round takes two, one for each socket, and gives them back.  Where one is
 * left in the slab that the CPU allocates from, and one in the next, SLUB goes
 * from the one to the other, by its slow path, once in each round; that is 300
 * instructions, for as long as the program runs.  Where there are two or more,
 * it stays there, by its fast path.  How many there are is chance: it depends
 * on the files that others opened before.
 */

#include <err.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "dentries.h"
#include "file_limit.h"

/* In other slabs; where caches were dropped, hundreds were seen. */
#define MOST_FREE	10000

static const char path[] = "/sys/kernel/slab/dentry/total_objects";

/* Free ones, too: it grows when a slab is added. */
static long room(int fd)
{
	char text[64] = "";

	if (pread(fd, text, sizeof(text) - 1, 0) <= 0)
		err(1, "%s", path);
	return atol(text);
}

/**
 * dentries_fresh() - have this CPU allocate dentries from a new slab
 *
 * Takes all that are free in other slabs, until the program ends.  An eventfd
 * takes one, and nothing that a round takes and gives back at once.
 */
void dentries_fresh(void)
{
	int fd = open(path, O_RDONLY);
	long before, now;

	if (fd < 0)
		err(1, "%s", path);
	file_limit_raise(MOST_FREE);
	now = room(fd);
	do {
		before = now;
		if (eventfd(0, EFD_CLOEXEC) < 0)
			err(1, "eventfd");
		now = room(fd);
	} while (now <= before);
	close(fd);
}
