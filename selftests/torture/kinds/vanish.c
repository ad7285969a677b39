// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>

#include "vanish.h"
#include "way.h"

static int bring_back(const struct scene *scene, enum side side)
{
	return way_make(scene, side) ?: way_await(scene, side);
}

/**
 * do_vanish - let something vanish, or come back
 * @performer: whose, and in whose namespace we are
 * @at: the act
 *
 * What is not there any more cannot vanish: then it fails.
 *
 * Return: 0 or -1.
 */
int do_vanish(struct performer *performer, int at)
{
	static int (* const vanish[])(const struct scene *scene, enum side side) = {
		[VANISH_BACK] = bring_back,
		[VANISH_DOWN] = way_down,
		[VANISH_ADDRESS] = way_lose_address,
		[VANISH_DELETE] = way_delete,
		[VANISH_ROUTE] = way_lose_route,
	};
	const struct scene *scene = performer->scene;
	const int err = vanish[scene->act[at].arg](scene, performer->side);

	errno = -err;
	return err ? -1 : 0;
}
