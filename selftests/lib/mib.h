/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's own counters of how connections end, those of this network
 * namespace, and what the records say that they must be.
 */
#ifndef MIB_H
#define MIB_H

#include <parse.h>

#include "remarks.h"

/* Ours, and the kernel's. */
#define MIB_LIST(X)						\
	X(OUT_RSTS,		"OutRsts")			\
	X(ESTAB_RESETS,		"EstabResets")			\
	X(ABORT_ON_DATA,	"TCPAbortOnData")		\
	X(ABORT_ON_CLOSE,	"TCPAbortOnClose")		\
	X(ABORT_ON_MEMORY,	"TCPAbortOnMemory")		\
	X(ABORT_ON_TIMEOUT,	"TCPAbortOnTimeout")		\
	X(ABORT_ON_LINGER,	"TCPAbortOnLinger")		\
	X(ABORT_FAILED,		"TCPAbortFailed")

#define MIB_AS_ENUM(id, name)	MIB_##id,
#define MIB_AS_NAME(id, name)	[MIB_##id] = name,

enum mib_counter {
	MIB_LIST(MIB_AS_ENUM)
	MIB_COUNTERS
};

/**
 * struct mib - the counters
 * @count: their values
 */
struct mib {
	long long count[MIB_COUNTERS];
};

int mib_read(struct mib *mib);
long long mib_extra(const char *counter);
void mib_tell(struct mib *mib, const struct record *record);
void mib_told(struct mib *mib, const struct record *record, int nr_records);
void mib_judge(struct remarks *remarks, const struct mib *before,
	       const struct mib *after, const struct mib *told);

#endif /* MIB_H */
