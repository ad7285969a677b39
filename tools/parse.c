// SPDX-License-Identifier: GPL-2.0-only
/*
 * The parser.  It takes a line apart and judges only its form: which keys
 * belong to which kind, and what a value means, is the module's business.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "names.h"
#include "parse.h"

static bool seen_before(const struct record *r, const char *key)
{
	unsigned int i;

	for (i = 0; i < r->nr_unknown; i++) {
		if (!strcmp(r->unknown[i].key, key))
			return true;
	}
	return false;
}

static void keep_unknown(struct record *r, const char *key, const char *value)
{
	if (seen_before(r, key))
		return;
	r->unknown[r->nr_unknown].key = key;
	r->unknown[r->nr_unknown].value = value;
	r->nr_unknown++;
}

/* Of a key that is none, nobody could tell whether it is there twice. */
static bool is_key(const char *text)
{
	for (; *text > ' ' && *text <= '~'; text++)
		;
	return !*text;
}

/*
 * One "key=value", already cut out of the line; @last is the known key before it,
 * and then the last.
 */
static int keep_pair(struct record *r, char *pair, const char *end, int *last)
{
	char *value = pair;
	int key;

	/* A few bytes, of which one was just written: a loop is faster than memchr(). */
	while (value < end && *value != '=')
		value++;
	if (value == end || value == pair)
		return -EINVAL;
	*value++ = '\0';

	key = names_find_after(&key_names, *last, pair);
	if (key < 0) {
		if (!is_key(pair))
			return -EINVAL;
		keep_unknown(r, pair, value);
		return 0;
	}
	if (r->value[key])
		return -EINVAL;
	*last = key;
	r->has |= 1ULL << key;
	r->value[key] = value;
	r->len[key] = (unsigned short)(end - value);
	return 0;
}

/**
 * record_parse() - take a line apart
 * @r: where the result goes; its content is undefined after an error
 * @line: the line, with or without its newline
 *
 * Unknown keys and unknown values are no error: a newer module has them.
 *
 * Return: 0, or -EINVAL where the line is no record: it is empty or too long,
 * has a word without "=", a nameless value, a key that is not printable ASCII, a
 * known key twice, or anything but one space between two words.
 */
int record_parse(struct record *r, const char *line)
{
	size_t len = strnlen(line, sizeof(r->text));
	char *pair = r->text, *end;
	int last = -1;
	bool more;
	int err;

	if (len == sizeof(r->text))
		return -EINVAL;
	/* The text comes below; of the keys that are not known, their number tells. */
	memset(r->value, 0, offsetof(struct record, unknown) - offsetof(struct record, value));
	memcpy(r->text, line, len);
	r->text[len] = '\0';
	if (len && r->text[len - 1] == '\n')
		r->text[len - 1] = '\0';
	if (strchr(r->text, '\n'))
		return -EINVAL;

	do {
		end = strchrnul(pair, ' ');
		more = *end;
		*end = '\0';
		err = keep_pair(r, pair, end, &last);
		if (err)
			return err;
		pair = end + 1;
	} while (more);
	return 0;
}

/* The byte that "\ooo" stands for, or -1 where @src is no such escape. */
static int octal_byte(const char *src)
{
	int byte = 0;
	int i;

	if (*src++ != '\\')
		return -1;
	for (i = 0; i < 3; i++, src++) {
		if (*src < '0' || *src > '7')
			return -1;
		byte = byte * 8 + *src - '0';
	}
	/* A NUL would cut the string short, as if the rest had not been. */
	return byte && byte <= 0xff ? byte : -1;
}

/**
 * record_unescape() - undo the escapes of /proc/mounts, "\040" for a space
 * @dst: where the plain bytes go, always terminated; it may not be @src
 * @size: the size of @dst, at least 1
 * @src: a value of a record
 *
 * What is no such escape is copied as it is; "\000" alone is the name of a task
 * that has an empty one.
 *
 * Return: 0, or -ENOSPC where @dst has only the part that fits.
 */
int record_unescape(char *dst, size_t size, const char *src)
{
	char *end = dst + size - 1;
	int byte;

	if (!strcmp(src, "\\000"))
		src = "";
	while (*src) {
		if (dst == end) {
			*dst = '\0';
			return -ENOSPC;
		}
		byte = octal_byte(src);
		if (byte < 0) {
			*dst++ = *src++;
			continue;
		}
		*dst++ = (char)byte;
		src += 4;
	}
	*dst = '\0';
	return 0;
}

/**
 * record_is_lost() - whether it tells of other records that were lost
 * @r: the record
 *
 * Return: true where it does.
 */
bool record_is_lost(const struct record *r)
{
	if (r->raw)
		return r->raw->kind == SHUTWATCH_KIND_LOST;
	return names_is(&kind_names, SHUTWATCH_KIND_LOST, r->value[SHUTWATCH_KEY_KIND]);
}

static bool is_skipped(const struct record *r)
{
	if (r->raw)
		return r->raw->kind == SHUTWATCH_KIND_SKIPPED;
	return names_is(&kind_names, SHUTWATCH_KIND_SKIPPED, r->value[SHUTWATCH_KEY_KIND]);
}

/**
 * record_is_note() - whether it tells of what was not seen, and of no socket
 * @r: the record
 *
 * Return: true for a record of kind lost or skipped.
 */
bool record_is_note(const struct record *r)
{
	return record_is_lost(r) || is_skipped(r);
}
