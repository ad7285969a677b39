// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "step.h"

/**
 * step_errno - the name of an error
 * @err: errno, or 0
 *
 * Return: "ECONNRESET" and so on, "0" for none.
 */
const char *step_errno(int err)
{
	return err ? strerrorname_np(err) ?: "an unknown error" : "0";
}

/**
 * step - note what the program did, and tell the audience
 * @play: the play
 * @result: what came of it
 * @format: the call
 */
void step(struct play *play, const char *result, const char *format, ...)
{
	struct step *step = &play->step[play->nr_steps];
	va_list args;

	if (play->nr_steps == PLAY_STEPS_MAX) {
		remark(&play->trouble, "more steps than can be kept");
		return;
	}
	va_start(args, format);
	vsnprintf(step->text, sizeof(step->text), format, args);
	va_end(args);
	snprintf(step->result, sizeof(step->result), "%s", result);
	step->time = clock_now();
	play->nr_steps++;
	if (play->bell >= 0 && write(play->bell, "", 1) != 1)
		remark(&play->trouble, "nobody listens");
}

/**
 * step_returned - note a call that either succeeds or gives an errno
 * @play: the play
 * @text: the call
 * @err: its errno, or 0
 * @want: what is expected
 */
void step_returned(struct play *play, const char *text, int err, int want)
{
	play->err = err;
	step(play, step_errno(err), "%s", text);
	if (err != want)
		remark(&play->wrong, "%s gave %s, expected %s", text,
		       step_errno(err), step_errno(want));
}
