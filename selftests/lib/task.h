/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a thread of ours is doing.
 */
#ifndef TASK_H
#define TASK_H

#include <stdbool.h>
#include <sys/types.h>

bool task_sleeps(pid_t tid);
bool task_waits_in(pid_t tid, const char *function);

#endif /* TASK_H */
