// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records to what programs read.  The ring's record may change with every
 * version of the module, this one only as module/uapi/ABI says: so each field
 * is put where it belongs, and nothing is copied that has no place there.
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
#include "text.h"

/* No holes: all of it is written, and goes to user space. */
static_assert(sizeof(struct shutwatch_raw) == 168);
static_assert(offsetof(struct shutwatch_raw, kreason) + SHUTWATCH_KREASON_LEN ==
	      sizeof(struct shutwatch_raw));

#define SAME_FLAG(name)	static_assert((int)SW_RECORD_##name == (int)SHUTWATCH_RAW_##name)
SAME_FLAG(IPV6);
SAME_FLAG(NO_VALUES);
SAME_FLAG(PARENT);
SAME_FLAG(CHILDREN);
SAME_FLAG(KREASON);
SAME_FLAG(NO_TIME);

#define FLAGS	(SW_RECORD_IPV6 | SW_RECORD_NO_VALUES | SW_RECORD_PARENT | \
		 SW_RECORD_CHILDREN | SW_RECORD_KREASON | SW_RECORD_NO_TIME)

/* A reason that has no name is told by its number, as in the text. */
static void put_kreason(struct shutwatch_raw *raw, unsigned int kreason)
{
	const char *name = sw_kreason_name(kreason);
	struct sw_text t = { raw->kreason };

	if (!name)
		sw_text_dec32(&t, kreason);
	else
		sw_text_part(&t, name, sizeof(raw->kreason));
}

static void put_head(struct shutwatch_raw *raw, const struct sw_record *rec)
{
	raw->size = sizeof(*raw);
	raw->version = SHUTWATCH_RAW_VERSION;
	raw->names = SHUTWATCH_RAW_NAMES;
	raw->seq = rec->seq;
	raw->kind = rec->kind;
}

static void put_socket(struct shutwatch_raw *raw, const struct sw_record *rec)
{
	raw->ts = rec->ts;
	raw->cookie = rec->cookie;
	memcpy(raw->laddr, rec->id.laddr, sizeof(raw->laddr));
	memcpy(raw->raddr, rec->id.raddr, sizeof(raw->raddr));
	raw->lport = rec->id.lport;
	raw->rport = rec->id.rport;
	raw->netns = rec->id.netns;
	raw->pid = rec->pid;
	raw->cpu = rec->cpu;
	raw->ctx = rec->ctx;
	if (rec->pid)
		memcpy(raw->comm, rec->comm, sizeof(raw->comm));
}

static void put_values(struct shutwatch_raw *raw, const struct sw_record *rec)
{
	if (rec->outcome.flags & SW_RECORD_NO_VALUES)
		return;
	raw->unread = rec->v.unread;
	raw->unsent = rec->v.unsent;
	raw->unacked = rec->v.unacked;
}

static void put_fate(struct shutwatch_raw *raw, const struct sw_record *rec)
{
	raw->by = rec->by;
	raw->sent = rec->outcome.sent;
	raw->why = rec->outcome.why;
	raw->fin = rec->outcome.fin;
	put_values(raw, rec);
	if (rec->outcome.flags & SW_RECORD_CHILDREN)
		raw->children = rec->children;
	if (rec->outcome.flags & SW_RECORD_KREASON)
		put_kreason(raw, rec->outcome.kreason);
}

/* Only what its kind has: the rest of the slot is an earlier record's. */
static void put_event(struct shutwatch_raw *raw, const struct sw_record *rec)
{
	raw->flags = rec->outcome.flags & FLAGS;
	raw->before = rec->outcome.before;
	raw->after = rec->outcome.after;
	switch (rec->kind) {
	case SHUTWATCH_KIND_CALL:
		put_fate(raw, rec);
		raw->how = rec->outcome.how;
		raw->err = rec->err;
		raw->linger = rec->v.linger;
		if (!(rec->outcome.flags & SW_RECORD_NO_TIME))
			raw->took = rec->aux;
		break;
	case SHUTWATCH_KIND_DECISION:
		put_fate(raw, rec);
		if (rec->outcome.flags & SW_RECORD_PARENT)
			raw->parent = rec->aux;
		break;
	case SHUTWATCH_KIND_STATE:
		raw->by = rec->by;
		break;
	case SHUTWATCH_KIND_RESET:
		raw->err = rec->err;
		break;
	}
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
	memset(raw, 0, sizeof(*raw));
	put_head(raw, rec);
	if (rec->kind == SHUTWATCH_KIND_LOST) {
		raw->count = rec->aux;
		return;
	}
	put_socket(raw, rec);
	put_event(raw, rec);
}
