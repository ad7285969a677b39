/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a kernel did in a play, for the table that holds kernels against each
 * other.
 */
#ifndef SEMANTICS_H
#define SEMANTICS_H

/* What the lines say they are that tell of the wire. */
#define SEMANTICS_WIRE	"wire"

struct play;

void semantics_write(const struct play *play, const char *name);

#endif /* SEMANTICS_H */
