/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which records the user wants to see.
 */
#ifndef SHUTWATCH_MATCH_H
#define SHUTWATCH_MATCH_H

#include <stdbool.h>

#include "endpoint.h"
#include "names.h"
#include "parse.h"

/**
 * struct ports - a set of ports
 * @any: whether there is one in it
 * @bit: one bit for each port
 */
struct ports {
	bool any;
	unsigned char bit[65536 / 8];
};

/**
 * struct filter - what was asked for; all zero lets everything through
 * @local_ports: -L
 * @remote_ports: -D
 * @either_ports: -P
 * @local: -a
 * @remote: -A
 * @family: -4 or -6, as AF_INET or AF_INET6
 * @pid: -p
 * @netns: -N, the inode number
 * @sent: --fin, --rst, --none: one bit for each, by enum shutwatch_sent
 * @why: --why, by enum shutwatch_why
 * @kind: --kind, by enum shutwatch_kind
 * @no_states: all kinds but mere transitions, those of a newer module, too
 */
struct filter {
	struct ports local_ports, remote_ports, either_ports;
	struct prefix local, remote;
	int family;
	unsigned long pid;
	unsigned long netns;
	unsigned long long sent, why, kind;
	bool no_states;
};

int filter_add_ports(struct ports *ports, const char *list);
int filter_add_names(unsigned long long *set, const struct names *names, const char *list);
int filter_set_netns(struct filter *f, const char *netns);
bool filter_asks_more(const struct filter *f);
bool filter_asks(const struct filter *f);
bool filter_wants_kind(const struct filter *f, int kind);
bool filter_match(const struct filter *f, const struct record *r);

#endif /* SHUTWATCH_MATCH_H */
