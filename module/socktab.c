// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of sockets.
 *
 * All slots are allocated at load.  They are dealt out to shards, each with a
 * lock, chains and queues of its own, so that two CPUs meet at a lock only if
 * their cookies happen to fall into one of 64 shards.
 *
 * A slot is free, live or ended.  Ended ones stay findable, because the kernel
 * may still send a RST for a socket that it has destroyed, and are reused
 * oldest first once no free slot is left.  If there is none of these either,
 * a live one that was not used lately is forgotten, and counted.
 */

#include <linux/bits.h>
#include <linux/hash.h>
#include <linux/log2.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "counters.h"
#include "socktab.h"

#define SHARD_BITS	6
#define SHARDS		BIT(SHARD_BITS)

/* Live slots that are looked at, at most, to find one to forget. */
#define EVICT_LOOKS	16

/**
 * struct sw_queue - slots in line, by their @next
 * @first: the oldest
 * @last: where the next is appended
 */
struct sw_queue {
	struct sw_socket	*first;
	struct sw_socket	**last;
};

/**
 * struct sw_shard - a part of the table
 * @lock: protects all of the shard and its slots; taken with interrupts off,
 *	since handlers of task and softirq meet here
 * @chains: heads of the hash chains
 * @slots: the slots, live or not
 * @free: never used or forgotten
 * @ended: the socket is gone
 * @live: number of slots that are neither
 * @hand: where the evictor looks next
 */
struct sw_shard {
	raw_spinlock_t		lock;
	struct hlist_head	*chains;
	struct sw_socket	*slots;
	struct sw_queue		free;
	struct sw_queue		ended;
	unsigned int		live;
	unsigned int		hand;
} ____cacheline_aligned_in_smp;

static struct sw_shard shards[SHARDS];
static struct sw_socket *all_slots;
static struct hlist_head *all_chains;
static unsigned int shard_slots;		/* a power of two */

static void queue_init(struct sw_queue *q)
{
	q->first = NULL;
	q->last = &q->first;
}

static void queue_push(struct sw_queue *q, struct sw_socket *s)
{
	s->next = NULL;
	*q->last = s;
	q->last = &s->next;
}

static struct sw_socket *queue_pop(struct sw_queue *q)
{
	struct sw_socket *s = q->first;

	if (!s)
		return NULL;
	q->first = s->next;
	if (!q->first)
		q->last = &q->first;
	return s;
}

static void shard_init(struct sw_shard *shard, unsigned int nr)
{
	unsigned int i;

	raw_spin_lock_init(&shard->lock);
	shard->slots = all_slots + nr * shard_slots;
	shard->chains = all_chains + nr * shard_slots;
	shard->live = 0;
	shard->hand = 0;
	queue_init(&shard->free);
	queue_init(&shard->ended);
	for (i = 0; i < shard_slots; i++) {
		shard->slots[i].shard = shard;
		queue_push(&shard->free, &shard->slots[i]);
	}
}

/**
 * sw_socktab_init() - allocate the table
 * @size: number of sockets, a power of two not below 64
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int sw_socktab_init(unsigned int size)
{
	unsigned int i;

	shard_slots = size / SHARDS;
	all_slots = vzalloc(array_size(size, sizeof(*all_slots)));
	if (!all_slots)
		return -ENOMEM;
	all_chains = vzalloc(array_size(size, sizeof(*all_chains)));
	if (!all_chains) {
		vfree(all_slots);
		return -ENOMEM;
	}
	for (i = 0; i < SHARDS; i++)
		shard_init(&shards[i], i);
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
	vfree(all_chains);
	vfree(all_slots);
}

static struct hlist_head *chain_of(struct sw_shard *shard, u32 hash)
{
	return &shard->chains[(hash >> SHARD_BITS) & (shard_slots - 1)];
}

static struct sw_socket *chain_find(struct hlist_head *chain, u64 cookie)
{
	struct sw_socket *s;

	hlist_for_each_entry(s, chain, hash)
		if (s->info.cookie == cookie)
			return s;
	return NULL;
}

/* The clock: a slot used since the hand came by is passed over once. */
static struct sw_socket *evict(struct sw_shard *shard)
{
	struct sw_socket *s = NULL;
	unsigned int looks;

	for (looks = 0; looks < EVICT_LOOKS; looks++) {
		s = &shard->slots[shard->hand++ & (shard_slots - 1)];
		if (!(s->flags & SW_SOCK_SEEN))
			break;
		s->flags &= ~SW_SOCK_SEEN;
	}
	sw_count(SW_COUNT_EVICTED);
	hlist_del(&s->hash);
	shard->live--;
	return s;
}

