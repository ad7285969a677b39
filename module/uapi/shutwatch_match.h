/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * shutwatch: what is expected of a record, and what a record has instead
 *
 * An expectation is text in the words of the records, key=value with spaces
 * between them:
 *
 *	call=close sent=RST why=unread_data
 *
 * A record, a line of the module's files, is as expected where it has all of
 * these.  A value may be a list, why=unread_data,linger_zero, and one of state=
 * may leave out a side: state=>CLOSE.  Nothing here reads a file: the reader and
 * shutwatch_expect.h do.
 */
#ifndef _UAPI_SHUTWATCH_MATCH_H
#define _UAPI_SHUTWATCH_MATCH_H

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "shutwatch.h"

/* Room for what shutwatch_expectation_check() has to say, lists included. */
#define SHUTWATCH_COMPLAINT_SIZE	1024

/* ---- text that is put together ---- */

/**
 * struct shutwatch_text - a text that grows
 * @to: where it is; always terminated, from the first word on
 * @size: how much room there is; what does not fit is left out
 * @len: how long it is
 */
struct shutwatch_text {
	char *to;
	size_t size;
	size_t len;
};

/* So many bytes were to be added. */
static inline void _shutwatch_grow(struct shutwatch_text *text, int len)
{
	size_t room = text->size - text->len;

	if (len > 0)
		text->len += (size_t)len < room ? (size_t)len : room - 1;
}

/**
 * shutwatch_add() - add to a text
 * @text: the text
 * @...: format and values as for printf()
 */
#define shutwatch_add(text, ...)					\
	_shutwatch_grow(text, snprintf((text)->to + (text)->len,	\
				       (text)->size - (text)->len, __VA_ARGS__))

/**
 * shutwatch_add_printable() - add what comes from outside
 * @text: the text
 * @from: what to add
 * @len: its length
 *
 * A process may call itself whatever it likes: what is not printable ASCII
 * becomes "?".
 */
static inline void shutwatch_add_printable(struct shutwatch_text *text, const char *from,
					   size_t len)
{
	for (; len; from++, len--)
		shutwatch_add(text, "%c", *from >= ' ' && *from <= '~' ? *from : '?');
}

/* ---- words ---- */

/**
 * struct shutwatch_pair - a word of a record, or of an expectation
 * @key: what is before its "="
 * @key_len: its length
 * @value: what is behind it; NULL where there is no "="
 * @value_len: its length
 */
struct shutwatch_pair {
	const char *key;
	size_t key_len;
	const char *value;
	size_t value_len;
};

/**
 * shutwatch_next_pair() - take a word off a text
 * @pair: receives it
 * @text: the text, and then what is left of it
 *
 * Return: false where nothing is left.
 */
static inline bool shutwatch_next_pair(struct shutwatch_pair *pair, const char **text)
{
	const char *word = *text + strspn(*text, "\n ");
	size_t len = strcspn(word, "\n ");
	const char *equals = memchr(word, '=', len);

	*text = word + len;
	pair->key = word;
	pair->key_len = equals ? (size_t)(equals - word) : len;
	pair->value = equals ? equals + 1 : NULL;
	pair->value_len = equals ? len - pair->key_len - 1 : 0;
	return len;
}

static inline bool shutwatch_same(const char *text, size_t len, const char *other,
				  size_t other_len)
{
	return len == other_len && !memcmp(text, other, len);
}

/**
 * shutwatch_find_pair() - look a key up in a text
 * @pair: receives the word that has it
 * @text: a record, or an expectation
 * @key: the key
 * @len: its length
 *
 * Return: false where the text does not have it.
 */
static inline bool shutwatch_find_pair(struct shutwatch_pair *pair, const char *text,
				       const char *key, size_t len)
{
	while (shutwatch_next_pair(pair, &text)) {
		if (pair->value && shutwatch_same(pair->key, pair->key_len, key, len))
			return true;
	}
	return false;
}

