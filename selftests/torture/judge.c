// SPDX-License-Identifier: GPL-2.0-only
#include <names.h>

#include "firewall.h"
#include "judges.h"
#include "mptcp.h"
#include "pass.h"
#include "record_fields.h"
#include "sorted.h"

/**
 * judge_scene - hold a scene's records against its packets and its history
 * @view: all that was seen; what does not agree goes to its remarks
 */
void judge_scene(struct view *view)
{
	int i;

	mptcp_name_subflows(view);
	mptcp_hide_calls(view, true);
	wire_check(&view->agreement, view->packet, view->nr_packets, view->record,
		   view->nr_records, view->claimed_by);
	mptcp_hide_calls(view, false);
	for (i = 0; i < remarks_kept(&view->agreement.remarks); i++)
		remark(&view->remarks, "%s", view->agreement.remarks.text[i]);
	judge_states(view);
	judge_calls(view);
	judge_owners(view);
	judge_passed(view);
	judge_reasons(view);
	judge_values(view);
	judge_errors(view);
	judge_resets(view);
	judge_mptcp(view);
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

static void judge_counters(struct remarks *remarks, const struct batch *batch,
			   struct mib *told)
{
	const struct mib *before = &batch->before.mib, *after = &batch->after.mib;
	size_t i;

	for (i = 0; i < sizeof(of_reasons) / sizeof(*of_reasons) && has_mptcp(batch); i++)
		told->count[of_reasons[i]] = after->count[of_reasons[i]] -
					     before->count[of_reasons[i]];
	mib_judge(remarks, before, after, told);
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
	}
	sums_judge(remarks, &batch->before.sums, &batch->after.sums, &sums);
	judge_counters(remarks, batch, &mib);
	for (i = 0; i < STILLS; i++) {
		if (batch->before.still[i] != batch->after.still[i])
			remark(remarks, "the module's %s went from %lld to %lld",
			       still_name[i], batch->before.still[i],
			       batch->after.still[i]);
	}
	if (batch->left)
		remark(remarks, "%d sockets are left of a namespace that is gone",
		       batch->left);
	for (i = 0; i < remarks_kept(&batch->trouble); i++)
		remark(remarks, "%s", batch->trouble.text[i]);
}