static struct sw_socket *slot_take(struct sw_shard *shard)
{
	struct sw_socket *s = queue_pop(&shard->free);

	if (s)
		return s;
	s = queue_pop(&shard->ended);
	if (s) {
		hlist_del(&s->hash);
		return s;
	}
	return evict(shard);
}

static struct sw_socket *slot_new(struct sw_shard *shard,
				  struct hlist_head *chain, u64 cookie)
{
	struct sw_socket *s = slot_take(shard);

	*s = (struct sw_socket){ .shard = shard, .info.cookie = cookie };
	hlist_add_head(&s->hash, chain);
	shard->live++;
	return s;
}

static struct sw_socket *lock_and_find(u64 cookie, unsigned long *irqflags,
				       bool make, bool *fresh)
{
	u32 hash = hash_64(cookie, 32);
	struct sw_shard *shard = &shards[hash & (SHARDS - 1)];
	struct hlist_head *chain = chain_of(shard, hash);
	struct sw_socket *s;
	unsigned long flags;

	raw_spin_lock_irqsave(&shard->lock, flags);
	s = chain_find(chain, cookie);
	if (!s && make) {
		s = slot_new(shard, chain, cookie);
		*fresh = true;
	}
	if (!s) {
		raw_spin_unlock_irqrestore(&shard->lock, flags);
		return NULL;
	}
	s->flags |= SW_SOCK_SEEN;
	*irqflags = flags;
	return s;
}

/**
 * sw_socket_find() - look a socket up
 * @cookie: SO_COOKIE
 * @irqflags: for sw_socket_put()
 *
 * Context: any.  Returns with the slot's shard locked and interrupts off.
 * Return: the slot, or NULL (nothing locked) if it is not in the table.
 */
struct sw_socket *sw_socket_find(u64 cookie, unsigned long *irqflags)
{
	return lock_and_find(cookie, irqflags, false, NULL);
}

/**
 * sw_socket_get() - look a socket up, or take it in
 * @cookie: SO_COOKIE
 * @irqflags: for sw_socket_put()
 * @fresh: set to true if it was not there, else left alone
 *
 * Context: any.  Returns with the slot's shard locked and interrupts off.
 * Return: the slot.
 */
struct sw_socket *sw_socket_get(u64 cookie, unsigned long *irqflags, bool *fresh)
{
	return lock_and_find(cookie, irqflags, true, fresh);
}

/**
 * sw_socket_put() - let go of a slot
 * @s: the slot
 * @irqflags: from sw_socket_find() or sw_socket_get()
 *
 * Context: any.  Unlocks the slot's shard.
 */
void sw_socket_put(struct sw_socket *s, unsigned long irqflags)
{
	raw_spin_unlock_irqrestore(&s->shard->lock, irqflags);
}

/**
 * sw_socket_move() - note a transition
 * @s: the slot, locked
 * @state: enum shutwatch_tcp: the new state
 *
 * Context: any.
 */
void sw_socket_move(struct sw_socket *s, u8 state)
{
	s->before = s->info.state;
	s->info.state = state;
	s->info.path = s->info.path << SW_PATH_BITS | state;
}

/**
 * sw_socket_end() - the kernel is done with the socket
 * @s: the slot, locked; it stays findable until it is reused
 *
 * Context: any.
 */
void sw_socket_end(struct sw_socket *s)
{
	if (s->flags & SW_SOCK_ENDED)
		return;
	s->flags |= SW_SOCK_ENDED;
	s->shard->live--;
	queue_push(&s->shard->ended, s);
}

/**
 * sw_socktab_size() - number of slots
 *
 * Return: the number.
 */
unsigned int sw_socktab_size(void)
{
	return SHARDS * shard_slots;
}

/**
 * sw_socktab_tracked() - number of live sockets in the table
 *
 * Context: any; a snapshot.
 * Return: the number.
 */
unsigned int sw_socktab_tracked(void)
{
	unsigned int i, n = 0;

	for (i = 0; i < SHARDS; i++)
		n += READ_ONCE(shards[i].live);
	return n;
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
	struct sw_socket *s = &all_slots[index];
	unsigned long flags;
	bool live;

	raw_spin_lock_irqsave(&s->shard->lock, flags);
	live = s->info.cookie && !(s->flags & SW_SOCK_ENDED);
	if (live)
		*info = s->info;
	raw_spin_unlock_irqrestore(&s->shard->lock, flags);
	return live;
}
