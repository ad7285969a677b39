// SPDX-License-Identifier: GPL-2.0-only
/*
 * All records that there are: those kept by the module, or saved ones.
 */
#include <stdlib.h>

#include "each.h"
#include "printer.h"
#include "source.h"

/**
 * struct reading - what is being read
 * @o: what the user wants
 * @s: the file
 * @asks: there is a filter to pass
 * @take: is given each record
 * @context: is handed on to it
 */
struct reading {
	const struct options *o;
	struct source *s;
	bool asks;
	each_fn take;
	void *context;
};

static int take_one(void *context, const struct record *r, const char *line)
{
	struct reading *read = context;
	const struct saved *saved = read->s->is_saved ? &read->s->saved : NULL;
	bool passes = !read->asks || filter_match(&read->o->filter, r);

	read->take(read->context, r, line, saved, passes && !record_is_note(r));
	return GO_ON;
}

/**
 * each_record() - read all records, each once
 * @o: what the user wants
 * @take: is given each
 * @context: is handed on to it
 *
 * Return: EXIT_SUCCESS, or EXIT_FAILURE after a message: then there may be more.
 */
int each_record(const struct options *o, each_fn take, void *context)
{
	static struct source s;
	struct reading reading = {
		.o = o, .s = &s, .asks = filter_asks(&o->filter), .take = take, .context = context
	};
	const struct taker taker = { take_one, wait_for_rest, &reading };
	int status;

	if (open_source(&s, o, SHUTWATCH_FILE_EVENTS))
		return EXIT_FAILURE;
	status = take_lines(&s, &taker);
	source_close(&s);
	return status;
}
