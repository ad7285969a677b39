/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Records of no socket: what the reader, or the module, has not seen.
 */
#ifndef SHUTWATCH_NOTE_H
#define SHUTWATCH_NOTE_H

#include <stddef.h>

#include "parse.h"

/* The longest note: its values are those of one record. */
#define NOTE_SIZE	(SHUTWATCH_LINE_MAX + 64)

size_t note_text(char *to, const struct record *r);

#endif /* SHUTWATCH_NOTE_H */
