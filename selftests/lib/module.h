/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The module that is loaded: its parameters, its counters, and loading it anew
 * with others.
 */
#ifndef MODULE_H
#define MODULE_H

#include <stdbool.h>
#include <stddef.h>

/* Stands for the directory of shutwatch's files, if it is set. */
#define MODULE_DIR_ENV	"SHUTWATCH_TEST_DIR"

/* Says that a test which cannot run here is one that failed. */
#define MODULE_VM_ENV	"SHUTWATCH_VM"

/* Names the module's file; without it, it cannot be loaded anew. */
#define MODULE_KO_ENV	"SHUTWATCH_KO"

/* Says that the module is not to be asked, whether it is there or not. */
#define MODULE_WITHOUT_ENV	"SHUTWATCH_WITHOUT"

bool module_is_there(char *why_not, size_t size);
bool module_is_left_out(void);
bool module_is_done_without(void);
void module_file(char *path, size_t size, const char *file);
bool module_can_reload(void);
int module_unload(void);
int module_load(const char *parameters);
int module_reload(const char *parameters);
int module_reload_here(const char *parameters);
int module_only_here(void);
int module_reset_filters(void);
int module_set(const char *parameter, const char *value);
int module_get(const char *parameter, char *value, size_t size);
long long module_stat(const char *name);
long long module_stats(const char *prefix);

#endif /* MODULE_H */
