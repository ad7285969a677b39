// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records to what programs read.  The ring's record may change with every
 * version of the module, this one only as module/uapi/ABI says: so each field
 * is put where it belongs, and nothing is copied that is in no key of the kind.
 */

#ifdef __KERNEL__
#include <linux/build_bug.h>
#include <linux/string.h>
#else
#include <assert.h>
#include <stddef.h>
#include <string.h>
#endif

#include "format.h"
#include "raw.h"
#include "shared/keys.h"
#include "shared/text.h"

/* No holes: all of it is written, and goes to user space. */
static_assert(sizeof(struct shutwatch_raw) == 200);
static_assert(sizeof(struct shutwatch_owner) == 20);
static_assert(sizeof(union shutwatch_trigger) == 12);
static_assert(offsetof(struct shutwatch_raw, trigger) +
	      sizeof(union shutwatch_trigger) == sizeof(struct shutwatch_raw));

/* A reason that has no name is told by its number, as in the text. */
static void copy_kreason(char *to, unsigned int kreason)
{
	const char *name = sw_kreason_name(kreason);
	struct sw_text t = { to };

	if (!name)
		sw_text_dec32(&t, kreason);
	else
		sw_text_part(&t, name, SHUTWATCH_KREASON_LEN);
}

/*
 * Behind an IPv4 address may be what is left of another one.  A length that is
 * chosen here would make a call of memcpy(), two for each record.
 */
static void copy_endpoint(__u8 *addr, __u16 *port, const __u8 *rec_addr, __u16 rec_port,
			  bool ipv6)
{
	memcpy(addr, rec_addr, 4);
	if (ipv6)
		memcpy(addr + 4, rec_addr + 4, 12);
	*port = rec_port;
}

/*
 * How each type is copied.  The tables are expanded where there are raw, which
 * is zero, r, the record, and flags, which it has; id, v and o are where r has
 * the connection, the values and the outcome.
 */
#define COPY_NUMBER(field)	(raw->field = r->field)
#define COPY_LONG(field)	(raw->field = r->field)
#define COPY_TIME(field)	(raw->field = r->field)
#define COPY_NETNS(field)	(raw->field = id->field)
#define COPY_BYTES(field)	(raw->field = v->field)
#define COPY_LINGER(field)	(raw->field = v->field)
#define COPY_COOKIE(field)	(raw->field = r->field)
#define COPY_ENDPOINT(field)	copy_endpoint(raw->field##addr, &raw->field##port, \
					      id->field##addr, id->field##port, \
					      flags & SW_RECORD_IPV6)
#define COPY_COMM(field)	memcpy(raw->field, r->field, sizeof(raw->field))
#define COPY_KREASON(field)	copy_kreason(raw->field, o->field)
#define COPY_ERRNO(field)	(raw->field = r->field)
#define COPY_ERROR(field)	(raw->field = r->field)
#define COPY_FLAGS(field)	(raw->field.flags = r->field.flags, \
				 raw->field.seen = r->field.seen)
#define COPY_STATES(field)	(raw->field = o->field, raw->after = o->after)
#define COPY_KIND(field)	(raw->field = r->field)
#define COPY_CTX(field)		(raw->field = r->field)
#define COPY_BY(field)		(raw->field = r->field)
#define COPY_HOW(field)		(raw->field = o->field)
#define COPY_SENT(field)	(raw->field = o->field)
#define COPY_WHY(field)		(raw->field = o->field)
#define COPY_FIN(field)		(raw->field = o->field)
#define COPY_WHAT(field)	(raw->field = r->field)

/* A row of a table, as code. */
#define COPY(key, type, field, when)					\
{									\
	if (SW_WHEN_##when == SW_VALUE)					\
		COPY_##type(field);					\
}

/* The same, where only some keys have anything to say. */
#define COPY_FEW(key, type, field, when)				\
{									\
	if (SW_HAS_KEY(few, SHUTWATCH_KEY_##key) &&			\
	    SW_WHEN_##when == SW_VALUE)					\
		COPY_##type(field);					\
}

/* What a kind does not have, the ring's slot has from an earlier record. */
#define COPY_KIND_KEYS(kind, name)					\
	case kind: {							\
		kind##_KEYS(COPY)					\
		break;							\
	}

/**
 * sw_raw_record() - make a record for programs
 * @raw: receives it, all of it
 * @rec: the record
 *
 * Context: any.
 */
void sw_raw_record(struct shutwatch_raw *raw, const struct sw_record *rec)
{
	const struct sw_outcome *o = &rec->outcome;
	const struct sw_record *r = rec;
	const struct sw_ident *id = &rec->id;
	const struct sw_values *v = &rec->v;
	const unsigned int flags = rec->outcome.flags;
	const __u64 few = sw_head_keys(rec->kind);

	memset(raw, 0, sizeof(*raw));
	raw->size = sizeof(*raw);
	raw->version = SHUTWATCH_RAW_VERSION;
	raw->names = SHUTWATCH_RAW_NAMES;
	if (few == SW_ALL_KEYS) {
		raw->flags = flags;
		SW_KEYS(SHUTWATCH_HEAD_KEYS(COPY, COPY));
	} else {
		SW_KEYS(SHUTWATCH_HEAD_KEYS(COPY_FEW, COPY_FEW));
	}
	switch (rec->kind) {
	SHUTWATCH_KIND_LIST(COPY_KIND_KEYS)
	}
}
