// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include <names.h>

#include "record_fields.h"
#include "style.h"
#include "table.h"

/* A line fits into 80 columns whatever comes, the last column being the rest. */
#define RECIPE_WIDTH	29
#define SENT_WIDTH	9
#define WHY_WIDTH	36

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

/* A recipe in a few words; what its variants are called is longer. */
static const char * const topic[RECIPES + 1] = {
	[1] = "close() with unread data",
	[2] = "close() after shutdown()",
	[3] = "both shut down, close()",
	[4] = "reading after TIME_WAIT",
	[5] = "SHUT_RD, the peer sends",
	[6] = "data after shutdown()",
	[7] = "connect() when shut down",
	[8] = "a listener shut down",
	[9] = "shutdown() in SYN_SENT",
	[10] = "shutdown() in connect()",
	[11] = "close() in connect()",
};

/* In the order in which they are told, and what tells of them on the wire. */
static const struct {
	enum shutwatch_sent sent;
	__u8 flag;
} sent_order[] = {
	{ SHUTWATCH_SENT_FIN, PACKET_FIN },
	{ SHUTWATCH_SENT_RST, PACKET_RST },
	{ SHUTWATCH_SENT_NONE, 0 },
};

static void add_packet(struct outcome *outcome, const struct packet *packet)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sent_order); i++) {
		if (packet->flags & sent_order[i].flag)
			outcome->went_out[sent_order[i].sent] = true;
	}
}

static void add_record(struct outcome *outcome, const struct record *record)
{
	int sent = names_find(&sent_names, record_get(record, SHUTWATCH_KEY_SENT));
	int why = names_find(&why_names, record_get(record, SHUTWATCH_KEY_WHY));

	if (sent >= 0 && why >= 0)
		outcome->why[sent] |= 1ull << why;
}

/**
 * table_add - note what came of a play
 * @table: the table
 * @play: the play, which is over
 */
void table_add(struct table *table, const struct play *play)
{
	struct outcome *outcome = &table->outcome[play->recipe->number];
	int i;

	outcome->played++;
	outcome->agree += play_agrees(play);
	for (i = 0; i < play->nr_packets_told; i++)
		add_packet(outcome, &play->packet[i]);
	for (i = 0; play->with_records && i < play->nr_records; i++) {
		if (play_tells(play, &play->record[i]))
			add_record(outcome, &play->record[i]);
	}
	outcome->went_out[SHUTWATCH_SENT_NONE] =
		!outcome->went_out[SHUTWATCH_SENT_FIN] &&
		!outcome->went_out[SHUTWATCH_SENT_RST];
}

/**
 * table_played - how many recipes were played?
 * @table: the table
 *
 * Return: how many.
 */
int table_played(const struct table *table)
{
	int i, count = 0;

	for (i = 1; i <= RECIPES; i++)
		count += table->outcome[i].played > 0;
	return count;
}

/**
 * table_agree - how many of those that were played agree?
 * @table: the table
 *
 * Return: how many, counting none of which a variant does not.
 */
int table_agree(const struct table *table)
{
	int i, count = 0;

	for (i = 1; i <= RECIPES; i++)
		count += table->outcome[i].played &&
			 table->outcome[i].agree == table->outcome[i].played;
	return count;
}

/* Words with commas between them; returns how many columns they take. */
static int print_word(int column, const char *colour, const char *word)
{
	const char *comma = column ? ", " : "";

	printf("%s%s%s%s", comma, colour, word, *colour ? style.plain : "");
	return column + strlen(comma) + strlen(word);
}

/* At least one space, even behind what does not fit. */
static void fill(int column, int width)
{
	printf("%*s", column < width ? width - column : 1, "");
}

static void print_sent(const struct outcome *outcome)
{
	int column = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sent_order); i++) {
		enum shutwatch_sent sent = sent_order[i].sent;

		if (outcome->went_out[sent])
			column = print_word(column, style_sent(sent),
					    sent_names.name[sent]);
	}
	fill(column, SENT_WIDTH);
}

/* Why that went out which did, or else why nothing did. */
static void print_why(const struct outcome *outcome)
{
	int column = 0, why;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sent_order); i++) {
		enum shutwatch_sent sent = sent_order[i].sent;

		for (why = 0; outcome->went_out[sent] && why < why_names.count; why++) {
			if (outcome->why[sent] & 1ull << why)
				column = print_word(column, "", why_names.name[why]);
		}
	}
	fill(column ?: print_word(0, "", SHUTWATCH_NOTHING), WHY_WIDTH);
}

static void print_agrees(const struct outcome *outcome)
{
	bool all = outcome->agree == outcome->played;

	printf("%s", all ? style.good : style.bad);
	if (outcome->played > 1)
		printf("%d of %d", outcome->agree, outcome->played);
	else
		printf("%s", all ? "yes" : "no");
	printf("%s\n", style.plain);
}

static void print_verdict(const struct table *table)
{
	int played = table_played(table), agree = table_agree(table);
	struct utsname uts;

	uname(&uts);
	if (agree == played)
		printf("%sAll %d recipes agree%s", style.good, played, style.plain);
	else
		printf("%s%d of %d recipes do not agree%s", style.bad,
		       played - agree, played, style.plain);
	printf(", on Linux %s:\n%swhat the program was told%s and what was on the wire%s\n\n",
	       uts.release, style.dim,
	       table->with_records ? ", what shutwatch recorded," : "", style.plain);
}

/**
 * table_print - say how many agree, and then what came of each
 * @table: the table
 */
void table_print(const struct table *table)
{
	char recipe[64];
	int i;

	print_verdict(table);
	printf("%s%-*s%-*s%-*sAGREES%s\n", style.bold, RECIPE_WIDTH, "RECIPE",
	       SENT_WIDTH, "SENT", WHY_WIDTH, "WHY", style.plain);
	for (i = 1; i <= RECIPES; i++) {
		if (!table->outcome[i].played)
			continue;
		snprintf(recipe, sizeof(recipe), "R%-3d%s", i, topic[i]);
		printf("%-*s", RECIPE_WIDTH, recipe);
		print_sent(&table->outcome[i]);
		print_why(&table->outcome[i]);
		print_agrees(&table->outcome[i]);
	}
}
