// SPDX-License-Identifier: GPL-2.0-only
/*
 * From numbers to the words that the module would have written: what it says of
 * a record in events_raw has to be what it says of it in events_pipe, to the
 * letter.  The words are those of shutwatch.h, the digits those of the module.
 */
#include <assert.h>
#include <errno.h>
#include <string.h>

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

static void put(struct record *r, enum shutwatch_key key, const char *text, size_t len)
{
	r->has |= 1ULL << key;
	r->value[key] = text;
	r->len[key] = (unsigned short)len;
}

static void put_word(struct record *r, enum shutwatch_key key, const struct sw_word *word)
{
	put(r, key, word->text, word->len);
}

/* What was written from @text on is the value. */
static void put_text(struct record *r, enum shutwatch_key key, struct sw_text *t, char *text)
{
	put(r, key, text, (size_t)(t->pos - text));
	sw_text_char(t, '\0');
}

static void put_number(struct record *r, struct sw_text *t, enum shutwatch_key key, __u32 value)
{
	char *text = t->pos;

	sw_text_dec32(t, value);
	put_text(r, key, t, text);
}

static void put_long(struct record *r, struct sw_text *t, enum shutwatch_key key, __u64 value)
{
	char *text = t->pos;

	sw_text_dec(t, value);
	put_text(r, key, t, text);
}

static void put_cookie(struct record *r, struct sw_text *t, enum shutwatch_key key, __u64 value)
{
	char *text = t->pos;

	if (!value) {
		put_word(r, key, &nothing);
		return;
	}
	sw_text_hex(t, value);
	put_text(r, key, t, text);
}

static void put_time(struct record *r, struct sw_text *t, struct raw_kept *kept, __u64 ns)
{
	char *text = t->pos;

	sw_text_time(t, &kept->text, ns);
	put_text(r, SHUTWATCH_KEY_TS, t, text);
}

static void put_netns(struct record *r, struct sw_text *t, struct raw_kept *kept, __u32 netns)
{
	char *text = t->pos;

	sw_text_netns(t, &kept->text, netns);
	put_text(r, SHUTWATCH_KEY_NETNS, t, text);
}

static void put_comm(struct record *r, struct raw_kept *kept, const char *comm)
{
	struct sw_text t = { kept->escaped.text };

	if (memcmp(kept->comm, comm, sizeof(kept->comm))) {
		memcpy(kept->comm, comm, sizeof(kept->comm));
		sw_text_escaped(&t, comm, sizeof(kept->comm));
		kept->escaped.len = (unsigned short)(t.pos - kept->escaped.text);
		sw_text_char(&t, '\0');
	}
	put(r, SHUTWATCH_KEY_COMM, kept->escaped.text, kept->escaped.len);
}

static void put_owner(struct record *r, struct sw_text *t, struct raw_kept *kept,
		      const struct shutwatch_raw *raw)
{
	if (!raw->pid) {
		put_word(r, SHUTWATCH_KEY_PID, &nothing);
		put_word(r, SHUTWATCH_KEY_COMM, &nothing);
		return;
	}
	put_number(r, t, SHUTWATCH_KEY_PID, raw->pid);
	put_comm(r, kept, raw->comm);
}

static void put_endpoint(struct record *r, struct sw_text *t, struct raw_kept *kept,
			 enum shutwatch_key key, const __u8 *addr, bool ipv6, __u16 port)
{
	char *text = t->pos;

	sw_text_kept_endpoint(t, &kept->text, addr, ipv6, port);
	put_text(r, key, t, text);
}

static void put_endpoints(struct record *r, struct sw_text *t, struct raw_kept *kept,
			  const struct shutwatch_raw *raw)
{
	bool ipv6 = raw->flags & SHUTWATCH_RAW_IPV6;

	put_endpoint(r, t, kept, SHUTWATCH_KEY_LOCAL, raw->laddr, ipv6, raw->lport);
	put_endpoint(r, t, kept, SHUTWATCH_KEY_REMOTE, raw->raddr, ipv6, raw->rport);
}

