/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Endings, counted by what they have in common: the table of top.
 */
#ifndef SHUTWATCH_TALLY_H
#define SHUTWATCH_TALLY_H

#include <stdbool.h>
#include <stddef.h>

#include "names.h"
#include "parse.h"

/* What endings may be counted by; several of them at once, too. */
#define TALLY_LIST(X)							\
	X(TALLY_WHY,		"why")					\
	X(TALLY_PROCESS,	"process")				\
	X(TALLY_PORT,		"port")					\
	X(TALLY_PEER,		"peer")

enum tally_key {
	TALLY_LIST(SHUTWATCH_AS_ENUM)
	TALLY_COUNT
};

extern const struct names tally_names;

/* A set of them. */
#define TALLY_BIT(key)	(1ULL << TALLY_##key)
#define TALLY_DEFAULT	(TALLY_BIT(WHY) | TALLY_BIT(PROCESS))

/* More sorts than these are counted as one: a scan has a peer for each port. */
#define TALLY_ROWS	8192

/* Room for "1234567 " and an escaped name, and for an address. */
#define TALLY_TEXT	80

/**
 * struct tally_row - one sort of endings
 * @sent: FIN, RST or none
 * @text: what they have in common; empty where they are not counted by it
 * @count: how many
 * @recent: how many of them since tally_rest()
 */
struct tally_row {
	char sent[8];
	char text[TALLY_COUNT][TALLY_TEXT];
	unsigned long long count;
	unsigned long long recent;
};

/**
 * struct tally - what was counted
 * @keys: a bit for each enum tally_key that counts
 * @since: what happened before is not recent, nanoseconds of CLOCK_MONOTONIC
 * @lost: how many records were missed
 * @rows: how many entries of @row are in use
 * @slot: hash table of them, 1 + index, 0 for none
 * @row: the sorts; the last is of all that found no room
 */
struct tally {
	unsigned long long keys;
	unsigned long long since;
	unsigned long long lost;
	size_t rows;
	unsigned short slot[2 * TALLY_ROWS];
	struct tally_row row[TALLY_ROWS];
};

void tally_record(struct tally *t, const struct record *r);
void tally_rest(struct tally *t, unsigned long long now);
size_t tally_sort(const struct tally *t, const struct tally_row **sorted);

char *tally_header(char *to, const struct tally *t);
char *tally_line(char *to, const struct tally *t, const struct tally_row *row,
		 double seconds);

#endif /* SHUTWATCH_TALLY_H */
