/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The table of sockets: what is remembered of each, found by its cookie.
 *
 * Knows no struct sock: pointers are reused at once, cookies never.
 *
 * The table is cut into sets of eight slots, each set with a lock of its own.
 * Cookies are counted up, so the lowest bits spread them evenly over the sets,
 * and the next bits over the ways of a set: most sockets are found at the first
 * look, without hash or chain, and two CPUs meet at a lock only if the cookies
 * of their sockets happen to fall into one of thousands of sets.
 *
 * A slot is free, live or ended.  Ended ones stay findable, because the kernel
 * may still send a RST for a socket that it has destroyed, and are reused once
 * no slot of the set is free.  If there is none of these either, a live one
 * that was not used lately is forgotten, and counted.
 */
#ifndef _SHUTWATCH_SOCKTAB_H
#define _SHUTWATCH_SOCKTAB_H

#include <linux/bitops.h>
#include <linux/cache.h>
#include <linux/irqflags.h>
#include <linux/percpu.h>
#include <linux/processor.h>
#include <linux/types.h>

#include "record.h"

#define SW_WAY_BITS		3
#define SW_WAYS			(1 << SW_WAY_BITS)

struct sw_set;

/* struct sw_socket.flags */
#define SW_SOCK_MINI		0x0001	/* a mini-socket has the connection */
#define SW_SOCK_MINI_PUT	0x0002	/* @mini_by says who ends it */
#define SW_SOCK_DESTROYED	0x0004	/* the full socket is gone */
#define SW_SOCK_ENDED		0x0008	/* and so is all else: the slot may be reused */
#define SW_SOCK_SEEN		0x0010	/* used since the evictor came by */
#define SW_SOCK_CHILD		0x0020	/* being reset: its listener stopped */
#define SW_SOCK_TIMER		0x0040	/* tcp_out_of_resources() runs */
#define SW_SOCK_RST		0x0080	/* a lone RST was decided: @why, @v */
#define SW_SOCK_RST_SENT	0x0100	/* and sent */
#define SW_SOCK_RST_RECEIVED	0x0200	/* tcp_reset() runs: the peer's RST */
#define SW_SOCK_REJECTED	0x0400	/* tcp_reset() runs: our own decision */

/**
 * struct sw_socket - a slot of the table
 * @info: what the sockets file shows
 * @v: values when a lone RST was decided
 * @parent: cookie of the listener that stopped
 * @set: where the slot lives, and whose lock is held with it
 * @filter: generation of the filter that let the socket in
 * @flags: SW_SOCK_*
 * @before: enum shutwatch_tcp before the last transition
 * @why: enum shutwatch_why of a lone RST
 * @kreason: the kernel's reason for it
 * @kreason_known: it gave one
 * @mini_by: enum shutwatch_by: who ends the mini-socket
 */
struct sw_socket {
	struct sw_sockinfo	info;
	struct sw_values	v;
	u64			parent;
	struct sw_set		*set;
	u32			filter;
	u16			flags;
	u8			before;
	u8			why;
	u8			kreason;
	u8			kreason_known;
	u8			mini_by;
};

/**
 * struct sw_set - eight slots and the lock that protects them
 * @locked: bit 0 is the lock
 * @hand: where to look next for a slot to be reused
 * @cookie: whose slots they are; 0 where one is free
 * @way: the slots
 */
struct sw_set {
	unsigned long		locked;
	unsigned int		hand;
	u64			cookie[SW_WAYS];
	struct sw_socket	way[SW_WAYS];
} ____cacheline_aligned_in_smp;

/**
 * struct sw_socktab - the table
 * @sets: its sets
 * @set_bits: how many bits of a cookie name the set
 */
struct sw_socktab {
	struct sw_set	*sets;
	unsigned int	set_bits;
};

extern struct sw_socktab sw_socktab;
DECLARE_PER_CPU(int, sw_live);

int sw_socktab_init(unsigned int size);
void sw_socktab_exit(void);
int sw_set_search(const struct sw_set *set, u64 cookie);
struct sw_socket *sw_set_take(struct sw_set *set, unsigned int way, u64 cookie);
unsigned int sw_socktab_size(void);
unsigned int sw_socktab_tracked(void);
bool sw_socktab_show(unsigned int index, struct sw_sockinfo *info);

