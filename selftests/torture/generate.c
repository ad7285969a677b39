// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>
#include <sys/socket.h>

#include "chance.h"
#include "generate.h"

/* Two probes of keepalive, and some more. */
#define SILENCE_MS	3500

static void add(struct scene *scene, __u64 *state, enum side side, int slot,
		enum verb verb, int arg)
{
	if (scene->nr_acts == SCENE_ACTS)
		return;
	scene->act[scene->nr_acts++] = (struct act){
		.side = side,
		.slot = slot,
		.verb = verb,
		/* In step as a rule; what races is more than enough. */
		.in_step = below(state, 5) < 3,
		.arg = arg,
	};
}

/**
 * struct choice - what may come next
 * @weight: how often, beside the others
 * @verb: what
 */
struct choice {
	int weight;
	enum verb verb;
};

static const struct choice on_connection[] = {
	{ 24, VERB_SEND },
	{ 2, VERB_URGENT },
	{ 14, VERB_RECV },
	{ 4, VERB_PEEK },
	{ 8, VERB_AWAIT },
	{ 20, VERB_SHUTDOWN },
	{ 13, VERB_CLOSE },
	{ 3, VERB_CLOSE_WAITED },
	{ 7, VERB_LINGER },
	{ 5, VERB_LINGER2 },
	{ 5, VERB_UNSPEC },
	{ 4, VERB_DESTROY },
	{ 4, VERB_DEAF },
	{ 4, VERB_KEEPALIVE },
	{ 4, VERB_USER_TIMEOUT },
	{ 2, VERB_REPAIR },
	{ 2, VERB_FORK },
	{ 2, VERB_EXIT },
	{ 2, VERB_KILL },
};

static const struct choice on_listener[] = {
	{ 6, VERB_ACCEPT },
	{ 3, VERB_CLOSE },
	{ 4, VERB_SHUTDOWN },
	{ 2, VERB_UNSPEC },
	{ 2, VERB_DESTROY },
	{ 1, VERB_LINGER },
	{ 2, VERB_LISTEN },
};

#define PICK(state, from)	pick(state, from, sizeof(from) / sizeof(*(from)))

static enum verb pick(__u64 *state, const struct choice *from, size_t count)
{
	int sum = 0, at;
	size_t i;

	for (i = 0; i < count; i++)
		sum += from[i].weight;
	at = below(state, sum);
	for (i = 0; at >= from[i].weight; i++)
		at -= from[i].weight;
	return from[i].verb;
}

/* From a byte to what no window holds. */
static int draw_bytes(__u64 *state)
{
	static const int limit[] = { 2, 100, 1500, 20000, 400000 };

	return 1 + below(state, limit[below(state, 16) / 4 + one_in(state, 12)]);
}

static int draw_arg(__u64 *state, enum verb verb)
{
	static const int backlog[] = { 0, 1, 8 };

	switch (verb) {
	case VERB_LISTEN:
		return backlog[below(state, 3)];
	case VERB_CONNECT:
		return one_in(state, 3);
	case VERB_SEND:
	case VERB_RECV:
	case VERB_PEEK:
		return draw_bytes(state);
	case VERB_AWAIT:
		return 20;
	case VERB_FORK:
		return below(state, 60);
	case VERB_SHUTDOWN:
		return below(state, 3);
	case VERB_LINGER:
		/* Off, hard, and for a while. */
		return one_in(state, 4) ? -1 : !one_in(state, 2);
	case VERB_DEAF:
	case VERB_REPAIR:
		return !one_in(state, 4);
	case VERB_KEEPALIVE:
		return 1 + below(state, 2);
	case VERB_USER_TIMEOUT:
		return 1 + below(state, 2000);
	case VERB_LINGER2:
		return one_in(state, 2) ? -1 : 1 + below(state, 100);
	default:
		return 0;
	}
}

static void add_drawn(struct scene *scene, __u64 *state, enum side side, int slot,
		      enum verb verb)
{
	add(scene, state, side, slot, verb, draw_arg(state, verb));
}

static int any_slot(const struct scene *scene, __u64 *state)
{
	return 1 + below(state, scene->nr_clients);
}

