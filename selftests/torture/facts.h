/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is true of a socket when a record is written, by what its program did
 * and what is on the wire.
 */
#ifndef FACTS_H
#define FACTS_H

#include "view.h"

#define FACT_LIST(X)							\
	/* its program had begun to */					\
	X(CLOSED)							\
	X(SHUT_RD)							\
	X(SHUT_WR)							\
	X(UNSPEC)							\
	X(DESTROYED)							\
	/* it had set */						\
	X(LINGER_ZERO_SET)						\
	/* it had set, or what it was accepted from */			\
	X(LINGER_ZERO)							\
	X(LINGER2_NEGATIVE)						\
	X(KEEPALIVE)							\
	X(USER_TIMEOUT)							\
	/* it is set */							\
	X(REPAIR)							\
	/* it had listened */						\
	X(LISTENED)							\
	/* accept() had returned it */					\
	X(ACCEPTED)							\
	/* what it came from had begun to stop */			\
	X(PARENT_STOPPED)						\
	/* segments get lost: a router, a deaf end, a full queue, no way */	\
	X(LOSSY)							\
	/* somebody listens there, and has done nothing of the kind to it */ \
	X(PORT_OPEN)							\
	/* a client has sent more than one SYN from a port */		\
	X(PORT_AGAIN)							\
	/* who has connected to it did so with Fast Open */		\
	X(FASTOPEN)							\
	/* its own host drops what it sends, or has no way for it */				\
	X(WALLED)							\
	/* it is an MPTCP socket, or may be a part of one */		\
	X(MPTCP)							\
	/* on the wire, at some time: data to it */			\
	X(DATA_CAME)							\
	/* a FIN of it, a FIN to it, a RST of either */			\
	X(FIN_LEFT)							\
	X(FIN_CAME)							\
	X(RST)								\
	/* a SYN,ACK, to or from, or one that was dropped: there was a connection */		\
	X(CONNECTED)

#define FACT_AS_NUMBER(name)	FACT_NUMBER_##name,
#define FACT_AS_BIT(name)	FACT_##name = 1 << FACT_NUMBER_##name,

enum fact_number {
	FACT_LIST(FACT_AS_NUMBER)
};

enum fact {
	FACT_NONE,
	FACT_LIST(FACT_AS_BIT)
};

unsigned int facts_of(const struct view *view, const struct record *record);

#endif /* FACTS_H */
