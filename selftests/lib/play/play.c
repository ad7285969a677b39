// SPDX-License-Identifier: GPL-2.0-only
#include "play.h"
#include "record_fields.h"

/**
 * play_tells - is a record of the recipe itself?
 * @play: the play
 * @record: one of its records
 *
 * Return: false if it was made while the program closed what it had open.
 */
bool play_tells(const struct play *play, const struct record *record)
{
	return record_time(record) <= play->end;
}

/**
 * play_agrees - is all as it should be?
 * @play: a play that is over
 *
 * Return: true if the program got what is expected, the wire agrees with
 * the records, and the records are those that were expected.
 */
bool play_agrees(const struct play *play)
{
	return play->done && !play->wrong.count && !play->unmet.count &&
	       !play->agreement.remarks.count && !play->trouble.count;
}
