// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records to text: one line, key=value, single spaces.  The keys, their order
 * and their values are the ABI; module/uapi/ABI is its manual.
 */

#ifdef __KERNEL__
#include <linux/errno.h>
#include <linux/kernel.h>
#else
#include <errno.h>
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#endif

#include "format.h"
#include "text.h"

#define AS_WORD(id, name, ...)	[id] = SW_WORD(name),
#define AS_KEY(id, name, ...)	[id] = SW_WORD(" " name "="),

static const struct sw_word keys[] = { SHUTWATCH_KEY_LIST(AS_KEY) };
static const struct sw_word kind_names[] = { SHUTWATCH_KIND_LIST(AS_WORD) };
static const struct sw_word ctx_names[] = { SHUTWATCH_CTX_LIST(AS_WORD) };
static const struct sw_word tcp_names[] = { SHUTWATCH_TCP_LIST(AS_WORD) };
static const struct sw_word by_names[] = { SHUTWATCH_BY_LIST(AS_WORD) };
static const struct sw_word how_names[] = { SHUTWATCH_HOW_LIST(AS_WORD) };
static const struct sw_word sent_names[] = { SHUTWATCH_SENT_LIST(AS_WORD) };
static const struct sw_word fin_names[] = { SHUTWATCH_FIN_LIST(AS_WORD) };
static const struct sw_word why_names[] = { SHUTWATCH_WHY_LIST(AS_WORD) };
static const struct sw_word nothing = SW_WORD(SHUTWATCH_NOTHING);

#define NAME(names, value) \
	((value) < ARRAY_SIZE(names) ? &(names)[value] : &nothing)

static const struct {
	int		number;
	struct sw_word	name;
} errnos[] = {
#define AS_ERRNO(number, name) { number, SW_WORD(name) },
	SHUTWATCH_ERRNO_LIST(AS_ERRNO)
};

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

static void put_cookie(struct sw_text *t, enum shutwatch_key key, __u64 cookie)
{
	put_key(t, key);
	if (cookie)
		sw_text_hex(t, cookie);
	else
		sw_text_word(t, &nothing);
}

static void put_owner(struct sw_text *t, __u32 pid, const char *comm)
{
	if (!pid) {
		put_word(t, SHUTWATCH_KEY_PID, &nothing);
		put_word(t, SHUTWATCH_KEY_COMM, &nothing);
		return;
	}
	put_number(t, SHUTWATCH_KEY_PID, pid);
	put_key(t, SHUTWATCH_KEY_COMM);
	sw_text_escaped(t, comm, SHUTWATCH_COMM_LEN);
}

static void put_endpoints(struct sw_text *t, struct sw_kept *kept,
			  const struct sw_ident *id, bool ipv6)
{
	put_key(t, SHUTWATCH_KEY_LOCAL);
	sw_text_kept_endpoint(t, kept, id->laddr, ipv6, id->lport);
	put_key(t, SHUTWATCH_KEY_REMOTE);
	sw_text_kept_endpoint(t, kept, id->raddr, ipv6, id->rport);
}

static void put_errno(struct sw_text *t, enum shutwatch_key key, int err)
{
	unsigned int i;

	put_key(t, key);
	if (!err) {
		sw_text_char(t, '0');
		return;
	}
	for (i = 0; i < ARRAY_SIZE(errnos); i++) {
		if (errnos[i].number == err || errnos[i].number == -err) {
			sw_text_word(t, &errnos[i].name);
			return;
		}
	}
	sw_text_sdec(t, err);
}

static void put_states(struct sw_text *t, const struct sw_record *rec)
{
	put_word(t, SHUTWATCH_KEY_STATE, NAME(tcp_names, rec->outcome.before));
	if (rec->outcome.before == SHUTWATCH_TCP_NONE && rec->outcome.after == SHUTWATCH_TCP_NONE)
		return;
	sw_text_char(t, '>');
	sw_text_word(t, NAME(tcp_names, rec->outcome.after));
}

