/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Listeners in a group, SO_REUSEPORT: connections go to any of them, and, with
 * net.ipv4.tcp_migrate_req, what one leaves that stops goes to another: requests, and
 * children that nobody has accepted.
 */
#ifndef MIGRATE_H
#define MIGRATE_H

#include "view.h"

bool migrate_prepare(void);

/**
 * migrate_wanted - is tcp_migrate_req set?
 * @seed: of a program; its neighbours have the same
 *
 * Return: true if it is, as in three worlds of four.
 */
static inline bool migrate_wanted(__u64 seed)
{
	return seed / WORLD_SEEDS % 4 != 3;
}

/* What the judge asks. */
bool migrate_names_other(const struct view *view, const struct record *record);
void judge_migrated(struct view *view);

#endif /* MIGRATE_H */
