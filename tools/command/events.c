// SPDX-License-Identifier: GPL-2.0-only
/*
 * events: the records kept, from the first to the last.
 */
#include "commands.h"
#include "printer.h"

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
