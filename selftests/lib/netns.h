/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A network namespace of one's own, and what it knows about itself.
 */
#ifndef NETNS_H
#define NETNS_H

#include <linux/types.h>
#include <stdbool.h>

/*
 * An address that nobody answers for, and our own next to it: TEST-NET-1, and
 * what IPv6 has for documents.
 */
#define NETNS_BLACKHOLE		"192.0.2.8"
#define NETNS_NEXT_TO		"192.0.2.1"
#define NETNS_BLACKHOLE6	"2001:db8::8"
#define NETNS_NEXT_TO6		"2001:db8::1"

#define NETNS_BLACKHOLE_PORT	8067

int netns_enter(void);
int netns_dig_blackhole(void);
int netns_lose_blackhole(void);
__u64 netns_inode(void);
bool netns_in_state(const char *local, const char *remote, unsigned int states);

#endif /* NETNS_H */
