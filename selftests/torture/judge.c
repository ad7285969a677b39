// SPDX-License-Identifier: GPL-2.0-only
#include <names.h>

#include "firewall.h"
#include "judges.h"
#include "pass.h"
#include "record_fields.h"

/**
 * judge_scene - hold a scene's records against its packets and its history
 * @view: all that was seen; what does not agree goes to its remarks
 */
void judge_scene(struct view *view)
{
	int i;

	wire_check(&view->agreement, view->packet, view->nr_packets, view->record,
		   view->nr_records, view->claimed_by);
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
		if (batch_owns(batch, &record))
			mib_tell(&mib, &record);
	}
	sums_judge(remarks, &batch->before.sums, &batch->after.sums, &sums);
	mib_judge(remarks, &batch->before.mib, &batch->after.mib, &mib);
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
