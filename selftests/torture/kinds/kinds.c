// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "chance.h"
#include "dying.h"
#include "firewall.h"
#include "kinds.h"
#include "migrate.h"
#include "mptcp.h"
#include "pass.h"
#include "paths.h"
#include "sockmap.h"
#include "tls.h"
#include "uring.h"
#include "vanish.h"
#include "way.h"

#define KIND_AS_NAME(id, name)	[id##_NUMBER] = name,

/* Each kind has numbers of its own, whichever others there are. */
#define STREAMS	16

static int find(const char *name, size_t len)
{
	static const char * const names[] = { KIND_LIST(KIND_AS_NAME) };
	int i;

	for (i = 0; i < KINDS; i++) {
		if (strlen(names[i]) == len && !strncmp(names[i], name, len))
			return i;
	}
	return -1;
}

/**
 * kinds_parse - kinds by their names
 * @kinds: where to, a bit each
 * @text: "all", "none", or names with a comma between two
 *
 * Return: 0, or -EINVAL if there is no such kind.
 */
int kinds_parse(unsigned int *kinds, const char *text)
{
	*kinds = KIND_NONE;
	if (!strcmp(text, "none"))
		return 0;
	if (!strcmp(text, "all")) {
		*kinds = KIND_ALL;
		return 0;
	}
	for (;;) {
		const size_t len = strcspn(text, ",");
		const int kind = find(text, len);

		if (kind < 0)
			return -EINVAL;
		*kinds |= 1 << kind;
		if (!text[len])
			return 0;
		text += len + 1;
	}
}

/**
 * kinds_prepare - what takes long is done before anything is played
 * @kinds: which ones, enum kind; loses those that cannot be played here
 */
void kinds_prepare(unsigned int *kinds)
{
	if (*kinds & KIND_TLS && !tls_prepare())
		fputs("torture: this kernel has no TLS: it is left out\n", stderr);
	if (*kinds & KIND_MPTCP && !mptcp_prepare()) {
		fputs("torture: calls on MPTCP sockets are not followed here: they are left out\n",
		      stderr);
		*kinds &= ~KIND_MPTCP;
	}
	if (*kinds & KIND_VANISH && !way_prepare()) {
		fputs("torture: this kernel has no dummy or no IPVLAN: nothing vanishes\n", stderr);
		*kinds &= ~KIND_VANISH;
	}
	if (*kinds & KIND_MIGRATE && !migrate_prepare()) {
		fputs("torture: listeners of this kernel do not hand over: they stay alone\n",
		      stderr);
		*kinds &= ~KIND_MIGRATE;
	}
	if (*kinds & KIND_SOCKMAP && !sockmap_prepare()) {
		fputs("torture: this kernel has no sockmap, or no sockhash: they are left out\n",
		      stderr);
		*kinds &= ~KIND_SOCKMAP;
	}
	if (*kinds & KIND_PATHS)
		paths_prepare();
}

static void insert_at(struct scene *scene, __u64 *state, int at, enum side side, int slot,
		      enum verb verb, int arg)
{
	memmove(&scene->act[at + 1], &scene->act[at],
		(scene->nr_acts - at) * sizeof(*scene->act));
	scene->nr_acts++;
	scene->act[at] = (struct act){
		.side = side,
		.slot = slot,
		.verb = verb,
		.in_step = below(state, 5) < 3,
		.arg = arg,
	};
}

/* Not before there is a socket that it could be done to. */
static void insert(struct scene *scene, __u64 *state, enum side side, int slot,
		   enum verb verb, int arg)
{
	const int first = 2 * scene->nr_clients;

	if (scene->nr_acts == SCENE_ACTS || scene->nr_acts < first)
		return;
	insert_at(scene, state, first + below(state, scene->nr_acts - first + 1), side, slot,
		  verb, arg);
}

static int any_slot(const struct scene *scene, __u64 *state)
{
	return 1 + below(state, scene->nr_clients);
}

/* A listener, too; who gets one does not shut it down. */
static void add_pass(struct scene *scene, __u64 *state)
{
	const bool listener = one_in(state, 8);
	const enum side side = listener ? SIDE_SERVER : below(state, SIDES);
	const int slot = listener ? SLOT_LISTENER : any_slot(scene, state);
	const enum verb verb = one_in(state, 3) ? VERB_LEND : VERB_GIVE;
	enum taker taker = below(state, TAKERS);

	if (listener && taker == TAKER_SHUTS)
		taker = TAKER_CLOSES;
	insert(scene, state, side, slot, verb, pass_arg(taker, below(state, 60)));
}

