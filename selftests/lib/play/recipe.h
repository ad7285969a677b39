/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The eleven recipes of the notes on what shutdown() and close() do on Linux,
 * some in several variants.
 */
#ifndef RECIPE_H
#define RECIPE_H

#include <stdbool.h>

#define RECIPES		11

struct play;

/*
 * function, number, title: in the order in which they are told.  The fourth
 * comes last: it takes a minute, in which the others are played.
 */
#define RECIPE_LIST(X)								\
	X(close_unread, 1, "close() with unread data")				\
	X(shutdown_unread, 2, "shutdown() with unread data, then close()")	\
	X(both_shut_rdwr, 3, "both sides SHUT_RDWR, then close()")		\
	X(both_shut_wr, 3, "both sides SHUT_WR, then close()")			\
	X(shut_rd, 5, "SHUT_RD does not stop what the peer sends")		\
	X(data_after_rdwr, 6, "data for a socket that is shut down: SHUT_RDWR") \
	X(data_after_rd_wr, 6, "the same: SHUT_RD, then SHUT_WR")		\
	X(data_after_rd, 6, "the same: SHUT_RD only")				\
	X(data_after_wr, 6, "the same: SHUT_WR only")				\
	X(connect_when_shut, 7, "connect() after both sides were shut down")	\
	X(listener_connects, 8, "a listener is shut down and connects")	\
	X(listener_listens, 8, "a listener is shut down and listens again")	\
	X(nonblocking_connect, 9, "shutdown() during a non-blocking connect()") \
	X(blocking_connect_rd, 10, "SHUT_RD during a blocking connect()")	\
	X(blocking_connect_wr, 10, "SHUT_WR during a blocking connect()")	\
	X(blocking_connect_rdwr, 10, "SHUT_RDWR during a blocking connect()")	\
	X(blocking_connect_close, 11, "close() during a blocking connect()")	\
	X(read_when_closed, 4, "reading after the end of TIME_WAIT")

#define RECIPE_AS_ENUM(name, number, title)	RECIPE_##name,

enum recipe_id {
	RECIPE_LIST(RECIPE_AS_ENUM)
	RECIPE_VARIANTS
};

/* That one: begin with it. */
#define RECIPE_SLOW	RECIPE_read_when_closed

/**
 * struct recipe - one of them
 * @number: which of the eleven
 * @name: one word
 * @title: what it is about
 * @act: what its program does, and which records it expects
 */
struct recipe {
	int number;
	const char *name;
	const char *title;
	void (*act)(struct play *play);
};

extern const struct recipe recipes[RECIPE_VARIANTS];

#endif /* RECIPE_H */
