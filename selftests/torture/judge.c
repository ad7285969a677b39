// SPDX-License-Identifier: GPL-2.0-only
#include <names.h>

#include "dying.h"
#include "firewall.h"
#include "judges.h"
#include "migrate.h"
#include "mptcp.h"
#include "pass.h"
#include "paths.h"
#include "record_fields.h"
#include "sorted.h"
#include "vanish.h"

static void judge_wire(struct view *view)
{
	bool lost[VIEW_RECORDS];
	int i;

	for (i = 0; i < view->nr_records; i++)
		lost[i] = vanish_loses(view, &view->record[i]);
	wire_check_until(&view->agreement, view->packet, view->nr_packets, view->record,
			 view->nr_records, lost, view->history->unseen ?: ~0ull,
			 view->claimed_by);
	for (i = 0; i < remarks_kept(&view->agreement.remarks); i++)
		remark(&view->remarks, "%s", view->agreement.remarks.text[i]);
}

/**
 * judge_scene - hold a scene's records against its packets and its history
 * @view: all that was seen; what does not agree goes to its remarks
 */
void judge_scene(struct view *view)
{
	mptcp_name_subflows(view);
	mptcp_hide_calls(view, true);
	judge_wire(view);
	mptcp_hide_calls(view, false);
	judge_states(view);
	judge_calls(view);
	judge_owners(view);
	judge_passed(view);
	judge_reasons(view);
	judge_values(view);
	judge_errors(view);
	judge_resets(view);
	judge_mptcp(view);
	judge_migrated(view);
	judge_dying(view);
}

/* Counters of TCP's reasons, which MPTCP has not: what it ends counts as any. */
static const enum mib_counter of_reasons[] = {
	MIB_ABORT_ON_DATA, MIB_ABORT_ON_CLOSE, MIB_ABORT_ON_LINGER,
};

static bool has_mptcp(const struct batch *batch)
{
	int i;

	for (i = 0; i < batch->nr_scenes; i++) {
		if (batch->scene[i].mptcp)
			return true;
	}
	return false;
}

/* Its subflows say the same once more, and they are TCP's. */
static bool is_mptcp_call(const struct batch *batch, const struct record *r)
{
	const int scene = sorted_scene(batch, record_get(r, SHUTWATCH_KEY_LOCAL),
				       record_get(r, SHUTWATCH_KEY_REMOTE));

	return scene >= 0 && view_kind(r, SHUTWATCH_KIND_CALL) &&
	       mptcp_made(&batch->scene[scene], &batch->history[scene], record_cookie(r));
}

static long long grown(const struct batch *batch, enum mib_counter counter)
{
	return batch->after.mib.count[counter] - batch->before.mib.count[counter];
}

/* It has sent nothing: in silence, or because its RST has found no way out? */
static bool is_unclear(const struct record *r)
{
	return view_says(r, SHUTWATCH_KEY_SENT, &sent_names, SHUTWATCH_SENT_NONE) &&
	       (view_says(r, SHUTWATCH_KEY_WHY, &why_names, SHUTWATCH_WHY_USER_TIMEOUT) ||
		view_says(r, SHUTWATCH_KEY_WHY, &why_names,
			  SHUTWATCH_WHY_FIN_WAIT2_TIMEOUT) ||
		view_says(r, SHUTWATCH_KEY_WHY, &why_names, SHUTWATCH_WHY_MPTCP));
}

/*
 * IPv6 does not count an answer to a segment as sent if there is no route for it
 * (tcp_v6_send_response()).
 */
static bool is_uncounted(const struct batch *batch, const struct record *r)
{
	const int at = sorted_scene(batch, record_get(r, SHUTWATCH_KEY_LOCAL),
				    record_get(r, SHUTWATCH_KEY_REMOTE));

	return at >= 0 && scene_is_ipv6(&batch->scene[at]) &&
	       view_says(r, SHUTWATCH_KEY_BY, &by_names, SHUTWATCH_BY_RX) &&
	       view_says(r, SHUTWATCH_KEY_SENT, &sent_names, SHUTWATCH_SENT_RST) &&
	       vanish_cuts_off(&batch->scene[at], &batch->history[at], r);
}

/* Has a RST that TCP could not send been asked for? */
static bool may_fail(const struct batch *batch)
{
	return batch->world.walls || batch->world.ways;
}

