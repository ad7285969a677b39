// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names of files in command lines that we tell the user to type: a shell shall
 * take them for what they are.
 */
#include <limits.h>
#include <string.h>

#include "quote.h"

#define PLAIN	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./+,:=@%^-"

/* What stands for a quote between quotes: they end, it comes, they begin again. */
#define A_QUOTE	"'\\''"

/**
 * quoted() - a file's name, as a shell has to be told it
 * @name: the name
 *
 * Return: the name, in quotes where it needs them, good until the next call;
 * FILE where there is no room for it, which nobody would type anyway.
 */
const char *quoted(const char *name)
{
	static char text[PATH_MAX];
	char *to = text;

	if (*name && !name[strspn(name, PLAIN)])
		return name;
	*to++ = '\'';
	for (; *name; name++) {
		if (to + sizeof(A_QUOTE) + 1 > text + sizeof(text))
			return "FILE";
		if (*name == '\'')
			to = stpcpy(to, A_QUOTE);
		else
			*to++ = *name;
	}
	strcpy(to, "'");
	return text;
}
