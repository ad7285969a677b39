// SPDX-License-Identifier: GPL-2.0-only
/* raw.c on the host: each field in its place, and nothing else. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kselftest_harness.h>

#include "format.h"
#include "raw.h"

#define LONG_NAME	"A_REASON_THAT_IS_LONGER_THAN_ITS_ROOM"

const char *sw_kreason_name(unsigned int kreason)
{
	return kreason == 11 ? "TCP_ABORT_ON_CLOSE" : kreason == 12 ? LONG_NAME : NULL;
}

FIXTURE(raw) {
	struct sw_record	rec;
	struct shutwatch_raw	raw;
};

FIXTURE_SETUP(raw)
{
	unsigned char *byte = (unsigned char *)&self->rec;
	size_t i;

	/* each byte another, so that no field passes for its neighbour */
	for (i = 0; i < sizeof(self->rec); i++)
		byte[i] = i + 1;
	self->rec.kind = SHUTWATCH_KIND_CALL;
	self->rec.outcome.flags = SW_RECORD_KREASON | SW_RECORD_IPV6 | SW_RECORD_CHILDREN;
	self->rec.outcome.kreason = 11;
	self->rec.trigger.segment.seen = 1;
	memset(&self->raw, 0xff, sizeof(self->raw));
}

FIXTURE_TEARDOWN(raw)
{
}

TEST_F(raw, each_field)
{
	const struct shutwatch_raw *raw = &self->raw;
	const struct sw_record *rec = &self->rec;

	sw_raw_record(&self->raw, rec);
	EXPECT_EQ(sizeof(*raw), raw->size);
	EXPECT_EQ(SHUTWATCH_RAW_VERSION, raw->version);
	EXPECT_EQ(SHUTWATCH_RAW_NAMES, raw->names);
	EXPECT_EQ(SHUTWATCH_RAW_KREASON | SHUTWATCH_RAW_IPV6 |
		  SHUTWATCH_RAW_CHILDREN, raw->flags);
	EXPECT_EQ(rec->seq, raw->seq);
	EXPECT_EQ(rec->ts, raw->ts);
	EXPECT_EQ(rec->cookie, raw->cookie);
	EXPECT_EQ(rec->aux, raw->took);
	EXPECT_EQ(0, memcmp(rec->id.laddr, raw->laddr, sizeof(raw->laddr)));
	EXPECT_EQ(0, memcmp(rec->id.raddr, raw->raddr, sizeof(raw->raddr)));
	EXPECT_EQ(rec->id.lport, raw->lport);
	EXPECT_EQ(rec->id.rport, raw->rport);
	EXPECT_EQ(rec->id.netns, raw->netns);
	EXPECT_EQ(rec->pid, raw->pid);
	EXPECT_EQ(rec->v.unread, raw->unread);
	EXPECT_EQ(rec->v.unsent, raw->unsent);
	EXPECT_EQ(rec->v.unacked, raw->unacked);
	EXPECT_EQ(rec->v.linger, raw->linger);
	EXPECT_EQ(rec->children, raw->children);
	EXPECT_EQ(rec->err, raw->err);
	EXPECT_EQ(rec->cpu, raw->cpu);
	EXPECT_EQ(rec->kind, raw->kind);
	EXPECT_EQ(rec->ctx, raw->ctx);
	EXPECT_EQ(rec->by, raw->by);
	EXPECT_EQ(rec->outcome.how, raw->how);
	EXPECT_EQ(rec->outcome.before, raw->before);
	EXPECT_EQ(rec->outcome.after, raw->after);
	EXPECT_EQ(rec->outcome.sent, raw->sent);
	EXPECT_EQ(rec->outcome.why, raw->why);
	EXPECT_EQ(rec->outcome.fin, raw->fin);
	EXPECT_EQ(0, raw->spare[0] | raw->spare[1] | raw->spare[2]);
	EXPECT_EQ(0, memcmp(rec->comm, raw->comm, sizeof(raw->comm)));
	EXPECT_STREQ("TCP_ABORT_ON_CLOSE", raw->kreason);
	EXPECT_EQ(rec->owner.pid, raw->owner.pid);
	EXPECT_EQ(0, memcmp(rec->owner.comm, raw->owner.comm, sizeof(raw->owner.comm)));
}

