// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rows of the default table, made of parts of those that were written before.
 * There are few tasks, and connections mostly end in few ways: what was written
 * once is found again by the numbers that it was made from.  Only port and
 * address, which stand in between, are written anew.
 */
#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "rows.h"

/* Of the column of the local port, which no port is wider than. */
#define PORT_WIDTH	5

/**
 * rows_repeat() - whether rows of this table may be kept
 * @t: how the table looks
 *
 * Return: false where there is more in a row than this file knows of.
 */
bool rows_repeat(const struct table *t)
{
	return !t->wide && !t->extended && !t->clock && !t->stamp && !t->colour;
}

/* Neither a segment nor another owner stands behind the columns. */
static bool is_plain(const struct shutwatch_raw *raw)
{
	if (raw->kind == SHUTWATCH_KIND_DECISION && raw->by == SHUTWATCH_BY_RX)
		return false;
	return !raw->pid || !raw->owner.pid || raw->pid == raw->owner.pid;
}

/* The task that asked, or else the owner: as the columns have it. */
static inline struct rows_who who_of(const struct shutwatch_raw *raw)
{
	struct rows_who who = { .pid = raw->pid ? raw->pid : raw->owner.pid };

	memcpy(who.comm, raw->pid ? raw->comm : raw->owner.comm, sizeof(who.comm));
	return who;
}

static inline struct rows_what what_of(const struct shutwatch_raw *raw, size_t start)
{
	return (struct rows_what) {
		.kind = raw->kind,
		.by = raw->by,
		.how = raw->how,
		.before = raw->before,
		.after = raw->after,
		.sent = raw->sent,
		.why = raw->why,
		.fin = raw->fin,
		.err = raw->err,
		.start = (__u16)start,
	};
}

/* Where a part is, if it is kept. */
static inline unsigned int place_of_who(const struct rows_who *who)
{
	return who->pid % ROWS_TASKS;
}

/* Spread by the golden ratio. */
static inline unsigned int place_of_what(const struct rows_what *what)
{
	__u64 half[2];

	static_assert(sizeof(half) == sizeof(*what), "a key of another size");
	memcpy(half, what, sizeof(half));
	return ((half[0] ^ half[1]) * 0x9e3779b97f4a7c15ULL >> 32) % ROWS_ENDS;
}

static inline char *put_port(char *to, unsigned int port)
{
	char *at = to + PORT_WIDTH;

	memset(to, ' ', PORT_WIDTH + 1);
	do {
		*--at = (char)('0' + port % 10);
		port /= 10;
	} while (port);
	return to + PORT_WIDTH + 1;
}

/**
 * rows_write() - write a row of parts that were written before
 * @rows: the rows
 * @raw: the record
 * @kept: what the records of the stream have in common
 * @to: where to, 4 * ROWS_TEXT bytes
 *
 * Return: the byte behind it, or NULL where it has to be made.
 */
char *rows_write(const struct rows *rows, const struct shutwatch_raw *raw, struct sw_kept *kept,
		 char *to)
{
	const struct rows_task *task;
	const struct rows_end *end;
	struct rows_what what;
	struct rows_who who;
	struct sw_text t;

	if (raw->netns != rows->netns || !is_plain(raw))
		return NULL;
	who = who_of(raw);
	task = &rows->task[place_of_who(&who)];
	if (!task->len || memcmp(&task->seen, &who, sizeof(who)))
		return NULL;
	memcpy(to, task->text, ROWS_TEXT);
	t.pos = put_port(to + task->len, raw->lport);
	sw_text_kept_endpoint(&t, kept, raw->raddr, raw->flags & SHUTWATCH_RAW_IPV6, raw->rport);
	what = what_of(raw, (size_t)(t.pos - to));
	end = &rows->end[place_of_what(&what)];
	if (!end->len || memcmp(&end->seen, &what, sizeof(what)))
		return NULL;
	memcpy(t.pos, end->text, ROWS_TEXT);
	return t.pos + end->len;
}

/* Where the address ends in a row, if it was not cut: only words are behind it. */
static const char *behind_remote(const struct record *r, const char *row, const char *end)
{
	const char *remote = r->value[SHUTWATCH_KEY_REMOTE];
	size_t len = r->len[SHUTWATCH_KEY_REMOTE];
	const char *colon = memrchr(row, ':', (size_t)(end - row));
	const char *port = remote ? memrchr(remote, ':', len) : NULL;

	return colon && port ? colon + (remote + len - port) : NULL;
}

static bool is_same(const char *row, const char *end, const char *again, const char *again_end)
{
	return again_end && again_end - again == end - row &&
	       !memcmp(again, row, (size_t)(end - row));
}

/**
 * rows_keep() - remember the parts of a row
 * @rows: the rows
 * @r: the record, which was made from numbers
 * @kept: what the records of the stream have in common
 * @row: what was written for it, with room behind it as rows_write() needs it
 * @end: the byte behind its newline
 *
 * They are not remembered where the same row cannot be made of them: one in
 * which an address was cut, which depends on what stands behind it.
 */
void rows_keep(struct rows *rows, const struct record *r, struct sw_kept *kept, const char *row,
	       const char *end)
{
	const char *behind = behind_remote(r, row, end);
	ptrdiff_t len = behind ? behind - row - r->len[SHUTWATCH_KEY_REMOTE] - PORT_WIDTH - 1 : 0;
	char again[4 * ROWS_TEXT], *again_end;
	struct rows_task *task;
	struct rows_end *last;
	struct rows_what what;
	struct rows_who who;

	if (record_is_note(r))
		return;
	rows->netns = r->raw->netns;
	if (!is_plain(r->raw) || len <= 0 || len > ROWS_TEXT || end <= behind ||
	    end - behind > ROWS_TEXT)
		return;
	who = who_of(r->raw);
	task = &rows->task[place_of_who(&who)];
	task->seen = who;
	task->len = (unsigned int)len;
	memcpy(task->text, row, ROWS_TEXT);
	what = what_of(r->raw, (size_t)(behind - row));
	last = &rows->end[place_of_what(&what)];
	last->seen = what;
	last->len = (unsigned int)(end - behind);
	memcpy(last->text, behind, ROWS_TEXT);
	again_end = rows_write(rows, r->raw, kept, again);
	if (!is_same(row, end, again, again_end)) {
		task->len = 0;
		last->len = 0;
	}
}
