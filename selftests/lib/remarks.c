// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>

#include "remarks.h"

/**
 * remark - keep a sentence
 * @remarks: where
 * @format: as for printf(3), without a newline
 */
void remark(struct remarks *remarks, const char *format, ...)
{
	va_list args;

	if (remarks->count++ >= REMARKS_MAX)
		return;
	va_start(args, format);
	vsnprintf(remarks->text[remarks->count - 1], REMARK_LEN, format, args);
	va_end(args);
}

/**
 * remarks_kept - how many sentences there are to be told
 * @remarks: of these
 *
 * Return: how many entries of the text are in use.
 */
int remarks_kept(const struct remarks *remarks)
{
	return remarks->count < REMARKS_MAX ? remarks->count : REMARKS_MAX;
}
