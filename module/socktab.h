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
#include <linux/spinlock.h>
#include <linux/types.h>

#include "not_null.h"
#include "record.h"

#define SW_WAYS		8

/*
 * struct sw_entry.flags: who sets each, and who clears it.  All are set and
 * cleared with the set's lock held; what is marked with * goes when the next
 * connection begins on the same socket.
 *
 * flag		set by				cleared by
 * SEEN		every look-up			the evictor, when it comes by
 * DESTROYED	tcp_destroy_sock; an entry	-
 *		that is a mini-socket's alone
 * ENDED	the later of DESTROYED and the	with AWAY, the same
 *		end of the mini-socket; the end
 *		of a request, of an MPTCP
 *		close(); AWAY
 * SHELL	* a mini-socket is hashed, or	-
 *		met that was there before us
 * MINI		* the same			inet_twsk_kill()
 * MINI_PUT	* inet_twsk_deschedule_put()	inet_twsk_kill()
 * MINI_TIMER	* tw_timer_handler()		inet_twsk_kill()
 * MINI_RST	* tcp_timewait_state_process()	the same, for the next segment
 * CHILD	* inet_child_forget()		-
 * CHILD_ASKED	* the same, in the task that	-
 *		stops the listener
 * CHILD_COUNTED * its RST is decided		-
 * DONE		* tcp_done()			the transition to CLOSE
 * NOT_FOLLOWED	* a call's own code, without	- ; the next call on MPTCP's that
 *		a call; a call on MPTCP's	is followed
 *		socket that found no room
 * RST		* tcp_send_active_reset(), a	sw_rst_write()
 *		mini-socket's reply
 * RST_SENT	* tracepoint tcp_send_reset; a	sw_rst_write(),
 *		mini-socket's reply		tcp_send_active_reset()
 * RST_RECEIVED	* tracepoint tcp_receive_reset	the transition to CLOSE
 * REJECTED	* tcp_reset() without a RST	the reply that follows
 * CLOSING	* __tcp_close() that may wait	-
 *		for SO_LINGER; mptcp_close()
 * SEGMENT_RST	* tcp_rcv_state_process()	the same, for the next segment
 * AWAY		something happened that the	the filter lets it in again
 *		filter turned away, with ENDED
 */
#define SW_ENTRY_SEEN		0x0001	/* used since the evictor came by */
#define SW_ENTRY_DESTROYED	0x0002	/* the full socket is gone */
#define SW_ENTRY_ENDED		0x0004	/* and so is all else: the slot may be reused */
#define SW_ENTRY_SHELL		0x0008	/* the full socket has no connection any more */
#define SW_ENTRY_MINI		0x0010	/* a mini-socket has it */
#define SW_ENTRY_MINI_PUT	0x0020	/* @mini_by says who ends it */
#define SW_ENTRY_MINI_TIMER	0x0040	/* its timer has run out */
#define SW_ENTRY_MINI_RST	0x0080	/* the segment it looks at is a RST */
#define SW_ENTRY_CHILD		0x0100	/* its listener has stopped, and forgets it */
#define SW_ENTRY_DONE		0x0200	/* tcp_done() runs, @path says for whom */
#define SW_ENTRY_NOT_FOLLOWED	0x0400	/* a call acts on it that was not seen to begin */
#define SW_ENTRY_RST		0x0800	/* a RST outside calls was decided: @rst */
#define SW_ENTRY_RST_SENT	0x1000	/* and sent */
#define SW_ENTRY_RST_RECEIVED	0x2000	/* tcp_reset() runs: the peer's RST */
#define SW_ENTRY_REJECTED	0x4000	/* tcp_reset() runs: our own decision */
#define SW_ENTRY_SEGMENT_RST	0x8000	/* the segment that is looked at is a RST */
#define SW_ENTRY_CHILD_ASKED	0x10000	/* and current asked for that */
#define SW_ENTRY_CHILD_COUNTED	0x20000	/* its listener's call counts it */
#define SW_ENTRY_CLOSING	0x40000	/* close() was called, and may wait */
#define SW_ENTRY_AWAY		0x80000	/* only the owner is still known, and who it was */

/* What is of the connection, and not of the next one of the same socket. */
#define SW_ENTRY_CONNECTION						\
	(~(SW_ENTRY_SEEN | SW_ENTRY_DESTROYED | SW_ENTRY_ENDED))

/**
 * struct sw_rst - a RST outside calls, from its decision to its record
 * @v: values at the moment of the decision; with SW_ENTRY_REJECTED, too
 * @trigger: the segment, or the values of the timer
 * @failed: RSTs that could not leave this CPU, when this one was decided
 * @asker: thread that asked for it; 0 if none did
 * @moves: how often the task had gone to another CPU then, modulo 2^16
 * @by: enum shutwatch_by
 * @why: enum shutwatch_why
 * @kreason: the kernel's reason for it
 * @kreason_known: it gave one
 * @freed: the kernel let go of that segment on the way
 * @no_values: there was no full socket to ask
 */
