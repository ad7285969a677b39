/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From a seed to a program: the same one on each machine, each time.
 */
#ifndef GENERATE_H
#define GENERATE_H

#include "scene.h"

void generate(struct scene *scene, __u64 seed, int index);
void generate_world(struct world *world, __u64 seed);

#endif /* GENERATE_H */
