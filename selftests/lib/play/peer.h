/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A peer made of nothing but packets: it sends what the test wants it to, and
 * answers nothing by itself.  So a connection can be held in any state.
 */
#ifndef PEER_H
#define PEER_H

#include <linux/types.h>

#include "packet.h"
#include "play.h"

#define PEER_WINDOW	65535

/**
 * struct peer - it, and its one connection
 * @play: where it plays
 * @fd: packets from and to lo
 * @address: its own, as packets have it
 * @socket: the address of the other side, likewise
 * @next: the sequence number of what it sends next
 * @syn: that of the last SYN that it has heard
 * @heard: the sequence number after all that it has heard
 * @acked: what it has acknowledged so far
 * @window: how much it lets the other side send
 */
struct peer {
	struct play *play;
	int fd;
	char address[ADDRESS_LEN];
	char socket[ADDRESS_LEN];
	__u32 next;
	__u32 syn;
	__u32 heard;
	__u32 acked;
	__u16 window;
};

void peer_open(struct peer *peer, struct play *play);

/* A socket of ours calls it, or it calls a listener of ours. */
void peer_called(struct peer *peer, enum who who);
void peer_may_call(struct peer *peer, enum who listener);
void peer_calls(struct peer *peer, enum who listener);

void peer_acks(struct peer *peer);
void peer_sends(struct peer *peer, __u8 flags, const char *data);
void peer_sends_at(struct peer *peer, __u8 flags, __u32 seq, __u32 ack,
		   const char *data);
void peer_transmits(const struct peer *peer, __u8 flags, __u32 seq, __u32 ack,
		    const char *data);
void peer_hears(struct peer *peer, __u8 flags);

/* With all of the above: the handshake. */
void peer_connects(struct peer *peer, enum who who);
void peer_crosses(struct peer *peer, enum who who);
void peer_remote(struct peer *peer, enum who listener);
void peer_is_served(struct peer *peer, enum who listener);

#endif /* PEER_H */