static void put_errno(struct record *r, struct sw_text *t, enum shutwatch_key key, int err)
{
	char *text = t->pos;
	size_t i;

	for (i = 0; err && i < ARRAY_SIZE(errnos); i++) {
		if (errnos[i].number == err || errnos[i].number == -err) {
			put_word(r, key, &errnos[i].name);
			return;
		}
	}
	sw_text_sdec(t, err);
	put_text(r, key, t, text);
}

static void put_states(struct record *r, struct sw_text *t, const struct shutwatch_raw *raw)
{
	char *text = t->pos;

	if (!raw->before && !raw->after) {
		put_word(r, SHUTWATCH_KEY_STATE, &nothing);
		return;
	}
	sw_text_word(t, WORD(tcp_words, raw->before));
	sw_text_char(t, '>');
	sw_text_word(t, WORD(tcp_words, raw->after));
	put_text(r, SHUTWATCH_KEY_STATE, t, text);
}

static void put_values(struct record *r, struct sw_text *t, const struct shutwatch_raw *raw)
{
	if (raw->flags & SHUTWATCH_RAW_NO_VALUES) {
		put_word(r, SHUTWATCH_KEY_UNREAD, &nothing);
		put_word(r, SHUTWATCH_KEY_UNSENT, &nothing);
		put_word(r, SHUTWATCH_KEY_UNACKED, &nothing);
		return;
	}
	put_number(r, t, SHUTWATCH_KEY_UNREAD, raw->unread);
	put_number(r, t, SHUTWATCH_KEY_UNSENT, raw->unsent);
	put_number(r, t, SHUTWATCH_KEY_UNACKED, raw->unacked);
}

/* The only words that are not ours: what is odd in them will be looked at. */
static void put_kreason(struct record *r, struct sw_text *t, const char *kreason)
{
	char *text = t->pos;
	const char *c;

	sw_text_part(t, kreason, SHUTWATCH_KREASON_LEN);
	put_text(r, SHUTWATCH_KEY_KREASON, t, text);
	for (c = text; *c; c++)
		r->clean &= *c > ' ' && *c <= '~' && *c != '"' && *c != '\\';
}

static void put_extras(struct record *r, struct sw_text *t, const struct shutwatch_raw *raw)
{
	if (raw->flags & SHUTWATCH_RAW_CHILDREN)
		put_number(r, t, SHUTWATCH_KEY_CHILDREN, raw->children);
	if (raw->flags & SHUTWATCH_RAW_PARENT)
		put_cookie(r, t, SHUTWATCH_KEY_PARENT, raw->parent);
	if (raw->flags & SHUTWATCH_RAW_KREASON)
		put_kreason(r, t, raw->kreason);
}

static void put_decided(struct record *r, const struct shutwatch_raw *raw)
{
	put_word(r, SHUTWATCH_KEY_SENT, WORD(sent_words, raw->sent));
	put_word(r, SHUTWATCH_KEY_WHY, WORD(why_words, raw->why));
	put_word(r, SHUTWATCH_KEY_FIN, WORD(fin_words, raw->fin));
}

/* What a call and a decision have in common. */
static void put_outcome(struct record *r, struct sw_text *t, const struct shutwatch_raw *raw)
{
	put_states(r, t, raw);
	put_decided(r, raw);
	put_values(r, t, raw);
	put_extras(r, t, raw);
}

static void put_call(struct record *r, struct sw_text *t, const struct shutwatch_raw *raw)
{
	put_word(r, SHUTWATCH_KEY_CALL, WORD(by_words, raw->by));
	put_word(r, SHUTWATCH_KEY_HOW, WORD(how_words, raw->how));
	put_errno(r, t, SHUTWATCH_KEY_RET, raw->err);
	put_outcome(r, t, raw);
	if (raw->linger == -1)
		put_word(r, SHUTWATCH_KEY_LINGER, &nothing);
	else
		put_number(r, t, SHUTWATCH_KEY_LINGER, (__u32)raw->linger);
	if (raw->flags & SHUTWATCH_RAW_NO_TIME)
		put_word(r, SHUTWATCH_KEY_TOOK, &nothing);
	else
		put_long(r, t, SHUTWATCH_KEY_TOOK, raw->took);
}