static __always_inline struct sw_set *sw_set_of(u64 cookie)
{
	return &sw_socktab.sets[cookie & (BIT(sw_socktab.set_bits) - 1)];
}

/* Where in its set a socket is put, if it can be. */
static __always_inline unsigned int sw_way_of(u64 cookie)
{
	return cookie >> sw_socktab.set_bits & (SW_WAYS - 1);
}

/*
 * Handlers of task, softirq and irq_work meet at a set: interrupts are off
 * while one is locked, on PREEMPT_RT too.  It is held for a hundred
 * instructions or so, never twice, and nothing sleeps or spins inside; so one
 * bit is lock enough, and spares the calls that a raw_spinlock_t takes.
 */
static __always_inline unsigned long sw_set_lock(struct sw_set *set)
{
	unsigned long irqflags;

	local_irq_save(irqflags);
	while (unlikely(test_and_set_bit_lock(0, &set->locked)))
		cpu_relax();
	return irqflags;
}

static __always_inline void sw_set_unlock(struct sw_set *set,
					  unsigned long irqflags)
{
	__clear_bit_unlock(0, &set->locked);
	local_irq_restore(irqflags);
}

/* The way of a socket in its set, locked; negative if it is not there. */
static __always_inline int sw_set_find(const struct sw_set *set, u64 cookie)
{
	unsigned int way = sw_way_of(cookie);

	return likely(set->cookie[way] == cookie) ? (int)way :
						    sw_set_search(set, cookie);
}

/**
 * sw_socket_find() - look a socket up
 * @cookie: SO_COOKIE
 * @irqflags: for sw_socket_put()
 *
 * Context: any.  Returns with the slot's set locked and interrupts off.
 * Return: the slot, or NULL (nothing locked) if it is not in the table.
 */
static __always_inline struct sw_socket *sw_socket_find(u64 cookie,
							unsigned long *irqflags)
{
	struct sw_set *set = sw_set_of(cookie);
	unsigned long flags = sw_set_lock(set);
	int way = sw_set_find(set, cookie);

	if (unlikely(way < 0)) {
		sw_set_unlock(set, flags);
		return NULL;
	}
	*irqflags = flags;
	set->way[way].flags |= SW_SOCK_SEEN;
	return &set->way[way];
}

/**
 * sw_socket_get() - look a socket up, or take it in
 * @cookie: SO_COOKIE
 * @irqflags: for sw_socket_put()
 * @fresh: set to true if it was not there, else left alone
 *
 * Context: any.  Returns with the slot's set locked and interrupts off.
 * Return: the slot.
 */
static __always_inline struct sw_socket *sw_socket_get(u64 cookie,
						       unsigned long *irqflags,
						       bool *fresh)
{
	struct sw_set *set = sw_set_of(cookie);
	int way;

	*irqflags = sw_set_lock(set);
	way = sw_set_find(set, cookie);
	if (unlikely(way < 0)) {
		*fresh = true;
		return sw_set_take(set, sw_way_of(cookie), cookie);
	}
	set->way[way].flags |= SW_SOCK_SEEN;
	return &set->way[way];
}

/**
 * sw_socket_put() - let go of a slot
 * @s: the slot
 * @irqflags: from sw_socket_find() or sw_socket_get()
 *
 * Context: any.  Unlocks the slot's set.
 */
static __always_inline void sw_socket_put(struct sw_socket *s,
					  unsigned long irqflags)
{
	sw_set_unlock(s->set, irqflags);
}

/**
 * sw_socket_move() - note a transition
 * @s: the slot, locked
 * @state: enum shutwatch_tcp: the new state
 *
 * Context: any.
 */
static __always_inline void sw_socket_move(struct sw_socket *s, u8 state)
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
static inline void sw_socket_end(struct sw_socket *s)
{
	if (s->flags & SW_SOCK_ENDED)
		return;
	s->flags |= SW_SOCK_ENDED;
	this_cpu_dec(sw_live);
}

#endif /* _SHUTWATCH_SOCKTAB_H */
