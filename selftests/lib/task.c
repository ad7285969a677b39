// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>

#include "task.h"

/**
 * task_sleeps - does a thread wait for something?
 * @tid: its number
 *
 * Return: true if it does, and could be interrupted.
 */
bool task_sleeps(pid_t tid)
{
	char path[64], state = '?';
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
	file = fopen(path, "re");
	if (!file)
		return false;
	if (fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
		state = '?';
	fclose(file);
	return state == 'S';
}
