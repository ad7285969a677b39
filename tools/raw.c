// SPDX-License-Identifier: GPL-2.0-only
/*
 * From numbers to the words that the module would have written: what it says of
 * a record in events_raw has to be what it says of it in events_pipe, to the
 * letter.  The words are those of shutwatch.h, the digits those of the module.
 */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "json.h"
#include "raw.h"

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

#define AS_WORD(id, name, ...)	[id] = SW_WORD(name),

static const struct sw_word kind_words[] = { SHUTWATCH_KIND_LIST(AS_WORD) };
static const struct sw_word ctx_words[] = { SHUTWATCH_CTX_LIST(AS_WORD) };
static const struct sw_word tcp_words[] = { SHUTWATCH_TCP_LIST(AS_WORD) };
static const struct sw_word by_words[] = { SHUTWATCH_BY_LIST(AS_WORD) };
static const struct sw_word how_words[] = { SHUTWATCH_HOW_LIST(AS_WORD) };
static const struct sw_word sent_words[] = { SHUTWATCH_SENT_LIST(AS_WORD) };
static const struct sw_word fin_words[] = { SHUTWATCH_FIN_LIST(AS_WORD) };
static const struct sw_word why_words[] = { SHUTWATCH_WHY_LIST(AS_WORD) };
static const struct sw_word nothing = SW_WORD(SHUTWATCH_NOTHING);

#define WORD(words, value) \
	((value) < ARRAY_SIZE(words) ? &(words)[value] : &nothing)

static const struct {
	int number;
	struct sw_word name;
} errnos[] = {
#define AS_ERRNO(number, name) { number, SW_WORD(name) },
	SHUTWATCH_ERRNO_LIST(AS_ERRNO)
};

static_assert(SW_TEXT_SLACK == RECORD_SLACK, "text is written with another slack");

/* What stands before the value of each key in JSON. */
#define AS_NAME(id, name)	[id] = SW_WORD(",\"" name "\":"),

static const struct sw_word json_names[] = { SHUTWATCH_KEY_LIST(AS_NAME) };
static const struct sw_word json_null = SW_WORD("null");

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
		sw_text_word(&s->t, &json_names[key]);
	return s->t.pos;
}

