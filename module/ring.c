// SPDX-License-Identifier: GPL-2.0-only
/* The ring of records: its memory, and its readers.  Writing is in ring.h. */

#include <linux/delay.h>
#include <linux/sched/signal.h>
#include <linux/vmalloc.h>

#include "counters.h"
#include "ring.h"

/*
 * A slot whose writer gave up never gets its number.  sw_ring.hole is the last
 * such number; of others, a reader assumes it once this many later records were
 * begun: no writer takes that long between taking a number and marking the
 * slot, unless its CPU was taken away.
 */
#define GIVEN_UP	512

struct sw_ring sw_ring;

static DECLARE_WAIT_QUEUE_HEAD(ring_wait);

static_assert(sizeof(struct sw_record) == 160);

static void wake_readers(struct irq_work *work)
{
	wake_up_interruptible_all(&ring_wait);
}

/**
 * sw_ring_init() - allocate the ring
 * @size: number of records, a power of two
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int sw_ring_init(unsigned int size)
{
	sw_ring.slots = vzalloc(array_size(size, sizeof(*sw_ring.slots)));
	if (!sw_ring.slots)
		return -ENOMEM;
	sw_ring.mask = size - 1;
	sw_ring.watermark = size / 4 - 1;
	init_irq_work(&sw_ring.wake, wake_readers);
	return 0;
}

/**
 * sw_ring_exit() - free the ring
 *
 * No writer and no reader is left: the hooks are gone, the files too.
 *
 * Context: process, may sleep.
 */
void sw_ring_exit(void)
{
	irq_work_sync(&sw_ring.wake);
	vfree(sw_ring.slots);
}

static u64 oldest(u64 head)
{
	return head > sw_ring.mask ? head - sw_ring.mask : 1;
}

/**
 * sw_ring_seek_oldest() - go to the oldest record that is kept
 * @cursor: the reader's place
 * @follow: read on past the records that are there now
 *
 * Context: any.
 */
void sw_ring_seek_oldest(struct sw_cursor *cursor, bool follow)
{
	u64 head = atomic64_read(&sw_ring.head);

	cursor->next = oldest(head);
	cursor->last = follow ? U64_MAX : head;
}

/**
 * sw_ring_seek_end() - go behind the newest record that there is
 * @cursor: the reader's place, of one that follows
 *
 * Context: any.
 */
void sw_ring_seek_end(struct sw_cursor *cursor)
{
	cursor->next = atomic64_read(&sw_ring.head) + 1;
}

enum slot_state { SLOT_READY, SLOT_NOT_YET, SLOT_GONE };

static enum slot_state slot_state(u64 word, u64 number)
{
	if (word == number)
		return SLOT_READY;
	if (word == (number | SW_RING_BUSY))
		return SLOT_NOT_YET;
	if ((word & ~SW_RING_BUSY) > number || READ_ONCE(sw_ring.hole) == number)
		return SLOT_GONE;
	return atomic64_read(&sw_ring.head) >= number + GIVEN_UP ? SLOT_GONE : SLOT_NOT_YET;
}

/*
 * A reader that stops at the end cannot come back for a record that is still
 * being written, so it waits: for a microsecond, or for some milliseconds if a
 * hypervisor has taken the writer's CPU away.
 */
static enum slot_state await_writer(const struct sw_record *slot, u64 number,
				    u64 *word)
{
	enum slot_state state = SLOT_NOT_YET;
	unsigned int looks;

	for (looks = 0; state == SLOT_NOT_YET && looks < 200; looks++) {
		usleep_range(500, 1000);
		/* await_writer:A pairs with sw_ring_commit:A. */
		*word = smp_load_acquire(&slot->seq);
		state = slot_state(*word, number);
	}
	return state == SLOT_NOT_YET ? SLOT_GONE : state;
}

static void lost_record(struct sw_record *rec, u64 last, u64 count)
{
	memset(rec, 0, sizeof(*rec));
	rec->kind = SHUTWATCH_KIND_LOST;
	rec->seq = last;
	rec->aux = count;
	sw_count_many(SW_COUNT_LOST_READERS, count);
}

/**
 * sw_ring_read() - read the next record
 * @cursor: the reader's place, moved on
 * @rec: receives the record; one of kind lost in the place of a gap
 *
 * Context: process, may sleep.
 * Return: whether there was one.
 */
