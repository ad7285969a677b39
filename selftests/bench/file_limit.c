// SPDX-License-Identifier: GPL-2.0-only
/* How many files the load may have open. */

#include <err.h>
#include <sys/resource.h>

#include "file_limit.h"

/**
 * file_limit_raise() - allow more files than until now
 * @more: how many more
 */
void file_limit_raise(unsigned int more)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur += more;
	if (limit.rlim_max < limit.rlim_cur)
		limit.rlim_max = limit.rlim_cur;
	if (setrlimit(RLIMIT_NOFILE, &limit))
		err(1, "cannot have %llu open files", (unsigned long long)limit.rlim_cur);
}
