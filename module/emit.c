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

static void put_relation(struct sw_record *rec, const struct sw_decision *d)
{
	if (d->by == SHUTWATCH_BY_LISTENER) {
		rec->aux = d->parent;
		rec->outcome.flags |= SW_RECORD_PARENT;
	} else if (d->msk) {
		rec->aux = d->msk;
		rec->outcome.flags |= SW_RECORD_MSK;
	}
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
	sw_count_total(d->by, d->sent, d->why);
	if (!sw_emit_wanted(SHUTWATCH_KIND_DECISION, d->sent, d->why))
		return;
	rec = sw_emit_begin(SHUTWATCH_KIND_DECISION, d->by, d->asked, sw_now(),
			    d->cookie, d->id, d->owner, &seq);
	if (!rec)
		return;
	rec->outcome.flags = d->ipv6 ? SW_RECORD_IPV6 : 0;
	put_relation(rec, d);
	if (d->v)
		rec->v = *d->v;
	else
		rec->outcome.flags |= SW_RECORD_NO_VALUES;
	rec->trigger = d->trigger;
	rec->outcome.before = d->before;
	rec->outcome.after = d->after;
	rec->outcome.sent = d->sent;
	rec->outcome.why = d->why;
	rec->outcome.fin = d->fin;
	rec->outcome.kreason = d->kreason;
	if (d->kreason_known)
		sw_emit_kreason(rec, d->kreason);
	sw_trace(decision, rec, seq);
	sw_ring_commit(rec, seq);
}

/**
 * sw_emit_skipped() - something that the kernel did not let us see
 * @what: enum shutwatch_what
 * @count: how often since the last such record
 *
 * It concerns no socket, and no filter.
 *
 * Context: process.
 */
void sw_emit_skipped(u8 what, u64 count)
{
	static const struct sw_ident nobody;
	struct sw_record *rec;
	u64 seq;

	preempt_disable();
	rec = sw_emit_begin(SHUTWATCH_KIND_SKIPPED, what, false, sw_now(), 0,
			    &nobody, NULL, &seq);
	if (rec) {
		rec->outcome.flags = 0;
		rec->aux = count;
		sw_trace(skipped, rec, seq);
		sw_ring_commit(rec, seq);
	}
	preempt_enable();
}