/* What provoked a decision: of a segment, of a timer, or of neither. */
TEST_F(raw, trigger)
{
	static const union shutwatch_trigger none;
	const union shutwatch_trigger *from = &self->rec.trigger, *to = &self->raw.trigger;

	self->rec.kind = SHUTWATCH_KIND_DECISION;
	self->rec.by = SHUTWATCH_BY_RX;
	sw_raw_record(&self->raw, &self->rec);
	EXPECT_EQ(from->segment.seq, to->segment.seq);
	EXPECT_EQ(from->segment.len, to->segment.len);
	EXPECT_EQ(from->segment.flags, to->segment.flags);
	EXPECT_EQ(1, to->segment.seen);
	EXPECT_EQ(0, to->segment.spare);
	self->rec.by = SHUTWATCH_BY_TIMER;
	sw_raw_record(&self->raw, &self->rec);
	EXPECT_EQ(from->timer.user_timeout, to->timer.user_timeout);
	EXPECT_EQ(from->timer.orphans, to->timer.orphans);
	EXPECT_EQ(from->timer.probes, to->timer.probes);
	EXPECT_EQ(from->timer.retries, to->timer.retries);
	EXPECT_EQ(0, to->timer.spare);
	self->rec.by = SHUTWATCH_BY_LISTENER;
	sw_raw_record(&self->raw, &self->rec);
	EXPECT_EQ(0, memcmp(&none, to, sizeof(none)));
	self->rec.by = SHUTWATCH_BY_RX;
	self->rec.trigger.segment.seen = 0;
	sw_raw_record(&self->raw, &self->rec);
	EXPECT_EQ(0, memcmp(&none, to, sizeof(none)));
}

TEST_F(raw, subflow)
{
	self->rec.kind = SHUTWATCH_KIND_DECISION;
	self->rec.outcome.flags = SW_RECORD_MSK;
	sw_raw_record(&self->raw, &self->rec);
	EXPECT_EQ(SHUTWATCH_RAW_MSK, self->raw.flags);
	EXPECT_EQ(self->rec.msk, self->raw.msk);
}

static void check_kreason(struct __test_metadata *_metadata, struct sw_record *rec,
			  __u8 kreason, const char *name)
{
	struct shutwatch_raw raw;
	char text[SHUTWATCH_KREASON_LEN + 1] = "";

	rec->outcome.kreason = kreason;
	sw_raw_record(&raw, rec);
	memcpy(text, raw.kreason, sizeof(raw.kreason));
	EXPECT_STREQ(name, text);
}

TEST_F(raw, kreason)
{
	char cut[] = LONG_NAME;

	cut[SHUTWATCH_KREASON_LEN] = 0;
	check_kreason(_metadata, &self->rec, 11, "TCP_ABORT_ON_CLOSE");
	check_kreason(_metadata, &self->rec, 12, cut);
	check_kreason(_metadata, &self->rec, 255, "255");
	self->rec.outcome.flags = 0;
	check_kreason(_metadata, &self->rec, 11, "");
}

/* Fields of other kinds are left in the ring's slot by earlier records. */
static void only_own(struct shutwatch_raw *raw, struct sw_record *rec, __u8 kind)
{
	rec->kind = kind;
	rec->outcome.flags = SW_RECORD_NO_VALUES;
	sw_raw_record(raw, rec);
}

#define EXPECT_NO_FATE(raw) do {					\
	EXPECT_EQ(0, (raw).sent | (raw).why | (raw).fin | (raw).how);	\
	EXPECT_EQ(0, (raw).unread | (raw).unsent | (raw).unacked);	\
	EXPECT_EQ(0, (raw).linger | (raw).children | (raw).took);	\
} while (0)

TEST_F(raw, only_what_the_kind_has)
{
	only_own(&self->raw, &self->rec, SHUTWATCH_KIND_STATE);
	EXPECT_NO_FATE(self->raw);
	EXPECT_EQ(self->rec.err, self->raw.err);
	EXPECT_EQ(self->rec.by, self->raw.by);
	only_own(&self->raw, &self->rec, SHUTWATCH_KIND_RESET);
	EXPECT_NO_FATE(self->raw);
	EXPECT_EQ(0, self->raw.by);
	EXPECT_EQ(self->rec.err, self->raw.err);
	only_own(&self->raw, &self->rec, SHUTWATCH_KIND_DECISION);
	EXPECT_EQ(0, self->raw.how | self->raw.err | self->raw.linger);
	EXPECT_EQ(0, self->raw.unread | self->raw.parent | self->raw.children);
	EXPECT_EQ(self->rec.outcome.why, self->raw.why);
}

