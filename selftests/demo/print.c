// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include <names.h>

#include "actor.h"
#include "print.h"
#include "recipe.h"
#include "record_fields.h"
#include "style.h"

#define WIDTH	80

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

/* Words of a sentence, in lines that fit; the first is indented already. */
static void wrap(const char *text, int indent)
{
	int column = indent;

	while (*text) {
		int word = strcspn(text, "\n ");

		if (column > indent && column + 1 + word > WIDTH) {
			printf("\n%*s", indent, "");
			column = indent;
		} else if (column > indent) {
			putchar(' ');
			column++;
		}
		printf("%.*s", word, text);
		column += word;
		text += word + strspn(text + word, "\n ");
	}
	putchar('\n');
}

static void heading(const char *text)
{
	printf("\n  %s%s%s\n", style.bold, text, style.plain);
}

/**
 * print_begin - say where this is
 */
void print_begin(void)
{
	struct utsname uts;

	uname(&uts);
	printf("On Linux %s\n", uts.release);
}

/**
 * print_title - say which recipe this is
 * @play: the play
 */
void print_title(const struct play *play)
{
	char title[WIDTH + 1];
	int len;

	len = snprintf(title, sizeof(title), "R%d  %s", play->recipe->number,
		       play->recipe->title);
	printf("\n\n%s%s%s\n", style.bold, title, style.plain);
	while (len--)
		putchar('-');
	printf("\n  %sthe program%s\n", style.bold, style.plain);
	fflush(stdout);
}

/**
 * print_steps - say what the program did
 * @play: the play
 * @told: how many steps have been told
 *
 * Return: how many have been told now.
 */
int print_steps(const struct play *play, int told)
{
	for (; told < play->nr_steps; told++) {
		const struct step *step = &play->step[told];

		if (*step->result)
			printf("    %-46s %s\n", step->text, step->result);
		else
			printf("    %s%s%s\n", style.dim, step->text,
			       style.plain);
	}
	fflush(stdout);
	return told;
}

static bool kind_is(const struct record *record, enum shutwatch_kind kind)
{
	return record_is(record, SHUTWATCH_KEY_KIND, kind_names.name[kind]);
}

/* "close()", "shutdown(rdwr)", "by rx": what made it happen. */
static void name_cause(char *text, size_t size, const struct record *record)
{
	const char *call = record_get(record, SHUTWATCH_KEY_CALL);
	const char *how = record_get(record, SHUTWATCH_KEY_HOW);

	if (kind_is(record, SHUTWATCH_KIND_CALL))
		snprintf(text, size, "%s(%s)", call,
			 strcmp(how, SHUTWATCH_NOTHING) ? how : "");
	else if (kind_is(record, SHUTWATCH_KIND_RESET))
		snprintf(text, size, "RST received");
	else
		snprintf(text, size, "by %s",
			 record_get(record, SHUTWATCH_KEY_BY));
}

/* Values that say something: those that are not 0. */
static void print_values(const struct record *record)
{
	static const enum shutwatch_key keys[] = {
		SHUTWATCH_KEY_UNREAD, SHUTWATCH_KEY_UNSENT,
		SHUTWATCH_KEY_UNACKED, SHUTWATCH_KEY_CHILDREN,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		const char *value = record_value(record, keys[i]);

		if (value && strcmp(value, "0"))
			printf("  %s=%s", key_names.name[keys[i]], value);
	}
}

static const char *meaning(const struct record *record)
{
#define AS_MEANING(id, name, text)	[id] = text,
	static const char * const means[] = { SHUTWATCH_WHY_LIST(AS_MEANING) };
	int why = names_find(&why_names, record_get(record, SHUTWATCH_KEY_WHY));

	return why < 0 ? "" : means[why];
}

/* "  EBUSY" if a call failed. */
static void print_failure(const struct record *record)
{
	const char *ret = record_value(record, SHUTWATCH_KEY_RET);

	if (ret && strcmp(ret, "0"))
		printf("  %s", ret);
}