/* ---- what there is to expect ---- */

#define _SHUTWATCH_ONLY_NAME(id, name, ...)	name,

/**
 * struct shutwatch_key_info - what is known of a key
 * @type: enum shutwatch_type, -1 where no record has the key
 * @kinds: a bit for each kind of record that has it, by enum shutwatch_kind
 */
struct shutwatch_key_info {
	int type;
	unsigned int kinds;
};

static inline void _shutwatch_see_key(struct shutwatch_key_info *info, bool is_it, int type,
				      unsigned int kinds)
{
	if (!is_it)
		return;
	info->type = type;
	info->kinds |= kinds;
}

/* A row of a table, as code. */
#define _SHUTWATCH_SEE(KEY, TYPE, kinds)				\
	{ _shutwatch_see_key(&info, key == SHUTWATCH_KEY_##KEY, SHUTWATCH_TYPE_##TYPE, kinds); }

#define _SHUTWATCH_SEE_HEAD(KEY, TYPE, field, when)	_SHUTWATCH_SEE(KEY, TYPE, ~0U)
#define _SHUTWATCH_SEE_KEY(KEY, TYPE, field, when)	_SHUTWATCH_SEE(KEY, TYPE, 1U << kind)
#define _SHUTWATCH_SEE_KIND(id, name)					\
	case id: {							\
		id##_KEYS(_SHUTWATCH_SEE_KEY)				\
		break;							\
	}

/**
 * shutwatch_key_info() - what the tables of keys say of one
 * @key: enum shutwatch_key
 *
 * Return: its type, and who has it.
 */
static inline struct shutwatch_key_info shutwatch_key_info(int key)
{
	struct shutwatch_key_info info = { -1, 0 };
	int kind;

	SHUTWATCH_HEAD_KEYS(_SHUTWATCH_SEE_HEAD, _SHUTWATCH_SEE_HEAD)
	for (kind = 0; kind < SHUTWATCH_KIND_COUNT; kind++) {
		switch (kind) {
		SHUTWATCH_KIND_LIST(_SHUTWATCH_SEE_KIND)
		}
	}
	return info;
}

/**
 * struct shutwatch_words - a vocabulary
 * @word: the words
 * @count: how many there are; 0 where there is no list of them
 */
struct shutwatch_words {
	const char * const *word;
	int count;
};

#define _SHUTWATCH_WORDS_OF(LIST, TYPE)					\
	case SHUTWATCH_TYPE_##TYPE: {					\
		static const char * const word[] = { LIST(_SHUTWATCH_ONLY_NAME) NULL }; \
									\
		words.word = word;					\
		break;							\
	}

/**
 * shutwatch_words_of() - the words that a value may be
 * @key: enum shutwatch_key
 * @type: its type
 *
 * Return: a vocabulary.
 */
static inline struct shutwatch_words shutwatch_words_of(int key, int type)
{
	struct shutwatch_words words = { NULL, 0 };

	switch (type) {
	_SHUTWATCH_WORDS_OF(SHUTWATCH_TCP_LIST, STATES)
	_SHUTWATCH_WORDS_OF(SHUTWATCH_KIND_LIST, KIND)
	_SHUTWATCH_WORDS_OF(SHUTWATCH_CTX_LIST, CTX)
	_SHUTWATCH_WORDS_OF(SHUTWATCH_BY_LIST, BY)
	_SHUTWATCH_WORDS_OF(SHUTWATCH_HOW_LIST, HOW)
	_SHUTWATCH_WORDS_OF(SHUTWATCH_SENT_LIST, SENT)
	_SHUTWATCH_WORDS_OF(SHUTWATCH_WHY_LIST, WHY)
	_SHUTWATCH_WORDS_OF(SHUTWATCH_FIN_LIST, FIN)
	_SHUTWATCH_WORDS_OF(SHUTWATCH_WHAT_LIST, WHAT)
	_SHUTWATCH_WORDS_OF(SHUTWATCH_ERRNO_LIST, ERRNO)
	_SHUTWATCH_WORDS_OF(SHUTWATCH_ERRNO_LIST, ERROR)
	}
	while (words.word && words.word[words.count])
		words.count++;
	/* The causes that are calls come first. */
	if (key == SHUTWATCH_KEY_CALL)
		words.count = SHUTWATCH_BY_RX;
	return words;
}

/**
 * shutwatch_find_word() - look a word up
 * @words: the vocabulary
 * @word: the word
 * @len: its length
 *
 * Return: its place, -1 where it is not there.
 */
static inline int shutwatch_find_word(struct shutwatch_words words, const char *word, size_t len)
{
	int i;

	for (i = 0; i < words.count; i++) {
		if (shutwatch_same(words.word[i], strlen(words.word[i]), word, len))
			return i;
	}
	return -1;
}

/**
 * shutwatch_all_keys() - the names of all keys
 *
 * Return: a vocabulary; a word's place in it is its enum shutwatch_key.
 */
static inline struct shutwatch_words shutwatch_all_keys(void)
{
	static const char * const key[] = { SHUTWATCH_KEY_LIST(_SHUTWATCH_ONLY_NAME) };

	return (struct shutwatch_words){ key, SHUTWATCH_KEY__MAX };
}

/* ---- whether an expectation makes sense ---- */

static inline bool _shutwatch_only(const char *value, size_t len, const char *letters)
{
	return len && strspn(value, letters) >= len;
}

/* A record has each value in one way only: what is written otherwise would never come. */
static inline bool _shutwatch_is_number(const char *value, size_t len)
{
	return _shutwatch_only(value, len, "0123456789") && (value[0] != '0' || len == 1);
}

/* "12.345678901" */
static inline bool _shutwatch_is_time(const char *value, size_t len)
{
	return len > 10 && value[len - 10] == '.' && _shutwatch_is_number(value, len - 10) &&
	       _shutwatch_only(value + len - 9, 9, "0123456789");
}

static inline bool _shutwatch_is_cookie(const char *value, size_t len)
{
	return len <= 16 && value[0] != '0' && _shutwatch_only(value, len, "0123456789abcdef");
}

static inline bool _shutwatch_are_flags(const char *value, size_t len)
{
	const char *from = SHUTWATCH_FLAGS;
	size_t i;

	for (i = 0; from && i < len; i++) {
		from = value[i] ? strchr(from, value[i]) : NULL;
		from = from ? from + 1 : NULL;
	}
	return from && len;
}

static inline bool _shutwatch_is_errno(const char *value, size_t len)
{
	bool negative = len && value[0] == '-';

	return _shutwatch_is_number(value + negative, len - negative);
}

static inline bool _shutwatch_is_port(const char *value, size_t len)
{
	unsigned int port = 0;
	size_t i;

	if (!_shutwatch_is_number(value, len) || len > 5)
		return false;
	for (i = 0; i < len; i++)
		port = port * 10 + (unsigned int)(value[i] - '0');
	return port <= 65535;
}

/* Where an IPv4 address stands in it, the kernel and the libc differ. */
static inline bool _shutwatch_is_address(int family, const char *value, size_t len)
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
	char text[INET6_ADDRSTRLEN], again[INET6_ADDRSTRLEN];
	unsigned char addr[16];

	if (len >= sizeof(text))
		return false;
	memcpy(text, value, len);
	text[len] = '\0';
	if (inet_pton(family, text, addr) != 1 ||
	    (family == AF_INET6 && !memcmp(addr, mapped, sizeof(mapped))))
		return false;
	inet_ntop(family, addr, again, sizeof(again));
	if (family == AF_INET6 && (strchr(text, '.') || strchr(again, '.')))
		return true;
	return !strcmp(text, again);
}