/* Nor does what is behind an IPv4 address. */
TEST_F(raw, address_of_four_bytes)
{
	static const __u8 none[12];

	self->rec.outcome.flags &= ~SW_RECORD_IPV6;
	sw_raw_record(&self->raw, &self->rec);
	EXPECT_EQ(0, memcmp(self->rec.id.laddr, self->raw.laddr, 4));
	EXPECT_EQ(0, memcmp(self->rec.id.raddr, self->raw.raddr, 4));
	EXPECT_EQ(0, memcmp(none, self->raw.laddr + 4, sizeof(none)));
	EXPECT_EQ(0, memcmp(none, self->raw.raddr + 4, sizeof(none)));
}

/* Without a task, what the memory held does not reach user space. */
TEST_F(raw, no_task)
{
	static const char none[SHUTWATCH_COMM_LEN];

	self->rec.pid = 0;
	self->rec.owner.pid = 0;
	sw_raw_record(&self->raw, &self->rec);
	EXPECT_EQ(0, self->raw.pid);
	EXPECT_EQ(0, memcmp(none, self->raw.comm, sizeof(none)));
	EXPECT_EQ(0, self->raw.owner.pid);
	EXPECT_EQ(0, memcmp(none, self->raw.owner.comm, sizeof(none)));
}

TEST_F(raw, lost)
{
	struct shutwatch_raw expected = {
		.size = sizeof(expected),
		.version = SHUTWATCH_RAW_VERSION,
		.names = SHUTWATCH_RAW_NAMES,
		.kind = SHUTWATCH_KIND_LOST,
		.seq = 41,
		.count = 13,
	};

	self->rec.kind = SHUTWATCH_KIND_LOST;
	self->rec.seq = 41;
	self->rec.aux = 13;
	sw_raw_record(&self->raw, &self->rec);
	EXPECT_EQ(0, memcmp(&expected, &self->raw, sizeof(expected)));
}

TEST_F(raw, skipped)
{
	struct shutwatch_raw expected = {
		.size = sizeof(expected),
		.version = SHUTWATCH_RAW_VERSION,
		.names = SHUTWATCH_RAW_NAMES,
		.kind = SHUTWATCH_KIND_SKIPPED,
		.seq = 41,
		.ts = 42,
		.cpu = 3,
		.by = SHUTWATCH_WHAT_EVICTED,
		.count = 13,
	};

	self->rec.kind = SHUTWATCH_KIND_SKIPPED;
	self->rec.seq = 41;
	self->rec.ts = 42;
	self->rec.cpu = 3;
	self->rec.by = SHUTWATCH_WHAT_EVICTED;
	self->rec.aux = 13;
	sw_raw_record(&self->raw, &self->rec);
	EXPECT_EQ(0, memcmp(&expected, &self->raw, sizeof(expected)));
}

/* Programs were built for these: they move only with the version. */
TEST_F(raw, places)
{
	EXPECT_EQ(200, sizeof(struct shutwatch_raw));
	EXPECT_EQ(8, offsetof(struct shutwatch_raw, seq));
	EXPECT_EQ(32, offsetof(struct shutwatch_raw, took));
	EXPECT_EQ(32, offsetof(struct shutwatch_raw, parent));
	EXPECT_EQ(32, offsetof(struct shutwatch_raw, msk));
	EXPECT_EQ(32, offsetof(struct shutwatch_raw, count));
	EXPECT_EQ(40, offsetof(struct shutwatch_raw, laddr));
	EXPECT_EQ(72, offsetof(struct shutwatch_raw, lport));
	EXPECT_EQ(104, offsetof(struct shutwatch_raw, err));
	EXPECT_EQ(108, offsetof(struct shutwatch_raw, kind));
	EXPECT_EQ(120, offsetof(struct shutwatch_raw, comm));
	EXPECT_EQ(136, offsetof(struct shutwatch_raw, kreason));
	EXPECT_EQ(168, offsetof(struct shutwatch_raw, owner));
	EXPECT_EQ(188, offsetof(struct shutwatch_raw, trigger));
}

TEST_HARNESS_MAIN
