/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The vocabularies of shutwatch.h as tables of names.
 */
#ifndef SHUTWATCH_NAMES_H
#define SHUTWATCH_NAMES_H

#include <stdbool.h>
#include <stdio.h>

/**
 * struct names - a vocabulary
 * @what: what its words are, for messages
 * @count: how many there are; an enum value is the place of its name
 * @name: the words
 */
struct names {
	const char *what;
	int count;
	const char * const *name;
};

extern const struct names key_names;
extern const struct names tcp_names;
extern const struct names kind_names;
extern const struct names by_names;
extern const struct names how_names;
extern const struct names fin_names;
extern const struct names sent_names;
extern const struct names why_names;
extern const struct names what_names;

int names_find(const struct names *names, const char *name);
int names_find_after(const struct names *names, int after, const char *name);
bool names_is(const struct names *names, int id, const char *name);
void names_print(const struct names *names, FILE *out);
void names_explain_why(FILE *out);
const char *names_why_means(int why);
const char *names_explain_what(const char *what);

#endif /* SHUTWATCH_NAMES_H */
