/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From a file of the module to standard output: what the commands that print
 * have in common.
 */
#ifndef SHUTWATCH_PRINTER_H
#define SHUTWATCH_PRINTER_H

#include <stdbool.h>

#include "columns.h"
#include "decode.h"
#include "json.h"
#include "options.h"
#include "rows.h"
#include "source.h"

/* What is returned to go on; anything else is an exit status. */
#define GO_ON		(-1)

/**
 * struct view - how the lines of a file are shown
 * @type: what a line that has no kind is called in JSON
 * @header: writes the titles of a table
 * @row: writes a row of it
 */
struct view {
	const char *type;
	char *(*header)(char *to, const struct table *t);
	char *(*row)(char *to, const struct table *t, const struct record *r);
};

extern const struct view records_view;

/**
 * struct printer - what becomes of the records
 * @o: what the user wants
 * @view: how they are shown
 * @printed: how many lines that count
 * @filtered: whether there is a filter to pass
 * @netns: the network namespace of the last row
 * @kept: what raw records have in common
 * @rows: rows that may come again, if they are kept
 * @saved: what the file of saved records tells that they are of, or NULL
 * @wall: of what is no record, but of saved ones: when, nanoseconds of
 *	CLOCK_REALTIME, or -1
 * @origin: when and where the last object was
 */
struct printer {
	const struct options *o;
	const struct view *view;
	unsigned long printed;
	bool filtered;
	char netns[16];
	struct raw_kept kept;
	struct rows *rows;
	const struct saved *saved;
	long long wall;
	struct json_origin origin;
};

/**
 * struct taker - who takes the records of a file of lines
 * @take: takes one, with the line as it was read
 * @wait: is asked for more, when all that is whole was taken
 * @context: is handed on to them
 *
 * Both return GO_ON, or an exit status.
 */
struct taker {
	int (*take)(void *context, const struct record *r, const char *line);
	int (*wait)(void *context, struct source *s);
	void *context;
};

bool print_header(const struct printer *p);
const struct json_origin *print_json_when(struct printer *p, long long wall);
bool print_raw_json(struct printer *p, const struct shutwatch_raw *raw);
int print_record(struct printer *p, const struct record *r);
int print_lines(struct printer *p, struct source *s);
int print_counted(struct printer *p);
int print_file(const struct options *o, const char *file, const struct view *view);

int wait_for_rest(void *context, struct source *s);
int take_lines(struct source *s, const struct taker *t);
int open_source(struct source *s, const struct options *o, const char *file);
int wait_for_more(const struct printer *p, struct source *s);

#endif /* SHUTWATCH_PRINTER_H */