/* "127.0.0.20:8000", "[::1]:8000" */
static inline bool _shutwatch_is_endpoint(const char *value, size_t len)
{
	size_t port = len, addr;

	while (port && value[port - 1] != ':')
		port--;
	if (port < 2 || !_shutwatch_is_port(value + port, len - port))
		return false;
	addr = port - 1;
	if (value[0] != '[')
		return _shutwatch_is_address(AF_INET, value, addr);
	return value[addr - 1] == ']' && _shutwatch_is_address(AF_INET6, value + 1, addr - 2);
}

static inline bool _shutwatch_is_states(struct shutwatch_words words, const char *value,
					size_t len)
{
	const char *arrow = memchr(value, '>', len);
	size_t before = arrow ? (size_t)(arrow - value) : 0;
	size_t after = arrow ? len - before - 1 : 0;

	return (before || after) &&
	       (!before || shutwatch_find_word(words, value, before) >= 0) &&
	       (!after || shutwatch_find_word(words, arrow + 1, after) >= 0);
}

/* Whether a value, no list, is one that the key may have. */
static inline bool _shutwatch_is_value(int key, int type, const char *value, size_t len)
{
	struct shutwatch_words words = shutwatch_words_of(key, type);

	/* Each record is of a kind. */
	if (shutwatch_same(value, len, SHUTWATCH_NOTHING, 1))
		return type != SHUTWATCH_TYPE_KIND;
	switch (type) {
	case SHUTWATCH_TYPE_NUMBER:
	case SHUTWATCH_TYPE_LONG:
	case SHUTWATCH_TYPE_NETNS:
	case SHUTWATCH_TYPE_BYTES:
	case SHUTWATCH_TYPE_LINGER:
		return _shutwatch_is_number(value, len);
	case SHUTWATCH_TYPE_TIME:
		return _shutwatch_is_time(value, len);
	case SHUTWATCH_TYPE_COOKIE:
		return _shutwatch_is_cookie(value, len);
	case SHUTWATCH_TYPE_FLAGS:
		return _shutwatch_are_flags(value, len);
	case SHUTWATCH_TYPE_ENDPOINT:
		return _shutwatch_is_endpoint(value, len);
	case SHUTWATCH_TYPE_STATES:
		return _shutwatch_is_states(words, value, len);
	case SHUTWATCH_TYPE_ERRNO:
	case SHUTWATCH_TYPE_ERROR:
		return shutwatch_find_word(words, value, len) >= 0 ||
		       _shutwatch_is_errno(value, len);
	}
	return len && (!words.count || shutwatch_find_word(words, value, len) >= 0);
}

