/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How segments get to a host of a world that has hosts apart, which is in whose
 * context the kernel takes them: by whoever writes to a tap, in a thread of the
 * kernel's, on another CPU.  What a program does there is the same.
 */
#ifndef PATHS_H
#define PATHS_H

#include "batch.h"

/* The links of the hosts. */
#define PATH_LIST(X)							\
	/* a veth, in softirq on the CPU that sends */			\
	X(PATH_VETH,		"veth")					\
	/* a tap that we write to: in our context */			\
	X(PATH_TAP,		"tap")					\
	/* the same by NAPI */						\
	X(PATH_TAP_NAPI,	"tap_napi")				\
	/* a veth whose NAPI has threads */				\
	X(PATH_THREADED,	"threaded")				\
	/* a veth whose segments go on to a CPU that is not the one */	\
	X(PATH_RPS,		"rps")

#define PATH_AS_ENUM(id, name)	id,

enum path {
	PATH_LIST(PATH_AS_ENUM)
	PATHS
};

void paths_prepare(void);
enum path paths_draw(__u64 seed);
const char *paths_name(enum path path);
const char *paths_link(const struct world *world);
int paths_open_router(const struct world *world);
int paths_open_host(const struct world *world, enum side host);

/* What the judge asks. */
void judge_paths(struct remarks *remarks, const struct batch *batch);

#endif /* PATHS_H */
