/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a kernel did in a trial, for the table that holds kernels against each
 * other.
 */
#ifndef SEMANTICS_H
#define SEMANTICS_H

struct trial;

void semantics_write(const struct trial *trial);

#endif /* SEMANTICS_H */
