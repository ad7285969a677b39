// SPDX-License-Identifier: GPL-2.0-only
/* The marker of the load. */

#include <err.h>
#include <string.h>
#include <sys/mman.h>

#include "marker.h"

static void (*run_marker)(void);

/**
 * marker_init() - put a function at the address that the profiler knows
 */
void marker_init(void)
{
	static const unsigned char code[] = { 0xc3 };	/* ret */
	void *page = mmap((void *)MARKER, sizeof(code),
			  PROT_READ | PROT_WRITE | PROT_EXEC,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

	if (page == MAP_FAILED)
		err(1, "no memory at the marker's address");
	memcpy(page, code, sizeof(code));
	run_marker = (void (*)(void))page;
}

/**
 * marker() - tell the profiler, if there is one
 */
void marker(void)
{
	run_marker();
}
