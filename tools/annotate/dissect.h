/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the bytes of a packet to its TCP segment.
 */
#ifndef SHUTWATCH_DISSECT_H
#define SHUTWATCH_DISSECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "endpoint.h"

/* Of flags: those of the TCP header, and of flags= in a record. */
#define SEGMENT_FIN	0x01
#define SEGMENT_SYN	0x02
#define SEGMENT_RST	0x04
#define SEGMENT_ACK	0x10
#define SEGMENT_FLAGS	0x3f

/**
 * struct wire_segment - a TCP segment
 * @from: the end that sent it
 * @to: the end that it is for
 * @seq: its sequence number
 * @ack: what it acknowledges
 * @len: bytes of payload
 * @flags: SEGMENT_
 * @is_outgoing: the capture says that this host sent it
 */
struct wire_segment {
	struct endpoint from, to;
	uint32_t seq, ack, len;
	unsigned int flags;
	bool is_outgoing;
};

/* What dissect() finds. */
enum dissected {
	DISSECT_OTHER,		/* no TCP */
	DISSECT_TCP,
	DISSECT_SHORT,		/* TCP, but the flags were not captured */
	DISSECT_SHORT_IP	/* so little that it may be TCP or not */
};

bool dissect_knows(unsigned int link);
enum dissected dissect(struct wire_segment *s, unsigned int link, const unsigned char *data,
		       size_t len);

#endif /* SHUTWATCH_DISSECT_H */