bool sw_ring_read(struct sw_cursor *cursor, struct sw_record *rec)
{
	u64 head = atomic64_read(&sw_ring.head), first = cursor->next;
	u64 last = min(head, cursor->last);

	/* Lapped: all that the ring no longer holds is one gap. */
	if (first < oldest(head))
		cursor->next = min(oldest(head), last + 1);

	while (cursor->next <= last) {
		struct sw_record *slot = &sw_ring.slots[cursor->next & sw_ring.mask];
		/* sw_ring_read:A pairs with sw_ring_commit:A. */
		u64 word = smp_load_acquire(&slot->seq);
		enum slot_state state = slot_state(word, cursor->next);

		if (state == SLOT_NOT_YET && cursor->last != U64_MAX)
			state = await_writer(slot, cursor->next, &word);
		if (state == SLOT_NOT_YET)
			break;
		if (state == SLOT_READY && cursor->next == first) {
			/*
			 * A writer of the next lap may be filling the slot:
			 * then the number differs, and nobody looks at the copy.
			 */
			data_race(memcpy(rec, slot, sizeof(*rec)));
			/* sw_ring_read:B pairs with sw_ring_begin:A. */
			smp_rmb();
			if (READ_ONCE(slot->seq) == word) {
				cursor->next++;
				return true;
			}
			state = SLOT_GONE;
		}
		if (state == SLOT_READY)
			break;
		cursor->next++;
	}
	if (cursor->next == first)
		return false;
	lost_record(rec, cursor->next - 1, cursor->next - first);
	return true;
}

static u64 next_number(const struct sw_cursor *cursor)
{
	/*
	 * A thread that waits does not hold the lock that protects the cursor:
	 * another may read from the same file and move it on.  At worst this
	 * one wakes up to find nothing, and waits again.
	 */
	return data_race(READ_ONCE(cursor->next));
}

static bool readable(const struct sw_cursor *cursor)
{
	u64 next = next_number(cursor), word;

	if (next > (u64)atomic64_read(&sw_ring.head))
		return false;
	word = READ_ONCE(sw_ring.slots[next & sw_ring.mask].seq);
	return slot_state(word, next) != SLOT_NOT_YET;
}

/**
 * sw_ring_readable_or_wake() - is there something to read? If not, wake me
 * @cursor: the reader's place
 *
 * For callers that have joined sw_ring_waitqueue(): if there is nothing, the
 * next writer wakes it.
 *
 * Context: any.
 * Return: whether sw_ring_read() would return true.
 */
bool sw_ring_readable_or_wake(const struct sw_cursor *cursor)
{
	atomic_set(&sw_ring.sleepers, 1);
	/* sw_ring_readable_or_wake:A pairs with sw_ring_commit:B. */
	smp_mb();
	return readable(cursor);
}

/**
 * sw_ring_wait() - sleep until there is something to read
 * @cursor: the reader's place
 *
 * Context: process, sleeps.
 * Return: 0, or -ERESTARTSYS on a signal.
 */
int sw_ring_wait(const struct sw_cursor *cursor)
{
	return wait_event_interruptible(ring_wait, sw_ring_readable_or_wake(cursor));
}

/**
 * sw_ring_above_watermark() - is a quarter of the ring unread?
 * @cursor: the reader's place
 *
 * For callers that have joined sw_ring_waitqueue() and wait for a batch: it is
 * woken when this becomes true, or a quarter of the ring later.
 *
 * Context: any.
 * Return: whether it is.
 */
bool sw_ring_above_watermark(const struct sw_cursor *cursor)
{
	u64 head = atomic64_read(&sw_ring.head);

	return head + 1 - next_number(cursor) > sw_ring.watermark;
}

/**
 * sw_ring_wait_batch() - sleep until there are many records to read
 * @cursor: the reader's place
 * @timeout: for at most so long, jiffies
 *
 * Ends early when the watermark is passed, or on a signal.
 *
 * Context: process, sleeps.
 */
void sw_ring_wait_batch(const struct sw_cursor *cursor, unsigned long timeout)
{
	wait_event_interruptible_timeout(ring_wait, sw_ring_above_watermark(cursor),
					 timeout);
}

/**
 * sw_ring_waitqueue() - where readers sleep, for poll
 *
 * Return: the wait queue; join it, then ask sw_ring_readable_or_wake().
 */
wait_queue_head_t *sw_ring_waitqueue(void)
{
	return &ring_wait;
}
