/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages to the user.
 */
#ifndef SHUTWATCH_SAY_H
#define SHUTWATCH_SAY_H

#include <stdio.h>

/**
 * say() - write a message to stderr, with the name of the program
 * @fmt: a string literal as for printf(), without a newline at its end
 */
#define say(fmt, ...)	fprintf(stderr, "shutwatch: " fmt "\n", ##__VA_ARGS__)

#endif /* SHUTWATCH_SAY_H */
