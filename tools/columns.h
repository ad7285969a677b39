/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Records as a table.
 */
#ifndef SHUTWATCH_COLUMNS_H
#define SHUTWATCH_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

#include "parse.h"

/* The width that the default table never exceeds. */
#define COLUMNS_WIDTH	80

/**
 * struct table - how the table looks
 * @wide: whole words, namespaces and room for IPv6, as far as @width allows
 * @width: of the terminal, 0 where a line may be as long as it takes
 * @extended: the rest of the record behind the columns, as key=value
 * @clock: a column of wall-clock time in front
 * @stamp: a column of monotonic time in front
 * @colour: the terminal can do colours
 */
struct table {
	bool wide;
	size_t width;
	bool extended;
	bool clock;
	bool stamp;
	bool colour;
};

char *columns_header(char *to, const struct table *t);
char *columns_netns(char *to, const struct record *r);
bool columns_tell_netns(const struct table *t);
char *columns_record(char *to, const struct table *t, const struct record *r);

#endif /* SHUTWATCH_COLUMNS_H */
