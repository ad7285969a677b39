/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One line of the module's files, taken apart.
 */
#ifndef SHUTWATCH_PARSE_H
#define SHUTWATCH_PARSE_H

#include <stdbool.h>
#include <stddef.h>

#include <shutwatch.h>

/* As many as a line has room for: "k=" and a space, or its end. */
#define RECORD_UNKNOWN_MAX	(SHUTWATCH_LINE_MAX / 3)
#define RECORD_SLACK		24

/**
 * struct record - the keys and values of one line
 * @text: the line, cut into strings; everything below points into it, so a
 *	record must not be copied by assignment
 * @value: the value of each known key, NULL where the line does not have it
 * @has: the keys that it has, a bit for each
 * @len: the length of each value that is there
 * @raw: what it was made from, NULL for a line of text
 * @clean: made from numbers, so that nobody needs to look whether a value is a
 *	number, or can be printed; each has RECORD_SLACK bytes that can be read
 * @nr_unknown: how many entries of @unknown are in use
 * @unknown: the keys of a newer module, in the order of the line; the first of
 *	a duplicate counts
 */
struct record {
	char text[SHUTWATCH_LINE_MAX];
	const char *value[SHUTWATCH_KEY__MAX];
	unsigned long long has;
	const struct shutwatch_raw *raw;
	unsigned short len[SHUTWATCH_KEY__MAX];
	bool clean;
	unsigned int nr_unknown;
	struct {
		const char *key, *value;
	} unknown[RECORD_UNKNOWN_MAX];
};

int record_parse(struct record *r, const char *line);
int record_unescape(char *dst, size_t size, const char *src);
bool record_is_lost(const struct record *r);
bool record_is_note(const struct record *r);

/**
 * record_value() - a value that says something
 * @r: the record
 * @key: which value
 *
 * Return: the value, or NULL where the line does not have the key or has
 * nothing to say about it ("-").
 */
static inline const char *record_value(const struct record *r, enum shutwatch_key key)
{
	const char *value = r->value[key];

	return value && (value[0] != SHUTWATCH_NOTHING[0] || value[1]) ? value : NULL;
}

#endif /* SHUTWATCH_PARSE_H */
