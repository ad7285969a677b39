/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interfaces of a scene's own, one for each side, with the only address that the
 * side has: on lo a dummy, whose address is local; on two hosts an IPVLAN of the
 * host's link, which is the way to the other side.  So that what vanishes is no
 * other scene's.
 */
#ifndef WAY_H
#define WAY_H

#include "scene.h"

#define WAY_IP_LEN	24

/**
 * way_has_other - is there another way to the other side, should this one be gone?
 * @scene: a scene on two hosts
 *
 * Return: true if it goes on by the host's link; else there is no route.
 */
static inline bool way_has_other(const struct scene *scene)
{
	return scene->seed % 2;
}

bool way_prepare(void);
void way_ip(const struct scene *scene, enum side side, char ip[WAY_IP_LEN]);
int way_make(const struct scene *scene, enum side side);
int way_await(const struct scene *scene, enum side side);
int way_down(const struct scene *scene, enum side side);
int way_lose_address(const struct scene *scene, enum side side);
int way_delete(const struct scene *scene, enum side side);
int way_lose_route(const struct scene *scene, enum side side);

#endif /* WAY_H */
