/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A line of stats: "name value".
 */
#ifndef SHUTWATCH_STAT_LINE_H
#define SHUTWATCH_STAT_LINE_H

#include <stddef.h>
#include <string.h>

/**
 * stat_value() - cut a line of stats in two
 * @line: the line, of which the name remains
 *
 * Return: the value, or NULL where it is none.
 */
static inline char *stat_value(char *line)
{
	char *value = strchr(line, ' ');

	if (!value || value == line || !value[1])
		return NULL;
	*value++ = '\0';
	return value;
}

#endif /* SHUTWATCH_STAT_LINE_H */
