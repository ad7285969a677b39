/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From a program that does not agree to one that is smaller and does not agree
 * either.
 */
#ifndef SHRINK_H
#define SHRINK_H

#include "batch.h"
#include "view.h"

bool shrink(struct batch *batch, int pipe_fd, struct scene *scene,
	    struct view *view);

#endif /* SHRINK_H */
