/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ring of records.
 *
 * Writers run in any context, on any CPU, and never wait: a writer takes the
 * next number, claims the slot that belongs to it, fills it in place and
 * publishes it.  Nothing is shared between two writers but the number.
 *
 * The word sw_record.seq tells what a slot holds: a number, the same number
 * with SW_RING_BUSY while it is being written, or 0.  A writer that finds its
 * slot still busy, a whole lap later, gives its record up and counts it.
 *
 * Readers own nothing here.  Each has a cursor, copies the slot and looks at
 * the word again; what was overwritten it sees as a gap in the numbers, and
 * reports it.
 *
 * Memory barriers
 * ---------------
 * Each has a name, by which the comment beside it tells its partner.
 *
 *	sw_ring_begin:A			mark the slot busy, then write the
 *					record: cmpxchg64(), a full barrier
 *	sw_ring_commit:A		write the record, then its number:
 *					store-release
 *	sw_ring_commit:B		store the number, then load sleepers:
 *					smp_mb()
 *	sw_ring_read:A, await_writer:A	load the number, then the record:
 *					load-acquire
 *	sw_ring_read:B			copy the record, then load the number
 *					again: smp_rmb()
 *	sw_ring_readable_or_wake:A	set sleepers, then load the number:
 *					smp_mb()
 *
 * and what the pairs promise:
 *
 *	sw_ring_commit:A with sw_ring_read:A or await_writer:A
 *		A reader that sees the number of a record sees the whole record.
 *	sw_ring_begin:A with sw_ring_read:B
 *		A reader whose copy has anything of a later record sees that the
 *		number has changed, and drops the copy.
 *	sw_ring_commit:B with sw_ring_readable_or_wake:A
 *		Either the writer sees the sleeper and wakes it, or the reader
 *		sees the record and does not sleep.
 *
 * One data race is intended: the record is copied while a writer may be filling
 * it.  Everything else that two CPUs share is atomic or marked.
 */
#ifndef _SHUTWATCH_RING_H
#define _SHUTWATCH_RING_H

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/cache.h>
#include <linux/irq_work.h>
#include <linux/types.h>
#include <linux/wait.h>

#include "counters.h"
#include "not_null.h"
#include "record.h"

#define SW_RING_BUSY	BIT_ULL(63)

/**
 * struct sw_ring - the ring
 * @slots: the records
 * @mask: their number, a power of two, less one
 * @watermark: a quarter of their number, less one: so many unread records wake
 *	those that wait for a batch
 * @hole: the last number whose record was given up; of two writers that give
 *	up at once, either may be kept (see GIVEN_UP)
 * @head: the last number that was given out
 * @sleepers: set by readers, cleared by the wake-up
 * @wake: wakes them
 */
struct sw_ring {
	struct sw_record	*slots;
	u64			mask;
	u64			watermark;
	u64			hole;
	atomic64_t		head ____cacheline_aligned_in_smp;
	atomic_t		sleepers ____cacheline_aligned_in_smp;
	struct irq_work		wake;
};

extern struct sw_ring sw_ring;

int sw_ring_init(unsigned int size);
void sw_ring_exit(void);

/**
 * sw_ring_begin() - begin a record
 * @seq: receives its number, for sw_ring_commit()
 *
 * Context: any, preemption disabled until sw_ring_commit().
 * Return: the record to be filled in, or NULL if it has to be given up.
 */
static __always_inline struct sw_record *sw_ring_begin(u64 *seq)
{
	u64 number = atomic64_inc_return(&sw_ring.head);
	struct sw_record *rec = &sw_ring.slots[number & sw_ring.mask];
	u64 old = READ_ONCE(rec->seq);

	/*
	 * Still being written, or already that of the next lap.
	 * sw_ring_begin:A pairs with sw_ring_read:B.
	 */
	if (unlikely(old >= number) ||
	    unlikely(cmpxchg64(&rec->seq, old, number | SW_RING_BUSY) != old)) {
		WRITE_ONCE(sw_ring.hole, number);
		sw_count(SW_COUNT_LOST_RING);
		return NULL;
	}
	*seq = number;
	return sw_not_null(rec);
}

/**
 * sw_ring_commit() - publish a record
 * @rec: the record from sw_ring_begin()
 * @seq: its number
 *
 * Context: any.
 */
static __always_inline void sw_ring_commit(struct sw_record *rec, u64 seq)
{
	/* sw_ring_commit:A pairs with sw_ring_read:A and await_writer:A. */
	smp_store_release(&rec->seq, seq);
	sw_count(SW_COUNT_RECORDS);
	/* sw_ring_commit:B pairs with sw_ring_readable_or_wake:A. */
	smp_mb();
	if (unlikely(atomic_read(&sw_ring.sleepers)) &&
	    atomic_xchg(&sw_ring.sleepers, 0))
		irq_work_queue(&sw_ring.wake);
	/* For readers that wait for a batch: sw_ring_above_watermark(). */
	else if (unlikely(!(seq & sw_ring.watermark)))
		irq_work_queue(&sw_ring.wake);
}

/**
 * struct sw_cursor - a reader's place in the ring
 * @next: sequence number of the record to be read next
 * @last: and of the last one to be read; U64_MAX to follow for ever
 */
struct sw_cursor {
	u64	next;
	u64	last;
};

void sw_ring_seek_oldest(struct sw_cursor *cursor, bool follow);
void sw_ring_seek_end(struct sw_cursor *cursor);
bool sw_ring_read(struct sw_cursor *cursor, struct sw_record *rec);
bool sw_ring_readable_or_wake(const struct sw_cursor *cursor);
int sw_ring_wait(const struct sw_cursor *cursor);
bool sw_ring_above_watermark(const struct sw_cursor *cursor);
void sw_ring_wait_batch(const struct sw_cursor *cursor, unsigned long timeout);
wait_queue_head_t *sw_ring_waitqueue(void);

#endif /* _SHUTWATCH_RING_H */