/* What a value may be that is no word of a list. */
static inline const char *_shutwatch_form_of(int type)
{
	switch (type) {
	case SHUTWATCH_TYPE_TIME:
		return "seconds, as 12.345678901";
	case SHUTWATCH_TYPE_COOKIE:
		return "a hexadecimal number in small letters, as 1a";
	case SHUTWATCH_TYPE_FLAGS:
		return "letters of " SHUTWATCH_FLAGS ", in this order";
	case SHUTWATCH_TYPE_ENDPOINT:
		return "address and port, as 127.0.0.20:8000 or [::1]:8000";
	case SHUTWATCH_TYPE_STATES:
		return "BEFORE>AFTER, >AFTER or BEFORE> with the states";
	case SHUTWATCH_TYPE_ERRNO:
	case SHUTWATCH_TYPE_ERROR:
		return "the name of an error, or a number:";
	case SHUTWATCH_TYPE_COMM:
	case SHUTWATCH_TYPE_KREASON:
		return "a name";
	}
	return "a number, without zeros before it";
}

/* The words of a list, in lines of a message, those without a use left out. */
static inline void _shutwatch_add_list(struct shutwatch_text *text, struct shutwatch_words words,
				       bool are_keys)
{
	size_t column = 0;
	int i;

	for (i = 0; i < words.count; i++) {
		if (are_keys && shutwatch_key_info(i).type < 0)
			continue;
		if (column + strlen(words.word[i]) > 76)
			column = 0;
		shutwatch_add(text, "%s%s", column ? " " : "\n  ", words.word[i]);
		column += strlen(words.word[i]) + 1;
	}
}

