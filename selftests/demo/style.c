// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <shutwatch.h>

#include "style.h"

static const struct style colours = {
	"\033[1m", "\033[2m", "\033[32m", "\033[31m", "\033[m"
};

/* What is in use: no colours, until there is a terminal for them. */
struct style style = { "", "", "", "", "" };

static bool terminal_can(void)
{
	const char *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && term && strcmp(term, "dumb");
}

/**
 * style_begin - decide on colours
 * @colour: the terminal is elsewhere, but there is one
 */
void style_begin(bool colour)
{
	const char *no_color = getenv("NO_COLOR");

	if ((colour || terminal_can()) && !(no_color && *no_color))
		style = colours;
}

/**
 * style_sent - the colour of what was sent, the same as the reader's
 * @sent: enum shutwatch_sent
 *
 * Return: the escape sequence.
 */
const char *style_sent(int sent)
{
	if (sent == SHUTWATCH_SENT_RST)
		return style.bad;
	return sent == SHUTWATCH_SENT_FIN ? style.good : style.dim;
}
