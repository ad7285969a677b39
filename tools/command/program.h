/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A program that is run to see what it does to its connections.
 */
#ifndef SHUTWATCH_PROGRAM_H
#define SHUTWATCH_PROGRAM_H

#include <stdbool.h>
#include <sys/types.h>

/**
 * struct program - a program that runs, or has
 * @argv: its words, NULL where there is no program
 * @pid: its process id
 * @fd: becomes readable when it has ended
 * @ended: whether it has
 * @stopped: it was ended by us
 * @status: then: its exit status, or 128 and the number of a signal
 */
struct program {
	char **argv;
	pid_t pid;
	int fd;
	bool ended;
	bool stopped;
	int status;
};

int program_start(struct program *p, char **argv);
bool program_has_ended(struct program *p);
void program_stop(struct program *p);
void program_tell(const struct program *p);

#endif /* SHUTWATCH_PROGRAM_H */
