/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TCP packets as a reader of tcpdump knows them.
 */
#ifndef PACKET_H
#define PACKET_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

#include "address.h"

/* The flags of the TCP header. */
#define PACKET_FIN	0x01
#define PACKET_SYN	0x02
#define PACKET_RST	0x04
#define PACKET_PSH	0x08
#define PACKET_ACK	0x10
#define PACKET_URG	0x20

/**
 * struct packet - one TCP segment on the wire
 * @src: who sent it
 * @dst: to whom
 * @time: when it was captured, by the clock that the records tell; 0: not known
 * @number: sequence number
 * @seq: the same; relative to the sender's SYN once flows_follow() has
 *	seen it
 * @ack: acknowledgment number, likewise relative to the other side's SYN
 * @len: bytes of data
 * @flags: PACKET_*
 * @again: nothing in it is new: a retransmission
 * @ours: no socket sent it, but the test itself
 */
struct packet {
	char src[ADDRESS_LEN];
	char dst[ADDRESS_LEN];
	__u64 time;
	__u32 number;
	__u32 seq;
	__u32 ack;
	__u32 len;
	__u8 flags;
	bool again;
	bool ours;
};

bool packet_decode(struct packet *packet, const __u8 *frame, size_t len);
void packet_print(char *text, size_t size, const struct packet *packet);

#endif /* PACKET_H */
