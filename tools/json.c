// SPDX-License-Identifier: GPL-2.0-only
/*
 * JSON lines (RFC 8259).  What goes out is valid whatever came in: a name that
 * is not UTF-8 must not cost a consumer the whole stream.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "names.h"

/* Names of our own; where a newer module has such a key, it gets a mark. */
static const char * const our_names[] = {
	JSON_TYPE, JSON_TIME, JSON_HOST, "laddr", "lport", "raddr", "rport"
};

#define MARK_OF_MODULE	'_'

#define REPLACEMENT	"\\ufffd"

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

/* Sets of keys, by the types of their values, a bit for each. */
#define AS_BIT(key, in)	| (unsigned long long)(in) << SHUTWATCH_KEY_##key
#define AS_NUMBER(key, type, ...) \
	AS_BIT(key, SHUTWATCH_TYPE_##type < SHUTWATCH_TYPE_STRINGS)
#define AS_NUMBERS(kind, ...)	kind##_KEYS(AS_NUMBER)
#define AS_ERRNO(key, type, ...) \
	AS_BIT(key, SHUTWATCH_TYPE_##type == SHUTWATCH_TYPE_ERRNO ||	\
	       SHUTWATCH_TYPE_##type == SHUTWATCH_TYPE_ERROR)
#define AS_ERRNOS(kind, ...)	kind##_KEYS(AS_ERRNO)
#define AS_COMM(key, type, ...) \
	AS_BIT(key, SHUTWATCH_TYPE_##type == SHUTWATCH_TYPE_COMM)
#define AS_COMMS(kind, ...)	kind##_KEYS(AS_COMM)

/* Numbers where they are anything. */
static const unsigned long long numbers = 0
	SHUTWATCH_HEAD_KEYS(AS_NUMBER, AS_NUMBER)
	SHUTWATCH_KIND_LIST(AS_NUMBERS)
	SHUTWATCH_SOCKET_KEYS(AS_NUMBER, AS_NUMBER)
	SHUTWATCH_TOTAL_KEYS(AS_NUMBER, AS_NUMBER);

/* Names of errors, or numbers where there is no error or it has no name. */
static const unsigned long long errnos = 0
	SHUTWATCH_KIND_LIST(AS_ERRNOS);

/* Names of tasks, which are escaped. */
static const unsigned long long comms = 0
	SHUTWATCH_HEAD_KEYS(AS_COMM, AS_COMM)
	SHUTWATCH_KIND_LIST(AS_COMMS)
	SHUTWATCH_SOCKET_KEYS(AS_COMM, AS_COMM);

static bool is_in(unsigned long long keys, int key)
{
	return keys >> key & 1;
}

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

static char *put(char *to, const char *text, size_t len)
{
	memcpy(to, text, len);
	return to + len;
}

#define PUT(to, string)		put(to, string, sizeof(string) - 1)

/* What stands for itself between quotes. */
static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

/* C1 controls, which a terminal may obey as it does what begins with ESC. */
static bool is_c1(const unsigned char *s, int len)
{
	return len == 2 && s[0] == 0xc2 && s[1] < 0xa0;
}

/* One character that does not. */
static char *put_odd(char *to, const unsigned char *s, int len)
{
	if (!len)
		return PUT(to, REPLACEMENT);
	if (*s == '"' || *s == '\\') {
		*to++ = '\\';
		*to++ = (char)*s;
		return to;
	}
	if (*s < 0x20 || *s == 0x7f)
		return to + sprintf(to, "\\u%04x", *s);
	if (is_c1(s, len))
		return to + sprintf(to, "\\u%04x", s[1]);
	return put(to, (const char *)s, (size_t)len);
}

/**
 * json_string() - write a string, with its quotes
 * @to: where to; each byte may take six, and what is no UTF-8 is replaced
 * @text: the string
 *
 * Return: the byte behind it.
 */
char *json_string(char *to, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	int len;

	*to++ = '"';
	while (*s) {
		if (is_plain(*s)) {
			*to++ = (char)*s++;
			continue;
		}
		len = utf8_len(s);
		to = put_odd(to, s, len);
		s += len ? len : 1;
	}
	*to++ = '"';
	return to;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* As JSON defines it: "007" and "1." are none. */
static bool is_number(const char *s)
{
	const char *first;

	if (*s == '-')
		s++;
	first = s;
	while (is_digit(*s))
		s++;
	if (s == first || (s - first > 1 && *first == '0'))
		return false;
	if (*s == '.') {
		if (!is_digit(*++s))
			return false;
		while (is_digit(*s))
			s++;
	}
	return !*s;
}

static char *put_name(char *to, const char *name)
{
	*to++ = ',';
	to = json_string(to, name);
	*to++ = ':';
	return to;
}

/* With a mark, or several, too: what has one already gets another. */
static bool is_ours(const char *name)
{
	size_t i;

	while (*name == MARK_OF_MODULE)
		name++;
	for (i = 0; i < ARRAY_SIZE(our_names); i++) {
		if (!strcmp(our_names[i], name))
			return true;
	}
	return false;
}

/* A key that this reader does not know. */
static char *put_unknown(char *to, const char *key, const char *value)
{
	char marked[SHUTWATCH_LINE_MAX];

	marked[0] = MARK_OF_MODULE;
	strcpy(marked + 1, key);
	to = put_name(to, marked + !is_ours(key));
	return json_string(to, value);
}

/**
 * json_origin() - prepare what objects say of when and where
 * @origin: where to
 * @time: the time of day, digits and signs, NULL where it is not known
 * @host: the name of the host, 64 bytes at most, NULL likewise
 */
void json_origin(struct json_origin *origin, const char *time, const char *host)
{
	char *to = origin->text;

	if (time) {
		to = PUT(to, ",\"" JSON_TIME "\":\"");
		to = stpcpy(to, time);
		to = PUT(to, "\",\"" JSON_HOST "\":");
	} else {
		to = PUT(to, ",\"" JSON_TIME "\":null,\"" JSON_HOST "\":");
	}
	to = host ? json_string(to, host) : PUT(to, "null");
	origin->len = (size_t)(to - origin->text);
}

static char *put_origin(char *to, const struct json_origin *origin)
{
	return put(to, origin->text, origin->len);
}

static char *put_comm(char *to, const char *value)
{
	char comm[SHUTWATCH_LINE_MAX];

	if (!strchr(value, '\\'))
		return json_string(to, value);
	record_unescape(comm, sizeof(comm), value);
	return json_string(to, comm);
}

/* A value that needs no look; mostly short, then copied in one piece. */
static char *put_clean(char *to, const char *value, size_t len)
{
	memcpy(to, value, RECORD_SLACK);
	if (len > RECORD_SLACK)
		memcpy(to, value, len);
	return to + len;
}

/* "[::1]:80" is two members. */
static char *put_endpoint(char *to, const struct record *r, int key)
{
	const struct json_end *end = key == SHUTWATCH_KEY_LOCAL ? &json_local : &json_remote;
	const char *value = record_value(r, (enum shutwatch_key)key);
	char addr[SHUTWATCH_LINE_MAX];
	const char *port;
	size_t len;

	if (!value)
		return put(to, end->nothing, strlen(end->nothing));
	port = strrchr(value, ':');
	len = port ? (size_t)(port - value) : r->len[key];
	if (len > 1 && value[0] == '[' && value[len - 1] == ']') {
		value++;
		len -= 2;
	}
	memcpy(addr, value, len);
	addr[len] = '\0';
	/* Each ends, or begins, with the quote of the address. */
	to = put(to, end->addr.text, end->addr.len - 1U);
	to = json_string(to, addr);
	to = put(to, end->port.text + 1, end->port.len - 1U);
	return port && is_number(port + 1) ? put(to, port + 1, strlen(port + 1)) : PUT(to, "null");
}

static char *put_value(char *to, const struct record *r, int key)
{
	const char *value = r->value[key];

	if (value[0] == SHUTWATCH_NOTHING[0] && !value[1])
		return PUT(to, "null");
	if (is_in(comms, key))
		return put_comm(to, value);
	if (is_in(errnos, key) && is_number(value))
		return put(to, value, r->len[key]);
	if (!r->clean)
		return is_in(numbers, key) && is_number(value) ? put(to, value, r->len[key]) :
							     json_string(to, value);
	if (is_in(numbers, key))
		return put_clean(to, value, r->len[key]);
	*to++ = '"';
	to = put_clean(to, value, r->len[key]);
	*to++ = '"';
	return to;
}

/**
 * json_record() - write a record as one line
 * @to: where to, JSON_SIZE bytes
 * @r: the record; a key that it does not have is not written, "-" is null
 * @type: the type of a record that has no kind
 * @origin: when and where
 *
 * Return: the byte behind it.
 */
char *json_record(char *to, const struct record *r, const char *type,
		  const struct json_origin *origin)
{
	const char *kind = r->value[SHUTWATCH_KEY_KIND];
	unsigned long long left;
	unsigned int i;
	int key;

	to = PUT(to, "{\"" JSON_TYPE "\":");
	to = json_string(to, kind ? kind : type);
	to = put_origin(to, origin);
	for (left = r->has & ~(1ULL << SHUTWATCH_KEY_KIND); left; left &= left - 1) {
		key = __builtin_ctzll(left);
		if (key == SHUTWATCH_KEY_LOCAL || key == SHUTWATCH_KEY_REMOTE) {
			to = put_endpoint(to, r, key);
			continue;
		}
		memcpy(to, json_keys[key].text, sizeof(json_keys[key].text));
		to = put_value(to + json_keys[key].len, r, key);
	}
	for (i = 0; i < r->nr_unknown; i++)
		to = put_unknown(to, r->unknown[i].key, r->unknown[i].value);
	return PUT(to, "}\n");
}

/**
 * json_stat() - write a counter as one line
 * @to: where to, JSON_SIZE bytes
 * @name: its name
 * @value: its value
 * @is_text: it is a name, even where it looks like a number
 * @origin: when and where
 *
 * Return: the byte behind it.
 */
char *json_stat(char *to, const char *name, const char *value, bool is_text,
		const struct json_origin *origin)
{
	to = PUT(to, "{\"" JSON_TYPE "\":\"stat\"");
	to = put_origin(to, origin);
	to = put_name(to, "name");
	to = json_string(to, name);
	to = put_name(to, "value");
	if (!strcmp(value, SHUTWATCH_NOTHING))
		to = PUT(to, "null");
	else if (!is_text && is_number(value))
		to = put(to, value, strlen(value));
	else
		to = json_string(to, value);
	return PUT(to, "}\n");
}
