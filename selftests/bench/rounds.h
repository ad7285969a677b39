/* SPDX-License-Identifier: GPL-2.0-only */
/* The load: connections over loopback that are opened and ended at once. */
#ifndef _BENCH_ROUNDS_H
#define _BENCH_ROUNDS_H

enum kind {
	KIND_MIXED,	/* shutdown(), then RST by SO_LINGER 0, then close() */
	KIND_FIN,	/* close() and close(): nothing but FINs, TIME_WAIT left */
	KIND_RST,	/* RST by SO_LINGER 0, then close() */
};

/**
 * struct place - where a thread plays its rounds
 * @listener: its listening socket
 * @ipv6: over ::1, else over 127.0.0.0/8
 * @port: of the listener, host byte order
 * @next: number of the next connection, from which the address is made
 */
struct place {
	int		listener;
	int		ipv6;
	unsigned int	port;
	unsigned int	next;
};

void place_open(struct place *place, unsigned int port, int ipv6);
void place_connect(struct place *place, int *client, int *server);
void place_end(enum kind kind, int client, int server);
void place_play(struct place *place, enum kind kind, unsigned int rounds);

#endif /* _BENCH_ROUNDS_H */
