/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A random program: a listener, some clients, and what both sides do with their
 * sockets.  It is made of nothing but its seed.
 */
#ifndef SCENE_H
#define SCENE_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

#include "address.h"

#define SCENE_CLIENTS	3
#define SCENE_ACTS	48

/*
 * The sockets of a side.  Each client has a slot, and what is accepted has one;
 * the listener is the server's slot 0.
 */
#define SCENE_SLOTS	(1 + SCENE_CLIENTS)
#define SLOT_LISTENER	0

/*
 * Of either side: a second listener on the same port, where there is one, and after
 * it what that accepts (kinds/migrate.h).
 */
#define SLOT_OTHER	SCENE_SLOTS
#define SCENE_SOCKETS	(2 * SCENE_SLOTS)

/* Each scene has ports of its own: the listener's, and one for each client. */
#define SCENE_PORT	10000

/* What a side does with one of its sockets, and what the argument is. */
#define VERB_LIST(X)							\
	X(VERB_LISTEN,		"listen")	/* the backlog */	\
	X(VERB_CONNECT,		"connect")	/* enum connect_how */	\
	X(VERB_ACCEPT,		"accept")				\
	X(VERB_SEND,		"send")		/* bytes */		\
	X(VERB_URGENT,		"send_urgent")				\
	X(VERB_RECV,		"recv")		/* bytes */		\
	X(VERB_PEEK,		"peek")		/* bytes */		\
	X(VERB_AWAIT,		"await")	/* milliseconds */	\
	X(VERB_SHUTDOWN,	"shutdown")	/* SHUT_* */		\
	X(VERB_CLOSE,		"close")				\
	X(VERB_CLOSE_WAITED,	"close_waited")				\
	X(VERB_LINGER,		"linger")	/* seconds, -1: off */	\
	X(VERB_LINGER2,		"linger2")	/* seconds, or -1 */	\
	X(VERB_UNSPEC,		"unspec")				\
	X(VERB_DESTROY,		"destroy")				\
	X(VERB_DEAF,		"deaf")		/* 1: hears nothing; 0 */	\
	X(VERB_KEEPALIVE,	"keepalive")	/* probes, each a second */ \
	X(VERB_USER_TIMEOUT,	"user_timeout")	/* milliseconds */	\
	X(VERB_REPAIR,		"repair")	/* 1: on; 0: off */	\
	X(VERB_FORK,		"fork")		/* milliseconds */	\
	X(VERB_EXIT,		"exit")					\
	X(VERB_KILL,		"kill")					\
	/* see kinds/ */						\
	X(VERB_GIVE,		"give")		/* pass_arg() */	\
	X(VERB_LEND,		"lend")		/* pass_arg() */	\
	X(VERB_URING_CLOSE,	"uring_close")	/* 1: by a worker */	\
	X(VERB_URING_SHUTDOWN,	"uring_shutdown") /* uring_shutdown_arg() */ \
	X(VERB_URING_RECV,	"uring_recv")	/* milliseconds */	\
	X(VERB_FIREWALL,	"firewall")	/* FIREWALL_* */	\
	X(VERB_TLS,		"tls")		/* TLS_* */		\
	X(VERB_VANISH,		"vanish")	/* VANISH_* */		\
	X(VERB_SOCKMAP,		"sockmap")	/* SOCKMAP_* */

#define VERB_AS_ENUM(id, name)	id,
#define VERB_AS_NAME(id, name)	[id] = name,

enum verb {
	VERB_LIST(VERB_AS_ENUM)
	VERBS
};

/* From CONNECT_FASTOPEN on: and one byte, or more, goes with the SYN. */
enum connect_how {
	CONNECT_WAITS,
	CONNECT_NONBLOCK,
	CONNECT_FASTOPEN,
};

enum side {
	SIDE_CLIENT,
	SIDE_SERVER,
	SIDES
};

/**
 * struct act - one step of a program
 * @side: whose, enum side
 * @slot: which socket of that side
 * @verb: enum verb
 * @in_step: not before the other side has done all that stands above
 * @arg: see VERB_LIST
 */
struct act {
	__u8 side;
	__u8 slot;
	__u8 verb;
	bool in_step;
	int arg;
};

