/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A process that plays one side of a scene.
 */
#ifndef PERFORM_H
#define PERFORM_H

#include "history.h"
#include "places.h"

/**
 * struct performer - what it has
 * @scene: the scene
 * @history: where it notes what it did; the other side sees it
 * @side: which side it is
 * @fd: its sockets, -1 for none
 */
struct performer {
	const struct scene *scene;
	struct history *history;
	enum side side;
	int fd[SCENE_SOCKETS];
};

pid_t perform(const struct scene *scene, struct history *history, enum side side,
	      const struct places *places);

/* do_act.c */
void do_act(struct performer *performer, int at);

#endif /* PERFORM_H */
