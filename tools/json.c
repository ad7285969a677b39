// SPDX-License-Identifier: GPL-2.0-only
/*
 * JSON lines (RFC 8259).  What goes out is valid whatever came in: a name that
 * is not UTF-8 must not cost a consumer the whole stream.
 */
#include <stdbool.h>
#include <string.h>

#include "json.h"
#include "names.h"

#define TYPE		"type"
/* Where a newer module has a key of its own with our name. */
#define TYPE_OF_MODULE	"_type"

#define REPLACEMENT	"\\ufffd"

/* Values that are numbers where they are anything; a cookie is hexadecimal. */
static const bool is_numeric[SHUTWATCH_KEY__MAX] = {
	[SHUTWATCH_KEY_SEQ] = true,
	[SHUTWATCH_KEY_TS] = true,
	[SHUTWATCH_KEY_CPU] = true,
	[SHUTWATCH_KEY_PID] = true,
	[SHUTWATCH_KEY_NETNS] = true,
	[SHUTWATCH_KEY_UNREAD] = true,
	[SHUTWATCH_KEY_UNSENT] = true,
	[SHUTWATCH_KEY_UNACKED] = true,
	[SHUTWATCH_KEY_LINGER] = true,
	[SHUTWATCH_KEY_TOOK] = true,
	[SHUTWATCH_KEY_CHILDREN] = true,
	[SHUTWATCH_KEY_COUNT] = true,
};

static bool in_range(unsigned char c, unsigned char from, unsigned char to)
{
	return c >= from && c <= to;
}

/*
 * How many bytes the UTF-8 character at @s has, 0 where it is none: overlong,
 * a surrogate, beyond U+10FFFF or cut short (table 3-7 of the Unicode standard).
 */
static int utf8_len(const unsigned char *s)
{
	unsigned char from = 0x80, to = 0xbf;
	int len, i;

	if (s[0] < 0x80)
		return 1;
	if (in_range(s[0], 0xc2, 0xdf))
		len = 2;
	else if (in_range(s[0], 0xe0, 0xef))
		len = 3;
	else if (in_range(s[0], 0xf0, 0xf4))
		len = 4;
	else
		return 0;

	if (s[0] == 0xe0)
		from = 0xa0;
	else if (s[0] == 0xed)
		to = 0x9f;
	else if (s[0] == 0xf0)
		from = 0x90;
	else if (s[0] == 0xf4)
		to = 0x8f;
	if (!in_range(s[1], from, to))
		return 0;
	for (i = 2; i < len; i++) {
		if (!in_range(s[i], 0x80, 0xbf))
			return 0;
	}
	return len;
}

static void json_string(FILE *out, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	int len;

	fputc('"', out);
	while (*s) {
		len = utf8_len(s);
		if (!len)
			fputs(REPLACEMENT, out);
		else if (*s == '"' || *s == '\\')
			fprintf(out, "\\%c", *s);
		else if (*s < 0x20 || *s == 0x7f)
			fprintf(out, "\\u%04x", *s);
		else
			fwrite(s, 1, (size_t)len, out);
		s += len ? len : 1;
	}
	fputc('"', out);
}

/* As JSON defines it: "007" and "1." are none. */
static bool is_number(const char *s)
{
	static const char digits[] = "0123456789";
	size_t n;

	if (*s == '-')
		s++;
	n = strspn(s, digits);
	if (!n || (n > 1 && *s == '0'))
		return false;
	s += n;
	if (*s == '.') {
		n = strspn(++s, digits);
		if (!n)
			return false;
		s += n;
	}
	return !*s;
}

static void json_number(FILE *out, const char *value)
{
	if (is_number(value))
		fputs(value, out);
	else
		json_string(out, value);
}

static void json_name(FILE *out, const char *name)
{
	fputc(',', out);
	json_string(out, name);
	fputc(':', out);
}

static void json_value(FILE *out, int key, const char *value)
{
	char comm[SHUTWATCH_LINE_MAX];

	if (!strcmp(value, SHUTWATCH_NOTHING)) {
		fputs("null", out);
	} else if (is_numeric[key]) {
		json_number(out, value);
	} else if (key == SHUTWATCH_KEY_COMM) {
		record_unescape(comm, sizeof(comm), value);
		json_string(out, comm);
	} else {
		json_string(out, value);
	}
}

/**
 * json_record() - write a record as one line
 * @out: where to
 * @r: the record; a key that it does not have is not written, "-" is null
 * @type: the type of a record that has no kind
 */
void json_record(FILE *out, const struct record *r, const char *type)
{
	const char *kind = r->value[SHUTWATCH_KEY_KIND];
	const char *name;
	unsigned int i;
	int key;

	fputs("{\"" TYPE "\":", out);
	json_string(out, kind ? kind : type);
	for (key = 0; key < SHUTWATCH_KEY__MAX; key++) {
		if (key == SHUTWATCH_KEY_KIND || !r->value[key])
			continue;
		json_name(out, key_names.name[key]);
		json_value(out, key, r->value[key]);
	}
	for (i = 0; i < r->nr_unknown; i++) {
		name = r->unknown[i].key;
		json_name(out, strcmp(name, TYPE) ? name : TYPE_OF_MODULE);
		json_string(out, r->unknown[i].value);
	}
	fputs("}\n", out);
}

/**
 * json_stat() - write a counter as one line
 * @out: where to
 * @name: its name
 * @value: its value
 */
void json_stat(FILE *out, const char *name, const char *value)
{
	fputs("{\"" TYPE "\":\"stat\"", out);
	json_name(out, "name");
	json_string(out, name);
	json_name(out, "value");
	json_number(out, value);
	fputs("}\n", out);
}
