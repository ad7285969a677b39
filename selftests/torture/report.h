/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A disagreement for people: the program and what it got, beside its records
 * and its packets.
 */
#ifndef REPORT_H
#define REPORT_H

#include <stdio.h>

#include "view.h"

void report_scene(FILE *out, const struct view *view);

#endif /* REPORT_H */
