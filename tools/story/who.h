/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a record says, in words that can be printed anywhere.
 */
#ifndef SHUTWATCH_WHO_H
#define SHUTWATCH_WHO_H

#include <stdbool.h>
#include <stddef.h>

#include "parse.h"

/* Room for each of them, and for the longest sentence that is made of them. */
#define WHO_SIZE	64
#define WHAT_SIZE	512

void what_add(char *to, const char *between, const char *text);
bool who_asked(char *to, const struct record *r);
bool who_has_it(char *to, const struct record *r);
void what_provoked(char *to, const struct record *r);
void what_happened(char *to, const struct record *r);
void what_make_printable(char *text);

#endif /* SHUTWATCH_WHO_H */
