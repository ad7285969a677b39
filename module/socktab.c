// SPDX-License-Identifier: GPL-2.0-only
/* The table of sockets: its memory, what a look-up rarely needs, its readers. */

#include <linux/log2.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "counters.h"
#include "socktab.h"

struct sw_socktab sw_socktab;

/* Live sockets in the table: those taken in here less those that ended here. */
DEFINE_PER_CPU(int, sw_live);

/**
 * sw_socktab_init() - allocate the table
 * @size: number of sockets, a power of two not below 8
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int sw_socktab_init(unsigned int size)
{
	unsigned int nr_sets = size / SW_WAYS, i;

	sw_socktab.sets = vzalloc(array_size(nr_sets, sizeof(*sw_socktab.sets)));
	if (!sw_socktab.sets)
		return -ENOMEM;
	sw_socktab.set_bits = ilog2(nr_sets);
	for (i = 0; i < size; i++) {
		struct sw_set *set = &sw_socktab.sets[i / SW_WAYS];

		set->way[i % SW_WAYS].set = set;
	}
	return 0;
}

/**
 * sw_socktab_exit() - free the table
 *
 * No hook and no file is left.
 *
 * Context: process, may sleep.
 */
void sw_socktab_exit(void)
{
	vfree(sw_socktab.sets);
}

/**
 * sw_set_search() - look for a socket in all ways of a set
 * @set: the set, locked
 * @cookie: SO_COOKIE; 0 looks for a free way
 *
 * Context: any, interrupts off.
 * Return: its way, or -1.
 */
int sw_set_search(const struct sw_set *set, u64 cookie)
{
	int way;

	for (way = 0; way < SW_WAYS; way++)
		if (set->cookie[way] == cookie)
			return way;
	return -1;
}

/* One whose socket has ended, beginning with @way; -1 if there is none. */
static int ended_way(const struct sw_set *set, unsigned int way)
{
	unsigned int looks;

	for (looks = 0; looks < SW_WAYS; looks++, way++)
		if (set->way[way % SW_WAYS].flags & SW_SOCK_ENDED)
			return way % SW_WAYS;
	return -1;
}

/* The clock: a slot used since the hand came by is passed over once. */
static int evict(struct sw_set *set)
{
	unsigned int way, looks;

	for (looks = 0; looks <= SW_WAYS; looks++) {
		way = set->hand++ % SW_WAYS;
		if (!(set->way[way].flags & SW_SOCK_SEEN))
			break;
		set->way[way].flags &= ~SW_SOCK_SEEN;
	}
	sw_count(SW_COUNT_EVICTED);
	this_cpu_dec(sw_live);
	return way;
}

/**
 * sw_set_take() - make room for a socket
 * @set: its set, locked
 * @way: its own way there
 * @cookie: SO_COOKIE
 *
 * Its own way last had the socket that came a whole table before it: among the
 * ended ones that is the oldest.
 *
 * Context: any, interrupts off.
 * Return: the slot, new.
 */
struct sw_socket *sw_set_take(struct sw_set *set, unsigned int way, u64 cookie)
{
	int found = set->cookie[way] ? sw_set_search(set, 0) : (int)way;

	if (found < 0)
		found = ended_way(set, way);
	if (found < 0)
		found = evict(set);
	set->cookie[found] = cookie;
	set->way[found] = (struct sw_socket){
		.set = set,
		.flags = SW_SOCK_SEEN,
		.info.cookie = cookie,
	};
	this_cpu_inc(sw_live);
	return &set->way[found];
}

/**
 * sw_socktab_size() - number of slots
 *
 * Return: the number.
 */
unsigned int sw_socktab_size(void)
{
	return SW_WAYS << sw_socktab.set_bits;
}

/**
 * sw_socktab_tracked() - number of live sockets in the table
 *
 * Context: any; a snapshot.
 * Return: the number.
 */
unsigned int sw_socktab_tracked(void)
{
	int cpu, n = 0;

	for_each_possible_cpu(cpu)
		n += per_cpu(sw_live, cpu);
	return max(n, 0);
}

/**
 * sw_socktab_show() - copy what a slot holds
 * @index: slot, below sw_socktab_size()
 * @info: receives it
 *
 * Context: any.
 * Return: whether a live socket is there.
 */
bool sw_socktab_show(unsigned int index, struct sw_sockinfo *info)
{
	struct sw_set *set = &sw_socktab.sets[index / SW_WAYS];
	unsigned int way = index % SW_WAYS;
	unsigned long irqflags;
	bool live;

	irqflags = sw_set_lock(set);
	live = set->cookie[way] && !(set->way[way].flags & SW_SOCK_ENDED);
	if (live)
		*info = set->way[way].info;
	sw_set_unlock(set, irqflags);
	return live;
}
