// SPDX-License-Identifier: GPL-2.0-only
/* Connections over loopback that are opened and ended at once. */

#include <err.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rounds.h"

/* Connections may be left in TIME_WAIT: each goes to another address. */
#define ADDRESSES	0xffff00

static socklen_t address_of(const struct place *place, unsigned int number,
			    struct sockaddr_storage *addr)
{
	struct sockaddr_in *in = (void *)addr;
	struct sockaddr_in6 *in6 = (void *)addr;

	memset(addr, 0, sizeof(*addr));
	if (place->ipv6) {
		in6->sin6_family = AF_INET6;
		in6->sin6_addr = in6addr_loopback;
		in6->sin6_port = htons(place->port);
		return sizeof(*in6);
	}
	in->sin_family = AF_INET;
	in->sin_addr.s_addr = htonl(0x7f000001 + number % ADDRESSES);
	in->sin_port = htons(place->port);
	return sizeof(*in);
}

static int open_socket(const struct place *place)
{
	int fd = socket(place->ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM, 0);

	if (fd < 0)
		err(1, "socket");
	return fd;
}

/**
 * place_open() - open a listener for any address
 * @place: filled in
 * @port: its port
 * @ipv6: over IPv6
 */
void place_open(struct place *place, unsigned int port, int ipv6)
{
	struct sockaddr_storage addr;
	socklen_t len;
	int on = 1;

	memset(place, 0, sizeof(*place));
	place->port = port;
	place->ipv6 = ipv6;
	place->listener = open_socket(place);
	len = address_of(place, 0, &addr);
	if (!ipv6)
		((struct sockaddr_in *)&addr)->sin_addr.s_addr = INADDR_ANY;
	setsockopt(place->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(place->listener, (void *)&addr, len) ||
	    listen(place->listener, 64))
		err(1, "cannot listen on port %u", port);
}

/**
 * place_connect() - make a connection to the listener
 * @place: the listener
 * @client: receives the side that connects
 * @server: receives the side that is accepted
 */
void place_connect(struct place *place, int *client, int *server)
{
	struct sockaddr_storage addr;
	socklen_t len = address_of(place, place->next++, &addr);

	*client = open_socket(place);
	if (connect(*client, (void *)&addr, len))
		err(1, "connect");
	*server = accept(place->listener, NULL, NULL);
	if (*server < 0)
		err(1, "accept");
}

/**
 * place_end() - end a connection
 * @kind: how
 * @client: the side that connected
 * @server: the side that was accepted
 */
void place_end(enum kind kind, int client, int server)
{
	static const struct linger at_once = { .l_onoff = 1 };

	if (kind == KIND_MIXED)
		shutdown(client, SHUT_WR);
	if (kind != KIND_FIN)
		setsockopt(client, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	close(client);
	close(server);
}

/**
 * place_play() - open and end connections, one after the other
 * @place: the listener
 * @kind: how they are ended
 * @rounds: how many
 */
void place_play(struct place *place, enum kind kind, unsigned int rounds)
{
	int client, server;

	while (rounds--) {
		place_connect(place, &client, &server);
		place_end(kind, client, server);
	}
}