static void add_uring(struct scene *scene, __u64 *state)
{
	const enum side side = below(state, SIDES);
	const int slot = any_slot(scene, state);
	const bool async = one_in(state, 2);

	switch (below(state, 3)) {
	case 0:
		insert(scene, state, side, slot, VERB_URING_CLOSE, async);
		break;
	case 1:
		insert(scene, state, side, slot, VERB_URING_SHUTDOWN,
		       uring_shutdown_arg(below(state, 3), async));
		break;
	default:
		insert(scene, state, side, slot, VERB_URING_RECV, below(state, 60));
	}
}

static void add_firewall(struct scene *scene, __u64 *state)
{
	const bool listener = one_in(state, 8);
	const enum side side = listener ? SIDE_SERVER : below(state, SIDES);
	const int slot = listener ? SLOT_LISTENER : any_slot(scene, state);
	const enum firewall what = one_in(state, 4) ? FIREWALL_PASS :
				   one_in(state, 3) ? FIREWALL_DROP : FIREWALL_REJECT;

	if (scene->apart)
		insert(scene, state, side, slot, VERB_FIREWALL, what);
}

/*
 * A RST that a firewall makes is on the wire where there is only lo, and, with IPv6,
 * where the address that it goes to has vanished.
 */
static bool may_reject(const struct scene *scene)
{
	return scene->apart && !(scene->own_way && scene_is_ipv6(scene));
}

static void add_wall(struct scene *scene, __u64 *state)
{
	const bool listener = one_in(state, 8);
	const enum side side = listener ? SIDE_SERVER : below(state, SIDES);
	const int slot = listener ? SLOT_LISTENER : any_slot(scene, state);
	const bool rejects = may_reject(scene) && one_in(state, 2);

	insert(scene, state, side, slot, VERB_FIREWALL,
	       one_in(state, 4) ? FIREWALL_PASS :
	       rejects ? FIREWALL_OWN_REJECT : FIREWALL_OWN_DROP);
}

/* Of either side; the other's is one that this side sends to. */
static void add_vanish(struct scene *scene, __u64 *state)
{
	const enum side side = below(state, SIDES);
	const int slot = any_slot(scene, state);
	enum vanish what = one_in(state, 3) ? VANISH_BACK : below(state, VANISHES);

	/* What is local has no route that could be lost. */
	if (what == VANISH_ROUTE && !scene->apart)
		what = VANISH_ADDRESS;
	insert(scene, state, side, slot, VERB_VANISH, what);
}

/* After the first listener; as a rule before most connections. */
static void add_listener(struct scene *scene, __u64 *state, enum side side)
{
	static const int backlog[] = { 0, 1, 8, 8 };

	scene->group = true;
	if (scene->nr_acts < SCENE_ACTS)
		insert_at(scene, state, 1 + below(state, 2 * scene->nr_clients), side, SLOT_OTHER,
			  VERB_LISTEN, backlog[below(state, 4)]);
}

static void add_stop(struct scene *scene, __u64 *state, enum side side, int slot)
{
	static const enum verb stop[] = {
		VERB_CLOSE, VERB_CLOSE, VERB_SHUTDOWN, VERB_SHUTDOWN, VERB_UNSPEC, VERB_DESTROY,
		VERB_LISTEN, VERB_EXIT,
	};
	const enum verb verb = stop[below(state, 8)];

	insert(scene, state, side, slot, verb,
	       verb == VERB_SHUTDOWN ? (one_in(state, 2) ? SHUT_RD : SHUT_RDWR) :
	       verb == VERB_LISTEN ? below(state, 8) : 0);
}

/* What a child that has moved does, or one that is the other listener's. */
static void add_deed_of_child(struct scene *scene, __u64 *state, enum side side)
{
	static const enum verb deed[] = {
		VERB_SEND, VERB_SEND, VERB_RECV, VERB_SHUTDOWN, VERB_CLOSE, VERB_LINGER,
	};
	const enum verb verb = deed[below(state, 6)];

	insert(scene, state, side, SLOT_OTHER + any_slot(scene, state), verb,
	       verb == VERB_SHUTDOWN ? below(state, 3) :
	       verb == VERB_LINGER ? 0 : 1 + below(state, 1000));
}

/*
 * The other listener is the server's, too, or, on the same host, the client's, which
 * is another process.  Connections go to either; whoever stops leaves them to the
 * other one.
 */
static void add_migrate(struct scene *scene, __u64 *state)
{
	const enum side side = scene->apart || scene->seed % 2 ? SIDE_SERVER : SIDE_CLIENT;
	int i;

	/* A subflow is no socket of a group. */
	if (scene->mptcp & 1 << SLOT_LISTENER)
		return;
	scene->migrates = migrate_wanted(scene->seed);
	if (!scene->group)
		add_listener(scene, state, side);
	if (one_in(state, 2))
		add_stop(scene, state, side, SLOT_OTHER);
	else
		add_stop(scene, state, SIDE_SERVER, SLOT_LISTENER);
	for (i = 0; i < 2; i++) {
		if (one_in(state, 2))
			insert(scene, state, side, SLOT_OTHER + any_slot(scene, state),
			       VERB_ACCEPT, 0);
		else
			insert(scene, state, SIDE_SERVER, any_slot(scene, state), VERB_ACCEPT, 0);
	}
	add_deed_of_child(scene, state, side);
}