INLINE char *begin_text(struct sink *s, enum shutwatch_key key)
{
	if (!s->r) {
		sw_text_word(&s->t, &json_names[key]);
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

INLINE void put_nothing(struct sink *s, enum shutwatch_key key)
{
	if (s->r) {
		put_value(s, key, nothing.text, nothing.len);
		return;
	}
	sw_text_word(&s->t, &json_names[key]);
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

INLINE void put_time(struct sink *s, __u64 ns)
{
	const char *text = begin_number(s, SHUTWATCH_KEY_TS);

	sw_text_time(&s->t, &s->kept->text, ns);
	end_number(s, SHUTWATCH_KEY_TS, text);
}

INLINE void put_netns(struct sink *s, __u32 netns)
{
	const char *text = begin_number(s, SHUTWATCH_KEY_NETNS);

	sw_text_netns(&s->t, &s->kept->text, netns);
	end_number(s, SHUTWATCH_KEY_NETNS, text);
}

/* A word that is not ours: in text, "-" could not be told from nothing. */
static char *json_foreign(char *to, const char *text)
{
	if (strcmp(text, SHUTWATCH_NOTHING))
		return json_string(to, text);
	memcpy(to, json_null.text, json_null.len);
	return to + json_null.len;
}

static void keep_comm(struct raw_kept *kept, const char *comm)
{
	struct sw_text t = { kept->escaped.text };
	char name[SHUTWATCH_COMM_LEN + 1] = "";

	memcpy(kept->comm, comm, sizeof(kept->comm));
	memcpy(name, comm, sizeof(kept->comm));
	sw_text_escaped(&t, comm, sizeof(kept->comm));
	kept->escaped.len = (unsigned short)(t.pos - kept->escaped.text);
	sw_text_char(&t, '\0');
	kept->json.len = (unsigned short)(json_foreign(kept->json.text, name) - kept->json.text);
}

INLINE void put_comm(struct sink *s, const char *comm)
{
	struct raw_kept *kept = s->kept;

	if (!kept->json.len || memcmp(kept->comm, comm, sizeof(kept->comm)))
		keep_comm(kept, comm);
	if (s->r) {
		put_value(s, SHUTWATCH_KEY_COMM, kept->escaped.text, kept->escaped.len);
		return;
	}
	sw_text_word(&s->t, &json_names[SHUTWATCH_KEY_COMM]);
	memcpy(s->t.pos, kept->json.text, kept->json.len);
	s->t.pos += kept->json.len;
}

INLINE void put_owner(struct sink *s, const struct shutwatch_raw *raw)
{
	if (!raw->pid) {
		put_nothing(s, SHUTWATCH_KEY_PID);
		put_nothing(s, SHUTWATCH_KEY_COMM);
		return;
	}
	put_number(s, SHUTWATCH_KEY_PID, raw->pid);
	put_comm(s, raw->comm);
}

INLINE void put_endpoint(struct sink *s, enum shutwatch_key key, const __u8 *addr, bool ipv6,
			 __u16 port)
{
	const char *text = begin_text(s, key);

	sw_text_kept_endpoint(&s->t, &s->kept->text, addr, ipv6, port);
	end_text(s, key, text);
}

INLINE void put_endpoints(struct sink *s, const struct shutwatch_raw *raw)
{
	bool ipv6 = raw->flags & SHUTWATCH_RAW_IPV6;

	put_endpoint(s, SHUTWATCH_KEY_LOCAL, raw->laddr, ipv6, raw->lport);
	put_endpoint(s, SHUTWATCH_KEY_REMOTE, raw->raddr, ipv6, raw->rport);
}

INLINE void put_errno(struct sink *s, enum shutwatch_key key, int err)
{
	const char *text;
	size_t i;

	for (i = 0; err && i < ARRAY_SIZE(errnos); i++) {
		if (errnos[i].number == err || errnos[i].number == -err) {
			put_word(s, key, &errnos[i].name);
			return;
		}
	}
	text = begin_text(s, key);
	sw_text_sdec(&s->t, err);
	end_text(s, key, text);
}

INLINE void put_states(struct sink *s, const struct shutwatch_raw *raw)
{
	const char *text;

	if (!raw->before && !raw->after) {
		put_nothing(s, SHUTWATCH_KEY_STATE);
		return;
	}
	text = begin_text(s, SHUTWATCH_KEY_STATE);
	sw_text_word(&s->t, WORD(tcp_words, raw->before));
	sw_text_char(&s->t, '>');
	sw_text_word(&s->t, WORD(tcp_words, raw->after));
	end_text(s, SHUTWATCH_KEY_STATE, text);
}

INLINE void put_values(struct sink *s, const struct shutwatch_raw *raw)
{
	if (raw->flags & SHUTWATCH_RAW_NO_VALUES) {
		put_nothing(s, SHUTWATCH_KEY_UNREAD);
		put_nothing(s, SHUTWATCH_KEY_UNSENT);
		put_nothing(s, SHUTWATCH_KEY_UNACKED);
		return;
	}
	put_number(s, SHUTWATCH_KEY_UNREAD, raw->unread);
	put_number(s, SHUTWATCH_KEY_UNSENT, raw->unsent);
	put_number(s, SHUTWATCH_KEY_UNACKED, raw->unacked);
}

/* The only words that are not ours: what is odd in them will be looked at. */
INLINE void put_kreason(struct sink *s, const char *kreason)
{
	char name[SHUTWATCH_KREASON_LEN + 1] = "";
	const char *text, *c;

	if (!s->r) {
		memcpy(name, kreason, SHUTWATCH_KREASON_LEN);
		sw_text_word(&s->t, &json_names[SHUTWATCH_KEY_KREASON]);
		s->t.pos = json_foreign(s->t.pos, name);
		return;
	}
	text = begin_text(s, SHUTWATCH_KEY_KREASON);
	sw_text_part(&s->t, kreason, SHUTWATCH_KREASON_LEN);
	end_text(s, SHUTWATCH_KEY_KREASON, text);
	for (c = text; *c; c++)
		s->r->clean &= *c > ' ' && *c <= '~' && *c != '"' && *c != '\\';
}

INLINE void put_extras(struct sink *s, const struct shutwatch_raw *raw)
{
	if (raw->flags & SHUTWATCH_RAW_CHILDREN)
		put_number(s, SHUTWATCH_KEY_CHILDREN, raw->children);
	if (raw->flags & SHUTWATCH_RAW_PARENT)
		put_cookie(s, SHUTWATCH_KEY_PARENT, raw->parent);
	if (raw->flags & SHUTWATCH_RAW_KREASON)
		put_kreason(s, raw->kreason);
}

INLINE void put_asked(struct sink *s, const struct shutwatch_raw *raw)
{
	put_word(s, SHUTWATCH_KEY_CALL, WORD(by_words, raw->by));
	put_word(s, SHUTWATCH_KEY_HOW, WORD(how_words, raw->how));
}

INLINE void put_decided(struct sink *s, const struct shutwatch_raw *raw)
{
	put_word(s, SHUTWATCH_KEY_SENT, WORD(sent_words, raw->sent));
	put_word(s, SHUTWATCH_KEY_WHY, WORD(why_words, raw->why));
	put_word(s, SHUTWATCH_KEY_FIN, WORD(fin_words, raw->fin));
}

INLINE void put_times(struct sink *s, const struct shutwatch_raw *raw)
{
	if (raw->linger == -1)
		put_nothing(s, SHUTWATCH_KEY_LINGER);
	else
		put_number(s, SHUTWATCH_KEY_LINGER, (__u32)raw->linger);
	if (raw->flags & SHUTWATCH_RAW_NO_TIME)
		put_nothing(s, SHUTWATCH_KEY_TOOK);
	else
		put_long(s, SHUTWATCH_KEY_TOOK, raw->took);
}

/* In the order of the list of keys, which is that of JSON. */
INLINE void put_kind_keys(struct sink *s, const struct shutwatch_raw *raw)
{
	bool call = raw->kind == SHUTWATCH_KIND_CALL;
	bool decision = raw->kind == SHUTWATCH_KIND_DECISION;

	if (raw->kind >= SHUTWATCH_KIND_LOST)
		return;
	if (call) {
		put_asked(s, raw);
		put_errno(s, SHUTWATCH_KEY_RET, raw->err);
	}
	put_states(s, raw);
	if (decision || raw->kind == SHUTWATCH_KIND_STATE)
		put_word(s, SHUTWATCH_KEY_BY, WORD(by_words, raw->by));
	if (call || decision) {
		put_decided(s, raw);
		put_values(s, raw);
		if (call)
			put_times(s, raw);
		put_extras(s, raw);
	} else if (raw->kind == SHUTWATCH_KIND_RESET) {
		put_errno(s, SHUTWATCH_KEY_ERROR, raw->err);
	}
}

INLINE void put_lost(struct sink *s, const struct shutwatch_raw *raw)
{
	enum shutwatch_key key;

	put_nothing(s, SHUTWATCH_KEY_TS);
	for (key = SHUTWATCH_KEY_CPU; key <= SHUTWATCH_KEY_REMOTE; key++)
		put_nothing(s, key);
	put_long(s, SHUTWATCH_KEY_COUNT, raw->count);
}

INLINE void put_common(struct sink *s, const struct shutwatch_raw *raw)
{
	put_time(s, raw->ts);
	put_number(s, SHUTWATCH_KEY_CPU, raw->cpu);
	put_word(s, SHUTWATCH_KEY_CTX, WORD(ctx_words, raw->ctx));
	put_owner(s, raw);
	put_netns(s, raw->netns);
	put_cookie(s, SHUTWATCH_KEY_COOKIE, raw->cookie);
	put_endpoints(s, raw);
}

/* All but the kind, which each of the two has in another place. */
INLINE void put_record(struct sink *s, const struct shutwatch_raw *raw)
{
	put_long(s, SHUTWATCH_KEY_SEQ, raw->seq);
	if (raw->kind == SHUTWATCH_KIND_LOST) {
		put_lost(s, raw);
		return;
	}
	put_common(s, raw);
	put_kind_keys(s, raw);
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
	const struct sw_word *kind = WORD(kind_words, raw->kind);

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

	put_record(&s, raw);
}

/**
 * raw_record_brief() - the same, of what the columns of the table show
 * @r: where the result goes; it refers to @raw and @kept
 * @raw: the record
 * @kept: what the records of the stream have in common, at first all zero
 */
void raw_record_brief(struct record *r, const struct shutwatch_raw *raw, struct raw_kept *kept)
{
	struct sink s = begin(r, raw, kept);

	if (raw->kind == SHUTWATCH_KIND_LOST) {
		put_lost(&s, raw);
		return;
	}
	put_owner(&s, raw);
	put_endpoints(&s, raw);
	put_states(&s, raw);
	if (raw->kind == SHUTWATCH_KIND_CALL)
		put_asked(&s, raw);
	else if (raw->kind == SHUTWATCH_KIND_RESET)
		put_errno(&s, SHUTWATCH_KEY_ERROR, raw->err);
	else
		put_word(&s, SHUTWATCH_KEY_BY, WORD(by_words, raw->by));
	if (raw->kind == SHUTWATCH_KIND_CALL || raw->kind == SHUTWATCH_KIND_DECISION)
		put_decided(&s, raw);
}

/**
 * raw_json() - write a record as one line of JSON, as json_record() would
 * @to: where to, JSON_SIZE bytes
 * @raw: the record
 * @kept: what the records of the stream have in common, at first all zero
 *
 * Return: the byte behind it.
 */
char *raw_json(char *to, const struct shutwatch_raw *raw, struct raw_kept *kept)
{
	struct sink s = { .t = { to }, .kept = kept };

	sw_text_const(&s.t, "{\"" JSON_TYPE "\":\"");
	sw_text_word(&s.t, WORD(kind_words, raw->kind));
	sw_text_char(&s.t, '"');
	put_record(&s, raw);
	sw_text_const(&s.t, "}\n");
	return s.t.pos;
}