struct sw_rst {
	struct sw_values	v;
	union shutwatch_trigger	trigger;
	u32			failed;
	u32			asker;
	u16			moves;
	u8			by;
	u8			why;
	u8			kreason;
	bool			kreason_known;
	bool			freed;
	bool			no_values;
};

/**
 * struct sw_entry - an entry of the table: what is remembered of a socket
 * @info: what the sockets file shows
 * @parent: cookie of the listener that stopped
 * @msk: cookie of the MPTCP socket whose subflow it is; 0 if that is not known
 * @rst: with SW_ENTRY_RST: the RST that is on its way; with SW_ENTRY_REJECTED its
 *	values alone
 * @filter: generation of the filter that let the socket in; 0 if it is new
 * @flags: SW_ENTRY_*
 * @before: enum shutwatch_tcp before the last transition
 * @path: enum sw_path: with SW_ENTRY_DONE, whom tcp_done() runs for
 * @fin_path: enum sw_path: what ran tcp_shutdown() or __tcp_close() last, other
 *	than a call on this socket
 * @mini_by: enum shutwatch_by: who ends the mini-socket
 */
struct sw_entry {
	struct sw_sockinfo	info;
	u64			parent;
	u64			msk;
	struct sw_rst		rst;
	u32			filter;
	u32			flags;
	u8			before;
	u8			path;
	u8			fin_path;
	u8			mini_by;
} __aligned(64);

/*
 * The lock of a set.  It is held for a hundred instructions or so, with
 * interrupts off, and nothing sleeps inside; the one lock that is taken inside
 * is that of probe_reply.c's last clients turned away, which takes none: one bit
 * is enough.  A raw_spinlock_t would cost 5 % more of recording, for the
 * calls; kernels built to check locks or races get it, because a bit is nothing
 * that lockdep could see.
 */
#if defined(CONFIG_LOCKDEP) || defined(CONFIG_DEBUG_SPINLOCK) || defined(CONFIG_KCSAN)
#define SW_SET_LOCK_CHECKED	1
#else
#define SW_SET_LOCK_CHECKED	0
#endif

/**
 * struct sw_set - eight slots and the lock that protects them
 * @lock: protects all of the set
 * @hand: where the evictor looks next
 * @strays: how many sockets are not in their own way
 * @cookie: whose slots they are; 0 where one is free
 * @way: the slots
 */
struct sw_set {
#if SW_SET_LOCK_CHECKED
	raw_spinlock_t		lock;
#else
	unsigned long		lock;
#endif
	u32			hand;
	u32			strays;
	u64			cookie[SW_WAYS];
	struct sw_entry		way[SW_WAYS];
};

/**
 * struct sw_socktab - the table
 * @sets: its sets
 * @set_mask: number of sets, a power of two, less one
 * @set_bits: how many bits of a cookie name the set
 */
struct sw_socktab {
	struct sw_set	*sets;
	u64		set_mask;
	u8		set_bits;
};

/**
 * struct sw_held - the lock of an entry's set, while it is held
 * @set: the set
 * @irqflags: interrupts before
 */
struct sw_held {
	struct sw_set	*set;
	unsigned long	irqflags;
};

extern struct sw_socktab sw_socktab;
DECLARE_PER_CPU(int, sw_live);

int sw_socktab_init(unsigned int size);
void sw_socktab_exit(void);
struct sw_entry *sw_set_find_stray(struct sw_set *set, u64 cookie);
struct sw_entry *sw_set_take(struct sw_set *set, unsigned int way, u64 cookie);
void sw_entry_split(struct sw_set *set, struct sw_entry *e);
unsigned int sw_socktab_size(void);
unsigned int sw_socktab_tracked(void);
bool sw_socktab_show(unsigned int index, struct sw_sockinfo *info);

static __always_inline struct sw_set *sw_set_of(u64 cookie)
{
	return &sw_socktab.sets[cookie & sw_socktab.set_mask];
}

/*
 * A mini-socket has the cookie of its socket.  When that has gone on to the next
 * connection, the mini-socket's entry is found by the cookie and a number in bits
 * 60 to 62, which are all the same in every cookie: those count up from 0, or,
 * made inside another one's making, down from 2^64.  It is in the same set.
 */
#define SW_MINIS	7

static inline u64 sw_mini_cookie(u64 cookie, unsigned int nr)
{
	return cookie ^ (u64)nr << 60;
}

/* Where in its set a socket is put, if it can be. */
static __always_inline unsigned int sw_way_of(u64 cookie)
{
	return cookie >> sw_socktab.set_bits & (SW_WAYS - 1);
}

#if SW_SET_LOCK_CHECKED
static inline void sw_set_init(struct sw_set *set)
{
	raw_spin_lock_init(&set->lock);
}

static __always_inline void sw_set_acquire(struct sw_set *set)
{
	raw_spin_lock(&set->lock);
}

