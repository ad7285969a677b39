// SPDX-License-Identifier: GPL-2.0-only
/*
 * usage: twin COUNT SEED TEXT RAW [POOL]
 *
 * Writes the same COUNT records twice, by the module's own code: as the lines
 * of events_pipe to the file TEXT, and as events_raw has them to RAW.  They are
 * of all kinds and hold all values, likely ones and others.  With POOL, they are
 * of so many sockets, and tell of so many things that happen.
 */
#include <err.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../module/format.h"
#include "../../module/raw.h"
#include "../../module/shared/text.h"

#define POOL_MAX		100
#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

static unsigned long long seed;

/**
 * sw_kreason_name() - stands for the kernel's own names
 * @kreason: its number
 *
 * Return: a name, or NULL as for a number that is new.
 */
const char *sw_kreason_name(unsigned int kreason)
{
	static const char * const name[] = {
		"NOT_SPECIFIED", "NO_SOCKET", "TCP_INVALID_ACK_SEQUENCE",
		"A_NAME_THAT_IS_LONGER_THAN_THE_ROOM_FOR_IT",
	};

	return kreason < ARRAY_SIZE(name) ? name[kreason] : NULL;
}

/* xorshift64: the same numbers on every machine. */
static unsigned long long roll(unsigned long long sides)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed % sides;
}

/* Of any length in bits, so that all widths in digits are met. */
static __u64 number(int bits)
{
	__u64 value = roll(-1ULL);

	return value >> (64 - 1 - roll(bits));
}

static void roll_comm(char *comm)
{
	static const char odd[] = " \t\n\\=\"\x7f\x01\xc3\xa9\xff";
	static const char * const usual[] = { "load", "python3", "my prog", "tcp server" };
	size_t i;

	memset(comm, 0, SHUTWATCH_COMM_LEN);
	if (roll(4)) {
		snprintf(comm, SHUTWATCH_COMM_LEN, "%s", usual[roll(4)]);
		return;
	}
	for (i = 0; i < SHUTWATCH_COMM_LEN; i++)
		comm[i] = roll(3) ? (char)('a' + roll(26)) : odd[roll(sizeof(odd))];
}

static void roll_address(__u8 *addr, bool ipv6)
{
	static const __u8 mapped[12] = { [10] = 0xff, [11] = 0xff };
	int i;

	for (i = 0; i < (ipv6 ? 16 : 4); i++)
		addr[i] = roll(2) ? (__u8)roll(256) : 0;
	if (ipv6 && !roll(4))
		memcpy(addr, mapped, sizeof(mapped));
}

static int roll_errno(void)
{
	static const int known[] = {
		0, EBUSY, ECONNABORTED, ECONNREFUSED, ECONNRESET, EHOSTUNREACH, EINVAL,
		ENOENT, ENOTCONN, EOPNOTSUPP, EPIPE, ETIMEDOUT, 999,
	};
	int value = known[roll(ARRAY_SIZE(known))];

	return roll(2) ? value : -value;
}

static void roll_socket(struct sw_record *rec)
{
	bool ipv6 = !roll(3);

	rec->ts += roll(1000) * roll(3000000);
	rec->cookie = roll(8) ? number(40) : 0;
	rec->id.netns = roll(10) ? 4026531840U : (__u32)number(32);
	rec->id.lport = roll(2) ? 8000 : (__u16)number(16);
	rec->id.rport = (__u16)number(16);
	memset(rec->id.laddr, 0, sizeof(rec->id.laddr));
	memset(rec->id.raddr, 0, sizeof(rec->id.raddr));
	roll_address(rec->id.laddr, ipv6);
	roll_address(rec->id.raddr, ipv6);
	rec->outcome.flags = (__u8)(roll(128) & ~SW_RECORD_IPV6) | (ipv6 ? SW_RECORD_IPV6 : 0);
	if (rec->kind == SHUTWATCH_KIND_CALL)
		rec->outcome.flags &= (__u8)~SW_RECORD_PARENT;
	rec->pid = roll(3) ? (__u32)number(22) : 0;
	roll_comm(rec->comm);
	rec->owner.pid = roll(4) ? rec->pid : (__u32)number(22);
	memcpy(rec->owner.comm, rec->comm, sizeof(rec->comm));
	if (roll(2))
		roll_comm(rec->owner.comm);
	rec->cpu = (__u16)number(12);
	rec->ctx = (__u8)roll(SHUTWATCH_CTX_COUNT + 1);
}

static void roll_trigger(struct sw_record *rec)
{
	memset(&rec->trigger, 0, sizeof(rec->trigger));
	if (rec->by == SHUTWATCH_BY_TIMER) {
		rec->trigger.timer.user_timeout = roll(2) ? (__u32)number(32) : 0;
		rec->trigger.timer.orphans = (__u32)number(20);
		rec->trigger.timer.probes = (__u8)roll(256);
		rec->trigger.timer.retries = (__u8)roll(16);
		return;
	}
	rec->trigger.segment.seen = !!roll(4);
	rec->trigger.segment.seq = (__u32)number(32);
	rec->trigger.segment.len = (__u32)number(16);
	rec->trigger.segment.flags = (__u8)roll(256);
}