static void put_kind_keys(struct record *r, struct sw_text *t, const struct shutwatch_raw *raw)
{
	switch (raw->kind) {
	case SHUTWATCH_KIND_CALL:
		put_call(r, t, raw);
		break;
	case SHUTWATCH_KIND_DECISION:
		put_word(r, SHUTWATCH_KEY_BY, WORD(by_words, raw->by));
		put_outcome(r, t, raw);
		break;
	case SHUTWATCH_KIND_STATE:
		put_states(r, t, raw);
		put_word(r, SHUTWATCH_KEY_BY, WORD(by_words, raw->by));
		break;
	case SHUTWATCH_KIND_RESET:
		put_states(r, t, raw);
		put_errno(r, t, SHUTWATCH_KEY_ERROR, raw->err);
		break;
	}
}

static void put_lost(struct record *r, struct sw_text *t, const struct shutwatch_raw *raw)
{
	enum shutwatch_key key;

	put_word(r, SHUTWATCH_KEY_TS, &nothing);
	for (key = SHUTWATCH_KEY_CPU; key <= SHUTWATCH_KEY_REMOTE; key++)
		put_word(r, key, &nothing);
	put_long(r, t, SHUTWATCH_KEY_COUNT, raw->count);
}

static void put_common(struct record *r, struct sw_text *t, struct raw_kept *kept,
		       const struct shutwatch_raw *raw)
{
	put_time(r, t, kept, raw->ts);
	put_number(r, t, SHUTWATCH_KEY_CPU, raw->cpu);
	put_word(r, SHUTWATCH_KEY_CTX, WORD(ctx_words, raw->ctx));
	put_owner(r, t, kept, raw);
	put_netns(r, t, kept, raw->netns);
	put_cookie(r, t, SHUTWATCH_KEY_COOKIE, raw->cookie);
	put_endpoints(r, t, kept, raw);
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

static void begin(struct record *r, const struct shutwatch_raw *raw)
{
	memset(r->value, 0, sizeof(r->value));
	r->has = 0;
	r->clean = true;
	r->raw = raw;
	r->nr_unknown = 0;
}

/**
 * raw_record() - take a record for what a line of text would have been
 * @r: where the result goes; it refers to @raw and @kept
 * @raw: the record
 * @kept: what the records of the stream have in common, at first all zero
 */
void raw_record(struct record *r, const struct shutwatch_raw *raw, struct raw_kept *kept)
{
	struct sw_text t = { r->text };

	begin(r, raw);
	put_long(r, &t, SHUTWATCH_KEY_SEQ, raw->seq);
	put_word(r, SHUTWATCH_KEY_KIND, WORD(kind_words, raw->kind));
	if (raw->kind == SHUTWATCH_KIND_LOST) {
		put_lost(r, &t, raw);
		return;
	}
	put_common(r, &t, kept, raw);
	put_kind_keys(r, &t, raw);
}

/**
 * raw_record_brief() - the same, of what the columns of the table show
 * @r: where the result goes; it refers to @raw and @kept
 * @raw: the record
 * @kept: what the records of the stream have in common, at first all zero
 */
void raw_record_brief(struct record *r, const struct shutwatch_raw *raw, struct raw_kept *kept)
{
	struct sw_text t = { r->text };

	if (raw->kind == SHUTWATCH_KIND_LOST) {
		raw_record(r, raw, kept);
		return;
	}
	begin(r, raw);
	put_word(r, SHUTWATCH_KEY_KIND, WORD(kind_words, raw->kind));
	put_owner(r, &t, kept, raw);
	put_endpoints(r, &t, kept, raw);
	put_states(r, &t, raw);
	if (raw->kind == SHUTWATCH_KIND_CALL) {
		put_word(r, SHUTWATCH_KEY_CALL, WORD(by_words, raw->by));
		put_word(r, SHUTWATCH_KEY_HOW, WORD(how_words, raw->how));
	} else if (raw->kind == SHUTWATCH_KIND_RESET) {
		put_errno(r, &t, SHUTWATCH_KEY_ERROR, raw->err);
	} else {
		put_word(r, SHUTWATCH_KEY_BY, WORD(by_words, raw->by));
	}
	if (raw->kind == SHUTWATCH_KIND_CALL || raw->kind == SHUTWATCH_KIND_DECISION)
		put_decided(r, raw);
}
