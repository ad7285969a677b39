// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "scene.h"
#include "way.h"

/**
 * scene_port - the port of a socket
 * @scene: the scene
 * @slot: SLOT_LISTENER, or a client's
 *
 * Return: the port that it is bound to.
 */
int scene_port(const struct scene *scene, int slot)
{
	return SCENE_PORT + scene->index * SCENE_SLOTS + slot;
}

/**
 * scene_index_of_port - the reverse
 * @port: one side's port
 *
 * Return: the index of its scene; negative if it is none of ours.
 */
int scene_index_of_port(int port)
{
	return port < SCENE_PORT ? -1 : (port - SCENE_PORT) / SCENE_SLOTS;
}

#define HOST_LEN	(ADDRESS_LEN - sizeof(":65535"))

static void host_of(char host[HOST_LEN], const struct scene *scene,
		    enum family family, enum side side)
{
	static const char * const lo[] = {
		[FAMILY_IPV4] = "127.0.0.1",
		[FAMILY_IPV6] = "[::1]",
		[FAMILY_MAPPED] = "[::ffff:127.0.0.1]",
	};
	static const char * const apart[][SIDES] = {
		[FAMILY_IPV4] = { "10.9.1.1", "10.9.2.1" },
		[FAMILY_IPV6] = { "[fd09:1::1]", "[fd09:2::1]" },
		[FAMILY_MAPPED] = { "[::ffff:10.9.1.1]", "[::ffff:10.9.2.1]" },
	};

	static const char * const own[] = {
		[FAMILY_IPV4] = "%s",
		[FAMILY_IPV6] = "[%s]",
		[FAMILY_MAPPED] = "[::ffff:%s]",
	};
	char ip[WAY_IP_LEN];

	if (scene->own_way) {
		way_ip(scene, side, ip);
		snprintf(host, HOST_LEN, own[family], ip);
	} else {
		strcpy(host, scene->apart ? apart[family][side] : lo[family]);
	}
}

/**
 * scene_address - where a socket is
 * @scene: the scene
 * @address: where to
 * @slot: SLOT_LISTENER for where clients connect to, or a client's own
 */
void scene_address(const struct scene *scene, char address[ADDRESS_LEN], int slot)
{
	const enum side side = slot == SLOT_LISTENER ? SIDE_SERVER : SIDE_CLIENT;
	char host[HOST_LEN];

	host_of(host, scene, scene->family, side);
	snprintf(address, ADDRESS_LEN, "%s:%d", host, scene_port(scene, slot));
}

/**
 * scene_bind_address - what the listener is bound to
 * @scene: the scene
 * @address: where to
 */
void scene_bind_address(const struct scene *scene, char address[ADDRESS_LEN])
{
	const enum family family = scene->family == FAMILY_IPV6 ? FAMILY_IPV6 :
								  FAMILY_IPV4;
	char host[HOST_LEN] = "[::]";

	if (!scene->dual)
		host_of(host, scene, family, SIDE_SERVER);
	snprintf(address, ADDRESS_LEN, "%s:%d", host,
		 scene_port(scene, SLOT_LISTENER));
}

static void print_arg(const struct act *act, char *text, size_t size)
{
	static const char * const how[] = {
		[SHUT_RD] = "RD",
		[SHUT_WR] = "WR",
		[SHUT_RDWR] = "RDWR",
	};

	switch (act->verb) {
	case VERB_SHUTDOWN:
		snprintf(text, size, "%s", how[act->arg]);
		break;
	case VERB_CONNECT:
		if (act->arg >= CONNECT_FASTOPEN)
			snprintf(text, size, "%d", connect_bytes(act));
		else
			snprintf(text, size, "%s", act->arg ? "O_NONBLOCK" : "");
		break;
	case VERB_LISTEN:
	case VERB_SEND:
	case VERB_RECV:
	case VERB_PEEK:
	case VERB_AWAIT:
	case VERB_FORK:
	case VERB_LINGER:
	case VERB_LINGER2:
	case VERB_DEAF:
	case VERB_KEEPALIVE:
	case VERB_USER_TIMEOUT:
	case VERB_REPAIR:
	case VERB_GIVE:
	case VERB_LEND:
	case VERB_URING_CLOSE:
	case VERB_URING_SHUTDOWN:
	case VERB_URING_RECV:
	case VERB_FIREWALL:
	case VERB_TLS:
	case VERB_VANISH:
	case VERB_SOCKMAP:
		snprintf(text, size, "%d", act->arg);
		break;
	default:
		*text = '\0';
	}
}

/**
 * scene_act_print - "s1.shutdown(WR)"
 * @act: a step
 * @text: where to
 * @size: how much fits
 *
 * c is a client's socket and s a server's, s0 the listener; a dot before it
 * says that it waits for the other side.
 */
void scene_act_print(const struct act *act, char *text, size_t size)
{
	static const char * const name[] = { VERB_LIST(VERB_AS_NAME) };
	char arg[16];

	print_arg(act, arg, sizeof(arg));
	snprintf(text, size, "%s%c%d.%s(%s)", act->in_step ? "." : " ",
		 act->side == SIDE_CLIENT ? 'c' : 's', act->slot,
		 name[act->verb], arg);
}
