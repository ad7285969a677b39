/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory for what is kept to the end.
 */
#ifndef SHUTWATCH_ALLOCATE_H
#define SHUTWATCH_ALLOCATE_H

#include <err.h>
#include <stdlib.h>

/**
 * allocate() - get memory, or end the program
 * @size: bytes
 *
 * Return: so many bytes of zero.
 */
static inline void *allocate(size_t size)
{
	void *p = calloc(1, size);

	if (!p)
		err(EXIT_FAILURE, "records");
	return p;
}

#endif /* SHUTWATCH_ALLOCATE_H */
