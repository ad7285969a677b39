/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a program may do beside what every program does: each kind is put into
 * programs that are made without it, so that a seed brings the same program back
 * whichever kinds there are.  A kind is on by default once many endings of it
 * have been judged without a disagreement; TRUST.md has the tally.
 */
#ifndef KINDS_H
#define KINDS_H

#include "scene.h"

#define KIND_LIST(X)							\
	/* sockets passed on to another process, SCM_RIGHTS */		\
	X(KIND_PASS,		"pass")					\
	/* close, shutdown, and recv in flight by io_uring */		\
	X(KIND_URING,		"uring")				\
	/* a router that drops and rejects, where there is one */	\
	X(KIND_FIREWALL,	"firewall")				\
	/* data with the SYN, a child before the handshake is over */	\
	X(KIND_FASTOPEN,	"fastopen")				\
	/* the kernel encrypts and decrypts */				\
	X(KIND_TLS,		"tls")					\
	/* MPTCP sockets at either end, or both */			\
	X(KIND_MPTCP,		"mptcp")				\
	/* a firewall on the host itself, which tells TCP */		\
	X(KIND_WALL,		"wall")					\
	/* interfaces, addresses and routes that vanish */		\
	X(KIND_VANISH,		"vanish")				\
	/* nothing: its world has other links between hosts */		\
	X(KIND_PATHS,		"paths")				\
	/* listeners in a group, which hand over what they leave */	\
	X(KIND_MIGRATE,		"migrate")				\
	/* sockets in BPF maps */					\
	X(KIND_SOCKMAP,		"sockmap")				\
	/* all are killed at once, and their network namespace goes */	\
	X(KIND_DYING,		"dying")

#define KIND_AS_NUMBER(id, name)	id##_NUMBER,
#define KIND_AS_BIT(id, name)		id = 1 << id##_NUMBER,

enum kind_number {
	KIND_LIST(KIND_AS_NUMBER)
	KINDS
};

enum kind {
	KIND_NONE,
	KIND_LIST(KIND_AS_BIT)
	KIND_ALL = (1 << KINDS) - 1,
	/* those that are proved, see TRUST.md */
	KIND_DEFAULT = KIND_ALL & ~(KIND_WALL | KIND_VANISH | KIND_PATHS | KIND_MIGRATE |
				    KIND_SOCKMAP | KIND_DYING),
};

int kinds_parse(unsigned int *kinds, const char *text);
void kinds_prepare(unsigned int *kinds);
void kinds_add(struct scene *scene, unsigned int kinds);
void kinds_change_world(struct world *world, unsigned int kinds, __u64 seed);

#endif /* KINDS_H */
