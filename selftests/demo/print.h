/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A play, told to a reader at a terminal.
 */
#ifndef PRINT_H
#define PRINT_H

#include "play.h"

void tell_begin(void);
void tell_title(const struct play *play);
int tell_steps(const struct play *play, int told);
void tell_records(const struct play *play);
void tell_wire(const struct play *play);
void tell_verdict(const struct play *play);
void tell_sum(int played, int agree);

#endif /* PRINT_H */
