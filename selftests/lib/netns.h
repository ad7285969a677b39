/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A network namespace of one's own, and what it knows about itself.
 */
#ifndef NETNS_H
#define NETNS_H

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <linux/types.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * An address that nobody answers for, and our own next to it: TEST-NET-1, and
 * what IPv6 has for documents.
 */
#define NETNS_BLACKHOLE		"192.0.2.8"
#define NETNS_NEXT_TO		"192.0.2.1"
#define NETNS_BLACKHOLE6	"2001:db8::8"
#define NETNS_NEXT_TO6		"2001:db8::1"

#define NETNS_BLACKHOLE_PORT	8067

/**
 * struct netns_request - an rtnetlink request
 * @header: its type and length; the flags are netns_ask()'s
 * @link: the body that the type has
 * @addr: likewise
 * @route: likewise
 * @neighbour: likewise
 * @attributes: see netns_attribute()
 */
struct netns_request {
	struct nlmsghdr header;
	union {
		struct ifinfomsg link;
		struct ifaddrmsg addr;
		struct rtmsg route;
		struct ndmsg neighbour;
	};
	char attributes[192];
};

void netns_attribute(struct netns_request *rq, int type, const void *data, size_t len);
int netns_ask(struct netns_request *rq);
int netns_await_address6(const struct in6_addr *ip);

int netns_enter(void);
int netns_dig_blackhole(void);
int netns_lose_blackhole(void);
__u64 netns_inode(void);
bool netns_in_state(const char *local, const char *remote, unsigned int states);

#endif /* NETNS_H */