static __always_inline void sw_set_release(struct sw_set *set)
{
	raw_spin_unlock(&set->lock);
}
#else
static inline void sw_set_init(struct sw_set *set)
{
}

static __always_inline void sw_set_acquire(struct sw_set *set)
{
	while (unlikely(test_and_set_bit_lock(0, &set->lock)))
		cpu_relax();
}

static __always_inline void sw_set_release(struct sw_set *set)
{
	__clear_bit_unlock(0, &set->lock);
}
#endif

/*
 * Handlers of task, softirq and irq_work meet at a set: interrupts are off
 * while one is locked, on PREEMPT_RT too.
 */
static __always_inline struct sw_held sw_set_lock(struct sw_set *set)
{
	struct sw_held held = { .set = set };

	local_irq_save(held.irqflags);
	sw_set_acquire(set);
	return held;
}

/**
 * sw_entry_put() - let go of an entry
 * @held: from sw_entry_find() or sw_entry_get()
 *
 * Context: any.  Unlocks the entry's set.
 */
static __always_inline void sw_entry_put(const struct sw_held *held)
{
	sw_set_release(held->set);
	local_irq_restore(held->irqflags);
}

/* In its own way, or a stray; NULL if it is not in this set, locked. */
static __always_inline struct sw_entry *sw_set_find(struct sw_set *set,
						    u64 cookie)
{
	unsigned int way = sw_way_of(cookie);

	if (likely(set->cookie[way] == cookie))
		return sw_not_null(&set->way[way]);
	return unlikely(set->strays) ? sw_set_find_stray(set, cookie) : NULL;
}

/**
 * sw_entry_find() - look a socket up
 * @cookie: SO_COOKIE
 * @held: for sw_entry_put()
 *
 * Context: any.  Returns with the entry's set locked and interrupts off.
 * Return: the entry, or NULL (nothing locked) if it is not in the table.
 */
static __always_inline struct sw_entry *sw_entry_find(u64 cookie,
						      struct sw_held *held)
{
	struct sw_entry *e;

	*held = sw_set_lock(sw_set_of(cookie));
	e = sw_set_find(held->set, cookie);
	if (unlikely(!e))
		sw_entry_put(held);
	else
		e->flags |= SW_ENTRY_SEEN;
	return e;
}

/**
 * sw_entry_get() - look a socket up, or take it in
 * @cookie: SO_COOKIE
 * @held: for sw_entry_put()
 *
 * Context: any.  Returns with the entry's set locked and interrupts off.
 * Return: the entry.
 */
static __always_inline struct sw_entry *sw_entry_get(u64 cookie,
						     struct sw_held *held)
{
	struct sw_entry *e;

	*held = sw_set_lock(sw_set_of(cookie));
	e = sw_set_find(held->set, cookie);
	if (unlikely(!e))
		return sw_not_null(sw_set_take(held->set, sw_way_of(cookie),
					       cookie));
	e->flags |= SW_ENTRY_SEEN;
	return e;
}

/**
 * sw_entry_key() - where an entry is found
 * @held: the lock of its set
 * @e: the entry, locked
 *
 * Context: any.
 * Return: what sw_entry_find() finds it by: its cookie, but for a mini-socket
 *	whose socket has gone on.
 */
static inline u64 sw_entry_key(const struct sw_held *held,
			       const struct sw_entry *e)
{
	return held->set->cookie[e - held->set->way];
}

/**
 * sw_entry_move() - note a transition
 * @e: the entry, locked
 * @state: enum shutwatch_tcp: the new state
 * @now: when it came into it, of sw_now_for(); 0 if that was not seen
 *
 * Context: any.
 */
static __always_inline void sw_entry_move(struct sw_entry *e, u8 state, u64 now)
{
	e->before = e->info.state;
	e->info.state = state;
	e->info.since = now;
	e->info.path = e->info.path << SW_PATH_BITS | state;
}

/**
 * sw_entry_end() - the kernel is done with the socket
 * @e: the entry, locked; it stays findable until it is reused
 *
 * Context: any.
 */
static inline void sw_entry_end(struct sw_entry *e)
{
	if (e->flags & SW_ENTRY_ENDED)
		return;
	e->flags |= SW_ENTRY_ENDED;
	this_cpu_dec(sw_live);
}

/**
 * sw_entry_forget() - what is remembered of a socket is out of date
 * @e: the entry, locked
 *
 * It is kept, as long as its slot is not needed, for its owner and its ports.
 *
 * Context: any.
 */
static inline void sw_entry_forget(struct sw_entry *e)
{
	sw_entry_end(e);
	e->flags &= SW_ENTRY_SEEN | SW_ENTRY_DESTROYED | SW_ENTRY_ENDED;
	e->flags |= SW_ENTRY_AWAY;
	e->filter = 0;
}

void sw_entry_revive(struct sw_entry *e);

#endif /* _SHUTWATCH_SOCKTAB_H */
