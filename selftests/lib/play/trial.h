/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One case: a play in the process of the test itself, of which everything is
 * judged: records, wire, what the program got, the kernel's counters, and the
 * module's own.  Without the module, all but the records and the module's.
 */
#ifndef TRIAL_H
#define TRIAL_H

#include "events.h"
#include "expect.h"
#include "mib.h"
#include "play.h"

/* Names a file to which each trial over IPv4 adds what the kernel did. */
#define TRIAL_SEMANTICS_ENV	"SHUTWATCH_SEMANTICS"

/* How many of the module's counters, or groups of them, must not move. */
#define TRIAL_STILL		5

/* How the texts of records begin that expect_whole() is to complete. */
#define SHUTDOWN(how)	"kind=call call=shutdown how=" how " "
#define CLOSE		"kind=call call=close "
#define UNSPEC		"kind=call call=connect_unspec "
#define ABORT		"kind=call call=abort "
#define DECISION(by)	"kind=decision by=" by " "
#define RESET		"kind=reset "

/* A mini-socket and a request have no queues. */
#define NO_VALUES	"unread=- unsent=- unacked=-"

/**
 * struct trial - a case
 * @play: what happened
 * @name: of the test
 * @capture: the wire
 * @events: which records are ours
 * @before: the kernel's counters at the beginning
 * @module: the module's, those that must not move
 */
struct trial {
	struct play play;
	char name[96];
	struct capture *capture;
	struct events events;
	struct mib before;
	long long module[TRIAL_STILL];
};

bool trial_possible(char *why_not, size_t size, bool need_records);
struct trial *trial_start(const char *test, enum family family);
void trial_finish(struct trial *trial);
bool trial_agrees(const struct trial *trial);
const char *trial_lacks(const struct trial *trial);
void trial_log(const struct trial *trial);
void trial_free(struct trial *trial);

/* What a trial can do while it goes on. */
__printf(3, 4)
void expect_whole(struct play *play, enum who who, const char *format, ...);
void trial_got(struct play *play, enum who who, int err);
void trial_recv_fails(struct play *play, enum who who, int err);
bool trial_sees(struct play *play, const char *src, __u8 flags, int count);
const struct record *trial_told(struct play *play, enum who who, const char *text);
void trial_rst_fails(struct play *play);

#endif /* TRIAL_H */