static void put_sent_why(struct sw_text *t, __u8 sent, __u8 why)
{
	put_word(t, SHUTWATCH_KEY_SENT, NAME(sent_names, sent));
	put_word(t, SHUTWATCH_KEY_WHY, NAME(why_names, why));
}

static void put_values(struct sw_text *t, const struct sw_record *rec)
{
	if (rec->outcome.flags & SW_RECORD_NO_VALUES) {
		put_word(t, SHUTWATCH_KEY_UNREAD, &nothing);
		put_word(t, SHUTWATCH_KEY_UNSENT, &nothing);
		put_word(t, SHUTWATCH_KEY_UNACKED, &nothing);
		return;
	}
	put_number(t, SHUTWATCH_KEY_UNREAD, rec->v.unread);
	put_number(t, SHUTWATCH_KEY_UNSENT, rec->v.unsent);
	put_number(t, SHUTWATCH_KEY_UNACKED, rec->v.unacked);
}

/* Keys that only some records have; they come last. */
static void put_extras(struct sw_text *t, const struct sw_record *rec)
{
	const char *name;

	if (rec->outcome.flags & SW_RECORD_CHILDREN)
		put_number(t, SHUTWATCH_KEY_CHILDREN, rec->children);
	if (rec->outcome.flags & SW_RECORD_PARENT)
		put_cookie(t, SHUTWATCH_KEY_PARENT, rec->aux);
	if (!(rec->outcome.flags & SW_RECORD_KREASON))
		return;
	name = sw_kreason_name(rec->outcome.kreason);
	put_key(t, SHUTWATCH_KEY_KREASON);
	if (name)
		sw_text_part(t, name, SHUTWATCH_KREASON_LEN);
	else
		sw_text_dec32(t, rec->outcome.kreason);
}

static void put_call(struct sw_text *t, const struct sw_record *rec)
{
	put_word(t, SHUTWATCH_KEY_CALL, NAME(by_names, rec->by));
	put_word(t, SHUTWATCH_KEY_HOW, NAME(how_names, rec->outcome.how));
	put_errno(t, SHUTWATCH_KEY_RET, rec->err);
	put_states(t, rec);
	put_sent_why(t, rec->outcome.sent, rec->outcome.why);
	put_word(t, SHUTWATCH_KEY_FIN, NAME(fin_names, rec->outcome.fin));
	put_values(t, rec);
	if (rec->v.linger == SW_LINGER_OFF)
		put_word(t, SHUTWATCH_KEY_LINGER, &nothing);
	else
		put_number(t, SHUTWATCH_KEY_LINGER, rec->v.linger);
	if (rec->outcome.flags & SW_RECORD_NO_TIME)
		put_word(t, SHUTWATCH_KEY_TOOK, &nothing);
	else
		put_long(t, SHUTWATCH_KEY_TOOK, rec->aux);
	put_extras(t, rec);
}

static void put_decision(struct sw_text *t, const struct sw_record *rec)
{
	put_word(t, SHUTWATCH_KEY_BY, NAME(by_names, rec->by));
	put_states(t, rec);
	put_sent_why(t, rec->outcome.sent, rec->outcome.why);
	put_values(t, rec);
	put_word(t, SHUTWATCH_KEY_FIN, NAME(fin_names, rec->outcome.fin));
	put_extras(t, rec);
}

static void put_kind_keys(struct sw_text *t, const struct sw_record *rec)
{
	switch (rec->kind) {
	case SHUTWATCH_KIND_CALL:
		put_call(t, rec);
		break;
	case SHUTWATCH_KIND_DECISION:
		put_decision(t, rec);
		break;
	case SHUTWATCH_KIND_STATE:
		put_states(t, rec);
		put_word(t, SHUTWATCH_KEY_BY, NAME(by_names, rec->by));
		break;
	case SHUTWATCH_KIND_RESET:
		put_states(t, rec);
		put_errno(t, SHUTWATCH_KEY_ERROR, rec->err);
		break;
	}
}

