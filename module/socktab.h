/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The table of sockets: what is remembered of each, found by its cookie.
 *
 * Knows no struct sock: pointers are reused at once, cookies never.
 */
#ifndef _SHUTWATCH_SOCKTAB_H
#define _SHUTWATCH_SOCKTAB_H

#include <linux/list.h>
#include <linux/types.h>

#include "record.h"

struct sw_shard;

/* struct sw_socket.flags */
#define SW_SOCK_MINI		0x0001	/* a mini-socket has the connection */
#define SW_SOCK_MINI_PUT	0x0002	/* @mini_by says who ends it */
#define SW_SOCK_DESTROYED	0x0004	/* the full socket is gone */
#define SW_SOCK_ENDED		0x0008	/* in the queue of slots to be reused */
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
 * @hash: in the shard's chain of this cookie; protected by its lock, as all is
 * @next: in the queue of free or of ended slots
 * @shard: where the slot lives, and whose lock is held with it
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
	struct hlist_node	hash;
	struct sw_socket	*next;
	struct sw_shard		*shard;
	u32			filter;
	u16			flags;
	u8			before;
	u8			why;
	u8			kreason;
	u8			kreason_known;
	u8			mini_by;
};

int sw_socktab_init(unsigned int size);
void sw_socktab_exit(void);

struct sw_socket *sw_socket_find(u64 cookie, unsigned long *irqflags);
struct sw_socket *sw_socket_get(u64 cookie, unsigned long *irqflags, bool *fresh);
void sw_socket_put(struct sw_socket *s, unsigned long irqflags);
void sw_socket_move(struct sw_socket *s, u8 state);
void sw_socket_end(struct sw_socket *s);

unsigned int sw_socktab_size(void);
unsigned int sw_socktab_tracked(void);
bool sw_socktab_show(unsigned int index, struct sw_sockinfo *info);

#endif /* _SHUTWATCH_SOCKTAB_H */