static void roll_event(struct sw_record *rec)
{
	rec->aux = roll(8) ? number(64) : 0;
	rec->v.unread = (__u32)number(32);
	rec->v.unsent = (__u32)number(8);
	rec->v.unacked = (__u32)number(32);
	rec->v.linger = roll(2) ? SW_LINGER_OFF : (__s32)number(31);
	rec->children = (__u32)number(10);
	rec->err = (__s16)roll_errno();
	rec->by = (__u8)roll(SHUTWATCH_BY_COUNT + 1);
	rec->outcome.how = (__u8)roll(SHUTWATCH_HOW_COUNT + 1);
	rec->outcome.before = (__u8)roll(SHUTWATCH_TCP_COUNT + 1);
	rec->outcome.after = rec->outcome.before ? (__u8)roll(SHUTWATCH_TCP_COUNT + 1) : 0;
	rec->outcome.sent = (__u8)roll(SHUTWATCH_SENT_COUNT + 1);
	rec->outcome.why = (__u8)roll(SHUTWATCH_WHY_COUNT + 1);
	rec->outcome.fin = (__u8)roll(SHUTWATCH_FIN_COUNT + 1);
	rec->outcome.kreason = (__u8)roll(6);
}

static void roll_record(struct sw_record *rec)
{
	rec->seq += 1 + (roll(50) ? 0 : number(40));
	rec->kind = (__u8)roll(SHUTWATCH_KIND_LOST);
	if (!roll(40))
		rec->kind = roll(3) ? SHUTWATCH_KIND_LOST : SHUTWATCH_KIND_SKIPPED;
	roll_socket(rec);
	roll_event(rec);
	roll_trigger(rec);
	if (rec->kind == SHUTWATCH_KIND_SKIPPED)
		rec->by = (__u8)roll(SHUTWATCH_WHAT_COUNT + 1);
}

#define VALUE(member)							\
	{ offsetof(struct sw_record, member), sizeof(((struct sw_record *)0)->member) }

/* One value of another one, which both may have had already. */
static void mix_value(struct sw_record *rec, const struct sw_record *other)
{
	static const struct { size_t at, size; } values[] = {
		VALUE(kind), VALUE(by), VALUE(err), VALUE(outcome.how), VALUE(outcome.before),
		VALUE(outcome.after), VALUE(outcome.sent), VALUE(outcome.why),
		VALUE(outcome.fin), VALUE(outcome.flags), VALUE(id.lport), VALUE(id.rport),
		VALUE(id.raddr), VALUE(pid), VALUE(comm), VALUE(owner.pid),
		VALUE(owner.comm), VALUE(trigger),
	};
	size_t i = roll(ARRAY_SIZE(values));

	memcpy((char *)rec + values[i].at, (const char *)other + values[i].at, values[i].size);
}

/*
 * What happened is that of one of the pool, where it happened that of another,
 * and sometimes one value is that of a third.
 */
static void mix_record(struct sw_record *rec, const struct sw_record *pool, long size)
{
	const struct sw_record *other = &pool[roll(size)];

	*rec = pool[roll(size)];
	rec->id = other->id;
	rec->pid = other->pid;
	rec->owner = other->owner;
	memcpy(rec->comm, other->comm, sizeof(rec->comm));
	rec->outcome.flags &= (__u8)~SW_RECORD_IPV6;
	rec->outcome.flags |= other->outcome.flags & SW_RECORD_IPV6;
	if (!roll(3))
		mix_value(rec, &pool[roll(size)]);
}

static FILE *create(const char *path)
{
	FILE *file = fopen(path, "w");

	if (!file)
		err(1, "%s", path);
	return file;
}

/**
 * main() - write them
 * @argc: how many words
 * @argv: see above
 *
 * Return: 0, or what err() does.
 */
int main(int argc, char **argv)
{
	struct sw_record rec = { .seq = 0, .ts = 999000000000ULL };
	struct sw_record pool[POOL_MAX];
	char line[SHUTWATCH_LINE_MAX];
	struct sw_kept kept = { 0 };
	struct shutwatch_raw record;
	FILE *text, *raw;
	long count, size, i;

	size = argc == 6 ? strtol(argv[5], NULL, 10) : 0;
	if (argc < 5 || argc > 6 || size < 0 || size > POOL_MAX)
		errx(2, "usage: twin COUNT SEED TEXT RAW [POOL]");
	count = strtol(argv[1], NULL, 10);
	seed = strtoull(argv[2], NULL, 10) | 1;
	text = create(argv[3]);
	raw = create(argv[4]);
	for (i = 0; i < size; i++) {
		roll_record(&rec);
		pool[i] = rec;
	}
	while (count--) {
		if (size)
			mix_record(&rec, pool, size);
		else
			roll_record(&rec);
		fwrite(line, 1, sw_format_record(line, &rec, &kept), text);
		sw_raw_record(&record, &rec);
		fwrite(&record, sizeof(record), 1, raw);
	}
	if (fclose(text) || fclose(raw))
		err(1, "cannot write");
	return 0;
}
