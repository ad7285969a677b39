/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What shutwatch has to say about one socket, in short.
 */
#ifndef SOCKET_RECORDS_H
#define SOCKET_RECORDS_H

#include <linux/types.h>
#include <stdbool.h>

#include "address.h"

/**
 * struct socket_records - records of a socket
 * @all: how many; -1 if they could not be read
 * @states: transitions among them
 * @closes: calls of close() among them
 * @netns: the namespace that they name
 * @local: the local address that the last one names
 * @remote: the remote address, likewise
 * @called: state= of the last call
 * @last: state= of the last transition
 * @by: what led to it
 * @ctx: where the last close() ran
 * @pid: who asked for it
 * @comm: its name
 * @sent: of the last close()
 * @why: of the last close()
 */
struct socket_records {
	int all;
	int states;
	int closes;
	char netns[24];
	char local[ADDRESS_LEN];
	char remote[ADDRESS_LEN];
	char called[40];
	char last[40];
	char by[24];
	char ctx[16];
	char pid[16];
	char comm[80];
	char sent[16];
	char why[32];
};

struct socket_records socket_records_of(__u64 cookie);
struct socket_records socket_records_with(__u64 cookie, int all);
bool socket_records_go_on(__u64 cookie);

#endif /* SOCKET_RECORDS_H */