/* Settings of the network namespace that make a difference to many. */
#define WORLD_LIST(X)							\
	X(WORLD_ABORT,		"ipv4/tcp_abort_on_overflow")	\
	X(WORLD_BUCKETS,	"ipv4/tcp_max_tw_buckets")		\
	X(WORLD_RFC1337,	"ipv4/tcp_rfc1337")			\
	X(WORLD_TIMESTAMPS,	"ipv4/tcp_timestamps")		\
	X(WORLD_REUSE,		"ipv4/tcp_tw_reuse")			\
	X(WORLD_COOKIES,	"ipv4/tcp_syncookies")			\
	X(WORLD_FASTOPEN,	"ipv4/tcp_fastopen")

enum world_setting {
	WORLD_LIST(VERB_AS_ENUM)
	WORLD_SETTINGS
};

/* How a namespace dies, see kinds/dying.h. */
enum dies {
	DIES_NOT,
	DIES_LAST,		/* its processes are killed, then we leave it */
	DIES_FIRST,		/* we leave it, then its processes are killed */
};

/**
 * struct world - where scenes are played
 * @value: of each setting
 * @apart: clients and server are two hosts with a router between them
 * @delay: milliseconds that it takes for each packet, and half as many more or
 *	less, so that they overtake each other
 * @loss: percent of all packets that it loses
 * @duplicate: percent that it sends twice
 * @walls: each host has a firewall of its own
 * @migrates: what a listener leaves goes to another one of its group
 * @dies: its programs are killed, and nobody waits for what they leave, enum dies
 * @dies_ms: milliseconds since the last of them has begun
 * @ways: so many scenes have interfaces of their own, see kinds/way.h
 * @path: how segments get to hosts that are apart, enum path (kinds/paths.h)
 */
struct world {
	int value[WORLD_SETTINGS];
	bool apart;
	int delay;
	int loss;
	int duplicate;
	bool walls;
	bool migrates;
	int dies;
	int dies_ms;
	int ways;
	int path;
};

/* As many seeds, the first of them a multiple of that, share a world. */
#define WORLD_SEEDS	512

/**
 * struct scene - a program
 * @seed: what it was made from
 * @index: its place in the batch, which its ports follow from
 * @family: what its clients are made of
 * @dual: the listener is an IPv6 socket that takes IPv4, too
 * @apart: see struct world
 * @cookies: the world has SYN cookies
 * @own_way: each side has an interface of its own, see kinds/way.h
 * @group: its listeners are a group, SO_REUSEPORT, see kinds/migrate.h
 * @migrates: see struct world
 * @mptcp: by slot, a bit each: the listener or the client is an MPTCP socket
 * @nr_clients: 1 to SCENE_CLIENTS
 * @nr_acts: how many of @act are in use
 * @act: both sides' acts, each side's in its own order
 */
struct scene {
	__u64 seed;
	int index;
	enum family family;
	bool dual;
	bool apart;
	bool cookies;
	bool own_way;
	bool group;
	bool migrates;
	__u8 mptcp;
	int nr_clients;
	int nr_acts;
	struct act act[SCENE_ACTS];
};

/* What goes with the SYN. */
static inline int connect_bytes(const struct act *act)
{
	return act->arg < CONNECT_FASTOPEN ? 0 : 1 + act->arg - CONNECT_FASTOPEN;
}

/* Is it IPv6 on the wire? */
static inline bool scene_is_ipv6(const struct scene *scene)
{
	return scene->family == FAMILY_IPV6;
}

/* Which listener accepts into a slot. */
static inline int scene_listener_of(int slot)
{
	return slot < SLOT_OTHER ? SLOT_LISTENER : SLOT_OTHER;
}

/* Is it an act on a socket that has the server's port? */
static inline bool scene_is_servers(const struct act *act)
{
	return act->side == SIDE_SERVER || act->slot >= SLOT_OTHER;
}

int scene_port(const struct scene *scene, int slot);
int scene_index_of_port(int port);
void scene_address(const struct scene *scene, char address[ADDRESS_LEN], int slot);
void scene_bind_address(const struct scene *scene, char address[ADDRESS_LEN]);
void scene_act_print(const struct act *act, char *text, size_t size);

#endif /* SCENE_H */
