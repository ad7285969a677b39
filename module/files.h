/* SPDX-License-Identifier: GPL-2.0-only */
/* The files in debugfs. */
#ifndef _SHUTWATCH_FILES_H
#define _SHUTWATCH_FILES_H

int sw_files_init(void);
void sw_files_exit(void);

#endif /* _SHUTWATCH_FILES_H */
