/* SPDX-License-Identifier: GPL-2.0-only */
/* The files in debugfs. */
#ifndef _SHUTWATCH_FILES_H
#define _SHUTWATCH_FILES_H

struct sw_hook;

int sw_files_init(const struct sw_hook *table);
void sw_files_exit(void);

#endif /* _SHUTWATCH_FILES_H */