static void add_any(struct scene *scene, __u64 *state)
{
	enum side side = below(state, SIDES);
	int slot = any_slot(scene, state);
	enum verb verb;

	if (side == SIDE_SERVER && one_in(state, 8)) {
		verb = PICK(state, on_listener);
		/* Whom it accepts is no business of the listener's slot. */
		add_drawn(scene, state, side,
			  verb == VERB_ACCEPT ? slot : SLOT_LISTENER, verb);
		return;
	}
	verb = PICK(state, on_connection);
	/* Only a client can go on with the same socket. */
	if (side == SIDE_CLIENT && one_in(state, 30))
		verb = VERB_CONNECT;
	add_drawn(scene, state, side, slot, verb);
}

/* What runs out when nobody is heard takes a while that is quiet. */
static void add_silence(struct scene *scene, __u64 *state)
{
	const enum side side = below(state, SIDES);
	const int slot = any_slot(scene, state);

	add_drawn(scene, state, side, slot,
		  one_in(state, 2) ? VERB_KEEPALIVE : VERB_USER_TIMEOUT);
	add(scene, state, below(state, SIDES), slot, VERB_DEAF, 1);
	if (one_in(state, 2))
		add_drawn(scene, state, side, slot, VERB_SEND);
	add(scene, state, side, slot, VERB_AWAIT, SILENCE_MS);
}

static void add_some(struct scene *scene, __u64 *state, int most)
{
	int count = 2 + below(state, most);

	while (count--) {
		if (one_in(state, 60))
			add_silence(scene, state);
		else
			add_any(scene, state);
	}
}

/* Most are accepted before anything happens; some later, or never. */
static void begin(struct scene *scene, __u64 *state)
{
	int client;

	add_drawn(scene, state, SIDE_SERVER, SLOT_LISTENER, VERB_LISTEN);
	for (client = 1; client <= scene->nr_clients; client++) {
		add_drawn(scene, state, SIDE_CLIENT, client, VERB_CONNECT);
		scene->act[scene->nr_acts - 1].in_step = true;
		if (one_in(state, 4))
			add_any(scene, state);
		if (!one_in(state, 6))
			add_drawn(scene, state, SIDE_SERVER, client, VERB_ACCEPT);
	}
}

/**
 * generate_world - what the network namespace of a program is like
 * @world: where to
 * @seed: of the program; its neighbours have the same
 */
void generate_world(struct world *world, __u64 seed)
{
	__u64 state = ~(seed / WORLD_SEEDS);

	world->value[WORLD_ABORT] = one_in(&state, 2);
	/* Room for no mini-socket, for a few, for all. */
	world->value[WORLD_BUCKETS] = one_in(&state, 4) ? 0 : one_in(&state, 4) ? 5 : 8192;
	world->value[WORLD_RFC1337] = one_in(&state, 4);
	world->value[WORLD_TIMESTAMPS] = !one_in(&state, 4);
	world->value[WORLD_REUSE] = below(&state, 3);
	world->apart = one_in(&state, 3);
	world->delay = 1 + below(&state, 20);
	world->loss = one_in(&state, 3) ? 0 : below(&state, 31);
	world->duplicate = one_in(&state, 2) ? 0 : below(&state, 11);
	world->value[WORLD_COOKIES] = one_in(&state, 2);
	world->value[WORLD_FASTOPEN] = 1;
	world->walls = false;
	world->migrates = false;
	world->dies = DIES_NOT;
	world->dies_ms = 0;
	world->path = 0;
}

/**
 * generate - make a program
 * @scene: where to
 * @seed: from what, and nothing else
 * @index: its place in the batch
 */
void generate(struct scene *scene, __u64 seed, int index)
{
	__u64 state = seed;
	struct world world;

	generate_world(&world, seed);
	memset(scene, 0, sizeof(*scene));
	scene->seed = seed;
	scene->index = index;
	scene->apart = world.apart;
	scene->cookies = world.value[WORLD_COOKIES];
	scene->family = below(&state, 3);
	scene->dual = one_in(&state, 2);
	scene->nr_clients = 1 + below(&state, SCENE_CLIENTS);
	begin(scene, &state);
	add_some(scene, &state, 8 * scene->nr_clients);
}
