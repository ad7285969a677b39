// SPDX-License-Identifier: GPL-2.0-only
/*
 * events, sockets, totals: a file of the module, from its beginning to its end.
 */
#include "commands.h"
#include "printer.h"
#include "totals.h"

static const struct view sockets_view = { "socket", columns_header, columns_record };
static const struct view totals_view = { "total", totals_header, totals_record };

/**
 * run_events() - print the records kept
 * @o: what the user wants
 *
 * Return: an exit status.
 */
int run_events(const struct options *o)
{
	return print_file(o, SHUTWATCH_FILE_EVENTS, &records_view);
}

/**
 * run_sockets() - print the sockets watched
 * @o: what the user wants
 *
 * Return: an exit status.
 */
int run_sockets(const struct options *o)
{
	return print_file(o, SHUTWATCH_FILE_SOCKETS, &sockets_view);
}

/**
 * run_totals() - print how many connections ended how
 * @o: what the user wants
 *
 * Return: an exit status.
 */
int run_totals(const struct options *o)
{
	return print_file(o, SHUTWATCH_FILE_TOTALS, &totals_view);
}
