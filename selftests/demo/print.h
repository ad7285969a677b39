/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A play, told to a reader at a terminal.
 */
#ifndef PRINT_H
#define PRINT_H

#include "play.h"

void print_begin(void);
void print_title(const struct play *play);
int print_steps(const struct play *play, int told);
void print_records(const struct play *play);
void print_wire(const struct play *play);
void print_verdict(const struct play *play);
void print_sum(int played, int agree);

#endif /* PRINT_H */
