/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Standard output, or a file in its place, many lines at a time.
 */
#ifndef SHUTWATCH_OUT_H
#define SHUTWATCH_OUT_H

#include <stdbool.h>

/* The longest line that anybody writes, with room to spare. */
#define OUT_LINE	8192

char *out_line(void);
bool out_done(const char *end);
bool out_flush(void);
bool out_to(int fd, const char *name);
void out_last_words(void);

#endif /* SHUTWATCH_OUT_H */
