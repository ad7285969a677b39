/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The module that is loaded: its parameters, its counters, and loading it anew
 * with others.
 */
#ifndef MODULE_H
#define MODULE_H

#include <stdbool.h>
#include <stddef.h>

/* Names the module's file; without it, it cannot be loaded anew. */
#define LOADED_KO_ENV	"SHUTWATCH_KO"

bool loaded_can_be_anew(void);
int loaded_anew(const char *parameters);
int loaded_anew_here(const char *parameters);
int loaded_only_here(void);
int loaded_set(const char *parameter, const char *value);
int loaded_get(const char *parameter, char *value, size_t size);
long long loaded_stat(const char *name);
long long loaded_stats(const char *prefix);

#endif /* MODULE_H */
