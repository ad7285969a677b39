// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actor.h"
#include "expect.h"
#include "record_fields.h"
#include "semantics.h"
#include "step.h"
#include "trial.h"

/*
 * "a|b" is what one kernel may do one time, and the other another time: the
 * first stands for both, so that the table is the same each time.  What is none
 * of them is told.
 */
static const char *settled(const struct expected *e, const struct record *record,
			   enum shutwatch_key key, char value[64])
{
	struct record wanted;

	snprintf(value, 64, "%s", record_get(record, key));
	if (record_parse(&wanted, e->text) || !wanted.value[key])
		return value;
	if (expect_meets(value, wanted.value[key]))
		snprintf(value, 64, "%.*s", (int)strcspn(wanted.value[key], "|"),
			 wanted.value[key]);
	return value;
}

/* Pids are not the same in another run. */
static const char *process_of(const struct play *play,
			      const struct record *record, enum shutwatch_key key)
{
	const char *pid = record_get(record, key);
	char ours[16];

	if (!strcmp(pid, SHUTWATCH_NOTHING))
		return SHUTWATCH_NOTHING;
	snprintf(ours, sizeof(ours), "%d", play->pid);
	return strcmp(pid, ours) ? "other" : "self";
}

static void write_owner(FILE *file, const struct play *play,
			const struct record *record)
{
	const char *owner = process_of(play, record, SHUTWATCH_KEY_OWNER);
	const char *asks = process_of(play, record, SHUTWATCH_KEY_PID);

	fprintf(file, "%s", owner);
	if (strcmp(asks, SHUTWATCH_NOTHING) && strcmp(asks, owner))
		fprintf(file, ", %s asks", asks);
}

static void write_what(FILE *file, const struct record *record)
{
	const char *kind = record_get(record, SHUTWATCH_KEY_KIND);

	if (!strcmp(kind, "call"))
		fprintf(file, "%s", record_get(record, SHUTWATCH_KEY_CALL));
	else if (!strcmp(kind, "decision"))
		fprintf(file, "by %s", record_get(record, SHUTWATCH_KEY_BY));
	else
		fprintf(file, "%s", kind);
	if (!record_is(record, SHUTWATCH_KEY_HOW, SHUTWATCH_NOTHING))
		fprintf(file, " %s", record_get(record, SHUTWATCH_KEY_HOW));
}

static void write_result(FILE *file, const struct expected *e,
			 const struct record *record)
{
	const char *ret = record_get(record, SHUTWATCH_KEY_RET);
	const char *error = record_get(record, SHUTWATCH_KEY_ERROR);

	fprintf(file, "%s", strcmp(ret, SHUTWATCH_NOTHING) ? ret : error);
	if (e->got >= 0)
		fprintf(file, " %s", step_errno(e->got));
}

static void write_line(FILE *file, const struct play *play, const char *name,
		       const struct expected *e)
{
	const struct record *record = &play->record[e->met_by];
	char value[64];

	fprintf(file, "%s\t%s\t", name, actor_name(e->who));
	write_owner(file, play, record);
	fprintf(file, "\t");
	write_what(file, record);
	fprintf(file, "\t%s", settled(e, record, SHUTWATCH_KEY_STATE, value));
	fprintf(file, "\t%s", record_get(record, SHUTWATCH_KEY_SENT));
	fprintf(file, "\t%s\t", record_get(record, SHUTWATCH_KEY_WHY));
	write_result(file, e, record);
	fprintf(file, "\n");
}

/* Which socket sent it: its addresses are as they were when something was expected. */
static enum who sender_of(const struct play *play, const struct packet *packet)
{
	char local[ADDRESS_LEN], remote[ADDRESS_LEN];
	int i;

	for (i = 0; i < play->nr_expected; i++) {
		const struct actor *actor = &play->expected[i].actor;

		if (!strcmp(packet->src, address_on_wire(local, actor->local)) &&
		    !strcmp(packet->dst, address_on_wire(remote, actor->remote)))
			return play->expected[i].who;
	}
	return NOBODY;
}

static int count_sent(const struct play *play, enum who who, __u8 flag)
{
	int i, count = 0;

	for (i = 0; i < play->nr_packets_told; i++) {
		const struct packet *packet = &play->packet[i];

		count += !packet->ours && !packet->again && packet->flags & flag &&
			 sender_of(play, packet) == who;
	}
	return count;
}

static bool is_expected_of(const struct play *play, enum who who)
{
	int i;

	for (i = 0; i < play->nr_expected; i++) {
		if (play->expected[i].who == who)
			return true;
	}
	return false;
}

/* Whatever the records say: how it ended on the wire. */
static void write_wire(FILE *file, const struct play *play, const char *name,
		       enum who who)
{
	int fins = count_sent(play, who, PACKET_FIN);
	int rsts = count_sent(play, who, PACKET_RST);

	if (!fins && !rsts && !is_expected_of(play, who))
		return;
	fprintf(file, "%s\t%s\t-\t" SEMANTICS_WIRE "\t-\t", name, actor_name(who));
	if (fins)
		fprintf(file, "FIN x%d ", fins);
	if (rsts)
		fprintf(file, "RST x%d", rsts);
	fprintf(file, "%s\t-\t-\n", fins || rsts ? "" : "none");
}

/**
 * semantics_write - add what the kernel did to the file for it, if there is one
 * @play: a play that is over
 * @name: of the test
 *
 * A line for each call, decision and RST received, in the order in which they
 * were expected; then one for each socket, what it sent to end its connection.
 */
void semantics_write(const struct play *play, const char *name)
{
	const char *path = getenv(TRIAL_SEMANTICS_ENV);
	enum who who;
	FILE *file;
	int i;

	if (!path || play->repeats || play->family != FAMILY_IPV4)
		return;
	file = fopen(path, "ae");
	if (!file)
		return;
	for (i = 0; i < play->nr_expected; i++) {
		const struct expected *e = &play->expected[i];

		if (!e->is_path && e->met_by >= 0)
			write_line(file, play, name, e);
	}
	for (who = 0; who < ACTORS; who++)
		write_wire(file, play, name, who);
	fclose(file);
}
