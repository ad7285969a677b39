// SPDX-License-Identifier: GPL-2.0-only
/*
 * sockets: those that the module watches, or as saved records leave them.
 */
#include <stdlib.h>

#include "commands.h"
#include "each.h"
#include "left.h"
#include "missed.h"
#include "number.h"
#include "out.h"
#include "printer.h"
#include "saved/wallclock.h"

static const struct view sockets_view = { "socket", columns_header, columns_record };

/**
 * struct sockets - what is printed of saved records
 * @p: prints it
 * @all: the sockets
 * @missed: what the records do not have
 */
struct sockets {
	struct printer p;
	struct lefts all;
	struct missed missed;
};

static void take(void *context, const struct record *r, const char *line,
		 const struct saved *saved, bool passes)
{
	const char *ts = record_value(r, SHUTWATCH_KEY_TS);
	struct sockets *sockets = context;
	unsigned long long ns;

	(void)line;
	(void)passes;
	if (record_is_note(r))
		missed_take(&sockets->missed, r);
	lefts_take(&sockets->all, r, saved);
	if (ts && !number_parse_ns(&ns, ts))
		sockets->p.wall = wallclock_of(ns);
}

/* Return: GO_ON, or an exit status. */
static int print_all(struct sockets *sockets)
{
	const struct left *s;
	struct record r;
	int status = GO_ON;

	for (s = sockets->all.first; s && status == GO_ON; s = s->next) {
		sockets->p.saved = s->of;
		if (!left_line(&r, s))
			status = print_record(&sockets->p, &r);
	}
	return status;
}

static int print_saved(const struct options *o)
{
	static const char origin[] = "as saved records leave them, ended or not";
	static struct sockets sockets;
	int status, printed;

	sockets.p = (struct printer) {
		.o = o, .view = &sockets_view, .filtered = filter_asks(&o->filter), .wall = -1
	};
	status = each_record(o, take, &sockets);
	if (status != EXIT_SUCCESS && !sockets.all.first)
		return status;
	sockets.p.saved = sockets.all.boot ? &sockets.all.boot->of : NULL;
	if (!missed_tell(&sockets.missed, &sockets.p, origin) ||
	    !print_header(&sockets.p))
		return EXIT_FAILURE;
	printed = print_all(&sockets);
	if (printed != GO_ON)
		return printed;
	if (o->quiet)
		return EXIT_FAILURE;
	return out_flush() ? status : EXIT_FAILURE;
}

/**
 * run_sockets() - print the sockets watched
 * @o: what the user wants
 *
 * Return: an exit status.
 */
int run_sockets(const struct options *o)
{
	return o->saved ? print_saved(o) : print_file(o, SHUTWATCH_FILE_SOCKETS, &sockets_view);
}
