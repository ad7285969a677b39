// SPDX-License-Identifier: GPL-2.0-only
/* Records to the kernel's tracers. */

#include <linux/build_bug.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <net/ipv6.h>

#include "raw.h"
#include "shared/text.h"
#include "trace.h"

/* As %pISpc wants it, here and in perf and trace-cmd. */
static void put_sockaddr(u8 *to, const u8 *addr, bool ipv6, u16 port)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)to;
	struct sockaddr_in *in = (struct sockaddr_in *)to;

	memset(to, 0, sizeof(*in6));
	if (ipv6) {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(port);
		memcpy(&in6->sin6_addr, addr, sizeof(in6->sin6_addr));
	} else {
		in->sin_family = AF_INET;
		in->sin_port = htons(port);
		memcpy(&in->sin_addr, addr, sizeof(in->sin_addr));
	}
}

/* In 16 bytes: ::ffff:192.0.2.1 for what is IPv4. */
static void put_address(u8 *to, const u8 *addr, bool ipv6)
{
	if (ipv6) {
		memcpy(to, addr, 16);
	} else {
		memset(to, 0, 10);
		memset(to + 10, 0xff, 2);
		memcpy(to + 12, addr, 4);
	}
}

/*
 * For the text: what the files escape is a question mark.  This is a handler, and
 * what takes no more room needs no more than a copy.
 */
static void put_printable(char *to, const char *comm)
{
	int i;

	memset(to, 0, SHUTWATCH_COMM_LEN);
	for (i = 0; i < SHUTWATCH_COMM_LEN - 1 && comm[i]; i++)
		to[i] = sw_text_is_plain(comm[i]) ? comm[i] : '?';
}

#define CREATE_TRACE_POINTS
#include "tracepoints.h"

static_assert(sizeof(struct sockaddr_in6) == SW_SOCKADDR);

/**
 * sw_trace_record() - show a record to the tracers
 * @rec: the record
 * @seq: its number
 *
 * What they are given is the record of events_raw, so that both say the same,
 * and so that a program on the raw tracepoint gets a struct that is an ABI.
 *
 * Context: any, preemption disabled, perhaps with a set of sockets locked.
 */
void sw_trace_record(const struct sw_record *rec, u64 seq)
{
	struct shutwatch_raw raw;

	sw_raw_record(&raw, rec);
	raw.seq = seq;
	switch (rec->kind) {
	case SHUTWATCH_KIND_CALL:
		trace_call(&raw);
		break;
	case SHUTWATCH_KIND_DECISION:
		trace_decision(&raw);
		break;
	case SHUTWATCH_KIND_STATE:
		trace_state(&raw);
		break;
	case SHUTWATCH_KIND_RESET:
		trace_reset(&raw);
		break;
	case SHUTWATCH_KIND_SKIPPED:
		trace_skipped(&raw);
		break;
	}
}
