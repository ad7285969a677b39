// SPDX-License-Identifier: GPL-2.0-only
/* Making records: those that are rare. */

#include "emit.h"
#include "kreason.h"

/**
 * sw_emit_kreason() - put the kernel's reason into a record
 * @rec: the record; has our reason
 * @kreason: the kernel's
 *
 * Context: any.
 */
void sw_emit_kreason(struct sw_record *rec, u8 kreason)
{
	rec->outcome.kreason = kreason;
	rec->outcome.flags |= SW_RECORD_KREASON;
	if (!sw_kreason_fits(rec->outcome.why, kreason))
		sw_count(SW_COUNT_KREASON_MISMATCH);
}

/**
 * sw_emit_decision() - a decision outside a call
 * @d: the decision
 *
 * Context: any, preemption disabled.
 */
void sw_emit_decision(const struct sw_decision *d)
{
	struct sw_record *rec;
	u64 seq;

	if (d->why == SHUTWATCH_WHY_UNKNOWN)
		sw_count(SW_COUNT_UNKNOWN);
	rec = sw_emit_begin(SHUTWATCH_KIND_DECISION, d->by, sw_task_asked(d->by),
			    sw_now(), d->cookie, d->id, d->ipv6, &seq);
	if (!rec)
		return;
	rec->aux = d->parent;
	if (d->by == SHUTWATCH_BY_LISTENER)
		rec->outcome.flags |= SW_RECORD_PARENT;
	if (d->v)
		rec->v = *d->v;
	else
		rec->outcome.flags |= SW_RECORD_NO_VALUES;
	rec->outcome.before = d->before;
	rec->outcome.after = d->after;
	rec->outcome.sent = d->sent;
	rec->outcome.why = d->why;
	rec->outcome.fin = d->fin;
	rec->outcome.kreason = d->kreason;
	if (d->kreason_known)
		sw_emit_kreason(rec, d->kreason);
	sw_ring_commit(rec, seq);
}
