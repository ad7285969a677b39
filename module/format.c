// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records to text: one line, key=value, single spaces.  The keys, their order
 * and their values are the ABI; module/uapi/ABI is its manual, the tables that
 * are expanded here are in uapi/shutwatch.h.
 */

#include "format.h"
#include "shared/keys.h"
#include "shared/text.h"
#include "shared/words.h"

#define AS_KEY(id, name, ...)	[id] = SW_WORD(" " name "="),

static const struct sw_word keys[] = { SHUTWATCH_KEY_LIST(AS_KEY) };

static void put_key(struct sw_text *t, enum shutwatch_key key)
{
	sw_text_word(t, &keys[key]);
}

/* The first key has no space before it. */
static void put_first_key(struct sw_text *t, enum shutwatch_key key)
{
	const struct sw_word *word = &keys[key];

	memcpy(t->pos, word->text + 1, sizeof(word->text) - 1);
	t->pos += word->len - 1;
}

static void put_word(struct sw_text *t, enum shutwatch_key key,
		     const struct sw_word *word)
{
	put_key(t, key);
	sw_text_word(t, word);
}

static void put_number(struct sw_text *t, enum shutwatch_key key, __u32 value)
{
	put_key(t, key);
	sw_text_dec32(t, value);
}

static void put_long(struct sw_text *t, enum shutwatch_key key, __u64 value)
{
	put_key(t, key);
	sw_text_dec(t, value);
}

static void put_nothing(struct sw_text *t, enum shutwatch_key key)
{
	put_word(t, key, &sw_nothing);
}

static void put_cookie(struct sw_text *t, enum shutwatch_key key, __u64 cookie)
{
	put_key(t, key);
	if (cookie)
		sw_text_hex(t, cookie);
	else
		sw_text_word(t, &sw_nothing);
}

static void put_time(struct sw_text *t, struct sw_kept *kept,
		     enum shutwatch_key key, __u64 ns)
{
	put_key(t, key);
	sw_text_time(t, kept, ns);
}

static void put_netns(struct sw_text *t, struct sw_kept *kept,
		      enum shutwatch_key key, __u32 netns)
{
	put_key(t, key);
	sw_text_netns(t, kept, netns);
}

static void put_endpoint(struct sw_text *t, struct sw_kept *kept,
			 enum shutwatch_key key, const __u8 *addr, bool ipv6,
			 __u16 port)
{
	put_key(t, key);
	sw_text_kept_endpoint(t, kept, addr, ipv6, port);
}

static void put_linger(struct sw_text *t, enum shutwatch_key key, __s32 linger)
{
	if (linger == SW_LINGER_OFF)
		put_nothing(t, key);
	else
		put_number(t, key, linger);
}

static void put_comm(struct sw_text *t, enum shutwatch_key key, const char *comm)
{
	put_key(t, key);
	sw_text_escaped(t, comm, SHUTWATCH_COMM_LEN);
}

static void put_errno(struct sw_text *t, enum shutwatch_key key, int err)
{
	const struct sw_word *word = sw_errno_word(err);

	put_key(t, key);
	if (word)
		sw_text_word(t, word);
	else
		sw_text_sdec(t, err);
}

/* Where no error is one, it is not a number. */
static void put_error(struct sw_text *t, enum shutwatch_key key, int err)
{
	if (err)
		put_errno(t, key, err);
	else
		put_nothing(t, key);
}

static void put_flags(struct sw_text *t, enum shutwatch_key key, __u8 flags)
{
	put_key(t, key);
	sw_text_flags(t, flags, SHUTWATCH_FLAGS);
}

static void put_kreason(struct sw_text *t, enum shutwatch_key key, __u8 kreason)
{
	const char *name = sw_kreason_name(kreason);

	put_key(t, key);
	if (name)
		sw_text_part(t, name, SHUTWATCH_KREASON_LEN);
	else
		sw_text_dec32(t, kreason);
}

static void put_states(struct sw_text *t, enum shutwatch_key key, __u8 before, __u8 after)
{
	put_word(t, key, SW_WORD_OF(sw_tcp_words, before));
	if (before == SHUTWATCH_TCP_NONE && after == SHUTWATCH_TCP_NONE)
		return;
	sw_text_char(t, '>');
	sw_text_word(t, SW_WORD_OF(sw_tcp_words, after));
}

static void put_path(struct sw_text *t, enum shutwatch_key key, __u64 path)
{
	int shift = SW_PATH_BITS * (SW_PATH_STATES - 1);

	put_key(t, key);
	while (shift && !(path >> shift))
		shift -= SW_PATH_BITS;
	for (; shift >= 0; shift -= SW_PATH_BITS) {
		sw_text_word(t, SW_WORD_OF(sw_tcp_words, (path >> shift) & SW_PATH_MASK));
		if (shift)
			sw_text_char(t, '>');
	}
}

/*
 * How each type is written.  The tables are expanded where there are
 *
 *	t, kept		what is written
 *	r		what is told
 *	id, v, o	where r has the connection, the values, the outcome
 *	ipv6, flags	what r says of its addresses, and of its keys
 */