/* A lost record has no socket, no task and no time, only a count. */
static void put_lost(struct sw_text *t, const struct sw_record *rec)
{
	enum shutwatch_key key;

	put_word(t, SHUTWATCH_KEY_TS, &nothing);
	put_word(t, SHUTWATCH_KEY_KIND, NAME(kind_names, rec->kind));
	for (key = SHUTWATCH_KEY_CPU; key <= SHUTWATCH_KEY_REMOTE; key++)
		put_word(t, key, &nothing);
	put_long(t, SHUTWATCH_KEY_COUNT, rec->aux);
}

static void put_netns(struct sw_text *t, struct sw_kept *kept, __u32 netns)
{
	put_key(t, SHUTWATCH_KEY_NETNS);
	sw_text_netns(t, kept, netns);
}

static void put_common(struct sw_text *t, struct sw_kept *kept,
		       const struct sw_record *rec)
{
	put_key(t, SHUTWATCH_KEY_TS);
	sw_text_time(t, kept, rec->ts);
	put_word(t, SHUTWATCH_KEY_KIND, NAME(kind_names, rec->kind));
	put_number(t, SHUTWATCH_KEY_CPU, rec->cpu);
	put_word(t, SHUTWATCH_KEY_CTX, NAME(ctx_names, rec->ctx));
	put_owner(t, rec->pid, rec->comm);
	put_netns(t, kept, rec->id.netns);
	put_cookie(t, SHUTWATCH_KEY_COOKIE, rec->cookie);
	put_endpoints(t, kept, &rec->id, rec->outcome.flags & SW_RECORD_IPV6);
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
	struct sw_text t = { buf };

	put_first_key(&t, SHUTWATCH_KEY_SEQ);
	sw_text_dec(&t, rec->seq);
	if (rec->kind == SHUTWATCH_KIND_LOST) {
		put_lost(&t, rec);
	} else {
		put_common(&t, kept, rec);
		put_kind_keys(&t, rec);
	}
	sw_text_char(&t, '\n');
	return t.pos - buf;
}

static void put_path(struct sw_text *t, __u64 path)
{
	int shift = SW_PATH_BITS * (SW_PATH_STATES - 1);

	put_key(t, SHUTWATCH_KEY_PATH);
	while (shift && !(path >> shift))
		shift -= SW_PATH_BITS;
	for (; shift >= 0; shift -= SW_PATH_BITS) {
		sw_text_word(t, NAME(tcp_names, (path >> shift) & SW_PATH_MASK));
		if (shift)
			sw_text_char(t, '>');
	}
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
	struct sw_text t = { buf };

	put_first_key(&t, SHUTWATCH_KEY_NETNS);
	sw_text_netns(&t, kept, info->id.netns);
	put_cookie(&t, SHUTWATCH_KEY_COOKIE, info->cookie);
	put_endpoints(&t, kept, &info->id, info->ipv6);
	put_owner(&t, info->pid, info->comm);
	put_word(&t, SHUTWATCH_KEY_STATE, NAME(tcp_names, info->state));
	put_path(&t, info->path);
	put_word(&t, SHUTWATCH_KEY_SHUT, NAME(how_names, info->shut));
	put_word(&t, SHUTWATCH_KEY_CALL, NAME(by_names, info->call));
	put_word(&t, SHUTWATCH_KEY_HOW, NAME(how_names, info->how));
	if (info->call == SHUTWATCH_BY_NONE) {
		put_word(&t, SHUTWATCH_KEY_SENT, &nothing);
		put_word(&t, SHUTWATCH_KEY_WHY, &nothing);
	} else {
		put_sent_why(&t, info->sent, info->why);
	}
	sw_text_char(&t, '\n');
	return t.pos - buf;
}
