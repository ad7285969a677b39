/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All the ways in which a listener stops.
 */
#ifndef STOP_H
#define STOP_H

#include "play.h"

enum stop_way {
	STOP_CLOSE,
	STOP_SHUT_RD,
	STOP_SHUT_RDWR,
	STOP_UNSPEC,
	STOP_EXIT,
	STOP_ABORT,
};

/* For whoever has a test for each: what it is called, and which way it is. */
#define STOP_LIST(X)			\
	X(close,	STOP_CLOSE)	\
	X(shut_rd,	STOP_SHUT_RD)	\
	X(shut_rdwr,	STOP_SHUT_RDWR)	\
	X(disconnect,	STOP_UNSPEC)	\
	X(exit,		STOP_EXIT)	\
	X(destroy,	STOP_ABORT)

/**
 * struct stop - what stopped a listener
 * @call: how the record of that call begins
 * @pid: the process that did
 * @comm: its name
 */
struct stop {
	const char *call;
	pid_t pid;
	char comm[SHUTWATCH_COMM_LEN];
};

void stop_listener(struct stop *stop, struct play *play, enum who who,
		   enum stop_way way);
void stop_destroy(struct stop *stop, struct play *play, enum who who);

#endif /* STOP_H */
