// SPDX-License-Identifier: GPL-2.0-only
/*
 * From numbers to the words that the module would have written: what it says of
 * a record in events_raw has to be what it says of it in events_pipe, to the
 * letter.  The words are those of shutwatch.h, the digits those of the module.
 */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "decode.h"
#include "json.h"

#include <keys.h>
#include <words.h>

static_assert(SW_TEXT_SLACK == RECORD_SLACK, "text is written with another slack");

static const struct sw_word json_null = SW_WORD("null");

/* Those that have a letter. */
#define ALL_FLAGS	((1 << (sizeof(SHUTWATCH_FLAGS) - 1)) - 1)

/**
 * struct sink - where the values of a record go
 * @t: what is being written: the values, or an object
 * @r: receives them, where they are values
 * @kept: what the records of the stream have in common
 *
 * Which of the two is known when this is compiled: all that follows is inline,
 * and written once for both.
 */
struct sink {
	struct sw_text t;
	struct record *r;
	struct raw_kept *kept;
};

#define INLINE	static __always_inline

INLINE void put_value(struct sink *s, enum shutwatch_key key, const char *text, size_t len)
{
	s->r->has |= 1ULL << key;
	s->r->value[key] = text;
	s->r->len[key] = (unsigned short)len;
}

/* A number begins, or something between quotes. */
INLINE char *begin_number(struct sink *s, enum shutwatch_key key)
{
	if (!s->r)
		sw_text_word(&s->t, &json_keys[key]);
	return s->t.pos;
}

INLINE char *begin_text(struct sink *s, enum shutwatch_key key)
{
	if (!s->r) {
		sw_text_word(&s->t, &json_keys[key]);
		sw_text_char(&s->t, '"');
	}
	return s->t.pos;
}

/* What was written from @text on was the value. */
INLINE void end_number(struct sink *s, enum shutwatch_key key, const char *text)
{
	if (!s->r)
		return;
	put_value(s, key, text, (size_t)(s->t.pos - text));
	sw_text_char(&s->t, '\0');
}

INLINE void end_text(struct sink *s, enum shutwatch_key key, const char *text)
{
	if (s->r)
		end_number(s, key, text);
	else
		sw_text_char(&s->t, '"');
}

INLINE bool is_endpoint(enum shutwatch_key key)
{
	return key == SHUTWATCH_KEY_LOCAL || key == SHUTWATCH_KEY_REMOTE;
}

INLINE const struct json_end *json_end_of(enum shutwatch_key key)
{
	return key == SHUTWATCH_KEY_LOCAL ? &json_local : &json_remote;
}

INLINE void put_nothing(struct sink *s, enum shutwatch_key key)
{
	if (s->r) {
		put_value(s, key, sw_nothing.text, sw_nothing.len);
		return;
	}
	if (is_endpoint(key)) {
		s->t.pos = stpcpy(s->t.pos, json_end_of(key)->nothing);
		return;
	}
	sw_text_word(&s->t, &json_keys[key]);
	sw_text_word(&s->t, &json_null);
}

INLINE void put_word(struct sink *s, enum shutwatch_key key, const struct sw_word *word)
{
	const char *text;

	if (s->r) {
		put_value(s, key, word->text, word->len);
		return;
	}
	if (word->text[0] == SHUTWATCH_NOTHING[0]) {
		put_nothing(s, key);
		return;
	}
	text = begin_text(s, key);
	sw_text_word(&s->t, word);
	end_text(s, key, text);
}

INLINE void put_number(struct sink *s, enum shutwatch_key key, __u32 value)
{
	const char *text = begin_number(s, key);

	sw_text_dec32(&s->t, value);
	end_number(s, key, text);
}

INLINE void put_long(struct sink *s, enum shutwatch_key key, __u64 value)
{
	const char *text = begin_number(s, key);

	sw_text_dec(&s->t, value);
	end_number(s, key, text);
}

INLINE void put_cookie(struct sink *s, enum shutwatch_key key, __u64 value)
{
	const char *text;

	if (!value) {
		put_nothing(s, key);
		return;
	}
	text = begin_text(s, key);
	sw_text_hex(&s->t, value);
	end_text(s, key, text);
}

INLINE void put_time(struct sink *s, enum shutwatch_key key, __u64 ns)
{
	const char *text = begin_number(s, key);

	sw_text_time(&s->t, &s->kept->text, ns);
	end_number(s, key, text);
}

INLINE void put_netns(struct sink *s, enum shutwatch_key key, __u32 netns)
{
	const char *text = begin_number(s, key);

	sw_text_netns(&s->t, &s->kept->text, netns);
	end_number(s, key, text);
}

