/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Before the sources of tests that make network namespaces for themselves, see
 * ./root: in each one that they make, ./capture runs.
 */
#ifndef OWN_NETNS_H
#define OWN_NETNS_H

#include <sched.h>
#include <stdlib.h>

static inline int unshare_and_capture(int flags)
{
	return unshare(flags) ?: system("/tmp/suites/capture");
}

#define unshare unshare_and_capture

#endif /* OWN_NETNS_H */