/* Put into a map, or both, and maybe taken out, or let go with it. */
static void add_sockmap(struct scene *scene, __u64 *state)
{
	const bool listener = one_in(state, 8);
	const enum side side = listener ? SIDE_SERVER : below(state, SIDES);
	const int slot = listener ? SLOT_LISTENER : any_slot(scene, state);
	int i;

	for (i = 0; i < 2; i++)
		insert(scene, state, side, slot, VERB_SOCKMAP,
		       one_in(state, 2) ? SOCKMAP_ARRAY : SOCKMAP_HASH);
	if (one_in(state, 2))
		insert(scene, state, side, slot, VERB_SOCKMAP, SOCKMAP_TAKE);
	if (one_in(state, 4))
		insert(scene, state, side, slot, VERB_SOCKMAP, SOCKMAP_FREE);
}

/* Both ends as a rule, so that they may understand each other. */
static void add_tls(struct scene *scene, __u64 *state)
{
	const int slot = any_slot(scene, state);

	if (!one_in(state, 4))
		insert(scene, state, SIDE_CLIENT, slot, VERB_TLS, below(state, 4));
	if (!one_in(state, 4))
		insert(scene, state, SIDE_SERVER, slot, VERB_TLS, below(state, 4));
}

/* Both ends as a rule: else MPTCP goes on as TCP. */
static void change_sockets(struct scene *scene, __u64 *state)
{
	scene->mptcp |= 1 << any_slot(scene, state);
	if (!one_in(state, 4))
		scene->mptcp |= 1 << SLOT_LISTENER;
}

/* One of them; it does not wait for the end of the handshake, either. */
static void change_connects(struct scene *scene, __u64 *state)
{
	const int slot = any_slot(scene, state);
	const int bytes = below(state, 1000);
	int i;

	for (i = 0; i < scene->nr_acts; i++) {
		if (scene->act[i].verb == VERB_CONNECT && scene->act[i].slot == slot)
			scene->act[i].arg = CONNECT_FASTOPEN + bytes;
	}
}

/**
 * kinds_add - put more into a program
 * @scene: it was made without any kind
 * @kinds: which ones, enum kind
 */
void kinds_add(struct scene *scene, unsigned int kinds)
{
	static void (* const add[KINDS])(struct scene *scene, __u64 *state) = {
		[KIND_PASS_NUMBER] = add_pass,
		[KIND_URING_NUMBER] = add_uring,
		[KIND_FIREWALL_NUMBER] = add_firewall,
		[KIND_FASTOPEN_NUMBER] = change_connects,
		[KIND_TLS_NUMBER] = add_tls,
		[KIND_MPTCP_NUMBER] = change_sockets,
		[KIND_WALL_NUMBER] = add_wall,
		[KIND_VANISH_NUMBER] = add_vanish,
		[KIND_MIGRATE_NUMBER] = add_migrate,
		[KIND_SOCKMAP_NUMBER] = add_sockmap,
	};
	int kind;

	scene->own_way = kinds & KIND_VANISH;
	for (kind = 0; kind < KINDS; kind++) {
		__u64 state = ~(scene->seed * STREAMS + kind);
		int count = 1 + below(&state, scene->nr_clients);

		if (!(kinds & 1 << kind) || !add[kind])
			continue;
		while (count--)
			add[kind](scene, &state);
	}
}

/* Of both sides, for every listener, without a cookie. */
#define FASTOPEN_ALL		(0x1 | 0x2 | 0x200 | 0x400)
/* Clients do not ask for one, either: their first SYN has data. */
#define FASTOPEN_AT_ONCE	0x4

/**
 * kinds_change_world - what programs with these kinds need of their world
 * @world: it was made without any kind
 * @kinds: which ones, enum kind
 * @seed: of a program; its neighbours have the same
 */
void kinds_change_world(struct world *world, unsigned int kinds, __u64 seed)
{
	world->walls = kinds & KIND_WALL;
	if (kinds & KIND_DYING)
		dying_draw(world, seed);
	world->migrates = kinds & KIND_MIGRATE && migrate_wanted(seed);
	if (kinds & KIND_PATHS && world->apart)
		world->path = paths_draw(seed);
	if (kinds & KIND_FASTOPEN)
		world->value[WORLD_FASTOPEN] = FASTOPEN_ALL |
			(seed / WORLD_SEEDS % 2 ? FASTOPEN_AT_ONCE : 0);
}
