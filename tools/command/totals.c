// SPDX-License-Identifier: GPL-2.0-only
/*
 * totals: how many calls and decisions there were, as the module counts them, or
 * counted from saved records.
 */
#include <stdlib.h>

#include "commands.h"
#include "counted.h"
#include "missed.h"
#include "out.h"
#include "printer.h"
#include "totals.h"

static const struct view totals_view = { "total", totals_header, totals_record };

/**
 * struct totals - what is printed of saved records
 * @p: prints it
 * @status: GO_ON, or how it has ended
 */
struct totals {
	struct printer p;
	int status;
};

static bool print_total(void *context, const struct record *r)
{
	struct totals *t = context;

	t->status = print_record(&t->p, r);
	return t->status == GO_ON;
}

static int print_saved(const struct options *o)
{
	static struct counted c;
	struct totals t = { .p = { .o = o, .view = &totals_view }, .status = GO_ON };
	int status = counted_read(&c, o);

	if (status != EXIT_SUCCESS && !c.records)
		return status;
	t.p.saved = &c.saved;
	t.p.wall = c.last;
	if (!missed_tell(&c.missed, &t.p, "of saved records, not since the module was loaded") ||
	    !print_header(&t.p))
		return EXIT_FAILURE;
	if (!counted_each(&c, print_total, &t) && t.status != EXIT_SUCCESS)
		return t.status;
	if (t.status == GO_ON && o->quiet)
		return EXIT_FAILURE;
	return out_flush() ? status : EXIT_FAILURE;
}

/**
 * run_totals() - print how many calls and decisions there were
 * @o: what the user wants
 *
 * Return: an exit status.
 */
int run_totals(const struct options *o)
{
	return o->saved ? print_saved(o) : print_file(o, SHUTWATCH_FILE_TOTALS, &totals_view);
}