/* Look at one word.  Return: 0, or -1 after a complaint. */
static inline int _shutwatch_check_pair(struct shutwatch_text *complaint, unsigned int *kinds,
					const struct shutwatch_pair *pair)
{
	int key = shutwatch_find_word(shutwatch_all_keys(), pair->key, pair->key_len);
	struct shutwatch_key_info info = shutwatch_key_info(key);
	struct shutwatch_words words = shutwatch_words_of(key, info.type);
	const char *member = pair->value, *end = member + pair->value_len;
	unsigned int named = 0;
	size_t len;

	if (!pair->value || !pair->key_len) {
		shutwatch_add(complaint, "'%.*s' is not key=value",
			      (int)(pair->key_len + pair->value_len), pair->key);
		return -1;
	}
	if (info.type < 0) {
		shutwatch_add(complaint, "no record has a key '%.*s': the keys are",
			      (int)pair->key_len, pair->key);
		_shutwatch_add_list(complaint, shutwatch_all_keys(), true);
		return -1;
	}
	for (;; member += len + 1) {
		const char *comma = memchr(member, ',', (size_t)(end - member));

		len = (size_t)((comma ? comma : end) - member);
		if (!_shutwatch_is_value(key, info.type, member, len))
			break;
		if (key == SHUTWATCH_KEY_KIND)
			named |= 1U << shutwatch_find_word(words, member, len);
		if (!comma) {
			*kinds &= info.kinds & (named ? named : ~0U);
			return 0;
		}
	}
	shutwatch_add(complaint, "'%.*s' is no value of %.*s: it is %s", (int)len, member,
		      (int)pair->key_len, pair->key,
		      words.count && info.type != SHUTWATCH_TYPE_STATES &&
		      info.type != SHUTWATCH_TYPE_ERRNO && info.type != SHUTWATCH_TYPE_ERROR ?
		      "one of, or a list, with commas, of" : _shutwatch_form_of(info.type));
	_shutwatch_add_list(complaint, words, false);
	return -1;
}

/**
 * shutwatch_expectation_check() - whether an expectation makes sense
 * @expected: the expectation
 * @complaint: receives what is wrong with it, and what would be right
 * @size: how much room there is, SHUTWATCH_COMPLAINT_SIZE for all of it
 *
 * What can never come would be waited for in vain.
 *
 * Return: whether a record may be as expected.
 */
static inline bool shutwatch_expectation_check(const char *expected, char *complaint, size_t size)
{
	struct shutwatch_text text = { complaint, size, 0 };
	struct shutwatch_pair pair, first;
	const char *rest = expected;
	unsigned int kinds = (1U << SHUTWATCH_KIND_COUNT) - 1;

	while (shutwatch_next_pair(&pair, &rest)) {
		if (_shutwatch_check_pair(&text, &kinds, &pair))
			return false;
		shutwatch_find_pair(&first, expected, pair.key, pair.key_len);
		if (first.key != pair.key) {
			shutwatch_add(&text, "it has '%.*s' twice", (int)pair.key_len, pair.key);
			return false;
		}
	}
	if (pair.key == expected + strspn(expected, "\n ")) {
		shutwatch_add(&text, "it is empty: write key=value, as call=close sent=RST");
		return false;
	}
	if (!kinds)
		shutwatch_add(&text, "no kind of record has all these keys");
	return kinds;
}

/* ---- a record against an expectation ---- */

