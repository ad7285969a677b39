// SPDX-License-Identifier: GPL-2.0-only
/* The table of sockets: its memory, rare paths of a look-up, its readers. */

#include <linux/log2.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "counters.h"
#include "now.h"
#include "socktab.h"

struct sw_socktab sw_socktab;

static_assert(sizeof(struct sw_entry) == 192);

/* Live sockets: those taken in on this CPU less those that ended on it. */
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
	for (i = 0; i < nr_sets; i++)
		sw_set_init(&sw_socktab.sets[i]);
	sw_socktab.set_mask = nr_sets - 1;
	sw_socktab.set_bits = ilog2(nr_sets);
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

/* Looks from the next way on: a stray is put into the first free one. */
static int find_other_way(const struct sw_set *set, unsigned int own, u64 cookie)
{
	unsigned int n, way;

	for (n = 1; n < SW_WAYS; n++) {
		way = (own + n) % SW_WAYS;
		if (set->cookie[way] == cookie)
			return way;
	}
	return -1;
}

/**
 * sw_set_find_stray() - look for a socket in the ways of others
 * @set: the set, locked
 * @cookie: SO_COOKIE
 *
 * Context: any, interrupts off.
 * Return: its entry, or NULL.
 */
struct sw_entry *sw_set_find_stray(struct sw_set *set, u64 cookie)
{
	int way = find_other_way(set, sw_way_of(cookie), cookie);

	return way < 0 ? NULL : &set->way[way];
}

static bool is_over(const struct sw_set *set, unsigned int way)
{
	return !set->cookie[way] || set->way[way].flags & SW_ENTRY_ENDED;
}

static int find_ended(const struct sw_set *set)
{
	int way;

	for (way = 0; way < SW_WAYS; way++)
		if (set->way[way].flags & SW_ENTRY_ENDED)
			return way;
	return -1;
}

/*
 * The clock: a slot used since the hand came by is passed over once.  @keep is
 * never taken.
 */
static unsigned int evict(struct sw_set *set, const struct sw_entry *keep)
{
	unsigned int way, looks;

	for (looks = 0; looks <= SW_WAYS + 1; looks++) {
		way = set->hand++ % SW_WAYS;
		if (&set->way[way] == keep)
			continue;
		if (!(set->way[way].flags & SW_ENTRY_SEEN))
			break;
		set->way[way].flags &= ~SW_ENTRY_SEEN;
	}
	sw_count(SW_COUNT_EVICTED);
	this_cpu_dec(sw_live);
	return way;
}

/* Another way: a free one, else one that has ended, else one to forget. */
static unsigned int make_room(struct sw_set *set, unsigned int own,
			      const struct sw_entry *keep)
{
	int way = find_other_way(set, own, 0);

	if (way < 0)
		way = find_ended(set);
	return way < 0 ? evict(set, keep) : (unsigned int)way;
}

static struct sw_entry *take(struct sw_set *set, unsigned int way, u64 cookie)
{
	unsigned int own = sw_way_of(cookie);
	u64 old = set->cookie[way];

	if (old && sw_way_of(old) != way)
		set->strays--;
	if (way != own)
		set->strays++;
	set->cookie[way] = cookie;
	this_cpu_inc(sw_live);
	return &set->way[way];
}

/**
 * sw_set_take() - take a socket in
 * @set: its set, locked
 * @own: its own way there
 * @cookie: SO_COOKIE
 *
 * The socket that its own way held before came a whole table earlier: of those
 * that have ended, it is the oldest.
 *
 * Context: any, interrupts off.
 * Return: the entry, new.
 */
struct sw_entry *sw_set_take(struct sw_set *set, unsigned int own, u64 cookie)
{
	unsigned int way = is_over(set, own) ? own : make_room(set, own, NULL);
	struct sw_entry *e = take(set, way, cookie);

	*e = (struct sw_entry){
		.flags = SW_ENTRY_SEEN,
		.info.cookie = cookie,
	};
	return e;
}

/*
 * Of the numbers of a socket's mini-sockets, one that none has, else one whose
 * mini-socket has ended; 0 if there is neither.
 */
static unsigned int free_number(struct sw_set *set, u64 cookie)
{
	unsigned int nr, ended = 0;
	const struct sw_entry *mini;

	for (nr = SW_MINIS; nr; nr--) {
		mini = sw_set_find(set, sw_mini_cookie(cookie, nr));
		if (!mini)
			return nr;
		if (mini->flags & SW_ENTRY_ENDED)
			ended = nr;
	}
	return ended;
}

/**
 * sw_entry_split() - a socket connects again while a mini-socket has its last
 *	connection
 * @set: the entry's set, locked
 * @e: the entry; the mini-socket's part of it moves to a slot of its own, to be
 *	found by sw_probe_find_mini()
 *
 * Context: any, interrupts off.
 */
void sw_entry_split(struct sw_set *set, struct sw_entry *e)
{
	unsigned int nr = free_number(set, e->info.cookie);
	u64 cookie = sw_mini_cookie(e->info.cookie, nr);
	struct sw_entry *mini;
	unsigned int way;

	if (!nr) {
		sw_count(SW_COUNT_EVICTED);
		return;
	}
	mini = sw_set_find(set, cookie);
	way = mini ? mini - set->way : make_room(set, sw_way_of(cookie), e);
	mini = take(set, way, cookie);
	*mini = *e;
	/* it ends with the mini-socket, whatever the full one does */
	mini->flags |= SW_ENTRY_DESTROYED;
}

/**
 * sw_entry_revive() - a socket of which nothing but its owner and its ports is
 *	known is followed again
 * @e: the entry, locked; with SW_ENTRY_AWAY
 *
 * Context: any.
 */
void sw_entry_revive(struct sw_entry *e)
{
	if (e->flags & SW_ENTRY_DESTROYED)
		return;
	e->flags = SW_ENTRY_SEEN;
	e->before = 0;
	e->path = 0;
	e->fin_path = 0;
	e->msk = 0;
	e->info.state = 0;
	e->info.path = 0;
	e->info.shut = 0;
	e->info.ended = (struct sw_ending){};
	e->info.last = (struct sw_ending){};
	this_cpu_inc(sw_live);
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

	for_each_possible_cpu(cpu) {
		/* The CPU goes on counting meanwhile. */
		n += data_race(per_cpu(sw_live, cpu));
	}
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
	struct sw_held held = sw_set_lock(set);
	bool live;

	live = set->cookie[way] && !(set->way[way].flags & SW_ENTRY_ENDED);
	if (live)
		*info = set->way[way].info;
	sw_entry_put(&held);
	if (live)
		info->since = sw_time_of(info->since);
	return live;
}