INLINE void put_linger(struct sink *s, enum shutwatch_key key, __s32 linger)
{
	if (linger == -1)
		put_nothing(s, key);
	else
		put_number(s, key, (__u32)linger);
}

/* A word that is not ours: in text, "-" could not be told from nothing. */
static char *json_foreign(char *to, const char *text)
{
	if (strcmp(text, SHUTWATCH_NOTHING))
		return json_string(to, text);
	memcpy(to, json_null.text, json_null.len);
	return to + json_null.len;
}

static void keep_comm(struct raw_kept_comm *kept, const char *comm)
{
	struct sw_text t = { kept->escaped.text };
	char name[SHUTWATCH_COMM_LEN + 1] = "";

	memcpy(kept->comm, comm, sizeof(kept->comm));
	memcpy(name, comm, sizeof(kept->comm));
	sw_text_escaped(&t, comm, sizeof(kept->comm));
	kept->escaped.len = (unsigned short)(t.pos - kept->escaped.text);
	sw_text_char(&t, '\0');
	kept->json.len = (unsigned short)(json_string(kept->json.text, name) - kept->json.text);
}

INLINE void put_comm(struct sink *s, enum shutwatch_key key, const char *comm)
{
	struct raw_kept_comm *kept = &s->kept->comm[key];

	if (!kept->json.len || memcmp(kept->comm, comm, sizeof(kept->comm)))
		keep_comm(kept, comm);
	if (s->r) {
		put_value(s, key, kept->escaped.text, kept->escaped.len);
		return;
	}
	sw_text_word(&s->t, &json_keys[key]);
	memcpy(s->t.pos, kept->json.text, kept->json.len);
	s->t.pos += kept->json.len;
}

/* An address between quotes, without brackets, and a number. */
static void split_endpoint(struct sw_text *t, char *text, bool ipv6, const struct sw_word *between)
{
	char digits[8], *port = t->pos;
	size_t len;

	while (port[-1] != ':')
		port--;
	len = (size_t)(t->pos - port);
	memcpy(digits, port, sizeof(digits));
	t->pos = port - 1;
	if (ipv6) {
		memmove(text, text + 1, (size_t)(t->pos - text) - 2);
		t->pos -= 2;
	}
	sw_text_word(t, between);
	memcpy(t->pos, digits, sizeof(digits));
	t->pos += len;
}

INLINE void put_endpoint(struct sink *s, enum shutwatch_key key, const __u8 *addr, bool ipv6,
			 __u16 port)
{
	char *text;

	if (!s->r)
		sw_text_word(&s->t, &json_end_of(key)->addr);
	text = s->t.pos;
	sw_text_kept_endpoint(&s->t, &s->kept->text, addr, ipv6, port);
	if (s->r)
		end_text(s, key, text);
	else
		split_endpoint(&s->t, text, ipv6, &json_end_of(key)->port);
}

INLINE void put_errno(struct sink *s, enum shutwatch_key key, int err)
{
	const struct sw_word *word = err || s->r ? sw_errno_word(err) : NULL;
	const char *text;

	if (word) {
		put_word(s, key, word);
		return;
	}
	text = begin_number(s, key);
	sw_text_sdec(&s->t, err);
	end_number(s, key, text);
}

INLINE void put_error(struct sink *s, enum shutwatch_key key, int err)
{
	if (err)
		put_errno(s, key, err);
	else
		put_nothing(s, key);
}

INLINE void put_flags(struct sink *s, enum shutwatch_key key, __u8 flags)
{
	const char *text;

	if (!(flags & ALL_FLAGS)) {
		put_nothing(s, key);
		return;
	}
	text = begin_text(s, key);
	sw_text_flags(&s->t, flags, SHUTWATCH_FLAGS);
	end_text(s, key, text);
}

INLINE void put_states(struct sink *s, enum shutwatch_key key, __u8 before, __u8 after)
{
	const char *text;

	if (!before && !after) {
		put_nothing(s, key);
		return;
	}
	text = begin_text(s, key);
	sw_text_word(&s->t, SW_WORD_OF(sw_tcp_words, before));
	sw_text_char(&s->t, '>');
	sw_text_word(&s->t, SW_WORD_OF(sw_tcp_words, after));
	end_text(s, key, text);
}