/* Of states, one side may be left out. */
static inline bool _shutwatch_is_member(const struct shutwatch_pair *has, const char *wanted,
					size_t len)
{
	bool is_state = shutwatch_same(has->key, has->key_len, "state", 5);

	if (shutwatch_same(has->value, has->value_len, wanted, len))
		return true;
	if (!is_state || len < 2 || len > has->value_len)
		return false;
	if (wanted[0] == '>')
		return !memcmp(has->value + has->value_len - len, wanted, len);
	return wanted[len - 1] == '>' && !memcmp(has->value, wanted, len);
}

/**
 * shutwatch_agrees() - whether a value is as expected
 * @has: the word of the record
 * @wanted: the word of the expectation, of the same key
 *
 * Return: whether it is.
 */
static inline bool shutwatch_agrees(const struct shutwatch_pair *has,
				    const struct shutwatch_pair *wanted)
{
	const char *member = wanted->value, *end = member + wanted->value_len, *comma;

	/* The name of a task may have a comma in it. */
	if (_shutwatch_is_member(has, wanted->value, wanted->value_len))
		return true;
	while ((comma = memchr(member, ',', (size_t)(end - member)))) {
		if (_shutwatch_is_member(has, member, (size_t)(comma - member)))
			return true;
		member = comma + 1;
	}
	return _shutwatch_is_member(has, member, (size_t)(end - member));
}

/**
 * shutwatch_nearness() - how near a record comes to an expectation
 * @line: the record
 * @expected: the expectation
 * @all: receives whether it is all that was expected; or NULL
 *
 * Return: how many of its words the record has.
 */
static inline unsigned int shutwatch_nearness(const char *line, const char *expected, bool *all)
{
	struct shutwatch_pair wanted, has;
	unsigned int near = 0, of = 0;

	for (; shutwatch_next_pair(&wanted, &expected); of++)
		near += shutwatch_find_pair(&has, line, wanted.key, wanted.key_len) &&
			shutwatch_agrees(&has, &wanted);
	if (all)
		*all = near == of;
	return near;
}

/**
 * shutwatch_is_expected() - whether a record is as expected
 * @line: the record
 * @expected: the expectation, see shutwatch_expectation_check()
 *
 * Return: whether it has all that is expected.
 */
static inline bool shutwatch_is_expected(const char *line, const char *expected)
{
	bool all;

	shutwatch_nearness(line, expected, &all);
	return all;
}

/* Which record it is: a word for each of a few keys. */
static inline void _shutwatch_add_record(struct shutwatch_text *text, const char *line)
{
	static const char * const key[] = {
		"seq", "kind", "pid", "comm", "cookie", "local", "remote", NULL
	};
	struct shutwatch_pair pair;
	int i;

	shutwatch_add(text, "  ");
	for (i = 0; key[i]; i++) {
		if (!shutwatch_find_pair(&pair, line, key[i], strlen(key[i])))
			continue;
		shutwatch_add(text, "%s%s=", i ? " " : "", key[i]);
		shutwatch_add_printable(text, pair.value, pair.value_len);
	}
	shutwatch_add(text, "\n");
}

/**
 * shutwatch_add_difference() - say what a record has of what was expected
 * @text: a line is added for the record, and one for each key
 * @line: the record
 * @expected: the expectation
 */
static inline void shutwatch_add_difference(struct shutwatch_text *text, const char *line,
					    const char *expected)
{
	struct shutwatch_pair wanted, has;

	_shutwatch_add_record(text, line);
	while (shutwatch_next_pair(&wanted, &expected)) {
		bool there = shutwatch_find_pair(&has, line, wanted.key, wanted.key_len);

		shutwatch_add(text, "    %-8.*s ", (int)wanted.key_len, wanted.key);
		if (there)
			shutwatch_add_printable(text, has.value, has.value_len);
		else
			shutwatch_add(text, "not in this kind of record");
		if (!there || !shutwatch_agrees(&has, &wanted))
			shutwatch_add(text, ", expected %.*s", (int)wanted.value_len, wanted.value);
		shutwatch_add(text, "\n");
	}
}

#endif /* _UAPI_SHUTWATCH_MATCH_H */
