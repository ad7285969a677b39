// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "task.h"

/* A letter, as ps has it; '?' of a thread that is gone. */
static char state_of(pid_t tid)
{
	char path[64], state = '?';
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
	file = fopen(path, "re");
	if (!file)
		return '?';
	if (fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
		state = '?';
	fclose(file);
	return state;
}

/**
 * task_sleeps - does a thread wait for something?
 * @tid: its number
 *
 * Return: true if it does, and could be interrupted.
 */
bool task_sleeps(pid_t tid)
{
	return state_of(tid) == 'S';
}

/**
 * task_waits_in - does a thread wait in a function of the kernel?
 * @tid: the thread
 * @function: a part of its name: the compiler may put one into another
 *
 * Only a thread that sleeps is looked at.  6.1 warns when the stack of one that
 * could run is read, and a function is on it whose return is probed.
 *
 * Return: true if it does.
 */
bool task_waits_in(pid_t tid, const char *function)
{
	char path[64], line[256];
	bool found = false;
	FILE *file;

	if (!strchr("SD", state_of(tid)))
		return false;
	snprintf(path, sizeof(path), "/proc/self/task/%d/stack", tid);
	file = fopen(path, "re");
	if (!file)
		return false;
	while (!found && fgets(line, sizeof(line), file))
		found = strstr(line, function);
	fclose(file);
	return found;
}