#define PUT_NUMBER(key, field)	put_number(t, key, r->field)
#define PUT_LONG(key, field)	put_long(t, key, r->field)
#define PUT_TIME(key, field)	put_time(t, kept, key, r->field)
#define PUT_NETNS(key, field)	put_netns(t, kept, key, id->field)
#define PUT_BYTES(key, field)	put_number(t, key, v->field)
#define PUT_LINGER(key, field)	put_linger(t, key, v->field)
#define PUT_COOKIE(key, field)	put_cookie(t, key, r->field)
#define PUT_ENDPOINT(key, field) \
	put_endpoint(t, kept, key, id->field##addr, ipv6, id->field##port)
#define PUT_COMM(key, field)	put_comm(t, key, r->field)
#define PUT_KREASON(key, field)	put_kreason(t, key, o->field)
#define PUT_ERRNO(key, field)	put_errno(t, key, r->field)
#define PUT_ERROR(key, field)	put_error(t, key, r->field)
#define PUT_FLAGS(key, field)	put_flags(t, key, r->field.flags)
#define PUT_STATES(key, field)	put_states(t, key, o->field, o->after)
#define PUT_PATH(key, field)	put_path(t, key, r->field)
#define PUT_TCP(key, field)	put_word(t, key, SW_WORD_OF(sw_tcp_words, r->field))
#define PUT_KIND(key, field)	put_word(t, key, SW_WORD_OF(sw_kind_words, r->field))
#define PUT_CTX(key, field)	put_word(t, key, SW_WORD_OF(sw_ctx_words, r->field))
#define PUT_BY(key, field)	put_word(t, key, SW_WORD_OF(sw_by_words, r->field))
#define PUT_HOW(key, field)	put_word(t, key, SW_WORD_OF(sw_how_words, o->field))
#define PUT_SENT(key, field)	put_word(t, key, SW_WORD_OF(sw_sent_words, o->field))
#define PUT_WHY(key, field)	put_word(t, key, SW_WORD_OF(sw_why_words, o->field))
#define PUT_FIN(key, field)	put_word(t, key, SW_WORD_OF(sw_fin_words, o->field))
#define PUT_WHAT(key, field)	put_word(t, key, SW_WORD_OF(sw_what_words, r->field))

/* A row of a table, as code. */
#define PUT_WHEN(when, key, type, field)				\
	switch (when) {							\
	case SW_VALUE:							\
		PUT_##type(SHUTWATCH_KEY_##key, field);			\
		break;							\
	case SW_DASH:							\
		put_nothing(t, SHUTWATCH_KEY_##key);			\
		break;							\
	case SW_ABSENT:							\
		break;							\
	}

#define PUT(key, type, field, when)					\
	PUT_WHEN(SW_WHEN_##when, key, type, field)

/* Those that may begin a line. */
#define FIRST_LONG(field)	sw_text_dec(t, r->field)
#define FIRST_NETNS(field)	sw_text_netns(t, kept, id->field)
#define FIRST_BY(field)		sw_text_word(t, SW_WORD_OF(sw_by_words, r->field))

#define PUT_FIRST(key, type, field, when)				\
{									\
	put_first_key(t, SHUTWATCH_KEY_##key);				\
	FIRST_##type(field);						\
}

/* The same, where only some keys have anything to say. */
#define PUT_FEW(key, type, field, when)					\
	PUT_WHEN(SW_HAS_KEY(few, SHUTWATCH_KEY_##key) ?			\
		 SW_WHEN_##when : SW_DASH, key, type, field)

#define PUT_KIND_KEYS(kind, name)					\
	case kind: {							\
		kind##_KEYS(PUT)					\
		break;							\
	}

/**
 * sw_format_record() - make the line of a record
 * @buf: where to; has to have room for SHUTWATCH_LINE_MAX bytes
 * @rec: the record
 * @kept: what is kept from one line of a stream to the next
 *
 * Return: length of the line, newline included; it is not NUL-terminated.
 */
size_t sw_format_record(char *buf, const struct sw_record *rec, struct sw_kept *kept)
{
	const struct sw_outcome *o = &rec->outcome;
	const struct sw_record *r = rec;
	const struct sw_ident *id = &rec->id;
	const struct sw_values *v = &rec->v;
	const unsigned int flags = rec->outcome.flags;
	const bool ipv6 = flags & SW_RECORD_IPV6;
	const __u64 few = sw_head_keys(rec->kind);
	struct sw_text text = { buf }, *t = &text;

	if (few == SW_ALL_KEYS)
		SW_KEYS(SHUTWATCH_HEAD_KEYS(PUT_FIRST, PUT));
	else
		SW_KEYS(SHUTWATCH_HEAD_KEYS(PUT_FIRST, PUT_FEW));
	switch (rec->kind) {
	SHUTWATCH_KIND_LIST(PUT_KIND_KEYS)
	}
	sw_text_char(t, '\n');
	return t->pos - buf;
}

/**
 * sw_format_sockinfo() - make the line of a socket
 * @buf: where to; has to have room for SHUTWATCH_LINE_MAX bytes
 * @info: the socket
 * @kept: what is kept from one line to the next
 *
 * Return: length of the line, newline included; it is not NUL-terminated.
 */
size_t sw_format_sockinfo(char *buf, const struct sw_sockinfo *info,
			  struct sw_kept *kept)
{
	const struct sw_sockinfo *r = info, *o = info;
	const struct sw_ident *id = &info->id;
	const bool ipv6 = info->ipv6;
	struct sw_text text = { buf }, *t = &text;

	SW_KEYS(SHUTWATCH_SOCKET_KEYS(PUT_FIRST, PUT));
	sw_text_char(t, '\n');
	return t->pos - buf;
}

/**
 * sw_format_total() - make the line of a sort of endings
 * @buf: where to; has to have room for SHUTWATCH_LINE_MAX bytes
 * @total: how many there were
 *
 * Return: length of the line, newline included; it is not NUL-terminated.
 */
size_t sw_format_total(char *buf, const struct sw_total *total)
{
	const struct sw_total *r = total, *o = total;
	struct sw_text text = { buf }, *t = &text;

	SW_KEYS(SHUTWATCH_TOTAL_KEYS(PUT_FIRST, PUT));
	sw_text_char(t, '\n');
	return t->pos - buf;
}
