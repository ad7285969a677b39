// SPDX-License-Identifier: GPL-2.0-only
/*
 * The vocabularies: every word comes from a list macro of shutwatch.h.
 */
#include <string.h>

#include <shutwatch.h>

#include "names.h"

/* All of an entry but its id. */
#define AS_WORDS(id, ...) \
	[id] = { __VA_ARGS__ },

static const char * const key_name[] = { SHUTWATCH_KEY_LIST(SHUTWATCH_AS_NAME) };
static const char * const tcp_name[] = { SHUTWATCH_TCP_LIST(SHUTWATCH_AS_NAME) };
static const char * const by_name[] = { SHUTWATCH_BY_LIST(SHUTWATCH_AS_NAME) };
static const char * const how_name[] = { SHUTWATCH_HOW_LIST(SHUTWATCH_AS_NAME) };
static const char * const fin_name[] = { SHUTWATCH_FIN_LIST(SHUTWATCH_AS_NAME) };
static const char * const kind_name[] = { SHUTWATCH_KIND_LIST(SHUTWATCH_AS_NAME) };
static const char * const sent_name[] = { SHUTWATCH_SENT_LIST(SHUTWATCH_AS_NAME) };
static const char * const why_name[] = { SHUTWATCH_WHY_LIST(SHUTWATCH_AS_NAME) };
static const char * const why_words[][2] = { SHUTWATCH_WHY_LIST(AS_WORDS) };
static const char * const what_name[] = { SHUTWATCH_WHAT_LIST(SHUTWATCH_AS_NAME) };
static const char * const what_words[][2] = { SHUTWATCH_WHAT_LIST(AS_WORDS) };

const struct names key_names = { "key", SHUTWATCH_KEY__MAX, key_name };
const struct names tcp_names = { "state", SHUTWATCH_TCP_COUNT, tcp_name };
const struct names kind_names = { "kind", SHUTWATCH_KIND_COUNT, kind_name };
const struct names by_names = { "cause", SHUTWATCH_BY_COUNT, by_name };
const struct names how_names = { "side", SHUTWATCH_HOW_COUNT, how_name };
const struct names fin_names = { "FIN", SHUTWATCH_FIN_COUNT, fin_name };
const struct names sent_names = { "outcome", SHUTWATCH_SENT_COUNT, sent_name };
const struct names why_names = { "reason", SHUTWATCH_WHY_COUNT, why_name };
const struct names what_names = { "loss", SHUTWATCH_WHAT_COUNT, what_name };

/* Words are short: less than what a call costs. */
static bool same(const char *a, const char *b)
{
	for (; *a == *b; a++, b++) {
		if (!*a)
			return true;
	}
	return false;
}

/**
 * names_find() - look a word up
 * @names: the vocabulary
 * @name: the word
 *
 * Return: its enum value, or -1 where the vocabulary does not have it.
 */
int names_find(const struct names *names, const char *name)
{
	int i;

	for (i = 0; i < names->count; i++) {
		if (same(names->name[i], name))
			return i;
	}
	return -1;
}

/**
 * names_find_after() - look a word up that mostly follows another one
 * @names: the vocabulary
 * @after: where the one before it was found, or -1
 * @name: the word
 *
 * A line has its keys nearly in the order of the vocabulary, so that the next
 * is a few words away, where names_find() goes through all that come before it.
 *
 * Return: as names_find().
 */
int names_find_after(const struct names *names, int after, const char *name)
{
	int i;

	for (i = after + 1; i < names->count; i++) {
		if (same(names->name[i], name))
			return i;
	}
	return names_find(names, name);
}

/**
 * names_is() - whether a word is this one
 * @names: the vocabulary
 * @id: the enum value of a word of it
 * @name: the word in question, or NULL
 *
 * Return: true where @name is the word of @id.
 */
bool names_is(const struct names *names, int id, const char *name)
{
	return name && same(names->name[id], name);
}

/**
 * names_print() - write a vocabulary for a message, as few lines as will do
 * @names: the vocabulary
 * @out: where to
 */
void names_print(const struct names *names, FILE *out)
{
	size_t column = 0;
	int i;

	for (i = 0; i < names->count; i++) {
		if (column && column + 1 + strlen(names->name[i]) > 76) {
			fputc('\n', out);
			column = 0;
		}
		column += (size_t)fprintf(out, "%s%s", column ? " " : "  ", names->name[i]);
	}
	fputc('\n', out);
}

/**
 * names_explain_why() - write every reason with what it means
 * @out: where to
 */
void names_explain_why(FILE *out)
{
	int i;

	for (i = 0; i < why_names.count; i++)
		fprintf(out, "%-19s  %s\n", why_words[i][0], why_words[i][1]);
}

/**
 * names_why_means() - what a reason means
 * @why: the reason, enum shutwatch_why
 *
 * Return: the explanation.
 */
const char *names_why_means(int why)
{
	return why_words[why][1];
}

/**
 * names_explain_what() - what a word of the key what means
 * @what: the word
 *
 * Return: the explanation, or the word itself where it is a new one.
 */
const char *names_explain_what(const char *what)
{
	int id = names_find(&what_names, what);

	return id < 0 ? what : what_words[id][1];
}