/* Three lines for a call or a decision, two for a RST received. */
static void print_record(const struct play *play, const struct record *record)
{
	const char *sent = record_get(record, SHUTWATCH_KEY_SENT);
	const char *colour = style_sent(names_find(&sent_names, sent));
	bool is_reset = kind_is(record, SHUTWATCH_KIND_RESET);
	char cause[32];

	name_cause(cause, sizeof(cause), record);
	printf("    %-8s%-20s", actor_name(actor_of(play, record)), cause);
	if (is_reset)
		printf("%s", record_get(record, SHUTWATCH_KEY_ERROR));
	else
		printf("%s%-5s%s %s", colour, sent, style.plain,
		       record_get(record, SHUTWATCH_KEY_WHY));
	print_failure(record);
	printf("\n%12s%s", "", record_get(record, SHUTWATCH_KEY_STATE));
	print_values(record);
	if (!is_reset)
		printf("\n%12s%s%s%s", "", style.dim, meaning(record),
		       style.plain);
	putchar('\n');
}

static void print_paths(const struct play *play)
{
	char path[256];
	enum who who;

	for (who = 0; who < NOBODY; who++) {
		if (!play->actor[who].cookie && !*play->actor[who].local)
			continue;
		actor_path(play, &play->actor[who], path, sizeof(path));
		if (*path)
			printf("    %s%-8s%s%s\n", style.dim, actor_name(who),
			       path, style.plain);
	}
}

/**
 * print_records - say what shutwatch recorded
 * @play: the play
 */
void print_records(const struct play *play)
{
	int i;

	heading("what shutwatch recorded");
	for (i = 0; i < play->nr_records; i++) {
		const struct record *r = &play->record[i];

		if (play_tells(play, r) && !kind_is(r, SHUTWATCH_KIND_STATE))
			print_record(play, r);
	}
	print_paths(play);
}

/**
 * print_wire - say which packets there were, and whose they are
 * @play: the play
 */
void print_wire(const struct play *play)
{
	char text[256], cause[32];
	int i;

	heading("what was on the wire");
	for (i = 0; i < play->nr_packets_told; i++) {
		const struct packet *p = &play->packet[i];
		const struct record *r = &play->record[play->claimed_by[i]];

		packet_print(text, sizeof(text), p);
		if (!play->with_records || play->claimed_by[i] < 0) {
			printf("    %s\n", text);
			continue;
		}
		name_cause(cause, sizeof(cause), r);
		printf("    %-54s %s %s\n", text, actor_name(actor_of(play, r)),
		       cause);
	}
}

static void print_remarks(const struct remarks *remarks)
{
	int i;

	for (i = 0; i < remarks_kept(remarks); i++) {
		printf("    ");
		wrap(remarks->text[i], 6);
	}
	if (remarks->count > remarks_kept(remarks))
		printf("    and %d more\n", remarks->count - remarks_kept(remarks));
}

static const char *plural(int count)
{
	return count == 1 ? "" : "s";
}

/* How many packets told above have a flag; a retransmission is no new one. */
static int count_told(const struct play *play, __u8 flag)
{
	int i, count = 0;

	for (i = 0; i < play->nr_packets_told; i++)
		count += play->packet[i].flags & flag && !play->packet[i].again;
	return count;
}

static void print_agreement(const struct play *play)
{
	int fins = count_told(play, PACKET_FIN);
	int rsts = count_told(play, PACKET_RST);

	printf("\n  %sagrees%s: the results are as expected", style.good,
	       style.plain);
	if (!play->with_records)
		printf(", and so\n  is the wire; the records were not asked\n");
	else if (fins + rsts)
		printf(";\n  %d FIN%s and %d RST%s on the wire, each told by one record\n",
		       fins, plural(fins), rsts, plural(rsts));
	else
		printf(";\n  no FIN and no RST on the wire, and none told\n");
}

/**
 * print_verdict - say whether all is as it should be
 * @play: the play
 */
void print_verdict(const struct play *play)
{
	if (play->aside) {
		printf("\n  %s", style.dim);
		wrap(play->aside, 2);
		printf("%s", style.plain);
	}
	if (play_agrees(play)) {
		print_agreement(play);
		return;
	}
	printf("\n  %sdoes not agree%s\n", style.bad, style.plain);
	print_remarks(&play->trouble);
	print_remarks(&play->wrong);
	print_remarks(&play->agreement.remarks);
	print_remarks(&play->unmet);
}

/**
 * print_sum - say how many agree
 * @played: how many recipes were played
 * @agree: how many of them agree
 */
void print_sum(int played, int agree)
{
	printf("\n\n%s%d recipe%s, %d agree%s\n",
	       agree == played ? style.good : style.bad, played,
	       plural(played), agree, style.plain);
}