/**
 * struct doubt - records that a counter may see otherwise
 * @failed: nothing was sent, and a RST may have been meant
 * @uncounted: a RST was sent, and may not count
 * @silent: nothing was sent
 */
struct doubt {
	int failed;
	int uncounted;
	int silent;
};

static void judge_counters(struct remarks *remarks, const struct batch *batch,
			   struct mib *told, const struct doubt *doubt)
{
	const int failed = grown(batch, MIB_ABORT_FAILED) - told->count[MIB_ABORT_FAILED];
	int uncounted;
	size_t i;

	for (i = 0; i < sizeof(of_reasons) / sizeof(*of_reasons) && has_mptcp(batch); i++)
		told->count[of_reasons[i]] = grown(batch, of_reasons[i]);
	if (may_fail(batch) && failed > 0 && failed <= doubt->failed) {
		told->count[MIB_ABORT_FAILED] += failed;
		told->count[MIB_OUT_RSTS] += failed;
	}
	uncounted = told->count[MIB_OUT_RSTS] - grown(batch, MIB_OUT_RSTS);
	if (uncounted > 0 && uncounted <= doubt->uncounted)
		told->count[MIB_OUT_RSTS] -= uncounted;
	mib_judge(remarks, &batch->before.mib, &batch->after.mib, told);
}

/* By how much a counter of the module may grow: by RSTs that find no way out. */
static long long may_grow(const struct batch *batch, enum still still)
{
	return still == STILL_RST_FAILED && may_fail(batch) ?
		grown(batch, MIB_ABORT_FAILED) : 0;
}

/*
 * What the kernel counts of a namespace is not known to its end: a RST that finds no
 * way out is one more that is told, and that has sent nothing.
 */
static bool may_fail_unseen(const struct batch *batch, enum still still, long long grown_by,
			    const struct doubt *doubt)
{
	return batch->world.dies && still == STILL_RST_FAILED && grown_by >= 0 &&
	       grown_by <= doubt->silent;
}

static bool kind_is_told(const struct record *record)
{
	return record_is(record, SHUTWATCH_KEY_KIND, kind_names.name[SHUTWATCH_KIND_LOST]) ||
	       record_is(record, SHUTWATCH_KEY_KIND, kind_names.name[SHUTWATCH_KIND_SKIPPED]);
}

/**
 * judge_batch - what belongs to no scene: counters, losses, what is left
 * @remarks: where to say what does not agree
 * @batch: a batch that was played
 */
void judge_batch(struct remarks *remarks, const struct batch *batch)
{
	static const char * const still_name[] = { BATCH_STILL_LIST(STILL_AS_NAME) };
	struct sums sums = {};
	struct mib mib = {};
	struct record record;
	struct doubt doubt = {};
	int i;

	for (i = 0; i < batch->nr_lines; i++) {
		if (record_parse(&record, batch->line[i])) {
			remark(remarks, "not a record: %s", batch->line[i]);
			continue;
		}
		if (kind_is_told(&record))
			remark(remarks, "missing: %s", batch->line[i]);
		sums_record(&sums, &record);
		if (batch_owns(batch, &record) && !is_mptcp_call(batch, &record))
			mib_tell(&mib, &record);
		doubt.failed += is_unclear(&record);
		doubt.uncounted += is_uncounted(batch, &record);
		doubt.silent += view_says(&record, SHUTWATCH_KEY_SENT, &sent_names,
					  SHUTWATCH_SENT_NONE);
	}
	judge_paths(remarks, batch);
	sums_judge(remarks, &batch->before.sums, &batch->after.sums, &sums);
	if (!batch->world.dies)
		judge_counters(remarks, batch, &mib, &doubt);
	for (i = 0; i < STILLS; i++) {
		const long long by = batch->after.still[i] - batch->before.still[i];

		if (by != may_grow(batch, i) && !may_fail_unseen(batch, i, by, &doubt))
			remark(remarks, "the module's %s went from %lld to %lld, not %lld further",
			       still_name[i], batch->before.still[i],
			       batch->after.still[i], may_grow(batch, i));
	}
	if (batch->left)
		remark(remarks, "%d sockets are left of a namespace that is gone",
		       batch->left);
	for (i = 0; i < remarks_kept(&batch->trouble); i++)
		remark(remarks, "%s", batch->trouble.text[i]);
}
