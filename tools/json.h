/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Records as JSON, one object per line.
 */
#ifndef SHUTWATCH_JSON_H
#define SHUTWATCH_JSON_H

#include <text.h>

#include "parse.h"

/* The longest object: each byte of a line may take six, and each key has a name. */
#define JSON_SIZE	(6 * SHUTWATCH_LINE_MAX + 32 * SHUTWATCH_KEY__MAX)

/* The name under which an object says what it is. */
#define JSON_TYPE	"type"

/* What stands before the value of each key. */
#define JSON_AS_KEY(id, name, ...)	[id] = SW_WORD(",\"" name "\":"),

static const struct sw_word json_keys[] = { SHUTWATCH_KEY_LIST(JSON_AS_KEY) };

char *json_string(char *to, const char *text);
char *json_record(char *to, const struct record *r, const char *type);
char *json_stat(char *to, const char *name, const char *value);

#endif /* SHUTWATCH_JSON_H */
