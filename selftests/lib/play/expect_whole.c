// SPDX-License-Identifier: GPL-2.0-only
/*
 * Expectations that say all that a record says: what a test leaves out is what
 * most records have.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <names.h>

#include "act.h"
#include "act_io.h"
#include "record_fields.h"
#include "step.h"
#include "trial.h"

/* Where tracefs is, and where it was before it had a place of its own. */
#define TRACEPOINT	"events/tcp/tcp_send_reset/format"

static const char * const tracepoint[] = {
	"/sys/kernel/tracing/" TRACEPOINT,
	"/sys/kernel/debug/tracing/" TRACEPOINT,
};

/* 6.10 and later: its tracepoint tells the reason, and so do the records. */
static bool kernel_gives_reasons(struct play *play)
{
	static int gives = -1;
	char line[256];
	FILE *file;
	int i;

	if (!play->with_records)	/* nobody asks */
		return false;
	for (i = 0; i < 2 && gives < 0; i++) {
		file = fopen(tracepoint[i], "re");
		if (!file)
			continue;
		gives = 0;
		while (fgets(line, sizeof(line), file))
			gives |= strstr(line, "field:") && strstr(line, " reason;");
		fclose(file);
	}
	if (gives < 0)
		remark(&play->trouble, "no tracefs: does the kernel give reasons?");
	return gives > 0;
}

/* For these the kernel has a name each. */
#define BAD_HANDSHAKE "TCP_FLAGS|INVALID_SYN|TCP_OLD_ACK|TCP_TOO_OLD_ACK|TCP_ACK_UNSENT_DATA|TCP_INVALID_ACK_SEQUENCE|TCP_RFC7323_PAWS"

static bool in_between_closings(const struct record *wanted)
{
	const char *state = record_get(wanted, SHUTWATCH_KEY_STATE);

	return !strncmp(state, "CLOSING>", 8) || !strncmp(state, "LAST_ACK>", 9);
}

/* What the kernel calls it; two of its names stand for many of ours. */
static const char *kernel_reason(const struct record *wanted)
{
	const char *why = record_get(wanted, SHUTWATCH_KEY_WHY);
	bool call = record_is(wanted, SHUTWATCH_KEY_KIND, "call");

	switch (names_find(&why_names, why)) {
	case SHUTWATCH_WHY_UNREAD_DATA:
		return "TCP_ABORT_ON_CLOSE";
	case SHUTWATCH_WHY_LINGER2_NEGATIVE:
		return call ? "TCP_ABORT_ON_LINGER" : "TCP_ABORT_ON_DATA";
	case SHUTWATCH_WHY_ORPHAN_COUNT:
	case SHUTWATCH_WHY_ORPHAN_MEMORY:
		return "TCP_ABORT_ON_MEMORY";
	case SHUTWATCH_WHY_USER_TIMEOUT:
	case SHUTWATCH_WHY_KEEPALIVE_TIMEOUT:
		return "TCP_KEEPALIVE_TIMEOUT";
	case SHUTWATCH_WHY_DATA_AFTER_SHUTDOWN:
	case SHUTWATCH_WHY_DATA_AFTER_CLOSE:
		return "TCP_ABORT_ON_DATA";
	case SHUTWATCH_WHY_TIME_WAIT_SEGMENT:
		return "TCP_TIMEWAIT_SOCKET";
	case SHUTWATCH_WHY_NO_SOCKET:
		return "NO_SOCKET";
	case SHUTWATCH_WHY_BAD_HANDSHAKE:
	case SHUTWATCH_WHY_NO_CONNECTION:
	case SHUTWATCH_WHY_ACCEPT_QUEUE_FULL:
		return BAD_HANDSHAKE;
	}
	return in_between_closings(wanted) ? "TCP_DISCONNECT_WITH_DATA" : "TCP_STATE";
}

/**
 * struct whole - a text that is being completed
 * @play: of this play
 * @wanted: what it says so far
 * @text: it
 * @len: how long it is
 */
struct whole {
	struct play *play;
	struct record wanted;
	char text[512];
	size_t len;
};

static void unless_said(struct whole *whole, enum shutwatch_key key,
			const char *value)
{
	if (!whole->wanted.value[key] && whole->len < sizeof(whole->text))
		whole->len += snprintf(whole->text + whole->len,
				       sizeof(whole->text) - whole->len,
				       " %s=%s", key_names.name[key], value);
}

