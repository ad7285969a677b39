/* SPDX-License-Identifier: GPL-2.0-only */
/* Making records: what a handler has gathered goes to the ring. */
#ifndef _SHUTWATCH_EMIT_H
#define _SHUTWATCH_EMIT_H

#include "calls.h"
#include "socktab.h"

/**
 * struct sw_decision - a FIN or RST that was decided outside a call
 * @cookie: SO_COOKIE; 0 where there is no socket
 * @id: which connection
 * @v: values at the moment of the decision; NULL where there is no socket
 * @parent: cookie of the listener; 0 where there is none or it is not known
 * @by: enum shutwatch_by
 * @before: enum shutwatch_tcp before
 * @after: enum shutwatch_tcp after
 * @sent: enum shutwatch_sent
 * @why: enum shutwatch_why
 * @fin: enum shutwatch_fin
 * @kreason: the kernel's reason
 * @kreason_known: it gave one
 * @ipv6: addresses are IPv6
 */
struct sw_decision {
	u64			cookie;
	const struct sw_ident	*id;
	const struct sw_values	*v;
	u64			parent;
	u8			by;
	u8			before;
	u8			after;
	u8			sent;
	u8			why;
	u8			fin;
	u8			kreason;
	bool			kreason_known;
	bool			ipv6;
};

bool sw_task_asked(u8 by);
void sw_emit_state(const struct sw_socket *s, u8 by, u8 before, u8 after);
void sw_emit_reset(const struct sw_socket *s, int err, u8 before, u8 after);
void sw_emit_decision(const struct sw_decision *d);
void sw_emit_call(const struct sw_call *call, u8 sent, u8 why);

#endif /* _SHUTWATCH_EMIT_H */
