/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sockets as saved records leave them.
 */
#ifndef SHUTWATCH_LEFT_H
#define SHUTWATCH_LEFT_H

#include <stdbool.h>

#include <shutwatch.h>

#include "parse.h"
#include "saved/saved.h"

/* States that a path may have, as in the module; and the longest word, NUL included. */
#define LEFT_PATH	16
#define LEFT_WORD	32

/**
 * struct left_ending - a call or decision, and what it came to
 * @by: the call, or what else it was
 * @how: of a shutdown: which side
 * @sent: what was sent
 * @why: and why
 * @fin: what became of the FIN
 */
struct left_ending {
	char by[LEFT_WORD], how[LEFT_WORD], sent[LEFT_WORD], why[LEFT_WORD], fin[LEFT_WORD];
};

/**
 * struct left - a socket
 * @next: the one of which a record came next
 * @of: what the file tells that it is of
 * @cookie: its cookie
 * @netns: its network namespace, as in the records, like the next four
 * @local: its end of the connection
 * @remote: the other one
 * @owner: the process that has it
 * @ocomm: its name
 * @since: when it came into its state
 * @path: the states so far
 * @nr_path: how many there are
 * @is_told: of the last state, there was no transition yet
 * @shut: enum shutwatch_how, the sides that a call has shut down
 * @next_shut: those that its next connection would begin with
 * @ended: what has ended the connection
 * @last: the last call or decision
 */
struct left {
	struct left *next;
	const struct saved *of;
	unsigned long long cookie;
	char netns[LEFT_WORD], local[64], remote[64], owner[LEFT_WORD];
	char ocomm[4 * SHUTWATCH_COMM_LEN];
	char since[LEFT_WORD];
	char path[LEFT_PATH][LEFT_WORD];
	unsigned int nr_path;
	bool is_told;
	unsigned int shut, next_shut;
	struct left_ending ended, last;
};

/**
 * struct left_boot - the sockets of one boot: after another, a cookie is another's
 * @next: another boot
 * @of: what the file tells of it
 * @by_cookie: its sockets, for tsearch(3)
 */
struct left_boot {
	struct left_boot *next;
	struct saved of;
	void *by_cookie;
};

/**
 * struct lefts - all sockets of a file; all zero to begin with
 * @first: the socket of the first record
 * @last: where the next one goes, or NULL
 * @boots: the boots
 * @boot: that of the last record
 */
struct lefts {
	struct left *first, **last;
	struct left_boot *boots, *boot;
};

void lefts_take(struct lefts *l, const struct record *r, const struct saved *saved);
int left_line(struct record *r, const struct left *s);

#endif /* SHUTWATCH_LEFT_H */