/* The only words that are not ours: what is odd in them will be looked at. */
INLINE void put_kreason(struct sink *s, enum shutwatch_key key, const char *kreason)
{
	char name[SHUTWATCH_KREASON_LEN + 1] = "";
	const char *text, *c;

	if (!s->r) {
		memcpy(name, kreason, SHUTWATCH_KREASON_LEN);
		sw_text_word(&s->t, &json_keys[key]);
		s->t.pos = json_foreign(s->t.pos, name);
		return;
	}
	text = begin_text(s, key);
	sw_text_part(&s->t, kreason, SHUTWATCH_KREASON_LEN);
	end_text(s, key, text);
	for (c = text; *c; c++)
		s->r->clean &= *c > ' ' && *c <= '~' && *c != '"' && *c != '\\';
}

/*
 * How each type is told.  The tables are expanded where there are s, which is
 * told, r, the raw record, and flags, which it has.
 */
#define PUT_NUMBER(key, field)	put_number(s, key, r->field)
#define PUT_LONG(key, field)	put_long(s, key, r->field)
#define PUT_TIME(key, field)	put_time(s, key, r->field)
#define PUT_NETNS(key, field)	put_netns(s, key, r->field)
#define PUT_BYTES(key, field)	put_number(s, key, r->field)
#define PUT_LINGER(key, field)	put_linger(s, key, r->field)
#define PUT_COOKIE(key, field)	put_cookie(s, key, r->field)
#define PUT_ENDPOINT(key, field) \
	put_endpoint(s, key, r->field##addr, flags & SHUTWATCH_RAW_IPV6, r->field##port)
#define PUT_COMM(key, field)	put_comm(s, key, r->field)
#define PUT_KREASON(key, field)	put_kreason(s, key, r->field)
#define PUT_ERRNO(key, field)	put_errno(s, key, r->field)
#define PUT_ERROR(key, field)	put_error(s, key, r->field)
#define PUT_FLAGS(key, field)	put_flags(s, key, r->field.flags)
#define PUT_STATES(key, field)	put_states(s, key, r->field, r->after)
#define PUT_CTX(key, field)	put_word(s, key, SW_WORD_OF(sw_ctx_words, r->field))
#define PUT_BY(key, field)	put_word(s, key, SW_WORD_OF(sw_by_words, r->field))
#define PUT_HOW(key, field)	put_word(s, key, SW_WORD_OF(sw_how_words, r->field))
#define PUT_SENT(key, field)	put_word(s, key, SW_WORD_OF(sw_sent_words, r->field))
#define PUT_WHY(key, field)	put_word(s, key, SW_WORD_OF(sw_why_words, r->field))
#define PUT_FIN(key, field)	put_word(s, key, SW_WORD_OF(sw_fin_words, r->field))
#define PUT_WHAT(key, field)	put_word(s, key, SW_WORD_OF(sw_what_words, r->field))

/* The kind stands elsewhere in both, and is there already. */
#define PUT_KIND(key, field)	do { } while (0)

/* A row of a table, as code. */
#define PUT_WHEN(when, key, type, field)				\
	switch (when) {							\
	case SW_VALUE:							\
		PUT_##type(SHUTWATCH_KEY_##key, field);			\
		break;							\
	case SW_DASH:							\
		put_nothing(s, SHUTWATCH_KEY_##key);			\
		break;							\
	case SW_ABSENT:							\
		break;							\
	}

#define PUT(key, type, field, when)					\
	PUT_WHEN(SW_HAS_KEY(wanted, SHUTWATCH_KEY_##key) ?		\
		 SW_WHEN_##when : SW_ABSENT, key, type, field)

/* The same, where only some keys have anything to say. */
#define PUT_FEW(key, type, field, when)					\
	PUT_WHEN(SW_HAS_KEY(few, SHUTWATCH_KEY_##key) ?			\
		 SW_WHEN_##when : SW_DASH, key, type, field)

/*
 * What a kind has is told in the order of SHUTWATCH_KEY_LIST, which is that of
 * JSON, and not in that of its table: each key of the list is looked for there.
 * All of that is constant, and nothing of the search is left in the program.
 */
#define PUT_ASKED(key, type, field, when)				\
	case SHUTWATCH_KEY_##key: {					\
		PUT(key, type, field, when)				\
		break;							\
	}

#define PUT_ASKED_OF(id, name)						\
	case id: {							\
		switch (asked) {					\
		id##_KEYS(PUT_ASKED)					\
		}							\
		break;							\
	}

INLINE void put_asked(struct sink *s, const struct shutwatch_raw *r, unsigned long long wanted,
		      int kind, int asked)
{
	const unsigned int flags = r->flags;

	switch (kind) {
	SHUTWATCH_KIND_LIST(PUT_ASKED_OF)
	}
}

#define PUT_IN_ORDER(id, name)	{ put_asked(s, r, wanted, kind, id); }

INLINE void put_kind(struct sink *s, const struct shutwatch_raw *r, unsigned long long wanted,
		     int kind)
{
	SHUTWATCH_KEY_LIST(PUT_IN_ORDER)
}

#define PUT_KIND_OF(id, name)						\
	case id: {							\
		put_kind(s, r, wanted, id);				\
		break;							\
	}

/* All that is wanted but the kind, which each of the two has in another place. */
INLINE void put_record(struct sink *s, const struct shutwatch_raw *r, unsigned long long wanted)
{
	const unsigned int flags = r->flags;
	const __u64 few = sw_head_keys(r->kind);

	if (few == SW_ALL_KEYS)
		SW_KEYS(SHUTWATCH_HEAD_KEYS(PUT, PUT));
	else
		SW_KEYS(SHUTWATCH_HEAD_KEYS(PUT_FEW, PUT_FEW));
	switch (r->kind) {
	SHUTWATCH_KIND_LIST(PUT_KIND_OF)
	}
}

/**
 * raw_check() - whether this reader understands a record
 * @raw: the record
 * @len: how many bytes there are
 *
 * Return: 0, -EPROTO where a newer module has more to say, or -EINVAL where it
 * is no record.
 */
int raw_check(const struct shutwatch_raw *raw, size_t len)
{
	if (len < sizeof(*raw))
		return -EINVAL;
	if (raw->size > sizeof(*raw) || raw->version > SHUTWATCH_RAW_VERSION ||
	    raw->names > SHUTWATCH_RAW_NAMES)
		return -EPROTO;
	return raw->size == sizeof(*raw) && raw->version ? 0 : -EINVAL;
}

static struct sink begin(struct record *r, const struct shutwatch_raw *raw,
			 struct raw_kept *kept)
{
	struct sink s = { .t = { r->text }, .r = r, .kept = kept };
	const struct sw_word *kind = SW_WORD_OF(sw_kind_words, raw->kind);

	memset(r->value, 0, sizeof(r->value));
	r->has = 0;
	r->clean = true;
	r->raw = raw;
	r->nr_unknown = 0;
	put_value(&s, SHUTWATCH_KEY_KIND, kind->text, kind->len);
	return s;
}

/**
 * raw_record() - take a record for what a line of text would have been
 * @r: where the result goes; it refers to @raw and @kept
 * @raw: the record
 * @kept: what the records of the stream have in common, at first all zero
 */
void raw_record(struct record *r, const struct shutwatch_raw *raw, struct raw_kept *kept)
{
	struct sink s = begin(r, raw, kept);

	put_record(&s, raw, SW_ALL_KEYS);
}

/* What the columns of the table look at. */
#define BIT(key)	SW_KEY_BIT(key)
#define BRIEF								\
	(BIT(PID) | BIT(COMM) | BIT(OWNER) | BIT(OCOMM) | BIT(NETNS) |	\
	 BIT(LOCAL) | BIT(REMOTE) | BIT(STATE) | BIT(CALL) | BIT(HOW) |	\
	 BIT(RET) | BIT(BY) | BIT(SENT) | BIT(WHY) | BIT(FIN) |	\
	 BIT(ERROR) | BIT(WHAT) | BIT(COUNT) | BIT(FLAGS) | BIT(LEN))

/**
 * raw_record_brief() - the same, of what the columns of the table show
 * @r: where the result goes; it refers to @raw and @kept
 * @raw: the record
 * @kept: what the records of the stream have in common, at first all zero
 */
void raw_record_brief(struct record *r, const struct shutwatch_raw *raw, struct raw_kept *kept)
{
	struct sink s = begin(r, raw, kept);

	put_record(&s, raw, BRIEF);
}

/**
 * raw_json() - write a record as one line of JSON, as json_record() would
 * @to: where to, JSON_SIZE bytes
 * @raw: the record
 * @kept: what the records of the stream have in common, at first all zero
 * @origin: when and where
 *
 * Return: the byte behind it.
 */
char *raw_json(char *to, const struct shutwatch_raw *raw, struct raw_kept *kept,
	       const struct json_origin *origin)
{
	struct sink s = { .t = { to }, .kept = kept };

	sw_text_const(&s.t, "{\"" JSON_TYPE "\":\"");
	sw_text_word(&s.t, SW_WORD_OF(sw_kind_words, raw->kind));
	sw_text_char(&s.t, '"');
	memcpy(s.t.pos, origin->text, origin->len);
	s.t.pos += origin->len;
	put_record(&s, raw, SW_ALL_KEYS);
	sw_text_const(&s.t, "}\n");
	return s.t.pos;
}