static void complete(struct whole *whole)
{
	const struct record *wanted = &whole->wanted;
	bool call = record_is(wanted, SHUTWATCH_KEY_KIND, "call");
	bool rst = record_is(wanted, SHUTWATCH_KEY_SENT, "RST");
	bool nobody = record_is(wanted, SHUTWATCH_KEY_WHY, "no_socket");
	/* a segment that is only thrown away is nothing of the listener's */
	bool dropped = !rst && record_is(wanted, SHUTWATCH_KEY_WHY, "accept_queue_full");
	const char *none = nobody || dropped ? SHUTWATCH_NOTHING : "0";

	unless_said(whole, SHUTWATCH_KEY_RET,
		    call ? step_errno(whole->play->err) : SHUTWATCH_NOTHING);
	unless_said(whole, SHUTWATCH_KEY_HOW, SHUTWATCH_NOTHING);
	unless_said(whole, SHUTWATCH_KEY_LINGER, SHUTWATCH_NOTHING);
	unless_said(whole, SHUTWATCH_KEY_FIN, SHUTWATCH_NOTHING);
	if (nobody)
		unless_said(whole, SHUTWATCH_KEY_STATE, SHUTWATCH_NOTHING);
	unless_said(whole, SHUTWATCH_KEY_UNREAD, none);
	unless_said(whole, SHUTWATCH_KEY_UNSENT, none);
	unless_said(whole, SHUTWATCH_KEY_UNACKED, none);
	if (record_is(wanted, SHUTWATCH_KEY_BY, "timer")) {
		unless_said(whole, SHUTWATCH_KEY_USER_TIMEOUT, "0");
		unless_said(whole, SHUTWATCH_KEY_PROBES, "0");
		unless_said(whole, SHUTWATCH_KEY_RETRIES, "0");
	}
	unless_said(whole, SHUTWATCH_KEY_MSK, SHUTWATCH_NOTHING);
	unless_said(whole, SHUTWATCH_KEY_CHILDREN, SHUTWATCH_NOTHING);
	unless_said(whole, SHUTWATCH_KEY_PARENT, SHUTWATCH_NOTHING);
	unless_said(whole, SHUTWATCH_KEY_KREASON,
		    rst && kernel_gives_reasons(whole->play) ?
		    kernel_reason(wanted) : SHUTWATCH_NOTHING);
}

/* If the test says what is returned, the program has to get that, too. */
static void check_result(struct play *play, const struct record *wanted)
{
	const char *ret = record_get(wanted, SHUTWATCH_KEY_RET);

	if (wanted->value[SHUTWATCH_KEY_RET] && strcmp(ret, step_errno(play->err)))
		remark(&play->wrong, "the program got %s, expected %s",
		       step_errno(play->err), ret);
}

/**
 * expect_whole - a record must be there, and say this and nothing else
 * @play: see expect()
 * @who: see expect()
 * @format: kind, and of a call or decision state, sent and why; what is left
 *	out is as it mostly is: nothing unread, unsent or unacked, and what a
 *	call returned is what the program got
 *
 * Of a call, that is noted with it.
 */
void expect_whole(struct play *play, enum who who, const char *format, ...)
{
	struct whole whole = { .play = play };
	va_list args;

	va_start(args, format);
	whole.len = vsnprintf(whole.text, sizeof(whole.text), format, args);
	va_end(args);
	if (record_parse(&whole.wanted, whole.text)) {
		remark(&play->trouble, "cannot be expected: %s", whole.text);
		return;
	}
	check_result(play, &whole.wanted);
	if (!record_is(&whole.wanted, SHUTWATCH_KEY_KIND, "reset"))
		complete(&whole);
	if (whole.len >= sizeof(whole.text))
		remark(&play->trouble, "too long: %s", whole.text);
	expect(play, who, "%s", whole.text);
	if (record_is(&whole.wanted, SHUTWATCH_KEY_KIND, "call"))
		trial_got(play, who, play->err);
}

/**
 * trial_got - note what the program was told
 * @play: the play
 * @who: of this socket, for what was expected of it last
 * @err: an errno or 0
 */
void trial_got(struct play *play, enum who who, int err)
{
	int i;

	for (i = play->nr_expected - 1; i >= 0; i--) {
		if (play->expected[i].who == who && !play->expected[i].is_path) {
			play->expected[i].got = err;
			return;
		}
	}
}

/**
 * trial_recv_fails - a recv() tells the program what happened
 * @play: the play
 * @who: the socket
 * @err: the errno that it gives
 */
void trial_recv_fails(struct play *play, enum who who, int err)
{
	act_recv_fails(play, who, err);
	trial_got(play, who, play->err);
}
