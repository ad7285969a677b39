/* SPDX-License-Identifier: GPL-2.0-only */
/* The ring of records: many writers in any context, readers with positions. */
#ifndef _SHUTWATCH_RING_H
#define _SHUTWATCH_RING_H

#include <linux/types.h>
#include <linux/wait.h>

#include "record.h"

int sw_ring_init(unsigned int size);
void sw_ring_exit(void);

struct sw_record *sw_ring_begin(u64 *seq);
void sw_ring_commit(struct sw_record *rec, u64 seq);

/**
 * struct sw_cursor - a reader's place in the ring
 * @next: sequence number of the record to be read next
 * @last: and of the last one that is wanted; U64_MAX for all to come
 */
struct sw_cursor {
	u64	next;
	u64	last;
};

void sw_ring_seek_oldest(struct sw_cursor *cursor, bool follow);
bool sw_ring_read(struct sw_cursor *cursor, struct sw_record *rec);
bool sw_ring_readable_or_wake(const struct sw_cursor *cursor);
int sw_ring_wait(const struct sw_cursor *cursor);
wait_queue_head_t *sw_ring_waitqueue(void);

#endif /* _SHUTWATCH_RING_H */
