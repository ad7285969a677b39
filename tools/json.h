/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Records as JSON, one object per line.
 */
#ifndef SHUTWATCH_JSON_H
#define SHUTWATCH_JSON_H

#include <stdio.h>

#include "record.h"

void json_record(FILE *out, const struct record *r, const char *type);
void json_stat(FILE *out, const char *name, const char *value);

#endif /* SHUTWATCH_JSON_H */
